package inbound

import (
	"context"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/socket"

	"github.com/rs/zerolog"
)

// Config is what may be set about an Intake.
type Config struct {
	Logger zerolog.Logger
	// OnEnvelope and OnAcknowledged, if set, are told of every envelope: its kind, and
	// the time from its arrival to its acknowledgement.
	OnEnvelope     func(kind string)
	OnAcknowledged func(kind string, took time.Duration)
}

// Intake makes calls of envelopes.
type Intake struct {
	order      *order
	deliveries *deliveries
	lateness   *lateness
	acks       *acknowledger
	onEnvelope func(kind string)
}

// New makes an Intake.
func New(cfg Config) *Intake {
	return &Intake{
		order: newOrder(), deliveries: newDeliveries(), lateness: &lateness{},
		acks:       &acknowledger{log: cfg.Logger, acknowledged: cfg.OnAcknowledged},
		onEnvelope: cfg.OnEnvelope,
	}
}

// Watch notices when this process stands still, until ctx ends.
func (i *Intake) Watch(ctx context.Context) { i.lateness.watch(ctx) }

// Take makes a call of an envelope. It is to be called in the order of arrival. first is false
// where the same was delivered before. An error says that the payload cannot be read; the call
// is good all the same, to be acknowledged. Leave must be called on those that are first.
func (i *Intake) Take(e *socket.Envelope) (c *Call, first bool, err error) {
	kind, p, err := payload.Decode(e.Type, e.Payload)
	if i.onEnvelope != nil {
		i.onEnvelope(string(kind))
	}
	c = &Call{
		Payload: p, Kind: kind, Received: e.Received, Deadline: e.Received.Add(ackBudget),
		envelope: e, acks: i.acks, turn: turn{leave: func() {}}, lateness: i.lateness,
	}
	c.Late = i.lateness.of(c)
	if c.delivery, first = i.deliveries.begin(p.Key()); !first && err == nil {
		return c, false, nil
	}
	if !c.IsTyping() { // nobody waits for a key, and a key for nothing
		c.turn = i.order.enter(c.Sender().ID)
	}
	return c, true, err
}
