package pagetest

import (
	"testing"
)

// What a person does at the page. The hooks named here are those that the page's own
// scripts promise to keep.

// composer is where one writes in the conversation that is shown.
var composer = css(`#place textarea[data-composer-input="place"]`)

// dialog is the form on top.
var dialog = css(`#layer .is-top [role="dialog"], #layer [role="dialog"].is-top`)

// onEachDevice runs a story before a fresh demo on each device; unless all is to be thorough,
// on one of them, which its name decides.
func onEachDevice(t *testing.T, story func(v *visit)) {
	t.Parallel()
	chosen := devices
	if !thorough {
		n := len(t.Name()) % len(devices)
		chosen = devices[n : n+1]
	}
	for _, d := range chosen {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			story(open(t, d))
		})
	}
}

// say writes a line and sends it. Where a line is nothing but a command, a space behind
// it closes the menu, in which Enter would choose.
func (v *visit) say(line string) {
	v.Helper()
	v.fill(composer, line)
	v.key(enter)
}

// be becomes somebody else.
func (v *visit) be(handle string) {
	v.Helper()
	v.press(css(`[data-act="people"]`))
	v.press(css(`[role^="menuitem"][data-person="` + handle + `"]`))
	v.see(css(`[data-act="people"][data-person="` + handle + `"]`))
}

// visitPlace goes to a conversation: "general", "@sara", or the app's.
func (v *visit) visitPlace(name string) {
	v.Helper()
	if v.device.touch {
		v.press(css(`#place [data-act="places"]`))
	}
	place := `.side [data-act="place"][data-name="` + name + `"]`
	v.press(css(place))
	v.see(css(place + `[aria-current]`).evenHidden())
	v.see(css(`#place .place-title`))
}

// show opens a panel: azeer, timeline, trouble, workflow or gallery; on a phone chat is one, too.
func (v *visit) show(panel string) {
	v.Helper()
	switch {
	case !v.device.narrow() && panel == "chat":
		return
	case !v.device.narrow():
		v.press(css(`[data-act="panel"][data-panel="` + panel + `"]`))
	case eval[bool](v, `eyes.count(%s) > 0`, dialog): // which has the whole screen, but not the browser's address
		eval[bool](v, `(location.hash = location.hash.replace(/&panel=[^&]*/, '') + '&panel=%s', true)`, panel)
	default:
		v.press(css(`[data-act="bottom"][data-panel="` + panel + `"]`))
	}
	if panel != "chat" {
		v.see(css(`[role="tabpanel"][data-panel="` + panel + `"]`))
	}
}

// turn turns a switch, or pushes a button, of the Trouble panel, and comes back.
func (v *visit) turn(name string) {
	v.Helper()
	v.show("trouble")
	control := css(`[data-switch="` + name + `"]`)
	was := v.see(control).Attributes["aria-checked"]
	v.press(control)
	if was != "" {
		v.see(css(`[data-switch="` + name + `"][aria-checked="` + map[string]string{"true": "false", "false": "true"}[was] + `"]`))
	}
	v.show("chat")
}

// killBot kills the bot and waits until the page says so.
func (v *visit) killBot() {
	v.Helper()
	v.turn("bot_kill")
	v.see(css(`.bot[data-bot="stopped"]`))
}

// startBot starts the bot and waits until it is connected.
func (v *visit) startBot() {
	v.Helper()
	v.turn("bot_start")
	v.see(css(`.bot[data-bot="running"][data-well="true"]`))
}

// owned waits until the page shows whose a contact is.
func (v *visit) owned(contact, agent string) {
	v.Helper()
	v.show("azeer")
	v.see(css(`.az-contact[data-contact="` + contact + `"][data-owner="` + agent + `"]`))
	v.show("chat")
}

// messageMenu opens the menu of a message: by what appears under the mouse, or on a
// phone by what is there.
func (v *visit) messageMenu(row thing) {
	v.Helper()
	if !v.device.touch {
		v.point(row)
	}
	v.press(row.its(`[data-act="message-menu"]`))
}

// interaction is the newest entry of What happened that holds this text.
func interaction(says string) thing { return css(`.tl-item`).says(says) }

// answered waits for a private answer that says this, and returns it.
func (v *visit) answered(says string) sight {
	v.Helper()
	answer := v.see(css(`#place .msg.is-private[data-author="azeer"]`).says(says).newest())
	if v.see(css(`#place .msg.is-private .msg-private`)).Text == "" {
		v.Error("the answer is not marked as private")
	}
	return answer
}

// newest is the last of those that fit.
func (th thing) newest() thing { th.Last = true; return th }

// pick opens a menu of options, looks for one by a few letters, and chooses it.
func (v *visit) pick(field thing, letters, option string) {
	v.Helper()
	v.fill(field, letters)
	v.press(css(`.bk-list [role="option"][data-value]`).says(option))
}

// field is an element of the form on top.
func field(action string) thing { return css(`[data-action="` + action + `"]`).in(dialog) }

// submit is the button that sends the form on top.
var submit = css("button.modal-submit").in(dialog)

func (v *visit) submit() {
	v.Helper()
	v.press(submit)
}

// stepInput is a field of the step in the Workflow panel, output what came out of the newest run.
func stepInput(name string) thing { return css(`.wf-entry[data-input="` + name + `"]`) }

func output(name string) thing { return css(`.wf-one:first-child [data-output="` + name + `"]`) }

// choosesIn chooses in a field what begins with a label.
func (v *visit) choosesIn(field thing, label string) {
	v.Helper()
	v.until(`(() => {
		const field = eyes.one(%s), option = field && [...field.options].find((one) => one.textContent.startsWith('`+label+`'));
		if (!option) return false;
		field.value = option.value;
		field.dispatchEvent(new Event('change', { bubbles: true }));
		return true;
	})()`, field)
}
