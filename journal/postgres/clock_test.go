//go:build unix

package postgres_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"
)

// TestAClockThatJumpsForwardRobsNobody: all leases have run out at once, by the server's clock.
func TestAClockThatJumpsForwardRobsNobody(t *testing.T) {
	t.Parallel()
	url, clock := journaltest.StartPostgresWithClock(t)
	living := open(t, url, postgres.Config{Lease: time.Minute})
	older := journaltest.Accept(t, living, journaltest.Numbered(1))
	goes(t, living, older.ID)
	j := open(t, url, postgres.Config{Lease: time.Minute})
	again := journaltest.Numbered(1)
	again.Key, again.Requester = "a newer one", "U2"
	newer := journaltest.Accept(t, j, again)
	clock.Set(t, time.Hour)
	for range 50 {
		if taken, err := j.Take(t.Context()); err != nil || len(taken) > 0 {
			t.Fatalf("%d taken from one that lives, error %v", len(taken), err)
		}
		if v, err := j.Turn(t.Context(), newer.ID, true); err != nil || v.Verdict != assign.TurnWait {
			t.Fatalf("beside a call on the wire the turn of a newer one is %+v, error %v", v, err)
		}
	}
	if err := living.Finish(t.Context(), older.ID, assign.Outcome{Kind: assign.Assigned}); err != nil {
		t.Fatal(err)
	}
	goes(t, j, newer.ID)
}

// TestAClockThatJumpsHelpsNobodyWhoIsDead: by the server's clock the lease lasts another hour.
func TestAClockThatJumpsHelpsNobodyWhoIsDead(t *testing.T) {
	t.Parallel()
	url, clock := journaltest.StartPostgresWithClock(t)
	const lease = 3 * time.Second
	j := open(t, url, postgres.Config{Lease: lease})
	for _, jump := range []time.Duration{-time.Hour, time.Hour} {
		t.Run(fmt.Sprint(jump), func(t *testing.T) {
			c := startChild(t, url, lease)
			c.signal(t, syscall.SIGSTOP) // its session is there still
			clock.Set(t, jump)
			if took, _ := takesOver(t, j, c.id); took < lease*2/3 || took > 10*lease {
				t.Errorf("its work was taken over after %v, with a lease of %v", took, lease)
			}
			journaltest.Settle(t, j, c.id)
		})
	}
}

func goes(t *testing.T, j instance, id int64) {
	t.Helper()
	if v, err := j.Turn(t.Context(), id, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
}

// TestWhoStoodStillKnowsNothingOfOthers: after a machine was suspended, or a container paused,
// the others had no more time than oneself to renew their leases.
func TestWhoStoodStillKnowsNothingOfOthers(t *testing.T) {
	t.Parallel()
	var w postgres.Watch
	lease, now := time.Unix(1000, 0), time.Unix(2000, 0)
	look := func(after time.Duration, want bool) {
		t.Helper()
		now = now.Add(after)
		if dead := w.Look(lease, now, 30*time.Second); dead != want {
			t.Errorf("after another %v: dead %v", after, dead)
		}
	}
	look(0, false)
	look(time.Hour, false) // suspended
	look(time.Second, false)
	lease = lease.Add(time.Second) // renewed
	look(time.Second, false)
	for range 29 {
		look(time.Second, false)
	}
	look(time.Second, true)
	lease = lease.Add(time.Second) // alive after all
	look(time.Second, false)
}
