package sqlite

import (
	"database/sql"
	"testing"
	"time"
)

// BootID names the run of this machine's kernel.
var BootID = bootID

// Conn is the connection.
func (d *DB) Conn() *sql.Conn { return d.conn.conn }

// Raw opens a file without looking at it.
func Raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := connect(path)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// HoldNotes keeps what is noted from being put into the tables by the clock.
func (d *DB) HoldNotes() {
	d.notes.mu.Lock()
	defer d.notes.mu.Unlock()
	d.notes.timer.Stop()
	d.notes.timer = time.AfterFunc(time.Hour, func() {})
}
