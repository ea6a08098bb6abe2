//go:build slow

package pagetest

import (
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"
)

// judged makes the visit one whose page can be judged.
func (v *visit) judged() {
	v.Helper()
	v.prefer("light")
	call(v, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: access})
	v.reload()
}

// accessible judges the page as it is now, in both themes of the system.
func (v *visit) accessible(state string) {
	v.Helper()
	for _, theme := range []string{"dark", "light"} {
		v.prefer(theme)
		for _, fault := range eval[[]string](v, "access.look()") {
			v.Errorf("%s, %s: %s", state, theme, fault)
		}
	}
}

func TestAccessible(t *testing.T) {
	t.Parallel()
	for _, d := range devices {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			v := open(t, d)
			v.judged()
			v.accessible("at first")
			v.accessibleChat()
			v.accessibleForm()
			v.accessiblePanels()
			v.accessibleArabic()
		})
	}
}

// accessibleChat goes through what the workspace shows.
func (v *visit) accessibleChat() {
	v.Helper()
	v.press(composer)
	v.write("/")
	v.see(css(`[data-kind="slash"] [role="option"]`))
	v.accessible("with the slash menu")
	v.key(escape)
	v.say("/assign 12 omar@twerlo.com")
	v.answered("Nothing was done.")
	v.say(line)
	v.answered("now belongs to")
	v.say("/nothing")
	v.see(css(`#place .composer-error`))
	v.accessible("with answers and an error")
	v.fill(composer, "")

	v.messageMenu(message("Good morning"))
	v.see(css(`[role="menu"]`))
	v.accessible("with the message menu")
	v.press(css(`[role="menu"] [data-act="reply"]`))
	v.see(css("#thread"))
	v.accessible("with a thread")
	v.press(css(`#thread [data-act="close-thread"]`))

	for _, menu := range []string{"people", "settings", "shortcuts"} {
		v.press(css(`[data-act="` + menu + `"]`))
		v.see(css(`[role="menu"]`))
		v.accessible("with the menu " + menu)
		v.key(escape)
		v.gone(css(`[role="menu"]`))
	}
	v.key('k', kb.ModifierCtrl)
	v.see(css(`.jump [role="option"]`))
	v.accessible("with the switch between conversations")
	v.key(escape)
	v.gone(css(".jump"))
	if v.device.touch {
		v.press(css(`#place [data-act="places"]`))
		v.accessible("with the list of conversations")
		v.press(css(`.side [data-name="general"]`))
	}
}

// accessibleForm goes through the form, with errors and its menu.
func (v *visit) accessibleForm() {
	v.Helper()
	v.say("/assign ")
	v.see(dialog)
	v.accessible("with the form")
	v.fill(field("contact"), "12")
	v.fill(field("agent"), "no")
	v.see(css(`.bk-list [role="option"][data-value]`))
	v.accessible("with the menu of agents")
	v.press(css(`.bk-list [role="option"][data-value]`))
	v.submit()
	v.see(dialog.its(`[data-error-for]`).says("too short"))
	v.accessible("with an error in the form")
	v.press(dialog.its(".modal-x"))
	v.gone(dialog)
}

// accessiblePanels goes through the panels, with something in them.
func (v *visit) accessiblePanels() {
	v.Helper()
	v.show("timeline")
	v.press(interaction(line).its(".tl-more"))
	v.see(interaction(line).its(`[data-json="ack"]`))
	v.accessible("What happened")
	v.show("trouble")
	v.press(css(`[data-switch="azeer_slow"]`))
	v.see(css(`[data-switch="azeer_slow"][aria-checked="true"]`))
	v.press(css(`[data-switch="bot_kill"]`))
	v.see(css(`.tr-status[data-bot="stopped"]`))
	v.accessible("Trouble")
	v.show("workflow")
	v.fill(css(`.wf-entry[data-input="contact"]`), "0544444444")
	v.press(css(`[data-act="run-step"]`))
	v.see(css(`.wf-one[data-state="running"]`))
	v.accessible("Workflow")
	v.show("gallery")
	v.see(css(".gallery-item"))
	v.accessible("Gallery")
	v.show("azeer")
	v.see(css(".az-contact"))
	v.accessible("Azeer")
	v.show("chat")
}

// accessibleArabic looks at the workspace of somebody who reads from right to left, with
// a bot that is dead, and at the form when it is back.
func (v *visit) accessibleArabic() {
	v.Helper()
	v.be("layla")
	v.say(line)
	v.see(message("/assign"))
	v.accessible("in Arabic")
	v.turn("azeer_slow") // off again
	v.startBot()
	v.say("/assign ")
	v.see(dialog)
	v.pick(field("agent"), "omar", "omar@twerlo.com")
	v.see(css(".bk-select.is-chosen").in(dialog))
	v.accessible("with the form in Arabic")
	v.press(dialog.its(".modal-x"))
	v.gone(dialog)
}

func TestTabReachesEverythingAndShowsIt(t *testing.T) {
	t.Parallel()
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			t.Parallel()
			v := open(t, desktop)
			v.judged()
			v.prefer(theme)
			v.say(line)
			v.answered("now belongs to")
			v.tabThrough("the page")
			v.say("/assign ")
			v.see(dialog)
			v.tabThrough("the form")
			v.key(escape)
			v.gone(dialog)
			for _, panel := range []string{"timeline", "trouble", "workflow"} {
				v.show(panel)
				v.tabThrough(panel)
			}
		})
	}
}

// tabThrough presses Tab until it has come round, and looks at each stop.
func (v *visit) tabThrough(what string) {
	v.Helper()
	eval[any](v, "access.forget()")
	type stop struct {
		Where, Fault string
		Again        bool
	}
	const most = 200
	for range most {
		v.key(tab)
		at := eval[stop](v, "access.focus()")
		if at.Again {
			break
		}
		if at.Fault != "" {
			v.Errorf("%s: %s: %s", what, at.Where, at.Fault)
		}
	}
	for _, missed := range eval[[]string](v, "access.missed()") {
		v.Errorf("%s: Tab does not reach %s", what, missed)
	}
}
