package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

const cureDamaged = "the journal is damaged: move it away and start with a new one, or restore a copy"

// checkIntegrity looks at all that SQLite can hold against each other, its tables and indexes:
// what an index has lost is found by nobody.
func checkIntegrity(ctx context.Context, db *sql.DB) error {
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return explain(err)
	}
	if found != "ok" {
		return fmt.Errorf("%s: %s", cureDamaged, found)
	}
	return nil
}

// accepted is the file beside the journal that says up to which id requests were accepted.
// SQLite takes a damaged end of its log for one that was never written: without a word, the
// journal would be an older one. It is written after each commit and never synced, so after a
// power cut it may say less than is true, but not more.
type accepted struct {
	file *os.File
	last int64
}

// openAccepted reads how far a journal must reach. What cannot be read says nothing.
// With os.O_CREATE among the flags, a file that is not there is made.
func openAccepted(path string, flags int) (*accepted, error) {
	file, err := os.OpenFile(path, os.O_RDWR|flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written to: give it to this user, or delete it: %w", path, err)
	}
	a := &accepted{file: file}
	text, err := io.ReadAll(io.LimitReader(file, 100))
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	var last int64
	if _, err := fmt.Sscanf(string(text), "%d", &last); err == nil && string(text) == acceptedLine(last) {
		a.last = last
	}
	return a, nil
}

func acceptedLine(last int64) string {
	number := fmt.Sprintf("%019d", last)
	return fmt.Sprintf("%s %08x\n", number, crc32.ChecksumIEEE([]byte(number)))
}

// check compares with the newest id of the journal, which is never deleted.
func (a *accepted) check(newest int64) error {
	if newest >= a.last {
		a.last = newest
		return nil
	}
	return fmt.Errorf("%s (requests were accepted up to number %d, and it ends with %d); "+
		"if that is meant, as after putting back an older copy, delete %s and start again", cureDamaged, a.last, newest, a.file.Name())
}

// note says that operations are stored. Where it cannot be said, less is known at the next start.
func (a *accepted) note(operations []store.Operation) {
	before := a.last
	for _, o := range operations {
		if o, ok := o.(*store.Accept); ok && o.Acceptance == assign.Accepted {
			a.last = max(a.last, o.Stored.ID)
		}
	}
	if a.last > before {
		_, _ = a.file.WriteAt([]byte(acceptedLine(a.last)), 0)
	}
}

func (a *accepted) close() error {
	if a == nil {
		return nil
	}
	return a.file.Close()
}
