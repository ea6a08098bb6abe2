package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"azeer-slack/journal/store"

	lib "modernc.org/sqlite/lib"
)

// dialect reads the current time, in µs since 1970, from the parameter $now.
var dialect = store.Dialect{
	// Of a damaged time the difference may be too much for an integer, and one such row would spoil a whole list.
	Age: func(column string) string { return "CAST($now - " + column + " AS INTEGER)" },
	Ago: func(parameter string) string { return "$now - " + parameter },
	// In words that let SQLite use both indexes.
	IsContacts: func(table, contact string) string {
		return fmt.Sprintf("(%[1]s.answered = 0 AND %[1]s.contact = %[2]s OR %[1]s.answered = 1 AND %[1]s.contact = %[2]s)",
			table, contact)
	},
	// What is in hand is found by its index even where that is of no help: it is little.
	Parts: []string{
		"a.answered = 0 AND a.id IN (SELECT h.id FROM assignments h INDEXED BY assignments_in_hand WHERE h.answered = 0)",
		"a.answered = 1",
	},
	Newest: func(contact, condition string) string {
		among := func(answered string) string {
			return "coalesce((SELECT a.id FROM assignments a WHERE a.answered = " + answered + " AND a.contact = " + contact +
				" AND " + condition + " ORDER BY a.id DESC LIMIT 1), 0)"
		}
		return "max(" + among("0") + ", " + among("1") + ")"
	},
	Sums: "a.request_sum, a.outcome_sum",
	// Never the newest: its id would be given again.
	Deletable: "id < (SELECT max(id) FROM assignments)",
}.Complete()

// setOutcome stores an outcome. Of a batch only the first is due for the audit.
const setOutcome = `
	kind = $2, outcome = $3, newer = $4, finished_at = $5, outcome_sum = $7, given_to = iif(undoes = 0, $8, ''), given_at = $5,
	due = $6 AND NOT EXISTS (SELECT 1 FROM assignments m WHERE m.part_of = assignments.part_of AND m.part_of <> 0 AND m.id < $1)`

var (
	// sqlNewest gives no row if the key is known.
	sqlNewest = `
		SELECT coalesce((SELECT max(id) FROM assignments WHERE ` + dialect.IsContacts("assignments", "$2") + `), 0)
		WHERE NOT EXISTS (SELECT 1 FROM assignments WHERE key = $1)
		AND NOT EXISTS (SELECT 1 FROM joined WHERE key = $1)`
	sqlKnown = `
		SELECT id, 1 AS how FROM assignments WHERE key = $1
		UNION ALL SELECT assignment, 1 FROM joined WHERE key = $1
		UNION ALL SELECT id, 2 FROM assignments a
			WHERE a.answered = 0 AND a.contact = $3 AND twin = $2 AND kind = '' AND accepted_at > ` + dialect.Ago("$4") + `
			AND NOT EXISTS (SELECT 1 FROM assignments n WHERE ` + dialect.IsContacts("n", "$3") + ` AND n.id > a.id)
		UNION ALL SELECT max(id), 3 FROM assignments WHERE answered = 1 AND contact = $3
		ORDER BY how, id DESC LIMIT 1`
	sqlInsert = `
		INSERT INTO assignments (key, requester, contact, agent, twin, reply, origin, undoes, contact_id, request_sum, part_of, note, receipt, accepted_at)
		VALUES (nullif($1, ''), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $now)`
	sqlJoin    = `INSERT INTO joined (key, assignment) SELECT $1, $2 WHERE $1 <> ''`
	sqlByID    = dialect.Select(`a.id = $1`)
	sqlFinish  = `UPDATE assignments SET ` + setOutcome + ` WHERE id = $1 AND kind = '' AND NOT ($9 AND sent)`
	sqlSettle  = `UPDATE assignments SET ` + setOutcome + `, answered = 1, reply = NULL WHERE id = $1 AND kind = ''`
	sqlChosen  = `SELECT choice FROM assignments WHERE id = $1 AND kind = ''`
	sqlChoose  = `UPDATE assignments SET choice = $2, given_to = $3, given_at = $now WHERE id = $1`
	sqlLoad    = dialect.SQLLoad()
	sqlSending = `UPDATE assignments SET sent = 1 WHERE id = $1 AND kind = ''`
	sqlPending = `
		SELECT ` + dialect.Columns() + ` FROM assignments a INDEXED BY assignments_in_hand
		LEFT JOIN assignments n ON n.id = a.newer WHERE a.answered = 0 AND a.id <= $1 ORDER BY a.id`
	sqlDeleteJoined = `DELETE FROM joined WHERE assignment IN (SELECT value FROM json_each($1))`
	sqlDelete       = `DELETE FROM assignments WHERE id IN (SELECT value FROM json_each($1)) AND answered = 1`
	sqlAudited      = `UPDATE assignments SET due = 0 WHERE id = $1 AND due = 1`
	// A notice's columns are those of store.KeepNotice; $5 is how long ago it is due.
	sqlNotify     = `INSERT INTO notices (id, state, since, due_at) SELECT a.id, 'new', $now, $now FROM assignments a WHERE a.id = $1 AND ` + store.IsTold + ` ON CONFLICT DO NOTHING`
	sqlNewNotice  = `INSERT INTO notices (id, state, details, since, due_at) SELECT $1, $3, $4, $now, ` + dialect.Ago("$5") + ` WHERE $2 = '' ON CONFLICT DO NOTHING`
	sqlKeepNotice = `
		UPDATE notices SET since = CASE WHEN state = $3 THEN since ELSE $now END, state = $3, details = $4, due_at = ` + dialect.Ago("$5") + `
		WHERE id = $1 AND state = $2`
	sqlDeleteNotices = `DELETE FROM notices WHERE id IN (SELECT value FROM json_each($1))`
	sqlMakeOffer     = `
		INSERT INTO offers (id, key, requester, contacts, note, after_id, state, details, made_at, since, due_at)
		SELECT $1, $2, $3, $4, $5, coalesce((SELECT max(id) FROM assignments), 0), $6, $7, $now, $now, ` + dialect.Ago("$8") + `
		WHERE NOT EXISTS (` + store.SQLSameOffers + dialect.Ago("$9") + `) ON CONFLICT DO NOTHING`
	sqlOfferKnown = `SELECT EXISTS (SELECT 1 FROM offers WHERE key = $1)`
	sqlKeepOffer  = `
		UPDATE offers SET since = CASE WHEN state = $3 THEN since ELSE $now END, state = $3, details = $4, due_at = ` + dialect.Ago("$5") + `
		WHERE id = $1 AND state = $2`
	sqlDeleteOffers = `DELETE FROM offers WHERE made_at <= ` + dialect.Ago("$1") + `
		AND id IN (SELECT id FROM offers ORDER BY made_at LIMIT 1000)`
	sqlBoot    = `SELECT coalesce(max(boot), '') FROM boots`
	sqlSetBoot = `INSERT INTO boots (id, boot) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET boot = $1`
	sqlAllSent = `UPDATE assignments SET sent = 1 WHERE answered = 0 AND kind = ''`
	sqlPulse   = `INSERT INTO pulse (id, at) VALUES (1, $now) ON CONFLICT (id) DO UPDATE SET at = $now`

	// written are the statements of a transaction.
	written = []string{
		sqlBegin, sqlCommit, sqlRollback,
		sqlNewest, sqlKnown, sqlInsert, sqlJoin, sqlByID, sqlFinish, sqlSettle, store.SQLAnswered, sqlSending, sqlPending,
		sqlDeleteJoined, sqlDelete, sqlAudited, store.SQLClaim, sqlPulse, sqlChosen, sqlChoose, sqlLoad, store.SQLLast, store.SQLTurn,
		sqlNotify, sqlNewNotice, sqlKeepNotice, sqlDeleteNotices,
		sqlMakeOffer, sqlOfferKnown, sqlKeepOffer, sqlDeleteOffers, sqlBoot, sqlSetBoot, sqlAllSent,
	}
)

const (
	sqlBegin    = "BEGIN IMMEDIATE"
	sqlCommit   = "COMMIT"
	sqlRollback = "ROLLBACK"
)

// Of the statements that only read.
var (
	sqlInHand = `
		SELECT id, contact, sent, kind <> '', (SELECT max(n.id) FROM assignments n WHERE ` + dialect.IsContacts("n", "a.contact") + `)
		FROM assignments a INDEXED BY assignments_in_hand WHERE answered = 0`
	sqlUnaudited      = dialect.Select(`a.due = 1 ORDER BY a.id LIMIT $1`)
	sqlPendingNotices = dialect.Pending("true", "$1")
	sqlPendingOffers  = dialect.PendingOffers("true", "$1")
)

// Dialect is how statements are written here.
func (d *DB) Dialect() store.Dialect { return dialect }

// statements are those of a connection. Each is prepared once: parsing SQL costs more than
// running it.
type statements struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func newStatements(ctx context.Context, db *sql.DB) (*statements, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &statements{conn: conn, prepared: make(map[string]*sql.Stmt)}
	// In a transaction nothing is prepared.
	for _, text := range written {
		if _, err := s.prepare(text); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

// close gives the connection back, with nothing open that would keep it from being closed.
func (s *statements) close() error {
	var errs []error
	for _, stmt := range s.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}

func (s *statements) prepare(text string) (*sql.Stmt, error) {
	if stmt, ok := s.prepared[text]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.Background(), text)
	if err != nil {
		if primary(err) == lib.SQLITE_ERROR { // the tables are not those that the migrations made
			err = fmt.Errorf("%s: %w", cureDamaged, err)
		}
		return nil, fmt.Errorf("prepare statement: %w", err)
	}
	s.prepared[text] = stmt
	return stmt, nil
}
