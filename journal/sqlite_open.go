package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3/database"
	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// applicationID marks our files in SQLite's header ("azsl"); the first migration
// writes it.
const applicationID = 0x617a736c

// readers is how many connections read at the same time.
const readers = 4

func openSQLite(ctx context.Context, path string, cfg Config) (*sqlite, error) {
	if path == "" {
		return nil, errors.New("DATABASE_URL names no file: write sqlite://azeer-slack.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	s := &sqlite{cfg: cfg, named: path, path: realPath(path)}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), s.close(ctx))
	}
	return s, nil
}

// realPath follows symbolic links, since the lock that keeps others out is beside the file
// itself: two processes may know it by different names. A path that leads nowhere is left
// to those who open it.
func realPath(path string) string {
	found, err := filepath.EvalSymlinks(path)
	if err == nil {
		return found
	}
	if !errors.Is(err, fs.ErrNotExist) { // a ring of links, perhaps
		return path
	}
	if to, err := os.Readlink(path); err == nil { // To a file that is yet to be created
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		return realPath(to)
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(folder, filepath.Base(path))
	}
	return path
}

// checkPath says in plain words what SQLite would only say by number.
func checkPath(path string) error {
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("folder %s does not exist: create it, or let DATABASE_URL point elsewhere", folder)
	} else if err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder: let DATABASE_URL point elsewhere", folder)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder: DATABASE_URL must name a file, such as sqlite://%s",
			path, filepath.Join(path, "azeer-slack.db"))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: let DATABASE_URL point elsewhere", path)
	}
	return nil
}

// checkWritable wants the lock to be ours: closing a file drops all locks that this
// process has on it, also those of another journal.
func checkWritable(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the file cannot be written to: give this user the right to, "+
			"or let DATABASE_URL point elsewhere: %w", err)
	}
	return file.Close()
}

func (s *sqlite) open(ctx context.Context) error {
	if err := s.own(ctx); err != nil {
		return err
	}
	if err := checkWritable(s.path); err != nil {
		return err
	}
	var err error
	if s.write, err = connect(s.path, 1, "_txlock=immediate",
		// synchronous first: from the first byte on, what is committed is on the disk.
		"_pragma=synchronous(FULL)", "_pragma=secure_delete(ON)", "_pragma=busy_timeout(1000)",
		"_pragma=journal_mode(WAL)", "_pragma=journal_size_limit(67108864)"); err != nil {
		return err
	}
	if err := s.checkOurs(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, database.DialectSQLite3, s.write); err != nil {
		return explain(err)
	}
	if s.file, err = os.Stat(s.path); err != nil {
		return err
	}
	if s.read, err = connect(s.path, readers, "_pragma=query_only(ON)", "_pragma=busy_timeout(2000)"); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return explain(err)
	}
	if err := s.noteBoot(ctx); err != nil {
		return explain(err)
	}
	last := s.write.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM assignments")
	return explain(last.Scan(&s.horizon))
}

// noteBoot finds out whether the machine has been running since the journal was last open.
func (s *sqlite) noteBoot(ctx context.Context) error {
	s.synced = true // as the connection is opened
	now := bootID()
	var before string
	if err := s.write.QueryRowContext(ctx, "SELECT coalesce(max(boot), '') FROM boots").Scan(&before); err != nil {
		return err
	}
	s.rebooted = now == "" || now != before
	if !s.rebooted {
		return nil
	}
	_, err := s.write.ExecContext(ctx, "INSERT INTO boots (id, boot) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET boot = ?1", now)
	return err
}

// bootID names the run of this machine's kernel, where that can be known; else it is empty.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// own takes the lock that keeps a second process out. It is SQLite's lock on an empty
// file beside the journal: it works on every system, and goes when its process dies,
// however that happens. A lock on the journal itself would keep our readers out too.
func (s *sqlite) own(ctx context.Context) error {
	var err error
	if s.lock, err = connect(s.path+".lock", 1, "_txlock=exclusive"); err != nil {
		return err
	}
	// Nothing ends this transaction but closing the connection.
	_, err = s.lock.ExecContext(ctx, "BEGIN EXCLUSIVE")
	switch primary(err) {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return errors.New("another azeer-slack is running with this file: stop it, " +
			"or give each its own DATABASE_URL, or let them share a postgres:// one")
	case lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY:
		return fmt.Errorf("cannot write to folder %s: give this user the right to, "+
			"or let DATABASE_URL point elsewhere: %w", filepath.Dir(s.path), err)
	}
	return explain(err)
}

// checkOurs refuses a database that some other program made. What a first start has made that
// was killed before the first migration, the table of versions and what comes with it, is ours.
func (s *sqlite) checkOurs(ctx context.Context) error {
	var id, tables int64
	err := s.write.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if err == nil {
		err = s.write.QueryRowContext(ctx,
			"SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT IN (?, 'sqlite_sequence')", versions).Scan(&tables)
	}
	if err != nil {
		return explain(err)
	}
	if id != applicationID && tables > 0 {
		return errors.New("it is the SQLite file of another program: let DATABASE_URL point elsewhere")
	}
	return nil
}

func connect(path string, connections int, options ...string) (*sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}).String()
	for i, option := range options {
		dsn += string("?&"[min(i, 1)]) + option
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// stillThere notices that the file was deleted or replaced under us: SQLite would go
// on writing to what nobody can find any more.
func (s *sqlite) stillThere() error {
	info, err := os.Stat(s.named)
	if err != nil {
		return fmt.Errorf("journal file is gone: put it back, or restart: %w", err)
	}
	if !os.SameFile(info, s.file) {
		return errors.New("journal file was replaced while in use: restart")
	}
	return nil
}

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
	case lib.SQLITE_CORRUPT:
		cure = "the journal is damaged: move it away and start with a new one, or restore a copy"
	case lib.SQLITE_BUSY:
		cure = "another program holds the journal: end what it does there"
	case lib.SQLITE_IOERR:
		cure = "the disk does not work as it should"
	default:
		return err
	}
	return fmt.Errorf("%s: %w", cure, err)
}

// blames: a value that does not fit is one request's fault; all else is everybody's.
func (s *sqlite) blames(err error) bool {
	switch primary(err) {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_TOOBIG, lib.SQLITE_MISMATCH, lib.SQLITE_RANGE:
		return true
	}
	return false
}
