package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/duty"
	"azeer-slack/journal/store"
)

// MinTime is how much time Commit should be given: it takes the time it takes.
func (d *DB) MinTime() time.Duration { return 0 }

// Commit carries out operations in one transaction, in order. After an error none is. It has
// no use for ctx: nothing here waits for another machine, and a cancelled statement would
// leave the disk just as slow. When it returns, they are synced, and all that was committed
// before.
func (d *DB) Commit(_ context.Context, operations []store.Operation) error {
	return d.use(context.Background(), func() error { return d.write(operations) })
}

// write commits operations, and with them what is noted, if they are not independent of that:
// then nothing more is noted meanwhile.
func (d *DB) write(operations []store.Operation) error {
	if err := d.file.stillThere(); err != nil {
		return err
	}
	n := d.notes
	n.mu.Lock()
	if n.concern(operations) {
		defer n.mu.Unlock()
		err := explain(d.commit(operations, n.order))
		if n.stuck = err != nil; n.stuck {
			n.timer.Reset(syncWithin)
			return err
		}
		n.written()
		n.hand.committed(operations)
		return nil
	}
	n.mu.Unlock()
	err := explain(d.commit(operations, nil))
	if err == nil {
		n.mu.Lock()
		n.hand.committed(operations)
		n.mu.Unlock()
	}
	return err
}

func (d *DB) commit(operations []store.Operation, noted []*note) error {
	taking := false
	err := d.conn.transact(d.now(), func(tx transaction) error {
		if err := writeNotes(tx, noted); err != nil {
			return err
		}
		for _, o := range operations {
			if err := d.apply(tx, o); err != nil {
				return err
			}
			_, take := o.(*store.Take)
			taking = taking || take
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.taken = d.taken || taking
	d.accepted.note(operations)
	return nil
}

func (d *DB) apply(tx transaction, o store.Operation) error {
	switch o := o.(type) {
	case *store.Accept:
		return d.accept(tx, o)
	case *store.Finish:
		n, err := tx.exec(sqlFinish, o.ID, o.Kind, o.Outcome, o.Newer, d.endedAt(o), d.cfg.Audit, o.Sum(), o.GivenTo, o.Unsent)
		if o.Done = n > 0; o.Done && d.cfg.Notify && err == nil {
			_, err = tx.exec(sqlNotify, o.ID)
		}
		return err
	case *store.Answered:
		n, err := tx.exec(store.SQLAnswered, o.ID)
		o.Found = n > 0
		return err
	case *store.Sending:
		n, err := tx.exec(sqlSending, o.ID)
		o.Found = n > 0
		return err
	case *store.Choose:
		return choose(tx, o)
	case *store.Take:
		return d.take(tx, o)
	case *store.GiveBack:
		o.Given = nil // there is nobody to give it to
		return nil
	case *store.Delete:
		return deleteAll(tx, o)
	case *store.KeepNotice:
		return keepNotice(tx, o)
	case *store.MakeOffer:
		return makeOffer(tx, o)
	case *store.KeepOffer:
		n, err := tx.exec(sqlKeepOffer, o.ID, o.From, o.State, o.Details, micros(o.Due))
		o.Done = n > 0
		return err
	default:
		return simple(tx, o)
	}
}

// simple carries out an operation of one statement that has no result.
func simple(tx transaction, o store.Operation) error {
	var err error
	switch o := o.(type) {
	case *store.Audited:
		_, err = tx.exec(sqlAudited, o.ID)
	case *store.DeleteOffers:
		_, err = tx.exec(sqlDeleteOffers, o.Age.Microseconds())
	case *store.Claim:
		_, err = tx.exec(store.SQLClaim, o.Name, o.Proof, o.Adopt)
	case *store.Pulse:
		_, err = tx.exec(sqlPulse)
	default:
		err = fmt.Errorf("write to SQLite: unknown operation %T", o)
	}
	return err
}

func (d *DB) accept(tx transaction, o *store.Accept) error {
	if o.Guard != 0 {
		if stop, err := checkGuard(tx, o); stop || err != nil {
			return err
		}
	}
	var id *int64
	var how int
	err := tx.queryRow(sqlKnown, o.Key, o.JoinKey, o.Contact, assign.JoinWindow.Microseconds()).Scan(&id, &how)
	if err != nil {
		return err
	}
	if how == 3 {
		o.First = id == nil
		return insert(tx, o)
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
	row := o.Row(0)
	res, err := tx.run(sqlInsert, o.Key, o.Requester, o.Contact, o.Agent, o.JoinKey, o.Reply, o.Origin, o.Undoes, o.ContactID, row.RequestSum(), o.Batch, o.Note, o.Receipt)
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	o.Acceptance, o.Stored = assign.Accepted, o.Row(id)
	return err
}

// choose decides whom an assignment goes to, unless that is decided.
func choose(tx transaction, o *store.Choose) error {
	o.Found, o.Choice = false, ""
	err := tx.queryRow(sqlChosen, o.ID).Scan(&o.Choice)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if o.Found = err == nil; err != nil || o.Choice != "" {
		return err
	}
	loads, last := make([]store.Load, len(o.Agents)), ""
	for i, agent := range o.Agents {
		if err := tx.queryRow(sqlLoad, agent, duty.Window.Microseconds()).Scan(&loads[i].Given, &loads[i].Last); err != nil {
			return err
		}
	}
	if err := tx.queryRow(store.SQLLast, o.Group).Scan(&last); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var to string
	if to, o.Choice, err = o.Decide(loads, last); err != nil {
		return err
	}
	if _, err := tx.exec(sqlChoose, o.ID, o.Choice, to); err != nil || to == "" {
		return err
	}
	_, err = tx.exec(store.SQLTurn, o.Group, to)
	return err
}

// take gives out all that earlier processes left behind, once. What this process
// accepts itself has a larger id.
func (d *DB) take(tx transaction, o *store.Take) error {
	o.Taken = nil
	if d.taken {
		return nil
	}
	return tx.query(store.Collect(&o.Taken), sqlPending, d.lastAtOpen)
}

func keepNotice(tx transaction, o *store.KeepNotice) error {
	text := sqlKeepNotice
	if o.From == "" {
		text = sqlNewNotice
	}
	n, err := tx.exec(text, o.ID, o.From, o.State, o.Details, micros(o.Due))
	o.Done = n > 0
	return err
}

func makeOffer(tx transaction, o *store.MakeOffer) error {
	known := false
	n, err := tx.exec(sqlMakeOffer, o.ID, o.Key, o.Requester, o.Contacts, o.Note, o.State, o.Details, micros(o.Due), assign.JoinWindow.Microseconds())
	if err == nil && n == 0 {
		err = tx.queryRow(sqlOfferKnown, o.Key).Scan(&known)
	}
	o.Settle(n > 0, known)
	return err
}

// micros is an age as the tables have it; nil of none.
func micros(age *time.Duration) *int64 {
	if age == nil {
		return nil
	}
	n := age.Microseconds()
	return &n
}

func deleteAll(tx transaction, o *store.Delete) error {
	ids, err := json.Marshal(o.IDs)
	if err != nil {
		return err
	}
	if _, err := tx.exec(sqlDeleteJoined, string(ids)); err != nil {
		return err
	}
	if _, err := tx.exec(sqlDeleteNotices, string(ids)); err != nil {
		return err
	}
	_, err = tx.exec(sqlDelete, string(ids))
	return err
}
