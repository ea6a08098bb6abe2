package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// tooLarge is the size in bytes from which Slack drops an acknowledgement without a word
// (https://github.com/slack-go/slack/issues/1196).
const tooLarge = 20480

var (
	// ErrAcked says that the envelope was acknowledged before, or is being so.
	ErrAcked = errors.New("envelope already acknowledged")
	// ErrTooLarge says that the acknowledgement would reach 20480 bytes. Nothing was sent,
	// and the envelope can still be acknowledged with less.
	ErrTooLarge = errors.New("acknowledgement too large for Slack")
)

// Envelope is one delivery of Slack's: a command, an interaction or an event.
type Envelope struct {
	ID   string
	Type string // "slash_commands", "interactive", "events_api", or something newer
	// Payload is the JSON as Slack sent it; nil if there was none.
	Payload json.RawMessage
	// AcceptsPayload is what Slack says; its word is not reliable for interactions.
	AcceptsPayload bool
	// RetryAttempt and RetryReason are set when Slack delivers an event again.
	RetryAttempt int
	RetryReason  string
	Received     time.Time

	client *Client
	from   *conn
	state  atomic.Int32
}

const (
	unacked int32 = iota
	sending
	acked
)

// Ack acknowledges the envelope; a nil payload sends none. A nil error means that the frame
// was written to a socket: the one the envelope came by or, if that one is dead, some other.
// (Whether Slack heeds the latter is not known; it does no harm.) After any error but
// ErrAcked, Ack may be tried again.
//
// It waits no longer than ctx allows and Config.Write, except that a frame once begun has a
// quarter of a second, since cutting it short would cost the socket. Safe for concurrent use.
func (e *Envelope) Ack(ctx context.Context, payload any) error {
	if !e.state.CompareAndSwap(unacked, sending) {
		return ErrAcked
	}
	data, err := encodeAck(e.ID, payload)
	if err == nil {
		err = e.client.send(ctx, e.from, data)
	}
	if e.client.cfg.Observe.Ack != nil {
		e.client.cfg.Observe.Ack(time.Since(e.Received), err)
	}
	if err != nil {
		e.state.Store(unacked)
		return fmt.Errorf("acknowledge envelope: %w", err)
	}
	e.state.Store(acked)
	e.client.inHand.settle()
	return nil
}

func encodeAck(id string, payload any) ([]byte, error) {
	body, err := encode(payload)
	if err != nil {
		return nil, fmt.Errorf("encode payload: %w", err)
	}
	if bytes.Equal(body, []byte("null")) {
		body = nil
	}
	data, err := encode(struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload,omitempty"`
	}{id, body})
	if err == nil && len(data) >= tooLarge {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(data))
	}
	return data, err
}

// encode leaves <, > and & as they are: escaped, each would cost six bytes of the few allowed.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// send writes an acknowledgement to s or, if nothing can be written there any more, to
// another socket.
func (c *Client) send(ctx context.Context, s *conn, data []byte) error {
	for {
		err := c.write(ctx, s, websocket.TextMessage, data)
		if err == nil || s.isWritable() {
			return err
		}
		if s = c.anyWritable(); s == nil {
			return err
		}
	}
}

// anyWritable gives a socket, one that stays if there is one; nil if there is none.
func (c *Client) anyWritable() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	var last *conn
	for s, greeted := range c.conns {
		if !greeted || !s.isWritable() {
			continue
		}
		if !s.leaving.hasHappened() {
			return s
		}
		last = s
	}
	return last
}

// inHand counts the envelopes handed over and not acknowledged.
type inHand struct {
	acked chan struct{} // pokes drain

	mu    sync.Mutex
	count int
	last  time.Time // when the last of them came
}

// admit counts an envelope in, unless Run, whose context is given, is ending.
func (h *inHand) admit(ctx context.Context, e *Envelope) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	h.count++
	h.last = e.Received
	return true
}

// settle counts one out.
func (h *inHand) settle() {
	h.mu.Lock()
	h.count--
	h.mu.Unlock()
	select {
	case h.acked <- struct{}{}:
	default: // drain has a poke waiting, or is not interested
	}
}

func (h *inHand) state() (count int, last time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count, h.last
}
