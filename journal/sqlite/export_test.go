package sqlite

import (
	"database/sql"
	"testing"
)

// BootID names the run of this machine's kernel.
var BootID = bootID

// Writer is the connection that writes, and Reader those that read.
func (d *DB) Writer() *sql.DB { return d.write.db }
func (d *DB) Reader() *sql.DB { return d.read.db }

// Raw opens a file without looking at it.
func Raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := connect(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	return db
}
