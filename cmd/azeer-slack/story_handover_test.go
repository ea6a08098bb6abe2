package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
)

// gives has the first n contacts given to an agent.
func (p someone) gives(n int, agent string) {
	p.w.t.Helper()
	p.types("#support", "/assign "+strings.Join(numbers(n), " ")+" "+agent)
	p.reads("contacts assigned")
}

func TestAShiftIsHandedOver(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	manager.types("#support", "/assign handover omar sara")
	manager.reads("Nothing was done", "Omar Hassan", "has no contacts")
	manager.gives(12, "omar@twerlo.com")
	sara.types("#support", "/assign "+numbers(4)[3]+" layla@twerlo.com")
	sara.reads("now belongs to")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	sara.types("#support", "/assign "+numbers(5)[4]+" layla@twerlo.com")
	sara.reads("Not assigned") // it is Omar's still
	calls := w.calls()
	manager.types("#support", "/assign handover omar sara")
	m := manager.reads("Nothing is done yet", "Omar Hassan (omar@twerlo.com) has 11 contacts", "to Sara Ali", "+966 54 444 0000", "and 1 more", "Hand over all 11", "Show all")
	if w.calls() != calls || strings.Contains(m.Plain(), "+966 54 444 0003") {
		t.Errorf("read %s", m.Plain())
	}
	manager.clicks(m, "Show all")
	if f := manager.form(); !strings.Contains(f.Plain(), "+966 54 444 0011") || strings.Contains(f.Plain(), "+966 54 444 0003") {
		t.Errorf("the list says %s", f.Plain())
	}
	manager.Cancel(manager.form())

	// What changes between the question and the answer to it stays as it is.
	sara.types("#support", "/assign "+numbers(6)[5]+" layla@twerlo.com")
	sara.reads("now belongs to")
	w.restart(func() {}) // the question outlives it
	manager.clicks(m, "Hand over all 11")
	first, second := manager.reads(), manager.reads()
	if both := first.Plain() + second.Plain(); !strings.Contains(both, "10 of 10 contacts assigned to Sara Ali") || !strings.Contains(both, "Left as they are: 1") {
		t.Errorf("read %s", both)
	}
	if n := w.owns(12, "sara@twerlo.com"); n != 10 {
		t.Errorf("%d belong to Sara", n)
	}
	w.owner("966544440003", "layla@twerlo.com")
	w.owner("966544440005", "layla@twerlo.com")
	manager.types("#support", "/assign handover omar sara")
	manager.reads("has no contacts")
	manager.types("#support", "/assign mine")
	mine := manager.reads("10 of 10 contacts assigned to", "as a handover in #support")
	manager.clicks(mine, "Show all")
	manager.form()
}

// What somebody assigns while the handover is on its way counts for that contact.
func TestEachOfAHandoverIsGuardedAtItsTurn(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.gives(20, "omar@twerlo.com")
	w.Azeer.Always(azeer.Misbehaviour{Latency: 700 * time.Millisecond})
	manager.types("#support", "/assign handover omar@twerlo.com to sara@twerlo.com")
	m := manager.reads("has 20 contacts")
	manager.clicks(m, "Hand over all 20")
	w.awaitAssigns(26) // those that go at once
	asked := make(map[string]bool)
	for _, c := range w.Azeer.Calls() {
		asked[c.Contact] = asked[c.Contact] || c.Agent == "sara@twerlo.com"
	}
	waiting := 0
	for asked[fmt.Sprintf("9665%08d", 44_440_000+waiting)] {
		waiting++
	}
	layla.types("#support", "/assign "+numbers(20)[waiting]+" layla@twerlo.com")
	layla.readsArabic("ليلى أحمد")
	w.Azeer.Behave()
	m = manager.reads("of 20 contacts assigned to Sara Ali")
	if !strings.Contains(m.Plain(), "19 of 20") || !strings.Contains(m.Plain(), "Replaced by a newer request: 1") {
		t.Errorf("read %s", m.Plain())
	}
	w.owner(fmt.Sprintf("9665%08d", 44_440_000+waiting), "layla@twerlo.com")
	manager.clicks(m, "Undo all")
	manager.reads("19 of 19 contacts given back")
	if n := w.owns(20, "omar@twerlo.com"); n != 19 {
		t.Errorf("%d belong to Omar again", n)
	}
}

func TestAHandoverIsAskedForInArabicAndByMention(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.gives(2, "omar@twerlo.com")
	layla.types("#support", "/assign تسليم من omar@twerlo.com إلى ليلى اليوم")
	m := layla.readsArabic("لم يتم أي إجراء بعد", "Omar Hassan", "ليلى أحمد", "تسليم الكل")
	layla.clicks(m, "تسليم الكل (\u20662\u2069)")
	layla.readsArabic("تم الإسناد", "2")
	w.owner("966544440001", "layla@twerlo.com")
	layla.types("#support", "/assign تسليم")
	layla.readsArabic("عملاء أي موظف، وإلى أي موظف")

	layla.Post("#general", "@azeer handover me to @sara since 0:00")
	m = layla.readsArabic("لم يتم أي إجراء بعد", "Sara Ali")
	layla.clicks(m, "تسليم الكل (\u20662\u2069)")
	layla.readsArabic("تم الإسناد", "2")
	w.owner("966544440001", "sara@twerlo.com")
}

func TestAnOrderToHandOverAContactIsAnAssignment(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign handover 0544444444 to omar@twerlo.com")
	manager.reads("now belongs to Omar Hassan")
	manager.types("#support", "/assign handover 0544444444 0555555555 omar@twerlo.com")
	manager.reads("2 of 2 contacts assigned to Omar Hassan")
}

func TestAHandoverThatIsNotUnderstoodDoesNothing(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.gives(2, "omar@twerlo.com")
	calls := w.calls()
	for line, said := range map[string]string{
		"handover":      "Whose contacts, and who gets them",
		"handover omar": "Whose contacts, and who gets them",
		"handover omar@twerlo.com nobody@twerlo.com": "no agent with the email",
		"handover nobody@twerlo.com omar@twerlo.com": "no agent with the email",
		"handover omar omar@twerlo.com":              "has these contacts already",
		"handover this that other people":            "where the first name ends",
	} {
		manager.types("#support", "/assign "+line)
		manager.reads(said)
	}
	if w.calls() != calls {
		t.Error("something was assigned")
	}
}

func TestAHandoverSinceATime(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.gives(3, "omar@twerlo.com")
	// A minute from now was a minute short of a day ago.
	soon := time.Now().In(time.FixedZone("", 3*60*60)).Add(time.Minute)
	manager.types("#support", "/assign handover Omar Hassan Sara Ali since "+soon.Format("15:04"))
	manager.reads("has 3 contacts since", "Hand over all 3")
}

func TestAdminsHandOverFromHome(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.settings["ADMIN_USERS"] = w.Slack.Person("manager").ID()
	w.run()
	w.awaitSockets(2)
	manager, sara := w.person("manager"), w.person("sara")
	manager.gives(3, "omar@twerlo.com")
	if home := sara.opensHome("Several contacts…"); strings.Contains(home.Plain(), "Hand over") {
		t.Errorf("no admin sees\n%s", home.Plain())
	}
	home := manager.opensHome("Hand over…")
	manager.presses(home, "Hand over…")
	f := manager.form()
	manager.submits(f, map[string]string{"handover_from": "Omar Hassan (omar@twerlo.com)", "agent": "Omar Hassan (omar@twerlo.com)"})
	if !strings.Contains(f.Plain(), "has these contacts already") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	manager.submits(f, map[string]string{"handover_from": "Sara Ali (sara@twerlo.com)"})
	if !strings.Contains(f.Plain(), "has no contacts") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	manager.submits(f, map[string]string{"handover_from": "Omar Hassan (omar@twerlo.com)", "agent": "Sara Ali (sara@twerlo.com)", "handover_which": "today"})
	if !strings.Contains(f.Plain(), "has 3 contacts since") || !strings.Contains(f.Plain(), "[Hand over 3]") {
		t.Errorf("the question says\n%s", f.Plain())
	}
	manager.submits(f, nil)
	manager.reads("3 of 3 contacts assigned to Sara Ali")
	if n := w.owns(3, "sara@twerlo.com"); n != 3 {
		t.Errorf("%d belong to Sara", n)
	}
}
