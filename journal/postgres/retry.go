package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// again calls do, and once more if the connection turned out to be dead: after a
// restart of the server the pool is full of those. Not if do may have had an effect.
func (d *DB) again(ctx context.Context, do func() error) error {
	err := do()
	if err != nil && !errors.Is(err, errUncertain) && !errors.Is(err, errHalfRead) && lostConnection(err) && ctx.Err() == nil {
		d.pool.Reset()
		err = do()
	}
	return explain(err)
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
