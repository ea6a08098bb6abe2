package inbound

import (
	"testing"
	"time"
)

func TestWhatIsReadAfterAStandstillIsInDoubt(t *testing.T) {
	l, now := &lateness{}, time.Now()
	if l.inDoubt(now) {
		t.Error("before it was watched, there was no standstill")
	}
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{
		{beatEvery, false}, {stoodStill, false}, {stoodStill + time.Millisecond, true}, {time.Second, true},
		{catchingUp, false}, {time.Hour, true},
	} {
		now = now.Add(step.after)
		if got := l.inDoubt(now); got != step.want {
			t.Errorf("after %s more: %v", step.after, got)
		}
	}
}

// The monotonic clock stops while a machine sleeps; the wall's goes on.
func TestASleepIsAStandstill(t *testing.T) {
	l := &lateness{beat: time.Now()}
	if !l.inDoubt(l.beat.Round(0).Add(time.Minute)) {
		t.Error("a minute on the wall was not noticed")
	}
}

// A clock that is wrong makes nothing late.
func TestLagIsMeasuredAgainstTheLeast(t *testing.T) {
	l, now := &lateness{}, time.Now()
	for _, step := range []struct {
		lag  time.Duration
		want bool
	}{
		{7 * time.Second, false}, {9 * time.Second, false}, {10*time.Second + 1, true},
		{-time.Minute, false}, {0, true}, {-time.Minute + mostLag, false},
	} {
		if got := l.lags(now.Add(-step.lag), now); got != step.want {
			t.Errorf("lag of %s: %v", step.lag, got)
		}
	}
}

// A call may have been read just before the process stood still.
func TestACallThatStoodStillIsLate(t *testing.T) {
	for _, stood := range []bool{false, true} {
		l, read := &lateness{}, time.Now()
		l.inDoubt(read)
		c := &Call{Received: read, Deadline: read.Add(ackBudget), lateness: l}
		if stood {
			l.beat, c.Received, c.Deadline = read.Add(-time.Minute), read.Add(-time.Minute), read.Add(-time.Minute+ackBudget)
		}
		c.Wait()
		if c.Late != stood || !c.Deadline.After(time.Now()) {
			t.Errorf("stood still: %v; late: %v, with %s left", stood, c.Late, time.Until(c.Deadline))
		}
	}
}
