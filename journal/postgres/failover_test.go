//go:build slow

package postgres_test

import (
	"context"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"
)

// After a failover the connections there are lead to a server that may only be read.
func TestAfterAFailoverTheOtherServerIsUsed(t *testing.T) {
	t.Parallel()
	pair := journaltest.StartPostgresPair(t)
	j := open(t, pair.URL, postgres.Config{Timeout: 2 * time.Second})
	a := journaltest.Accept(t, j, journaltest.Numbered(1))
	fillPool(t, j.db)
	pair.MakeReadOnly(t)
	late := make(chan struct{})
	go func() {
		defer close(late)
		pair.Promote(t)
	}()
	acceptInTime(t, j, journaltest.Numbered(2))
	<-late
	if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	journaltest.Settle(t, j, a.ID)
}

// A server that became read-only and is not replaced is not waited for until nobody waits any more.
func TestAServerThatStaysReadOnlyIsSaidToBe(t *testing.T) {
	t.Parallel()
	pair := journaltest.StartPostgresPair(t)
	j := openUnclosed(t, pair.URL, postgres.Config{Timeout: 2 * time.Second})
	journaltest.Accept(t, j, journaltest.Numbered(1))
	pair.MakeReadOnly(t)
	ctx, cancel := context.WithTimeout(t.Context(), acknowledgement)
	defer cancel()
	if _, _, err := j.Accept(ctx, journaltest.Numbered(2)); err == nil || ctx.Err() != nil {
		t.Fatalf("error %v, in time: %t", err, ctx.Err() == nil)
	}
	journaltest.WantNotStored(t, j, journaltest.Numbered(3), "the database is read-only, perhaps a standby")
	pair.Promote(t)
	acceptInTime(t, j, journaltest.Numbered(4))
	if err := j.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// acknowledgement is how long Slack waits for one.
const acknowledgement = 3 * time.Second

func acceptInTime(t *testing.T, j instance, r assign.Request) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), acknowledgement)
	defer cancel()
	if _, how, err := j.Accept(ctx, r); err != nil || how != assign.Accepted {
		t.Fatalf("acceptance %d, error %v", how, err)
	}
}

// All lose their sessions at once, and the server that comes after knows of none.
func TestAfterAFailoverNobodyIsRobbed(t *testing.T) {
	t.Parallel()
	pair := journaltest.StartPostgresPair(t)
	j, other := open(t, pair.URL, postgres.Config{}), open(t, pair.URL, postgres.Config{})
	for !j.db.HasSession() || !other.db.HasSession() { // the test's own time limit ends it
	}
	a := journaltest.Accept(t, j, journaltest.Numbered(1))
	pair.MakeReadOnly(t)
	pair.Promote(t)
	for begin := time.Now(); time.Since(begin) < 4*time.Second; {
		if taken, err := other.Take(t.Context()); err != nil || len(taken) != 0 {
			t.Fatalf("%d taken from the living, error %v", len(taken), err)
		}
	}
	if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
}
