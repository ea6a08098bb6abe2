package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"azeer-slack/journal/store"

	lib "modernc.org/sqlite/lib"
)

// applicationID marks our files in SQLite's header ("azsl"); the first migration
// writes it.
const applicationID = 0x617a736c

// file is where the rows are.
type file struct {
	named  string      // as the operator calls it
	path   string      // without symbolic links
	opened os.FileInfo // what path was when it was opened
	// looked is when it was last seen to be there, in ns since the start of this process.
	looked atomic.Int64
	// lock and held are open as long as the file is ours.
	lock *sql.DB
	held *os.File
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

// hold opens the file, creating it if need be, and marks it as taken. The mark belongs to the
// file and not to its name, so it holds for one that has a second name (a hard link, a file
// mounted into a container) or whose .lock was deleted. Closing a file drops all locks of
// SQLite's that this process has on it: what hold opened stays open as long as the journal.
func (d *DB) hold() error {
	file, err := os.OpenFile(d.file.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the file cannot be written to: give this user the right to, "+
			"or let DATABASE_URL point elsewhere: %w", err)
	}
	d.file.held = file
	return mark(file)
}

var errInUse = errors.New("another azeer-slack is running with this file: stop it, " +
	"or give each its own DATABASE_URL, or let them share a postgres:// one")

// lockFile takes the lock that keeps a second process out. It is SQLite's lock on an empty
// file beside the journal: it works on every system, and goes when its process dies,
// however that happens. A lock on the journal itself would keep our readers out too.
func (d *DB) lockFile(ctx context.Context) error {
	err := checkNetwork(filepath.Dir(d.file.path))
	if err != nil {
		return err
	}
	if d.file.lock, err = connect(d.file.path+".lock", "_txlock=exclusive", "_pragma=journal_mode(OFF)"); err != nil {
		return err
	}
	// Nothing ends this transaction but closing the connection. Of a file that may only be read,
	// SQLite takes it for one that reads, which keeps nobody out: so it has to write.
	if _, err = d.file.lock.ExecContext(ctx, "BEGIN EXCLUSIVE"); err == nil {
		_, err = d.file.lock.ExecContext(ctx, "PRAGMA user_version = 1")
	}
	if err != nil {
		return d.explainLock(err)
	}
	return nil
}

func checkNetwork(folder string) error {
	if name := networkOf(folder); name != "" {
		return fmt.Errorf("it is on a network file system (%s), where nothing keeps a second azeer-slack out for certain: "+
			"let DATABASE_URL name a file on a disk of this machine, or a postgres:// database", name)
	}
	return nil
}

func (d *DB) explainLock(err error) error {
	lock := d.file.path + ".lock"
	switch primary(err) {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return errInUse
	case lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_PERM:
		if _, missing := os.Stat(lock); missing == nil {
			return fmt.Errorf("%s cannot be written to, so nothing would keep a second azeer-slack out: "+
				"give it to this user, or delete it while none is running: %w", lock, err)
		}
		return fmt.Errorf("cannot write to folder %s: give this user the right to, "+
			"or let DATABASE_URL point elsewhere: %w", filepath.Dir(lock), err)
	case lib.SQLITE_NOTADB, lib.SQLITE_CORRUPT:
		return fmt.Errorf("%s is not the empty file that it should be: delete it while no azeer-slack is running: %w", lock, err)
	}
	return fmt.Errorf("%s cannot be locked, so nothing would keep a second azeer-slack out: "+
		"let DATABASE_URL name a file on a disk of this machine, or a postgres:// database: %w", lock, err)
}

// checkOurs refuses a file that some other program made. What a first start has made that was
// killed before the first migration, the table of versions and what comes with it, is ours.
func checkOurs(ctx context.Context, db *sql.DB) error {
	var id, tables int64
	err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if err == nil {
		err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT IN (?, 'sqlite_sequence')", store.Versions).Scan(&tables)
	}
	if err != nil {
		return explain(err)
	}
	if id != applicationID && tables > 0 {
		return errors.New("it is the SQLite file of another program: let DATABASE_URL point elsewhere")
	}
	return nil
}

// connect gives one connection.
func connect(path string, options ...string) (*sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}).String()
	// What SQLite sorts goes to memory: a container may have no place for temporary files.
	for i, option := range append(options, "_pragma=temp_store(MEMORY)") {
		dsn += string("?&"[min(i, 1)]) + option
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, nil
}

// lookEvery is how often it is looked whether the file is still there: not for each command.
const lookEvery = 100 * time.Millisecond

var started = time.Now()

// stillThere notices, within lookEvery, that the file was deleted or replaced under us: SQLite
// would go on writing to what nobody can find any more.
func (f *file) stillThere() error {
	now := time.Since(started)
	if last := f.looked.Load(); last != 0 && now-time.Duration(last) < lookEvery {
		return nil
	}
	info, err := os.Stat(f.named)
	if err != nil {
		return fmt.Errorf("journal file is gone: put it back, or restart: %w", err)
	}
	if !os.SameFile(info, f.opened) {
		return errors.New("journal file was replaced while in use: restart")
	}
	f.looked.Store(int64(now))
	return nil
}
