package assign_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
)

func TestRetries(t *testing.T) {
	hang := func(d time.Duration, f reply) reply { f.after = d; return f }
	for name, c := range map[string]struct {
		script   []reply
		kind     assign.OutcomeKind
		reason   assign.Reason
		status   int
		attempts int // -1: many
		within   [2]time.Duration
	}{
		"busy a few times, then taken":              {times(3, busy(0)), assign.Assigned, assign.NoReason, 0, 4, [2]time.Duration{1500 * time.Millisecond, 7 * time.Second}},
		"busy and says when to come back":           {[]reply{busy(90 * time.Second)}, assign.Assigned, assign.NoReason, 0, 2, [2]time.Duration{90 * time.Second, 91 * time.Second}},
		"busy for longer than we wait":              {[]reply{busy(time.Hour)}, assign.Failed, assign.Busy, 503, 1, [2]time.Duration{0, time.Second}},
		"busy to the end":                           {times(999, busy(0)), assign.Failed, assign.Busy, 503, -1, [2]time.Duration{9*time.Minute + 30*time.Second, 10 * time.Minute}},
		"unreachable to the end":                    {times(999, unreachable()), assign.Failed, assign.Unreachable, 0, -1, [2]time.Duration{9*time.Minute + 30*time.Second, 10 * time.Minute}},
		"broken three times":                        {times(999, broken()), assign.Failed, assign.ServerError, 500, 3, [2]time.Duration{time.Second, 3 * time.Second}},
		"no word three times":                       {times(999, noWord(10*time.Second)), assign.Unknown, assign.NoReply, 0, 3, [2]time.Duration{31 * time.Second, 33 * time.Second}},
		"no word, slowly, for a minute":             {times(999, noWord(29900*time.Millisecond)), assign.Unknown, assign.NoReply, 0, 2, [2]time.Duration{60 * time.Second, 61 * time.Second}},
		"no word, then a status":                    {[]reply{noWord(0), noWord(0), broken()}, assign.Failed, assign.ServerError, 500, 3, [2]time.Duration{time.Second, 3 * time.Second}},
		"a status, then no word":                    {[]reply{broken(), broken(), noWord(0)}, assign.Unknown, assign.NoReply, 0, 3, [2]time.Duration{time.Second, 3 * time.Second}},
		"no word, then taken":                       {[]reply{noWord(10 * time.Second)}, assign.Assigned, assign.NoReason, 0, 2, [2]time.Duration{10 * time.Second, 11 * time.Second}},
		"no word, then unreachable to the end":      {append([]reply{noWord(0)}, times(999, unreachable())...), assign.Unknown, assign.NoReply, 0, -1, [2]time.Duration{9*time.Minute + 30*time.Second, 10 * time.Minute}},
		"no word, then busy to the end":             {append([]reply{noWord(0)}, times(999, busy(0))...), assign.Unknown, assign.NoReply, 503, -1, [2]time.Duration{9*time.Minute + 30*time.Second, 10 * time.Minute}},
		"busy many times, then no word three times": {append(times(6, busy(0)), times(999, noWord(0))...), assign.Unknown, assign.NoReply, 0, 9, [2]time.Duration{10 * time.Second, 3 * time.Minute}},
		"no word, then refused":                     {[]reply{noWord(0), refuse(assign.Conflict, 409)}, assign.Unknown, assign.NoReply, 409, 2, [2]time.Duration{0, time.Second}},
		"no word, then the key is refused":          {[]reply{noWord(0), refuse(assign.KeyRefused, 401)}, assign.Unknown, assign.KeyRefused, 401, 2, [2]time.Duration{0, time.Second}},
		"a status, then refused":                    {[]reply{broken(), refuse(assign.Conflict, 409)}, assign.Refused, assign.Conflict, 409, 2, [2]time.Duration{0, time.Second}},
		"refused":                                   {[]reply{refuse(assign.NotFound, 404)}, assign.Refused, assign.NotFound, 404, 1, [2]time.Duration{0, 0}},
		"key refused":                               {[]reply{refuse(assign.KeyRefused, 401)}, assign.Refused, assign.KeyRefused, 401, 1, [2]time.Duration{0, 0}},
		"an error that is no Fault":                 {times(999, reply{err: errors.New("?")}), assign.Unknown, assign.NoReply, 0, 3, [2]time.Duration{time.Second, 3 * time.Second}},
		"a call that never ends by itself":          {[]reply{slow(time.Hour)}, assign.Assigned, assign.NoReason, 0, 2, [2]time.Duration{30 * time.Second, 31 * time.Second}},
		"a slow refusal":                            {[]reply{hang(9*time.Second, refuse(assign.PlanLimit, 402))}, assign.Refused, assign.PlanLimit, 402, 1, [2]time.Duration{9 * time.Second, 9 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.inbox.script(c.script...)
				a := w.ask("U1", phone1, omar)
				w.pass(11 * time.Minute)
				o := w.outcome(a)
				if o.Kind != c.kind || o.Reason != c.reason || o.Status != c.status || c.attempts >= 0 && o.Attempts != c.attempts {
					t.Errorf("%s (%s, %d) after %d attempts", o.Kind, o.Reason, o.Status, o.Attempts)
				}
				if o.Attempts != len(w.inbox.made()) || c.attempts < 0 && (o.Attempts < 15 || o.Attempts > 60) {
					t.Errorf("says %d attempts; Azeer saw %d", o.Attempts, len(w.inbox.made()))
				}
				if took := o.At.Sub(a.AcceptedAt); took < c.within[0] || took > c.within[1] {
					t.Errorf("took %v, want %v to %v", took, c.within[0], c.within[1])
				}
			})
		})
	}
}

func TestWaitingForASlotEndsWithPatience(t *testing.T) {
	storyWith(t, func(w *world) { w.cfg.Concurrency = 1 }, func(t *testing.T, w *world) {
		w.inbox.script(times(999, noWord(29*time.Second))...)
		var all []assign.Assignment
		for i := range 30 {
			all = append(all, w.ask("U1", fmt.Sprint(966500000000+i), omar))
		}
		w.pass(11 * time.Minute)
		unsent := 0
		for _, a := range all {
			if o := w.outcome(a); o.Attempts == 0 {
				w.wants(a, assign.Failed, assign.Busy, 0)
				unsent++
			}
		}
		if calls := len(w.inbox.made()); unsent != 30-calls || unsent == 0 {
			t.Errorf("%d were never sent, %d calls were made", unsent, calls)
		}
	})
}

func TestAPanic(t *testing.T) {
	t.Run("in the inbox leaves it unknown and harms nobody else", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(reply{panic: true})
			a := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			other := w.ask("U1", phone1, sara)
			w.pass(time.Second)
			w.wants(a, assign.Unknown, assign.NoReply, 1)
			w.wants(other, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("before anything was sent is a failure", func(t *testing.T) {
		storyWith(t, func(w *world) {
			w.people = func(string) (agent.Email, error) { panic("slack broke") }
		}, func(t *testing.T, w *world) {
			a := w.askFor("U1", phone1, agent.RefMe())
			w.pass(time.Second)
			w.wants(a, assign.Failed, assign.NoReason, 0)
		})
	})
	t.Run("while answering: answered later", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.ears.fail = func(_ assign.Assignment, try int) error {
				if try == 1 {
					panic("blocks broke")
				}
				return nil
			}
			a := w.ask("U1", phone1, omar)
			w.pass(5 * time.Second)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
		})
	})
}
