package main

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

const fromMessage = "assign_from_message"

// shortcut starts the shortcut on a message, which must be acknowledged, and gives the form.
func (p someone) shortcut(m slack.Message) *slack.Form {
	p.w.t.Helper()
	if d := p.MessageShortcut(fromMessage, m); d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("the shortcut shows %q (%v)\n%s", d.Shown, d.Err, p.w.logs.all())
	}
	return p.form()
}

// assigns picks Omar in a form and submits it.
func (p someone) assigns(f *slack.Form, values map[string]string) {
	p.w.t.Helper()
	p.picks(f, "agent", "om")
	values["agent"] = "Omar Hassan (omar@twerlo.com)"
	p.submits(f, values)
}

// lead is what an integration posts about a new customer.
func (w *world) lead(place string, attachment bool) slack.Message {
	crm := w.Slack.AddPerson(slack.PersonConfig{Handle: "crm", Name: "CRM", Bot: true})
	body := map[string]any{"text": "New lead", "blocks": []any{
		map[string]any{"type": "header", "text": map[string]any{"type": "plain_text", "text": "New lead of 22/11/2026"}},
		map[string]any{"type": "section", "fields": []any{
			map[string]any{"type": "mrkdwn", "text": "*Order:*\n0512345678"},
			map[string]any{"type": "mrkdwn", "text": "*Phone:*\n<tel:0544444444|0544444444>"}}},
	}}
	if attachment {
		body = map[string]any{"attachments": []any{map[string]any{"fallback": "Lead: 054 444 4444",
			"fields": []any{map[string]any{"title": "Phone", "value": "+966 54 444 4444"}}}}}
	}
	return crm.PostJSON(place, body)
}

func TestTheNumberOfAMessageStandsInTheForm(t *testing.T) {
	t.Parallel()
	for name, post := range map[string]func(w *world) slack.Message{
		"text": func(w *world) slack.Message {
			return w.Slack.Person("sara").Post("#general", "order 0512345678: please call ٠٥٤ ٤٤٤ ٤٤٤٤ at 10:30")
		},
		"blocks":      func(w *world) slack.Message { return w.lead("#general", false) },
		"attachments": func(w *world) slack.Message { return w.lead("#general", true) },
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			manager := w.person("manager")
			m := post(w)
			f := manager.shortcut(m)
			if f.Values()["contact"] != "+966 54 444 4444" || !strings.Contains(f.Plain(), "I found the number +966 54 444 4444") {
				t.Errorf("the form says\n%s", f.Plain())
			}
			manager.assigns(f, map[string]string{})
			if answer := manager.reads("now belongs to", "Omar Hassan"); !answer.Ephemeral || answer.Where != "#general" {
				t.Errorf("answered in %s", answer.Where)
			}
			w.owner("966544444444", "omar@twerlo.com")
		})
	}
}

func TestOfSeveralNumbersOneIsChosen(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	m := w.Slack.Person("sara").Post("#general", "0544444444 and +971 50 123 4567 wait; order #0512345678")
	f := manager.shortcut(m)
	if !strings.Contains(f.Plain(), "2 phone numbers") || f.Values()["contact"] != "" || strings.Contains(f.Plain(), "512") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	manager.picks(f, "agent", "om")
	if d := manager.Submit(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"}); !d.Sent.IsZero() {
		t.Error("sent without a choice")
	}
	manager.assigns(f, map[string]string{"contact": "🇦🇪 +971 50 123 4567 (United Arab Emirates)"})
	manager.reads("+971 50 123 4567", "now belongs to")
	w.owner("971501234567", "omar@twerlo.com")
	w.owner("966544444444", "")
}

func TestAMessageWithoutANumberOffersTheEmptyForm(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	f := manager.shortcut(w.Slack.Person("sara").Post("#general", "order 0512345678 of 22/11/2026 costs 544,444,444.00 SAR"))
	if !strings.Contains(f.Plain(), "no phone number in this message") || f.Values()["contact"] != "" {
		t.Errorf("the form says\n%s", f.Plain())
	}
	manager.assigns(f, map[string]string{"contact": "0544444444"})
	manager.reads("now belongs to")
}

// The answer is private and where the message is: in its thread if the bot is in the
// channel, else beside it.
func TestAnswersToAMessageStayWithIt(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	for _, c := range []struct {
		place    string
		threaded bool // the message is in a thread
		inThread bool // and so is the answer
	}{
		{"#general", false, false}, {"#general", true, true},
		{"#support", false, false}, {"#support", true, false}, // the bot is not in there
		{"#vip", false, false}, {"#vip", true, false},
		{"@manager", false, false}, {"@manager", true, false},
	} {
		m := sara.Post(c.place, "please take 0544444444")
		thread := ""
		if c.threaded {
			thread = m.TS
			m = sara.Reply(m, "or rather 0544444444")
		}
		manager.assigns(manager.shortcut(m), map[string]string{})
		answer := manager.reads("belong", "Omar Hassan")
		if answer.Channel != m.Channel || !answer.Ephemeral || c.inThread != (answer.ThreadTS == thread && thread != "") {
			t.Errorf("%s, thread %t: answered in %s, thread %q, ephemeral %t", c.place, c.threaded, answer.Where, answer.ThreadTS, answer.Ephemeral)
		}
	}
	w.until("all calls", func() bool { return w.calls() == 8 })
}

// A shortcut on the message that began a thread is answered in the thread, too.
func TestTheBeginningOfAThreadBelongsToIt(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	m := sara.Post("#general", "please take 0544444444")
	sara.Reply(m, "anybody?")
	manager.assigns(manager.shortcut(m), map[string]string{})
	if answer := manager.reads("now belongs to"); answer.ThreadTS != m.TS {
		t.Errorf("answered in thread %q", answer.ThreadTS)
	}
}

func TestWhoMayNotUsesNoMessage(t *testing.T) {
	t.Parallel()
	for person, told := range map[string]string{"guest": "Guests can't", "partner": "other organizations can't"} {
		t.Run(person, func(t *testing.T) {
			w := begin(t)
			p := w.person(person)
			f := p.shortcut(w.Slack.Person("sara").Post("#support", "call 0544444444"))
			if !strings.Contains(f.Plain(), told) || strings.Contains(f.Plain(), "544") {
				t.Errorf("the panel says\n%s", f.Plain())
			}
		})
	}
}

func TestAMessageIsReadInArabic(t *testing.T) {
	w := begin(t)
	layla, sara := w.person("layla"), w.person("sara")
	m := sara.Post("#general", "رقم الطلب ٠٥١٢٣٤٥٦٧٨ وجوال العميل ٠٥٤٤٤٤٤٤٤٤ أو ٠٥٥٥٥٥٥٥٥٥")
	f := layla.shortcut(m)
	if !strings.Contains(f.Plain(), "رقما هاتف") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	options := layla.picks(f, "agent", "ليلى")
	layla.submits(f, map[string]string{"contact": "+966555555555", "agent": options[0].Text})
	layla.reads("+966 55 555 5555", "layla@twerlo.com", "تم")
	w.owner("966555555555", "layla@twerlo.com")
	layla.Cancel(layla.shortcut(sara.Post("#general", "لا رقم هنا")))
}

func TestALateMessageShortcutOffersAButton(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	root := w.Slack.Person("sara").Post("#general", "who takes this?")
	m := w.Slack.Person("sara").Reply(root, "call 0544444444")
	w.Slack.DelayTriggers(4 * time.Second)
	manager.MessageShortcut(fromMessage, m)
	late := manager.reads("took too long to open")
	if late.ThreadTS != root.TS {
		t.Errorf("offered in thread %q", late.ThreadTS)
	}
	w.Slack.DelayTriggers(0)
	w.TakeBreaches() // the expired trigger, which was the point
	manager.Click(late, "Open the form")
	manager.assigns(manager.form(), map[string]string{})
	if answer := manager.reads("+966 54 444 4444", "now belongs to"); answer.ThreadTS != root.TS {
		t.Errorf("answered in thread %q", answer.ThreadTS)
	}
}

func TestARedeliveredMessageShortcutOpensOneForm(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	d := manager.MessageShortcut(fromMessage, w.Slack.Person("sara").Post("#general", "call 0544444444"))
	manager.form()
	w.Slack.Redeliver(d)
	manager.types("#general", "/assign help") // comes after it
	manager.reads("/assign")
	if n := len(manager.Forms()); n != 1 {
		t.Errorf("%d forms", n)
	}
	if n := len(w.Slack.APICalls("views.open")); n != 1 {
		t.Errorf("%d calls of views.open", n)
	}
}
