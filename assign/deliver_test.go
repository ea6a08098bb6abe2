package assign_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/internal/retry"
)

func TestAnInterimAnswer(t *testing.T) {
	t.Run("comes once, 2 s after acceptance", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(9 * time.Second))
			a := w.ask("U1", phone1, omar)
			synctest.Wait()
			behind := w.ask("U2", phone1, sara)
			w.pass(20 * time.Second)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			for _, one := range []assign.Assignment{a, behind} {
				if told := w.ears.interimsOf(one); len(told) != 1 || told[0] != 2*time.Second {
					t.Errorf("assignment %d: interim answers at %v", one.ID, told)
				}
			}
		})
	})
	t.Run("tells what stands in the way", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(times(5, unreachable())...)
			a := w.ask("U1", phone1, omar)
			w.pass(time.Minute)
			w.wants(a, assign.Assigned, assign.NoReason, 6)
			if told := w.ears.troubles[a.ID]; told != assign.Unreachable {
				t.Errorf("the interim answer tells %q", told)
			}
		})
	})
	t.Run("does not come when all is done by then", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(1900 * time.Millisecond))
			a := w.ask("U1", phone1, omar)
			w.pass(20 * time.Second)
			if told := w.ears.interimsOf(a); len(told) != 0 {
				t.Errorf("interim answers at %v", told)
			}
		})
	})
}

// dawdler takes its time over interim answers.
type dawdler struct {
	*ears
	mu    sync.Mutex
	order []string
}

func (d *dawdler) Interim(ctx context.Context, a assign.Assignment) {
	if !retry.Sleep(ctx, 3*time.Second) {
		d.say("half an")
	}
	d.say("interim")
}

func (d *dawdler) Answer(ctx context.Context, a assign.Assignment) error {
	d.say("answer")
	return d.ears.Answer(ctx, a)
}

func (d *dawdler) say(word string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.order = append(d.order, word)
}

func TestAnInterimAnswerNeverComesAfterTheFinalOne(t *testing.T) {
	for name, stop := range map[string]time.Duration{"while it runs": 20 * time.Second, "when the program stops": 2500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.end()
				ctx, cancel := context.WithCancel(t.Context())
				d := &dawdler{ears: w.ears}
				s := assign.NewService(w.inbox, w.journal, w.directory, assign.Config{})
				ended := make(chan error, 1)
				go func() { ended <- s.Run(ctx, d) }()
				w.inbox.script(slow(4 * time.Second))
				w.service = s
				w.ask("U1", phone1, omar)
				w.pass(stop)
				cancel()
				<-ended
				if !slices.Equal(d.order, []string{"interim", "answer"}) {
					t.Errorf("told in this order: %q", d.order)
				}
			})
		})
	}
}

func TestAnAnswerIsTriedUntilItArrives(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		back := time.Now().Add(time.Hour)
		w.ears.fail = func(assign.Assignment, int) error {
			if time.Now().Before(back) {
				return errDown
			}
			return nil
		}
		a := w.ask("U1", phone1, omar)
		b := w.ask("U1", phone2, omar)
		w.pass(time.Hour - time.Second)
		w.silent(a)
		w.pass(62 * time.Second)
		w.wants(a, assign.Assigned, assign.NoReason, 1)
		w.wants(b, assign.Assigned, assign.NoReason, 1)
		if n := w.ears.tries[a.ID]; n < 50 || n > 150 {
			t.Errorf("%d tries in an hour", n)
		}
	})
}

func TestASlowAnswerHoldsUpNobody(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.ears.fail = func(a assign.Assignment, _ int) error {
			if a.ID == 1 {
				return errDown
			}
			return nil
		}
		w.ask("U1", phone1, omar)
		synctest.Wait()
		next := w.ask("U1", phone1, sara)
		synctest.Wait()
		w.wants(next, assign.Assigned, assign.NoReason, 1)
	})
}
