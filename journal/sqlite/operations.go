package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

// MinTime is how much time Commit should be given: it takes the time it takes.
func (d *DB) MinTime() time.Duration { return 0 }

// Commit carries out operations in one transaction, in order. After an error none is. It has
// no use for ctx: nothing here waits for another machine, and a cancelled statement would
// leave the disk just as slow.
func (d *DB) Commit(_ context.Context, operations []store.Operation) error {
	if err := d.file.stillThere(); err != nil {
		return err
	}
	ctx := context.Background()
	if err := d.setSync(ctx, operations); err != nil {
		return explain(err)
	}
	raw, err := d.write.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer func() { _ = raw.Rollback() }()
	tx := transaction{raw, d.write, d.now()}
	taking := false
	for _, o := range operations {
		if err := d.apply(tx, o); err != nil {
			return explain(err)
		}
		_, take := o.(*store.Take)
		taking = taking || take
	}
	if err := raw.Commit(); err != nil {
		return explain(err)
	}
	d.taken = d.taken || taking
	return nil
}

// setSync has the coming transaction synced, unless it only notes what is being sent: that
// must outlive the process, and after a crash of the machine it is not asked for.
func (d *DB) setSync(ctx context.Context, operations []store.Operation) error {
	needed := slices.ContainsFunc(operations, func(o store.Operation) bool {
		_, sending := o.(*store.Sending)
		return !sending
	})
	if needed == d.synced {
		return nil
	}
	mode := "NORMAL"
	if needed {
		mode = "FULL"
	}
	_, err := d.write.db.ExecContext(ctx, "PRAGMA synchronous="+mode)
	if err == nil {
		d.synced = needed
	}
	return err
}

func (d *DB) apply(tx transaction, o store.Operation) error {
	switch o := o.(type) {
	case *store.Accept:
		return d.accept(tx, o)
	case *store.Finish:
		_, err := tx.exec(sqlFinish, o.ID, o.Kind, o.Outcome, o.Newer, o.Ended.Microseconds(), d.cfg.Audit)
		return err
	case *store.Answered:
		n, err := tx.exec(store.SQLAnswered, o.ID)
		o.Found = n > 0
		return err
	case *store.Sending:
		_, err := tx.exec(sqlSending, o.ID)
		return err
	case *store.Take:
		return d.take(tx, o)
	case *store.Delete:
		return deleteAll(tx, o)
	case *store.Audited:
		_, err := tx.exec(sqlAudited, o.ID)
		return err
	case *store.Claim:
		_, err := tx.exec(store.SQLClaim, o.Name, o.Proof, o.Adopt)
		return err
	case *store.Pulse:
		_, err := tx.exec(sqlPulse)
		return err
	}
	return fmt.Errorf("write to SQLite: unknown operation %T", o)
}

func (d *DB) accept(tx transaction, o *store.Accept) error {
	if o.Guard != 0 {
		if stop, err := checkGuard(tx, o); stop || err != nil {
			return err
		}
	}
	var id int64
	var how int
	err := tx.queryRow(sqlKnown, o.Key, o.JoinKey, o.Contact, assign.JoinWindow.Microseconds()).Scan(&id, &how)
	if errors.Is(err, sql.ErrNoRows) {
		return insert(tx, o)
	}
	if err != nil {
		return err
	}
	o.Acceptance = assign.Repeated
	if how == 2 {
		o.Acceptance = assign.Joined
		if _, err := tx.exec(sqlJoin, o.Key, id); err != nil {
			return err
		}
	}
	o.Stored = store.Row{}
	return tx.queryRow(sqlByID, id).Scan(o.Stored.Fields()...)
}

// checkGuard tells whether the request is overtaken, and by what: then it is dealt with.
func checkGuard(tx transaction, o *store.Accept) (stop bool, err error) {
	var newest int64
	err = tx.queryRow(sqlNewest, o.Key, o.Contact).Scan(&newest)
	if errors.Is(err, sql.ErrNoRows) || err == nil && newest == o.Guard {
		return false, nil
	}
	o.Acceptance, o.Stored = assign.Overtaken, store.Row{}
	if err != nil || newest == 0 || newest < o.Guard {
		return true, err
	}
	return true, tx.queryRow(sqlByID, newest).Scan(o.Stored.Fields()...)
}

func insert(tx transaction, o *store.Accept) error {
	res, err := tx.run(sqlInsert, o.Key, o.Requester, o.Contact, o.Agent, o.JoinKey, o.Reply, o.Origin, o.Undoes, o.ContactID)
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	o.Acceptance, o.Stored = assign.Accepted, o.Row(id)
	return err
}

// take gives out all that earlier processes left behind, once. What this process
// accepts itself has a larger id.
func (d *DB) take(tx transaction, o *store.Take) error {
	o.Taken = nil
	if d.taken {
		return nil
	}
	err := tx.query(store.Collect(&o.Taken), sqlPending, d.lastAtOpen)
	for i := range o.Taken {
		o.Taken[i].Sent = o.Taken[i].Sent || d.rebooted
	}
	return err
}

func deleteAll(tx transaction, o *store.Delete) error {
	ids, err := json.Marshal(o.IDs)
	if err != nil {
		return err
	}
	if _, err := tx.exec(sqlDeleteJoined, string(ids)); err != nil {
		return err
	}
	_, err = tx.exec(sqlDelete, string(ids))
	return err
}
