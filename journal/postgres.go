package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"azeer-slack/assign"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// contactLocks is the first half of the advisory locks' keys; the second half is a
// hash of a contact. Whoever accepts for a contact, or asks for a turn on it, holds its
// lock until the commit. So these happen one after the other on all instances: an
// assignment that gets its turn either sees the newer one, or is seen by it.
const contactLocks = 0x617a736c

// postgres is a journal that several instances share.
type postgres struct {
	cfg  Config
	pool *pgxpool.Pool
	id   string // this instance

	// Of the writer's goroutine only. mine holds what this instance works on. doubtful are
	// the transactions of which nobody knows whether they took place: what they accepted is
	// deleted before anything else is written. unsure says that there may be rows of this
	// instance that it does not know of.
	mine     map[int64]struct{}
	doubtful []doubt
	unsure   bool

	ghosts  atomic.Pointer[[]int64] // the batches of doubtful
	doubted chan struct{}           // gets a token when there is one more

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

var pgColumns = columns(func(c string) string {
	return "(extract(epoch FROM clock_timestamp() - " + c + ") * 1000000)::bigint"
})

const (
	sqlAlive = `
		INSERT INTO instances (id, lease_until) VALUES ($1, clock_timestamp() + $2::interval)
		ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`
	sqlLock = `
		SELECT pg_advisory_xact_lock($1, hash)
		FROM (SELECT DISTINCT hashtext(c) AS hash FROM unnest($2::text[]) c ORDER BY 1) sorted`
	sqlAccept = `
		WITH known AS (
			SELECT id, 1 AS how FROM assignments WHERE key = $1
			UNION ALL SELECT assignment, 1 FROM joined WHERE key = $1
			UNION ALL ` + sqlGuard + `
			UNION ALL SELECT id, 3 FROM assignments a
				WHERE twin = $5 AND kind = '' AND accepted_at > clock_timestamp() - $9::interval
				AND NOT EXISTS (SELECT FROM assignments n WHERE n.contact = a.contact AND n.id > a.id)
			ORDER BY how, id DESC LIMIT 1
		), noted AS (
			INSERT INTO joined (key, assignment, batch) SELECT $1, id, $8 FROM known WHERE how = 3 AND $1 <> ''
		), fresh AS (
			INSERT INTO assignments (key, requester, contact, agent, twin, reply, owner, batch, origin, undoes, contact_id)
			SELECT nullif($1, ''), $2, $3, $4, $5, $6::bytea, $7, $8, $10, $11, $13 WHERE NOT EXISTS (SELECT FROM known)
			RETURNING id
		)
		SELECT id, 0 FROM fresh UNION ALL SELECT id, how FROM known`
	sqlFinish = `
		UPDATE assignments SET kind = $2, outcome = $3, newer = $4, wired = false,
			finished_at = clock_timestamp() - $5::interval, auditor = $6
		WHERE id = $1 AND kind = '' AND owner = $7`
	sqlLost     = `SELECT EXISTS (SELECT FROM assignments WHERE id = $1 AND owner <> $2)`
	sqlAnswered = `
		UPDATE assignments SET answered = true, reply = NULL WHERE id = $1 AND kind <> ''`
	sqlForget       = `DELETE FROM assignments WHERE id = ANY($1) AND answered`
	sqlForgetJoined = `DELETE FROM joined WHERE assignment = ANY($1)`
	// Declaring an instance dead waits for those of its turns that are being asked for,
	// and makes later ones register it anew; see sqlLease.
	sqlBury = `DELETE FROM instances WHERE lease_until < clock_timestamp()`
	sqlTake = `
		UPDATE assignments SET owner = $1, wired = false WHERE id IN (
			SELECT a.id FROM assignments a
			WHERE NOT a.answered AND (
				NOT EXISTS (SELECT FROM instances i WHERE i.id = a.owner)
				OR ($2 AND a.owner = $1 AND a.id <> ALL($3) AND a.batch <> ALL($4)))
			ORDER BY a.id FOR UPDATE OF a SKIP LOCKED
		) RETURNING id`
	// A turn holds this lock on the instance, which the renewal of leases does not mind,
	// but declaring the instance dead does.
	sqlLease = `
		SELECT lease_until > clock_timestamp() + $2::interval FROM instances WHERE id = $1 FOR KEY SHARE`
	sqlLockOne = `
		SELECT pg_advisory_xact_lock($1, hashtext(contact)) FROM assignments WHERE id = $2`
	sqlLook = `
		SELECT coalesce((
				SELECT max(n.id) FROM assignments n WHERE n.contact = a.contact AND n.id > a.id AND n.batch <> ALL($3)), 0),
			EXISTS (
				SELECT FROM assignments o JOIN instances i ON i.id = o.owner
				WHERE o.contact = a.contact AND o.id < a.id AND o.wired AND o.kind = ''
				AND o.owner <> $2 AND i.lease_until > clock_timestamp())
		FROM assignments a WHERE a.id = $1 AND a.kind = '' AND a.owner = $2`
	sqlWire = `
		UPDATE assignments SET wired = true, sent = sent OR $3 WHERE id = $1 AND kind = '' AND owner = $2`
	sqlUnwire = `UPDATE assignments SET wired = false WHERE id = $1 AND wired AND owner = $2`
)

func (p *postgres) commit(ctx context.Context, works []work) error {
	err := p.again(ctx, func() error { return p.try(ctx, works) })
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		p.pool.Reset()
	}
	return err
}

// least is a tenth of Timeout, if that is less.
func (p *postgres) least() time.Duration { return min(leastTime, p.cfg.Timeout/10) }

// again calls do, and once more if the connection turned out to be dead: after a
// restart of the server the pool is full of those. Not if do may have had an effect.
func (p *postgres) again(ctx context.Context, do func() error) error {
	err := do()
	if err != nil && !errors.Is(err, errDoubt) && lostConnection(err) && ctx.Err() == nil {
		p.pool.Reset()
		err = do()
	}
	return explainPostgres(err)
}

// read is again, within a limit.
func (p *postgres) read(ctx context.Context, limit time.Duration, do func(ctx context.Context) error) error {
	return p.within(ctx, limit, func(ctx context.Context) error {
		return p.again(ctx, func() error { return do(ctx) })
	})
}

// errSilent tells the end of a limit of ours from the end of the caller's patience.
var errSilent = fmt.Errorf("no word from the database: %w", context.DeadlineExceeded)

// within gives do a limit: whoever waits for a server that fell silent, as one does after
// a failover, keeps a place in the pool from the others. The connections that are left
// lead to the same server, so they go.
func (p *postgres) within(ctx context.Context, limit time.Duration, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errSilent)
	defer cancel()
	err := do(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errSilent) {
		p.pool.Reset()
	}
	return err
}

// long is the limit of reads that may have much to look through.
func (p *postgres) long() time.Duration { return 5 * p.cfg.Timeout }

func (p *postgres) try(ctx context.Context, works []work) error {
	tx, err := p.pool.BeginTx(ctx, p.begin())
	if err != nil {
		return err
	}
	defer p.rollBack(ctx, tx)
	batch := rand.Int64()
	ended, open, err := p.sift(ctx, tx, works, batch)
	if err != nil {
		return err
	}
	p.unsure = p.unsure || len(ended) > 0 // one that another request has joined was left
	if err := p.apply(ctx, tx, works, batch, ended, open); err != nil {
		return err
	}
	err = tx.Commit(ctx)
	switch {
	case err == nil:
		p.note(works)
		p.setDoubtful(open)
		return nil
	case certain(err):
		return err
	}
	p.doubt(works, batch)
	return errors.Join(errDoubt, err)
}

// note keeps mine up to date after a commit.
func (p *postgres) note(works []work) {
	for _, w := range works {
		switch w := w.(type) {
		case *acceptWork:
			if w.acceptance == assign.Accepted {
				p.mine[w.stored.id] = struct{}{}
			}
		case *takeWork:
			p.unsure = false
			for _, r := range w.taken {
				p.mine[r.id] = struct{}{}
			}
		case *answeredWork:
			delete(p.mine, w.id)
		}
	}
}

// apply sends all works in one go, and then fetches the rows they refer to.
func (p *postgres) apply(ctx context.Context, tx pgx.Tx, works []work, batch int64, ended, open []doubt) error {
	var b pgx.Batch
	if len(p.doubtful) == 0 {
		queueLocks(&b, locks(works, batch))
	}
	p.revoke(&b, ended)
	load := map[int64][]*row{}
	for _, w := range works {
		switch w := w.(type) {
		case *acceptWork:
			p.accept(&b, w, batch, load)
		case *finishWork:
			b.Queue(sqlFinish, w.id, w.kind, w.outcome, w.newer, w.ended, p.auditor(), p.id)
			b.Queue(sqlLost, w.id, p.id).QueryRow(func(r pgx.Row) error { return r.Scan(&w.lost) })
		case *answeredWork:
			b.Queue(sqlAnswered, w.id).Exec(func(tag pgconn.CommandTag) error {
				w.found = tag.RowsAffected() > 0
				return nil
			})
		case *takeWork:
			p.take(&b, w, append(batches(open), batch))
		case *forgetWork:
			b.Queue(sqlForgetJoined, w.ids)
			b.Queue(sqlForget, w.ids)
		case *auditedWork:
			b.Queue(sqlAudited, w.id)
		case *pulseWork:
			b.Queue(sqlAlive, p.id, p.cfg.Lease)
		}
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return err
	}
	return p.load(ctx, tx, works, load)
}

func (p *postgres) accept(b *pgx.Batch, w *acceptWork, batch int64, load map[int64][]*row) {
	q := b.Queue(sqlAccept, w.key, w.requester, w.contact, w.agent, w.twin, w.reply,
		p.id, batch, assign.JoinWindow, w.origin, w.undoes, w.guard, w.contactID)
	q.QueryRow(func(found pgx.Row) error {
		var id int64
		var how int
		if err := found.Scan(&id, &how); err != nil {
			return err
		}
		w.acceptance = [...]assign.Acceptance{assign.Accepted, assign.Repeated, assign.Overtaken, assign.Joined}[how]
		w.stored = w.fresh(id)
		if w.acceptance != assign.Accepted && id != 0 {
			load[id] = append(load[id], &w.stored)
		}
		return nil
	})
}

// take gives this instance what the dead left behind, and what it does not know that
// it owns; but nothing of the transactions besides.
func (p *postgres) take(b *pgx.Batch, w *takeWork, besides []int64) {
	w.taken = nil
	known := []int64{}
	if p.unsure {
		for id := range p.mine {
			known = append(known, id)
		}
	}
	b.Queue(sqlAlive, p.id, p.cfg.Lease)
	b.Queue(sqlBury)
	b.Queue(sqlTake, p.id, p.unsure, known, besides).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, id := range ids {
			w.taken = append(w.taken, row{id: id})
		}
		return err
	})
}

// load fills in the rows that works refer to only by id.
func (p *postgres) load(ctx context.Context, tx pgx.Tx, works []work, load map[int64][]*row) error {
	for _, w := range works {
		if w, ok := w.(*takeWork); ok {
			slices.SortFunc(w.taken, func(a, b row) int { return int(a.id - b.id) })
			for i := range w.taken {
				load[w.taken[i].id] = append(load[w.taken[i].id], &w.taken[i])
			}
		}
	}
	if len(load) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(load))
	for id := range load {
		ids = append(ids, id)
	}
	rows, err := tx.Query(ctx, `SELECT `+pgColumns+` FROM `+tables+` WHERE a.id = ANY($1)`, ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields()...); err != nil {
			return err
		}
		for _, place := range load[r.id] {
			*place = r
		}
	}
	return rows.Err()
}

// errLapsed says that the lease has to be renewed before a turn can be given.
var errLapsed = errors.New("lease of this instance has run out")

func (p *postgres) turn(ctx context.Context, id int64, sending bool) (found turn, err error) {
	err = p.read(ctx, p.cfg.Timeout, func(ctx context.Context) (err error) {
		found, err = p.tryTurn(ctx, id, sending)
		if !errors.Is(err, errLapsed) {
			return err
		}
		if _, err := p.pool.Exec(ctx, sqlAlive, p.id, p.cfg.Lease); err != nil {
			return err
		}
		found, err = p.tryTurn(ctx, id, sending)
		return err
	})
	return found, err
}

// tryTurn gives a turn only to an instance whose lease holds for another half: that
// is how long it may then be on the wire without looking back.
func (p *postgres) tryTurn(ctx context.Context, id int64, sending bool) (t turn, err error) {
	t.sent = true // noted with the turn
	err = pgx.BeginTxFunc(ctx, p.pool, p.begin(), func(tx pgx.Tx) error {
		var leased, found, busy bool
		var newest int64
		var b pgx.Batch
		b.Queue(sqlLease, p.id, p.cfg.Lease/2).QueryRow(optional(nil, &leased))
		b.Queue(sqlLockOne, contactLocks, id)
		b.Queue(sqlLook, id, p.id, *p.ghosts.Load()).QueryRow(optional(&found, &newest, &busy))
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return err
		}
		switch {
		case !leased:
			return errLapsed
		case !found:
			t.verdict = assign.TurnLost
		case newest != 0:
			t.verdict = assign.TurnSuperseded
			if _, err := tx.Exec(ctx, sqlUnwire, id, p.id); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT `+pgColumns+` FROM `+tables+` WHERE a.id = $1`, newest).
				Scan(t.newer.fields()...)
		case busy:
			t.verdict = assign.TurnWait
			_, err := tx.Exec(ctx, sqlUnwire, id, p.id)
			return err
		default:
			t.verdict, err = p.wire(ctx, tx, id, sending)
			return err
		}
		return nil
	})
	return t, err
}

// wire notes that assignment id is about to be on the wire. If another instance takes
// it over at this very moment, one of the two waits for the other here.
func (p *postgres) wire(ctx context.Context, tx pgx.Tx, id int64, sending bool) (assign.TurnVerdict, error) {
	tag, err := tx.Exec(ctx, sqlWire, id, p.id, sending)
	if err == nil && tag.RowsAffected() == 0 {
		return assign.TurnLost, nil
	}
	return assign.TurnGo, err
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

func (p *postgres) latest(ctx context.Context, contact string) (r row, found bool, err error) {
	err = p.read(ctx, p.cfg.Timeout, func(ctx context.Context) error {
		read := optional(&found, r.fields()...)
		return read(p.pool.QueryRow(ctx, `SELECT `+pgColumns+` FROM `+tables+`
			WHERE a.contact = $1 ORDER BY a.id DESC LIMIT 1`, contact))
	})
	return r, found, err
}

func (p *postgres) old(ctx context.Context, after int64, age time.Duration, limit int) (page oldPage, err error) {
	err = p.read(ctx, p.cfg.Timeout, func(ctx context.Context) error {
		page, err = p.oldPage(ctx, after, age, limit)
		return err
	})
	return page, err
}

func (p *postgres) oldPage(ctx context.Context, after int64, age time.Duration, limit int) (oldPage, error) {
	rows, err := p.pool.Query(ctx, `
		SELECT id, (extract(epoch FROM statement_timestamp() - accepted_at) * 1000000)::bigint, answered
		FROM assignments WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return oldPage{}, err
	}
	defer rows.Close()
	var page oldPage
	for rows.Next() {
		var micros int64
		var answered bool
		if err := rows.Scan(&page.last, &micros, &answered); err != nil {
			return oldPage{}, err
		}
		page.add(time.Duration(micros)*time.Microsecond, age, answered)
	}
	page.more = page.more && page.seen == limit
	return page, rows.Err()
}

// tidy: Postgres cleans up after itself.
func (p *postgres) tidy(context.Context) error { return nil }

// close ends the lease at once, so that others need not wait for it to run out.
func (p *postgres) close(ctx context.Context) error {
	p.stop()
	p.stopped.Wait()
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	err := p.again(ctx, func() error {
		_, err := p.pool.Exec(ctx, `DELETE FROM instances WHERE id = $1`, p.id)
		return err
	})
	closed := make(chan struct{})
	go func() { p.pool.Close(); close(closed) }()
	select {
	case <-closed:
		return err
	case <-ctx.Done(): // pgx waits 15 s for a server that says nothing
		return errors.Join(err, errors.New("connections to the database were left behind"))
	}
}

// keepAlive renews the lease three times within its length, until close; and writes, for
// the sake of the doubtful, when there is nothing else to write.
func (p *postgres) keepAlive(w *writer) {
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.stopped.Go(func() {
		ticker := time.NewTicker(p.cfg.Lease / 3)
		defer ticker.Stop()
		for {
			var again <-chan time.Time
			if len(*p.ghosts.Load()) > 0 {
				again = time.After(doubtAgain)
			}
			select {
			case <-ctx.Done():
				return
			case <-p.doubted:
				_ = w.do(ctx, &pulseWork{}) // whoever caused the doubt has heard of it
			case <-again:
				_ = w.do(ctx, &pulseWork{})
			case <-ticker.C:
				if err := w.do(ctx, &pulseWork{}); err != nil && !errors.Is(err, ErrClosed) && ctx.Err() == nil {
					p.cfg.Logger.Warn().Err(err).Msg("lease not renewed")
				}
			}
		}
	})
}

// lostConnection tells whether err came from the way to the server rather than from
// the server or from us.
func lostConnection(err error) bool {
	if said := (*pgconn.PgError)(nil); errors.As(err, &said) {
		return class(said) == "57" // the server is being stopped
	}
	var network net.Error
	return errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// blames: what the server says about the data (class 22), a constraint (23), or two
// transactions in each other's way (40) concerns single requests.
func (p *postgres) blames(err error) bool {
	said := (*pgconn.PgError)(nil)
	if !errors.As(err, &said) {
		return false
	}
	c := class(said)
	return c == "22" || c == "23" || c == "40"
}

// class is the first half of an error's code, which says what kind of error it is:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func class(e *pgconn.PgError) string { return e.Code[:min(2, len(e.Code))] }
