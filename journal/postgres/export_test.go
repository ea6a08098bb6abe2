package postgres

import "github.com/jackc/pgx/v5/pgxpool"

const (
	ContactLocks     = contactLocks
	MigrationLocks   = migrationLocks
	SQLMigrationLock = sqlMigrationLock
	PoolSize         = poolSize
)

var ErrUncertain = errUncertain

// Pool holds the connections.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Instance names this one.
func (d *DB) Instance() string { return d.instance }

// Silence makes the instance give no further sign of life.
func (d *DB) Silence() {
	d.stop()
	d.stopped.Wait()
}

// SetUnsure makes the instance doubt that it knows all its rows.
func (d *DB) SetUnsure() { d.unsure = true }

// HasSession tells whether the instance holds a session of its own, and Pooled whether a pooler
// keeps it from one.
func (d *DB) HasSession() bool { return d.session.key.Load() != 0 }
func (d *DB) Pooled() bool     { return d.session.pooled }
