package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// inOrder fails the story unless all of parts stand in text, one after the other.
func (w *world) inOrder(text string, parts ...string) {
	w.t.Helper()
	rest := text
	for _, part := range parts {
		_, behind, ok := strings.Cut(rest, part)
		if !ok {
			w.t.Fatalf("%q does not follow in\n%s", part, text)
		}
		rest = behind
	}
}

func TestTheHistoryTellsWhoWhomWhenWhereAndHow(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	manager.assigned("@bot", "sara@twerlo.com")
	sara.types("#support", "/assign 0544444444")
	f := sara.form()
	sara.picks(f, "agent", "om")
	sara.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	m := sara.reads("(was Sara Ali")
	sara.clicks(m, "Undo")
	sara.reads("Undone:")
	manager.Post("#general", "@azeer 0544444444 layla@twerlo.com")
	manager.reads("now belongs to", "layla@twerlo.com")
	manager.types("#support", "/assign 0544444444 omer@twerlo.com")
	manager.reads("no agent")

	for _, place := range []string{"#support", "#vip", "@sara", "@bot"} {
		d := manager.types(place, "/assign history 054 444 4444")
		told := manager.reads("History of +966 54 444 4444, newest first", "Last assigned here: \u2068ليلى أحمد\u2069 (layla@twerlo.com)", "Reassign…")
		if told.Via != slack.ViaAck || d.Reply == nil || !told.Ephemeral {
			t.Errorf("in %s answered by %s", place, told.Via)
		}
		w.inOrder(told.Plain(),
			"Not assigned to omer@twerlo.com: Azeer has no such agent", "by you, /assign in #support",
			"Assigned to \u2068ليلى أحمد\u2069 (layla@twerlo.com)", "by you, by mention in #general",
			"Undone: given back to Sara Ali (sara@twerlo.com)", "by @Sara Ali, with a button in #support",
			"Assigned to Omar Hassan (omar@twerlo.com)", "by @Sara Ali, with the form in #support",
			"Assigned to Sara Ali (sara@twerlo.com)", "by you, /assign in a direct message")
		if n := strings.Count(string(told.Blocks), "!date^"); n != 5 {
			t.Errorf("%d of 5 say when", n)
		}
		for _, secret := range []string{"hooks", "response", w.Slack.URL()} {
			if strings.Contains(told.Text+string(told.Blocks), secret) {
				t.Errorf("the history holds %q", secret)
			}
		}
	}
	if n := w.calls(); n != 4 {
		t.Errorf("%d calls to Azeer, want 4", n)
	}
}

// The button below an answer shows the history beside it: the answer, and its Undo, stay.
func TestAnAnswerLeadsToTheHistory(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.assigned("#support", "sara@twerlo.com")
	m := manager.assigned("#support", "omar@twerlo.com")
	manager.clicks(m, "History")
	manager.reads("History of +966 54 444 4444", "Last assigned here: Omar Hassan")
	manager.clicks(m, "Undo")
	manager.reads("Undone:")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	layla.types("#support", "/assign 0544444444 omar@twerlo.com")
	layla.readsArabic("لم يُسنَد العميل")
	for _, c := range []struct {
		answer  azeer.Misbehaviour
		buttons []string
	}{
		{azeer.Misbehaviour{Status: 409}, []string{"Assign again", "History"}},
		{azeer.Misbehaviour{Status: 500}, []string{"Assign again", "Reassign…", "History"}},
	} {
		w.Azeer.Next(3, c.answer)
		manager.types("#support", "/assign 0544444444 layla@twerlo.com")
		if got := labels(manager.reads("Not assigned")); !slices.Equal(got, c.buttons) {
			t.Errorf("after %d there are %q", c.answer.Status, got)
		}
		w.Azeer.Behave()
	}
}

func TestTheHistoryNamesTheBatch(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.gives(3, "omar@twerlo.com")
	manager.types("#support", "/assign history "+numbers(1)[0])
	m := manager.reads("History of +966 54 444 0000", "by you, /assign in #support, part of a batch of 3", "Show all")
	manager.clicks(m, "Show all")
	if f := manager.form(); !strings.Contains(f.Plain(), "+966 54 444 0002") {
		t.Errorf("the list says %s", f.Plain())
	}
	home := layla.opensHome("البحث عن عميل")
	layla.looksUp(home, numbers(1)[0])
	layla.seesHome("ضمن دفعة عددها \u20663\u2069")
}

func TestTheHistoryOfNothing(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.types("#support", "/assign history 0544444444")
	m := manager.reads("No requests for +966 54 444 4444")
	manager.clicks(m, "Open the form")
	f := manager.form()
	if got := f.Values()["contact"]; got != "+966 54 444 4444" {
		t.Errorf("the form starts with %q", got)
	}
	manager.Cancel(f)
	for line, want := range map[string]string{
		"/assign history":              "Which contact?",
		"/assign history 05444":        "“05444” is too short",
		"/assign history 0544444444x":  "letters",
		"/assign history <!channel>":   "not a phone number",
		"/assign History +999 1234567": "no country",
		"/assign mine":                 "You have no requests",
	} {
		d := manager.types("#support", line)
		if m := manager.reads(want); d.Reply == nil || strings.Contains(m.Text+string(m.Blocks), "<!") {
			t.Errorf("%s: answered by %s: %s", line, m.Via, m.Text)
		}
	}
	for line, want := range map[string]string{
		"/assign سجل 0544444444": "لا توجد طلبات بشأن \u2066+966 54 444 4444\u2069",
		"/assign سجل ٠٥٤":        "قصير جدًا",
		"/assign سجل":            "أي عميل؟",
		"/assign طلباتي":         "لا توجد طلبات منك",
	} {
		layla.types("#support", line)
		layla.readsArabic(want)
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

func TestTheHistoryInArabic(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.assigned("#support", "sara@twerlo.com")
	m := layla.assigned("#support", "omar@twerlo.com")
	layla.clicks(m, "تراجع")
	layla.readsArabic("تم التراجع")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	layla.assigned("#general", "omar@twerlo.com")

	layla.types("#support", "/assign سجل 0544444444")
	told := layla.reads("سجل العميل \u2066+966 54 444 4444\u2069", "آخر إسناد من هنا: \u2066Sara Ali\u2069")
	w.inOrder(told.Plain(),
		"لم يُسنَد \u2068إلى \u2066Omar Hassan\u2069", "غير معروف لدى Azeer", "بطلب منك", "/assign", "general",
		"تم التراجع، وأُعيد \u2068إلى \u2066Sara Ali\u2069", "بزر",
		"أُسنِد \u2068إلى \u2066Omar Hassan\u2069", "أُسنِد \u2068إلى \u2066Sara Ali\u2069")
	layla.types("#support", "/assign طلباتي")
	told = layla.reads("آخر طلباتك", "\u2066+966 54 444 4444\u2069", "لم يُسنَد \u2068إلى \u2066Omar Hassan\u2069")
	layla.clicks(told, "إعادة المحاولة")
	layla.readsArabic("تم إسناد العميل", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestTheHistoryShowsTheLastTen(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	for n := range 12 {
		manager.assigned("#support", []string{"sara@twerlo.com", "omar@twerlo.com"}[n%2])
	}
	sara.types("#support", "/assign 0555555555 me")
	sara.reads("now belongs to")
	for line, p := range map[string]someone{"/assign history 0544444444": sara, "/assign mine": manager} {
		p.types("#support", line)
		m := p.reads("newest first", "Older requests are not shown")
		if n := strings.Count(string(m.Blocks), "!date^"); n != 10 || m.Via != slack.ViaAck {
			t.Errorf("%s shows %d by %s", line, n, m.Via)
		}
	}
	w.restart(func() {})
	sara.types("#support", "/assign mine")
	m := sara.reads("Your last requests", "Assigned to Sara Ali", "+966 55 555 5555")
	if strings.Contains(m.Plain(), "+966 54 444 4444") || strings.Contains(m.Plain(), "Older") {
		t.Errorf("sara is shown what she did not ask for: %s", m.Plain())
	}
}

func TestWhatWentWrongCanBeTriedAgain(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	w.Azeer.Next(3, azeer.Misbehaviour{Status: 500})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("Not assigned", "an error (500)")
	manager.types("#support", "/assign 0555555555 omer@twerlo.com")
	manager.reads("no agent")

	manager.types("#vip", "/assign mine")
	mine := manager.reads("Your last requests")
	w.inOrder(mine.Plain(), "Not assigned to omer@twerlo.com: Azeer has no such agent", "+966 55 555 5555", "Fix in form",
		"Not assigned to Omar Hassan (omar@twerlo.com): Azeer answered with an error", "+966 54 444 4444", "Retry")
	manager.clicks(mine, "Retry")
	done := manager.reads("now belongs to", "Omar Hassan")
	if !slices.ContainsFunc(manager.Messages("#vip"), func(m slack.Message) bool { return m.TS == mine.TS }) || done.Where != "#vip" {
		t.Errorf("the list is gone, or the answer in %s", done.Where)
	}
	before := w.calls()
	manager.clicks(mine, "Retry")
	manager.reads("was already used", "+966 54 444 4444", "Assigned to Omar Hassan", "with a button in #vip")
	if n := w.calls(); n != before {
		t.Errorf("%d calls to Azeer for the second click", n-before)
	}
	manager.clicks(mine, "Fix in form")
	f := manager.form()
	if got := f.Values()["contact"]; got != "+966 55 555 5555" {
		t.Errorf("the form starts with %q", got)
	}
	manager.Cancel(f)
}

func TestARetryAsksWhenSomebodyElseHasAssignedSince(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	manager.assigned("#support", "omar@twerlo.com")
	manager.types("#support", "/assign mine")
	mine := manager.reads("Your last requests", "Azeer does not know the contact or the agent")
	sara.assigned("#general", "layla@twerlo.com")
	manager.clicks(mine, "Retry")
	ask := manager.reads("A newer request: @Sara Ali asked to assign", "anyway?")
	w.owner("966544444444", "layla@twerlo.com")
	manager.clicks(ask, "Assign anyway")
	manager.reads("now belongs to", "Omar Hassan", "(was \u2068ليلى أحمد\u2069)")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestTheHistoryIsForThoseWhoMayAssign(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"/assign history 0544444444", "/assign mine"} {
		t.Run(line, func(t *testing.T) {
			w := begin(t)
			manager, guest, partner := w.person("manager"), w.person("guest"), w.person("partner")
			manager.assigned("#support", "omar@twerlo.com")
			guest.types("#support", line)
			guest.reads("Guests can't")
			partner.types("#support", line)
			partner.reads("other organizations can't")
		})
	}
}

func TestTheHistoryCanBeAskedForByMention(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.assigned("#support", "omar@twerlo.com")
	root := w.person("sara").Post("#general", "who has 0544444444?")
	for p, said := range map[someone]string{manager: "history 0544444444", layla: "سجل ٠٥٤٤٤٤٤٤٤٤"} {
		p.Reply(root, fmt.Sprintf("@azeer %s", said))
		m := p.reads("+966 54 444 4444", "Omar Hassan")
		if m.ThreadTS != root.TS || !m.Ephemeral {
			t.Errorf("answered in %s, thread %q", m.Where, m.ThreadTS)
		}
	}
}

func TestTheHistoryIsOfferedToWhoMisspeltIt(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.assigned("#support", "omar@twerlo.com")
	manager.types("#support", "/assign histroy 0544444444")
	m := manager.reads("Did you mean /assign history 0544444444?")
	shown := len(manager.Messages("#support"))
	manager.clicks(m, "/assign history 0544444444")
	manager.reads("History of +966 54 444 4444", "Omar Hassan")
	if now := len(manager.Messages("#support")); now != shown {
		t.Errorf("%d messages after %d: the answer did not take the place of the question", now, shown)
	}
}
