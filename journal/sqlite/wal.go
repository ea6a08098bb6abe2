package sqlite

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// syncWithin is how long what is committed without a sync waits for one.
const syncWithin = time.Second

// wal is the write-ahead log, as far as it is synced beside SQLite.
type wal struct {
	path string

	mu      sync.Mutex
	timer   *time.Timer // of the next sync
	waiting bool        // for the timer
	closed  bool
	// broken says that a sync has failed. Linux tells of a page that could not be written once,
	// and then takes it for written: SQLite reads the log only up to such a hole.
	broken bool
}

func newWAL(path string) *wal {
	w := &wal{path: path + "-wal"}
	w.timer = time.AfterFunc(syncWithin, w.sync)
	w.timer.Stop()
	return w
}

// syncSoon has what is committed by now synced within syncWithin.
func (w *wal) syncSoon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.waiting && !w.closed {
		w.waiting = true
		w.timer.Reset(syncWithin)
	}
}

// synced says that all that is committed has been synced.
func (w *wal) synced() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = false
	w.timer.Stop()
}

func (w *wal) sync() {
	w.mu.Lock()
	due := w.waiting && !w.closed
	w.waiting = false
	w.mu.Unlock()
	if !due {
		return
	}
	// Whoever closes the log file takes no lock of SQLite's along: those are on other files.
	file, err := os.OpenFile(w.path, os.O_RDWR, 0)
	if err == nil {
		err = errors.Join(file.Sync(), file.Close())
	}
	if err != nil {
		w.setBroken(true)
	}
}

func (w *wal) setBroken(broken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = broken
}

func (w *wal) isBroken() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}

func (w *wal) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.timer.Stop()
}

// setSync has the coming transactions synced, or not.
func (d *DB) setSync(wanted bool) error {
	if wanted == d.syncing {
		return nil
	}
	mode := "NORMAL"
	if wanted {
		mode = "FULL"
	}
	_, err := d.conn.db.ExecContext(context.Background(), "PRAGMA synchronous="+mode)
	if err == nil {
		d.syncing = wanted
	}
	return err
}

// makeGood puts into the file, and syncs, what the log holds, if one cannot rely on the log.
func (d *DB) makeGood() error {
	if !d.wal.isBroken() {
		return nil
	}
	var busy, pages, done int
	err := d.conn.db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
	if err == nil && busy != 0 {
		err = errors.New("another program reads the journal: end that")
	}
	if err == nil {
		d.wal.setBroken(false)
	}
	return err
}
