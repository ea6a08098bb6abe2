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
	return d.use(ctx, func() error {
		stmt, err := d.conn.prepare(s.SQL)
		if err != nil {
			return explain(err)
		}
		return explain(readAll(each)(stmt.Query(append(s.Args, d.now())...)))
	})
}

// Turn tells whether assignment id may make its next attempt.
func (d *DB) Turn(ctx context.Context, id int64, _ bool) (store.Turn, error) {
	turn := store.Turn{Verdict: assign.TurnLost}
	var newest int64
	err := d.Read(ctx, store.Statement{SQL: sqlTurn, Args: []any{id}}, func(scan func(...any) error) error {
		var finished bool
		err := scan(&finished, &turn.Sent, &newest)
		switch {
		case finished:
		case newest == 0:
			turn.Verdict = assign.TurnGo
		default:
			turn.Verdict = assign.TurnSuperseded
		}
		return err
	})
	if err != nil || turn.Verdict != assign.TurnSuperseded {
		return turn, err
	}
	err = d.Read(ctx, store.Statement{SQL: sqlByID, Args: []any{newest}}, func(scan func(...any) error) error {
		return scan(turn.Newer.Fields()...)
	})
	return turn, err
}

// Unaudited gives up to limit rows whose outcome is due to be reported.
func (d *DB) Unaudited(ctx context.Context, limit int) ([]store.Row, error) {
	var due []store.Row
	err := d.Read(ctx, store.Statement{SQL: sqlUnaudited, Args: []any{limit}}, store.Collect(&due))
	return due, err
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
