package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// uncertainCommit is a transaction that perhaps took place, or still may: its COMMIT was
// sent, no word came back, and its callers were told "not stored".
type uncertainCommit struct {
	batch int64
	keys  []string
	locks []string // what it has locked, so that one can tell whether it has ended
}

// contactLocks is the first half of the advisory locks' keys; the second half is a
// hash of a contact. Whoever accepts for a contact, or asks for a turn on it, holds its
// lock until the commit. So these happen one after the other on all instances: an
// assignment that gets its turn either sees the newer one, or is seen by it.
const contactLocks = 0x617a736c

const (
	sqlLock = `
		SELECT pg_advisory_xact_lock($1, hash)
		FROM (SELECT DISTINCT hashtext(c) AS hash FROM unnest($2::text[]) c ORDER BY 1) sorted`
	// sqlFree takes locks only if nobody else holds one of them.
	sqlFree = `SELECT coalesce(bool_and(pg_try_advisory_xact_lock($1, hashtext(c))), true) FROM unnest($2::text[]) c`
	// What another request has joined meanwhile, by way of another instance, was accepted.
	sqlRevoke = `
		DELETE FROM assignments a WHERE contact = ANY($2) AND batch = ANY($1) AND owner = $3 AND NOT wired
		AND NOT EXISTS (SELECT FROM joined j WHERE j.assignment = a.id AND j.batch <> ALL($1))`
	sqlRevokeJoined = `DELETE FROM joined WHERE batch = ANY($1) AND key = ANY($2)`
)

// isCertain tells whether a COMMIT that was answered with err surely did nothing. An error
// of any other level ends the session, and may come from a pooler that has lost the
// server: https://www.postgresql.org/docs/current/protocol-error-fields.html
func isCertain(err error) bool {
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return true
	}
	said := (*pgconn.PgError)(nil)
	if !errors.As(err, &said) {
		return false
	}
	level := said.SeverityUnlocalized
	if level == "" {
		level = said.Severity
	}
	return level == "ERROR" && class(said) != "08" && said.Code != "40003"
}

// begin opens a transaction that the server ends by itself when nobody goes on with it:
// the locks of one whose client has vanished would keep its contacts waiting for hours.
func (d *DB) begin() pgx.TxOptions {
	return pgx.TxOptions{BeginQuery: fmt.Sprintf(
		"BEGIN; SET LOCAL idle_in_transaction_session_timeout = %d", (2 * d.cfg.Timeout).Milliseconds())}
}

// rollBack has a limit of its own, since the writer waits for it.
func (d *DB) rollBack(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.cfg.Timeout/2)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// uncertainCommits are those of this instance. What they accepted is deleted before anything
// else is written.
type uncertainCommits struct {
	open    []uncertainCommit       // of the writer's goroutine only
	numbers atomic.Pointer[[]int64] // the batches of open, for everybody
	added   chan struct{}           // gets a token when there is one more
}

// batches are those whose rows do not count.
func (u *uncertainCommits) batches() []int64 { return *u.numbers.Load() }

// addUncertain remembers what perhaps was stored although the callers are told otherwise, and
// has it looked into at once: nothing else may be written for a while.
func (d *DB) addUncertain(operations []store.Operation, batch int64) {
	u := uncertainCommit{batch: batch, locks: locks(operations, batch)}
	if u.locks == nil {
		return
	}
	for _, o := range operations {
		if o, ok := o.(*store.Accept); ok {
			u.keys = append(u.keys, o.Key)
		}
	}
	d.setUncertain(append(d.uncertain.open, u))
	select {
	case d.uncertain.added <- struct{}{}:
	default:
	}
}

// setUncertain tells those who ask for turns which rows do not count.
func (d *DB) setUncertain(open []uncertainCommit) {
	d.uncertain.open = open
	d.uncertain.numbers.Store(new(batches(open)))
	// What they took over is ours, and nobody here knows.
	d.unsure = d.unsure || len(open) > 0
}

func batches(commits []uncertainCommit) []int64 {
	all := make([]int64, 0, len(commits))
	for _, u := range commits {
		all = append(all, u.batch)
	}
	return all
}

// locks is what a transaction locks, by name: its contacts; who offers something, so that of two
// equal offers one sees the other; and, since those who take have neither, a name of its own.
func locks(operations []store.Operation, batch int64) (names []string) {
	for _, o := range operations {
		switch o := o.(type) {
		case *store.Accept:
			names = append(names, o.Contact)
		case *store.MakeOffer:
			names = append(names, "offers of "+o.Requester)
		case *store.Take:
			names = append(names, fmt.Sprint("transaction ", batch))
		}
	}
	return names
}

// sortUncertain tells which of the uncertain commits have ended. The others may yet take
// place, and deleting their rows before that would do nothing. Those in the way of operations
// are waited for, because operations may find their rows otherwise. It takes the locks of
// operations as well.
func (d *DB) sortUncertain(ctx context.Context, tx pgx.Tx, operations []store.Operation, batch int64) (ended, open []uncertainCommit, err error) {
	if len(d.uncertain.open) == 0 {
		return nil, nil, nil
	}
	wanted := locks(operations, batch)
	var b pgx.Batch
	var tried []uncertainCommit
	for _, u := range d.uncertain.open {
		if slices.ContainsFunc(u.locks, func(name string) bool { return slices.Contains(wanted, name) }) {
			ended = append(ended, u)
		} else {
			tried = append(tried, u)
		}
	}
	for _, u := range ended {
		wanted = append(wanted, u.locks...)
	}
	queueLocks(&b, wanted)
	for _, u := range tried {
		b.Queue(sqlFree, contactLocks, u.locks).QueryRow(func(r pgx.Row) error {
			var free bool
			err := r.Scan(&free)
			if free {
				ended = append(ended, u)
			} else {
				open = append(open, u)
			}
			return err
		})
	}
	return ended, open, tx.SendBatch(ctx, &b).Close()
}

func queueLocks(b *pgx.Batch, names []string) {
	if names != nil {
		b.Queue(sqlLock, contactLocks, names)
	}
}

// revoke deletes what nobody was told is stored, of transactions that have ended.
func (t *transaction) revoke(ended []uncertainCommit) {
	if len(ended) == 0 {
		return
	}
	var keys, contacts []string
	for _, u := range ended {
		keys, contacts = append(keys, u.keys...), append(contacts, u.locks...)
	}
	t.batch.Queue(sqlRevoke, batches(ended), contacts, t.instance)
	t.batch.Queue(sqlRevokeJoined, batches(ended), keys)
}
