package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"azeer-slack/assign"
)

// sqlitePast are the statements about what was.
type sqlitePast struct {
	newest, audited                  *sql.Stmt // write
	before, owner, assigned, dueHere *sql.Stmt // read
}

func (s *sqlite) preparePast(ctx context.Context) error {
	cols := columns(func(c string) string { return "?1 - " + c })
	for _, p := range []struct {
		db   *sql.DB
		stmt **sql.Stmt
		sql  string
	}{
		// No row says that the key is known.
		{s.write, &s.past.newest, `
			SELECT coalesce((SELECT max(id) FROM assignments WHERE ` + of("assignments", "?2") + `), 0)
			WHERE NOT EXISTS (SELECT 1 FROM assignments WHERE key = ?1)
			AND NOT EXISTS (SELECT 1 FROM joined WHERE key = ?1)`},
		{s.write, &s.past.audited, `UPDATE assignments SET due = 0 WHERE id = ? AND due = 1`},
		{s.read, &s.past.before, `
			SELECT ` + cols + ` FROM ` + tables + `
			WHERE ` + of("a", "(SELECT contact FROM assignments WHERE id = ?2)") + ` AND a.id < ?2 AND ` + owning + `
			ORDER BY a.id DESC LIMIT 1`},
		{s.read, &s.past.owner, `
			SELECT ` + cols + ` FROM ` + tables + ` WHERE ` + of("a", "?2") + ` AND ` + owning + `
			ORDER BY a.id DESC LIMIT 1`},
		{s.read, &s.past.assigned, `
			SELECT finished_at, outcome FROM assignments
			WHERE kind = 'assigned' AND finished_at >= ? AND undoes = 0 ORDER BY finished_at DESC`},
		{s.read, &s.past.dueHere, `
			SELECT ` + cols + ` FROM ` + tables + ` WHERE a.due = 1 ORDER BY a.id LIMIT ?2`},
	} {
		stmt, err := p.db.PrepareContext(ctx, p.sql)
		if err != nil {
			return fmt.Errorf("prepare statement: %w", err)
		}
		*p.stmt = stmt
	}
	return nil
}

// guard tells whether the request is overtaken, and by what: then it is dealt with.
func (s *sqlite) guard(ctx context.Context, tx *sql.Tx, w *acceptWork, now int64) (stop bool, err error) {
	var newest int64
	err = tx.StmtContext(ctx, s.past.newest).QueryRow(w.key, w.contact).Scan(&newest)
	if errors.Is(err, sql.ErrNoRows) || err == nil && newest == w.guard {
		return false, nil
	}
	w.acceptance, w.stored = assign.Overtaken, row{}
	if err != nil || newest == 0 || newest < w.guard {
		return true, err
	}
	return true, tx.StmtContext(ctx, s.stmt.load).QueryRow(now, newest).Scan(w.stored.fields()...)
}

func (s *sqlite) list(ctx context.Context, q assign.Query) ([]row, error) {
	statement, args := listing(q, columns(func(c string) string { return "?1 - " + c }), "?", of, s.now())
	return scanAll(s.read.QueryContext(ctx, statement, args...))
}

func (s *sqlite) unaudited(ctx context.Context, limit int) ([]row, error) {
	return scanAll(s.past.dueHere.QueryContext(ctx, s.now(), limit))
}

func scanAll(rows *sql.Rows, err error) ([]row, error) {
	if err != nil {
		return nil, explain(err)
	}
	defer func() { _ = rows.Close() }()
	var all []row
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields()...); err != nil {
			return nil, explain(err)
		}
		all = append(all, r)
	}
	return all, explain(rows.Err())
}

func (s *sqlite) before(ctx context.Context, id int64) (row, bool, error) {
	return scanOne(s.past.before.QueryRowContext(ctx, s.now(), id))
}

func (s *sqlite) owner(ctx context.Context, contact string) (row, bool, error) {
	return scanOne(s.past.owner.QueryRowContext(ctx, s.now(), contact))
}

func scanOne(from *sql.Row) (row, bool, error) {
	var r row
	err := from.Scan(r.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, false, nil
	}
	return r, err == nil, explain(err)
}

func (s *sqlite) assigned(ctx context.Context, age time.Duration, each func(ended int64, outcome string) error) error {
	now := s.now()
	rows, err := s.past.assigned.QueryContext(ctx, now-age.Microseconds())
	if err != nil {
		return explain(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ended int64
		var outcome string
		if err := rows.Scan(&ended, &outcome); err != nil {
			return explain(err)
		}
		if err := each(now-ended, outcome); err != nil {
			return err
		}
	}
	return explain(rows.Err())
}
