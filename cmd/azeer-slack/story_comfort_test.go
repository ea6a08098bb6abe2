package main

import (
	"strconv"
	"strings"
	"testing"

	"azeer-slack/sandbox/slack"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// offered opens the form by the shortcut and gives what the menu offers before anything is
// typed.
func (p someone) offered() []slack.Option {
	p.w.t.Helper()
	p.types("#support", "/assign")
	f := p.form()
	defer p.Cancel(f)
	return p.picks(f, "agent", "")
}

func TestTheAgentsChosenLastComeFirst(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	for _, o := range manager.offered() {
		if o.Group != "" {
			t.Errorf("%s stands in the group %q before anybody was chosen", o.Text, o.Group)
		}
	}
	for _, agent := range []string{"sara@twerlo.com", "omar@twerlo.com"} {
		manager.assigned("#support", agent)
	}
	check := func(p someone, recent, other string, want ...string) {
		t.Helper()
		options := p.offered()
		seen := make(map[string]bool)
		for n, o := range options {
			group := other
			if n < len(want) {
				group = recent
				if !strings.Contains(o.Text, want[n]) {
					t.Errorf("%d. is %q, want %s", n+1, o.Text, want[n])
				}
			}
			if o.Group != group || seen[o.Value] {
				t.Errorf("%q stands in the group %q, twice: %v", o.Text, o.Group, seen[o.Value])
			}
			seen[o.Value] = true
		}
	}
	check(manager, "Used recently", "All others", "omar@twerlo.com", "sara@twerlo.com")
	w.restart(func() {})
	check(manager, "Used recently", "All others", "omar@twerlo.com", "sara@twerlo.com")
	layla.assigned("#support", "layla@twerlo.com")
	check(layla, "آخر من أسندت إليهم", "بقية الموظفين", "layla@twerlo.com")

	// While something is typed, what matches is all that counts; and one of the last can
	// be picked like any other.
	manager.types("#support", "/assign 0555555555")
	f := manager.form()
	for _, o := range manager.picks(f, "agent", "om") {
		if o.Group != "" {
			t.Errorf("%s stands in the group %q", o.Text, o.Group)
		}
	}
	manager.picks(f, "agent", "")
	manager.submits(f, map[string]string{"agent": "Sara Ali (sara@twerlo.com)"})
	manager.reads("now belongs to", "Sara Ali")
	check(manager, "Used recently", "All others", "sara@twerlo.com", "omar@twerlo.com")
}

func TestTheFormSaysWhoOwnsTheContact(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	owner := func(p someone, line string) string {
		t.Helper()
		p.types("#support", line)
		f := p.form()
		defer p.Cancel(f)
		return f.Plain()
	}
	if said := owner(manager, "/assign 0544444444"); strings.Contains(said, "Last assigned") {
		t.Errorf("an owner where none is known:\n%s", said)
	}
	manager.assigned("#support", "omar@twerlo.com")
	if said := owner(manager, "/assign 054 444 4444"); !strings.Contains(said, "Last assigned here: Omar Hassan (omar@twerlo.com), ") {
		t.Errorf("the form says\n%s", said)
	}
	if said := owner(manager, "/assign 0555555555"); strings.Contains(said, "Last assigned") {
		t.Errorf("the form says\n%s", said)
	}
	said := owner(layla, "/assign ٠٥٤٤٤٤٤٤٤٤")
	if !strings.Contains(said, "آخر إسناد من هنا: \u2066Omar Hassan\u2069") {
		t.Errorf("the form says\n%s", said)
	}
	f := manager.shortcut(w.Slack.Person("sara").Post("#support", "call 0544444444"))
	if !strings.Contains(f.Plain(), "Last assigned here: Omar Hassan") {
		t.Errorf("the form of a message says\n%s", f.Plain())
	}
	manager.Cancel(f)
}

func TestANumberFromAbroadShowsItsCountry(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.types("#support", "/assign +971 50 123 4567")
	f := manager.form()
	if !strings.Contains(f.Plain(), "International number: 🇦🇪 +971 50 123 4567 (United Arab Emirates)") {
		t.Errorf("the form says\n%s", f.Plain())
	}
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	manager.reads("🇦🇪 +971 50 123 4567 (United Arab Emirates) now belongs to Omar Hassan")
	manager.types("#support", "/assign +971501234567 omar@")
	manager.reads("Nothing was done", "International number: 🇦🇪 +971 50 123 4567")
	manager.types("#support", "/assign 0544444444 omar@")
	if m := manager.reads("Nothing was done"); strings.Contains(m.Text, "International") {
		t.Errorf("a number from here is from abroad: %s", m.Text)
	}
	layla.types("#support", "/assign ٠٠٩٧١٥٠١٢٣٤٥٦٧ omar@twerlo.com")
	layla.readsArabic("العميل \u2066🇦🇪 +971 50 123 4567\u2069 (\u2068الإمارات العربية المتحدة\u2069) لدى", "آخر إسناد من هنا")
}

// Where another region is usual, its numbers are plain, and a Saudi one is from abroad.
func TestWhatIsAbroadIsASetting(t *testing.T) {
	w := begin(t, with("DEFAULT_REGION", "AE"))
	manager := w.person("manager")
	manager.types("#support", "/assign 0501234567 omar@twerlo.com")
	if m := manager.reads("+971 50 123 4567 now belongs to"); strings.Contains(m.Text, "🇦🇪") {
		t.Errorf("answered %s", m.Text)
	}
	manager.types("#support", "/assign +966544444444 omar@twerlo.com")
	manager.reads("🇸🇦 +966 54 444 4444 (Saudi Arabia) now belongs to")
}
