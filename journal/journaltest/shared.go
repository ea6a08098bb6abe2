package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
)

// sharedTests are for storages that several journals use at once.
func sharedTests() []test {
	return []test{
		{"two instances: a key is accepted once", func(t *testing.T, b Backend) {
			race(t, assign.Repeated, func(int) assign.Request { return request() }, b.Open(t), b.Open(t))
		}},
		{"two instances: equal requests become one", func(t *testing.T, b Backend) {
			r := func(i int) assign.Request { return request(key(fmt.Sprint(i))) }
			race(t, assign.Joined, r, b.Open(t), b.Open(t))
		}},
		{"two instances: of requests with one guard one is accepted", func(t *testing.T, b Backend) {
			raceGuard(t, b.Open(t), b.Open(t))
		}},
		{"two instances: a newer one waits for the older on the wire", waits},
		{"two instances: the living keep their work", keepsWork},
		{"two instances: the dead one's work is taken over", takenOver},
		{"two instances: who lost an assignment stores no outcome", lost},
		{"two instances: what is let go is taken at once", letGo},
		{"two instances: what was not begun is given back", givenBack},
		{"two instances: nothing goes after a newer one", neverAfterNewer},
	}
}

func waits(t *testing.T, b Backend) {
	a, other := b.Open(t), b.Open(t)
	older := accept(t, a, assign.Accepted, request(key("1")))
	turn(t, a, assign.TurnGo, older.ID)
	newer := accept(t, other, assign.Accepted, request(key("2"), by("U2")))
	turn(t, other, assign.TurnWait, newer.ID)
	turn(t, a, assign.TurnWait, older.ID) // it is off the wire, and the newer one may yet be taken back
	turn(t, other, assign.TurnGo, newer.ID)
	turn(t, a, assign.TurnSuperseded, older.ID)
	finish(t, a, older.ID, assign.Superseded)
	finish(t, other, newer.ID, assign.Assigned)

	older = accept(t, a, assign.Accepted, request(key("3"), contact(1)))
	turn(t, a, assign.TurnGo, older.ID)
	newer = accept(t, other, assign.Accepted, request(key("4"), contact(1), by("U2")))
	turn(t, other, assign.TurnWait, newer.ID)
	finish(t, a, older.ID, assign.Assigned)
	turn(t, other, assign.TurnGo, newer.ID)
}

func keepsWork(t *testing.T, b Backend) {
	a, other := b.Open(t), b.Open(t)
	mine := accept(t, a, assign.Accepted, request(key("1")))
	wantIDs(t, take(t, other))
	wantIDs(t, take(t, a))
	turn(t, other, assign.TurnLost, mine.ID)
	turn(t, a, assign.TurnGo, mine.ID)
	finishLost(t, other, mine.ID)
	finish(t, a, mine.ID, assign.Failed)
	if got := latest(t, other, request()).Outcome.Kind; got != assign.Failed {
		t.Fatalf("outcome is %s", got)
	}
}

// finishLost has an outcome refused, since the assignment is in other hands.
func finishLost(t *testing.T, j assign.Journal, id int64) {
	t.Helper()
	err := j.Finish(t.Context(), id, assign.Outcome{Kind: assign.Assigned, At: time.Now()})
	if !errors.Is(err, assign.ErrLost) {
		t.Fatalf("finish %d, which is in other hands: %v", id, err)
	}
}

// lost is what becomes of an instance that is slow rather than dead.
func lost(t *testing.T, b Backend) {
	slow, other := b.Open(t), b.Open(t)
	a := accept(t, slow, assign.Accepted, request())
	turn(t, slow, assign.TurnGo, a.ID)
	b.Crash(t, slow)
	wantIDs(t, take(t, other), a.ID)
	finishLost(t, slow, a.ID)
	turn(t, other, assign.TurnGo, a.ID)
	finish(t, other, a.ID, assign.Refused)
	finishLost(t, slow, a.ID)
	finish(t, other, a.ID, assign.Refused) // no word came back, say
	if got := latest(t, slow, request()).Outcome.Kind; got != assign.Refused {
		t.Fatalf("outcome is %s", got)
	}
}

func takenOver(t *testing.T, b Backend) {
	dead, other := b.Open(t), b.Open(t)
	older := accept(t, dead, assign.Accepted, request(key("1")))
	turn(t, dead, assign.TurnGo, older.ID)
	newer := accept(t, other, assign.Accepted, request(key("2"), by("U2")))
	turn(t, other, assign.TurnWait, newer.ID)
	left := accept(t, dead, assign.Accepted, request(key("3"), contact(1)))
	b.Crash(t, dead)
	turn(t, other, assign.TurnGo, newer.ID)
	wantIDs(t, take(t, other), older.ID, left.ID)
	wantIDs(t, take(t, b.Open(t)))
	turn(t, other, assign.TurnSuperseded, older.ID)
	turn(t, other, assign.TurnGo, left.ID)
}

func letGo(t *testing.T, b Backend) {
	leaving, staying := b.Open(t), b.Open(t)
	left := accept(t, leaving, assign.Accepted, request())
	if err := leaving.(interface{ Close(context.Context) error }).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, take(t, staying), left.ID)
}

func givenBack(t *testing.T, b Backend) {
	leaving := b.Open(t)
	begun := accept(t, leaving, assign.Accepted, request(key("1")))
	turn(t, leaving, assign.TurnGo, begun.ID)
	waiting := accept(t, leaving, assign.Accepted, request(key("2"), contact(1)))
	done := accept(t, leaving, assign.Accepted, request(key("3"), contact(2)))
	finish(t, leaving, done.ID, assign.Assigned)
	all := []int64{begun.ID, waiting.ID, done.ID}
	give := func(begun bool, ids []int64, want ...int64) {
		t.Helper()
		got, err := leaving.GiveBack(t.Context(), ids, begun)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("given back: %v, error %v; want %v", got, err, want)
		}
	}
	give(true, all) // nobody is there
	staying := b.Open(t)
	wantIDs(t, take(t, staying)) // by which the others hear of it
	give(false, all, waiting.ID)
	turn(t, leaving, assign.TurnLost, waiting.ID)
	finishLost(t, leaving, waiting.ID)
	wantIDs(t, take(t, staying), waiting.ID)
	turn(t, staying, assign.TurnGo, waiting.ID)
	give(true, all, begun.ID)
	wantIDs(t, take(t, staying), begun.ID)
	turn(t, staying, assign.TurnGo, begun.ID)
}

// neverAfterNewer has two instances accept for one contact and carry out as a Service
// does, and watches the wire.
func neverAfterNewer(t *testing.T, b Backend) {
	const calls = 25
	var wire wire
	var wg sync.WaitGroup
	for n, j := range []assign.Journal{b.Open(t), b.Open(t)} {
		wg.Go(func() {
			for i := range calls {
				a, _, err := j.Accept(t.Context(), request(key(fmt.Sprintf("%d-%d", n, i)), by(fmt.Sprint("U", n, i))))
				if err == nil {
					err = carryOut(t.Context(), j, a.ID, &wire)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if !slices.IsSorted(wire.sent) {
		t.Fatalf("sent in the order %v", wire.sent)
	}
	if last := latest(t, b.Open(t), request()); last.Outcome.Kind != assign.Assigned || wire.sent[len(wire.sent)-1] != last.ID {
		t.Fatalf("the last word, %d, is %q; sent %v", last.ID, last.Outcome.Kind, wire.sent)
	}
}

// wire records the assignments as they reach the inbox, and as they leave it.
type wire struct {
	mu   sync.Mutex
	sent []int64
}

func (w *wire) note(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, id)
}

func carryOut(ctx context.Context, j assign.Journal, id int64, w *wire) error {
	for {
		turn, err := j.Turn(ctx, id, true)
		if err != nil {
			return err
		}
		switch turn.Verdict {
		case assign.TurnGo:
			w.note(id)
			// The call takes a while: a read of the journal will do.
			if _, _, err := j.Latest(ctx, request().Contact); err != nil {
				return err
			}
			w.note(id)
			return j.Finish(ctx, id, assign.Outcome{Kind: assign.Assigned})
		case assign.TurnSuperseded:
			return j.Finish(ctx, id, assign.Outcome{Kind: assign.Superseded, Newer: &turn.Newer})
		case assign.TurnLost:
			return fmt.Errorf("turn of %d is lost", id)
		}
	}
}
