package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"
)

// migrationLock keeps instances that start at once from migrating at once.
const migrationLock = 0x617a736c_6d696772

func openPostgres(ctx context.Context, databaseURL string, cfg Config) (*postgres, error) {
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
	p := &postgres{
		cfg: cfg, pool: pool, id: rand.Text(), mine: map[int64]struct{}{},
		doubted: make(chan struct{}, 1), stop: func() {},
	}
	p.setDoubtful(nil)
	if err := p.prepare(ctx); err != nil {
		pool.Close()
		return nil, explainPostgres(err)
	}
	return p, nil
}

const (
	// poolSize leaves places to those who write and read while others wait for a server
	// that fell silent, and four instances within the 100 connections of a server that is
	// set up as Postgres comes. Few are ever opened.
	poolSize = 24
	// poolLeast is what prepare needs.
	poolLeast = 2
	// poolIdle is how soon a connection goes that a burst has left behind.
	poolIdle = 2 * time.Minute
	// goodbye is how long the server has to confirm the end of a connection.
	goodbye = 500 * time.Millisecond
)

// poolSettings reads databaseURL, which may set the pool otherwise.
func poolSettings(databaseURL string, timeout time.Duration) (*pgxpool.Config, error) {
	settings, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	asked, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	unless := func(name string, set func()) {
		if _, there := asked.RuntimeParams[name]; !there {
			set()
		}
	}
	unless("pool_max_conns", func() { settings.MaxConns = poolSize })
	unless("pool_max_conn_idle_time", func() { settings.MaxConnIdleTime = poolIdle })
	// One that is asked for its health before its use, and says nothing, leaves time for another.
	unless("pool_ping_timeout", func() { settings.PingTimeout = timeout / 4 })
	settings.MaxConns = max(settings.MaxConns, poolLeast)
	conn := settings.ConnConfig
	if conn.ConnectTimeout == 0 || conn.ConnectTimeout > timeout {
		conn.ConnectTimeout = timeout
	}
	conn.DialFunc = hasty(conn.DialFunc, timeout/2)
	return settings, nil
}

// hasty makes pgx let go of what is dead within a second or two. Left to itself it takes
// 15 s to say goodbye to a connection on which time ran out: it calls the server once more,
// to cancel what is going on there, and waits for the end of what that still sends. All that
// while the connection keeps its place in the pool.
func hasty(dial pgconn.DialFunc, limit time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return hastyConn{conn}, nil
	}
}

type hastyConn struct{ net.Conn }

// SetDeadline is called with a time to come only at the goodbye.
func (c hastyConn) SetDeadline(t time.Time) error {
	if soon := time.Now().Add(goodbye); t.After(soon) {
		t = soon
	}
	return c.Conn.SetDeadline(t)
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
