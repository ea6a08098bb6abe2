//go:build slow

package pagetest

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

func TestTwoPagesStayInStep(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	twin := visitTo(t, v.demo, phone, "#person=manager")
	twin.settled()
	other := visitTo(t, v.demo, desktop, "#person=sara")
	other.settled()

	v.say("Who is on call?")
	twin.see(message("Who is on call?"))
	other.see(message("Who is on call?"))

	v.say(line)
	twin.answered("now belongs to Omar Hassan")
	twin.owned(contact, "omar@twerlo.com")
	other.owned(contact, "omar@twerlo.com")
	other.gone(message("now belongs to"))

	// A form is on the page that asked for it, and outlives one on another page.
	v.say("/assign ")
	v.see(dialog)
	v.fill(field("contact"), "0566666666")
	twin.say("/assign ")
	twin.see(dialog)
	if text := twin.see(field("contact")).Value; text != "" {
		t.Errorf("a form of one page has %q of another's", text)
	}
	twin.press(dialog.its(".modal-x"))
	twin.gone(dialog)
	v.pick(field("agent"), "sara", "sara@twerlo.com")
	v.submit()
	v.gone(dialog)
	twin.answered("now belongs to Sara Ali")
	other.owned("966566666666", "sara@twerlo.com")

	// The switches are everybody's.
	v.turn("azeer_401")
	other.show("trouble")
	other.see(css(`[data-switch="azeer_401"][aria-checked="true"]`))
	other.turn("azeer_401")
	v.see(css(`[data-switch="azeer_401"][aria-checked="false"]`))

	v.killBot()
	twin.see(css(`.bot[data-bot="stopped"]`))
	other.see(css(`.bot[data-bot="stopped"]`))
}

// Only a form that comes brings a phone back to the chat.
func TestPhoneStaysWhereItIsWhileAFormChanges(t *testing.T) {
	t.Parallel()
	v := open(t, phone)
	mine := func(act string, args map[string]any) {
		args["client"] = v.client()
		v.demo.act("manager", act, args)
	}
	v.say("/assign ")
	form := v.see(dialog).Attributes["data-view"]
	v.show("timeline")
	mine("fill", map[string]any{"view": form, "values": map[string]any{"contact": "0566666666"}})
	v.until(`eyes.one(%s)?.value === '0566666666'`, css(`#layer [data-action="contact"]`).evenHidden())
	v.see(css(`[role="tabpanel"][data-panel="timeline"]`))
	mine("cancel", map[string]any{"view": form})
	v.gone(css(`#layer [role="dialog"]`).evenHidden())
	v.see(css(`[role="tabpanel"][data-panel="timeline"]`))
	mine("command", map[string]any{"place": "#general", "line": "/assign"})
	v.see(dialog)
}

// What comes while a button is held down is drawn once it is let go: a button that is drawn
// anew under the finger would lose the press.
func TestAPressOutlivesWhatComesMeanwhile(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	v.say("/assign ")
	form := v.see(dialog).Attributes["data-view"]
	v.fill(field("contact"), "0566666666")
	v.pick(field("agent"), "sara", "sara@twerlo.com")
	v.pressWhile(submit, "forms", func() {
		v.demo.act("manager", "fill", map[string]any{"client": v.client(), "view": form, "values": map[string]any{"note": "Wants a price."}})
	})
	v.gone(dialog)
	v.answered("now belongs to Sara Ali")

	v.pressWhile(css(".bot-text"), "trouble", func() {
		v.demo.act("manager", "trouble", map[string]any{"switch": "bot_kill"})
	})
	v.see(css(`[role="tabpanel"][data-panel="trouble"]`))
	v.see(css(`.bot[data-bot="stopped"]`))
}

// pressWhile holds the mouse's button down on the thing while something happens, until the
// page has been sent an event of that type.
func (v *visit) pressWhile(th thing, event string, happens func()) {
	v.Helper()
	at := eyesight[struct{ X, Y float64 }](v, "ready", th)
	v.missed() // only this press counts
	mouse := func(what input.DispatchMouseEventType) {
		v.do(chromedp.MouseEvent(what, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	}
	mouse(input.DispatchMouseEventTypeMousePressed)
	eval[bool](v, `import('/js/store.js').then(({store}) => {
		window.came = new Promise((resolve) => store.stream.addEventListener('message',
			({data}) => JSON.parse(data).type === '%s' && resolve(true)));
		return true;
	})`, event)
	happens()
	eval[bool](v, `window.came`)
	mouse(input.DispatchMouseEventTypeMouseReleased)
}

// client is the name of the tab at the sandbox.
func (v *visit) client() string {
	v.Helper()
	return eval[string](v, `JSON.parse(sessionStorage.getItem('client'))`)
}

func TestPageSaysThatTheSandboxIsGone(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	d := startDemo(t)
	v.demo = nil // it is about to go, and nobody can be asked about rules
	v.origin = d.url
	v.look(d.url)
	v.settled()
	v.announce("ERR_CONNECTION_REFUSED")
	v.announce("ERR_INCOMPLETE_CHUNKED_ENCODING")
	d.end()
	v.see(css(`.lost[role="alert"]`).says("The connection to the sandbox is lost"))
	v.say(line)
	v.see(css("#place .composer-error").says("The sandbox cannot be reached"))
	if kept := v.see(composer).Value; kept != line {
		v.Errorf("what was typed is lost: %q", kept)
	}
}
