package pagetest

import (
	_ "embed"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// access holds the checks of what people need who see badly, or use no mouse.
//
//go:embed js/access.js
var access string

// schemes are the themes as the system asks for them.
var schemes = []string{"light", "dark"}

// prefer makes the system ask for a theme, and for no movement.
func (v *visit) prefer(scheme string) {
	v.Helper()
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// accessible checks the page as it stands, in both themes. The state is named in what is
// told of it.
func (v *visit) accessible(state string) {
	v.Helper()
	eval[bool](v, "if (!window.access) {\n%s}\ntrue", access)
	for _, scheme := range schemes {
		v.prefer(scheme)
		for _, fault := range eval[[]string](v, "access.check()") {
			v.Errorf("%s, %s: %s", state, scheme, fault)
		}
	}
}

func TestEverybodyCanUseThePage(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.prefer("light")
		v.accessible("untouched")

		v.say(line)
		v.answered("now belongs to")
		v.say("/assign 12 omar@twerlo.com")
		v.answered("Nothing was done.")
		v.say("/assign help")
		v.answered("/assign")
		v.accessible("answers")

		v.press(composer)
		v.write("/")
		v.see(css(`[role="listbox"][data-kind="slash"]`))
		v.accessible("slash menu")
		v.key(escape)

		v.press(css(`[data-act="people"]`))
		v.see(css(`[role="menu"] [data-person]`))
		v.accessible("switch of people")
		v.key(escape)
	})
}

func TestEverybodyCanUseTheForm(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.prefer("light")
		v.say("/assign ")
		v.see(dialog)
		v.accessible("form")
		v.fill(field("contact"), "054")
		v.pick(field("agent"), "nou", "noura.s@twerlo.com")
		v.submit()
		v.see(dialog.its(`[data-error-for="contact"]`))
		v.accessible("form with an error")
		v.fill(field("agent"), "la")
		v.see(css(`.bk-list [role="option"][data-value]`))
		v.accessible("type-ahead")
	})
}

func TestEverybodyCanUseThePanels(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.prefer("light")
		v.say(line)
		v.owned(contact, "omar@twerlo.com")
		v.killBot()
		v.say(line)
		v.see(message("/assign failed with the error"))
		v.accessible("bot is dead")
		for _, panel := range []string{"azeer", "timeline", "trouble", "gallery"} {
			v.show(panel)
			if panel == "gallery" {
				v.see(css(".gallery-item"))
			}
			v.accessible(panel)
		}
	})
}

func TestEverybodyCanUseThePageInArabic(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.prefer("light")
		v.be("layla")
		v.say(line)
		v.answered("omar@twerlo.com")
		v.accessible("Arabic")
		v.say("/assign ")
		v.see(dialog)
		v.submit()
		v.see(dialog.its("[data-error-for]"))
		v.accessible("Arabic form")
	})
}
