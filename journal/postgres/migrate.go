package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"
	"github.com/rs/zerolog"
)

// migrationLocks is the first half of the key of the lock that keeps instances that start at
// once from migrating at once; the second half is a hash of the schema.
const migrationLocks = 0x6d696772

const (
	sqlTryMigrationLock = `SELECT pg_try_advisory_xact_lock($1, hashtext(current_schema()))`
	sqlMigrationLock    = `SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))`
)

// maxMigrationWait bounds the wait for another instance that migrates, and for whoever else holds
// the tables.
const maxMigrationWait = time.Minute

// migrate brings the tables up to date, and registers this instance.
func (d *DB) migrate(ctx context.Context) error {
	m := &migrator{settings: *d.pool.Config().ConnConfig, wait: d.cfg.MigrationWait, log: d.cfg.Logger}
	// A pooler may give each statement to another session.
	m.settings.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := sql.OpenDB(m)
	db.SetMaxOpenConns(1)
	err := store.Migrate(ctx, database.DialectPostgres, db, migrations)
	if err == nil {
		err = m.commit(ctx)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return explainMigration(err)
	}
	_, err = d.pool.Exec(ctx, sqlAlive, d.instance, d.cfg.Lease, d.sessionKey())
	return err
}

func explainMigration(err error) error {
	if said := (*pgconn.PgError)(nil); errors.As(err, &said) && said.Code == "55P03" {
		return fmt.Errorf("the tables are held by another instance that brings them up to date, or by another program, and it takes too long: "+
			"start this one again when that is done; who it is stands in pg_locks: %w", err)
	}
	return err
}

// migrator is a way to the database by one connection, and in one transaction, which holds the
// migration lock: so the lock ends with it, also behind a pooler, and of several steps all are
// taken or none.
type migrator struct {
	settings pgx.ConnConfig
	wait     time.Duration
	log      zerolog.Logger
	conn     *pgx.Conn
}

// Driver is not asked for.
func (m *migrator) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// Connect begins the transaction, and waits for the lock.
func (m *migrator) Connect(ctx context.Context) (driver.Conn, error) {
	if m.conn != nil {
		return nil, errors.New("the connection to the database was lost while the tables were brought up to date")
	}
	opened, err := stdlib.GetConnector(m.settings).Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := migrating{opened.(*stdlib.Conn)}
	m.conn = conn.Conn.Conn()
	if err := m.begin(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// begin has the server end a transaction with which nobody goes on: others wait for it.
func (m *migrator) begin(ctx context.Context) error {
	_, err := m.conn.Exec(ctx, fmt.Sprintf("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = %d; "+
		"SET LOCAL idle_in_transaction_session_timeout = %[1]d", m.wait.Milliseconds()))
	if err != nil {
		return err
	}
	var free bool
	if err := m.conn.QueryRow(ctx, sqlTryMigrationLock, migrationLocks).Scan(&free); err != nil || free {
		return err
	}
	m.log.Warn().Str("at_most", m.wait.String()).Msg("another instance brings the journal up to date; waiting")
	_, err = m.conn.Exec(ctx, sqlMigrationLock, migrationLocks)
	return err
}

func (m *migrator) commit(ctx context.Context) error {
	_, err := m.conn.Exec(ctx, "COMMIT")
	return err
}

// migrating is a connection whose transactions are parts of one that is open.
type migrating struct{ *stdlib.Conn }

// ResetSession leaves the transaction open.
func (c migrating) ResetSession(context.Context) error { return nil }

// BeginTx begins a part.
func (c migrating) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	_, err := c.Conn.Conn().Exec(ctx, "SAVEPOINT part")
	return part{c.Conn.Conn()}, err
}

// part is a transaction within another.
type part struct{ conn *pgx.Conn }

// Commit ends the part, and nothing is stored yet.
func (p part) Commit() error { return p.run("RELEASE SAVEPOINT part") }

// Rollback undoes the part.
func (p part) Rollback() error { return p.run("ROLLBACK TO SAVEPOINT part") }

func (p part) run(sql string) error {
	_, err := p.conn.Exec(context.Background(), sql)
	return err
}
