package main

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/azeer"
)

// One word of a name settles nobody, unless it is the first name of one alone.
func TestAFamilyNameIsOfferedAndNotTaken(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, c := range []struct{ typed, offered, email string }{
		{"Ali", "Sara Ali (sara@twerlo.com)", "sara@twerlo.com"},
		{"Hassan", "Omar Hassan (omar@twerlo.com)", "omar@twerlo.com"},
		{"أحمد", "ليلى أحمد", "layla@twerlo.com"},
	} {
		before := w.calls()
		manager.types("#support", "/assign 0544444444 "+c.typed)
		m := manager.reads(c.offered)
		if n := w.calls() - before; n != 0 {
			t.Fatalf("%s: %d calls to Azeer", c.typed, n)
		}
		for label := range strings.FieldsFuncSeq(m.Plain(), func(r rune) bool { return r == '[' || r == ']' }) {
			if strings.Contains(label, "("+c.email+")") {
				manager.Click(m, label)
			}
		}
		manager.reads("now belongs to", c.email)
		w.owner("966544444444", c.email)
	}
}

func TestMeIsNobodyWhereOneIsNoAgent(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 me")
	if m := manager.reads("no agent"); strings.Contains(m.Plain(), "agent you") || w.calls() != 0 {
		t.Errorf("%d calls; %s", w.calls(), m.Plain())
	}
}

// The menu finds what people type, as the command does.
func TestTheMenuFindsNamesAsTheyAreTyped(t *testing.T) {
	w := begin(t)
	w.agent("Abdul Aziz AlHarbi", "aziz@twerlo.com")
	w.agent("عبد الرحمن القحطاني", "rahman@twerlo.com")
	w.agent("Mohammed Saleh", "mohammed@twerlo.com")
	w.restart(func() {}) // which reads the agents anew
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	for typed, want := range map[string]string{
		"Abdulaziz": "aziz@", "abdul-aziz": "aziz@", "Al-Harbi": "aziz@", "alharbi": "aziz@",
		"عبدالرحمن": "rahman@", "Mohamed": "mohammed@", "Hassan, Omar": "omar@", "omar.": "omar@",
		"Eng. Omar": "omar@", "أ. ليلى": "layla@", "Sara Ali (Support)": "sara@", "@omar.hassan": "omar@",
	} {
		options, d := manager.Type(f, "agent", typed)
		if d == nil || d.Shown != "" || len(options) == 0 || !strings.Contains(options[0].Text, want) {
			t.Errorf("%q offers %v", typed, options)
		}
	}
	// Nobody is looked for by a megabyte.
	if options, d := manager.Type(f, "agent", strings.Repeat("omar ", 200_000)); d == nil || len(options) > 0 {
		t.Errorf("a megabyte offers %v", options)
	}
}

// What stands in the lines below a request is never passed over.
func TestAMentionOfTwoLinesIsNotHalfDone(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for said, named := range map[string]string{
		"@azeer 0544444444 omar@twerlo.com\n0555555555 sara@twerlo.com":    "+966 55 555 5555",
		"@azeer 0544444444 omar@twerlo.com\nsorry, I mean sara@twerlo.com": "sara@twerlo.com",
	} {
		manager.Post("#general", said)
		manager.reads("Nothing was done", named)
	}
	manager.Post("#general", "@azeer حوّل 0544444444 إلى omar@twerlo.com 🙏")
	manager.reads("now belongs to", "Omar Hassan")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

// WhatsApp's ids are read as they are copied, with the links that Slack makes of their parts.
func TestAnIDOfWhatsAppIsANumber(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, typed := range []string{
		"966544444444@c.us", "966544444444@s.whatsapp.net", "966544444444:12@s.whatsapp.net",
		"whatsapp://send?phone=966544444444", "https://wa.me/+966544444444", "tel:0544444444;phone-context=+966",
	} {
		before := w.calls()
		manager.types("#support", "/assign "+typed+" omar@twerlo.com")
		manager.reads("belong", "Omar Hassan")
		if n := w.calls() - before; n != 1 {
			t.Errorf("%s: %d calls", typed, n)
		}
	}
	manager.types("#support", "/assign 👉 +290 8999 omar@twerlo.com 🙏")
	manager.reads("now belongs to", "+290 8999")
	manager.types("#support", "/assign 123456789012345@lid omar@twerlo.com")
	manager.reads("hidden")
	manager.types("#support", "/assign 120363012345678901@g.us omar@twerlo.com")
	manager.reads("group")
}

func (w *world) agent(name, email string) {
	w.Azeer.AddAgent(azeerAgent(name, email))
}

func azeerAgent(name, email string) azeer.Agent {
	return azeer.Agent{Name: name, PlatformID: email}
}
