package pagetest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// focused is what has the focus, by its accessible name.
func (v *visit) focused() string {
	v.Helper()
	at := eval[*sight](v, "eyes.focused()")
	if at == nil {
		return ""
	}
	return at.Name
}

// onFocus waits until something has the focus.
func (v *visit) onFocus(th thing) {
	v.Helper()
	v.until(`eyes.one(%s) === document.activeElement`, th)
}

// tabTo presses Tab until something has the focus.
func (v *visit) tabTo(th thing) {
	v.Helper()
	for range 40 {
		v.key(tab)
		if eval[bool](v, `eyes.one(%s) === document.activeElement`, th) {
			return
		}
	}
	v.Fatalf("Tab does not come to %s", th)
}

func TestKeyboardAloneFromOpeningToAnswer(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	v.key(tab)
	if at := v.focused(); at != "Skip to the message box" {
		v.Errorf("the first stop is %q", at)
	}
	v.key(enter)
	v.onFocus(composer)

	// A command, from the menu.
	v.write("/a")
	v.see(css(`[data-kind="slash"] [role="option"][aria-selected="true"]`))
	v.key(arrowDown)
	v.key(arrowUp)
	v.key(enter)
	v.write("0544444444 nobody@twerlo.com")
	v.key(enter)
	v.answered("Azeer has no agent with the email nobody@twerlo.com.")

	// The answer's button, and the form behind it.
	fix := message("Azeer has no agent").its("button[data-action]").says("Fix in form")
	v.key(f6, kb.ModifierShift)
	v.key(f6)
	v.onFocus(composer)
	v.key(tab, kb.ModifierShift)
	for range 10 {
		if eval[bool](v, `eyes.one(%s) === document.activeElement`, fix) {
			break
		}
		v.key(tab, kb.ModifierShift)
	}
	v.onFocus(fix)
	v.key(enter)
	v.see(dialog)
	v.until(`eyes.one(%s)?.contains(document.activeElement)`, dialog)
	v.tabTo(field("agent"))
	v.key('a', kb.ModifierCtrl)
	v.write("omar")
	v.see(css(`.bk-list [role="option"][data-value]`).says("omar@twerlo.com"))
	v.key(enter)
	v.tabTo(css("button.modal-submit").in(dialog))
	v.key(enter)
	v.gone(dialog)
	v.answered("now belongs to Omar Hassan")

	// What happened, without a mouse.
	v.keyToPart(css(`[role="tab"][data-panel="azeer"]`))
	v.key(arrowRight)
	v.onFocus(css(`[role="tab"][data-panel="timeline"]`))
	v.see(css(`[role="tabpanel"][data-panel="timeline"] .tl-item`))
	more := css(`.tl-item .tl-more`)
	v.tabTo(more)
	v.key(enter)
	v.see(css(`.tl-item [data-json="ack"]`))
	v.tabTo(css(`.tl-json pre`))

	// Somewhere else, and back to writing.
	v.key('k', kb.ModifierCtrl)
	v.write("sara")
	v.key(enter)
	v.see(css("#place .place-title").says("Sara Ali"))
	v.onFocus(composer)
}

// keyToPart presses F6 until something has the focus.
func (v *visit) keyToPart(th thing) {
	v.Helper()
	for range 6 {
		v.key(f6)
		if eval[bool](v, `eyes.one(%s) === document.activeElement`, th) {
			return
		}
	}
	v.Fatalf("F6 does not come to %s", th)
}
