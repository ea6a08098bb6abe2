package assign_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// contacts are n numbers, from 966544440000 on.
func contacts(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("96654444%04d", i))
	}
	return all
}

// askMany accepts a batch with a new key.
func (w *world) askMany(requester, to string, contacts ...string) []assign.Entry {
	w.t.Helper()
	entries, err := w.service.AcceptBatch(w.t.Context(), w.batchOf(requester, to, contacts...))
	if err != nil {
		w.t.Fatalf("AcceptBatch: %v", err)
	}
	return entries
}

func (w *world) batchOf(requester, to string, contacts ...string) (all []assign.Request) {
	w.keys++
	for _, c := range contacts {
		all = append(all, assign.Request{
			Key: fmt.Sprint("batch", w.keys), Requester: requester, Contact: phone.New(c), Agent: agent.RefEmail(to), Reply: "here",
		})
	}
	return all
}

// heardOf gives what was answered to batches, and checks that nothing of them was answered alone.
func (w *world) heardOf() []assign.Batch {
	w.t.Helper()
	w.ears.mu.Lock()
	defer w.ears.mu.Unlock()
	for _, all := range w.ears.heard {
		for _, a := range all {
			if a.Batch != 0 {
				w.t.Errorf("assignment %d of a batch was answered alone", a.ID)
			}
		}
	}
	return slices.Clone(w.ears.batches)
}

// kinds counts how the members of a batch ended.
func kinds(b assign.Batch) map[assign.OutcomeKind]int {
	n := make(map[assign.OutcomeKind]int)
	for _, a := range b.Members {
		n[a.Outcome.Kind]++
	}
	return n
}

func TestABatchIsCarriedOutAndAnsweredOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.askMany("U1", omar, contacts(57)...)
		w.pass(time.Second)
		heard := w.heardOf()
		if len(heard) != 1 || kinds(heard[0])[assign.Assigned] != 57 {
			t.Fatalf("heard %v", heard)
		}
		if first := heard[0].First(); first.Reply != "here" || first.Contact.Digits() != contacts(1)[0] {
			t.Errorf("first is %v, with reply %q", first.Contact, first.Reply)
		}
		if len(w.inbox.made()) != 57 || len(w.ears.progress) != 0 {
			t.Errorf("%d calls, progress %v", len(w.inbox.made()), w.ears.progress)
		}
		if taken, _ := w.journal.Take(t.Context()); len(taken) != 0 || w.service.InFlight() != 0 || w.service.Queues() != 0 {
			t.Error("something was left")
		}
	})
}

func TestProgressIsToldRarely(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(500, slow(10*time.Second))...)
		w.askMany("U1", omar, contacts(60)...)
		w.pass(5 * time.Minute)
		want := []progress{{2 * time.Second, 0}, {32 * time.Second, 18}}
		if got := w.ears.progress; !slices.Equal(got, want) {
			t.Errorf("progress %v, want %v", got, want)
		}
		if heard := w.heardOf(); len(heard) != 1 {
			t.Errorf("%d answers", len(heard))
		}
	})
}

func TestABatchHoldsUpNobodyElse(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(1000, slow(time.Second))...)
		w.askMany("U1", omar, contacts(500)...)
		w.pass(3500 * time.Millisecond)
		for _, who := range []string{"U2", "U1"} { // not even who asked for the batch
			single := w.ask(who, "97150123456"+who[1:], sara)
			w.pass(1100 * time.Millisecond)
			if len(w.ears.heard[single.ID]) != 1 {
				t.Errorf("the request of %s was held up", who)
			}
		}
		if n := w.inbox.mostAtOnce(); n > 8 {
			t.Errorf("%d calls at once", n)
		}
		w.pass(2 * time.Minute)
		if heard := w.heardOf(); len(heard) != 1 || kinds(heard[0])[assign.Assigned] != 500 {
			t.Errorf("heard %d", len(heard))
		}
	})
}

func TestARateLimitPausesTheBatchAlone(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(6, busy(20*time.Second))...) // as many as a batch may have on their way
		w.askMany("U1", omar, contacts(100)...)
		w.pass(time.Second)
		if calls := len(w.inbox.made()); calls > 6 {
			t.Errorf("%d calls although Azeer is busy", calls)
		}
		w.inbox.behaves()
		single := w.ask("U2", phone1, sara)
		w.pass(100 * time.Millisecond)
		if len(w.ears.heard[single.ID]) != 1 {
			t.Error("a request alone waited for the batch")
		}
		w.pass(time.Minute)
		if heard := w.heardOf(); len(heard) != 1 || kinds(heard[0])[assign.Assigned] != 100 {
			t.Errorf("heard %d", len(heard))
		}
	})
}

func TestANewerRequestOvertakesOneOfABatch(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(6, slow(5*time.Second))...)
		w.askMany("U1", omar, contacts(20)...)
		w.pass(time.Second)
		called := w.inbox.made()
		waits := slices.IndexFunc(contacts(20), func(c string) bool {
			return !slices.ContainsFunc(called, func(one inboxCall) bool { return one.contact == c })
		})
		newer := w.ask("U2", contacts(20)[waits], sara)
		w.pass(time.Minute)
		heard := w.heardOf()
		if len(heard) != 1 || kinds(heard[0])[assign.Assigned] != 19 || kinds(heard[0])[assign.Superseded] != 1 {
			t.Fatalf("heard %v", heard)
		}
		if o := heard[0].Members[waits].Outcome; o.Newer == nil || o.Newer.ID != newer.ID {
			t.Errorf("outcome %v", o)
		}
		if got := w.inbox.owner(contacts(20)[waits]); got != sara {
			t.Errorf("owner %s", got)
		}
	})
}

func TestAStoppedBatchEndsWithWhatIsSent(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(6, slow(5*time.Second))...)
		id := w.askMany("U1", omar, contacts(20)...)[0].Batch
		w.pass(time.Second)
		if n, err := w.service.StopBatch(t.Context(), id); n != 14 || err != nil {
			t.Errorf("StopBatch: %d, %v", n, err)
		}
		w.pass(5 * time.Second)
		heard := w.heardOf()
		if len(heard) != 1 || kinds(heard[0])[assign.Assigned] != 6 || kinds(heard[0])[assign.Failed] != 14 {
			t.Fatalf("heard %v", heard)
		}
		if calls := len(w.inbox.made()); calls != 6 {
			t.Errorf("%d calls", calls)
		}
	})
}

func TestABatchStoppedWhileAzeerIsBusyEndsAtOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(append(times(1, busy(time.Minute)), times(5, slow(500*time.Millisecond))...)...)
		id := w.askMany("U1", omar, contacts(20)...)[0].Batch
		w.pass(time.Second)
		n, err := w.service.StopBatch(t.Context(), id)
		if n < 14 || err != nil {
			t.Errorf("StopBatch: %d, %v", n, err)
		}
		synctest.Wait()
		if got := w.service.InFlight(); got != 1 {
			t.Errorf("%d in flight, want the one that was sent", got)
		}
		w.pass(2 * time.Minute)
		if heard := w.heardOf(); len(heard) != 1 || kinds(heard[0])[assign.Failed] != n || kinds(heard[0])[assign.Assigned] != 20-n {
			t.Errorf("heard %v", heard)
		}
	})
}

func TestABatchGoesOnAfterARestart(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(60, slow(5*time.Second))...)
		w.askMany("U1", omar, contacts(50)...)
		w.pass(12 * time.Second)
		before := time.Now()
		w.restart()
		if took := time.Since(before); took > 6*time.Second {
			t.Errorf("the stop took %s", took)
		}
		if heard := w.heardOf(); len(heard) != 0 {
			t.Fatalf("answered before it was done: %v", kinds(heard[0]))
		}
		w.pass(15 * time.Minute) // it may be older than a request alone
		heard := w.heardOf()
		if len(heard) != 1 || kinds(heard[0])[assign.Assigned] != 50 || heard[0].First().Reply != "here" {
			t.Fatalf("heard %v", heard)
		}
	})
}

func TestAnAnsweredBatchIsLeftAloneAfterARestart(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.askMany("U1", omar, contacts(3)...)
		synctest.Wait()
		if heard := w.heardOf(); len(heard) != 1 {
			t.Fatalf("%d answers", len(heard))
		}
		w.restart()
		w.pass(time.Minute)
		if heard := w.heardOf(); len(heard) != 1 {
			t.Errorf("%d answers: what was answered was answered again", len(heard))
		}
	})
}

func TestTheSameBatchTwiceIsOne(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(6, slow(5*time.Second))...)
		w.askMany("U1", omar, contacts(6)...)
		if _, err := w.service.AcceptBatch(t.Context(), w.batchOf("U1", omar, contacts(6)...)); !errors.Is(err, assign.ErrSameBatch) {
			t.Errorf("AcceptBatch: %v", err)
		}
		w.askMany("U1", sara, contacts(6)...)
		w.pass(time.Minute)
		w.askMany("U1", omar, contacts(6)...) // it is over
		w.pass(time.Minute)
		if heard := w.heardOf(); len(heard) != 3 {
			t.Errorf("%d answers", len(heard))
		}
	})
}

func TestWhatIsNoBatch(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		for _, n := range []int{0, 501} {
			if _, err := w.service.AcceptBatch(t.Context(), w.batchOf("U1", omar, contacts(n)...)); !errors.Is(err, assign.ErrIncomplete) {
				t.Errorf("%d contacts: %v", n, err)
			}
		}
		if _, err := w.service.AcceptBatch(t.Context(), w.batchOf("U1", omar, "")); !errors.Is(err, assign.ErrIncomplete) {
			t.Errorf("no contact: %v", err)
		}
	})
}
