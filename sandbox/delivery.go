package sandbox

import (
	"context"
	"encoding/json"
	"time"
)

// What people read when an app does not answer as it must. See [Delivery.Shown].
const (
	ShownTimeout  = "operation_timeout"                               // a command not acknowledged in time
	ShownDispatch = "dispatch_failed"                                 // a command while the app had no socket
	ShownTrouble  = "We had some trouble connecting. Try again?"      // a form not answered, or not usably
	ShownWarning  = "⚠"                                               // a button or shortcut not acknowledged
	ShownNoResult = "No result"                                       // a menu whose options did not come
	ShownRequired = "Please complete this required field."            // a required field left empty
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

	slack   *Slack
	accepts bool
	person  *Person
	view    *view       // for forms: the view it came from
	channel string      // for commands: where the answer goes
	body    any         // envelope payload, for sending again
	retry   int         // retry_attempt of events
	socket  *socket     // where it went
	event   bool        // an events_api envelope
	repeats int         // sent again by Redeliver so often; each may be acknowledged
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

// settled waits without a limit: the deadline of the acknowledgement is one.
func (d *Delivery) settled() *Delivery {
	<-d.done
	return d
}
