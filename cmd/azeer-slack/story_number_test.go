package main

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack"
)

// A row number is never a country code: the contact stays at home, or nobody gets one.
func TestARowNumberIsNoCountryCode(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, row := range []string{"2. ", "2) ", "2- ", "(2) ", "27 ", "٢- "} {
		manager.types("#support", "/assign "+row+"0501234567 omar@twerlo.com")
		manager.reads("belong", "+966 50 123 4567")
	}
	w.owner("966501234567", "omar@twerlo.com")
	w.owner("20501234567", "")
	w.owner("27501234567", "")
}

func TestANumberThatMayBeTwoIsAskedAbout(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 sara@twerlo.com") // before the question: it stands in nobody's way
	manager.reads("now belongs to", "Sara Ali")
	for _, c := range []struct{ typed, button, contact string }{
		{"971 0501234567", "🇦🇪 +971 50 123 4567", "971501234567"},
		{"966966544444444", "+966 54 444 4444", "966544444444"},
		{"0521234567", "Assign anyway", "966521234567"},
	} {
		manager.types("#support", "/assign "+c.typed+" omar@twerlo.com")
		m := manager.reads("Nothing was done")
		w.owner(c.contact, map[string]string{"966544444444": "sara@twerlo.com"}[c.contact])
		if d := manager.Click(m, button(t, m, c.button)); d.Shown != "" {
			t.Fatalf("the button shows %q", d.Shown)
		}
		manager.reads("now belongs to", "Omar Hassan")
		w.owner(c.contact, "omar@twerlo.com")
	}
}

// button gives the whole label of the button that begins so.
func button(t *testing.T, m slack.Message, begins string) string {
	t.Helper()
	for _, b := range m.Buttons {
		if strings.HasPrefix(b.Label, begins) {
			return b.Label
		}
	}
	t.Fatalf("no button %q among %v", begins, m.Buttons)
	return ""
}

func TestANumberThatIsNotListedIsConfirmedInTheForm(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign omar@twerlo.com")
	f := manager.form()
	if d := manager.Submit(f, map[string]string{"contact": "0521234567"}); d.Shown != "" || f.Closed || len(f.Errors) > 0 {
		t.Fatalf("shows %q, closed %v, errors %v", d.Shown, f.Closed, f.Errors)
	}
	if !strings.Contains(f.Plain(), "+966 52 123 4567 is not in our list of numbers yet") {
		t.Fatalf("the form says %s", f.Plain())
	}
	// Not ticked, it asks again; and what was entered stays.
	if manager.Submit(f, nil); f.Closed || !strings.Contains(f.Plain(), "not in our list") || f.Values()["contact"] != "0521234567" {
		t.Fatalf("closed %v, says %s, holds %v", f.Closed, f.Plain(), f.Values())
	}
	manager.Submit(f, map[string]string{"confirm": "966521234567"})
	manager.reads("now belongs to", "+966 52 123 4567", "Omar Hassan")
	w.owner("966521234567", "omar@twerlo.com")
}

// Azeer knows a contact by WhatsApp's id, which may be an older form of the number.
func TestAContactIsFoundUnderItsOtherForm(t *testing.T) {
	w := begin(t)
	w.Azeer.KnowOnly("5215512345678", "553188888888", "5491123456789", "22997123456", "966544444444")
	manager := w.person("manager")
	for _, c := range []struct{ typed, known string }{
		{"+52 55 1234 5678", "5215512345678"},
		{"+5215512345678", "5215512345678"},
		{"+55 31 98888-8888", "553188888888"},
		{"+553188888888", "553188888888"},
		{"+541123456789", "5491123456789"},
		{"+229 01 97 12 34 56", "22997123456"},
		{"+22997123456", "22997123456"},
	} {
		manager.types("#support", "/assign "+c.typed+" omar@twerlo.com")
		manager.reads("belong", "Omar Hassan")
		w.owner(c.known, "omar@twerlo.com")
	}
	// The form that Azeer accepted goes first next time.
	before := w.calls()
	manager.types("#support", "/assign +52 55 1234 5678 sara@twerlo.com")
	manager.reads("now belongs to", "Sara Ali", "Azeer knows this contact as +5215512345678")
	if n := w.calls() - before; n != 1 {
		t.Errorf("%d calls, want the form that is known at once", n)
	}
	// All forms are one contact, with one history.
	manager.types("#support", "/assign history +5215512345678")
	manager.reads("+52 55 1234 5678", "Sara Ali", "Omar Hassan")
	// If Azeer knows neither, both are named.
	manager.types("#support", "/assign +52 55 9876 5432 omar@twerlo.com")
	manager.reads("Not assigned", "+525598765432", "+5215598765432")
}
