// Package poll is the loop that sees to what the bot owes people besides answers: it waits, looks, and
// tries again. It must not know what that is.
package poll

import (
	"context"
	"time"

	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/catch"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
)

const (
	// Every is how often it is looked what other processes have left, and how soon at the
	// latest what failed is tried again.
	Every = time.Minute
	// retryFirst is how soon at first.
	retryFirst = 5 * time.Second
)

// Loop calls Work again and again.
type Loop struct {
	// Name is the name of the work, for the log.
	Name string
	Log  zerolog.Logger
	// Work does what is due, and gives how long it is until there is more. A panic in it is logged.
	Work func() (next time.Duration, err error)
	// Complain hears of each error of Work.
	Complain func(err error)
	// Woken says, by what it gives, that something may be due.
	Woken <-chan struct{}
}

// Run works until ctx ends: when woken, when there is more to do, and at least every Every. After an error
// it waits as long as Slack asks, and from retryFirst on twice as long each time.
func (l Loop) Run(ctx context.Context) {
	for again := retryFirst; ; {
		next, err := Every, error(nil)
		catch.Logged(l.Log, l.Name, func() { next, err = l.Work() })
		if err != nil && ctx.Err() == nil {
			l.Complain(err)
			if !retry.Sleep(ctx, slackcall.RetryAfter(err)) {
				return
			}
			next, again = again, min(2*again, Every)
		} else {
			again = retryFirst
		}
		timer := time.NewTimer(min(next, Every))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-l.Woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Wake lets a Loop know that something may be due, by a channel that holds one. It does not block.
func Wake(woken chan<- struct{}) {
	select {
	case woken <- struct{}{}:
	default:
	}
}
