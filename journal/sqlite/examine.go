package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"azeer-slack/journal/store"

	"github.com/pressly/goose/v3/database"
	lib "modernc.org/sqlite/lib"
)

// Examine tells what Open would meet at path, and changes nothing: a file that is not there is not
// made. That the folder can be written to shows by a file that is there for a moment.
func Examine(ctx context.Context, path string) (found store.Examination, err error) {
	if path, err = absolute(path); err != nil {
		return found, err
	}
	if err := examine(ctx, realPath(path), &found); err != nil {
		return found, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

func examine(ctx context.Context, path string, found *store.Examination) error {
	if err := checkRights(path); err != nil {
		return err
	}
	if held, process := holder(path + ".lock"); held {
		by := "process " + strconv.Itoa(int(process))
		if process <= 0 { // of another container
			by = "process unknown"
		}
		found.Note("%s is in use by a running azeer-slack (%s), so it was not read", path, by)
		return nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		found.Note("there is no journal yet; the first start makes it at %s", path)
		return checkAccepted(path, 0)
	}
	found.Note("%s is there and can be written to", path)
	db, done, err := openCopy(path)
	if err != nil {
		return err
	}
	defer done()
	return look(ctx, path, db, found)
}

// checkRights tells whether the files that a journal consists of can be written to.
func checkRights(path string) error {
	folder := filepath.Dir(path)
	if err := checkNetwork(folder); err != nil {
		return err
	}
	trial, err := os.CreateTemp(folder, ".azeer-slack-check-*")
	if err != nil {
		return fmt.Errorf("cannot write to folder %s: give this user the right to, or let DATABASE_URL point elsewhere: %w", folder, err)
	}
	if err := errors.Join(trial.Close(), os.Remove(trial.Name())); err != nil {
		return err
	}
	for _, name := range []string{path, path + ".lock", path + ".accepted", path + ".notes", path + "-wal"} {
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s cannot be written to: give it to this user: %w", name, err)
		}
		_ = file.Close()
	}
	return nil
}

// checkAccepted tells whether the journal reaches as far as is noted beside it.
func checkAccepted(path string, newest int64) error {
	a, err := openAccepted(path+".accepted", 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(a.check(newest), a.close())
}

// openCopy opens a file for reading. Where it has a log, SQLite would write when it reads: then a
// copy of both is opened.
func openCopy(path string) (db *sql.DB, done func(), err error) {
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
		db, err := connect(path, "mode=ro", "immutable=1")
		if err != nil {
			return nil, nil, err
		}
		return db, func() { _ = db.Close() }, nil
	}
	folder, err := os.MkdirTemp("", "azeer-slack-check-*")
	if err != nil { // a container may have no other place
		folder, err = os.MkdirTemp(filepath.Dir(path), ".azeer-slack-check-*")
	}
	if err != nil {
		return nil, nil, err
	}
	clean := func() { _ = os.RemoveAll(folder) }
	copied := filepath.Join(folder, "journal.db")
	err = errors.Join(copyFile(path, copied), copyFile(path+"-wal", copied+"-wal"))
	if err == nil {
		db, err = connect(copied)
	}
	if err != nil {
		clean()
		return nil, nil, fmt.Errorf("read a copy: %w", err)
	}
	return db, func() { _ = db.Close(); clean() }, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// look reads what there is in a journal.
func look(ctx context.Context, path string, db *sql.DB, found *store.Examination) error {
	if err := checkOurs(ctx, db); err != nil {
		return err
	}
	if err := checkIntegrity(ctx, db); err != nil {
		return err
	}
	var have, newest, unfinished int64
	for question, answer := range map[string]any{
		"SELECT coalesce((" + store.SQLVersion + "), 0)":        &have,
		"SELECT coalesce((SELECT max(id) FROM assignments), 0)": &newest,
		store.SQLUnfinished: &unfinished,
		"SELECT coalesce((SELECT max(name) FROM installation), '')": &found.Owner,
	} {
		if err := read(ctx, db, question, answer); err != nil {
			return err
		}
	}
	known, err := store.Known(database.DialectSQLite3, migrations)
	if err != nil {
		return err
	}
	found.NoteUnfinished(unfinished)
	return errors.Join(found.NoteVersion(have, known), checkAccepted(path, newest))
}

// read asks one thing. A table that older versions don't have leaves the answer as it is.
func read(ctx context.Context, db *sql.DB, question string, answer any) error {
	err := db.QueryRowContext(ctx, question).Scan(answer)
	if err != nil && primary(err) == lib.SQLITE_ERROR {
		return nil
	}
	return explain(err)
}
