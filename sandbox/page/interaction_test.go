package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
	"azeer-slack/sandbox/slack/rule"

	"github.com/google/go-cmp/cmp"
)

// assign calls Azeer as the app does and returns the status, 0 where no answer came.
func (d *fixture) assign(contact, agent string) int {
	d.Helper()
	body, _ := json.Marshal(map[string]string{"platform_id": contact, "assigned_platform_id": agent})
	req, _ := http.NewRequestWithContext(d.Context(), http.MethodPost, d.box.Azeer.BaseURL()+"/contact/assign", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+azeer.Key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "test")
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// answer posts through a response URL.
func (d *fixture) answer(url any, text string) {
	d.Helper()
	body, _ := json.Marshal(map[string]string{"text": text})
	req, _ := http.NewRequestWithContext(d.Context(), http.MethodPost, fmt.Sprint(url), bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	d.do(req, http.StatusOK)
}

// until returns the first interaction that a page is told of and that matches.
func (s *stream) until(match func(Interaction) bool) Interaction {
	s.Helper()
	for {
		if i := *s.next("interaction").Interaction; match(i) {
			return i
		}
	}
}

func stepNames(i Interaction) []string {
	var names []string
	for _, s := range i.Steps {
		names = append(names, s.Name)
	}
	return names
}

// through waits for the interaction that begins so, until it has gone through all these
// steps.
func (s *stream) through(what string, steps ...string) Interaction {
	s.Helper()
	var last Interaction
	i := s.until(func(i Interaction) bool {
		if strings.HasPrefix(i.What, what) {
			last = i
		}
		return strings.HasPrefix(i.What, what) && slices.Equal(stepNames(i), steps)
	})
	if len(last.Breaches) > 0 {
		s.Errorf("breaches: %v", last.Breaches)
	}
	return i
}

const omarLine, omarNumber, omarEmail = "/assign 0544444444 omar@twerlo.com", "966544444444", "omar@twerlo.com"

func TestTheWayOfACommand(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	commands := make(chan envelope, 1)
	d.app(func(e envelope) any { commands <- e; return nil })
	events := d.listen("manager", d.state("manager").Seq)
	d.must("manager", "command", map[string]any{"place": "#general", "line": omarLine})
	d.assign(omarNumber, omarEmail)
	d.answer((<-commands).Payload["response_url"], "Done.")

	i := events.through(omarLine, "typed", "delivered", "stored", "acknowledged", "sent", "answered", "seen")
	if i.Who != "manager" || i.Where != "#general" || i.Kind != "slash_commands" || i.Shown != "" {
		t.Errorf("%+v", i)
	}
	for n := 1; n < len(i.Steps); n++ {
		if i.Steps[n].At < i.Steps[n-1].At {
			t.Errorf("%s before %s", i.Steps[n].Name, i.Steps[n-1].Name)
		}
	}
	want := []Step{{Name: "sent", Text: omarEmail}, {Name: "answered", Text: "200"}, {Name: "seen", Text: "#general"}}
	got := slices.Clone(i.Steps[4:])
	for n := range got {
		got[n].At = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if now := d.state("sara").Interactions; len(now) != 1 || !cmp.Equal(now[0], i) {
		t.Errorf("in the state: %+v", now)
	}
}

func TestPayloadAndAcknowledgementOnRequest(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return map[string]any{"text": "Which number?"} })
	events := d.listen("manager", d.state("manager").Seq)
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign"})
	i := events.through("/assign", "typed", "delivered", "acknowledged", "seen")
	if i.Payload != nil || i.Ack != nil {
		t.Errorf("unasked: %s, %s", i.Payload, i.Ack)
	}
	raw, _ := json.Marshal(d.must("manager", "payload", map[string]any{"interaction": i.ID}).Data)
	var full Interaction
	if err := json.Unmarshal(raw, &full); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(full.Payload, []byte(`"command":"/assign"`)) || !bytes.Contains(full.Ack, []byte("Which number?")) {
		t.Errorf("payload %s, ack %s", full.Payload, full.Ack)
	}
	if out := d.act("manager", "payload", map[string]any{"interaction": "made-up"}); out.OK || out.Error == "" {
		t.Errorf("%+v", out)
	}
}

func TestACommandThatNobodyTakesFails(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	events := d.listen("manager", d.state("manager").Seq)
	d.act("manager", "command", map[string]any{"place": "#general", "line": "/assign"})
	i := events.through("/assign", "typed", "failed")
	if last := i.Steps[1]; i.Shown != slack.ShownDispatch || last.Text != slack.ShownDispatch || !last.Bad || i.Kind != "slash_commands" {
		t.Errorf("%+v", i)
	}
}

func TestABreachStandsAtItsInteraction(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{Ack: 100 * time.Millisecond})
	d.app(func(envelope) any { return silence{} })
	events := d.listen("manager", d.state("manager").Seq)
	if out := d.act("manager", "command", map[string]any{"place": "#general", "line": "/assign"}); out.Shown != slack.ShownTimeout {
		t.Errorf("%+v", out)
	}
	i := events.until(func(i Interaction) bool { return len(i.Breaches) > 0 })
	if b := i.Breaches[0]; b.Rule != string(rule.AckMissing) || b.Interaction != i.ID {
		t.Errorf("%+v", b)
	}
}

func TestEveryAttemptAtAzeerIsAStep(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return nil })
	events := d.listen("sara", d.state("sara").Seq)
	d.must("sara", "command", map[string]any{"place": "#general", "line": "/assign ٠٥٤٤٤٤٤٤٤٤ @omar"})
	d.box.Azeer.Next(1, azeer.Misbehaviour{LostAnswer: true})
	d.box.Azeer.Next(1, azeer.Misbehaviour{Status: 429})
	for range 3 {
		d.assign(omarNumber, omarEmail)
	}
	i := events.through("/assign", "typed", "delivered", "stored", "acknowledged", "sent", "answered", "sent", "answered", "sent", "answered")
	var answers []Step
	for _, s := range i.Steps {
		if s.Name == "answered" {
			answers = append(answers, Step{Text: s.Text, Bad: s.Bad})
		}
	}
	if diff := cmp.Diff([]Step{{Text: "no answer", Bad: true}, {Text: "429", Bad: true}, {Text: "200"}}, answers); diff != "" {
		t.Error(diff)
	}
}

// Which of several commands a call belongs to is found by contact, agent and order.
func TestCallsFindTheirCommand(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return nil })
	seq := d.state("manager").Seq
	events := d.listen("manager", seq)
	lines := []string{omarLine, "/assign +966 54 444 4444 sara@twerlo.com", "/assign 0555555555 omar@twerlo.com"}
	for _, line := range lines {
		d.must("manager", "command", map[string]any{"place": "#general", "line": line})
	}
	d.assign("966555555555", omarEmail)
	d.assign(omarNumber, "sara@twerlo.com")
	d.assign(omarNumber, omarEmail)
	for _, line := range []string{lines[2], lines[1], lines[0]} {
		i := events.through(line, "typed", "delivered", "stored", "acknowledged", "sent", "answered")
		if at := slices.IndexFunc(i.Steps, func(s Step) bool { return s.Name == "sent" }); !strings.Contains(line, i.Steps[at].Text) {
			t.Errorf("%q is said to have called Azeer with %s", line, i.Steps[at].Text)
		}
	}
	// The same once more is a new request.
	d.must("manager", "command", map[string]any{"place": "#general", "line": omarLine})
	d.assign(omarNumber, omarEmail)
	events.through(omarLine, "typed", "delivered", "stored", "acknowledged", "sent", "answered")
	if all := d.state("manager").Interactions; len(all) != 4 || len(all[3].Steps) != 6 {
		t.Errorf("%+v", all)
	}
}

func assignForm(trigger any) map[string]any {
	return map[string]any{"trigger_id": trigger, "view": map[string]any{"type": "modal", "callback_id": "assign",
		"title": plain("Assign contact"), "submit": plain("Assign"), "blocks": []any{
			map[string]any{"type": "input", "block_id": "contact", "label": plain("Contact"),
				"element": map[string]any{"type": "plain_text_input", "action_id": "contact"}},
			map[string]any{"type": "input", "block_id": "agent", "label": plain("Agent"),
				"element": map[string]any{"type": "static_select", "action_id": "agent",
					"options": []any{option("Omar Hassan", "email:omar@twerlo.com")}}},
		}}}
}

func TestAFormBelongsToWhatOpenedItAndItsSubmissionToItself(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(e envelope) any {
		if e.Type == "slash_commands" {
			go d.api(slack.BotToken, "views.open", assignForm(e.Payload["trigger_id"]), nil)
		}
		return nil
	})
	events := d.listen("manager", d.state("manager").Seq)
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign 0544444444"})
	opened := events.until(func(i Interaction) bool { return slices.Contains(stepNames(i), "seen") })
	if last := opened.Steps[len(opened.Steps)-1]; last.Text != "form" {
		t.Errorf("%+v", opened)
	}
	view := d.state("manager").Forms[0].ID
	d.must("manager", "submit", map[string]any{"view": view, "values": map[string]any{"contact": "0544444444", "agent": "Omar Hassan"}})
	d.assign(omarNumber, omarEmail)
	i := events.through("Submits “\u2068Assign contact\u2069”: \u20680544444444\u2069 · \u2068Omar Hassan\u2069", "typed", "delivered", "stored", "acknowledged", "sent", "answered")
	if i.Kind != "view_submission" {
		t.Errorf("%+v", i)
	}
	// The answer comes without a response URL.
	d.api(slack.BotToken, "chat.postEphemeral", map[string]any{"channel": d.box.Slack.ChannelID("#general"),
		"user": d.box.Slack.Person("manager").ID(), "text": "+966 54 444 4444 now belongs to Omar."}, nil)
	events.through("Submits", "typed", "delivered", "stored", "acknowledged", "sent", "answered", "seen")
}

// A field that tells the app of each key is about the same number as what is submitted, but
// nothing is done because of it.
func TestTypingInAFormClaimsNoCall(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	view := formView()
	contact := view["blocks"].([]any)[0].(map[string]any)
	contact["dispatch_action"] = true
	contact["element"].(map[string]any)["dispatch_action_config"] = map[string]any{"trigger_actions_on": []any{"on_character_entered"}}
	got := d.appThatOpens(view)
	events := d.listen("sara", d.state("sara").Seq)
	open := d.openForm(got)
	d.must("sara", "click", map[string]any{"view": open.ID, "block": "contact", "action": "contact", "selected": "0544444444"})
	view["blocks"] = append([]any{map[string]any{"type": "section", "text": plain("+966 54 444 4444 is free")}}, view["blocks"].([]any)...)
	d.api(slack.BotToken, "views.update", map[string]any{"view_id": open.ID, "view": view}, nil)
	if i := events.through("Enters “0544444444” into contact", "typed", "delivered", "acknowledged", "seen"); i.Kind != "typing" {
		t.Errorf("%+v", i)
	}
	d.must("sara", "type", map[string]any{"view": open.ID, "block": "agent", "query": "om"})
	d.must("sara", "submit", map[string]any{"view": open.ID, "values": map[string]any{"agent": omarEmail}})
	d.assign(omarNumber, omarEmail)
	events.through("Submits", "typed", "delivered", "stored", "acknowledged", "sent", "answered")
}

func TestTheHomeTabIsSeenByWhatItWasDrawnFor(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(e envelope) any {
		if e.Payload["type"] == "block_actions" {
			d.api(slack.BotToken, "views.open", assignForm(e.Payload["trigger_id"]), nil)
			return nil
		}
		d.api(slack.BotToken, "views.publish", map[string]any{"user_id": d.box.Slack.Person("manager").ID(),
			"view": map[string]any{"type": "home", "blocks": []any{
				map[string]any{"type": "section", "text": plain("+966 54 444 4444")},
				map[string]any{"type": "actions", "block_id": "b", "elements": []any{
					map[string]any{"type": "button", "text": plain("Assign a contact"), "action_id": "open"}}}}}}, nil)
		return nil
	})
	events := d.listen("manager", d.state("manager").Seq)
	d.must("manager", "home", nil)
	opened := events.through("Opens the app’s home tab", "typed", "delivered", "seen", "acknowledged")
	if text := opened.Steps[2].Text; text != "Home tab" {
		t.Errorf("seen as %q", text)
	}
	d.assign(omarNumber, omarEmail) // is not because of the Home tab
	d.must("manager", "click", map[string]any{"view": d.state("manager").Home.ID, "block": "b", "action": "open"})
	pressed := events.through("Presses “Assign a contact”", "typed", "delivered", "seen", "acknowledged")
	if text := pressed.Steps[2].Text; text != "form" {
		t.Errorf("seen as %q", text)
	}
	view := d.state("manager").Forms[0].ID
	d.must("manager", "submit", map[string]any{"view": view, "values": map[string]any{"contact": "0555555555", "agent": "Omar Hassan"}})
	events.through("Submits", "typed", "delivered", "acknowledged")
	for _, i := range d.state("manager").Interactions[:2] {
		if len(i.Steps) != 4 {
			t.Errorf("%s has gone through %v", i.What, stepNames(i))
		}
	}
}

// A button may bear nothing but a reference: its call is found when the answer tells
// what it was about.
func TestACallThatNobodyClaimsIsFoundByTheAnswer(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	clicks := make(chan envelope, 1)
	d.app(func(e envelope) any {
		if e.Type == "interactive" {
			clicks <- e
			return nil
		}
		return map[string]any{"text": "x", "blocks": []any{map[string]any{"type": "actions", "block_id": "b", "elements": []any{
			map[string]any{"type": "button", "text": plain("Again"), "action_id": "again", "value": "17"}}}}}
	})
	events := d.listen("manager", d.state("manager").Seq)
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign"})
	m := *events.next("message").Message
	d.must("manager", "click", map[string]any{"message": m.ID, "block": "b", "action": "again"})
	d.assign(omarNumber, omarEmail)
	d.answer((<-clicks).Payload["response_url"], "+966 54 444 4444 now belongs to Omar.")
	events.through("Presses “Again”", "typed", "delivered", "stored", "acknowledged", "sent", "answered", "seen")
}

func TestWhatOthersSeeIsNoStep(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any {
		return map[string]any{"response_type": "in_channel", "text": "+966 54 444 4444 it is."}
	})
	events := d.listen("manager", d.state("manager").Seq)
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign help"})
	d.must("sara", "say", map[string]any{"place": "#general", "text": "0544444444 is waiting"})
	d.must("manager", "home", nil)
	events.through("Opens the app’s home tab", "typed", "delivered", "acknowledged")
	if all := d.state("manager").Interactions; !slices.Equal(stepNames(all[0]), []string{"typed", "delivered", "acknowledged", "seen"}) {
		t.Errorf("%+v", all[0])
	}
}

func TestAMentionIsWordedAsItWasTyped(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return nil })
	place := d.box.Slack.ChannelID("#general")
	events := d.listen("sara", d.state("sara").Seq)
	d.must("sara", "say", map[string]any{"place": place, "text": "@azeer assign 0544444444 @omar <now>"})
	i := events.through("@azeer assign 0544444444", "typed", "delivered", "acknowledged")
	if i.Where != "#general" || !strings.HasSuffix(i.What, " <now>") || strings.Contains(i.What, "<@") {
		t.Errorf("%q in %q", i.What, i.Where)
	}
}

func TestOnlyTheNewestInteractionsAreKept(t *testing.T) {
	t.Parallel()
	box, err := sandbox.Start(sandbox.Config{Manifest: []byte(testManifest)})
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	p := New(box, Config{})
	defer p.Close()
	x := newInteractions(p)
	for n := range keptInteractions + 7 {
		x.event(record.Event{At: time.Now(), Kind: record.Typed, Who: "sara", Text: fmt.Sprintf("/assign %d", n), Envelope: fmt.Sprint(n)})
	}
	if len(x.kept) != keptInteractions || len(x.byID) != keptInteractions {
		t.Errorf("%d kept, %d by id", len(x.kept), len(x.byID))
	}
	if _, ok := x.full("6"); ok {
		t.Error("the oldest is still there")
	}
	all := x.all()
	if len(all) != toldInteractions || all[len(all)-1].What != "/assign 506" {
		t.Errorf("%d told, the last is %q", len(all), all[len(all)-1].What)
	}
	for range mostSteps {
		x.event(record.Event{At: time.Now(), Kind: record.Seen, Who: "sara", Envelope: "506"})
	}
	if i, _ := x.full("506"); len(i.Steps) != mostSteps {
		t.Errorf("%d steps", len(i.Steps))
	}
}
