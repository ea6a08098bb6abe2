// Package inbound takes in what Slack sends: it decodes envelopes, keeps each person's in order,
// recognises those that come again or late, and acknowledges them. It does not know what they ask.
package inbound

import (
	"cmp"
	"context"
	"errors"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/socket"

	"github.com/rs/zerolog"
)

const (
	// ackBudget is how long after its arrival an envelope must be acknowledged at the
	// latest: Slack's three seconds, less its delivery.
	ackBudget = 2500 * time.Millisecond
	// ackWrite is how long writing an acknowledgement to the socket may take.
	ackWrite = time.Second
)

// Call is one envelope being dealt with.
type Call struct {
	payload.Payload
	Kind     payload.Kind
	Received time.Time
	// Deadline is when it must be acknowledged at the latest.
	Deadline time.Time
	// Late says that it has waited for too long to be carried out unasked: Slack may have
	// shown an error.
	Late bool

	envelope *socket.Envelope
	delivery *delivery
	turn     turn
	lateness *lateness
	acks     *acknowledger
}

// EnvelopeID is Slack's id of the envelope.
func (c *Call) EnvelopeID() string { return c.envelope.ID }

// RequestKey is the key of what the call asks for. One that came without a key of its own, as
// none of Slack's does, is told from others by its envelope.
func (c *Call) RequestKey() string { return cmp.Or(c.Key(), c.envelope.ID) }

// IsTyping tells that a call is a change of a field in a form.
func (c *Call) IsTyping() bool {
	return c.Kind == payload.BlockActions && c.View.CallbackID == render.FormCallback
}

// Wait ends when all that the same person has sent before has been decided, at the latest at
// the deadline. If the process has stood still since the call was read, it is late.
func (c *Call) Wait() {
	c.turn.wait(c.Deadline)
	if now := time.Now(); !c.Late && c.lateness.inDoubt(now) {
		c.Late, c.Deadline = true, now.Add(ackBudget)
	}
}

// Leave says that all is decided: what the person sends next need not wait any more. It must
// be called, and may be called more than once.
func (c *Call) Leave() { c.turn.leave() }

// Acknowledge answers the envelope, once, and tells whether the answer went out.
func (c *Call) Acknowledge(ctx context.Context, answer any) bool {
	select {
	case <-c.delivery.acked:
		return false
	default:
	}
	ok := c.acks.write(ctx, c, answer)
	c.delivery.answer = answer
	close(c.delivery.acked)
	return ok
}

// Repeat acknowledges a redelivered envelope as its first delivery was.
func (c *Call) Repeat(ctx context.Context) {
	wait := time.NewTimer(time.Until(c.Deadline))
	defer wait.Stop()
	var answer any
	select {
	case <-c.delivery.acked:
		answer = c.delivery.answer
	case <-wait.C:
	}
	c.acks.write(ctx, c, answer)
}

// acknowledger writes acknowledgements.
type acknowledger struct {
	log zerolog.Logger
	// acknowledged is told the kind, and the time since the arrival. It may be nil.
	acknowledged func(kind string, took time.Duration)
}

func (a *acknowledger) write(ctx context.Context, c *Call, answer any) bool {
	ctx, cancel := context.WithTimeout(ctx, ackWrite)
	defer cancel()
	err := c.envelope.Ack(ctx, answer)
	if errors.Is(err, socket.ErrTooLarge) {
		a.log.Error().Err(err).Str("kind", string(c.Kind)).Msg("acknowledgement too large, sent empty")
		err = c.envelope.Ack(ctx, nil)
	}
	if err != nil {
		a.log.Warn().Err(err).Str("kind", string(c.Kind)).Msg("acknowledgement not sent")
		return false
	}
	if a.acknowledged != nil {
		a.acknowledged(string(c.Kind), time.Since(c.Received))
	}
	return true
}
