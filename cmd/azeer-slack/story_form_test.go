package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

func TestTheBareCommandOpensTheForm(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	d := manager.types("#support", "/assign")
	if d.Reply != nil {
		t.Errorf("the acknowledgement said %q", d.Reply.Plain())
	}
	f := manager.form()
	options := manager.picks(f, "agent", "")
	if len(options) < 5 || len(options) > 50 {
		t.Errorf("%d agents offered", len(options))
	}
	for _, o := range options {
		if strings.Contains(o.Text, "inactive") {
			t.Errorf("an inactive agent is offered: %s", o.Text)
		}
	}
	for _, c := range []struct{ typed, want string }{
		{"om", "Omar Hassan (omar@twerlo.com)"}, {"SARA@", "Sara Ali (sara@twerlo.com)"}, {"ليلي", "\u2068ليلى أحمد\u2069 (layla@twerlo.com)"},
	} {
		found := manager.picks(f, "agent", c.typed)
		if !slices.ContainsFunc(found, func(o slack.Option) bool { return o.Text == c.want }) {
			t.Errorf("typing %q offers %v, want %s", c.typed, found, c.want)
		}
	}
	if found := manager.picks(f, "agent", "nobody of that name"); len(found) != 0 {
		t.Errorf("nonsense offers %v", found)
	}
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"contact": "+966 54 444 4444", "agent": "Omar Hassan (omar@twerlo.com)"})
	if !f.Closed {
		t.Errorf("the form is still open: %s", f.Plain())
	}
	if m := manager.reads("now belongs to", "Omar Hassan"); !m.Ephemeral || m.Where != "#support" {
		t.Errorf("answered in %s, ephemeral %v", m.Where, m.Ephemeral)
	}
	w.owner("966544444444", "omar@twerlo.com")
}

func TestHalfACommandOpensTheFormWithThatHalf(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, c := range []struct{ line, block, want string }{
		{"/assign 0544444444", "contact", "0544444444"},
		{"/assign omar@twerlo.com", "agent", "Omar Hassan (omar@twerlo.com)"},
		{"/assign Omar", "agent", "Omar Hassan (omar@twerlo.com)"},
		{"/assign me", "agent", "Me"},
		{"/assign @sara", "agent", "The person you mentioned"},
	} {
		manager.types("#support", c.line)
		f := manager.form()
		if got := f.Values()[c.block]; got != c.want {
			t.Errorf("%s: %s starts with %q, want %q", c.line, c.block, got, c.want)
		}
		_, differs := map[string]bool{"/assign me": true, "/assign @sara": true}[c.line]
		if strings.Contains(f.Plain(), "You typed: ") != differs || strings.Contains(f.Plain(), "<@") {
			t.Errorf("%s: what was typed is to be told only where the fields show something else:\n%s", c.line, f.Plain())
		}
		manager.Cancel(f)
	}
}

func TestMistakesStandUnderTheirField(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign omar@twerlo.com")
	f := manager.form()
	manager.submits(f, map[string]string{"contact": "0544"})
	if !strings.Contains(f.Errors["contact"], "too short") || f.Errors["agent"] != "" {
		t.Errorf("errors: %v", f.Errors)
	}
	manager.submits(f, map[string]string{"contact": "0544444444"})
	manager.reads("now belongs to")
}

func TestARefusalStandsUnderItsField(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omer@twerlo.com")
	m := manager.reads("no agent")
	manager.Click(m, "Fix in form")
	f := manager.form()
	manager.submits(f, nil)
	if !strings.Contains(f.Errors["agent"], "no agent with the email omer@twerlo.com") || !strings.Contains(f.Errors["agent"], "Omar Hassan") {
		t.Errorf("errors: %v", f.Errors)
	}
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	if !strings.Contains(f.Errors["contact"], "does not know the contact") {
		t.Errorf("errors: %v", f.Errors)
	}
	manager.submits(f, nil)
	manager.reads("now belongs to", "Omar Hassan")
}

func TestASlowAzeerTurnsTheFormIntoAssigning(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 4 * time.Second})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com x") // a name nobody has: not a form yet
	manager.reads("Nothing was done")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	manager.picks(f, "agent", "om")
	d := manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	if took := d.Took(); took < 1500*time.Millisecond || took > 2800*time.Millisecond {
		t.Errorf("acknowledged after %v, want about 2 s", took)
	}
	if !strings.Contains(f.Plain(), "Assigning") || !strings.Contains(f.Plain(), "You can close this") {
		t.Fatalf("the form says:\n%s", f.Plain())
	}
	manager.reads("now belongs to", "Omar Hassan")
	settled, err := manager.FormWhere(w.ctx, func(f *slack.Form) bool { return strings.Contains(f.Plain(), "now belongs to") })
	if err != nil {
		t.Fatalf("the form stays on Assigning: %v", err)
	}
	manager.Cancel(settled)
}

func TestWithoutAnAgentListTheEmailIsTyped(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.Azeer.AlwaysLists(azeer.Misbehaviour{Status: 500})
	w.run()
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	if !strings.Contains(f.Plain(), "can't read Azeer's full list") {
		t.Errorf("the form does not say why it has no menu:\n%s", f.Plain())
	}
	manager.submits(f, map[string]string{"agent_email": "omar@twerlo.com"})
	manager.reads("now belongs to", "omar@twerlo.com")
	manager.types("#support", "/assign 0544444444 anybody@example.com") // not known, so sent as typed
	manager.reads("now belongs to", "anybody@example.com")
	w.owner("966544444444", "anybody@example.com")
}

func TestThePartialListLetsAnEmailBePickedAsTyped(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.Azeer.ListAs(azeer.ListPartial)
	w.run()
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	found := manager.picks(f, "agent", "faisal@twerlo.com")
	if len(found) != 1 {
		t.Fatalf("offered: %v", found)
	}
	manager.submits(f, map[string]string{"agent": "faisal@twerlo.com"})
	manager.reads("now belongs to", "faisal@twerlo.com")
}

func TestTheMenuIsServedWhileAzeerIsDown(t *testing.T) {
	w := begin(t)
	if err := w.Azeer.Down(true); err != nil {
		t.Fatal(err)
	}
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	if found := manager.picks(f, "agent", "om"); len(found) != 1 {
		t.Errorf("offered: %v", found)
	}
	manager.Cancel(f)
}

func TestTheShortcutAnswersWhereOneStands(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.GoTo("#support")
	if d := manager.Shortcut("assign_contact"); d.Shown != "" {
		t.Fatalf("the shortcut shows %q", d.Shown)
	}
	f := manager.form()
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"contact": "0544444444", "agent": "Omar Hassan (omar@twerlo.com)"})
	if m := manager.reads("now belongs to"); m.Where != "#support" || !m.Ephemeral {
		t.Errorf("answered in %s", m.Where)
	}
}

func TestTheShortcutWithoutAConversationAnswersByDirectMessage(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.Shortcut("assign_contact")
	f := manager.form()
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"contact": "0544444444", "agent": "Omar Hassan (omar@twerlo.com)", "answer_to": ""})
	if m := manager.reads("now belongs to"); m.Via != slack.ViaPostMessage || m.Ephemeral {
		t.Errorf("answered by %s in %s", m.Via, m.Where)
	}
}

func TestAFormThatComesTooLateOffersAButton(t *testing.T) {
	w := begin(t)
	w.Slack.DelayTriggers(4 * time.Second)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444")
	m := manager.reads("took too long to open")
	w.Slack.DelayTriggers(0)
	w.TakeBreaches() // the expired trigger, which was the point
	manager.Click(m, "Open the form")
	if f := manager.form(); f.Values()["contact"] != "0544444444" {
		t.Errorf("the form starts with %v", f.Values())
	}
}

// An error below an input is plain text, where a mention would be a bare id.
func TestAnErrorInTheFormMentionsNobody(t *testing.T) {
	w := begin(t, with("ADMIN_USERS", "U0ADMIN0001"))
	w.expectError("assignment finished")
	manager := w.person("manager")
	manager.types("#support", "/assign @guest")
	f := manager.form()
	manager.submits(f, map[string]string{"contact": "0544444444"})
	if said := f.Errors["agent"]; !strings.Contains(said, "no agent with the Slack email of the person you mentioned") {
		t.Errorf("it says %q", said)
	}
	manager.picks(f, "agent", "om")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 401})
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	if said := f.Errors["contact"]; !strings.Contains(said, "Tell the person who runs this app") {
		t.Errorf("it says %q", said)
	}
}
