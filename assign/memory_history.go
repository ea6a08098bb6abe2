package assign

import (
	"context"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign/phone"
)

// newestIs tells whether assignment id is the newest of contact.
func (m *Memory) newestIs(contact phone.Number, id int64) bool {
	h := m.contacts[contact.Digits()]
	return h != nil && h.newest.ID == id
}

// since gives the newest assignment of contact if it is newer than id.
func (m *Memory) since(contact phone.Number, id int64) Assignment {
	if h := m.contacts[contact.Digits()]; h != nil && h.newest.ID > id {
		return h.newest.remembered()
	}
	return Assignment{}
}

// remembered is the row as History gives it.
func (r *row) remembered() Assignment {
	a := r.Assignment
	a.Reply = ""
	return a
}

// List implements History.
func (m *Memory) List(ctx context.Context, q Query) ([]Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	found := m.find(func(r *row) bool {
		return (q.Contact.IsZero() || r.Contact.Equal(q.Contact)) &&
			(q.Requester == "" || r.Requester == q.Requester) &&
			(!q.Problems || r.Outcome.Kind.IsProblem()) &&
			(q.Below <= 0 || r.ID < q.Below)
	})
	return found[:min(len(found), q.Size())], nil
}

// find gives what fits, newest first.
func (m *Memory) find(fits func(r *row) bool) []Assignment {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := []Assignment{}
	for _, r := range m.rows {
		if fits(r) {
			found = append(found, r.remembered())
		}
	}
	sortByID(found)
	slices.Reverse(found)
	return found
}

// Before implements History.
func (m *Memory) Before(ctx context.Context, id int64) (Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return Assignment{}, false, fmt.Errorf("find owner before assignment %d: %w", id, err)
	}
	m.mu.Lock()
	r := m.rows[id]
	m.mu.Unlock()
	if r == nil {
		return Assignment{}, false, nil
	}
	a, ok := m.ownerBelow(r.Contact, id)
	return a, ok, nil
}

// Owner implements History.
func (m *Memory) Owner(ctx context.Context, contact phone.Number) (Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return Assignment{}, false, fmt.Errorf("find owner of contact: %w", err)
	}
	a, ok := m.ownerBelow(contact, 0)
	return a, ok, nil
}

// ownerBelow looks at what was accepted before assignment id; 0: at all.
func (m *Memory) ownerBelow(contact phone.Number, id int64) (Assignment, bool) {
	found := m.find(func(r *row) bool {
		return r.Contact.Equal(contact) && (id == 0 || r.ID < id) &&
			(r.Outcome.Kind == Assigned || r.Outcome.IsUncertain())
	})
	if len(found) == 0 || found[0].Outcome.Kind != Assigned {
		return Assignment{}, false
	}
	return found[0], true
}

// Tally implements History.
func (m *Memory) Tally(ctx context.Context, since time.Time) ([]Count, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("count assignments: %w", err)
	}
	tally := NewTally(since.Location())
	for _, a := range m.find(func(r *row) bool {
		return r.Outcome.Kind == Assigned && r.Undoes == 0 && !r.Outcome.At.Before(since)
	}) {
		tally.Add(a.Outcome.Agent, a.Outcome.At)
	}
	return tally.Counts(), nil
}

// Unaudited implements Audit. A Memory belongs to one process, so all is due in it.
func (m *Memory) Unaudited(ctx context.Context, limit int) ([]Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("find unaudited assignments: %w", err)
	}
	due := m.find(func(r *row) bool { return r.due })
	slices.Reverse(due)
	return due[:min(len(due), max(limit, 0))], nil
}

// Audited implements Audit.
func (m *Memory) Audited(ctx context.Context, id int64) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("note audit: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[id]; r != nil {
		r.due = false
	}
	return nil
}
