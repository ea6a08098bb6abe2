package sqlite

import (
	"database/sql"
	"testing"
)

// BootID names the run of this machine's kernel.
var BootID = bootID

// Conn is the connection.
func (d *DB) Conn() *sql.DB { return d.conn.db }

// Raw opens a file without looking at it.
func Raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := connect(path)
	if err != nil {
		t.Fatal(err)
	}
	return db
}
