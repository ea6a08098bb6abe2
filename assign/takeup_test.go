package assign_test

import (
	"testing"
	"time"

	"azeer-slack/assign"
)

// What an earlier process called for, and had no word of, may be done: who takes it up knows
// no more than that, whatever its own calls meet with.
func TestWhatMayBeDoneSinceBeforeARestartIsNotCalledUndone(t *testing.T) {
	t.Parallel()
	for name, after := range map[string][]reply{
		"refused":                {refuse(assign.Conflict, 409)},
		"busy to the end":        times(999, busy(0)),
		"unreachable to the end": times(999, unreachable()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, func(t *testing.T, w *world) {
				w.inbox.script(noWord(0)) // but it was done
				a := w.ask("U1", phone1, omar)
				w.pass(100 * time.Millisecond)
				w.end()
				w.inbox.script(after...)
				w.journal.Restart()
				w.run()
				w.pass(11 * time.Minute)
				if o := w.outcome(a); !o.IsUncertain() {
					t.Errorf("told %s (%s)", o.Kind, o.Reason)
				}
			})
		})
	}
}
