// Package poll sees to what the bot owes people besides answers: it waits, looks what is due, does it,
// and tries again. It must not know what that is.
package poll

import (
	"context"
	"errors"
	"time"

	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/catch"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
)

const (
	// every is how often it is looked what other processes have left, and how soon at the
	// latest what failed is tried again.
	every = time.Minute
	// retryFirst is how soon at first.
	retryFirst = 5 * time.Second
)

// Queue is what is due of one kind, piece by piece. Its zero value has nothing to do.
type Queue[T any] struct {
	// Name is the name of the work, for the log.
	Name string
	Log  zerolog.Logger
	// Heartbeat is of the goroutine of Run; it may be nil.
	Heartbeat *heartbeat.Loop
	// Due gives what is due, and how long it is until there is more; below zero: nobody knows of more.
	Due func(ctx context.Context) (due []T, next time.Duration, err error)
	// Do does one piece. What it waits for before it begins ends with ctx, what it has begun with longer. It
	// fails with NotYet where the piece has to wait.
	Do func(ctx, longer context.Context, piece T) error
	// Stops tells of an error of Do that the other pieces would meet, too. Any other keeps none of them back.
	Stops func(err error) bool
	// Complain hears of what failed, once for all that is due.
	Complain func(err error)
	// Woken says, by what it gives, that something may be due.
	Woken <-chan struct{}
}

// NotYet is not a failure: a piece is to be looked at again after so long, if nothing wakes the queue before.
type NotYet time.Duration

func (NotYet) Error() string { return "not yet" }

// Run does what is due until ctx ends: when woken, when there is more to do, and at least every minute. After
// a failure it waits as long as Slack asks, and from retryFirst on twice as long each time. What may be left
// when ctx ends it does until longer ends; the rest is left to the next start. A panic is logged.
func (q Queue[T]) Run(ctx, longer context.Context) {
	left := true // something may be
	for again := retryFirst; ctx.Err() == nil; {
		next, err := every, error(nil)
		catch.Logged(q.Log, q.Name, func() {
			left = true
			next, err = q.All(ctx, longer)
			left = err != nil
		})
		if err != nil && ctx.Err() == nil {
			q.Complain(err)
			if !retry.Sleep(ctx, slackcall.RetryAfter(err)) {
				break
			}
			next, again = again, min(2*again, every)
		} else {
			again = retryFirst
		}
		select {
		case <-q.Woken:
			left = true
		case <-ctx.Done():
		case <-time.After(min(next, every)):
		}
	}
	select {
	case <-q.Woken:
		left = true
	default:
	}
	if left {
		catch.Logged(q.Log, q.Name, func() { _, _ = q.All(longer, longer) })
	}
}

// All does all that is due, once each, and gives how long it is until there is more.
func (q Queue[T]) All(ctx, longer context.Context) (time.Duration, error) {
	defer q.Heartbeat.Rest()
	for {
		q.Heartbeat.Beat()
		due, next, err := q.Due(ctx)
		if err != nil {
			return 0, err
		}
		if next < 0 {
			next = every
		}
		done, failed := 0, error(nil)
		for _, piece := range due {
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			q.Heartbeat.Beat()
			var wait NotYet
			switch err := q.Do(ctx, longer, piece); {
			case err == nil:
				done++
			case errors.As(err, &wait):
				next = min(next, time.Duration(wait))
			case ctx.Err() != nil || q.Stops(err):
				return 0, err
			default:
				failed = err
			}
		}
		if done == 0 {
			return next, failed
		}
	}
}

// Wake lets a Queue know that something may be due, by a channel that holds one. It does not block.
func Wake(woken chan<- struct{}) {
	select {
	case woken <- struct{}{}:
	default:
	}
}
