package main

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// What people read where it is easily said wrong.

func TestWhoIsNoAgentCannotMeanThemselves(t *testing.T) {
	w := begin(t)
	w.Slack.AddPerson(slack.PersonConfig{Handle: "novice", Email: "novice@twerlo.com"})
	w.Slack.Invite("#support", "novice")
	novice := w.person("novice")
	novice.types("#support", "/assign 0544444444 me")
	if m := novice.reads("Not assigned", "no agent with your Slack email", "Pick an agent in the form"); strings.Contains(m.Plain(), "spelling") {
		t.Errorf("it speaks of the spelling: %s", m.Plain())
	}
}

// Who would have to be asked is not told to ask themselves.
func TestAnAdminWhoIsNoAgentReadsWhereTheirEmailGoes(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.settings["ADMIN_USERS"] = w.Slack.Person("manager").ID()
	w.run()
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 me")
	if m := manager.reads("no agent with your Slack email", "AGENT_ALIASES"); strings.Contains(m.Plain(), "ask") {
		t.Errorf("an admin is told to ask: %s", m.Plain())
	}
}

func TestAgentsAreNamedAsTypedOrAsKnown(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.Azeer.AddAgent(azeer.Agent{Name: "Rania Saad", PlatformID: "rania@twerlo.com", Inactive: true})
	w.run()
	manager := w.person("manager")
	for typed, told := range map[string]string{
		"zzyzx":            "no agent called “zzyzx”",
		"zzyzx@twerlo.com": "no agent with the email zzyzx@twerlo.com",
		"rania@twerlo.com": "Rania Saad (rania@twerlo.com) is deactivated in Azeer",
		"Rania Saad":       "Rania Saad (rania@twerlo.com) is deactivated in Azeer",
	} {
		manager.types("#support", "/assign 0544444444 "+typed)
		manager.reads("Not assigned", told)
	}
}

func TestAnAdminReadsWhatToDoAboutTheKey(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.settings["ADMIN_USERS"] = w.Slack.Person("manager").ID()
	w.run()
	w.expectError("assignment")
	manager, sara := w.person("manager"), w.person("sara")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 401})
	sara.types("#support", "/assign 0555555555 omar@twerlo.com")
	sara.reads("needs an admin", "Tell @Maha Manager", "Assign again")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 401})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	m := manager.reads("read-and-write key", "AZEER_API_KEY")
	if strings.Contains(m.Plain(), "Tell ") || strings.Contains(m.Plain(), "Fix in form") {
		t.Errorf("an admin reads %s", m.Plain())
	}
	manager.clicks(m, "Assign again")
	manager.reads("now belongs to", "Omar Hassan")
}

func TestAzeerThatCannotBeReachedIsNotCalledSlow(t *testing.T) {
	w := begin(t)
	if err := w.Azeer.Down(true); err != nil {
		t.Fatal(err)
	}
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	if m := manager.reads(interim, "can't reach Azeer"); strings.Contains(m.Plain(), "slow") {
		t.Errorf("it reads %q", m.Plain())
	}
	if err := w.Azeer.Down(false); err != nil {
		t.Fatal(err)
	}
	manager.reads("now belongs to")
}

func TestAzeersOwnWordsComeFirst(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404, Body: `{"message":"contact 12 unknown"}`})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.inOrder(manager.reads("Not assigned").Plain(), "Azeer says: “contact 12 unknown”", "Check the number")
}

func TestThePresentOwnerIsNoNews(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.assigned("#support", "omar@twerlo.com")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	m := manager.reads("already belonged to Omar Hassan", "last assigned here", "set it again")
	if strings.Contains(m.Plain(), "Undo") {
		t.Errorf("there is nothing to undo: %s", m.Plain())
	}
	if n := w.calls(); n != 2 {
		t.Errorf("%d calls to Azeer, want 2: its own rules may have moved the contact", n)
	}
}

func TestReassignAsksForTheAgentAlone(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.clicks(manager.assigned("#support", "omar@twerlo.com"), "Reassign…")
	f := manager.form()
	if f.Title != "Reassign contact" || strings.Contains(f.Plain(), "You typed") || f.Values()["contact"] != "+966 54 444 4444" {
		t.Errorf("the form says\n%s", f.Plain())
	}
	_, agent, _ := strings.Cut(string(f.Blocks), `"block_id":"agent"`)
	if strings.Count(string(f.Blocks), `"focus_on_load":true`) != 1 || !strings.Contains(string(f.Blocks), `"focus_on_load":true`) || agent == "" {
		t.Errorf("the cursor stands elsewhere: %s", f.Blocks)
	}
	manager.keys(f, "+971 50 123 4567")
	if f = manager.seesForm("International number"); f.Title != "Reassign contact" {
		t.Errorf("updated, the form is called %q", f.Title)
	}
	manager.keys(f, "0544444444")
	f = manager.seesForm("Last assigned here: Omar Hassan")
	manager.picks(f, "agent", "sara")
	manager.submits(f, map[string]string{"agent": "Sara Ali (sara@twerlo.com)"})
	manager.reads("now belongs to", "Sara Ali")
}

func TestASubcommandThatCannotBeDoneSaysWhatCan(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	for line, told := range map[string][]string{
		"/assign undo":            {"Undo button is below the answer", "/assign history 0544444444"},
		"/assign undo 0544444444": {"Undo button is below the answer"},
		"/assign history":         {"Which contact?", "/assign history 0544444444"},
	} {
		manager.types("#support", line)
		m := manager.reads(told...)
		manager.clicks(m, "My requests")
		manager.reads("You have no requests")
	}
	layla.types("#support", "/assign تراجع")
	layla.readsArabic("زر تراجع أسفل الرد", "/assign سجل\u200e 0544444444", "طلباتي")
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

// What needs attention stands on the Home tab once, and a request takes one line.
func TestTheHomeTabSaysThingsOnce(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.settings["ADMIN_USERS"] = w.Slack.Person("manager").ID()
	w.run()
	manager := w.person("manager")
	manager.assigned("#support", "omar@twerlo.com")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	manager.types("#support", "/assign 0555555555 sara@twerlo.com")
	manager.reads("Not assigned")
	home := manager.opensHome("Needs your attention", "Your last requests")
	w.inOrder(home.Plain(), "Look up a contact", "Last 7 days: 1 assigned", "Needs your attention", "+966 55 555 5555", "Your last requests", "+966 54 444 4444")
	if n := strings.Count(home.Plain(), "+966 55 555 5555"); n != 1 {
		t.Errorf("what needs attention stands there %d times:\n%s", n, home.Plain())
	}
	if n := strings.Count(home.Plain(), "█ 1 Omar Hassan"); n != 1 {
		t.Errorf("the chart is drawn %d times:\n%s", n, home.Plain())
	}
}
