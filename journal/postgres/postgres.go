// Package postgres keeps the journal's rows in a Postgres database that several instances
// share; it must not know what a row means, nor that there are other databases.
package postgres

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"sync"
	"time"

	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"
	"github.com/rs/zerolog"
)

//go:embed migrations
var migrations embed.FS

// migrationLock keeps instances that start at once from migrating at once.
const migrationLock = 0x617a736c_6d696772

// Config is what may be set about an instance. All of it must be.
type Config struct {
	// Lease is how long after its last sign of life the work of an instance is taken
	// over by others.
	Lease time.Duration
	// Timeout is how long a transaction may take.
	Timeout time.Duration
	// Audit makes the outcomes stored from now on due to be reported.
	Audit bool
	// Logger is told of a late lease.
	Logger zerolog.Logger
}

// DB is one instance's way to the database.
type DB struct {
	cfg  Config
	pool *pgxpool.Pool
	// instance names this one among those that share the database.
	instance string

	// Of the writer's goroutine only: what this instance works on, and whether there may
	// be rows of this instance that it does not know of.
	owned  map[int64]struct{}
	unsure bool

	uncertain uncertainCommits

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// Open connects to the database, and creates or migrates the tables if need be.
func Open(ctx context.Context, databaseURL string, cfg Config) (*DB, error) {
	settings, err := poolSettings(databaseURL, cfg.Timeout)
	if err != nil {
		// What pgx says may quote the password.
		return nil, errors.New("DATABASE_URL is not a valid Postgres URL: " +
			"write postgres://user:password@host:5432/database")
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, err
	}
	d := &DB{cfg: cfg, pool: pool, instance: rand.Text(), owned: map[int64]struct{}{}, stop: func() {}}
	d.uncertain.added = make(chan struct{}, 1)
	d.setUncertain(nil)
	if err := d.migrate(ctx); err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return d, nil
}

// migrate brings the tables up to date, and registers this instance.
func (d *DB) migrate(ctx context.Context) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(d.pool)
	err = errors.Join(store.Migrate(ctx, database.DialectPostgres, db, migrations), db.Close())
	if _, unlocked := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, int64(migrationLock)); err == nil {
		err = unlocked
	}
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sqlAlive, d.instance, d.cfg.Lease)
	return err
}

// Tidy does nothing: Postgres cleans up after itself.
func (d *DB) Tidy(context.Context) error { return nil }

// Close ends the lease at once, so that others need not wait for it to run out.
func (d *DB) Close(ctx context.Context) error {
	d.stop()
	d.stopped.Wait()
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	err := d.again(ctx, func() error {
		_, err := d.pool.Exec(ctx, `DELETE FROM instances WHERE id = $1`, d.instance)
		return err
	})
	closed := make(chan struct{})
	go func() { d.pool.Close(); close(closed) }()
	select {
	case <-closed:
		return err
	case <-ctx.Done(): // pgx waits 15 s for a server that says nothing
		return errors.Join(err, errors.New("connections to the database were left behind"))
	}
}
