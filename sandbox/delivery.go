package sandbox

import (
	"context"
	"encoding/json"
	"time"
)

// What people read when an app does not answer as it must. See [Delivery.Shown].
const (
	ShownTimeout  = "operation_timeout"                          // a command not acknowledged in time
	ShownDispatch = "dispatch_failed"                            // a command while the app had no socket
	ShownTrouble  = "We had some trouble connecting. Try again?" // a form not answered, or not usably
	ShownWarning  = "⚠"                                          // a button or shortcut not acknowledged
	ShownNoResult = "No result"                                  // a menu whose options did not come
	ShownRequired = "Please complete this required field."       // a required field left empty
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
	Acked       time.Time       // zero: never acknowledged in time
	Shown       string          // the error the person reads; empty: none
	Err         error           // the person cannot do this at all: no such button, no such option
	Reply       *Message        // the message in the acknowledgement, if any
	Options     []Option        // answer of a block_suggestion
	AckPayload  json.RawMessage // as received

	person  *Person
	view    *view    // for forms: where it came from
	channel *channel // for commands: where the answer goes
	line    string   // for commands: as typed
	sheet   *sheet   // for suggestions: where the menu is
	menu    fieldKey // for suggestions: which menu
	retry   int      // retry_attempt of events
	repeats int      // sent again by Redeliver so often; each may be acknowledged
	socket  *socket  // where it went
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
	d := &Delivery{Kind: kind, Err: err, done: make(chan struct{})}
	d.settle(ackExpired)
	return d
}

// send delivers d over any live socket and starts its deadline. Call it with the
// lock held.
func (k *Slack) send(d *Delivery) *Delivery {
	if d.EnvelopeID == "" {
		d.EnvelopeID = uuid()
	}
	if t := k.triggers[d.TriggerID]; t != nil {
		t.envelope = d.EnvelopeID
	}
	k.ownResponseURL(d.ResponseURL, d.EnvelopeID)
	d.done = make(chan struct{})
	k.deliveries[d.EnvelopeID] = d
	d.socket = k.pickSocket()
	if d.socket == nil {
		if d.Kind == kindEvent {
			d.state = ackAwaited
			k.retryEvent(d)
			return d
		}
		k.fail(d, k.shownOnFailure(d))
		return d
	}
	d.state = ackAwaited
	d.Sent = time.Now()
	d.socket.write(k.envelope(d))
	k.record.event(Event{At: d.Sent, Kind: EventDelivered, Who: d.who(), Text: d.Kind, Envelope: d.EnvelopeID})
	k.after(k.limits.Ack, func() { k.expire(d) })
	return d
}

func (d *Delivery) who() string {
	if d.person == nil {
		return ""
	}
	return d.person.cfg.Handle
}

// expire ends a delivery whose acknowledgement did not come in time.
func (k *Slack) expire(d *Delivery) {
	if d.state != ackAwaited {
		return
	}
	if d.socket != nil && d.socket.healthy() {
		k.breachOf(d.EnvelopeID, RuleAckMissing, "%s %s not acknowledged within %s", d.Kind, d.EnvelopeID, k.limits.Ack)
	}
	if d.Kind == kindEvent {
		k.retryEvent(d)
		return
	}
	k.fail(d, k.shownOnFailure(d))
}

// retryEvent sends an event again, with a new envelope but the same event_id, as
// often as Slack does; then gives up.
func (k *Slack) retryEvent(d *Delivery) {
	if d.retry >= len(k.limits.Retries) {
		k.fail(d, "")
		return
	}
	wait := k.limits.Retries[d.retry]
	d.retry++
	k.after(wait, func() {
		if d.state != ackAwaited {
			return
		}
		d.socket = k.pickSocket()
		if d.socket == nil {
			k.retryEvent(d)
			return
		}
		d.Sent = time.Now()
		d.socket.write(k.envelope(d))
		k.after(k.limits.Ack, func() { k.expire(d) })
	})
}

func (k *Slack) fail(d *Delivery, shown string) {
	d.Shown = shown
	if d.view != nil && d.Kind == kindSubmission {
		d.view.banner = shown
		k.markView(d.view)
	}
	k.record.event(Event{Kind: EventFailed, Who: d.who(), Text: shown, Envelope: d.EnvelopeID})
	d.settle(ackExpired)
	k.notify()
}

// shownOnFailure is what the person reads when nothing usable came back
// (https://docs.slack.dev/interactivity/implementing-slash-commands, bolt-python#241).
func (k *Slack) shownOnFailure(d *Delivery) string {
	switch d.Kind {
	case kindCommand:
		if d.socket == nil {
			return ShownDispatch
		}
		if k.unsettled.TimeoutShown != "" {
			return k.unsettled.TimeoutShown
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
