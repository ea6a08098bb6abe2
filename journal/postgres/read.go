package postgres

import (
	"context"
	"errors"

	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
)

// dialect reads ages by the database's clock. statement_timestamp lets Postgres use an index.
var dialect = store.Dialect{
	Age: func(column string) string {
		return "(extract(epoch FROM clock_timestamp() - " + column + ") * 1000000)::bigint"
	},
	Ago: func(parameter string) string {
		return "statement_timestamp() - " + parameter + "::bigint * interval '1 microsecond'"
	},
	IsContacts: func(table, contact string) string { return table + ".contact = " + contact },
	Parts:      []string{"true"},
	Newest: func(contact, condition string) string {
		return "(SELECT a.id FROM assignments a WHERE a.contact = " + contact + " AND " + condition + " ORDER BY a.id DESC LIMIT 1)"
	},
	Sums:      "NULL::bigint, NULL::bigint", // Postgres may have checksums of its own
	Deletable: "true",
}.Complete()

var sqlLoad = dialect.SQLLoad()

// Dialect is how statements are written here.
func (d *DB) Dialect() store.Dialect { return dialect }

// errHalfRead says that some rows have been given already.
var errHalfRead = errors.New("only a part was read")

// Read calls each for every row that a statement gives.
func (d *DB) Read(ctx context.Context, s store.Statement, each store.Each) error {
	limit := d.cfg.Timeout
	if s.Long {
		limit *= 5
	}
	return d.within(ctx, limit, func(ctx context.Context) error {
		rows, err := d.pool.Query(ctx, s.SQL, s.Args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for n := 0; rows.Next(); n++ {
			if err := each(rows.Scan); err != nil {
				return err
			}
			err = errHalfRead
		}
		if rows.Err() != nil {
			return errors.Join(err, rows.Err())
		}
		return nil
	})
}

// sqlInherit: what an instance had to report falls to whoever asks first once it is
// declared dead.
const sqlInherit = `
	UPDATE assignments SET auditor = $1 WHERE id IN (
		SELECT a.id FROM assignments a
		WHERE a.auditor IS NOT NULL AND NOT EXISTS (SELECT FROM instances i WHERE i.id = a.auditor)
		ORDER BY a.id FOR UPDATE OF a SKIP LOCKED
	)`

// Unaudited looks for what the dead left behind, too. An instance that is declared dead
// but comes back reports twice what it is reporting at that moment.
func (d *DB) Unaudited(ctx context.Context, limit int) (found []store.Row, err error) {
	err = d.within(ctx, d.cfg.Timeout, func(ctx context.Context) error {
		var b pgx.Batch
		b.Queue(sqlInherit, d.instance)
		b.Queue(dialect.Select(`a.auditor = $1 ORDER BY a.id LIMIT $2`), d.instance, limit).Query(func(rows pgx.Rows) error {
			found, err = collect(rows, nil)
			return err
		})
		return d.pool.SendBatch(ctx, &b).Close()
	})
	return found, err
}

func collect(rows pgx.Rows, err error) ([]store.Row, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(from pgx.CollectableRow) (store.Row, error) {
		var r store.Row
		err := from.Scan(r.Fields()...)
		return r, err
	})
}

// optional scans a row that may be missing, and notes whether it was there.
func optional(found *bool, into ...any) func(pgx.Row) error {
	return func(r pgx.Row) error {
		err := r.Scan(into...)
		if found != nil {
			*found = err == nil
		}
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	}
}

// sqlKeep: what a dead instance had to do for a notice falls to whoever asks first.
const sqlKeep = `
	UPDATE notices SET keeper = $1 WHERE id IN (
		SELECT n.id FROM notices n
		WHERE n.due_at IS NOT NULL AND NOT EXISTS (SELECT FROM instances i WHERE i.id = n.keeper)
		ORDER BY n.id FOR UPDATE OF n SKIP LOCKED
	)`

// sqlKeepOffers is sqlKeep for offers.
const sqlKeepOffers = `
	UPDATE offers SET keeper = $1 WHERE id IN (
		SELECT o.id FROM offers o
		WHERE o.due_at IS NOT NULL AND NOT EXISTS (SELECT FROM instances i WHERE i.id = o.keeper)
		ORDER BY o.id FOR UPDATE OF o SKIP LOCKED
	)`

var sqlPendingOffers = dialect.PendingOffers("o.keeper = $1", "$2")

// PendingOffers looks for what the dead left behind, too; see Unaudited.
func (d *DB) PendingOffers(ctx context.Context, limit int) (found []store.Offer, err error) {
	err = d.within(ctx, d.cfg.Timeout, func(ctx context.Context) error {
		var b pgx.Batch
		b.Queue(sqlKeepOffers, d.instance)
		b.Queue(sqlPendingOffers, d.instance, limit).Query(func(rows pgx.Rows) error {
			found, err = pgx.CollectRows(rows, func(from pgx.CollectableRow) (store.Offer, error) {
				var o store.Offer
				err := from.Scan(o.Fields()...)
				return o, err
			})
			return err
		})
		return d.pool.SendBatch(ctx, &b).Close()
	})
	return found, err
}

var sqlPendingNotices = dialect.Pending("n.keeper = $1", "$2")

// PendingNotices looks for what the dead left behind, too; see Unaudited.
func (d *DB) PendingNotices(ctx context.Context, limit int) (found []store.Notice, err error) {
	err = d.within(ctx, d.cfg.Timeout, func(ctx context.Context) error {
		var b pgx.Batch
		b.Queue(sqlKeep, d.instance)
		b.Queue(sqlPendingNotices, d.instance, limit).Query(func(rows pgx.Rows) error {
			found, err = pgx.CollectRows(rows, func(from pgx.CollectableRow) (store.Notice, error) {
				var n store.Notice
				err := from.Scan(n.Fields()...)
				return n, err
			})
			return err
		})
		return d.pool.SendBatch(ctx, &b).Close()
	})
	return found, err
}
