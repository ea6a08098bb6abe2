package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// A lease is a time of the server's clock, and that clock may jump: forward, and all leases
// have run out at once; back, and a dead instance has one for hours. So an instance is
// declared dead only when its lease is wrong and, by our own clock, nothing has renewed it
// for as long as a lease lasts.

// sqlOthers gives the other instances, and of which the lease is wrong: it has run out, or
// is longer than any that is given.
const sqlOthers = `
	SELECT id, lease_until, lease_until < clock_timestamp() OR lease_until > clock_timestamp() + $2::interval
	FROM instances WHERE id <> $1`

// other is another instance as its row stands.
type other struct {
	id    string
	lease time.Time
	wrong bool
}

// others is what was seen of the other instances. Of the writer's goroutine only.
type others struct {
	seen map[string]unchanged
	at   time.Time // when they were looked at last
	dead []other   // as of then
}

// unchanged is for how long a lease was seen not to change.
type unchanged struct {
	lease time.Time
	since time.Duration
}

// look takes in how the rows stand now. The time since the last look counts for at most a
// third of a lease: who did not look, having stood still, does not know whether others did.
func (o *others) look(rows []other, now time.Time, lease time.Duration) {
	passed := min(now.Sub(o.at), lease/3)
	before := o.seen
	*o = others{seen: make(map[string]unchanged, len(rows)), at: now}
	for _, r := range rows {
		u, known := before[r.id]
		if known && u.lease.Equal(r.lease) {
			u.since += passed
		} else {
			u = unchanged{lease: r.lease}
		}
		o.seen[r.id] = u
		if r.wrong && u.since >= lease {
			o.dead = append(o.dead, r)
		}
	}
}

// lookAround looks at the other instances, and tells whether there is nothing to take.
func (d *DB) lookAround(ctx context.Context) (nothing bool, err error) {
	var rows []other
	var b pgx.Batch
	b.Queue(sqlOthers, d.instance, d.cfg.Lease).Query(func(found pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (o other, err error) {
			return o, row.Scan(&o.id, &o.lease, &o.wrong)
		})
		return err
	})
	b.Queue(sqlNothingLeft, d.instance).QueryRow(func(row pgx.Row) error { return row.Scan(&nothing) })
	if err := d.pool.SendBatch(ctx, &b).Close(); err != nil {
		return false, err
	}
	d.others.look(rows, time.Now(), d.cfg.Lease)
	return nothing && len(d.others.dead) == 0, nil
}

// ids and leases of the dead, for sqlDeclareDead.
func (o *others) ids() (ids []string, leases []time.Time) {
	ids, leases = []string{}, []time.Time{}
	for _, dead := range o.dead {
		ids, leases = append(ids, dead.id), append(leases, dead.lease)
	}
	return ids, leases
}
