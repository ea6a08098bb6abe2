package postgres

import (
	"context"
	"slices"
	"time"

	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
)

// syncWithin is how long what was committed without a sync waits to be looked at.
const syncWithin = time.Second

// sqlNotOnDisk gives what of those assignments still has no answer, and whether it has no
// outcome either.
const sqlNotOnDisk = `SELECT id, kind = '' FROM assignments WHERE id = ANY($1) AND NOT answered AND owner = $2`

// unsynced is what this instance has committed without a sync: a server that crashes may lose
// it, while this instance lives on and takes it for written. So within a second it is looked at
// again, in a transaction that is synced, and what is missing is written again. Of the writer's
// goroutine only.
type unsynced struct {
	finished map[int64]store.Finish
	answered map[int64]bool
	due      chan struct{} // gets a token when it is time to look
}

func newUnsynced() unsynced {
	return unsynced{map[int64]store.Finish{}, map[int64]bool{}, make(chan struct{}, 1)}
}

// needsSync tells whether more would be lost with a transaction than can be written again, or
// done again without harm.
func (d *DB) needsSync(operations []store.Operation) bool {
	return len(d.uncertain.open) > 0 || slices.ContainsFunc(operations, func(o store.Operation) bool {
		switch o.(type) {
		case *store.Finish, *store.Answered, *store.Audited, *store.Delete:
			return false
		}
		return true
	})
}

// withoutSync opens a transaction that is not synced when it is committed.
func withoutSync(options pgx.TxOptions) pgx.TxOptions {
	options.BeginQuery += "; SET LOCAL synchronous_commit = off"
	return options
}

// noteUnsynced remembers what operations have committed without a sync, after their commit.
func (d *DB) noteUnsynced(operations []store.Operation) {
	u := &d.unsynced
	before := len(u.finished) + len(u.answered)
	for _, o := range operations {
		switch o := o.(type) {
		case *store.Finish:
			if !o.Lost && (o.Done || !o.Unsent) {
				u.finished[o.ID] = *o
			}
		case *store.Answered:
			if o.Found {
				u.answered[o.ID] = true
			}
		}
	}
	if before == 0 && len(u.finished)+len(u.answered) > 0 {
		u.lookLater()
	}
}

// lookLater has KeepAlive write a sign of life within a second, with which one looks. It may be
// called from any goroutine.
func (u *unsynced) lookLater() {
	time.AfterFunc(syncWithin, func() {
		select {
		case u.due <- struct{}{}:
		default:
		}
	})
}

// look finds out what is missing of what was committed without a sync.
func (t *transaction) look() {
	ids := make([]int64, 0, len(t.unsynced.finished))
	for id := range t.unsynced.finished {
		ids = append(ids, id)
	}
	for id := range t.unsynced.answered {
		ids = append(ids, id)
	}
	if t.looked = len(ids) > 0; !t.looked {
		return
	}
	t.batch.Queue(sqlNotOnDisk, ids, t.instance).Query(func(rows pgx.Rows) error {
		var id int64
		var unfinished bool
		_, err := pgx.ForEachRow(rows, []any{&id, &unfinished}, func() error {
			if o, ok := t.unsynced.finished[id]; ok && unfinished {
				t.missing = append(t.missing, &o)
			}
			if t.unsynced.answered[id] {
				t.missing = append(t.missing, &store.Answered{ID: id})
			}
			return nil
		})
		return err
	})
}

// answeredNothing is called when o found no outcome: it may be one that was lost.
func (t *transaction) answeredNothing(o *store.Answered) {
	if finish, ours := t.unsynced.finished[o.ID]; ours {
		t.missing = append(t.missing, &finish, o)
	}
}

// writeAgain writes what is missing.
func (t *transaction) writeAgain(ctx context.Context, tx pgx.Tx) error {
	if len(t.missing) == 0 {
		return nil
	}
	missing := t.missing
	t.missing, t.batch = nil, pgx.Batch{}
	for _, o := range missing {
		t.queue(o, nil)
	}
	t.cfg.Logger.Warn().Int("operations", len(missing)).Msg("database lost what it had not synced; written again")
	return tx.SendBatch(ctx, &t.batch).Close()
}

// noteSynced forgets what a transaction has seen, once that is on the disk.
func (d *DB) noteSynced() {
	for id := range d.unsynced.answered {
		delete(d.owned, id)
	}
	clear(d.unsynced.finished)
	clear(d.unsynced.answered)
}
