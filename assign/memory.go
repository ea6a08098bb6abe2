package assign

import (
	"context"
	"fmt"
	"sync"
	"time"

	"azeer-slack/assign/phone"
)

const (
	// memoryKeeps is how many settled assignments stay for an hour; of more than that,
	// each stays for ten minutes, in which its Key may still come back.
	memoryKeeps    = 10_000
	memoryRetains  = time.Hour
	memoryKeyLives = 10 * time.Minute
)

// Memory is a Journal that lives in memory and forgets all when the process ends. It
// is the reference for what a Journal does: the property test runs the Service on it,
// and the conformance suite of the durable ones asks no more than it gives.
//
// Assignments that are finished and answered are kept for an hour, or, when there are
// more than 10,000 of them, for ten minutes. All others are kept for ever.
type Memory struct {
	// Audit makes outcomes due to be reported; see Audit. To be set before first use.
	Audit bool

	mu       sync.Mutex
	last     int64
	rows     map[int64]*row
	keys     map[string]*row
	contacts map[string]*history
	settled  []*row // finished and answered, in that order
}

// row is one assignment as stored.
type row struct {
	Assignment
	keys   []string // its own, and those that joined it
	held   bool     // in the hands of the running process
	onWire bool     // between a TurnGo and the next Turn or Finish
	done   bool     // in settled
	due    bool     // To be audited
}

// history is what the rows of one contact have in common.
type history struct {
	newest *row
	open   map[int64]*row // unfinished
	rows   int            // not yet forgotten
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	return &Memory{
		rows:     make(map[int64]*row),
		keys:     make(map[string]*row),
		contacts: make(map[string]*history),
	}
}

// Accept implements Journal. A request with an empty Key is never Repeated.
func (m *Memory) Accept(ctx context.Context, r Request) (Assignment, Acceptance, error) {
	if err := ctx.Err(); err != nil {
		return Assignment{}, 0, fmt.Errorf("accept request: %w: %w", ErrNotStored, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.forget(now)
	if known, ok := m.keys[r.Key]; ok && r.Key != "" {
		return known.Assignment, Repeated, nil
	}
	if r.Guard != 0 && !m.newestIs(r.Contact, r.Guard) {
		return m.since(r.Contact, r.Guard), Overtaken, nil
	}
	r.Guard = 0
	if equal := m.joinable(r, now); equal != nil {
		m.remember(equal, r.Key)
		return equal.Assignment, Joined, nil
	}
	m.last++
	fresh := &row{Assignment: Assignment{ID: m.last, Request: r, AcceptedAt: now}, held: true}
	m.rows[fresh.ID] = fresh
	m.remember(fresh, r.Key)
	h := m.contacts[r.Contact.Digits()]
	if h == nil {
		h = &history{open: make(map[int64]*row)}
		m.contacts[r.Contact.Digits()] = h
	}
	h.newest, h.open[fresh.ID] = fresh, fresh
	h.rows++
	return fresh.Assignment, Accepted, nil
}

// joinable gives the unfinished row that r may join. Only the newest of its contact
// qualifies: joining one that has been overtaken would let the other's word be the last.
func (m *Memory) joinable(r Request, now time.Time) *row {
	h := m.contacts[r.Contact.Digits()]
	if h == nil {
		return nil
	}
	n := h.newest
	if n.Finished() || n.Requester != r.Requester || !n.Agent.Equal(r.Agent) || now.Sub(n.AcceptedAt) >= JoinWindow {
		return nil
	}
	return n
}

func (m *Memory) remember(r *row, key string) {
	if key == "" {
		return
	}
	m.keys[key] = r
	r.keys = append(r.keys, key)
}

// Turn implements Journal.
func (m *Memory) Turn(ctx context.Context, id int64, sending bool) (Turn, error) {
	if err := ctx.Err(); err != nil {
		return Turn{}, fmt.Errorf("ask turn: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[id]
	if r == nil || r.Finished() || !r.held {
		return Turn{Verdict: TurnLost}, nil
	}
	r.onWire = false
	h := m.contacts[r.Contact.Digits()]
	if h.newest.ID > id {
		return Turn{Verdict: TurnSuperseded, Newer: h.newest.Assignment}, nil
	}
	for other, o := range h.open {
		if other < id && o.onWire {
			return Turn{Verdict: TurnWait}, nil
		}
	}
	r.onWire = true
	r.Sent = r.Sent || sending
	return Turn{Verdict: TurnGo}, nil
}

// Finish implements Journal.
func (m *Memory) Finish(ctx context.Context, id int64, o Outcome) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store outcome: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[id]
	if r == nil || r.Finished() {
		return nil
	}
	r.Outcome, r.onWire, r.due = o, false, m.Audit
	delete(m.contacts[r.Contact.Digits()].open, id)
	return nil
}

// Answered implements Journal.
func (m *Memory) Answered(ctx context.Context, id int64) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("note answer: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[id]
	if r == nil {
		return nil
	}
	r.Answered, r.Reply = true, ""
	if r.Finished() && !r.done {
		r.done = true
		m.settled = append(m.settled, r)
	}
	return nil
}

// Take implements Journal. After the first call it gives nothing until Restart.
func (m *Memory) Take(ctx context.Context) ([]Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("take assignments: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var taken []Assignment
	for _, r := range m.rows {
		if !r.held && !r.Answered {
			r.held = true
			taken = append(taken, r.Assignment)
		}
	}
	sortByID(taken)
	return taken, nil
}

// Latest implements Journal.
func (m *Memory) Latest(ctx context.Context, contact phone.Number) (Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return Assignment{}, false, fmt.Errorf("find latest assignment: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.contacts[contact.Digits()]; h != nil {
		return h.newest.Assignment, true, nil
	}
	return Assignment{}, false, nil
}

// Restart lets go of everything, as if the process that worked on it had died: the
// next Take gives it again.
func (m *Memory) Restart() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		r.held, r.onWire = false, false
	}
}

// forget drops what has been settled for long enough. The newest row of a contact
// stays in its history while older ones are there, since they must know of it.
func (m *Memory) forget(now time.Time) {
	for len(m.settled) > 0 {
		r := m.settled[0]
		age := now.Sub(r.AcceptedAt)
		if age < memoryKeyLives || age < memoryRetains && len(m.settled) <= memoryKeeps {
			return
		}
		m.settled[0] = nil
		m.settled = m.settled[1:]
		delete(m.rows, r.ID)
		for _, key := range r.keys {
			delete(m.keys, key)
		}
		h := m.contacts[r.Contact.Digits()]
		if h.rows--; h.rows == 0 {
			delete(m.contacts, r.Contact.Digits())
		}
	}
}
