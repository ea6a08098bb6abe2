package sqlite

import (
	"context"
	"database/sql"

	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

// now is what statements call $now.
func (d *DB) now() sql.NamedArg { return sql.Named("now", d.cfg.Now().UnixMicro()) }

// Read calls each for every row that a statement gives.
func (d *DB) Read(ctx context.Context, s store.Statement, each store.Each) error {
	if s.Before != 0 && d.notes.isFirst(s.Before) {
		return nil
	}
	return d.use(ctx, func() error {
		if err := d.settle(s.Before); err != nil {
			return err
		}
		return d.query(s, each)
	})
}

func (d *DB) query(s store.Statement, each store.Each) error {
	stmt, err := d.conn.prepare(s.SQL)
	if err != nil {
		return explain(err)
	}
	return explain(readAll(each)(stmt.Query(append(s.Args, d.now())...)))
}

// settle puts what is noted into the tables, before they are read. Who reads only what came
// before an assignment of the same contact is not concerned by notes about others.
func (d *DB) settle(before int64) error {
	d.notes.mu.Lock()
	concerned := len(d.notes.order) > 0 && !d.notes.isAlone(before)
	d.notes.mu.Unlock()
	if !concerned {
		return nil
	}
	return d.write(nil)
}

// Turn tells whether assignment id may make its next attempt.
func (d *DB) Turn(ctx context.Context, id int64, sending bool) (store.Turn, error) {
	verdict, newest, sent := d.notes.turn(id, sending)
	turn := store.Turn{Verdict: verdict, Sent: sent}
	if verdict != assign.TurnSuperseded {
		return turn, nil
	}
	err := d.use(ctx, func() error {
		return d.query(store.Statement{SQL: sqlByID, Args: []any{newest}}, func(scan func(...any) error) error {
			return scan(turn.Newer.Fields()...)
		})
	})
	return turn, err
}

// Unaudited gives up to limit rows whose outcome is due to be reported.
func (d *DB) Unaudited(ctx context.Context, limit int) ([]store.Row, error) {
	var due []store.Row
	err := d.Read(ctx, store.Statement{SQL: sqlUnaudited, Args: []any{limit}}, store.Collect(&due))
	return due, err
}

// PendingOffers gives up to limit offers for which there is something to do.
func (d *DB) PendingOffers(ctx context.Context, limit int) ([]store.Offer, error) {
	var pending []store.Offer
	err := d.Read(ctx, store.Statement{SQL: sqlPendingOffers, Args: []any{limit}}, func(scan func(...any) error) error {
		var o store.Offer
		err := scan(o.Fields()...)
		pending = append(pending, o)
		return err
	})
	return pending, err
}

// PendingNotices gives up to limit notices for which there is something to do.
func (d *DB) PendingNotices(ctx context.Context, limit int) ([]store.Notice, error) {
	var pending []store.Notice
	err := d.Read(ctx, store.Statement{SQL: sqlPendingNotices, Args: []any{limit}}, func(scan func(...any) error) error {
		var n store.Notice
		err := scan(n.Fields()...)
		pending = append(pending, n)
		return err
	})
	return pending, err
}
