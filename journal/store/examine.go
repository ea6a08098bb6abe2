package store

import (
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3/database"
)

// Examination is what a look at a journal found, which changed nothing there.
type Examination struct {
	// Facts are for people, each a line: what is as it should be.
	Facts []string
	// Owner names the installation that the journal belongs to; empty: nobody's yet, or not read.
	Owner string
}

// Note adds a fact.
func (e *Examination) Note(format string, args ...any) {
	e.Facts = append(e.Facts, fmt.Sprintf(format, args...))
}

// NoteVersion adds how up to date the tables are. The error is for those of a newer program.
func (e *Examination) NoteVersion(have, known int64) error {
	switch {
	case have > known:
		return newerError(have, known)
	case have < known:
		e.Note("its tables are at version %d; the next start brings them to version %d (keep a copy first)", have, known)
	default:
		e.Note("its tables are up to date (version %d)", have)
	}
	return nil
}

// NoteUnfinished adds how many requests the next start takes up.
func (e *Examination) NoteUnfinished(count int64) {
	if count > 0 {
		e.Note("%d requests in it are unfinished or unanswered; whichever instance runs goes on with them", count)
	}
}

// SQLUnfinished counts what is still to be done.
const SQLUnfinished = `SELECT count(*) FROM assignments WHERE NOT answered`

// SQLVersion reads the version of the tables.
const SQLVersion = `SELECT max(version_id) FROM ` + Versions

// Known is the version of the tables that this program makes.
func Known(dialect database.Dialect, files fs.FS) (int64, error) {
	provider, err := Migrations(dialect, new(sql.DB), files) // which is not asked anything
	if err != nil {
		return 0, err
	}
	all := provider.ListSources()
	return all[len(all)-1].Version, nil
}
