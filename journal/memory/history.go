package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
)

// newestIs tells whether assignment id is the newest of contact.
func (j *Journal) newestIs(contact phone.Number, id int64) bool {
	h := j.contacts[contact.Digits()]
	return h != nil && h.newest.ID == id
}

// since gives the newest assignment of contact if it is newer than id.
func (j *Journal) since(contact phone.Number, id int64) assign.Assignment {
	if h := j.contacts[contact.Digits()]; h != nil && h.newest.ID > id {
		return h.newest.withoutReply()
	}
	return assign.Assignment{}
}

// withoutReply is the row as assign.History gives it.
func (r *row) withoutReply() assign.Assignment {
	a := r.Assignment
	a.Reply = ""
	return a
}

// List implements assign.History.
func (j *Journal) List(ctx context.Context, q assign.Query) ([]assign.Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	found := j.find(func(r *row) bool {
		return (q.Contact.IsZero() || r.Contact.Equal(q.Contact)) &&
			(q.Requester == "" || r.Requester == q.Requester) &&
			(!q.Problems || r.Outcome.Kind.IsProblem()) &&
			(q.Below <= 0 || r.ID < q.Below)
	})
	if q.Batches {
		found = firstOfBatches(found)
	}
	return found[:min(len(found), q.Size())], nil
}

// find gives what fits, newest first.
func (j *Journal) find(fits func(r *row) bool) []assign.Assignment {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := []assign.Assignment{}
	for _, r := range j.rows {
		if fits(r) {
			found = append(found, r.withoutReply())
		}
	}
	sortByID(found)
	slices.Reverse(found)
	return found
}

// Before implements assign.History.
func (j *Journal) Before(ctx context.Context, id int64) (assign.Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find owner before assignment %d: %w", id, err)
	}
	j.mu.Lock()
	r := j.rows[id]
	j.mu.Unlock()
	if r == nil {
		return assign.Assignment{}, false, nil
	}
	a, ok := j.ownerBelow(r.Contact, id)
	return a, ok, nil
}

// Owner implements assign.History.
func (j *Journal) Owner(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find owner of contact: %w", err)
	}
	a, ok := j.ownerBelow(contact, 0)
	return a, ok, nil
}

// ownerBelow looks at what was accepted before assignment id; 0: at all.
func (j *Journal) ownerBelow(contact phone.Number, id int64) (assign.Assignment, bool) {
	found := j.find(func(r *row) bool {
		return r.Contact.Equal(contact) && (id == 0 || r.ID < id) &&
			(r.Outcome.Kind == assign.Assigned || r.Outcome.IsUncertain())
	})
	if len(found) == 0 || found[0].Outcome.Kind != assign.Assigned {
		return assign.Assignment{}, false
	}
	return found[0], true
}

// Held implements assign.History.
func (j *Journal) Held(ctx context.Context, q assign.Holding) ([]assign.Held, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("find contacts of an agent: %w", err)
	}
	found := j.find(func(r *row) bool {
		return r.Outcome.Kind == assign.Assigned && q.IsOf(r.Outcome.Agent) && !r.Outcome.At.Before(q.Since) &&
			r.ID >= q.First && (q.Last <= 0 || r.ID <= q.Last)
	})
	slices.Reverse(found)
	held := []assign.Held{}
	for _, a := range found {
		newer := j.find(func(r *row) bool {
			return r.Contact.Equal(a.Contact) && r.ID > a.ID &&
				(!r.Finished() || r.Outcome.Kind == assign.Assigned || r.Outcome.IsUncertain())
		})
		if len(newer) > 0 || q.Limit > 0 && len(held) == q.Limit {
			continue
		}
		newest := j.find(func(r *row) bool { return r.Contact.Equal(a.Contact) })
		held = append(held, assign.Held{Assignment: a, Newest: newest[0].ID})
	}
	return held, nil
}

// Tally implements assign.History.
func (j *Journal) Tally(ctx context.Context, since time.Time) ([]assign.Count, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("count assignments: %w", err)
	}
	tally := assign.NewTally(since.Location())
	for _, a := range j.find(func(r *row) bool {
		return r.Outcome.Kind == assign.Assigned && r.Undoes == 0 && !r.Outcome.At.Before(since)
	}) {
		tally.Add(a.Outcome.Agent, a.Outcome.At)
	}
	return tally.Counts(), nil
}

// Unaudited implements assign.Audit. It belongs to one process, so all is due in it.
func (j *Journal) Unaudited(ctx context.Context, limit int) ([]assign.Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("find unaudited assignments: %w", err)
	}
	due := j.find(func(r *row) bool { return r.due })
	slices.Reverse(due)
	return due[:min(len(due), max(limit, 0))], nil
}

// Audited implements assign.Audit.
func (j *Journal) Audited(ctx context.Context, id int64) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("note audit: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.rows[id]; r != nil {
		r.due = false
	}
	return nil
}
