package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// doubt is a transaction that perhaps took place, or still may: its COMMIT was sent, no
// word came back, and its callers were told "not stored".
type doubt struct {
	batch int64
	keys  []string
	locks []string // what it has locked, so that one can tell whether it has ended
}

const (
	// sqlFree takes locks only if nobody else holds one of them.
	sqlFree = `SELECT coalesce(bool_and(pg_try_advisory_xact_lock($1, hashtext(c))), true) FROM unnest($2::text[]) c`
	// What another request has joined meanwhile, by way of another instance, was accepted.
	sqlRevoke = `
		DELETE FROM assignments a WHERE contact = ANY($2) AND batch = ANY($1) AND owner = $3 AND NOT wired
		AND NOT EXISTS (SELECT FROM joined j WHERE j.assignment = a.id AND j.batch <> ALL($1))`
	sqlRevokeJoined = `DELETE FROM joined WHERE batch = ANY($1) AND key = ANY($2)`
)

// errDoubt says that a commit was sent and no word came back.
var errDoubt = errors.New("no word came back on whether it was stored")

// certain tells whether a COMMIT that was answered with err surely did nothing. An error
// of any other level ends the session, and may come from a pooler that has lost the
// server: https://www.postgresql.org/docs/current/protocol-error-fields.html
func certain(err error) bool {
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
func (p *postgres) begin() pgx.TxOptions {
	return pgx.TxOptions{BeginQuery: fmt.Sprintf(
		"BEGIN; SET LOCAL idle_in_transaction_session_timeout = %d", (2 * p.cfg.Timeout).Milliseconds())}
}

// rollBack has a limit of its own, since the writer waits for it.
func (p *postgres) rollBack(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.cfg.Timeout/2)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// doubt remembers what perhaps was stored although the callers are told otherwise, and
// has it looked into at once: nothing else may be written for a while.
func (p *postgres) doubt(works []work, batch int64) {
	d := doubt{batch: batch, locks: locks(works, batch)}
	if d.locks == nil {
		return
	}
	for _, w := range works {
		if w, ok := w.(*acceptWork); ok {
			d.keys = append(d.keys, w.key)
		}
	}
	p.setDoubtful(append(p.doubtful, d))
	select {
	case p.doubted <- struct{}{}:
	default:
	}
}

// setDoubtful tells those who ask for turns which rows do not count.
func (p *postgres) setDoubtful(doubtful []doubt) {
	p.doubtful = doubtful
	p.ghosts.Store(new(batches(doubtful)))
	// What they took over is ours, and nobody here knows.
	p.unsure = p.unsure || len(doubtful) > 0
}

func batches(doubtful []doubt) []int64 {
	all := make([]int64, 0, len(doubtful))
	for _, d := range doubtful {
		all = append(all, d.batch)
	}
	return all
}

// locks is what a transaction locks, by name: its contacts; and, since those who take have
// none, a name of its own.
func locks(works []work, batch int64) (names []string) {
	for _, w := range works {
		switch w := w.(type) {
		case *acceptWork:
			names = append(names, w.contact)
		case *takeWork:
			names = append(names, fmt.Sprint("transaction ", batch))
		}
	}
	return names
}

// sift tells which of the doubtful transactions have ended. The others may yet commit, and
// deleting their rows before that would do nothing. Those in the way of works are waited
// for, because works may find their rows otherwise. It takes the locks of works as well.
func (p *postgres) sift(ctx context.Context, tx pgx.Tx, works []work, batch int64) (ended, open []doubt, err error) {
	if len(p.doubtful) == 0 {
		return nil, nil, nil
	}
	wanted := locks(works, batch)
	var b pgx.Batch
	var tried []doubt
	for _, d := range p.doubtful {
		if slices.ContainsFunc(d.locks, func(name string) bool { return slices.Contains(wanted, name) }) {
			ended = append(ended, d)
		} else {
			tried = append(tried, d)
		}
	}
	for _, d := range ended {
		wanted = append(wanted, d.locks...)
	}
	queueLocks(&b, wanted)
	for _, d := range tried {
		b.Queue(sqlFree, contactLocks, d.locks).QueryRow(func(r pgx.Row) error {
			var free bool
			err := r.Scan(&free)
			if free {
				ended = append(ended, d)
			} else {
				open = append(open, d)
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
func (p *postgres) revoke(b *pgx.Batch, ended []doubt) {
	if len(ended) == 0 {
		return
	}
	var keys, contacts []string
	for _, d := range ended {
		keys, contacts = append(keys, d.keys...), append(contacts, d.locks...)
	}
	b.Queue(sqlRevoke, batches(ended), contacts, p.id)
	b.Queue(sqlRevokeJoined, batches(ended), keys)
}

// doubtAgain is how soon a doubtful transaction that has not ended is looked at again.
const doubtAgain = time.Second
