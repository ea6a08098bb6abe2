package postgres

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// An instance that ends, in whatever way, ends its connections, and the server ends their
// sessions. So each instance has a session of its own that holds a lock, by which the others
// see at once that it lives. One that is frozen keeps its session, and one whose machine has
// vanished may keep it for hours: for these, and behind poolers, there is the lease.
const (
	sqlHold       = `SELECT pg_advisory_lock($1)`
	sqlSetSession = `UPDATE instances SET session = $2 WHERE id = $1`
	sqlNoSession  = `UPDATE instances SET session = NULL WHERE id = $1 AND session = $2`
	// sqlIsHeld is whether somebody holds the lock of instance i:
	// https://www.postgresql.org/docs/current/view-pg-locks.html
	sqlIsHeld = `EXISTS (
		SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND l.classid = (i.session >> 32)::oid AND l.objid = (i.session & 4294967295)::oid)`
	sqlReadOnly = `SELECT current_setting('transaction_read_only') = 'on'`
	sqlGone     = `SELECT i.session FROM instances i WHERE i.session IS NOT NULL AND i.id <> $1 AND NOT ` + sqlIsHeld
	// sqlDeclareGone waits, like sqlDeclareDead, for turns that are being asked for.
	sqlDeclareGone = `DELETE FROM instances i WHERE i.session = $1 AND NOT ` + sqlIsHeld
)

const (
	// lookEvery is how often an instance looks whether the others live.
	lookEvery = 500 * time.Millisecond
	// looks is how many looks in a row have to miss an instance: one that has lost its session
	// meanwhile takes another.
	looks = 3
	// settling is how long an instance that has lost its session itself misses nobody: where
	// the server was restarted, all have lost theirs.
	settling = 5 * time.Second
	// sessionPause is the least, and maxSessionPause the most, before another session is tried.
	sessionPause    = 50 * time.Millisecond
	maxSessionPause = 2 * time.Second
)

// session is what there is of an instance's own.
type session struct {
	pooled bool         // so there is none
	key    atomic.Int64 // of the lock that it holds; 0: there is none
	end    context.CancelFunc
	ended  sync.WaitGroup
}

// keepSession holds a session until ctx ends.
func (d *DB) keepSession(ctx context.Context) {
	var judging time.Time // when the others may be missed
	for pause := sessionPause; ctx.Err() == nil; pause = min(2*pause, maxSessionPause) {
		err := d.holdSession(ctx, judging)
		if d.loseSession(ctx) {
			pause = sessionPause
			d.cfg.Logger.Warn().Err(explain(err)).Msg("session with the database lost; opening another")
		}
		judging = time.Now().Add(settling)
		wait(ctx, pause)
	}
}

// loseSession tells the others, if they can be told, that the lease alone counts for a while.
// It reports whether there was a session, and the program goes on.
func (d *DB) loseSession(ctx context.Context) bool {
	key := d.session.key.Swap(0)
	if key == 0 || ctx.Err() != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	_, _ = d.pool.Exec(ctx, sqlNoSession, d.instance, key)
	return true
}

// holdSession opens a session, and looks after the others in it, until it is lost.
func (d *DB) holdSession(ctx context.Context, judging time.Time) error {
	conn, err := pgx.ConnectConfig(ctx, d.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer d.endSession(ctx, conn)
	if err := d.enterSession(ctx, conn); err != nil {
		return err
	}
	missed := make(map[int64]int)
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
		gone, err := d.findGone(ctx, conn)
		if err != nil {
			return err
		}
		if time.Now().Before(judging) {
			continue
		}
		if missed, err = d.judge(ctx, conn, gone, missed); err != nil {
			return err
		}
	}
}

func (d *DB) endSession(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.cfg.Timeout/2)
	defer cancel()
	_ = conn.Close(ctx)
}

// enterSession takes the lock, under a new key: the server may not know yet that an earlier
// session has ended.
func (d *DB) enterSession(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	key := rand.Int64N(1<<62) + 1
	if _, err := conn.Exec(ctx, sqlHold, key); err != nil {
		return err
	}
	d.session.key.Store(key)
	_, err := conn.Exec(ctx, sqlSetSession, d.instance, key)
	return err
}

// findGone gives the sessions of instances that have none any more. It fails in a session with a
// server that others may have left for the one that took its place.
func (d *DB) findGone(ctx context.Context, conn *pgx.Conn) (gone []int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	var readOnly bool
	if err := conn.QueryRow(ctx, sqlReadOnly).Scan(&readOnly); err != nil {
		return nil, err
	}
	if readOnly {
		return nil, pgconn.ErrReadOnlyConnection
	}
	rows, err := conn.Query(ctx, sqlGone, d.instance)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// judge counts how often each was missed, and declares dead whom it has missed for long enough.
func (d *DB) judge(ctx context.Context, conn *pgx.Conn, gone []int64, before map[int64]int) (map[int64]int, error) {
	missed := make(map[int64]int)
	for _, key := range gone {
		missed[key] = before[key] + 1
		if missed[key] < looks {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
		tag, err := conn.Exec(ctx, sqlDeclareGone, key)
		cancel()
		if err != nil {
			return nil, err
		}
		if tag.RowsAffected() > 0 {
			d.cfg.Logger.Info().Msg("another instance is gone; its work is taken over")
		}
	}
	return missed, nil
}

// sessionKey is what the instance's row says; nil: there is no session.
func (d *DB) sessionKey() *int64 {
	if key := d.session.key.Load(); key != 0 {
		return &key
	}
	return nil
}
