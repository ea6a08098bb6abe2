package main

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

func TestACommandAssignsAndSaysSo(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	d := manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	if d.Reply != nil {
		t.Errorf("the acknowledgement said %q: only the result is news", d.Reply.Plain())
	}
	m := manager.reads("+966 54 444 4444", "now belongs to", "Omar Hassan", "omar@twerlo.com")
	if !m.Ephemeral || m.Via != slack.ViaResponseURL || m.Where != "#support" {
		t.Errorf("answered %s in %s, ephemeral %v", m.Via, m.Where, m.Ephemeral)
	}
	w.owner("966544444444", "omar@twerlo.com")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestACommandWorksWhereTheBotIsNoMember(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, place := range []string{"#vip", "@sara", "@bot"} {
		manager.types(place, "/assign 0544444444 omar@twerlo.com")
		if m := manager.reads("belong", "Omar Hassan"); !m.Ephemeral {
			t.Errorf("in %s everybody could read the answer", place)
		}
	}
}

func TestAgentsAreUnderstoodInEveryWay(t *testing.T) {
	w := begin(t, with("AGENT_ALIASES", "layla@example.com=layla@twerlo.com"))
	manager := w.person("manager")
	for _, c := range []struct{ agent, want string }{
		{"OMAR@twerlo.com", "omar@twerlo.com"},
		{"@sara", "sara@twerlo.com"},
		{"Omar Hassan", "omar@twerlo.com"},
		{"ليلى", "layla@twerlo.com"},
		{"layla@example.com", "layla@twerlo.com"},
	} {
		manager.types("#support", "/assign "+c.agent+" ٠٥٤٤٤٤٤٤٤٤")
		manager.reads("belong", c.want)
		w.owner("966544444444", c.want)
	}
	sara := w.person("sara")
	sara.types("#support", "/assign me 0544444444")
	sara.reads("now belongs to", "sara@twerlo.com")
	w.owner("966544444444", "sara@twerlo.com")
}

func TestMistakesAreAnsweredInTheAcknowledgement(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	d := manager.types("#support", "/assign 05444 omar@twerlo.com")
	m := manager.reads("Nothing was done", "05444", "too short", "0544444444")
	if m.Via != slack.ViaAck || d.Reply == nil {
		t.Errorf("answered by %s", m.Via)
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}

	if d := manager.Click(m, "Fix in form"); d.Shown != "" {
		t.Fatalf("the button shows %q", d.Shown)
	}
	f := manager.form()
	values := f.Values()
	if values["contact"] != "05444" || !strings.Contains(values["agent"], "omar@twerlo.com") {
		t.Errorf("the form starts with %v", values)
	}
	if d := manager.Submit(f, map[string]string{"contact": "0544444444"}); d.Shown != "" || !f.Closed {
		t.Fatalf("submitting shows %q %v", d.Shown, f.Errors)
	}
	if m := manager.reads("now belongs to", "Omar Hassan"); m.Where != "#support" {
		t.Errorf("answered in %s", m.Where)
	}
}

func TestALineThatIsTooLongIsKept(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com "+strings.Repeat("and this is why ", 40))
	m := manager.reads("Nothing was done", "too long")
	manager.Click(m, "Fix in form")
	if typed := manager.form().Values()["contact"]; !strings.HasPrefix(typed, "0544444444 omar@twerlo.com and this is why") {
		t.Errorf("the form starts with %q", typed)
	}
}

func TestHelpComesForHelpAndForUnknownWords(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, line := range []string{"/assign help", "/assign status please", "/assign ?"} {
		manager.types("#support", line)
		m := manager.reads("assign a WhatsApp contact", "/assign 0544444444 omar@example.com")
		if m.Via != slack.ViaAck {
			t.Errorf("%s was answered by %s", line, m.Via)
		}
	}
}

func TestWhatIsEchoedPingsNobody(t *testing.T) {
	w := begin(t, unsettled(slack.Unsettled{PlainAddresses: true}))
	manager := w.person("manager")
	for _, line := range []string{
		"/assign <!channel> 05444 omar@twerlo.com",
		"/assign 0544444444 <!here>",
		"/assign 0544444444 omar@<!everyone>",
		"/assign 0544444444 <@U0SARA|<!channel>>",
	} {
		manager.types("#support", line)
		m := manager.reads()
		if !strings.Contains(m.Plain(), "Nothing was done") && !strings.Contains(m.Plain(), "Not assigned") {
			t.Errorf("%s: %s", line, m.Plain())
		}
		for _, ping := range []string{"<!", "<@"} {
			if strings.Contains(m.Text, ping) || strings.Contains(string(m.Blocks), ping) {
				t.Errorf("%s: the answer holds %s: %s", line, ping, m.Text)
			}
		}
	}
}

func TestASlowAzeerIsSaidToBeSlow(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 4 * time.Second})
	manager := w.person("manager")
	d := manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	if took := d.Took(); took > time.Second {
		t.Errorf("acknowledged after %v, while Azeer was slow", took)
	}
	manager.reads(interim, "+966 54 444 4444", "omar@twerlo.com")
	manager.reads("now belongs to", "Omar Hassan")
}

func TestEnterPressedTwiceDoesItOnce(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Second})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("Already on it")
	manager.reads("now belongs to")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestTheLastWordWins(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 503})
	manager, sara := w.person("manager"), w.person("sara")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	if err := w.Azeer.WaitCalls(w.ctx, 2); err != nil { // the agent list, and the refusal
		t.Fatal(err)
	}
	sara.types("#general", "/assign 0544444444 me")
	manager.reads("a newer request", "@Sara Ali asked to assign it to @Sara Ali")
	sara.reads("now belongs to", "sara@twerlo.com")
	w.owner("966544444444", "sara@twerlo.com")
}

func TestNoSuchAgentOffersTheNearest(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omer@twerlo.com")
	m := manager.reads("Not assigned", "no agent with the email omer@twerlo.com", "Omar Hassan (omar@twerlo.com)")
	if n := w.calls(); n != 0 {
		t.Fatalf("%d calls to Azeer for an agent it does not have", n)
	}
	if d := manager.Click(m, "Omar Hassan (omar@twerlo.com)"); d.Shown != "" {
		t.Fatalf("the button shows %q", d.Shown)
	}
	if m := manager.reads("now belongs to", "Omar Hassan"); !m.Edited && len(manager.Messages("#support")) != 1 {
		t.Errorf("the answer did not take the place of the question: %v", manager.Messages("#support"))
	}
	w.owner("966544444444", "omar@twerlo.com")
}

func TestTwoOfOneNameAreToldApart(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 Noura Saleh")
	m := manager.reads("Not assigned", "more than one agent called “Noura Saleh”", "noura@twerlo.com", "noura.s@twerlo.com")
	if n := w.calls(); n != 0 {
		t.Fatalf("%d calls to Azeer: it guessed", n)
	}
	manager.Click(m, "noura.s@twerlo.com (Noura Saleh)") // a phone shows the beginning
	manager.reads("now belongs to", "noura.s@twerlo.com")
}

func TestRedeliveredEnvelopesDoNothingTwice(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	d := manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	w.Slack.Redeliver(d)
	wrong := manager.types("#support", "/assign 05444 omar@twerlo.com")
	manager.reads("too short")
	w.Slack.Redeliver(wrong)
	if err := w.halt(); err != nil { // which first finishes what was delivered
		t.Fatal(err)
	}
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestNothingPrivateIsLogged(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404, Body: `{"message":"no contact 966544444444 of omar@twerlo.com"}`})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("Not assigned", "no contact 966544444444 of omar@twerlo.com")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	manager.types("#support", "/assign 0544444444x omar@twerlo.com")
	manager.reads("Nothing was done")
	if err := w.halt(); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"544444444", "omar@", "hooks", w.Slack.URL() + "/commands", "ticket="}
	for _, name := range []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "AZEER_API_KEY"} {
		secrets = append(secrets, w.Env()[name])
	}
	for _, secret := range secrets {
		if strings.Contains(w.logs.all(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, w.logs.all())
		}
	}
}
