//go:build slow

package pagetest

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
)

// homeView is a Home tab with a button that asks first, menus, and what was chosen last.
func homeView(last string) object {
	confirm := object{"title": plain("Delete everything?"), "text": mrkdwn("It is *gone* then."), "confirm": plain("Delete"), "deny": plain("Keep it"), "style": "danger"}
	return object{"type": "home", "blocks": []object{
		{"type": "header", "text": plain("Your example")},
		section("Last: " + last),
		{"type": "actions", "block_id": "tools", "elements": []object{
			{"type": "button", "action_id": "delete", "text": plain("Delete"), "style": "danger", "value": "all", "confirm": confirm},
			{"type": "static_select", "action_id": "colour", "placeholder": plain("Colour"), "options": []object{option("Red", "red"), option("Blue", "blue")}},
			{"type": "overflow", "action_id": "more", "options": []object{option("Rename", "rename"), option("Share", "share")}},
			{"type": "checkboxes", "action_id": "boxes", "options": []object{option("One", "1"), option("Two", "2")}},
			{"type": "radio_buttons", "action_id": "size", "options": []object{option("Small", "s"), option("Large", "l")}},
		}},
		{"type": "divider"},
		{"type": "context", "elements": []object{mrkdwn("Drawn by the *example*")}},
	}}
}

func TestHomeTabOfAnApp(t *testing.T) {
	t.Parallel()
	for _, d := range devices {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			var clicks atomic.Int32
			s := startStage(t, nil, func(s *stage, e envelope) any {
				last := "nothing"
				switch {
				case e.Type == "interactive":
					clicks.Add(1)
					last = at(e.Payload, "actions", "action_id") + " " + at(e.Payload, "actions", "value") +
						at(e.Payload, "actions", "selected_option", "value") + at(e.Payload, "actions", "selected_options", "value")
				case at(e.Payload, "event", "tab") != "home":
					return nil
				}
				user := at(e.Payload, "event", "user") + at(e.Payload, "user", "id")
				s.bot("views.publish", object{"user_id": user, "view": homeView(strings.TrimSpace(last))})
				return nil
			})
			v := visitTo(t, s.demo, d, "")
			v.settled()
			v.visitPlace("Example App")
			home := css("#home")
			last := func(what string) { v.see(home.its("[data-block]").says("Last: " + what)) }
			last("nothing")

			v.press(home.its(`[data-action="delete"]`))
			v.see(css(`[role="alertdialog"]`).says("It is gone then."))
			v.press(css(".confirm-no"))
			v.gone(css(`[role="alertdialog"]`))
			if clicks.Load() > 0 {
				t.Error("the app was told although the person said no")
			}
			v.press(home.its(`[data-action="delete"]`))
			v.press(css(".confirm-yes"))
			last("delete all")

			v.fill(home.its(`input[data-action="colour"]`), "bl")
			v.press(css(`[role="option"][data-value="blue"]`))
			last("colour blue")
			v.press(home.its(`button[data-action="more"]`))
			v.press(css(`[role="menuitem"]`).says("Share"))
			last("more share")
			v.press(home.its(`[data-action="boxes"] label`).says("Two"))
			last("boxes 2")
			v.press(home.its(`[data-action="size"] label`).says("Large"))
			last("size l")

			v.press(css(`[data-act="tab"][data-tab="messages"]`))
			v.gone(home)
			v.say("hello, example")
			v.see(message("hello, example"))
		})
	}
}

// formView is a modal with every kind of field, number n of a stack.
func formView(n, private string) object {
	blocks := []object{section("You looked at: " + private)}
	for name, element := range map[string]object{
		"text":  {"type": "plain_text_input", "action_id": "text", "min_length": 3},
		"boxes": {"type": "checkboxes", "action_id": "boxes", "options": []object{option("Red", "red"), option("Blue", "blue")}},
		"day":   {"type": "datepicker", "action_id": "day"},
		"who":   {"type": "users_select", "action_id": "who"},
		"email": {"type": "email_text_input", "action_id": "email"},
	} {
		blocks = append(blocks, object{"type": "input", "block_id": name, "optional": name != "text", "label": plain("Field " + name), "element": element})
	}
	return object{"type": "modal", "callback_id": "form" + n, "title": plain("Form " + n), "submit": plain("Next"), "close": plain("Leave"), "blocks": blocks}
}

func TestMessageShortcutAndStackOfForms(t *testing.T) {
	t.Parallel()
	for _, d := range devices {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := startStage(t, nil, func(s *stage, e envelope) any {
				switch at(e.Payload, "type") {
				case "message_action":
					s.bot("views.open", object{"trigger_id": at(e.Payload, "trigger_id"), "view": formView("1", at(e.Payload, "message", "text"))})
				case "view_submission":
					if at(e.Payload, "view", "callback_id") == "form1" {
						return object{"response_action": "push", "view": formView("2", "this")}
					}
					return object{"response_action": "errors", "errors": object{"text": "The app does not like it"}}
				}
				return nil
			})
			s.act("sara", "say", map[string]any{"place": s.place("sara", "general"), "text": "look at me"})
			v := visitTo(t, s.demo, d, "")
			v.settled()
			v.messageMenu(message("look at me"))
			v.press(css(`[role="menu"] [data-act="message-shortcut"][data-callback="look"]`))
			v.see(dialog.says("You looked at: look at me"))

			// The client's own checks, before the app hears of it.
			v.fill(field("text"), "ab")
			v.submit()
			v.see(dialog.its(`[data-error-for="text"]`).says("3"))
			v.fill(field("text"), "abc")
			v.submit()
			v.see(dialog.says("Form 2"))
			v.fill(field("text"), "something")
			v.submit()
			v.see(dialog.its(`[data-error-for="text"]`).says("The app does not like it"))
			twice := func(th thing, act string) {
				eval[bool](v, `[1, 2].map(() => eyes.one(%s).`+act+`).length > 0`, th)
			}
			twice(dialog, `dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true, cancelable: true}))`)
			v.see(dialog.says("Form 1"))
			if kept := v.see(field("text")).Value; kept != "abc" {
				t.Errorf("the first form holds %q", kept)
			}
			v.submit()
			v.see(dialog.says("Form 2"))
			v.press(css(".modal-back").in(dialog))
			v.see(dialog.says("Form 1"))
			twice(dialog.its(".modal-x"), "click()")
			v.gone(dialog)
			v.say("that was all")
			v.see(message("that was all"))
			if told := eval[string](v, `document.querySelector('#toasts').innerText`); told != "" {
				t.Errorf("the page complains: %s", told)
			}
		})
	}
}

func TestBrokenRulesAndSilenceAreShown(t *testing.T) {
	t.Parallel()
	for _, d := range devices {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := startStage(t, nil, func(_ *stage, e envelope) any {
				if at(e.Payload, "text") == "" {
					return silence{}
				}
				return object{"response_type": "ephemeral", "blocks": []object{{"type": "no_such_block"}}}
			})
			v := visitTo(t, s.demo, d, "")
			v.settled()
			v.say("/example something")
			v.show("timeline")
			v.see(interaction("/example something").its(".tl-breach"))
			if count := v.see(css(".tl-breaches")).Attributes["data-breaches"]; count == "0" {
				t.Error("the page does not count what was broken")
			}
			v.announce("broken rule")
			badge := css(`[data-act="panel"][data-panel="timeline"] .tab-badge, [data-act="bottom"][data-panel="timeline"] .tab-badge`)
			v.see(badge)

			v.show("chat")
			v.say("/example ")
			v.see(message(`/example failed with the error "operation_timeout"`))
		})
	}
}

func TestUnknownBlocksAreLoud(t *testing.T) {
	t.Parallel()
	goldens := fstest.MapFS{
		"message_odd.golden.json":  {Data: []byte(`{"text":"odd","blocks":[{"type":"carousel"},{"type":"actions","elements":[{"type":"joystick","action_id":"x"}]}]}`)},
		"view_odd.ar.golden.json":  {Data: []byte(`{"type":"modal","title":{"type":"plain_text","text":"Odd"},"blocks":[{"type":"input","block_id":"a","label":{"type":"plain_text","text":"A"},"element":{"type":"thought_input","action_id":"y"}}]}`)},
		"message_good.golden.json": {Data: []byte(`{"text":"good","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"good"}}]}`)},
	}
	s := startStage(t, goldens, func(*stage, envelope) any { return nil })
	v := visitTo(t, s.demo, desktop, "")
	v.settled()
	v.show("gallery")
	v.see(css(".gallery-item"))
	v.choose("")
	for _, odd := range []string{"carousel", "joystick", "thought_input"} {
		v.see(css(`.bk-unknown[role="alert"][data-unknown="` + odd + `"]`).says(odd))
		v.expects(odd)
	}
	v.gone(css(`.gallery-item[data-name="good"] .bk-unknown`))
}
