package sandbox

import (
	"context"
	"errors"
)

// Watch tells what has changed on the screens and in the account, for a page that
// draws them. What has changed is marked at once and read at the next call of
// [Watch.Next], so that a slow reader misses steps in between, and nothing else.
// It must be read from or stopped: it remembers until then.
type Watch struct {
	box  *Sandbox
	wake chan struct{}

	marks marks // guarded by recorder.mu
}

// Changes is what is different since the last call of [Watch.Next]: each thing
// once, as it is now.
type Changes struct {
	Messages []Shown   // new or changed, in the order of the changes
	Gone     []Gone    // no longer on any screen; they come after Messages
	Forms    []*Person // whose stack of forms is different
	Homes    []*Person // whose Home tab is
	Places   bool      // conversations or their members
	People   bool      // who is in the workspace
	Agents   bool      // the agents of the Azeer account
	Calls    []Call    // To Azeer, new or gone further
	Events   []Event   // the timeline, see [Sandbox.Events]
	Breaches []Breach
}

// Shown is a message with those who have it on their screen. It stands for all of
// them: Where is empty.
type Shown struct {
	Message
	People []*Person
}

// Gone is a message that has left the screens of People.
type Gone struct {
	Channel, TS string
	People      []*Person
}

// marks is what a Watch has not yet told.
type marks struct {
	messages []posted
	marked   map[*message]bool
	gone     []Gone
	forms    []*Person
	homes    []*Person
	places   bool
	people   bool
	agents   bool
	calls    []int
	events   []Event
	breaches []Breach
}

// posted is a message in its place.
type posted struct {
	channel *channel
	message *message
}

func (m *marks) empty() bool {
	return len(m.messages)+len(m.gone)+len(m.forms)+len(m.homes)+len(m.calls)+len(m.events)+len(m.breaches) == 0 &&
		!m.places && !m.people && !m.agents
}

// Watch starts to watch. Events, breaches and calls are told from the beginning of
// the sandbox on, all else from now on: first read it as it is.
func (s *Sandbox) Watch() *Watch {
	w := &Watch{box: s, wake: make(chan struct{}, 1), marks: marks{marked: map[*message]bool{}}}
	s.Azeer.mu.Lock() // so that no call comes in between
	defer s.Azeer.mu.Unlock()
	r := s.record
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := range s.Azeer.calls {
		w.marks.calls = append(w.marks.calls, n)
	}
	w.marks.events = append(w.marks.events, r.events...)
	w.marks.breaches = append(w.marks.breaches, r.breaches...)
	r.watches[w] = true
	w.rouse()
	return w
}

// Stop ends the watch; Next must not be called afterwards.
func (w *Watch) Stop() {
	r := w.box.record
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.watches, w)
}

// Next waits for changes and returns them. It ends with the context's error, or
// with an error once the sandbox is closed and everything has been told.
func (w *Watch) Next(ctx context.Context) (Changes, error) {
	for {
		if m := w.take(); !m.empty() {
			return w.box.changes(m), nil
		}
		select {
		case <-w.wake:
		case <-w.box.record.done:
			if m := w.take(); !m.empty() {
				return w.box.changes(m), nil
			}
			return Changes{}, errClosed
		case <-ctx.Done():
			return Changes{}, ctx.Err()
		}
	}
}

// IsClosed tells whether an error means that the sandbox is closed.
func IsClosed(err error) bool { return errors.Is(err, errClosed) }

func (w *Watch) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Watch) take() marks {
	r := w.box.record
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := w.marks
	w.marks = marks{marked: map[*message]bool{}}
	return taken
}

// mark lets every watch note a change. It may be called with the lock of either
// side held.
func (r *recorder) mark(note func(*marks)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.markLocked(note)
}

func (r *recorder) markLocked(note func(*marks)) {
	for w := range r.watches {
		note(&w.marks)
		w.rouse()
	}
}

// changes reads what is marked as it is now.
func (s *Sandbox) changes(m marks) Changes {
	c := Changes{Gone: m.gone, Forms: m.forms, Homes: m.homes, Places: m.places, People: m.people, Agents: m.agents,
		Events: m.events, Breaches: m.breaches, Calls: s.Azeer.callsAt(m.calls)}
	k := s.Slack
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, at := range m.messages {
		c.Messages = append(c.Messages, Shown{Message: k.copyOf(at.channel, at.message), People: k.viewers(at.channel, at.message)})
	}
	return c
}

// viewers are those who have a message on their screen.
func (k *Slack) viewers(c *channel, m *message) []*Person {
	var all []*Person
	for _, p := range k.persons {
		if !p.removed && m.visible(p, c) {
			all = append(all, p)
		}
	}
	return all
}

// markMessage notes a new or changed message. This and the next ones are called
// with the lock held.
func (k *Slack) markMessage(c *channel, m *message) {
	k.record.mark(func(marks *marks) {
		if !marks.marked[m] {
			marks.marked[m] = true
			marks.messages = append(marks.messages, posted{c, m})
		}
	})
}

func (k *Slack) markGone(c *channel, m *message) {
	people := k.viewers(c, m)
	k.record.mark(func(marks *marks) {
		marks.gone = append(marks.gone, Gone{Channel: c.id, TS: m.ts, People: people})
	})
}

// markView notes that a view, or the stack it stands in, is different.
func (k *Slack) markView(v *view) {
	home := v.body.str("type") == "home"
	k.record.mark(func(marks *marks) {
		if home {
			marks.homes = with(marks.homes, v.person)
		} else {
			marks.forms = with(marks.forms, v.person)
		}
	})
}

func (k *Slack) markPlaces() { k.record.mark(func(marks *marks) { marks.places = true }) }

func (k *Slack) markPeople() {
	k.record.mark(func(marks *marks) { marks.people, marks.places = true, true })
}

func with(people []*Person, p *Person) []*Person {
	for _, other := range people {
		if other == p {
			return people
		}
	}
	return append(people, p)
}
