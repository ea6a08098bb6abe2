package memory

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

const (
	omar   = "omar@twerlo.com"
	sara   = "sara@twerlo.com"
	phone1 = "966544444444"
)

func TestJournal(t *testing.T) {
	ask := func(t *testing.T, m *Journal, key, requester, email string) (assign.Assignment, assign.Acceptance) {
		t.Helper()
		a, acceptance, err := m.Accept(t.Context(), assign.Request{
			Key: key, Requester: requester, Contact: phone.New(phone1), Agent: agent.RefEmail(email), Reply: "secret",
		})
		if err != nil {
			t.Fatal(err)
		}
		return a, acceptance
	}
	turn := func(t *testing.T, m *Journal, id int64) assign.TurnVerdict {
		t.Helper()
		turn, err := m.Turn(t.Context(), id, true)
		if err != nil {
			t.Fatal(err)
		}
		return turn.Verdict
	}
	settle := func(t *testing.T, m *Journal, id int64, kind assign.OutcomeKind) {
		t.Helper()
		if err := errors.Join(m.Finish(t.Context(), id, assign.Outcome{Kind: kind}), m.Answered(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
	}
	for name, f := range map[string]func(t *testing.T, m *Journal){
		"a join ends with its window": func(t *testing.T, m *Journal) {
			ask(t, m, "1", "U1", omar)
			<-time.After(assign.JoinWindow)
			if _, got := ask(t, m, "2", "U1", omar); got != assign.Accepted {
				t.Errorf("acceptance %v", got)
			}
		},
		"the key that joined is remembered": func(t *testing.T, m *Journal) {
			first, _ := ask(t, m, "1", "U1", omar)
			ask(t, m, "2", "U1", omar)
			settle(t, m, first.ID, assign.Assigned)
			if a, got := ask(t, m, "2", "U1", omar); got != assign.Repeated || a.ID != first.ID {
				t.Errorf("acceptance %v, assignment %d", got, a.ID)
			}
		},
		"a finished one is not joined, nor another's": func(t *testing.T, m *Journal) {
			first, _ := ask(t, m, "1", "U1", omar)
			if _, got := ask(t, m, "2", "U2", omar); got != assign.Accepted {
				t.Errorf("another's: %v", got)
			}
			settle(t, m, first.ID, assign.Assigned)
			if _, got := ask(t, m, "3", "U1", omar); got != assign.Accepted {
				t.Errorf("finished: %v", got)
			}
		},
		"turns": func(t *testing.T, m *Journal) {
			old, _ := ask(t, m, "1", "U1", omar)
			if v := turn(t, m, old.ID); v != assign.TurnGo {
				t.Errorf("alone: %v", v)
			}
			newer, _ := ask(t, m, "2", "U1", sara)
			if v := turn(t, m, newer.ID); v != assign.TurnWait {
				t.Errorf("with an older one on the wire: %v", v)
			}
			if v := turn(t, m, old.ID); v != assign.TurnSuperseded {
				t.Errorf("with a newer one: %v", v)
			}
			if v := turn(t, m, newer.ID); v != assign.TurnGo {
				t.Errorf("with an older one that waits: %v", v)
			}
			settle(t, m, newer.ID, assign.Assigned)
			if v := turn(t, m, newer.ID); v != assign.TurnLost {
				t.Errorf("finished: %v", v)
			}
			if v := turn(t, m, 99); v != assign.TurnLost {
				t.Errorf("unheard of: %v", v)
			}
		},
		"the first outcome stands, and an answer deletes the reply": func(t *testing.T, m *Journal) {
			a, _ := ask(t, m, "1", "U1", omar)
			settle(t, m, a.ID, assign.Refused)
			settle(t, m, a.ID, assign.Assigned)
			got, ok, _ := m.Latest(t.Context(), phone.New(phone1))
			if !ok || got.Outcome.Kind != assign.Refused || !got.Answered || got.Reply != "" {
				t.Errorf("stored %+v", got)
			}
		},
		"a restart gives what is left, in order, once": func(t *testing.T, m *Journal) {
			done, _ := ask(t, m, "1", "U1", omar)
			settle(t, m, done.ID, assign.Assigned)
			ask(t, m, "2", "U1", sara)
			unanswered, _ := ask(t, m, "3", "U1", omar)
			_ = m.Finish(t.Context(), unanswered.ID, assign.Outcome{Kind: assign.Assigned})
			if got, _ := m.Take(t.Context()); len(got) != 0 {
				t.Errorf("took %d of its own", len(got))
			}
			m.Restart()
			if v := turn(t, m, 2); v != assign.TurnLost {
				t.Errorf("turn of what nobody holds: %v", v)
			}
			got, _ := m.Take(t.Context())
			if len(got) != 2 || got[0].ID != 2 || got[1].ID != 3 {
				t.Errorf("took %+v", got)
			}
			if again, _ := m.Take(t.Context()); len(again) != 0 {
				t.Errorf("took %d twice", len(again))
			}
		},
		"an ended context stores nothing": func(t *testing.T, m *Journal) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, _, err := m.Accept(ctx, assign.Request{Contact: phone.New(phone1)}); !errors.Is(err, assign.ErrNotStored) {
				t.Errorf("Accept: %v", err)
			}
			if _, ok, _ := m.Latest(t.Context(), phone.New(phone1)); ok {
				t.Errorf("stored")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, New()) })
		})
	}
}

func TestWhatIsSettledIsForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New()
		accept := func(i int) {
			a, _, err := m.Accept(t.Context(), assign.Request{Key: fmt.Sprint(i), Contact: phone.New(fmt.Sprint(966500000000 + i)), Agent: agent.RefEmail(omar)})
			if err != nil {
				t.Fatal(err)
			}
			_ = m.Finish(t.Context(), a.ID, assign.Outcome{Kind: assign.Assigned})
			_ = m.Answered(t.Context(), a.ID)
		}
		for i := range maxSettled + 500 {
			accept(i)
		}
		<-time.After(minRetention)
		accept(-1)
		if len(m.rows) != maxSettled+1 || len(m.keys) != len(m.rows) || len(m.contacts) != len(m.rows) {
			t.Errorf("%d rows, %d keys, %d contacts", len(m.rows), len(m.keys), len(m.contacts))
		}
		<-time.After(Retention)
		accept(-2)
		if len(m.rows) != 1 || len(m.keys) != 1 || len(m.contacts) != 1 {
			t.Errorf("%d rows, %d keys, %d contacts after an hour", len(m.rows), len(m.keys), len(m.contacts))
		}
	})
}
