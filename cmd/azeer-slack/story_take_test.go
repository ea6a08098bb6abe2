package main

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

const take = "take_from_message"

// takes chooses Take this contact on a message, which must be acknowledged.
func (p someone) takes(m slack.Message) {
	p.w.t.Helper()
	if d := p.MessageShortcut(take, m); d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("the shortcut shows %q (%v)\n%s", d.Shown, d.Err, p.w.logs.all())
	}
}

func TestOneTapTakesTheContactOfAMessage(t *testing.T) {
	w := begin(t)
	layla, sara := w.person("layla"), w.person("sara")
	m := sara.Post("#general", "order 0512345678: please call ٠٥٤ ٤٤٤ ٤٤٤٤ at 10:30")
	sara.takes(m)
	if answer := sara.reads("now belongs to Sara Ali"); !answer.Ephemeral || answer.Where != "#general" {
		t.Errorf("answered in %s", answer.Where)
	}
	w.owner("966544444444", "sara@twerlo.com")
	layla.takes(m)
	layla.readsArabic("ليلى أحمد", "Sara Ali", "تراجع")
	w.owner("966544444444", "layla@twerlo.com")
	if n := len(w.Slack.APICalls("views.open")); n != 0 {
		t.Errorf("%d forms opened", n)
	}
	sara.types("#general", "/assign history 0544444444")
	sara.reads("by you, from a message in #general")
}

// A second tap changes nothing, whoever sends it twice.
func TestATapThatComesTwiceTakesOnce(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	m := w.Slack.Person("manager").Post("#general", "please take 0544444444")
	d := sara.MessageShortcut(take, m)
	sara.reads("now belongs to Sara Ali")
	w.Slack.Redeliver(d)
	sara.types("#general", "/assign help") // comes after it
	sara.reads("/assign")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestTakingOutlivesARestart(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	root := w.Slack.Person("manager").Post("#general", "who takes this?")
	m := w.Slack.Person("manager").Reply(root, "0544444444")
	w.Azeer.Always(azeer.Misbehaviour{Status: 503})
	sara.takes(m)
	w.restart(w.Azeer.Behave)
	if answer := sara.reads("now belongs to Sara Ali"); answer.ThreadTS != root.TS {
		t.Errorf("answered in thread %q", answer.ThreadTS)
	}
}

func TestOfSeveralNumbersSomeAreTaken(t *testing.T) {
	w := begin(t)
	sara, layla := w.person("sara"), w.person("layla")
	m := w.Slack.Person("manager").Post("#general", "0544444444 and 0555555555 and 0566666666")
	sara.takes(m)
	f := sara.form()
	if !strings.Contains(f.Plain(), "Take contact") || strings.Contains(f.Plain(), "Agent") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	if d := sara.Submit(f, nil); d.Shown == "" || w.calls() != 0 {
		t.Error("taken without a choice")
	}
	sara.submits(f, map[string]string{"contact": "+966 55 555 5555"})
	sara.reads("+966 55 555 5555", "now belongs to Sara Ali")
	layla.takes(m)
	f = layla.form()
	layla.submits(f, map[string]string{"contact": "+966544444444, +966566666666"})
	layla.readsArabic("✅ تم الإسناد", "2")
	w.owner("966566666666", "layla@twerlo.com")
	w.owner("966555555555", "sara@twerlo.com")
}

func TestAMessageWithoutANumberIsTakenByTyping(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	sara.takes(w.Slack.Person("manager").Post("#general", "who takes Khalid?"))
	f := sara.form()
	if !strings.Contains(f.Plain(), "no phone number in this message") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	sara.submits(f, map[string]string{"contact": "0544444444"})
	sara.reads("+966 54 444 4444", "now belongs to Sara Ali")
}

// Who is no agent is told so, and may choose one.
func TestWhoIsNoAgentTakesNothing(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	m := w.Slack.Person("sara").Post("#general", "0544444444 and 0555555555")
	manager.takes(m)
	manager.submits(manager.form(), map[string]string{"contact": "+966 54 444 4444"})
	manager.reads("Not assigned", "no agent with your Slack email", "Fix in form")
	manager.takes(w.Slack.Person("sara").Post("#general", "0544444444"))
	manager.reads("Not assigned", "no agent with your Slack email", "Fix in form")
	w.owner("966544444444", "")
}

func TestWhoMayNotTakesNothing(t *testing.T) {
	w := begin(t)
	guest := w.person("guest")
	guest.takes(w.Slack.Person("sara").Post("#support", "call 0544444444"))
	if f := guest.form(); !strings.Contains(f.Plain(), "Guests can't") {
		t.Errorf("the panel says\n%s", f.Plain())
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

func TestALateTapOffersAButton(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	w.Slack.DelayTriggers(4 * time.Second)
	sara.takes(w.Slack.Person("manager").Post("#general", "0544444444 and 0555555555"))
	late := sara.reads("took too long to open")
	w.Slack.DelayTriggers(0)
	w.TakeBreaches() // the expired trigger, which was the point
	sara.Click(late, "Open the form")
	if f := sara.form(); !strings.Contains(f.Plain(), "Me") {
		t.Errorf("the form says\n%s", f.Plain())
	}
}

// More numbers than Slack has boxes in a group are ticked in several groups, or all at once.
func TestMoreThanTenNumbersOfAMessageAreTicked(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	m := w.Slack.Person("sara").Post("#general", "call them all:\n"+strings.Join(numbers(23), "\n"))
	f := manager.shortcut(m)
	if plain := f.Plain(); !strings.Contains(plain, "23 phone numbers") || !strings.Contains(plain, "Numbers 21 to 23") {
		t.Errorf("the form says\n%s", plain)
	}
	manager.assigns(f, map[string]string{})
	if f.Closed || !strings.Contains(f.Plain(), "Choose at least one") {
		t.Errorf("sent without a choice:\n%s", f.Plain())
	}
	manager.assigns(f, map[string]string{"contact_3": "+966 54 444 0022"})
	manager.reads("+966 54 444 0022", "now belongs to")
	manager.assigns(manager.shortcut(m), map[string]string{"contact": "+966 54 444 0000", "contact_2": "+966 54 444 0011, +966 54 444 0012"})
	manager.reads("3 of 3 contacts assigned to Omar Hassan")
	layla.takes(m)
	f = layla.form()
	layla.submits(f, map[string]string{"contact_all": "all"})
	layla.readsArabic("✅ تم الإسناد", "23")
	if n := w.owns(23, "layla@twerlo.com"); n != 23 {
		t.Errorf("%d belong to Layla", n)
	}
}

func TestALongListOfAMessageIsEdited(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	f := manager.shortcut(w.Slack.Person("sara").Post("#general", "call them:\n"+strings.Join(numbers(60), "\n")))
	if plain := f.Plain(); !strings.Contains(plain, "60 phone numbers") || !strings.Contains(plain, "Delete those") {
		t.Errorf("the form says\n%s", plain)
	}
	kept := strings.Join(strings.Split(f.Values()["several"], "\n")[:30], "\n")
	manager.assigns(f, map[string]string{"several": kept})
	if plain := f.Plain(); !strings.Contains(plain, "Assign 30 contacts") {
		t.Errorf("the question says\n%s", plain)
	}
	manager.submits(f, nil)
	manager.reads("30 of 30 contacts assigned to Omar Hassan")
}
