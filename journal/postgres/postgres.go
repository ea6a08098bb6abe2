// Package postgres keeps the journal's rows in a Postgres database that several instances
// share; it must not know what a row means, nor that there are other databases.
package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
)

//go:embed migrations
var migrations embed.FS

// Config is what may be set about an instance. All of it must be, but for MigrationWait.
type Config struct {
	// Lease is how long after its last sign of life the work of an instance is taken
	// over by others.
	Lease time.Duration
	// Timeout is how long a transaction may take.
	Timeout time.Duration
	// Audit makes the outcomes stored from now on due to be reported.
	Audit bool
	// Notify makes them due to be told to the new owner.
	Notify bool
	// Logger is told of a late lease, of a pooler, and of waiting for another instance.
	Logger zerolog.Logger
	// MigrationWait bounds the wait for another instance that creates or migrates the
	// tables; 0 means a minute.
	MigrationWait time.Duration
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

	others    others
	uncertain uncertainCommits
	unsynced  unsynced

	session session

	upkeep upkeep
}

// upkeep is what KeepAlive has started.
type upkeep struct {
	cancel context.CancelFunc // nil before KeepAlive
	work   sync.WaitGroup
}

func (u *upkeep) stop() {
	if u.cancel != nil {
		u.cancel()
	}
	u.work.Wait()
}

// Open connects to the database, and creates or migrates the tables if need be.
func Open(ctx context.Context, databaseURL string, cfg Config) (*DB, error) {
	if err := checkAddress(databaseURL); err != nil {
		return nil, err
	}
	settings, err := poolSettings(databaseURL, cfg.Timeout)
	if err != nil {
		return nil, explainAddress(err)
	}
	pooled, err := recognisePooler(ctx, settings.ConnConfig)
	if err != nil {
		return nil, explain(err)
	}
	if pooled {
		cfg.Logger.Info().Msg("a pooler stands before the database: done without sessions")
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, err
	}
	cfg.MigrationWait = cmp.Or(cfg.MigrationWait, maxMigrationWait)
	d := &DB{cfg: cfg, pool: pool, instance: rand.Text(), owned: map[int64]struct{}{},
		unsynced: newUnsynced(), session: session{pooled: pooled, end: func() {}}}
	d.uncertain.added = make(chan struct{}, 1)
	d.setUncertain(nil)
	err = checkSchema(ctx, pool)
	if err == nil {
		err = d.migrate(ctx)
	}
	if err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return d, nil
}

// Tidy does nothing: Postgres cleans up after itself.
func (d *DB) Tidy(context.Context) error { return nil }

// Close ends the lease at once, so that others need not wait for it to run out.
func (d *DB) Close(ctx context.Context) error {
	d.upkeep.stop()
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	err := d.again(ctx, func() error {
		_, err := d.pool.Exec(ctx, `DELETE FROM instances WHERE id = $1`, d.instance)
		return err
	})
	d.session.end()
	closed := make(chan struct{})
	go func() { d.session.ended.Wait(); d.pool.Close(); close(closed) }()
	select {
	case <-closed:
		return err
	case <-ctx.Done(): // pgx waits 15 s for a server that says nothing
		return errors.Join(err, errors.New("connections to the database were left behind"))
	}
}
