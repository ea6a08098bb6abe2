package postgres

import (
	"context"
	"errors"

	"azeer-slack/assign"
	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
)

const (
	sqlLockOne = `
		SELECT pg_advisory_xact_lock($1, hashtext(contact)) FROM assignments WHERE id = $2`
	// What another instance has accepted a moment ago it may have to take back, where it has not
	// heard of its commit: see uncertainCommits. So it counts once it has had its turn, or after
	// that moment; until then one waits.
	sqlMaybeTakenBack = `n.owner <> $2 AND n.kind = '' AND NOT n.wired AND NOT n.sent
		AND clock_timestamp() < greatest(n.accepted_at, pg_postmaster_start_time()) + interval '5 s'`
	sqlTurn = `
		SELECT coalesce((
				SELECT max(n.id) FROM assignments n WHERE n.contact = a.contact AND n.id > a.id AND n.batch <> ALL($3)
				AND NOT (` + sqlMaybeTakenBack + `)), 0),
			EXISTS (
				SELECT FROM assignments o JOIN instances i ON i.id = o.owner
				WHERE o.contact = a.contact AND o.id < a.id AND o.wired AND o.kind = ''
				AND o.owner <> $2)
			OR EXISTS (
				SELECT FROM assignments n WHERE n.contact = a.contact AND n.id > a.id AND ` + sqlMaybeTakenBack + `)
		FROM assignments a WHERE a.id = $1 AND a.kind = '' AND a.owner = $2`
	// The column wired says that the owner may have a call on the wire.
	sqlOnWire = `
		UPDATE assignments SET wired = true, sent = sent OR $3 WHERE id = $1 AND kind = '' AND owner = $2`
	sqlOffWire = `UPDATE assignments SET wired = false WHERE id = $1 AND wired AND owner = $2`
)

// errLapsed says that the lease has to be renewed before a turn can be given.
var errLapsed = errors.New("lease of this instance has run out")

// Turn tells whether assignment id may make its next attempt, and notes with sending that it
// does.
func (d *DB) Turn(ctx context.Context, id int64, sending bool) (turn store.Turn, err error) {
	err = d.within(ctx, d.cfg.Timeout, func(ctx context.Context) error {
		turn, err = d.tryTurn(ctx, id, sending)
		if !errors.Is(err, errLapsed) {
			return err
		}
		if _, err := d.pool.Exec(ctx, sqlAlive, d.instance, d.cfg.Lease, d.sessionKey()); err != nil {
			return err
		}
		turn, err = d.tryTurn(ctx, id, sending)
		return err
	})
	return turn, err
}

// tryTurn gives a turn only to an instance whose lease holds for another half: that
// is how long it may then be on the wire without looking back.
func (d *DB) tryTurn(ctx context.Context, id int64, sending bool) (turn store.Turn, err error) {
	turn.Sent = true // noted with the turn
	err = pgx.BeginTxFunc(ctx, d.pool, d.begin(), func(tx pgx.Tx) error {
		var leased, found, busy bool
		var newest int64
		var b pgx.Batch
		b.Queue(sqlLease, d.instance, d.cfg.Lease/2).QueryRow(optional(nil, &leased))
		b.Queue(sqlLockOne, contactLocks, id)
		b.Queue(sqlTurn, id, d.instance, d.uncertain.batches()).QueryRow(optional(&found, &newest, &busy))
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return err
		}
		switch {
		case !leased:
			return errLapsed
		case !found:
			turn.Verdict = assign.TurnLost
			return nil
		case newest == 0 && !busy:
			turn.Verdict, err = d.setOnWire(ctx, tx, id, sending)
			return err
		}
		if _, err := tx.Exec(ctx, sqlOffWire, id, d.instance); err != nil {
			return err
		}
		if newest == 0 {
			turn.Verdict = assign.TurnWait
			return nil
		}
		turn.Verdict = assign.TurnSuperseded
		return tx.QueryRow(ctx, dialect.Select(`a.id = $1`), newest).Scan(turn.Newer.Fields()...)
	})
	return turn, err
}

// setOnWire notes that assignment id is about to be on the wire. If another instance takes
// it over at this very moment, one of the two waits for the other here.
func (d *DB) setOnWire(ctx context.Context, tx pgx.Tx, id int64, sending bool) (assign.TurnVerdict, error) {
	tag, err := tx.Exec(ctx, sqlOnWire, id, d.instance, sending)
	if err == nil && tag.RowsAffected() == 0 {
		return assign.TurnLost, nil
	}
	return assign.TurnGo, err
}
