package bot

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
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
	beat     time.Time // when this process last ran, for certain
	doubtful time.Time // what is read before may have waited
	// least is the shortest time that anything took from Slack: what this clock is off by, and
	// the way. So a clock that is wrong makes nothing late.
	least    time.Duration
	anything bool
}

func newLateness() *lateness { return &lateness{beat: time.Now()} }

// keep watches until ctx ends.
func (l *lateness) keep(ctx context.Context) {
	for retry.Sleep(ctx, beatEvery) {
		l.inDoubt(time.Now())
	}
}

// inDoubt tells whether what is read now may have waited while the process stood still. The
// clock of the wall counts too: the other stops while a machine sleeps.
func (l *lateness) inDoubt(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if max(now.Sub(l.beat), now.Round(0).Sub(l.beat.Round(0))) > stoodStill {
		l.doubtful = now.Add(catchingUp)
	}
	l.beat = now
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

// isLate tells whether a call has waited for too long to be carried out unasked.
func (b *Bot) isLate(c *call) bool {
	late := b.lateness.inDoubt(c.envelope.Received)
	if c.kind != payload.BlockActions || len(c.Actions) == 0 {
		return late
	}
	seconds, fraction, _ := strings.Cut(c.Actions[0].ActionTS, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return late
	}
	micros, _ := strconv.ParseInt(fraction, 10, 64)
	return b.lateness.lags(time.Unix(s, micros*1000), c.envelope.Received) || late
}

// askAgain answers a request that came late by the question whether it is still wanted. The
// button knows of the newest assignment of the contact, so that only what comes after the
// question stands in its way.
func (b *Bot) askAgain(ctx context.Context, c *call, r assign.Request, to payload.Address) {
	asked := r
	asked.Key, asked.Requester, asked.Guard = c.request(), c.Sender().ID, assign.NeverHolds
	asking, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	said := b.ask(asking, asked)
	v := b.rendererOf(ctx, c)
	again := render.ButtonRequest{Contact: r.Contact.ID(), Agent: r.Agent.Encode(), After: said.ID}
	m := v.Late(r, again)
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		m = v.NotStored(r)
	case said.how == assign.Repeated: // it was accepted in time, elsewhere
		b.acknowledge(ctx, c, nil)
		return
	case said.ID != 0 && time.Since(said.AcceptedAt) < tooLate:
		m = v.Overtaken(asked, said.Assignment, again)
	}
	b.log.Info().Str("kind", string(c.kind)).Msg("request came late, and is asked about")
	b.acknowledge(ctx, c, nil)
	c.turn.leave()
	if err := b.post.Deliver(ctx, c.Sender().ID, to, m); err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("reply not delivered")
	}
}
