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

// Config is what may be set about a file.
type Config struct {
	// Audit makes the outcomes stored from now on due to be reported.
	Audit bool
	// Notify makes them due to be told to the new owner.
	Notify bool
	// Now is this machine's clock.
	Now func() time.Time
}

// DB is a file with rows.
type DB struct {
	cfg  Config
	file file

	// conn is the one connection of db, held for good. It is used by whoever has put a token into
	// using: while it has the file, no other connection may.
	db    *sql.DB
	conn  *statements
	using chan struct{}

	// Of the writer's goroutine only: what Take has not given out yet is all that is
	// pending up to the id that was the last one when the file was opened.
	lastAtOpen int64
	taken      bool

	notes    *notes
	accepted *accepted
}

// Open opens the file at path, and creates or migrates it if need be.
func Open(ctx context.Context, path string, cfg Config) (*DB, error) {
	path, err := absolute(path)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	d := &DB{cfg: cfg, file: file{named: path, path: realPath(path)}, using: make(chan struct{}, 1)}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), d.Close(ctx))
	}
	return d, nil
}

// absolute gives the whole path of what DATABASE_URL names, if a journal can be there.
func absolute(path string) (string, error) {
	if path == "" {
		return "", errors.New("DATABASE_URL names no file: write sqlite://azeer-slack.db")
	}
	if strings.Contains(path, "?") {
		return "", errors.New("DATABASE_URL has a ? behind sqlite://, and there are no options: leave out the ? and what follows " +
			"(where an earlier version has made a file of that name, rename it)")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return path, checkPath(path)
}

func (d *DB) open(ctx context.Context) error {
	if err := d.lockFile(ctx); err != nil {
		return err
	}
	if err := d.hold(); err != nil {
		return err
	}
	var err error
	if d.accepted, err = openAccepted(d.file.path+".accepted", os.O_CREATE); err != nil {
		return err
	}
	if err := d.connect(ctx); err != nil {
		return err
	}
	if d.file.opened, err = os.Stat(d.file.path); err != nil {
		return err
	}
	notes, whole, err := openNotes(d.file.path + ".notes")
	if err != nil {
		return fmt.Errorf("%s.notes cannot be written to: give it to this user, or delete it: %w", d.file.path, err)
	}
	d.notes = notes
	if err := d.begin(whole); err != nil {
		return explain(err)
	}
	last := d.conn.conn.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM assignments")
	if err := last.Scan(&d.lastAtOpen); err != nil {
		return explain(err)
	}
	if err := d.holdInHand(); err != nil {
		return err
	}
	d.notes.timer = time.AfterFunc(syncWithin, d.writeNoted)
	d.notes.timer.Stop()
	return d.accepted.check(d.lastAtOpen)
}

// holdInHand reads what of the unanswered is kept in memory.
func (d *DB) holdInHand() error {
	return d.query(store.Statement{SQL: sqlInHand}, func(scan func(...any) error) error {
		var id, newest int64
		var contact string
		var sent, finished bool
		err := scan(&id, &contact, &sent, &finished, &newest)
		d.notes.hand.take(id, contact, sent, finished, newest)
		return err
	})
}

// connect opens the connection, and brings the tables up to date.
func (d *DB) connect(ctx context.Context) error {
	db, err := connect(d.file.path, "_txlock=immediate",
		// These first: the lock on the file is kept, so nothing need be asked of the file that this
		// process has in memory. Tables need not be synced before something is in them.
		"_pragma=locking_mode(EXCLUSIVE)", "_pragma=synchronous(NORMAL)", "_pragma=secure_delete(ON)", "_pragma=busy_timeout(1000)",
		"_pragma=journal_mode(WAL)", "_pragma=journal_size_limit(67108864)")
	if err != nil {
		return err
	}
	d.db = db
	if err := checkOurs(ctx, db); err != nil {
		return err
	}
	if err := checkIntegrity(ctx, db); err != nil {
		return err
	}
	if err := store.Migrate(ctx, database.DialectSQLite3, db, migrations); err != nil {
		return explain(err)
	}
	// From now on what is committed is on the disk, and all that was before.
	if _, err := db.ExecContext(ctx, "PRAGMA synchronous=FULL"); err != nil {
		return explain(err)
	}
	d.conn, err = newStatements(ctx, db)
	return explain(err)
}

// begin takes the file's lock, with the first transaction that writes. It puts into the tables
// what a killed process has noted, and finds out whether the machine is not the one that ran when
// the file was last open, or was started since: what was not synced may be lost then, as it is
// where the notes are not whole. Whatever is unfinished may have been sent, and may ever after:
// the next start may be one of the same run.
func (d *DB) begin(whole bool) error {
	err := d.conn.transact(d.now(), func(tx transaction) error {
		if err := writeNotes(tx, d.notes.order); err != nil {
			return err
		}
		now := bootID()
		var before string
		if err := tx.queryRow(sqlBoot).Scan(&before); err != nil {
			return err
		}
		if now != "" && now == before && whole {
			return nil
		}
		if _, err := tx.exec(sqlAllSent); err != nil {
			return err
		}
		_, err := tx.exec(sqlSetBoot, now)
		return err
	})
	if err == nil {
		d.notes.written()
	}
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
	return d.use(ctx, func() error {
		if err := d.settle(0); err != nil {
			return err
		}
		_, err := d.conn.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		return explain(err)
	})
}

// use does something with the connection, once it is free. What has begun is done whatever
// becomes of ctx: a statement that is cancelled takes the connection along.
func (d *DB) use(ctx context.Context, do func() error) error {
	select {
	case d.using <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-d.using }()
	return do()
}

// Close closes the file, and leaves it to others.
func (d *DB) Close(ctx context.Context) error {
	var errs []error
	if d.conn != nil { // on a disk that hangs it cannot be closed
		errs = append(errs, d.use(ctx, func() error {
			var settled error
			if d.notes != nil && d.notes.timer != nil { // it was opened
				settled = d.settle(0)
			}
			return errors.Join(settled, d.conn.close())
		}))
	}
	errs = append(errs, d.notes.close())
	if d.db != nil {
		errs = append(errs, d.db.Close())
	}
	errs = append(errs, d.accepted.close())
	if d.file.held != nil {
		errs = append(errs, unmark(d.file.held), d.file.held.Close())
	}
	if d.file.lock != nil {
		errs = append(errs, d.file.lock.Close())
	}
	return errors.Join(errs...)
}
