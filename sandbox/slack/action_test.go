package slack

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/jsonmap"
)

// everyElement is a message, or with kind "home" a Home tab, of elements that tell
// the app at once.
func everyElement() []any {
	return []any{
		map[string]any{"type": "actions", "block_id": "row", "elements": []any{
			map[string]any{"type": "static_select", "action_id": "static", "placeholder": plain("Pick"),
				"options": []any{option("One", "1"), option("Two", "2")}},
			map[string]any{"type": "overflow", "action_id": "more", "options": []any{option("Edit", "edit"), option("Drop", "drop")}},
			map[string]any{"type": "checkboxes", "action_id": "boxes", "options": []any{option("A", "a"), option("B", "b")}},
			map[string]any{"type": "users_select", "action_id": "who", "placeholder": plain("Who")},
			map[string]any{"type": "datepicker", "action_id": "day"},
		}},
		map[string]any{"type": "section", "block_id": "ask", "text": plain("Whom?"), "accessory": map[string]any{
			"type": "external_select", "action_id": "agent", "placeholder": plain("Agent"), "min_query_length": 1}},
	}
}

// used has a person use an element and returns the action that the app is sent.
func used(t *testing.T, app *rawSocket, d *Delivery) (action, body object) {
	t.Helper()
	if d.Err != nil {
		t.Fatal(d.Err)
	}
	f := app.next()
	app.ack(f, nil)
	settle(t, d)
	body = f.body()
	actions := body.Objects("actions")
	if len(actions) != 1 {
		t.Fatalf("actions %v", actions)
	}
	return actions[0], body
}

func TestEveryElementOfAMessageTellsTheApp(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	wantOK(t, api(t, s, "chat.postMessage", map[string]any{
		"channel": s.Slack.ChannelID("#general"), "text": "elements", "blocks": everyElement()}))
	m := sees(t, omar)
	for _, c := range []struct{ action, value, key, want string }{
		{"static", "2", "selected_option", `{"text":{"text":"Two","type":"plain_text"},"value":"2"}`},
		{"more", "drop", "selected_option", `{"text":{"text":"Drop","type":"plain_text"},"value":"drop"}`},
		{"boxes", "a,b", "selected_options", `[{"text":{"text":"A","type":"plain_text"},"value":"a"},{"text":{"text":"B","type":"plain_text"},"value":"b"}]`},
		{"who", "sara", "selected_user", `"` + s.Slack.Person("sara").ID() + `"`},
		{"day", "2026-01-31", "selected_date", `"2026-01-31"`},
	} {
		action, body := used(t, app, omar.UseAsync(m, Action{BlockID: "row", ActionID: c.action, Value: c.value}))
		if got := string(jsonmap.Encode(action[c.key])); got != c.want || action.Str("block_id") != "row" {
			t.Errorf("%s: %s is %s, want %s", c.action, c.key, got, c.want)
		}
		if held := body.Obj("state").Obj("values").Obj("row").Obj(c.action); c.action != "more" && string(jsonmap.Encode(held[c.key])) != c.want {
			t.Errorf("%s: state holds %v", c.action, held)
		}
	}
	for _, wrong := range []Action{{ActionID: "static", Value: "3"}, {ActionID: "more"}, {ActionID: "none"},
		{BlockID: "ask", ActionID: "static", Value: "1"}} {
		if d := omar.Use(m, wrong); d.Err == nil {
			t.Errorf("%+v is possible", wrong)
		}
	}
}

func TestClickInAThread(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	root, err := omar.TryPost("#general", "", "who takes this?")
	if err != nil {
		t.Fatal(err)
	}
	args := buttonMessage("I do")
	args["channel"], args["thread_ts"] = root.Channel, root.TS
	wantOK(t, api(t, s, "chat.postMessage", args))
	_, body := used(t, app, omar.UseAsync(sees(t, omar), Action{ActionID: "fix"}))
	if got := body.Obj("container").Str("thread_ts"); got != root.TS {
		t.Errorf("the click comes from thread %q, want %q", got, root.TS)
	}
}

func TestMenuInAMessageAsksTheApp(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	wantOK(t, api(t, s, "chat.postMessage", map[string]any{
		"channel": s.Slack.ChannelID("#general"), "text": "elements", "blocks": everyElement()}))
	m := sees(t, omar)
	if d := omar.TypeInAsync(m, "ask", ""); d != nil {
		t.Error("asked before enough was typed")
	}
	d := omar.TypeInAsync(m, "ask", "om")
	f := app.next()
	app.ack(f, map[string]any{"options": []any{option("Omar", "omar@twerlo.com"), option("Oma", "oma@twerlo.com")}})
	settle(t, d)
	if f.body().Str("value") != "om" || f.body().Obj("message").Str("ts") != m.TS || len(d.Options) != 2 {
		t.Errorf("payload %v, options %v", f.body(), d.Options)
	}
	action, _ := used(t, app, omar.UseAsync(m, Action{ActionID: "agent", Value: "omar@twerlo.com"}))
	if action.Obj("selected_option").Str("value") != "omar@twerlo.com" {
		t.Errorf("action %v", action)
	}
	if d := omar.TypeInAsync(Message{Channel: m.Channel, TS: "1.1"}, "ask", "om"); d.Err == nil {
		t.Error("asked from a message that is not there")
	}
}

func TestWhatWasChosenSurvivesAnEdit(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	posted := object(wantOK(t, api(t, s, "chat.postMessage", map[string]any{
		"channel": s.Slack.ChannelID("#general"), "text": "elements", "blocks": everyElement()})))
	used(t, app, omar.UseAsync(sees(t, omar), Action{ActionID: "static", Value: "2"}))
	blocks := append(everyElement(), map[string]any{"type": "divider"})
	wantOK(t, api(t, s, "chat.update", map[string]any{
		"channel": posted.Str("channel"), "ts": posted.Str("ts"), "text": "edited", "blocks": blocks}))
	m := sees(t, omar)
	if m.Version != 2 {
		t.Errorf("version %d after one edit", m.Version)
	}
	_, body := used(t, app, omar.UseAsync(m, Action{ActionID: "day", Value: "2026-01-31"}))
	if v := body.Obj("state").Obj("values").Obj("row").Obj("static").Obj("selected_option").Str("value"); v != "2" {
		t.Errorf("the menu holds %q after the edit", v)
	}
}

func TestElementsOfFormsTellTheApp(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	at := func(id string, dispatch bool) map[string]any {
		b := input(id, map[string]any{"type": "plain_text_input"})
		b["dispatch_action"] = dispatch
		return b
	}
	form := opened(t, s, app, assignView(func(v map[string]any) { v["blocks"] = []any{at("told", true), at("quiet", false)} }))
	action, body := used(t, app, omar.UseInAsync(form, Action{BlockID: "told", ActionID: "told_input", Value: "typed"}))
	if action.Str("value") != "typed" || body.Obj("view").Obj("state").Obj("values").Obj("told").Obj("told_input").Str("value") != "typed" {
		t.Errorf("action %v in %v", action, body.Obj("view").Obj("state"))
	}
	if d := omar.UseIn(form, Action{BlockID: "quiet", ActionID: "quiet_input", Value: "x"}); d.Err == nil {
		t.Error("a field without dispatch_action tells the app")
	}
	if !strings.Contains(string(form.State), `"value":"typed"`) {
		t.Errorf("state %s", form.State)
	}
}

func TestAFormIsBusyUntilAnswered(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) {
		v["blocks"] = []any{input("a", map[string]any{"type": "plain_text_input"})}
	}))
	d := omar.SubmitAsync(form, map[string]string{"a": "x"})
	f := app.next()
	if forms := omar.Forms(); len(forms) != 1 || !forms[0].Busy {
		t.Errorf("forms %+v while the app has not answered", forms)
	}
	app.ack(f, map[string]any{"response_action": "errors", "errors": map[string]any{"a": "no"}})
	settle(t, d)
	if forms := omar.Forms(); len(forms) != 1 || forms[0].Busy || forms[0].Errors["a"] != "no" {
		t.Errorf("forms %+v after the answer", forms)
	}
}

func TestSeveralOptionsFromSeveralSearches(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) {
		v["blocks"] = []any{input("who", map[string]any{"type": "multi_external_select", "min_query_length": 0})}
	}))
	values := ""
	for _, one := range []string{"a", "b"} {
		d := omar.TypeAsync(form, "who", one)
		app.ack(app.next(), map[string]any{"options": []any{option(one, one), option("other", "other")}})
		settle(t, d)
		values = strings.TrimPrefix(values+","+one, ",")
		if err := omar.Fill(form, map[string]string{"who": values}); err != nil {
			t.Fatal(err)
		}
	}
	if held := omar.Forms()[0].Values()["who"]; held != "a, b" {
		t.Errorf("the menu holds %q", held)
	}
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for _, one := range []string{"c", "d"} {
			app.ack(app.next(), map[string]any{"options": []any{option(one, one), option("other", "other")}})
		}
	}()
	if err := omar.Fill(form, map[string]string{"who": "a, c, d"}); err != nil {
		t.Fatal(err)
	}
	<-asked
	if held := omar.Forms()[0].Values()["who"]; held != "a, c, d" {
		t.Errorf("the menu holds %q", held)
	}
}
