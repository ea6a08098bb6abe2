package inbound

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/internal/retry"
)

const (
	// beatEvery is how often it is looked whether this process runs.
	beatEvery = 500 * time.Millisecond
	// stoodStill is how long it must not have run for what it reads afterwards to be in doubt:
	// by then Slack may have shown an error, and the person have typed again, elsewhere.
	stoodStill = 2 * time.Second
	// catchingUp is how soon after that all is read that had waited meanwhile.
	catchingUp = 2 * time.Second
	// mostLag is how much later than the quickest an envelope may come that has Slack's own time.
	mostLag = 3 * time.Second
)

// lateness knows which envelopes have waited unread for too long. A process may be stopped, a
// container paused, a laptop asleep; then it goes on as if nothing had been.
type lateness struct {
	mu       sync.Mutex
	beat     time.Time // when this process last ran, for certain; zero until it is watched
	doubtful time.Time // what is read before may have waited
	// least is the shortest time that anything took from Slack: what this clock is off by, and
	// the way. So a clock that is wrong makes nothing late.
	least    time.Duration
	anything bool
}

// watch goes on until ctx ends.
func (l *lateness) watch(ctx context.Context) {
	for {
		l.inDoubt(time.Now())
		if !retry.Sleep(ctx, beatEvery) {
			return
		}
	}
}

// inDoubt tells whether what is read now may have waited while the process stood still. The
// clock of the wall counts too: the other stops while a machine sleeps.
func (l *lateness) inDoubt(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.beat.IsZero() && max(now.Sub(l.beat), now.Round(0).Sub(l.beat.Round(0))) > stoodStill {
		l.doubtful = now.Add(catchingUp)
	}
	if now.After(l.beat) {
		l.beat = now
	}
	return now.Before(l.doubtful)
}

// lags tells whether something that Slack dated took too long to get here.
func (l *lateness) lags(written, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	lag := now.Sub(written)
	if !l.anything || lag < l.least {
		l.anything, l.least = true, lag
	}
	return lag-l.least > mostLag
}

// of tells whether a call has waited for too long to be carried out unasked.
func (l *lateness) of(c *Call) bool {
	late := l.inDoubt(c.Received)
	if c.Kind != payload.BlockActions || len(c.Actions) == 0 {
		return late
	}
	seconds, fraction, _ := strings.Cut(c.Actions[0].ActionTS, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return late
	}
	micros, _ := strconv.ParseInt(fraction, 10, 64)
	return l.lags(time.Unix(s, micros*1000), c.Received) || late
}
