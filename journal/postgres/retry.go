package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"azeer-slack/journal/store"
)

// again calls do, and once more if the connection turned out to be dead: after a
// restart of the server the pool is full of those. While the servers change places it tries
// on until ctx ends. Not if do may have had an effect.
func (d *DB) again(ctx context.Context, do func() error) error {
	err := do()
	for pause := failoverPause; err != nil && d.deservesAnother(ctx, err); pause = min(2*pause, maxFailoverPause) {
		d.pool.Reset()
		moving := isFailover(err)
		if moving && !wait(ctx, pause) {
			break
		}
		next := do()
		if moving && ctx.Err() != nil && errors.Is(next, context.DeadlineExceeded) {
			break // the error before says more
		}
		if err = next; !moving && !isFailover(err) {
			break
		}
	}
	return explain(err)
}

// Pauses between tries while the servers change places.
const (
	failoverPause    = 20 * time.Millisecond
	maxFailoverPause = 320 * time.Millisecond
)

func (d *DB) deservesAnother(ctx context.Context, err error) bool {
	return !errors.Is(err, store.ErrUncertain) && !errors.Is(err, errHalfRead) && (lostConnection(err) || isFailover(err)) && ctx.Err() == nil
}

// wait tells whether there is still time after d.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// errSilent tells the end of a limit of ours from the end of the caller's patience.
var errSilent = fmt.Errorf("no word from the database: %w", context.DeadlineExceeded)

// within is again with a limit: whoever waits for a server that fell silent, as one does after
// a failover, keeps a place in the pool from the others. The connections that are left
// lead to the same server, so they go.
func (d *DB) within(ctx context.Context, limit time.Duration, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errSilent)
	defer cancel()
	err := d.again(ctx, func() error { return do(ctx) })
	if err != nil && errors.Is(context.Cause(ctx), errSilent) {
		d.pool.Reset()
	}
	return err
}
