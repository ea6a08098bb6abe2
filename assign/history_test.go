package assign_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the test must not depend on the machine's

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

func TestAnOvertakenRequestIsNotCarriedOut(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		first := w.ask("U1", phone1, omar)
		w.pass(time.Second)
		second := w.ask("U2", phone1, sara)
		w.pass(time.Second)
		late := assign.Request{Key: "undo:1", Requester: "U3", Contact: phone.New(phone1), Agent: agent.RefEmail(layla), Guard: first.ID}
		a, how, err := w.service.Accept(t.Context(), late)
		if how != assign.Overtaken || err != nil || a.ID != second.ID || a.Requester != "U2" {
			t.Errorf("acceptance %v of %+v, error %v", how, a, err)
		}
		w.pass(time.Minute)
		if calls := w.inbox.made(); len(calls) != 2 || w.inbox.owner(phone1) != sara {
			t.Errorf("%d calls, the owner is %s", len(calls), w.inbox.owner(phone1))
		}
	})
}

func TestAnUndoGivesTheContactBack(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.ask("U1", phone1, omar)
		w.pass(time.Second)
		taken := w.ask("U2", phone1, sara)
		w.pass(time.Second)
		before, found, err := w.service.Before(t.Context(), taken.ID)
		if !found || err != nil || before.Outcome.Agent.PlatformID.Reveal() != omar {
			t.Fatalf("before it: %+v, found %t, error %v", before, found, err)
		}
		undo := assign.Request{
			Key: "undo:2", Requester: "U2", Contact: before.Contact, Guard: taken.ID, Undoes: taken.ID,
			Agent: agent.RefEmail(before.Outcome.Agent.PlatformID.Reveal()), Origin: "button C1",
		}
		for i, want := range []assign.Acceptance{assign.Accepted, assign.Repeated} {
			if _, how, err := w.service.Accept(t.Context(), undo); how != want || err != nil {
				t.Errorf("click %d: acceptance %v, error %v", i+1, how, err)
			}
			w.pass(time.Minute)
		}
		owner, _, err := w.service.Owner(t.Context(), phone.New(phone1))
		if err != nil || owner.Undoes != taken.ID || owner.Origin != "button C1" || w.inbox.owner(phone1) != omar {
			t.Errorf("owner by %+v, error %v; Azeer has %s", owner, err, w.inbox.owner(phone1))
		}
	})
}

func TestEveryOutcomeIsDueForTheAudit(t *testing.T) {
	storyWith(t, func(w *world) { w.journal.Audit = true }, func(t *testing.T, w *world) {
		w.inbox.script(refuse(assign.NotFound, 404))
		refused := w.ask("U1", phone1, omar)
		w.pass(time.Second)
		w.restart()
		done := w.ask("U1", phone2, sara)
		w.pass(time.Second)
		due, err := w.service.Unaudited(t.Context(), 10)
		if err != nil || len(due) != 2 || due[0].Outcome.Kind != assign.Refused || due[1].Outcome.Kind != assign.Assigned {
			t.Fatalf("due %+v, error %v", due, err)
		}
		if err := w.service.Audited(t.Context(), refused.ID); err != nil {
			t.Fatal(err)
		}
		if due, err := w.service.Unaudited(t.Context(), 10); err != nil || len(due) != 1 || due[0].ID != done.ID {
			t.Fatalf("due %+v, error %v", due, err)
		}
	})
}

func TestWhatIsRememberedShowsNobody(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.ask("U1", phone1, omar)
		w.pass(time.Second)
		listed, err := w.service.List(t.Context(), assign.Query{Contact: phone.New(phone1)})
		counts, tallyErr := w.service.Tally(t.Context(), time.Now().Add(-time.Hour))
		if err != nil || tallyErr != nil || len(listed) != 1 || len(counts) != 1 {
			t.Fatalf("%d listed, %v; %d counted, %v", len(listed), err, len(counts), tallyErr)
		}
		shown := fmt.Sprintf("%+v %+v %+v", listed, counts, assign.Query{Contact: phone.New(phone1)})
		if strings.Contains(shown, phone1) || strings.Contains(shown, omar) {
			t.Errorf("shown in clear: %s", shown)
		}
	})
}

// In Cairo the clock goes from 00:00 to 01:00 on the last Friday of April, and from 00:00
// back to 23:00 on the last Friday of October: one day begins at one, another has 25 hours.
func TestATallyBearsDaysWithoutMidnight(t *testing.T) {
	zone, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	tally := assign.NewTally(zone)
	for _, utc := range []string{
		"2026-04-23T21:59:59Z", "2026-04-23T22:00:00Z", // a second before one o'clock, and at it
		"2026-10-29T20:30:00Z", "2026-10-29T21:30:00Z", "2026-10-29T22:00:00Z", // half past eleven, twice, and midnight
	} {
		at, err := time.Parse(time.RFC3339, utc)
		if err != nil {
			t.Fatal(err)
		}
		tally.Add(person(omar, "Omar"), at)
	}
	var got []string
	for _, c := range tally.Counts() {
		got = append(got, fmt.Sprintf("%s: %d", c.Day.Format("2006-01-02 15:04"), c.Assigned))
	}
	want := []string{"2026-04-23 12:00: 1", "2026-04-24 12:00: 1", "2026-10-29 12:00: 2", "2026-10-30 12:00: 1"}
	if !slices.Equal(got, want) {
		t.Errorf("counted %q, want %q", got, want)
	}
}
