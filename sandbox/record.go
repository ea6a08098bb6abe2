package sandbox

import (
	"fmt"
	"sync"
	"time"
)

// Side says which half of the sandbox noticed something.
type Side string

// The two sides of the box.
const (
	SideSlack Side = "slack"
	SideAzeer Side = "azeer"
)

// Rule names a rule that an app can break. The Slack side's are the Rule
// constants; the Azeer side has its own.
type Rule string

// Rules of Slack. The comment gives what the app did.
const (
	RuleAckMissing      Rule = "ack_missing"        // left an envelope on a healthy socket unacknowledged
	RuleAckLate         Rule = "ack_late"           // acknowledged after the deadline
	RuleAckDouble       Rule = "ack_double"         // acknowledged one envelope twice
	RuleAckUnknown      Rule = "ack_unknown"        // acknowledged an envelope that was never sent, or a hello
	RuleAckTooLarge     Rule = "ack_too_large"      // acknowledgement of 20480 bytes or more, dropped
	RuleAckFragmented   Rule = "ack_fragmented"     // acknowledgement split over WebSocket frames, dropped
	RuleAckPayload      Rule = "ack_payload"        // Payload where none is accepted
	RuleAckInvalid      Rule = "ack_invalid"        // Payload Slack cannot use: bad view, message, options, errors
	RuleAckUnreadable   Rule = "ack_unreadable"     // frame that is not a JSON text frame
	RuleAckStray        Rule = "ack_stray"          // acknowledged on another socket while RefuseStrayAcks holds
	RuleTokenPlace      Rule = "token_place"        // Wrong kind of token for the method, or in the wrong place
	RuleTicket          Rule = "ticket"             // used a socket URL twice, too late, or made it up
	RuleTooManySockets  Rule = "too_many_sockets"   // opened an eleventh socket
	RuleTriggerExpired  Rule = "trigger_expired"    // used a trigger_id after its 3 s
	RuleTriggerUsed     Rule = "trigger_used"       // used a trigger_id twice
	RuleTriggerUnknown  Rule = "trigger_unknown"    // used a trigger_id Slack never gave
	RuleInvalidView     Rule = "invalid_view"       // sent a view that breaks Block Kit's rules
	RuleInvalidMessage  Rule = "invalid_message"    // sent a message that breaks Block Kit's rules
	RuleViewTooLarge    Rule = "view_too_large"     // sent a view over 250 KB
	RuleViewStack       Rule = "view_stack"         // pushed a fourth view
	RuleHashConflict    Rule = "hash_conflict"      // updated a view with an old hash
	RuleUnknownMethod   Rule = "unknown_method"     // Name a method the sandbox lacks
	RuleUnknownPath     Rule = "unknown_path"       // Name a path that is not Slack's
	RuleBadRequest      Rule = "bad_request"        // Wrong HTTP method, body or arguments
	RuleResponseUsedUp  Rule = "response_used_up"   // used a response_url a sixth time
	RuleResponseExpired Rule = "response_expired"   // used a response_url after 30 min
	RuleResponseUnknown Rule = "response_unknown"   // made up a response_url
	RulePing            Rule = "ping_unanswered"    // did not answer a ping with its payload
	RuleRateLimit       Rule = "rate_limit_ignored" // Name again before Retry-After was over
)

// Breach is one rule broken by the app.
type Breach struct {
	At       time.Time
	Side     Side
	Rule     Rule
	Detail   string // in words, for the developer
	Envelope string // envelope_id, where it is known which the breach is about
}

// String gives the breach in one line.
func (b Breach) String() string { return fmt.Sprintf("%s: %s: %s", b.Side, b.Rule, b.Detail) }

// EventKind says what happened in an [Event].
type EventKind string

// The kinds of events, in the order of a command's life.
const (
	EventConnected     EventKind = "connected"      // a socket was opened
	EventDisconnected  EventKind = "disconnected"   // a socket is gone
	EventTyped         EventKind = "typed"          // a person typed, clicked or submitted
	EventDelivered     EventKind = "delivered"      // Slack sent the envelope to the app
	EventAcked         EventKind = "acked"          // the app acknowledged it in time
	EventFailed        EventKind = "failed"         // it did not; Text is what the person reads
	EventOpened        EventKind = "opened"         // a form appeared or changed before a person
	EventAzeerReceived EventKind = "azeer_received" // Azeer received a call
	EventSeen          EventKind = "seen"           // a message appeared before a person
)

// WhereHome is where the app's Home tab appears.
const WhereHome = "Home tab"

// Event is one line of the timeline.
type Event struct {
	At       time.Time
	Kind     EventKind
	Who      string // handle of the person, if any
	From     string // of a message that was seen: user id of its author
	Where    string // "#general", "@azeer", WhereHome or empty
	Text     string // what was typed, read or called
	Envelope string // envelope_id, if the event belongs to one
}

// recorder keeps breaches and events of both sides, and tells subscribers.
type recorder struct {
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

func newRecorder() *recorder {
	r := &recorder{
		subscribers: map[int]subscriber{},
		watches:     map[*Watch]bool{},
		wake:        make(chan struct{}, 1),
		done:        make(chan struct{}),
		stopped:     make(chan struct{}),
	}
	go r.dispatch()
	return r
}

func (r *recorder) breach(side Side, rule Rule, format string, args ...any) {
	r.breachOf("", side, rule, format, args...)
}

// breachOf is breach where it is about one envelope.
func (r *recorder) breachOf(envelope string, side Side, rule Rule, format string, args ...any) {
	b := Breach{At: time.Now(), Side: side, Rule: rule, Detail: fmt.Sprintf(format, args...), Envelope: envelope}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.breaches = append(r.breaches, b)
	r.markLocked(func(m *marks) { m.breaches = append(m.breaches, b) })
}

// event adds e to the timeline; a zero At means now.
func (r *recorder) event(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.At.IsZero() {
		e.At = time.Now()
	}
	r.events = append(r.events, e)
	r.markLocked(func(m *marks) { m.events = append(m.events, e) })
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *recorder) allBreaches() []Breach {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Breach(nil), r.breaches...)
}

func (r *recorder) takeBreaches() []Breach {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.breaches
	r.breaches = nil
	return taken
}

func (r *recorder) allEvents() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.events...)
}

func (r *recorder) subscribe(f func(Event)) (stop func()) {
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

// dispatch tells subscribers of events in order, outside the lock, until close.
func (r *recorder) dispatch() {
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

func (r *recorder) tellFrom(next int) int {
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

// close tells what is left and ends the dispatcher.
func (r *recorder) close() {
	r.once.Do(func() { close(r.done) })
	<-r.stopped
}
