package postgres

import (
	"context"
	"time"
)

const (
	sqlAlive = `
		INSERT INTO instances (id, lease_until, session) VALUES ($1, clock_timestamp() + $2::interval, $3)
		ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, session = excluded.session`
	// Declaring an instance dead waits for those of its turns that are being asked for,
	// and makes later ones register it anew; see sqlLease.
	sqlDeclareDead = `
		DELETE FROM instances i USING unnest($1::text[], $2::timestamptz[]) dead (id, lease_until)
		WHERE i.id = dead.id AND i.lease_until = dead.lease_until`
	// A turn holds this lock on the instance, which the renewal of leases does not mind,
	// but declaring the instance dead does.
	sqlLease = `
		SELECT lease_until > clock_timestamp() + $2::interval FROM instances WHERE id = $1 FOR KEY SHARE`
)

// lookAgain is how soon an uncertain commit that has not ended is looked at again.
const lookAgain = time.Second

// KeepAlive renews the lease three times within its length, until Close; and writes, for
// the sake of uncertain commits, when there is nothing else to write. Without a pooler it
// holds a session as well.
func (d *DB) KeepAlive(pulse func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	d.upkeep.cancel = cancel
	if !d.session.pooled {
		session, end := context.WithCancel(context.Background())
		d.session.end = end
		d.session.ended.Go(func() { d.keepSession(session) })
	}
	d.upkeep.work.Go(func() {
		ticker := time.NewTicker(d.cfg.Lease / 3)
		defer ticker.Stop()
		for {
			var again <-chan time.Time
			if len(d.uncertain.batches()) > 0 {
				again = time.After(lookAgain)
			}
			select {
			case <-ctx.Done():
				return
			case <-d.uncertain.added:
				_ = pulse(ctx) // whoever caused it has heard of it
			case <-again:
				_ = pulse(ctx)
			case <-d.unsynced.due:
				if pulse(ctx) != nil {
					d.unsynced.lookLater()
				}
			case <-ticker.C:
				if err := pulse(ctx); err != nil && ctx.Err() == nil {
					d.cfg.Logger.Warn().Err(err).Msg("lease not renewed")
				}
			}
		}
	})
}
