package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"azeer-slack/bot/slackcall"

	"github.com/gorilla/websocket"
)

const (
	maxFrame     = 4 << 20                // bytes; the largest envelopes seen are below 100 kB
	leastWrite   = 250 * time.Millisecond // see Envelope.Ack
	farewellTime = time.Second
)

var (
	errStopped  = errors.New("stopped")
	errDead     = errors.New("socket is dead")
	errLingered = errors.New("not closed by Slack in time after its announcement")
	errRetired  = errors.New("no answer to its close")
)

// bye is a normal close.
var bye = websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")

// conn is one WebSocket. A reader and a tender serve it: the reader hands over what comes,
// the tender pings and, in the end, closes.
type conn struct {
	ws  *websocket.Conn
	pen chan struct{} // held by whoever writes

	greeted event // hello was heard
	leaving event // Slack announced the end
	retired event // its seat is wanted by another
	dead    event // nothing more can come or go

	replaced bool // left, with its successor up, and not retired; guarded by Client.mu
}

// event is something that happens once. Make it with newEvent.
type event struct {
	happened chan struct{} // closed when it has
	once     sync.Once
	at       time.Time // when, and why; good once happened is closed
	why      error
}

func newEvent() event { return event{happened: make(chan struct{})} }

// happen tells whether this was the first time.
func (e *event) happen(why error) (first bool) {
	e.once.Do(func() {
		e.at, e.why, first = time.Now(), why, true
		close(e.happened)
	})
	return first
}

func (e *event) hasHappened() bool {
	select {
	case <-e.happened:
		return true
	default:
		return false
	}
}

// start serves a fresh WebSocket, until it is dead. The seat that the caller holds is given
// back then.
func (c *Client) start(ctx context.Context, ws *websocket.Conn) *conn {
	s := &conn{
		ws:      ws,
		pen:     make(chan struct{}, 1),
		greeted: newEvent(),
		leaving: newEvent(),
		retired: newEvent(),
		dead:    newEvent(),
	}
	heard := func() { _ = ws.SetReadDeadline(time.Now().Add(c.cfg.Silence)) }
	heard()
	ws.SetReadLimit(maxFrame)
	ws.SetPingHandler(func(data string) error {
		heard()
		// A failed write ends the socket by itself.
		_ = c.write(context.WithoutCancel(ctx), s, websocket.PongMessage, []byte(data))
		return nil
	})
	ws.SetPongHandler(func(string) error { heard(); return nil })
	ws.SetCloseHandler(func(int, string) error { return nil }) // the tender answers

	c.mu.Lock()
	c.conns[s] = false
	c.mu.Unlock()
	c.tenders.Go(func() { c.tend(context.WithoutCancel(ctx), s) })
	go c.read(ctx, s, heard)
	return s
}

// read goes on after ctx has ended, though it hands nothing over then: closing a connection
// with bytes unread would reset it, and acknowledgements just written might be lost.
func (c *Client) read(ctx context.Context, s *conn, heard func()) {
	for {
		kind, data, err := s.ws.ReadMessage()
		if err != nil {
			c.end(s, c.explain(err))
			return
		}
		heard()
		if kind != websocket.TextMessage {
			c.log.Debug().Int("bytes", len(data)).Msg("binary frame ignored")
			continue
		}
		c.take(ctx, s, data)
	}
}

func (c *Client) explain(err error) error {
	var closed *websocket.CloseError
	var network net.Error
	switch {
	case errors.As(err, &closed):
		return fmt.Errorf("closed by Slack, code %d", closed.Code)
	case errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("nothing heard for %s", c.cfg.Silence)
	}
	return fmt.Errorf("read socket: %w", err)
}

func (c *Client) take(ctx context.Context, s *conn, data []byte) {
	f, kind := decode(data)
	switch kind {
	case greeting:
		c.greet(ctx, s, f.NumConnections)
	case farewell:
		c.leave(s, f.Reason)
	case envelope:
		c.deliver(ctx, &Envelope{
			ID:             f.EnvelopeID,
			Type:           f.Type,
			Payload:        f.Payload,
			AcceptsPayload: f.AcceptsPayload,
			RetryAttempt:   f.RetryAttempt,
			RetryReason:    f.RetryReason,
			Received:       time.Now(),
			client:         c,
			from:           s,
		})
	default:
		c.log.Debug().Str("type", f.Type).Int("bytes", len(data)).Msg("frame ignored")
	}
}

func (c *Client) greet(ctx context.Context, s *conn, counted int) {
	c.mu.Lock()
	_, alive := c.conns[s]
	if alive {
		c.conns[s] = true
		c.observeLive()
	}
	s.greeted.happen(nil)
	held := len(c.seats)
	c.mu.Unlock()

	c.ready.happen(nil)
	// At a stop sockets of this process are closed one by one, while Slack still counts them.
	if alive && ctx.Err() == nil && counted > held {
		c.strangersOnce.Do(func() {
			c.log.Warn().Int("counted", counted).Int("held", held).Msg(
				"Slack counts more sockets than this process holds: another copy of the bot is running with this app and gets part of the commands, or one has just stopped")
			if c.cfg.Observe.Strangers != nil {
				c.cfg.Observe.Strangers(counted, held)
			}
		})
	}
}

func (c *Client) leave(s *conn, reason string) {
	if reason == "link_disabled" {
		c.fail(&slackcall.Fatal{Code: reason, Cure: cures[reason]})
		return // no successor is wanted
	}
	why := errLeft
	if reason == "too_many_websockets" {
		why = errCrowded
	}
	if s.leaving.happen(why) {
		c.log.Debug().Str("reason", reason).Msg("disconnect announced")
	}
}

func (c *Client) deliver(ctx context.Context, e *Envelope) {
	if !c.inHand.admit(ctx, e) {
		c.log.Info().Str("type", e.Type).Msg("envelope left to Slack: stopping")
		return
	}
	if c.cfg.Observe.Envelope != nil {
		c.cfg.Observe.Envelope(e.Type)
	}
	ctx = context.WithoutCancel(ctx)
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("type", e.Type).Str("panic", fmt.Sprintf("%T", p)).
				Bytes("stack", debug.Stack()).Msg("envelope handler panicked")
			if err := e.Ack(ctx, nil); err != nil && !errors.Is(err, ErrAcked) {
				c.log.Warn().Err(err).Msg("envelope not acknowledged after a panic")
			}
		}
	}()
	c.handle(ctx, e)
}

// tend pings, sees that a socket Slack has given up does not stay for ever, and closes it.
func (c *Client) tend(ctx context.Context, s *conn) {
	defer func() { <-c.seats }()
	ping := time.NewTicker(c.cfg.Ping)
	defer ping.Stop()
	leaving, retired := s.leaving.happened, s.retired.happened
	var lingered, unanswered <-chan time.Time
	for {
		select {
		case <-ping.C:
			_ = c.write(ctx, s, websocket.PingMessage, nil) // failing, it ends the socket
		case <-leaving:
			leaving = nil
			lingered = time.After(c.cfg.Linger)
		case <-lingered:
			c.end(s, errLingered)
		case <-retired:
			retired = nil
			// What Slack sends before its own close is still read.
			_ = c.write(ctx, s, websocket.CloseMessage, bye)
			unanswered = time.After(farewellTime)
		case <-unanswered:
			c.end(s, errRetired)
		case <-s.dead.happened:
			_ = s.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(farewellTime))
			// Slack does not close the connection after the handshake, so don't wait for it.
			_ = s.ws.Close()
			c.log.Debug().AnErr("cause", s.dead.why).Msg("socket closed")
			return
		}
	}
}

// write sends one unfragmented frame. After a failed write the socket is dead, since the
// frame may be half sent; not so if the time was up before it was begun.
func (c *Client) write(ctx context.Context, s *conn, kind int, data []byte) error {
	deadline := time.Now().Add(c.cfg.Write)
	if end, ok := ctx.Deadline(); ok && end.Before(deadline) {
		deadline = end
	}
	if err := s.takePen(ctx, deadline); err != nil {
		return err
	}
	defer func() { <-s.pen }()
	if least := time.Now().Add(leastWrite); deadline.Before(least) {
		deadline = least
	}
	_ = s.ws.SetWriteDeadline(deadline) // never fails: gorilla only notes it
	var err error
	if kind == websocket.TextMessage {
		err = s.ws.WriteMessage(kind, data)
	} else {
		err = s.ws.WriteControl(kind, data, deadline)
	}
	if errors.Is(err, websocket.ErrCloseSent) {
		return errDead // for writing; it is read on
	}
	if err != nil {
		c.end(s, fmt.Errorf("write socket: %w", err))
	}
	return err
}

// takePen waits until nobody else writes, or there is no sense in writing any more.
func (s *conn) takePen(ctx context.Context, until time.Time) error {
	select {
	case s.pen <- struct{}{}: // mostly nobody does
	default:
		waiting, cancel := context.WithDeadline(ctx, until)
		defer cancel()
		select {
		case s.pen <- struct{}{}:
		case <-s.dead.happened:
			return errDead
		case <-waiting.Done():
			return waiting.Err()
		}
	}
	err := ctx.Err()
	if s.dead.hasHappened() {
		err = errDead
	}
	if err != nil {
		<-s.pen
	}
	return err
}

// end declares the socket dead; the tender then closes it.
func (c *Client) end(s *conn, cause error) {
	c.mu.Lock()
	first := s.dead.happen(cause)
	if first {
		delete(c.conns, s)
		c.observeLive()
	}
	c.mu.Unlock()
	if first { // the tender may itself be stuck, in the writing of a ping
		_ = s.ws.NetConn().SetWriteDeadline(time.Now().Add(farewellTime))
	}
}

// untilReplaced waits until the socket needs a successor and says why.
func (s *conn) untilReplaced(ctx context.Context) error {
	select {
	case <-s.leaving.happened:
		return s.leaving.why
	case <-s.dead.happened:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.leaving.hasHappened() { // both have, and the announcement came first
		return s.leaving.why
	}
	return s.dead.why
}

// isWritable tells whether neither end has closed.
func (s *conn) isWritable() bool { return !s.dead.hasHappened() && !s.retired.hasHappened() }
