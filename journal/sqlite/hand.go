package sqlite

import (
	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

// hand is what need not be read of the assignments that are unanswered: this process alone
// writes, so it knows.
type hand struct {
	held     map[int64]*held
	contacts map[string]*contact
	noted    []*contact // those with notes
}

type held struct {
	contact        *contact
	sent, finished bool
}

// contact is the contact of something in hand or noted.
type contact struct {
	number string
	first  int64 // of its assignments, answered ones too, where that is known
	newest int64 // likewise
	held   int
	notes  int // of how many of its assignments something is noted
}

func newHand() hand {
	return hand{held: make(map[int64]*held), contacts: make(map[string]*contact)}
}

// take adds an assignment. newest is that of its contact, as far as is known.
func (h *hand) take(id int64, number string, sent, finished bool, newest int64) {
	c := h.of(number)
	c.newest = max(c.newest, newest, id)
	c.held++
	h.held[id] = &held{contact: c, sent: sent, finished: finished}
}

func (h *hand) of(number string) *contact {
	c := h.contacts[number]
	if c == nil {
		c = &contact{number: number}
		h.contacts[number] = c
	}
	return c
}

// accept adds an assignment that has just been accepted.
func (h *hand) accept(o *store.Accept) {
	if c := h.of(o.Contact); c.newest == 0 && o.First {
		c.first = o.Stored.ID
	}
	h.take(o.Stored.ID, o.Contact, false, false, 0)
}

// isFirst tells whether the contact of an assignment surely had no earlier one.
func (h *hand) isFirst(id int64) bool {
	one := h.held[id]
	return one != nil && one.contact.first == id
}

// drop takes an assignment away that is answered.
func (h *hand) drop(id int64) {
	one := h.held[id]
	if one == nil {
		return
	}
	delete(h.held, id)
	one.contact.held--
	h.forget(one.contact)
}

func (h *hand) forget(c *contact) {
	if c.held == 0 && c.notes == 0 {
		delete(h.contacts, c.number)
	}
}

// note says that the first thing is noted of an assignment.
func (h *hand) note(id int64) {
	one := h.held[id]
	if one == nil {
		return
	}
	if one.contact.notes++; one.contact.notes == 1 {
		h.noted = append(h.noted, one.contact)
	}
}

func (h *hand) isNoted(number string) bool {
	c := h.contacts[number]
	return c != nil && c.notes > 0
}

// written says that there are no notes any more.
func (h *hand) written() {
	for _, c := range h.noted {
		c.notes = 0
		h.forget(c)
	}
	h.noted = h.noted[:0]
}

// isOpen tells whether an assignment is there and unfinished.
func (h *hand) isOpen(id int64) bool {
	one := h.held[id]
	return one != nil && !one.finished
}

// isFinished tells whether an assignment is finished and unanswered.
func (h *hand) isFinished(id int64) bool {
	one := h.held[id]
	return one != nil && one.finished
}

func (h *hand) isSent(id int64) bool {
	one := h.held[id]
	return one != nil && one.sent
}

func (h *hand) finish(id int64) {
	if one := h.held[id]; one != nil {
		one.finished = true
	}
}

func (h *hand) send(id int64) {
	if one := h.held[id]; one != nil {
		one.sent = true
	}
}

// committed takes in what operations have done to the tables.
func (h *hand) committed(operations []store.Operation) {
	for _, o := range operations {
		switch o := o.(type) {
		case *store.Accept:
			if o.Acceptance == assign.Accepted {
				h.accept(o)
			}
		case *store.Finish:
			if o.Done {
				h.finish(o.ID)
			}
		case *store.Sending:
			if o.Found {
				h.send(o.ID)
			}
		case *store.Answered:
			if o.Found {
				h.drop(o.ID)
			}
		}
	}
}

// turn tells whether an assignment may make its next attempt, and what is newer if not.
func (h *hand) turn(id int64) (verdict assign.TurnVerdict, newest int64) {
	one := h.held[id]
	switch {
	case one == nil, one.finished:
		return assign.TurnLost, 0
	case one.contact.newest > id:
		return assign.TurnSuperseded, one.contact.newest
	}
	return assign.TurnGo, 0
}
