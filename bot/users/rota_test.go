package users

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign/duty"
	"azeer-slack/internal/retry"
	"azeer-slack/sandbox"
	fakeslack "azeer-slack/sandbox/slack"
)

func TestWhatAStatusSays(t *testing.T) {
	t.Parallel()
	now := time.Now()
	past, later := now.Add(-time.Minute).Unix(), now.Add(time.Minute).Unix()
	for _, s := range []status{
		{text: "Out of Office"}, {text: "OOO"}, {text: "ooo until Monday"}, {text: "Off Sick"}, {text: "Out sick"}, {text: "On Holiday!"}, {text: "DND"},
		{text: "  on   vacation 🌴"}, {text: "Vacationing"}, {text: "🌴 On leave"}, {text: "Do not disturb"}, {text: "don’t disturb"},
		{text: "خارج المكتب"}, {text: "إجازة"}, {text: "في إجازة حتى الأحد"}, {text: "أجازة"}, {text: "مريضة"}, {text: "مَريض"}, {text: "عدم الإزعاج"}, {text: "عطلـة"},
		{emoji: ":palm_tree:"}, {emoji: ":face_with_thermometer:", text: "brb"}, {text: "OOO", until: later},
	} {
		if a := s.absence(now); a.Reason != duty.Away || a.Says == "" || (s.until != 0) != !a.Until.IsZero() {
			t.Errorf("%+v is %+v", s, a)
		}
	}
	for _, s := range []status{
		{}, {text: "In a meeting"}, {text: "Commuting"}, {text: "Working remotely", emoji: ":house_with_garden:"}, {text: "ooops"}, {text: "holiday planning"},
		{text: "Back from holiday"}, {text: "not out of office"}, {text: "OOO", until: past}, {emoji: ":palm_tree:", until: past},
		{text: "إجازتي انتهت"}, {text: "متاح"}, {text: "مريضنا الأول"}, {emoji: ":coffee:"}, {text: "dndx"},
	} {
		if a := s.absence(now); !a.IsZero() {
			t.Errorf("%+v is %+v", s, a)
		}
	}
}

// onDuty is a workspace with the group @support, of whom is given.
func onDuty(t *testing.T, members ...string) (*sandbox.Sandbox, *Users, string) {
	t.Helper()
	box, p := slackWorld(t)
	return box, p, box.Slack.AddUserGroup("support", members...)
}

func TestAGroupAndItsMembers(t *testing.T) {
	t.Parallel()
	box, p, id := onDuty(t, "omar", "sara", "layla")
	box.Slack.Person("omar").SetStatus("On holiday", "", time.Time{})
	box.Slack.DeactivatePerson("sara")
	g, err := p.Group(t.Context(), id)
	if err != nil || g.Handle != "support" || g.Disabled || len(g.Members) != 3 {
		t.Fatalf("group %+v, error %v", g, err)
	}
	if m := g.Members[0]; m.Name != "Omar Hassan" || m.Email.Reveal() != "omar@twerlo.com" || m.Absence.Reason != duty.Away || m.Absence.Says != "On holiday" {
		t.Errorf("omar is %+v", m)
	}
	if m := g.Members[1]; m.Absence.Reason != duty.Deactivated {
		t.Errorf("sara is %+v", m)
	}
	if m := g.Members[2]; !m.Absence.IsZero() {
		t.Errorf("layla is %+v", m)
	}
	if _, err := p.Group(t.Context(), "S404"); !errors.Is(err, duty.ErrNoGroup) {
		t.Errorf("error %v", err)
	}
	for handle, want := range map[string]string{"support": id, "SUPPORT": id, "sales": ""} {
		if got, err := p.GroupCalled(t.Context(), handle); err != nil || got != want {
			t.Errorf("%s is %q, error %v", handle, got, err)
		}
	}
	if n := len(box.Slack.APICalls("usergroups.list")); n != 1 {
		t.Errorf("asked %d times for the groups", n)
	}
}

func TestWhoCannotBeReadIsNotTakenForFree(t *testing.T) {
	t.Parallel()
	box, p, id := onDuty(t, "omar")
	box.Slack.FailAPI("users.info", -1, fakeslack.Failure{Error: "internal_error"})
	g, err := p.Group(t.Context(), id)
	if err != nil || g.Members[0].Absence.Reason != duty.Unread {
		t.Errorf("omar is %+v, error %v", g.Members, err)
	}
	if a := p.Absence(t.Context(), box.Slack.Person("omar").ID()); !a.IsZero() {
		t.Errorf("absent for %+v", a)
	}
	box.Slack.FailAPI("usergroups.list", -1, fakeslack.Failure{Error: "internal_error"})
	_, other := slackWorld(t)
	other.api = p.api
	if _, err := other.Group(t.Context(), id); err == nil || errors.Is(err, duty.ErrNoGroup) {
		t.Errorf("error %v", err)
	}
}

// Fifty people are asked for at once, where the scope is granted.
func TestWhoDoesNotWantToBeDisturbed(t *testing.T) {
	t.Parallel()
	box, p := slackWorld(t)
	var crowd []string
	for i := range 60 {
		crowd = append(crowd, box.Slack.AddPerson(fakeslack.PersonConfig{Handle: fmt.Sprint("p", i)}).Handle())
	}
	id := box.Slack.AddUserGroup("crowd", crowd...)
	now := time.Now()
	box.Slack.Person("p7").DoNotDisturb(now.Add(-time.Hour), now.Add(time.Hour))
	box.Slack.Person("p55").DoNotDisturb(now.Add(-time.Hour), now.Add(time.Hour))
	box.Slack.Person("p8").DoNotDisturb(now.Add(time.Hour), now.Add(2*time.Hour))
	undisturbed := func() (names []string) {
		g, err := p.Group(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range g.Members {
			if m.Absence.Reason == duty.Undisturbed {
				names = append(names, m.Name)
			}
		}
		return names
	}
	if got := undisturbed(); len(got) != 0 || len(box.Slack.APICalls("dnd.teamInfo")) != 0 {
		t.Errorf("without the scope: %v", got)
	}
	box.Slack.SetScopes(append(box.Slack.Scopes(), dndScope)...)
	if err := p.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := undisturbed(); fmt.Sprint(got) != "[p7 p55]" {
		t.Errorf("with the scope: %v", got)
	}
	undisturbed()
	if n := len(box.Slack.APICalls("dnd.teamInfo")); n != 2 {
		t.Errorf("asked %d times", n)
	}
	if a := p.Absence(t.Context(), box.Slack.Person("p7").ID()); a.Reason != duty.Undisturbed || a.Until.IsZero() {
		t.Errorf("absent for %+v", a)
	}
}

func TestSomebodyIsFoundByTheirEmail(t *testing.T) {
	t.Parallel()
	box, p := slackWorld(t)
	omar := box.Slack.Person("omar").ID()
	for range 2 {
		if got := p.IDOf(t.Context(), "Omar@twerlo.com"); got != omar {
			t.Errorf("found %q", got)
		}
		if got := p.IDOf(t.Context(), "nobody@twerlo.com"); got != "" {
			t.Errorf("found %q", got)
		}
	}
	if n := len(box.Slack.APICalls("users.lookupByEmail")); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// Duty changes at the hour: after a minute, groups and statuses are read again.
func TestWhatIsKnownOfAGroupIsAMinuteOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{groups: map[string][]string{"S1": {"U1", "U2"}}}
		p := w.knows()
		wantSize := func(want int) {
			t.Helper()
			if g, err := p.Group(t.Context(), "S1"); err != nil || len(g.Members) != want {
				t.Errorf("%d members, error %v, want %d", len(g.Members), err, want)
			}
		}
		wantSize(2)
		w.becomes(func() { w.groups["S1"] = []string{"U1", "U2", "U3"} })
		retry.Sleep(t.Context(), 59*time.Second)
		wantSize(2)
		w.wantCalls(t, "users.info", 2)
		retry.Sleep(t.Context(), 2*time.Second)
		wantSize(3)
		w.wantCalls(t, "users.info", 5)
		w.wantCalls(t, "usergroups.list", 2)
	})
}
