package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

func input(block string, element map[string]any) map[string]any {
	element["action_id"] = block
	return map[string]any{"type": "input", "block_id": block, "label": plain(block), "element": element}
}

// formView is a form with a field, a menu that asks the app, and a button.
func formView() map[string]any {
	return map[string]any{"type": "modal", "callback_id": "assign", "title": plain("Assign"), "submit": plain("Go"),
		"close": plain("Cancel"), "blocks": []any{
			input("contact", map[string]any{"type": "plain_text_input"}),
			input("agent", map[string]any{"type": "external_select", "min_query_length": 1}),
			map[string]any{"type": "actions", "block_id": "row", "elements": []any{
				map[string]any{"type": "button", "action_id": "more", "text": plain("More"), "value": "m"}}},
		}}
}

// appThatOpens connects an app that opens a view on every trigger, offers two agents,
// and finds fault with a contact of 1. What it is sent can be read from the channel.
func (d *fixture) appThatOpens(view map[string]any) <-chan envelope {
	d.Helper()
	got := make(chan envelope, 100)
	d.app(func(e envelope) any {
		defer func() { got <- e }()
		switch e.Payload["type"] {
		case "block_suggestion":
			return map[string]any{"options": []any{option("Omar", "omar@twerlo.com"), option("Oma", "oma@twerlo.com")}}
		case "view_submission":
			if raw, _ := json.Marshal(e.Payload["view"]); bytes.Contains(raw, []byte(`"value":"1"`)) {
				return map[string]any{"response_action": "errors", "errors": map[string]any{"contact": "Not a number."}}
			}
			return nil
		case "block_actions":
			return nil
		}
		if trigger := e.Payload["trigger_id"]; trigger != nil {
			d.api(slack.BotToken, "views.open", map[string]any{"trigger_id": trigger, "view": view}, nil)
		}
		return nil
	})
	return got
}

// post posts a message of the app.
func (d *fixture) post(place string, blocks ...any) (id string) {
	d.Helper()
	var posted struct{ Channel, TS string }
	d.api(slack.BotToken, "chat.postMessage",
		map[string]any{"channel": d.box.Slack.ChannelID(place), "text": "posted", "blocks": blocks}, &posted)
	return posted.Channel + "/" + posted.TS
}

func TestCommand(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(e envelope) any {
		return map[string]any{"text": "You typed " + fmt.Sprint(e.Payload["text"])}
	})
	d.must("sara", "command", map[string]any{"place": "#general", "line": "/assign 1 2"})
	messages := d.state("sara").Messages[d.box.Slack.ChannelID("#general")]
	if len(messages) != 1 || messages[0].Text != "You typed 1 2" || !messages[0].Ephemeral || !messages[0].Author.Bot {
		t.Errorf("sara sees %+v", messages)
	}
	for line, args := range map[string]map[string]any{
		"in a thread":           {"place": "#general", "line": "/assign 1", "thread": messages[0].TS},
		"no such command":       {"place": "#general", "line": "/none"},
		"not in the place":      {"place": "#nowhere", "line": "/assign"},
		"somebody else's place": {"place": d.box.Slack.ChannelID("#vip"), "line": "/assign"},
	} {
		if out := d.act("omar", "command", args); out.OK || out.Error == "" {
			t.Errorf("%s: %+v", line, out)
		}
	}
}

func TestWhatSlackShowsWhereTheAppFails(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{Ack: 50 * time.Millisecond})
	line := map[string]any{"place": "#general", "line": "/assign"}
	if out := d.act("sara", "command", line); !out.OK || out.Shown != slack.ShownDispatch {
		t.Errorf("without the app: %+v", out)
	}
	d.app(func(envelope) any { return silence{} })
	if out := d.act("sara", "command", line); !out.OK || out.Shown != slack.ShownTimeout {
		t.Errorf("with a mute app: %+v", out)
	}
	if s := d.state("sara"); len(s.Breaches) != 1 || s.Breaches[0].Rule != "ack_missing" {
		t.Errorf("breaches %+v", s.Breaches)
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	out := d.must("sara", "say", map[string]any{"place": "@omar", "text": "hello\nthere"})
	id := out.Data.(map[string]any)["message"].(string)
	place, ts, _ := strings.Cut(id, "/")
	d.must("omar", "say", map[string]any{"place": place, "thread": ts, "text": "hi"})
	s := d.state("omar")
	if list := s.Messages[place]; len(list) != 2 || list[0].ID != id || list[1].Thread != ts || list[1].Author.Handle != "omar" {
		t.Errorf("omar sees %+v", list)
	}
	if at := s.Places[len(s.Places)-1]; at.ID != place || at.Kind != "dm" || at.With != "sara" || at.Name != "Sara Ali" {
		t.Errorf("omar's DM is %+v", at)
	}
	if out := d.act("omar", "say", map[string]any{"place": "#vip", "text": "hi"}); out.OK || !strings.Contains(out.Error, "not in") {
		t.Errorf("omar speaks where he is not: %+v", out)
	}
}

func TestClickInAMessage(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	got := make(chan envelope, 10)
	d.app(func(e envelope) any { got <- e; return nil })
	id := d.post("#general", map[string]any{"type": "actions", "block_id": "row", "elements": []any{
		map[string]any{"type": "button", "action_id": "yes", "text": plain("Yes"), "value": "y"},
		map[string]any{"type": "multi_static_select", "action_id": "some", "placeholder": plain("Some"),
			"options": []any{option("One", "1"), option("Two", "2")}},
	}})
	d.must("sara", "click", map[string]any{"message": id, "block": "row", "action": "yes"})
	if e := <-got; action(e)["value"] != "y" {
		t.Errorf("the app is sent %v", e.Payload)
	}
	d.must("sara", "click", map[string]any{"message": id, "block": "row", "action": "some", "selected": []string{"1", "2"}})
	if e := <-got; len(action(e)["selected_options"].([]any)) != 2 {
		t.Errorf("the app is sent %v", e.Payload)
	}
	for what, args := range map[string]map[string]any{
		"gone":       {"message": "C1/1.1", "block": "row", "action": "yes"},
		"no element": {"message": id, "block": "row", "action": "no"},
		"no option":  {"message": id, "block": "row", "action": "some", "selected": "3"},
		"no view":    {"view": "V1", "block": "row", "action": "yes"},
	} {
		if out := d.act("sara", "click", args); out.OK || out.Error == "" {
			t.Errorf("%s: %+v", what, out)
		}
	}
}

// action returns the only entry in actions[].
func action(e envelope) map[string]any {
	actions, _ := e.Payload["actions"].([]any)
	if len(actions) != 1 {
		return nil
	}
	one, _ := actions[0].(map[string]any)
	return one
}

// openForm opens the app's form before sara and returns it.
func (d *fixture) openForm(got <-chan envelope) View {
	d.Helper()
	d.must("sara", "shortcut", map[string]any{"callback": "assign_contact", "place": "#general"})
	<-got
	forms := d.state("sara").Forms
	if len(forms) != 1 || forms[0].Type != "modal" || forms[0].Title != "Assign" || forms[0].Submit != "Go" || forms[0].Close != "Cancel" {
		d.Fatalf("forms %+v", forms)
	}
	return forms[0]
}

func TestForm(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	got := d.appThatOpens(formView())
	form := d.openForm(got)
	out := d.must("sara", "type", map[string]any{"view": form.ID, "block": "agent", "query": "om"})
	offers := out.Data.(map[string]any)["options"].([]any)
	if e := <-got; len(offers) != 2 || e.Payload["value"] != "om" || offers[0].(map[string]any)["value"] != "omar@twerlo.com" {
		t.Errorf("offered %v", offers)
	}
	out = d.must("sara", "type", map[string]any{"view": form.ID, "block": "agent", "query": ""})
	if offers := out.Data.(map[string]any)["options"].([]any); len(offers) != 0 {
		t.Errorf("offered %v before anything was typed", offers)
	}
	d.must("sara", "fill", map[string]any{"view": form.ID, "values": map[string]any{"contact": "1", "agent": "omar@twerlo.com"}})
	d.must("sara", "click", map[string]any{"view": form.ID, "block": "row", "action": "more"})
	if e := <-got; action(e)["value"] != "m" {
		t.Errorf("the app is sent %v", e.Payload)
	}
	d.must("sara", "submit", map[string]any{"view": form.ID})
	<-got
	form = d.state("sara").Forms[0]
	var held struct {
		Selected struct{ Value string } `json:"selected_option"`
	}
	_ = json.Unmarshal(form.Values["agent/agent"], &held)
	if form.Errors["contact"] != "Not a number." || held.Selected.Value != "omar@twerlo.com" || form.Busy {
		t.Errorf("form %+v", form)
	}
	d.must("sara", "submit", map[string]any{"view": form.ID, "values": map[string]any{"contact": "0544444444"}})
	if s := d.state("sara"); len(s.Forms) != 0 {
		t.Errorf("forms %+v after all is well", s.Forms)
	}
}

func TestWhatTheClientRefuses(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	form := d.openForm(d.appThatOpens(formView()))
	out := d.act("sara", "submit", map[string]any{"view": form.ID})
	if !out.OK || out.Shown != slack.ShownRequired {
		t.Errorf("an empty form: %+v", out)
	}
	if errors := d.state("sara").Forms[0].Errors; len(errors) != 2 {
		t.Errorf("errors %v", errors)
	}
	for what, args := range map[string]map[string]any{
		"no field":  {"view": form.ID, "values": map[string]any{"none": "x"}},
		"no option": {"view": form.ID, "values": map[string]any{"agent": "nobody"}},
		"no form":   {"view": "V1", "values": map[string]any{"contact": "x"}},
	} {
		if out := d.act("sara", "fill", args); out.OK || out.Error == "" {
			t.Errorf("%s: %+v", what, out)
		}
	}
	if out := d.act("omar", "cancel", map[string]any{"view": form.ID}); out.OK {
		t.Error("omar closes sara's form")
	}
	d.must("sara", "close_all", map[string]any{"view": form.ID})
	if out := d.act("sara", "cancel", map[string]any{"view": form.ID}); out.OK {
		t.Error("a form is closed twice")
	}
}

func TestAFormIsSentOnce(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	release := make(chan struct{})
	got := make(chan envelope, 10)
	d.app(func(e envelope) any {
		got <- e
		if e.Payload["type"] == "view_submission" {
			<-release
			return nil
		}
		d.api(slack.BotToken, "views.open", map[string]any{"trigger_id": e.Payload["trigger_id"], "view": map[string]any{
			"type": "modal", "title": plain("Assign"), "submit": plain("Go"), "close": plain("Cancel"),
			"blocks": []any{input("contact", map[string]any{"type": "plain_text_input"})}}}, nil)
		return nil
	})
	form := d.openForm(got)
	s := d.listen("sara", d.state("sara").Seq)
	submit := map[string]any{"view": form.ID, "values": map[string]any{"contact": "x"}}
	first := make(chan Outcome)
	go func() { first <- d.act("sara", "submit", submit) }()
	for forms := *s.next("forms").Forms; !forms[0].Busy; forms = *s.next("forms").Forms {
	}
	if out := d.act("sara", "submit", submit); out.OK {
		t.Error("a form is sent twice")
	}
	close(release)
	if out := <-first; !out.OK || out.Shown != "" {
		t.Errorf("the form: %+v", out)
	}
	if forms := d.state("sara").Forms; len(forms) != 0 {
		t.Errorf("forms %+v", forms)
	}
}

func TestMessageShortcut(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	got := d.appThatOpens(formView())
	id := d.must("omar", "say", map[string]any{"place": "#general", "text": "0544444444 please"}).Data.(map[string]any)["message"]
	d.must("sara", "message_shortcut", map[string]any{"callback": "assign_message", "message": id})
	e := <-got
	if m, _ := e.Payload["message"].(map[string]any); m["text"] == "" || len(d.state("sara").Forms) != 1 {
		t.Errorf("the app is sent %v", e.Payload)
	}
	if out := d.act("sara", "message_shortcut", map[string]any{"callback": "none", "message": id}); out.OK {
		t.Error("there is a shortcut that there is not")
	}
	if out := d.act("guest", "shortcut", map[string]any{"callback": "assign_contact"}); out.OK {
		t.Error("guests see global shortcuts")
	}
	if out := d.act("guest", "shortcut", map[string]any{"callback": "assign_contact", "place": "#vip"}); out.OK {
		t.Error("a guest stands in a private channel")
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	published := make(chan struct{})
	d.app(func(e envelope) any {
		event, _ := e.Payload["event"].(map[string]any)
		d.api(slack.BotToken, "views.publish", map[string]any{"user_id": event["user"],
			"view": map[string]any{"type": "home", "blocks": []any{map[string]any{"type": "divider"}}}}, nil)
		close(published)
		return nil
	})
	before := d.state("sara")
	if before.Home != nil || !before.HomeTab || before.MessagesTab != "open" {
		t.Errorf("before: %+v, %v, %q", before.Home, before.HomeTab, before.MessagesTab)
	}
	s := d.listen("sara", before.Seq)
	d.must("sara", "home", nil)
	if home := s.next("home").Home; home.Type != "home" || !strings.Contains(string(home.Blocks), "divider") {
		t.Errorf("told %+v", home)
	}
	if after := d.state("sara"); after.Home == nil || d.state("omar").Home != nil {
		t.Error("the Home tab is not sara's alone")
	}
	<-published // its answer is awaited, too
}

// Slack sends an event for minutes to an app that is not there.
func TestTheHomeTabIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	events := d.listen("sara", d.state("sara").Seq)
	opened := make(chan Outcome, 1)
	go func() { opened <- d.act("sara", "home", nil) }()
	select {
	case out := <-opened:
		if !out.OK {
			t.Errorf("%+v", out)
		}
	case <-testContext(t).Done():
		t.Fatal("the act waits for the app")
	}
	if i := events.through("Opens the app’s home tab", "typed"); i.Who != "sara" {
		t.Errorf("%+v", i)
	}
}

func TestTheMessagesTabTellsTheApp(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	got := make(chan envelope, 1)
	d.app(func(e envelope) any { got <- e; return nil })
	d.must("sara", "stand", map[string]any{"place": "@azeer"})
	if event, _ := (<-got).Payload["event"].(map[string]any); event["type"] != "app_home_opened" || event["tab"] != "messages" {
		t.Errorf("the app is sent %v", event)
	}
}

func TestStand(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	s := d.listen("sara", d.state("sara").Seq)
	out := d.must("sara", "stand", map[string]any{"place": "@omar"})
	at, _ := out.Data.(map[string]any)
	if at["kind"] != "dm" || at["member"] != true {
		t.Errorf("answered %v", at)
	}
	if e := s.next("place", "reset"); e.Type != "place" || e.Place.ID != at["id"] || e.Place.With != "omar" {
		t.Errorf("told %+v, answered %v", e, at)
	}
	if out := d.act("sara", "stand", map[string]any{"place": "#nowhere"}); out.OK {
		t.Error("sara stands nowhere")
	}
}

func TestPrivateAnswersGoWithAReload(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return map[string]any{"text": "only for you"} })
	general := d.box.Slack.ChannelID("#general")
	d.must("sara", "say", map[string]any{"place": "#general", "text": "for all"})
	d.must("sara", "command", map[string]any{"place": "#general", "line": "/assign"})
	count := func(keep string) int {
		var s State
		_ = json.Unmarshal(d.get("/api/state?person=sara&keep="+keep), &s)
		return len(s.Messages[general])
	}
	for _, c := range []struct {
		keep string
		want int
	}{{"1", 2}, {"0", 1}, {"1", 2}} { // one page's reload takes nothing from another's
		if got := count(c.keep); got != c.want {
			t.Errorf("with keep=%s sara sees %d messages, want %d", c.keep, got, c.want)
		}
	}
	s := d.listen("sara", d.state("sara").Seq)
	d.must("sara", "reload", nil)
	if e := s.next("gone"); len(e.IDs) != 1 || !strings.HasPrefix(e.IDs[0], general+"/") {
		t.Errorf("told %+v", e)
	}
	if got := count("1"); got != 1 {
		t.Errorf("after the client has restarted sara sees %d messages", got)
	}
}

func TestActsMustBeActs(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	for body, want := range map[string]int{
		`{"person":"sara","act":"dance"}`:                  400,
		`{"person":"sara","act":"say","txt":"x"}`:          400,
		`{"person":"sara","act":"fill","values":{"a":{}}}`: 400,
		`not json`:                              400,
		`{"person":"x","act":"reload"}`:         200, // nobody: an error for the page to show
		`"` + strings.Repeat("x", maxAct) + `"`: 400,
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/api/act", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Sandbox", "1")
		d.do(req, want)
	}
	if out := d.act("nobody", "reload", nil); out.OK || out.Error == "" {
		t.Errorf("nobody reloads: %+v", out)
	}
}

// A file goes with a message, as its content and as what is shown of it; the message may be empty.
func TestAFileGoesWithAMessage(t *testing.T) {
	d := newFixture(t, Config{}, slack.Limits{})
	sent := d.act("sara", "say", map[string]any{"place": "#general", "text": "",
		"file": map[string]any{"name": "folder/list.csv", "type": "", "content": []byte("0544444444\n")}})
	if !sent.OK {
		t.Fatalf("not sent: %+v", sent)
	}
	for _, handle := range []string{"sara", "omar"} {
		all := d.state(handle).Messages[d.box.Slack.ChannelID("#general")]
		if last := all[len(all)-1]; len(last.Files) != 1 || last.Files[0] != (File{Name: "list.csv", Size: 11}) || last.Text != "" {
			t.Errorf("%s sees %+v", handle, last)
		}
	}
	if none := d.act("sara", "say", map[string]any{"place": "#general", "text": " "}); none.OK {
		t.Error("nothing at all was sent")
	}
}
