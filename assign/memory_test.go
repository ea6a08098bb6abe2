package assign

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

func TestMemory(t *testing.T) {
	ask := func(t *testing.T, m *Memory, key, requester, email string) (Assignment, Acceptance) {
		t.Helper()
		a, acceptance, err := m.Accept(t.Context(), Request{
			Key: key, Requester: requester, Contact: phone.New(phone1), Agent: agent.RefEmail(email), Reply: "secret",
		})
		if err != nil {
			t.Fatal(err)
		}
		return a, acceptance
	}
	turn := func(t *testing.T, m *Memory, id int64) TurnVerdict {
		t.Helper()
		turn, err := m.Turn(t.Context(), id, true)
		if err != nil {
			t.Fatal(err)
		}
		return turn.Verdict
	}
	settle := func(t *testing.T, m *Memory, id int64, kind OutcomeKind) {
		t.Helper()
		if err := errors.Join(m.Finish(t.Context(), id, Outcome{Kind: kind}), m.Answered(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
	}
	for name, f := range map[string]func(t *testing.T, m *Memory){
		"a join ends with its window": func(t *testing.T, m *Memory) {
			ask(t, m, "1", "U1", omar)
			<-time.After(JoinWindow)
			if _, got := ask(t, m, "2", "U1", omar); got != Accepted {
				t.Errorf("acceptance %v", got)
			}
		},
		"the key that joined is remembered": func(t *testing.T, m *Memory) {
			first, _ := ask(t, m, "1", "U1", omar)
			ask(t, m, "2", "U1", omar)
			settle(t, m, first.ID, Assigned)
			if a, got := ask(t, m, "2", "U1", omar); got != Repeated || a.ID != first.ID {
				t.Errorf("acceptance %v, assignment %d", got, a.ID)
			}
		},
		"a finished one is not joined, nor another's": func(t *testing.T, m *Memory) {
			first, _ := ask(t, m, "1", "U1", omar)
			if _, got := ask(t, m, "2", "U2", omar); got != Accepted {
				t.Errorf("another's: %v", got)
			}
			settle(t, m, first.ID, Assigned)
			if _, got := ask(t, m, "3", "U1", omar); got != Accepted {
				t.Errorf("finished: %v", got)
			}
		},
		"turns": func(t *testing.T, m *Memory) {
			old, _ := ask(t, m, "1", "U1", omar)
			if v := turn(t, m, old.ID); v != TurnGo {
				t.Errorf("alone: %v", v)
			}
			newer, _ := ask(t, m, "2", "U1", sara)
			if v := turn(t, m, newer.ID); v != TurnWait {
				t.Errorf("with an older one on the wire: %v", v)
			}
			if v := turn(t, m, old.ID); v != TurnSuperseded {
				t.Errorf("with a newer one: %v", v)
			}
			if v := turn(t, m, newer.ID); v != TurnGo {
				t.Errorf("with an older one that waits: %v", v)
			}
			settle(t, m, newer.ID, Assigned)
			if v := turn(t, m, newer.ID); v != TurnLost {
				t.Errorf("finished: %v", v)
			}
			if v := turn(t, m, 99); v != TurnLost {
				t.Errorf("unheard of: %v", v)
			}
		},
		"the first outcome stands, and an answer deletes the reply": func(t *testing.T, m *Memory) {
			a, _ := ask(t, m, "1", "U1", omar)
			settle(t, m, a.ID, Refused)
			settle(t, m, a.ID, Assigned)
			got, ok, _ := m.Latest(t.Context(), phone.New(phone1))
			if !ok || got.Outcome.Kind != Refused || !got.Answered || got.Reply != "" {
				t.Errorf("stored %+v", got)
			}
		},
		"a restart gives what is left, in order, once": func(t *testing.T, m *Memory) {
			done, _ := ask(t, m, "1", "U1", omar)
			settle(t, m, done.ID, Assigned)
			ask(t, m, "2", "U1", sara)
			unanswered, _ := ask(t, m, "3", "U1", omar)
			_ = m.Finish(t.Context(), unanswered.ID, Outcome{Kind: Assigned})
			if got, _ := m.Take(t.Context()); len(got) != 0 {
				t.Errorf("took %d of its own", len(got))
			}
			m.Restart()
			if v := turn(t, m, 2); v != TurnLost {
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
		"an ended context stores nothing": func(t *testing.T, m *Memory) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, _, err := m.Accept(ctx, Request{Contact: phone.New(phone1)}); !errors.Is(err, ErrNotStored) {
				t.Errorf("Accept: %v", err)
			}
			if _, ok, _ := m.Latest(t.Context(), phone.New(phone1)); ok {
				t.Errorf("stored")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, NewMemory()) })
		})
	}
}

func TestMemoryForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		accept := func(i int) {
			a, _, err := m.Accept(t.Context(), Request{Key: fmt.Sprint(i), Contact: phone.New(fmt.Sprint(966500000000 + i)), Agent: agent.RefEmail(omar)})
			if err != nil {
				t.Fatal(err)
			}
			_ = m.Finish(t.Context(), a.ID, Outcome{Kind: Assigned})
			_ = m.Answered(t.Context(), a.ID)
		}
		for i := range memoryKeeps + 500 {
			accept(i)
		}
		<-time.After(memoryKeyLives)
		accept(-1)
		if len(m.rows) != memoryKeeps+1 || len(m.keys) != len(m.rows) || len(m.contacts) != len(m.rows) {
			t.Errorf("%d rows, %d keys, %d contacts", len(m.rows), len(m.keys), len(m.contacts))
		}
		<-time.After(memoryRetains)
		accept(-2)
		if len(m.rows) != 1 || len(m.keys) != 1 || len(m.contacts) != 1 {
			t.Errorf("%d rows, %d keys, %d contacts after an hour", len(m.rows), len(m.keys), len(m.contacts))
		}
	})
}
