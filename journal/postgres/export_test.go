package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	ContactLocks     = contactLocks
	MigrationLocks   = migrationLocks
	SQLMigrationLock = sqlMigrationLock
	PoolSize         = poolSize
)

// Pool holds the connections.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Instance names this one.
func (d *DB) Instance() string { return d.instance }

// Silence makes the instance give no further sign of life.
func (d *DB) Silence() { d.upkeep.stop() }

// SetUnsure makes the instance doubt that it knows all its rows.
func (d *DB) SetUnsure() { d.unsure = true }

// HasSession tells whether the instance holds a session of its own, and Pooled whether a pooler
// keeps it from one.
func (d *DB) HasSession() bool { return d.session.key.Load() != 0 }
func (d *DB) Pooled() bool     { return d.session.pooled }

// Watch is what one instance sees of another, whose lease it looks at by its own clock.
type Watch struct{ others others }

// Look has the other's lease be as given, and wrong, and tells whether the other counts as dead.
func (w *Watch) Look(lease, now time.Time, length time.Duration) (dead bool) {
	w.others.look([]other{{id: "another", lease: lease, wrong: true}}, now, length)
	return len(w.others.dead) > 0
}
