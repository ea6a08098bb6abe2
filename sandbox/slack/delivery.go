package slack

import (
	"context"
	"encoding/json"
	"time"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/socketmode"
)

// What people read when an app does not answer as it must. See [Delivery.Shown].
const (
	ShownTimeout  = "operation_timeout"                          // a command not acknowledged in time
	ShownDispatch = "dispatch_failed"                            // a command while the app had no socket
	ShownTrouble  = "We had some trouble connecting. Try again?" // a form not answered, or not usably
	ShownWarning  = "⚠"                                          // a button or shortcut not acknowledged
	ShownNoResult = "No result"                                  // a menu whose options did not come
	ShownRequired = blocks.Required                              // a required field left empty
)

// The kinds of deliveries, named as Slack names them.
const (
	kindCommand         = "slash_commands"
	kindShortcut        = "shortcut"
	kindMessageShortcut = "message_action"
	kindActions         = "block_actions"
	kindSuggestion      = "block_suggestion"
	kindSubmission      = "view_submission"
	kindClosed          = "view_closed"
	kindEvent           = "events_api"
	kindRaw             = "raw" // nothing is known of it but the id
)

type ackState int

const (
	ackUnsent ackState = iota
	ackAwaited
	ackDone
	ackExpired
)

// Delivery is one envelope on its way to the app. Read its fields after Wait, or
// after a call that waits by itself.
type Delivery struct {
	EnvelopeID  string
	Kind        string // slash_commands, shortcut, block_actions, view_submission, …
	TriggerID   string
	ResponseURL string          // empty where the kind has none
	Payload     json.RawMessage // as sent
	Sent        time.Time       // zero: never sent

	Result
	origin
	progress
}

// Result is what came of a delivery.
type Result struct {
	Acked      time.Time       // zero: never acknowledged in time
	AckPayload json.RawMessage // as received
	Reply      *Message        // the message in the acknowledgement, if any
	Options    []Option        // answer of a block_suggestion
	Shown      string          // the error the person reads; empty: none
	Err        error           // the person cannot do this at all: no such button, no such option
}

// origin is where a delivery came from.
type origin struct {
	person   *Person
	view     *view            // for forms
	channel  *channel         // for commands: where the answer goes
	line     string           // for commands: as typed
	rendered *blocks.Rendered // for suggestions: where the menu is
	menu     blocks.Key       // for suggestions: which menu
}

// progress is how far a delivery has come.
type progress struct {
	retry   int              // retry_attempt of events
	repeats int              // sent again by Redeliver so often; each may be acknowledged
	socket  *socketmode.Conn // where it went
	state   ackState
	done    chan struct{}
}

// Wait returns when the delivery is acknowledged or has failed.
func (d *Delivery) Wait(ctx context.Context) error {
	select {
	case <-d.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Took returns the time from sending to acknowledgement, 0 if there was none.
func (d *Delivery) Took() time.Duration {
	if d.Acked.IsZero() {
		return 0
	}
	return d.Acked.Sub(d.Sent)
}

// settled waits without a limit of its own: the acknowledgement has a deadline.
func (d *Delivery) settled() *Delivery {
	<-d.done
	return d
}

// settle ends the delivery. Call it with the lock held, once.
func (d *Delivery) settle(state ackState) {
	d.state = state
	if d.view != nil && d.Kind == kindSubmission {
		d.view.sending--
	}
	close(d.done)
}

// envelopeType is the type of the frame: all interactions share one.
func (d *Delivery) envelopeType() string {
	if d.Kind == kindCommand || d.Kind == kindEvent {
		return d.Kind
	}
	return "interactive"
}

// acceptsPayload tells whether an answer may ride in the acknowledgement
// (https://docs.slack.dev/apis/events-api/using-socket-mode; for block_actions as
// captured, bolt-python#772).
func (d *Delivery) acceptsPayload() bool {
	return d.Kind == kindCommand || d.Kind == kindSubmission || d.Kind == kindSuggestion
}

// impossible is a delivery that a person cannot even start.
func impossible(kind string, err error) *Delivery {
	d := &Delivery{Kind: kind, Result: Result{Err: err}, progress: progress{done: make(chan struct{})}}
	d.settle(ackExpired)
	return d
}

// envelope encodes the delivery as Slack frames it
// (https://docs.slack.dev/apis/events-api/using-socket-mode).
func (d *Delivery) envelope() []byte {
	frame := object{
		"envelope_id":              d.EnvelopeID,
		"type":                     d.envelopeType(),
		"accepts_response_payload": d.acceptsPayload(),
		"payload":                  json.RawMessage(d.Payload),
	}
	if d.Kind == kindEvent {
		reason := ""
		if d.retry > 0 {
			reason = "timeout"
		}
		frame["retry_attempt"], frame["retry_reason"] = d.retry, reason
	}
	return jsonmap.Encode(frame)
}

// send delivers d over any live socket and starts its deadline. Call it with the
// lock held.
func (ws *Workspace) send(d *Delivery) *Delivery {
	if d.EnvelopeID == "" {
		d.EnvelopeID = uuid()
	}
	if t := ws.triggers[d.TriggerID]; t != nil {
		t.envelope = d.EnvelopeID
	}
	ws.ownResponseURL(d.ResponseURL, d.EnvelopeID)
	d.done = make(chan struct{})
	ws.deliveries[d.EnvelopeID] = d
	d.socket = ws.Pick()
	if d.socket == nil {
		if d.Kind == kindEvent {
			d.state = ackAwaited
			ws.retryEvent(d)
			return d
		}
		ws.fail(d, ws.shownOnFailure(d))
		return d
	}
	d.state = ackAwaited
	d.Sent = time.Now()
	d.socket.Write(d.envelope())
	ws.report.Event(record.Event{At: d.Sent, Kind: record.Delivered, Who: d.who(), Text: d.Kind, Envelope: d.EnvelopeID})
	ws.mu.After(ws.cfg.Limits.Ack, func() { ws.expire(d) })
	return d
}

func (d *Delivery) who() string {
	if d.person == nil {
		return ""
	}
	return d.person.cfg.Handle
}

// expire ends a delivery whose acknowledgement did not come in time.
func (ws *Workspace) expire(d *Delivery) {
	if d.state != ackAwaited {
		return
	}
	if d.socket != nil && d.socket.Healthy() {
		ws.report.BreachOf(d.EnvelopeID, rule.AckMissing, "%s %s not acknowledged within %s", d.Kind, d.EnvelopeID, ws.cfg.Limits.Ack)
	}
	if d.Kind == kindEvent {
		ws.retryEvent(d)
		return
	}
	ws.fail(d, ws.shownOnFailure(d))
}

// retryEvent sends an event again, with a new envelope but the same event_id, as
// often as Slack does; then gives up.
func (ws *Workspace) retryEvent(d *Delivery) {
	if d.retry >= len(ws.cfg.Limits.Retries) {
		ws.fail(d, "")
		return
	}
	wait := ws.cfg.Limits.Retries[d.retry]
	d.retry++
	ws.mu.After(wait, func() {
		if d.state != ackAwaited {
			return
		}
		d.socket = ws.Pick()
		if d.socket == nil {
			ws.retryEvent(d)
			return
		}
		d.Sent = time.Now()
		d.socket.Write(d.envelope())
		ws.mu.After(ws.cfg.Limits.Ack, func() { ws.expire(d) })
	})
}

func (ws *Workspace) fail(d *Delivery, shown string) {
	d.Shown = shown
	if d.view != nil && d.Kind == kindSubmission {
		d.view.banner = shown
		ws.noteView(d.view)
	}
	ws.report.Event(record.Event{Kind: record.Failed, Who: d.who(), Text: shown, Envelope: d.EnvelopeID})
	d.settle(ackExpired)
	ws.mu.Notify()
}

// shownOnFailure is what the person reads when nothing usable came back
// (https://docs.slack.dev/interactivity/implementing-slash-commands, bolt-python#241).
func (ws *Workspace) shownOnFailure(d *Delivery) string {
	switch d.Kind {
	case kindCommand:
		if d.socket == nil {
			return ShownDispatch
		}
		if ws.cfg.Unsettled.TimeoutShown != "" {
			return ws.cfg.Unsettled.TimeoutShown
		}
		return ShownTimeout
	case kindSubmission:
		return ShownTrouble
	case kindSuggestion:
		return ShownNoResult
	case kindEvent, kindClosed:
		return ""
	}
	return ShownWarning
}

// Delivery returns a copy of the delivery with that envelope_id as it is now.
func (ws *Workspace) Delivery(envelopeID string) (Delivery, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	d, known := ws.deliveries[envelopeID]
	if !known {
		return Delivery{}, false
	}
	return *d, true
}

// Redeliver sends an envelope once more, as it was, with its id.
func (ws *Workspace) Redeliver(d *Delivery) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if known := ws.deliveries[d.EnvelopeID]; known != nil { // d may be a copy
		d = known
	}
	if s := ws.Pick(); s != nil {
		d.repeats++
		s.Write(d.envelope())
	}
}

// EnvelopeRightBehind sends disconnect with the reason on the oldest socket and,
// directly behind it on the same socket, what send delivers (use the Async
// methods); then the socket closes as the reason demands.
func (ws *Workspace) EnvelopeRightBehind(reason string, send func() *Delivery) (d *Delivery) {
	ws.SendBehind(reason, func() { d = send() })
	return d
}

// SendFrame writes one text frame as frame makes it around a fresh envelope_id, over any
// live socket, and awaits the acknowledgement of that id: any payload will do. It is for
// frames such as Slack never sends.
func (ws *Workspace) SendFrame(frame func(envelopeID string) []byte) *Delivery {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	d := &Delivery{Kind: kindRaw, EnvelopeID: uuid(), progress: progress{done: make(chan struct{})}}
	ws.deliveries[d.EnvelopeID] = d
	if d.socket = ws.Pick(); d.socket == nil {
		ws.fail(d, ws.shownOnFailure(d))
		return d
	}
	d.state, d.Sent = ackAwaited, time.Now()
	d.socket.Write(frame(d.EnvelopeID))
	ws.report.Event(record.Event{At: d.Sent, Kind: record.Delivered, Text: d.Kind, Envelope: d.EnvelopeID})
	ws.mu.After(ws.cfg.Limits.Ack, func() { ws.expire(d) })
	return d
}
