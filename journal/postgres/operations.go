package postgres

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/duty"
	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// sqlGuard is part of sqlAccept: a row where the guard, $12, does not hold.
	sqlGuard = `
			SELECT CASE WHEN newest > $12 THEN newest ELSE 0 END, 2 FROM (
				SELECT coalesce((SELECT max(id) FROM assignments WHERE contact = $3), 0) AS newest
			) newest WHERE $12::bigint <> 0 AND newest <> $12`
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
			INSERT INTO assignments (key, requester, contact, agent, twin, reply, owner, batch, origin, undoes, contact_id, part_of, note, receipt)
			SELECT nullif($1, ''), $2, $3, $4, $5, $6::bytea, $7, $8, $10, $11, $13, $14, $15, $16 WHERE NOT EXISTS (SELECT FROM known)
			RETURNING id
		)
		SELECT id, 0 FROM fresh UNION ALL SELECT id, how FROM known`
	sqlFinish = `
		UPDATE assignments a SET kind = $2, outcome = $3, newer = $4, wired = false,
			finished_at = clock_timestamp() - $5::interval, auditor = CASE WHEN NOT EXISTS (
				SELECT FROM assignments m WHERE m.part_of = a.part_of AND m.part_of <> 0 AND m.id < a.id) THEN $6::text END,
			given_to = CASE WHEN undoes = 0 THEN $9 ELSE '' END, given_at = clock_timestamp() - $5::interval
		WHERE id = $1 AND kind = '' AND CASE WHEN $8 THEN NOT sent ELSE owner = $7 END`
	sqlLost = `SELECT EXISTS (SELECT FROM assignments WHERE id = $1 AND owner <> $2)`
	sqlTake = `
		UPDATE assignments SET owner = $1, wired = false WHERE id IN (
			SELECT a.id FROM assignments a
			WHERE NOT a.answered AND (
				NOT EXISTS (SELECT FROM instances i WHERE i.id = a.owner)
				OR ($2 AND a.owner = $1 AND a.id <> ALL($3) AND a.batch <> ALL($4)))
			ORDER BY a.id FOR UPDATE OF a SKIP LOCKED
		) RETURNING id`
	// The owner of what was given back is no instance.
	sqlGiveBack = `
		UPDATE assignments SET owner = '', wired = false
		WHERE id = ANY($1) AND owner = $2 AND kind = '' AND ($3 OR NOT wired)
		AND EXISTS (SELECT FROM instances i WHERE i.id <> $2 AND i.lease_until > clock_timestamp())
		RETURNING id`
	sqlNothingLeft = `
		SELECT EXISTS (SELECT FROM instances WHERE id = $1)
		AND NOT EXISTS (SELECT FROM assignments a
			WHERE NOT a.answered AND NOT EXISTS (SELECT FROM instances i WHERE i.id = a.owner))`
	sqlDelete       = `DELETE FROM assignments WHERE id = ANY($1) AND answered`
	sqlDeleteJoined = `DELETE FROM joined WHERE assignment = ANY($1)`
	// The keeper of a notice is $2.
	sqlNotify = `
		INSERT INTO notices (id, state, due_at, keeper) SELECT a.id, 'new', clock_timestamp(), $2 FROM assignments a
		WHERE a.id = $1 AND a.kind <> '' AND ` + store.IsTold + ` ON CONFLICT DO NOTHING`
	sqlNewNotice = `
		INSERT INTO notices (id, keeper, state, details, due_at) SELECT $1, $2, $4, $5, clock_timestamp() - $6::interval WHERE $3 = ''
		ON CONFLICT DO NOTHING`
	sqlKeepNotice = `
		UPDATE notices SET since = CASE WHEN state = $4 THEN since ELSE clock_timestamp() END, state = $4, details = $5,
			due_at = clock_timestamp() - $6::interval, keeper = $2
		WHERE id = $1 AND state = $3`
	sqlDeleteNotices = `DELETE FROM notices WHERE id = ANY($1)`
	// The keeper of an offer is $9. Of now() the index on made_at can make use.
	sqlMakeOffer = `
		WITH made AS (
			INSERT INTO offers (id, key, requester, contacts, note, after_id, state, details, due_at, keeper)
			SELECT $1, $2, $3, $4, $5, coalesce((SELECT max(id) FROM assignments), 0), $6, $7, clock_timestamp() - $8::interval, $9
			WHERE NOT EXISTS (` + store.SQLSameOffers + `now() - $10::interval)
			ON CONFLICT DO NOTHING RETURNING 1)
		SELECT EXISTS (SELECT FROM made), EXISTS (SELECT FROM offers WHERE key = $2)`
	sqlKeepOffer = `
		UPDATE offers SET since = CASE WHEN state = $4 THEN since ELSE clock_timestamp() END, state = $4, details = $5,
			due_at = clock_timestamp() - $6::interval, keeper = $2
		WHERE id = $1 AND state = $3`
	sqlDeleteOffers = `DELETE FROM offers WHERE made_at <= clock_timestamp() - $1::interval
		AND id IN (SELECT id FROM offers ORDER BY made_at LIMIT 1000)`
	// dutyLock is held by whoever chooses, until the commit: the next one knows of the choice. It
	// is taken after all locks of contacts.
	sqlDutyLock = `SELECT pg_advisory_xact_lock($1, 0)`
	dutyLocks   = 0x64757479
	sqlChosen   = `SELECT choice FROM assignments WHERE id = $1 AND kind = '' AND owner = $2`
	sqlChoose   = `UPDATE assignments SET choice = $2, given_to = $3, given_at = clock_timestamp() WHERE id = $1`
	sqlAudited  = `UPDATE assignments SET auditor = NULL WHERE id = $1 AND auditor IS NOT NULL`
)

// minTime is how much time a transaction should be given; or a tenth of Config.Timeout, if
// that is less.
const minTime = 200 * time.Millisecond

// Note carries nothing out: other instances are to know.
func (d *DB) Note(store.Operation) bool { return false }

// MinTime is how much time Commit should be given.
func (d *DB) MinTime() time.Duration { return min(minTime, d.cfg.Timeout/10) }

// Commit carries out operations in one transaction, in order. After an error none is, as
// far as anybody will see: see uncertainCommit.
func (d *DB) Commit(ctx context.Context, operations []store.Operation) error {
	err := d.again(ctx, func() error { return d.try(ctx, operations) })
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		d.pool.Reset()
	}
	return err
}

func (d *DB) try(ctx context.Context, operations []store.Operation) error {
	if idle, err := d.isIdle(ctx, operations); idle || err != nil {
		return err
	}
	options, synced := d.begin(), d.needsSync(operations)
	if !synced {
		options = withoutSync(options)
	}
	tx, err := d.pool.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer d.rollBack(ctx, tx)
	t := &transaction{DB: d, number: rand.Int64(), load: map[int64][]*store.Row{}}
	ended, open, err := d.sortUncertain(ctx, tx, operations, t.number)
	if err != nil {
		return err
	}
	d.unsure = d.unsure || len(ended) > 0 // one that another request has joined was left
	if err := t.apply(ctx, tx, operations, ended, open); err != nil {
		return err
	}
	err = tx.Commit(ctx)
	switch {
	case err == nil:
		d.note(operations, synced)
		if t.looked {
			d.noteSynced()
		}
		d.setUncertain(open)
		return nil
	case isCertain(err):
		return err
	}
	d.addUncertain(operations, t.number)
	return errors.Join(store.ErrUncertain, err)
}

// isIdle looks around before it is taken, and tells whether operations are but to take, and
// there is nothing to: mostly so, and a transaction that writes would have to be synced.
func (d *DB) isIdle(ctx context.Context, operations []store.Operation) (bool, error) {
	at := slices.IndexFunc(operations, func(o store.Operation) bool { _, is := o.(*store.Take); return is })
	if at < 0 {
		return false, nil
	}
	nothing, err := d.lookAround(ctx)
	if err != nil || !nothing || len(operations) > 1 || d.unsure || len(d.uncertain.open) > 0 {
		return false, err
	}
	operations[at].(*store.Take).Taken = nil
	return true, nil
}

// note keeps owned up to date after a commit.
func (d *DB) note(operations []store.Operation, synced bool) {
	if !synced {
		d.noteUnsynced(operations)
		return
	}
	for _, o := range operations {
		switch o := o.(type) {
		case *store.Accept:
			if o.Acceptance == assign.Accepted {
				d.owned[o.Stored.ID] = struct{}{}
			}
		case *store.Take:
			d.unsure = false
			for _, r := range o.Taken {
				d.owned[r.ID] = struct{}{}
			}
		case *store.GiveBack:
			for _, id := range o.Given {
				delete(d.owned, id)
			}
		case *store.Answered:
			delete(d.owned, o.ID)
		}
	}
}

// transaction is the statements of one transaction, sent in one go.
type transaction struct {
	*DB
	number int64 // the column batch
	batch  pgx.Batch
	// load is where the rows go, by id, to which operations refer only by that.
	load map[int64][]*store.Row
	// looked tells that missing is all that is missing of what was not synced.
	looked  bool
	missing []store.Operation
}

// apply carries out operations, and then fetches the rows they refer to.
func (t *transaction) apply(ctx context.Context, tx pgx.Tx, operations []store.Operation, ended, open []uncertainCommit) error {
	if len(t.uncertain.open) == 0 {
		queueLocks(&t.batch, locks(operations, t.number))
	}
	t.revoke(ended)
	for _, o := range operations {
		t.queue(o, open)
	}
	if err := tx.SendBatch(ctx, &t.batch).Close(); err != nil {
		return err
	}
	if err := t.writeAgain(ctx, tx); err != nil {
		return err
	}
	if err := t.chooseAll(ctx, tx, operations); err != nil {
		return err
	}
	return t.loadRows(ctx, tx, operations)
}

func (t *transaction) queue(o store.Operation, open []uncertainCommit) {
	switch o := o.(type) {
	case *store.Accept:
		t.accept(o)
	case *store.Finish:
		t.batch.Queue(sqlFinish, o.ID, o.Kind, o.Outcome, o.Newer, o.Ended, t.auditor(), t.instance, o.Unsent, o.GivenTo).Exec(func(tag pgconn.CommandTag) error {
			o.Done = tag.RowsAffected() > 0
			return nil
		})
		if t.cfg.Notify {
			t.batch.Queue(sqlNotify, o.ID, t.instance)
		}
		t.batch.Queue(sqlLost, o.ID, t.instance).QueryRow(func(r pgx.Row) error { return r.Scan(&o.Lost) })
	case *store.Answered:
		t.batch.Queue(store.SQLAnswered, o.ID).Exec(func(tag pgconn.CommandTag) error {
			if o.Found = tag.RowsAffected() > 0; !o.Found {
				t.answeredNothing(o)
			}
			return nil
		})
	case *store.Take:
		t.take(o, append(batches(open), t.number))
	case *store.GiveBack:
		t.batch.Queue(sqlGiveBack, o.IDs, t.instance, o.Begun).Query(func(rows pgx.Rows) (err error) {
			o.Given, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
	case *store.Delete:
		t.batch.Queue(sqlDeleteJoined, o.IDs)
		t.batch.Queue(sqlDeleteNotices, o.IDs)
		t.batch.Queue(sqlDelete, o.IDs)
	case *store.KeepNotice:
		text := sqlKeepNotice
		if o.From == "" {
			text = sqlNewNotice
		}
		t.batch.Queue(text, o.ID, t.instance, o.From, o.State, o.Details, o.Due).Exec(func(tag pgconn.CommandTag) error {
			o.Done = tag.RowsAffected() > 0
			return nil
		})
	default:
		t.queueOffer(o)
		t.queueSimple(o)
	}
}

// queueOffer queues what concerns an offer.
func (t *transaction) queueOffer(o store.Operation) {
	done := func(into *bool) func(pgconn.CommandTag) error {
		return func(tag pgconn.CommandTag) error {
			*into = tag.RowsAffected() > 0
			return nil
		}
	}
	switch o := o.(type) {
	case *store.MakeOffer:
		t.batch.Queue(sqlMakeOffer, o.ID, o.Key, o.Requester, o.Contacts, o.Note, o.State, o.Details, o.Due, t.instance, assign.JoinWindow).QueryRow(func(r pgx.Row) error {
			var stored, known bool
			err := r.Scan(&stored, &known)
			o.Settle(stored, known)
			return err
		})
	case *store.KeepOffer:
		t.batch.Queue(sqlKeepOffer, o.ID, t.instance, o.From, o.State, o.Details, o.Due).Exec(done(&o.Done))
	case *store.DeleteOffers:
		t.batch.Queue(sqlDeleteOffers, o.Age)
	}
}

// queueSimple queues an operation of one statement that has no result.
func (t *transaction) queueSimple(o store.Operation) {
	switch o := o.(type) {
	case *store.Audited:
		t.batch.Queue(sqlAudited, o.ID)
	case *store.Claim:
		t.batch.Queue(store.SQLClaim, o.Name, o.Proof, o.Adopt)
	case *store.Pulse:
		t.look()
		t.batch.Queue(sqlAlive, t.instance, t.cfg.Lease, t.sessionKey())
	}
}

func (t *transaction) accept(o *store.Accept) {
	t.batch.Queue(sqlAccept, o.Key, o.Requester, o.Contact, o.Agent, o.JoinKey, o.Reply,
		t.instance, t.number, assign.JoinWindow, o.Origin, o.Undoes, o.Guard, o.ContactID, o.Batch, o.Note, o.Receipt,
	).QueryRow(func(found pgx.Row) error {
		var id int64
		var how int
		if err := found.Scan(&id, &how); err != nil {
			return err
		}
		o.Acceptance = [...]assign.Acceptance{assign.Accepted, assign.Repeated, assign.Overtaken, assign.Joined}[how]
		o.Stored = o.Row(id)
		if o.Acceptance != assign.Accepted && id != 0 {
			t.load[id] = append(t.load[id], &o.Stored)
		}
		return nil
	})
}

// take gives this instance what the dead left behind, and what it does not know that
// it owns; but nothing of the transactions besides.
func (t *transaction) take(o *store.Take, besides []int64) {
	o.Taken = nil
	known := []int64{}
	if t.unsure {
		for id := range t.owned {
			known = append(known, id)
		}
	}
	t.batch.Queue(sqlAlive, t.instance, t.cfg.Lease, t.sessionKey())
	ids, leases := t.others.ids()
	t.batch.Queue(sqlDeclareDead, ids, leases)
	t.batch.Queue(sqlTake, t.instance, t.unsure, known, besides).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, id := range ids {
			o.Taken = append(o.Taken, store.Row{ID: id})
		}
		return err
	})
}

// chooseAll decides whom assignments go to, as far as that is not decided.
func (t *transaction) chooseAll(ctx context.Context, tx pgx.Tx, operations []store.Operation) error {
	locked := false
	for _, o := range operations {
		o, choosing := o.(*store.Choose)
		if !choosing {
			continue
		}
		if !locked {
			if _, err := tx.Exec(ctx, sqlDutyLock, dutyLocks); err != nil {
				return err
			}
			locked = true
		}
		if err := t.choose(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) choose(ctx context.Context, tx pgx.Tx, o *store.Choose) error {
	o.Found, o.Choice = false, ""
	loads, last := make([]store.Load, len(o.Agents)), ""
	var b pgx.Batch
	b.Queue(sqlChosen, o.ID, t.instance).QueryRow(optional(&o.Found, &o.Choice))
	b.Queue(store.SQLLast, o.Group).QueryRow(optional(nil, &last))
	for i, agent := range o.Agents {
		b.Queue(sqlLoad, agent, duty.Window.Microseconds()).QueryRow(optional(nil, &loads[i].Given, &loads[i].Last))
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil || !o.Found || o.Choice != "" {
		return err
	}
	to, choice, err := o.Decide(loads, last)
	if err != nil {
		return err
	}
	o.Choice = choice
	b = pgx.Batch{}
	b.Queue(sqlChoose, o.ID, choice, to)
	if to != "" {
		b.Queue(store.SQLTurn, o.Group, to)
	}
	return tx.SendBatch(ctx, &b).Close()
}

// auditor is the instance that reports the outcomes which this one stores; nil: nobody.
func (d *DB) auditor() *string {
	if !d.cfg.Audit {
		return nil
	}
	return &d.instance
}

// loadRows fills in the rows that operations refer to only by id.
func (t *transaction) loadRows(ctx context.Context, tx pgx.Tx, operations []store.Operation) error {
	for _, o := range operations {
		if o, ok := o.(*store.Take); ok {
			slices.SortFunc(o.Taken, func(a, b store.Row) int { return int(a.ID - b.ID) })
			for i := range o.Taken {
				t.load[o.Taken[i].ID] = append(t.load[o.Taken[i].ID], &o.Taken[i])
			}
		}
	}
	if len(t.load) == 0 {
		return nil
	}
	found, err := collect(tx.Query(ctx, dialect.Select(`a.id = ANY($1)`), slices.Collect(maps.Keys(t.load))))
	for _, r := range found {
		for _, place := range t.load[r.ID] {
			*place = r
		}
	}
	return err
}
