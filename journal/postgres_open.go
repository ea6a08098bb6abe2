package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"
)

// migrationLock keeps instances that start at once from migrating at once.
const migrationLock = 0x617a736c_6d696772

func openPostgres(ctx context.Context, databaseURL string, cfg Config) (*postgres, error) {
	settings, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		// What pgx says may quote the password.
		return nil, errors.New("DATABASE_URL is not a valid Postgres URL: " +
			"write postgres://user:password@host:5432/database")
	}
	if settings.ConnConfig.ConnectTimeout == 0 || settings.ConnConfig.ConnectTimeout > cfg.Timeout {
		settings.ConnConfig.ConnectTimeout = cfg.Timeout
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, err
	}
	p := &postgres{cfg: cfg, pool: pool, id: rand.Text(), mine: map[int64]struct{}{}, stop: func() {}}
	if err := p.prepare(ctx); err != nil {
		pool.Close()
		return nil, explainPostgres(err)
	}
	return p, nil
}

// prepare migrates the tables and registers this instance.
func (p *postgres) prepare(ctx context.Context) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(p.pool)
	err = errors.Join(migrate(ctx, database.DialectPostgres, db), db.Close())
	if _, unlocked := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, int64(migrationLock)); err == nil {
		err = unlocked
	}
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sqlAlive, p.id, p.cfg.Lease)
	return err
}

// explainPostgres adds to an error what to do about it.
func explainPostgres(err error) error {
	if err == nil {
		return nil
	}
	said := (*pgconn.PgError)(nil)
	if !errors.As(err, &said) {
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the database does not answer in time: see how it is, and the network between: %w", err)
		}
		if !lostConnection(err) {
			return err
		}
		if never := (*pgconn.ConnectError)(nil); errors.As(err, &never) {
			return fmt.Errorf("the database cannot be reached: see whether it runs, and whether DATABASE_URL names it: %w", err)
		}
		return fmt.Errorf("the connection to the database was lost: %w", err)
	}
	switch said.Code {
	case "28P01", "28000":
		return fmt.Errorf("the database refuses the user or password of DATABASE_URL: %w", err)
	case "3D000":
		return fmt.Errorf("there is no such database: create it, or correct DATABASE_URL: %w", err)
	case "53100":
		return fmt.Errorf("the disk of the Postgres server is full: free some space: %w", err)
	case "25006":
		return fmt.Errorf("the database is read-only, perhaps a standby: let DATABASE_URL name the primary: %w", err)
	case "42501":
		return fmt.Errorf("the user of DATABASE_URL may not create or write the tables: grant it: %w", err)
	}
	return err
}
