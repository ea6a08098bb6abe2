package sqlite

import (
	"database/sql"

	"azeer-slack/journal/store"
)

// transaction runs the statements of one transaction, all at the same time of day.
type transaction struct {
	statements *statements
	now        sql.NamedArg
}

// transact has do run statements of which all are carried out, or none. A transaction of
// database/sql would start a goroutine, wrap each statement anew, and have SQLite parse BEGIN and
// COMMIT.
func (s *statements) transact(now sql.NamedArg, do func(transaction) error) error {
	t := transaction{s, now}
	if _, err := t.prepared(sqlBegin).Exec(); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			_, _ = t.prepared(sqlRollback).Exec() // fails where SQLite has done so itself
		}
	}()
	err := do(t)
	if err == nil {
		_, err = t.prepared(sqlCommit).Exec()
	}
	committed = err == nil
	return err
}

func (t transaction) prepared(text string) *sql.Stmt { return t.statements.prepared[text] }

func (t transaction) run(text string, args ...any) (sql.Result, error) {
	return t.prepared(text).Exec(append(args, t.now)...)
}

// exec gives how many rows were changed.
func (t transaction) exec(text string, args ...any) (int64, error) {
	res, err := t.run(text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t transaction) queryRow(text string, args ...any) *sql.Row {
	return t.prepared(text).QueryRow(append(args, t.now)...)
}

func (t transaction) query(each store.Each, text string, args ...any) error {
	return readAll(each)(t.prepared(text).Query(append(args, t.now)...))
}

// readAll calls each for every row of a query.
func readAll(each store.Each) func(*sql.Rows, error) error {
	return func(rows *sql.Rows, err error) error {
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			if err := each(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}
