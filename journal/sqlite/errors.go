package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// primary is SQLite's result code without its details, or 0.
func primary(err error) int {
	if e := (*driver.Error)(nil); errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// explain adds to an error of SQLite what to do about it.
func explain(err error) error {
	cure := ""
	switch primary(err) {
	case lib.SQLITE_FULL:
		cure = "the disk is full: free some space"
	case lib.SQLITE_READONLY:
		cure = "the journal cannot be written to: check the rights of the file and its folder"
	case lib.SQLITE_CANTOPEN:
		cure = "the journal cannot be opened: check the rights of the file and its folder"
	case lib.SQLITE_NOTADB:
		cure = "the file is not a SQLite database: let DATABASE_URL point elsewhere"
	case lib.SQLITE_CORRUPT, lib.SQLITE_ERROR: // the latter where a table or column is not what it was made as
		cure = cureDamaged
	case lib.SQLITE_BUSY:
		cure = "another program holds the journal: end what it does there"
	case lib.SQLITE_IOERR:
		cure = "the disk does not work as it should"
	default:
		return err
	}
	return fmt.Errorf("%s: %w", cure, err)
}

// ConcernsOne tells whether err may be the fault of a single operation: a value that does not
// fit. All else is everybody's.
func (d *DB) ConcernsOne(err error) bool {
	switch primary(err) {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_TOOBIG, lib.SQLITE_MISMATCH, lib.SQLITE_RANGE:
		return true
	}
	return false
}
