// Package record keeps what happened in the sandbox: a timeline of events, the rules that
// the app broke, and who must be told of changes. It is filled by both sides and knows
// neither of them.
package record

import (
	"fmt"
	"sync"
	"time"
)

// Rule names a rule that an app can break. Each side has its own.
type Rule string

// Breach is one rule broken by the app.
type Breach struct {
	At       time.Time
	Side     string // who noticed: "slack" or "azeer"
	Rule     Rule
	Detail   string // in words, for the developer
	Envelope string // envelope_id, where it is known which the breach is about
}

// String gives the breach in one line.
func (b Breach) String() string { return fmt.Sprintf("%s: %s: %s", b.Side, b.Rule, b.Detail) }

// Kind says what happened in an [Event].
type Kind string

// The kinds of events, in the order of a command's life.
const (
	Connected     Kind = "connected"      // a socket was opened
	Disconnected  Kind = "disconnected"   // a socket is gone
	Typed         Kind = "typed"          // a person typed, clicked or submitted
	Delivered     Kind = "delivered"      // Slack sent the envelope to the app
	Acked         Kind = "acked"          // the app acknowledged it in time
	Failed        Kind = "failed"         // it did not; Text is what the person reads
	Opened        Kind = "opened"         // a form appeared or changed before a person
	AzeerReceived Kind = "azeer_received" // Azeer received a call
	Seen          Kind = "seen"           // a message appeared before a person
	StepEnded     Kind = "step_ended"     // the app completed a workflow's step; Text is its state
)

// Event is one line of the timeline.
type Event struct {
	At       time.Time
	Kind     Kind
	Who      string // handle of the person, if any
	From     string // of a message that was seen: user id of its author
	Where    string // "#general", "@azeer", "Home tab" or empty
	Text     string // what was typed, read or called
	Envelope string // envelope_id, if the event belongs to one
}

// Recorder keeps breaches and events of both sides, and tells subscribers.
type Recorder struct {
	mu          sync.Mutex
	breaches    []Breach
	events      []Event
	subscribers map[int]subscriber
	watches     map[*Watch]bool
	nextID      int
	wake        chan struct{}
	once        sync.Once
	done        chan struct{}
	stopped     chan struct{}
}

type subscriber struct {
	tell func(Event)
	from int // index of the first event it is told
}

// NewRecorder starts a recorder. End it with Close.
func NewRecorder() *Recorder {
	r := &Recorder{
		subscribers: map[int]subscriber{},
		watches:     map[*Watch]bool{},
		wake:        make(chan struct{}, 1),
		done:        make(chan struct{}),
		stopped:     make(chan struct{}),
	}
	go r.dispatch()
	return r
}

// Reporter fills a [Recorder] from one side. All its methods may be called with the lock
// of that side held.
type Reporter struct {
	recorder *Recorder
	side     string
}

// Reporter returns the reporter of one side.
func (r *Recorder) Reporter(side string) *Reporter { return &Reporter{r, side} }

// Breach records a broken rule.
func (p *Reporter) Breach(rule Rule, format string, args ...any) {
	p.BreachOf("", rule, format, args...)
}

// BreachOf is Breach where it is about one envelope.
func (p *Reporter) BreachOf(envelope string, rule Rule, format string, args ...any) {
	b := Breach{At: time.Now(), Side: p.side, Rule: rule, Detail: fmt.Sprintf(format, args...), Envelope: envelope}
	r := p.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	r.breaches = append(r.breaches, b)
	r.tellWatches(func(c *Changes) { c.Breaches = append(c.Breaches, b) })
}

// Event adds e to the timeline; a zero At means now.
func (p *Reporter) Event(e Event) {
	r := p.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.At.IsZero() {
		e.At = time.Now()
	}
	r.events = append(r.events, e)
	r.tellWatches(func(c *Changes) { c.Events = append(c.Events, e) })
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Breaches returns every rule the app has broken so far, oldest first.
func (r *Recorder) Breaches() []Breach {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Breach(nil), r.breaches...)
}

// TakeBreaches returns the breaches so far and forgets them, for a test that
// provokes one on purpose.
func (r *Recorder) TakeBreaches() []Breach {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.breaches
	r.breaches = nil
	return taken
}

// Events returns all that happened so far, oldest first.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.events...)
}

// Subscribe calls f for every event from now on, one at a time and in order, on
// a goroutine of the recorder. f may call the sandbox. The function returned ends
// the subscription; a call of f may still be under way then.
func (r *Recorder) Subscribe(f func(Event)) (stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.nextID
	r.nextID++
	r.subscribers[id] = subscriber{tell: f, from: len(r.events)}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.subscribers, id)
	}
}

// dispatch tells subscribers of events in order, outside the lock, until Close.
func (r *Recorder) dispatch() {
	defer close(r.stopped)
	next := 0
	for {
		next = r.tellFrom(next)
		select {
		case <-r.wake:
		case <-r.done:
			r.tellFrom(next)
			return
		}
	}
}

func (r *Recorder) tellFrom(next int) int {
	for {
		r.mu.Lock()
		if next >= len(r.events) {
			r.mu.Unlock()
			return next
		}
		e := r.events[next]
		var tell []func(Event)
		for id := 0; id < r.nextID; id++ {
			if s, ok := r.subscribers[id]; ok && s.from <= next {
				tell = append(tell, s.tell)
			}
		}
		r.mu.Unlock()
		for _, f := range tell {
			f(e)
		}
		next++
	}
}

// Close tells what is left and ends the recorder's goroutine.
func (r *Recorder) Close() {
	r.once.Do(func() { close(r.done) })
	<-r.stopped
}
