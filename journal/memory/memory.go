// Package memory keeps assignments as long as the process lives: the reference for what a
// Journal does, for tests, which knows no database.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// Retention is how long an assignment stays that is finished and answered, as long as there
// are no more than 10,000 of them; of more than that, each stays for ten minutes, in which
// its Key may still come back.
const (
	Retention    = time.Hour
	minRetention = 10 * time.Minute
	maxSettled   = 10_000
)

// Journal is an assign.Journal. The property test runs the Service on it, and the
// conformance suite of the durable ones asks no more than it gives.
//
// Assignments that are finished and answered are kept for Retention, all others for ever.
type Journal struct {
	// Audit makes outcomes due to be reported; see assign.Audit. To be set before first use.
	Audit bool
	// Notify makes new owners due to be told; see assign.Notices. To be set before first use.
	Notify bool

	mu       sync.Mutex
	last     int64
	rows     map[int64]*row
	keys     map[string]*row
	contacts map[string]*contact
	told
	settled []*row                 // finished and answered, in that order
	lasts   map[string]agent.Email // whom each group was given its last contact to
}

// told is what people are told beside answers.
type told struct {
	notices map[int64]assign.Notice
	offers  map[int64]offered
}

// row is one assignment as stored.
type row struct {
	assign.Assignment
	keys   []string // its own, and those that joined it
	owned  bool     // by the running process
	onWire bool     // between a TurnGo and the next Turn or Finish
	done   bool     // in settled
	due    bool     // to be audited
	chosen time.Time
}

// contact is what the rows of one contact have in common.
type contact struct {
	newest *row
	open   map[int64]*row // unfinished
	rows   int            // not yet forgotten
}

// New returns an empty Journal.
func New() *Journal {
	return &Journal{
		rows:     make(map[int64]*row),
		keys:     make(map[string]*row),
		contacts: make(map[string]*contact),
		told:     told{make(map[int64]assign.Notice), make(map[int64]offered)},
		lasts:    make(map[string]agent.Email),
	}
}

// Accept implements assign.Journal. A request with an empty Key is never Repeated.
func (j *Journal) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	if err := ctx.Err(); err != nil {
		return assign.Assignment{}, 0, fmt.Errorf("accept request: %w: %w", assign.ErrNotStored, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	a, how := j.accept(r)
	return a, how, nil
}

// accept is Accept under the lock.
func (j *Journal) accept(r assign.Request) (assign.Assignment, assign.Acceptance) {
	now := time.Now()
	j.forget(now)
	if known, ok := j.keys[r.Key]; ok && r.Key != "" {
		return known.Assignment, assign.Repeated
	}
	if r.Guard != 0 && !j.newestIs(r.Contact, r.Guard) {
		return j.since(r.Contact, r.Guard), assign.Overtaken
	}
	r.Guard = 0
	if equal := j.joinable(r, now); equal != nil {
		j.remember(equal, r.Key)
		return equal.Assignment, assign.Joined
	}
	j.last++
	fresh := &row{Assignment: assign.Assignment{ID: j.last, Request: r, AcceptedAt: now}, owned: true}
	j.rows[fresh.ID] = fresh
	j.remember(fresh, r.Key)
	h := j.contacts[r.Contact.Digits()]
	if h == nil {
		h = &contact{open: make(map[int64]*row)}
		j.contacts[r.Contact.Digits()] = h
	}
	h.newest, h.open[fresh.ID] = fresh, fresh
	h.rows++
	return fresh.Assignment, assign.Accepted
}

// joinable gives the unfinished row that r may join. Only the newest of its contact
// qualifies: joining one that has been overtaken would let the other's word be the last.
func (j *Journal) joinable(r assign.Request, now time.Time) *row {
	h := j.contacts[r.Contact.Digits()]
	if h == nil {
		return nil
	}
	n := h.newest
	if r.Batch != 0 || n.Batch != 0 || n.Finished() || n.Requester != r.Requester || !n.Agent.Equal(r.Agent) || !n.Brief.Note.Equal(r.Brief.Note) || now.Sub(n.AcceptedAt) >= assign.JoinWindow {
		return nil
	}
	return n
}

func (j *Journal) remember(r *row, key string) {
	if key == "" {
		return
	}
	j.keys[key] = r
	r.keys = append(r.keys, key)
}

// Turn implements assign.Journal.
func (j *Journal) Turn(ctx context.Context, id int64, sending bool) (assign.Turn, error) {
	if err := ctx.Err(); err != nil {
		return assign.Turn{}, fmt.Errorf("ask turn: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.rows[id]
	if r == nil || r.Finished() || !r.owned {
		return assign.Turn{Verdict: assign.TurnLost}, nil
	}
	r.onWire = false
	h := j.contacts[r.Contact.Digits()]
	if h.newest.ID > id {
		return assign.Turn{Verdict: assign.TurnSuperseded, Newer: h.newest.Assignment}, nil
	}
	for other, o := range h.open {
		if other < id && o.onWire {
			return assign.Turn{Verdict: assign.TurnWait}, nil
		}
	}
	r.onWire = true
	r.Sent = r.Sent || sending
	return assign.Turn{Verdict: assign.TurnGo}, nil
}

// Finish implements assign.Journal.
func (j *Journal) Finish(ctx context.Context, id int64, o assign.Outcome) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store outcome: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.rows[id]
	if r != nil && !r.Finished() {
		j.finish(r, o)
	}
	return nil
}

// finish is Finish of an unfinished row, under the lock.
func (j *Journal) finish(r *row, o assign.Outcome) {
	r.Outcome, r.onWire, r.due = o, false, j.Audit && j.isFirst(r)
	delete(j.contacts[r.Contact.Digits()].open, r.ID)
	j.notify(r)
}

// Answered implements assign.Journal.
func (j *Journal) Answered(ctx context.Context, id int64) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("note answer: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.rows[id]
	if r == nil {
		return nil
	}
	r.Answered, r.Reply = true, ""
	if r.Finished() && !r.done {
		r.done = true
		j.settled = append(j.settled, r)
	}
	return nil
}

// Take implements assign.Journal. After the first call it gives nothing until Restart.
func (j *Journal) Take(ctx context.Context) ([]assign.Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("take assignments: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var taken []assign.Assignment
	for _, r := range j.rows {
		if !r.owned && !r.Answered {
			r.owned = true
			taken = append(taken, r.Assignment)
		}
	}
	sortByID(taken)
	return taken, nil
}

// GiveBack implements assign.Journal. Nobody shares it.
func (j *Journal) GiveBack(context.Context, []int64, bool) ([]int64, error) { return nil, nil }

// Latest implements assign.Journal.
func (j *Journal) Latest(ctx context.Context, of phone.Number) (assign.Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find latest assignment: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if h := j.contacts[of.Digits()]; h != nil {
		return h.newest.Assignment, true, nil
	}
	return assign.Assignment{}, false, nil
}

func sortByID(all []assign.Assignment) {
	slices.SortFunc(all, func(a, b assign.Assignment) int { return cmp.Compare(a.ID, b.ID) })
}

// Restart lets go of everything, as if the process that worked on it had died: the
// next Take gives it again.
func (j *Journal) Restart() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.rows {
		r.owned, r.onWire = false, false
	}
}

// forget drops what has been settled for long enough. The newest row of a contact
// stays in its history while older ones are there, since they must know of it.
func (j *Journal) forget(now time.Time) {
	for len(j.settled) > 0 {
		r := j.settled[0]
		age := now.Sub(r.AcceptedAt)
		if age < minRetention || age < Retention && len(j.settled) <= maxSettled {
			return
		}
		j.settled[0] = nil
		j.settled = j.settled[1:]
		delete(j.rows, r.ID)
		delete(j.notices, r.ID)
		for _, key := range r.keys {
			delete(j.keys, key)
		}
		h := j.contacts[r.Contact.Digits()]
		if h.rows--; h.rows == 0 {
			delete(j.contacts, r.Contact.Digits())
		}
	}
}
