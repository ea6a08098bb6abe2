//go:build slow

package pagetest

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

func TestContactInAMessageIsAssigned(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.visitPlace("support")
		row := message("+966 55 555 5555 asks for a call back")
		v.see(row)
		v.messageMenu(row)
		v.press(css(`[role="menu"] [data-callback="assign_from_message"]`))
		v.see(dialog)
		if found := v.see(field("contact")).Value; found != "+966 55 555 5555" {
			v.Errorf("the form has %q", found)
		}
		v.pick(field("agent"), "omar", "omar@twerlo.com")
		v.submit()
		v.gone(dialog)
		v.answered("+966 55 555 5555 now belongs to Omar Hassan")
		v.owned("966555555555", "omar@twerlo.com")
	})
}

// A file is chosen, taken away, chosen again and sent; its numbers are assigned in one go.
func TestNumbersOfAFileAreAssigned(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		choose := func() {
			eval[bool](v, `(() => {
				const chosen = new DataTransfer();
				chosen.items.add(new File(['Name,Phone\nPalm,0566666666\nNoor,0588888888\n'], 'fair list.csv', { type: 'text/csv' }));
				const input = document.querySelector('.composer input[type="file"]');
				input.files = chosen.files;
				return input.dispatchEvent(new Event('change'));
			})()`)
		}
		v.visitPlace("support")
		choose()
		v.see(css(".composer-file").says("fair list.csv"))
		v.press(css(`[data-act="detach"]`))
		v.gone(css(".composer-file"))
		choose()
		v.press(css(`.composer [data-act="send"]`))
		row := message("fair list.csv")
		v.see(row)
		v.gone(css(".composer-file"))
		v.messageMenu(row)
		v.press(css(`[role="menu"] [data-callback="assign_from_message"]`))
		v.see(dialog)
		v.pick(field("agent"), "omar", "omar@twerlo.com")
		v.submit()
		v.gone(dialog)
		v.answered("2 of 2 contacts assigned to Omar Hassan")
		v.owned("966566666666", "omar@twerlo.com")
		v.owned("966588888888", "omar@twerlo.com")
	})
}

func TestMentionIsAnsweredWhereItStands(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.press(composer)
		v.write("@az")
		v.press(css(`[data-kind="people"] [role="option"][data-value="azeer"]`))
		v.write("assign 0544444444 omar@twerlo.com")
		v.key(enter)
		v.answered("now belongs to Omar Hassan")

		v.messageMenu(message("Good morning"))
		v.press(css(`[role="menu"] [data-act="reply"]`))
		v.fill(css(`textarea[data-composer-input="thread"]`), "@azeer assign 0544444444 sara@twerlo.com")
		v.key(enter)
		v.see(css("#thread .msg.is-private").says("now belongs to Sara Ali"))
	})
}

func TestMenusSayWhoIsThereAndWhatIsWhat(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		person := func(handle string) thing {
			return css(`[data-kind="people"] [role="option"][data-value="` + handle + `"]`)
		}
		v.visitPlace("vip")
		v.press(composer)
		v.write("@")
		v.see(person("azeer").says("not in this channel"))
		v.see(person("omar").says("not in this channel"))
		v.see(person("support-oncall").says("User group"))
		v.gone(person("manager").says("not in this channel"))
		v.key(escape)
		v.key('k', kb.ModifierCtrl)
		v.see(css(".jump-option").says("Azeer Assign").its(".jump-kind"))
		v.gone(css(".jump-kind").says("Apps"))
	})
}

func TestWayToTheLatestMessagesIsOneLine(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	v.demo.flood(60)
	v.see(message("customer"))
	v.messageMenu(message("customer"))
	v.press(css(`[role="menu"] [data-act="reply"]`))
	v.see(css("#thread"))
	v.scroll(-2500)
	if pill := v.see(css(`#messages [data-act="latest"]`).says("Latest messages")); pill.Height > 36 {
		v.Errorf("it is %.0f pixels high", pill.Height)
	}
}

func TestUndoAndHistory(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say(line)
		v.answered("now belongs to Omar Hassan")
		v.say("/assign 0544444444 sara@twerlo.com")
		v.answered("now belongs to Sara Ali")
		v.press(message("now belongs to Sara Ali").its("button[data-action]").says("Undo"))
		v.owned(contact, "omar@twerlo.com")
		v.say("/assign history 0544444444")
		v.answered("sara@twerlo.com")
		v.gone(css("#place .msg-edited"))
	})
}

func TestFirstStepsTeach(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.prefer("light") // and no pauses
		unfold := func() {
			if v.device.narrow() {
				v.press(css(`[data-act="steps-fold"]`))
			}
		}
		next := func(step, label string) thing {
			return css(`.step.is-next[data-step="` + step + `"] [data-act="step-` + step + `"]`).says(label)
		}
		unfold()
		v.press(next("type", "Try it"))
		v.until(`eyes.one(%s)?.value === '`+line+`'`, composer)
		if !v.device.narrow() { // where they are folded away again
			v.see(next("type", "Press Enter"))
		}
		v.key(enter)
		v.answered("now belongs to Omar Hassan")
		if v.device.touch { // on a desktop it is before one's eyes
			unfold()
			v.press(next("watch", "Show me"))
			v.see(css(`.az-contact[data-contact="` + contact + `"][data-owner="omar@twerlo.com"]`))
		}

		unfold()
		v.press(next("kill", "Watch"))
		v.see(css(`.step[data-step="kill"] .step-stage`).evenHidden())
		v.see(css(`[role="tabpanel"][data-panel="timeline"]`))
		survivor := css(`.tl-item[data-outcome="seen"]`).says("/assign 0566666666 omar@twerlo.com")
		v.see(survivor)
		for _, step := range []string{"stored", "sent", "answered", "seen"} {
			v.see(survivor.its(`.tl-step[data-step~="` + step + `"]`))
		}
		v.see(css(".steps-end").says("You’ve seen the basics."))
		v.gone(css(".steps"))
		now := v.demo.state("manager").Trouble
		if now.Azeer != "none" || now.Bot != "running" {
			v.Errorf("left behind: %+v", now)
		}
		v.owned("966566666666", "omar@twerlo.com")
		if text := v.see(composer).Value; text != "" {
			v.Errorf("left behind: %q", text)
		}
		v.reload()
		v.gone(css(".steps"))
		v.press(css(`[data-act="settings"]`))
		v.press(css(`[data-act="steps-on"]`))
		unfold()
		v.see(css(".steps"))
		v.press(css(`[data-act="steps-off"]`))
		v.gone(css(".steps"))
	})
}

func TestThemeIsThePersonsOrTheSystems(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	dark := func() bool {
		return eval[bool](v, `matchMedia('all').matches && getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).every((part) => part < 90)`)
	}
	choose := func(theme string) {
		v.press(css(`[data-act="settings"]`))
		v.press(css(`[data-act="theme"][data-theme="` + theme + `"]`))
	}
	for _, system := range []string{"light", "dark"} {
		v.prefer(system)
		for _, theme := range []string{"light", "dark", "auto"} {
			choose(theme)
			v.reload()
			if want := theme == "dark" || theme == "auto" && system == "dark"; dark() != want {
				t.Errorf("%s on a %s system is dark: %v", theme, system, dark())
			}
		}
	}
}

// scroll turns the mouse's wheel over the messages by so many pixels, down if positive.
func (v *visit) scroll(down float64) {
	v.Helper()
	at := v.see(css("#messages .feed-scroll"))
	call(v, input.SynthesizeScrollGesture, input.SynthesizeScrollGestureParams{
		X: at.X + at.Width/2, Y: at.Y + at.Height/2, YDistance: -down, Speed: 20_000, GestureSourceType: input.GestureSourceTypeMouse,
	})
	eval[bool](v, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
}
