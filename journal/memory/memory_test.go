package memory

import (
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

func ask(t *testing.T, j *Journal, key, email string) (assign.Assignment, assign.Acceptance) {
	t.Helper()
	a, how, err := j.Accept(t.Context(), assign.Request{
		Key: key, Requester: "U1", Contact: phone.New(phone1), Agent: agent.RefEmail(email), Reply: "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, how
}

func TestAJoinEndsWithItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := New()
		ask(t, j, "1", omar)
		<-time.After(assign.JoinWindow)
		if _, how := ask(t, j, "2", omar); how != assign.Accepted {
			t.Errorf("acceptance %v", how)
		}
	})
}

func TestTurns(t *testing.T) {
	j := New()
	turn := func(when string, id int64, want assign.TurnVerdict) {
		t.Helper()
		if turn, err := j.Turn(t.Context(), id, true); err != nil || turn.Verdict != want {
			t.Errorf("%s: verdict %v, error %v", when, turn.Verdict, err)
		}
	}
	old, _ := ask(t, j, "1", omar)
	turn("alone", old.ID, assign.TurnGo)
	newer, _ := ask(t, j, "2", sara)
	turn("with an older one on the wire", newer.ID, assign.TurnWait)
	turn("with a newer one", old.ID, assign.TurnSuperseded)
	turn("with an older one that waits", newer.ID, assign.TurnGo)
	j.Restart()
	turn("owned by nobody", newer.ID, assign.TurnLost)
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
