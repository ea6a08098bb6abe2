package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"azeer-slack/assign"
)

// sqlite is a journal in a file that belongs to this process alone.
type sqlite struct {
	cfg   Config
	named string      // as the operator calls it
	path  string      // without symbolic links
	file  os.FileInfo // what path was when it was opened
	lock  *sql.DB     // held open as long as the file is ours
	write *sql.DB     // one connection
	read  *sql.DB

	stmt sqliteStatements
	past sqlitePast

	// Of the writer's goroutine only: what Take has not given out yet is all that is
	// pending up to the id that was the last one when the journal was opened.
	horizon int64
	taken   bool
	// rebooted: the machine is not the one that ran when the journal was last open, or was
	// started since. What was not synced may be lost then.
	rebooted bool
	synced   bool // whether the present mode of write is to sync
}

// sqliteStatements are prepared once: parsing SQL costs more than running it. Times
// are µs since 1970; the current one is the first parameter wherever ages are read.
type sqliteStatements struct {
	known, insert, join, load      *sql.Stmt // write
	finish, answered, pulse        *sql.Stmt
	sending                        *sql.Stmt
	pending, dropJoined, dropOld   *sql.Stmt
	lookAt, newestOf, latest, page *sql.Stmt // read
}

// of is the condition that a row of table is contact's, in words that let SQLite use both
// indexes.
func of(table, contact string) string {
	return fmt.Sprintf("(%[1]s.answered = 0 AND %[1]s.contact = %[2]s OR %[1]s.answered = 1 AND %[1]s.contact = %[2]s)",
		table, contact)
}

func (s *sqlite) prepare(ctx context.Context) error {
	cols := columns(func(c string) string { return "?1 - " + c })
	for _, p := range []struct {
		db   *sql.DB
		stmt **sql.Stmt
		sql  string
	}{
		{s.write, &s.stmt.known, `
			SELECT id, 1 AS how FROM assignments WHERE key = ?1
			UNION ALL SELECT assignment, 1 FROM joined WHERE key = ?1
			UNION ALL SELECT id, 2 FROM assignments a
				WHERE a.answered = 0 AND a.contact = ?4 AND twin = ?2 AND kind = '' AND accepted_at > ?3
				AND NOT EXISTS (SELECT 1 FROM assignments n WHERE ` + of("n", "?4") + ` AND n.id > a.id)
			ORDER BY how, id DESC LIMIT 1`},
		{s.write, &s.stmt.insert, `
			INSERT INTO assignments (key, requester, contact, agent, twin, reply, accepted_at, origin, undoes, contact_id)
			VALUES (nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{s.write, &s.stmt.join, `INSERT INTO joined (key, assignment) SELECT ?1, ?2 WHERE ?1 <> ''`},
		{s.write, &s.stmt.load, `SELECT ` + cols + ` FROM ` + tables + ` WHERE a.id = ?2`},
		{s.write, &s.stmt.finish, `
			UPDATE assignments SET kind = ?, outcome = ?, newer = ?, finished_at = ?, due = ?
			WHERE id = ? AND kind = ''`},
		{s.write, &s.stmt.answered, `
			UPDATE assignments SET answered = 1, reply = NULL WHERE id = ? AND kind <> ''`},
		{s.write, &s.stmt.sending, `UPDATE assignments SET sent = 1 WHERE id = ?`},
		{s.write, &s.stmt.pulse, `
			INSERT INTO pulse (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = ?1`},
		{s.write, &s.stmt.pending, `
			SELECT ` + cols + ` FROM assignments a INDEXED BY assignments_in_hand
			LEFT JOIN assignments n ON n.id = a.newer WHERE a.answered = 0 AND a.id <= ?2 ORDER BY a.id`},
		{s.write, &s.stmt.dropJoined, `
			DELETE FROM joined WHERE assignment IN (SELECT value FROM json_each(?))`},
		{s.write, &s.stmt.dropOld, `
			DELETE FROM assignments WHERE id IN (SELECT value FROM json_each(?)) AND answered = 1`},
		{s.read, &s.stmt.lookAt, `
			SELECT kind <> '', sent, coalesce((
				SELECT max(n.id) FROM assignments n WHERE ` + of("n", "a.contact") + ` AND n.id > a.id), 0)
			FROM assignments a WHERE id = ?`},
		{s.read, &s.stmt.newestOf, `SELECT ` + cols + ` FROM ` + tables + ` WHERE a.id = ?2`},
		{s.read, &s.stmt.latest, `
			SELECT ` + cols + ` FROM ` + tables + `
			WHERE a.id = (SELECT max(id) FROM assignments WHERE ` + of("assignments", "?2") + `)`},
		// Never the newest: its id would be given again.
		{s.read, &s.stmt.page, `
			SELECT id, accepted_at, answered FROM assignments
			WHERE id > ? AND id < (SELECT max(id) FROM assignments) ORDER BY id LIMIT ?`},
	} {
		stmt, err := p.db.PrepareContext(ctx, p.sql)
		if err != nil {
			return fmt.Errorf("prepare statement: %w", err)
		}
		*p.stmt = stmt
	}
	return s.preparePast(ctx)
}

func (s *sqlite) now() int64 { return s.cfg.Now().UnixMicro() }

// commit has no use for ctx: nothing here waits for another machine, and a cancelled
// statement would leave the disk just as slow.
func (s *sqlite) commit(_ context.Context, works []work) error {
	if err := s.stillThere(); err != nil {
		return err
	}
	ctx := context.Background()
	if err := s.sync(ctx, works); err != nil {
		return explain(err)
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer func() { _ = tx.Rollback() }()
	taking := false
	for _, w := range works {
		if err := s.apply(ctx, tx, w); err != nil {
			return explain(err)
		}
		_, take := w.(*takeWork)
		taking = taking || take
	}
	if err := tx.Commit(); err != nil {
		return explain(err)
	}
	s.taken = s.taken || taking
	return nil
}

// sync has the coming transaction synced, unless it only notes what is being sent: that
// must outlive the process, and after a crash of the machine it is not asked for.
func (s *sqlite) sync(ctx context.Context, works []work) error {
	needed := slices.ContainsFunc(works, func(w work) bool { _, sending := w.(*sendingWork); return !sending })
	if needed == s.synced {
		return nil
	}
	mode := "NORMAL"
	if needed {
		mode = "FULL"
	}
	_, err := s.write.ExecContext(ctx, "PRAGMA synchronous="+mode)
	if err == nil {
		s.synced = needed
	}
	return err
}

func (s *sqlite) least() time.Duration { return 0 }

func (s *sqlite) apply(ctx context.Context, tx *sql.Tx, w work) error {
	switch w := w.(type) {
	case *acceptWork:
		return s.accept(ctx, tx, w)
	case *finishWork:
		ended := s.now() - w.ended.Microseconds()
		_, err := tx.StmtContext(ctx, s.stmt.finish).Exec(w.kind, w.outcome, w.newer, ended, s.cfg.Audit, w.id)
		return err
	case *answeredWork:
		res, err := tx.StmtContext(ctx, s.stmt.answered).Exec(w.id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		w.found = n > 0
		return err
	case *sendingWork:
		_, err := tx.StmtContext(ctx, s.stmt.sending).Exec(w.id)
		return err
	case *takeWork:
		return s.take(ctx, tx, w)
	case *forgetWork:
		ids, err := json.Marshal(w.ids)
		if err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.stmt.dropJoined).Exec(string(ids)); err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, s.stmt.dropOld).Exec(string(ids))
		return err
	case *auditedWork:
		_, err := tx.StmtContext(ctx, s.past.audited).Exec(w.id)
		return err
	case *pulseWork:
		_, err := tx.StmtContext(ctx, s.stmt.pulse).Exec(s.now())
		return err
	}
	return fmt.Errorf("write to SQLite: unknown work %T", w)
}

func (s *sqlite) accept(ctx context.Context, tx *sql.Tx, w *acceptWork) error {
	now := s.now()
	if w.guard != 0 {
		if stop, err := s.guard(ctx, tx, w, now); stop || err != nil {
			return err
		}
	}
	var id int64
	var how int
	err := tx.StmtContext(ctx, s.stmt.known).
		QueryRow(w.key, w.twin, now-assign.JoinWindow.Microseconds(), w.contact).Scan(&id, &how)
	if errors.Is(err, sql.ErrNoRows) {
		return s.insert(ctx, tx, w, now)
	}
	if err != nil {
		return err
	}
	w.acceptance = assign.Repeated
	if how == 2 {
		w.acceptance = assign.Joined
		if _, err := tx.StmtContext(ctx, s.stmt.join).Exec(w.key, id); err != nil {
			return err
		}
	}
	w.stored = row{}
	return tx.StmtContext(ctx, s.stmt.load).QueryRow(now, id).Scan(w.stored.fields()...)
}

func (s *sqlite) insert(ctx context.Context, tx *sql.Tx, w *acceptWork, now int64) error {
	res, err := tx.StmtContext(ctx, s.stmt.insert).
		Exec(w.key, w.requester, w.contact, w.agent, w.twin, w.reply, now, w.origin, w.undoes, w.contactID)
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	w.acceptance, w.stored = assign.Accepted, w.fresh(id)
	return err
}

// fresh is the row of a request stored a moment ago.
func (w *acceptWork) fresh(id int64) row {
	return row{
		id: id, key: w.key, requester: w.requester, contact: w.contact, agent: w.agent,
		reply: w.reply, origin: w.origin, undoes: w.undoes, contactID: w.contactID,
	}
}

// take gives out all that earlier processes left behind, once. What this process
// accepts itself has a larger id.
func (s *sqlite) take(ctx context.Context, tx *sql.Tx, w *takeWork) error {
	w.taken = nil
	if s.taken {
		return nil
	}
	rows, err := tx.StmtContext(ctx, s.stmt.pending).Query(s.now(), s.horizon)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields()...); err != nil {
			return err
		}
		r.sent = r.sent || s.rebooted
		w.taken = append(w.taken, r)
	}
	return rows.Err()
}

func (s *sqlite) turn(ctx context.Context, id int64, _ bool) (turn, error) {
	var finished, sent bool
	var newest int64
	err := s.stmt.lookAt.QueryRowContext(ctx, id).Scan(&finished, &sent, &newest)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && finished:
		return turn{verdict: assign.TurnLost}, nil
	case err != nil:
		return turn{}, explain(err)
	case newest == 0:
		return turn{verdict: assign.TurnGo, sent: sent}, nil
	}
	found := turn{verdict: assign.TurnSuperseded}
	err = s.stmt.newestOf.QueryRowContext(ctx, s.now(), newest).Scan(found.newer.fields()...)
	return found, explain(err)
}

func (s *sqlite) latest(ctx context.Context, contact string) (row, bool, error) {
	var r row
	err := s.stmt.latest.QueryRowContext(ctx, s.now(), contact).Scan(r.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, false, nil
	}
	return r, err == nil, explain(err)
}

func (s *sqlite) old(ctx context.Context, after int64, age time.Duration, limit int) (oldPage, error) {
	now := s.now()
	rows, err := s.stmt.page.QueryContext(ctx, after, limit)
	if err != nil {
		return oldPage{}, explain(err)
	}
	defer func() { _ = rows.Close() }()
	var p oldPage
	for rows.Next() {
		var accepted int64
		var answered bool
		if err := rows.Scan(&p.last, &accepted, &answered); err != nil {
			return oldPage{}, err
		}
		p.add(time.Duration(now-accepted)*time.Microsecond, age, answered)
	}
	p.more = p.more && p.seen == limit
	return p, rows.Err()
}

// tidy empties the write-ahead log into the database, so that what was deleted, as
// response URLs are, doesn't live on there.
func (s *sqlite) tidy(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return explain(err)
}

func (s *sqlite) close(context.Context) error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write, s.lock} { // the lock last
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
