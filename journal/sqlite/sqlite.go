// Package sqlite keeps the journal's rows in a file that belongs to this process alone; it
// must not know what a row means, nor that there are other databases.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"azeer-slack/journal/store"

	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var migrations embed.FS

// readers is how many connections read at the same time.
const readers = 4

// Config is what may be set about a file.
type Config struct {
	// Audit makes the outcomes stored from now on due to be reported.
	Audit bool
	// Now is this machine's clock.
	Now func() time.Time
}

// DB is a file with rows.
type DB struct {
	cfg  Config
	file file
	lock *sql.DB // held open as long as the file is ours

	write *statements // by one connection
	read  *statements

	// Of the writer's goroutine only: what Take has not given out yet is all that is
	// pending up to the id that was the last one when the file was opened.
	lastAtOpen int64
	taken      bool
	rebooted   bool // since the file was last open
	synced     bool // whether the present mode of write is to sync
}

// Open opens the file at path, and creates or migrates it if need be.
func Open(ctx context.Context, path string, cfg Config) (*DB, error) {
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
	d := &DB{cfg: cfg, file: file{named: path, path: realPath(path)}}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), d.Close(ctx))
	}
	return d, nil
}

func (d *DB) open(ctx context.Context) error {
	if err := d.lockFile(ctx); err != nil {
		return err
	}
	if err := checkWritable(d.file.path); err != nil {
		return err
	}
	if err := d.openWriter(ctx); err != nil {
		return err
	}
	var err error
	if d.file.opened, err = os.Stat(d.file.path); err != nil {
		return err
	}
	read, err := connect(d.file.path, readers, "_pragma=query_only(ON)", "_pragma=busy_timeout(2000)")
	if err != nil {
		return err
	}
	d.read = newStatements(read)
	if err := d.noteBoot(ctx); err != nil {
		return explain(err)
	}
	last := d.write.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM assignments")
	return explain(last.Scan(&d.lastAtOpen))
}

// openWriter opens the connection that writes, and brings the tables up to date.
func (d *DB) openWriter(ctx context.Context) error {
	db, err := connect(d.file.path, 1, "_txlock=immediate",
		// synchronous first: from the first byte on, what is committed is on the disk.
		"_pragma=synchronous(FULL)", "_pragma=secure_delete(ON)", "_pragma=busy_timeout(1000)",
		"_pragma=journal_mode(WAL)", "_pragma=journal_size_limit(67108864)")
	if err != nil {
		return err
	}
	d.write, d.synced = newStatements(db), true
	if err := checkOurs(ctx, db); err != nil {
		return err
	}
	if err := store.Migrate(ctx, database.DialectSQLite3, db, migrations); err != nil {
		return explain(err)
	}
	// In a transaction there is no other connection on which to prepare.
	for _, text := range written {
		if _, err := d.write.prepare(ctx, text); err != nil {
			return explain(err)
		}
	}
	return nil
}

// noteBoot finds out whether the machine is not the one that ran when the file was last
// open, or was started since: what was not synced may be lost then.
func (d *DB) noteBoot(ctx context.Context) error {
	now := bootID()
	var before string
	if err := d.write.db.QueryRowContext(ctx, "SELECT coalesce(max(boot), '') FROM boots").Scan(&before); err != nil {
		return err
	}
	d.rebooted = now == "" || now != before
	if !d.rebooted {
		return nil
	}
	_, err := d.write.db.ExecContext(ctx, "INSERT INTO boots (id, boot) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET boot = ?1", now)
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

// KeepAlive does nothing: a file has no other users that wait for a sign of life.
func (d *DB) KeepAlive(func(context.Context) error) {}

// Tidy empties the write-ahead log into the file, so that what was deleted, as response
// URLs are, doesn't live on there.
func (d *DB) Tidy(ctx context.Context) error {
	_, err := d.write.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return explain(err)
}

// Close closes the file, and leaves it to others.
func (d *DB) Close(context.Context) error {
	var errs []error
	for _, s := range []*statements{d.read, d.write} {
		if s != nil {
			errs = append(errs, s.db.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}
