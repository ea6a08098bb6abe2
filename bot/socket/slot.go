package socket

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"azeer-slack/internal/retry"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

var (
	errNoHello = errors.New("no hello from Slack")
	errLeft    = errors.New("end of socket announced by Slack")
	errCrowded = errors.New("too_many_websockets: the app has too many sockets at Slack")
)

// repeatAfter is how often the same trouble with opening sockets is logged at most.
const repeatAfter = 30 * time.Second

// busyError is a refusal that says when to come again.
type busyError struct {
	status int
	after  time.Duration
}

func (e *busyError) Error() string { return fmt.Sprintf("refused with status %d", e.status) }

// slot is the place of one socket and its successors.
type slot struct {
	log  zerolog.Logger
	turn turn
	// said and saidAt are the last failure that was logged.
	said   string
	saidAt time.Time
}

// keepOpen sees to it that one slot has a socket, until ctx ends.
func (c *Client) keepOpen(ctx context.Context, number int) {
	p := &slot{log: c.log.With().Int("slot", number+1).Logger()}
	if !retry.Sleep(ctx, time.Duration(number)*c.cfg.Stagger) {
		return
	}
	var last *conn
	for c.openings.await(ctx, &p.turn) {
		s, err := c.connect(ctx, &p.turn)
		p.turn.failed = err != nil
		if err != nil {
			c.openings.heed(err)
		} else {
			c.succeed(last)
			p.log.Info().Int("live", c.Live()).Msg("socket up")
			last, err = s, s.untilReplaced(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		if fatal := asFatal(err); fatal != nil {
			c.fail(fatal)
			return
		}
		if !errors.Is(err, errLeft) || p.turn.failed {
			c.note(err)
		}
		p.report(err, last)
		if errors.Is(err, errCrowded) && !retry.Sleep(ctx, c.cfg.Crowded+rand.N(c.cfg.Crowded/2+1)) {
			return
		}
	}
}

// report logs why the slot needs another socket.
func (p *slot) report(err error, last *conn) {
	var lived time.Duration
	if !p.turn.failed {
		lived = time.Since(last.greeted.at)
	}
	if errors.Is(err, errLeft) && !p.turn.failed {
		p.log.Info().Dur("lived", lived).Msg("socket about to be closed by Slack; replacing it")
		return
	}
	if p.turn.failed && err.Error() == p.said && time.Since(p.saidAt) < repeatAfter {
		return
	}
	p.said, p.saidAt = err.Error(), time.Now()
	p.log.Warn().Err(err).Dur("lived", lived).Msg("socket missing; trying again")
}

func (c *Client) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble = err.Error()
}

// connect opens a socket and waits for Slack's hello.
func (c *Client) connect(ctx context.Context, t *turn) (*conn, error) {
	if !c.takeSeat(ctx) {
		return nil, ctx.Err()
	}
	ws, err := c.open(ctx, t)
	if err != nil {
		<-c.seats
		return nil, err
	}
	s := c.start(ctx, ws)
	hello, cancel := context.WithTimeout(ctx, c.cfg.Handshake)
	defer cancel()
	select {
	case <-s.greeted.happened:
	case <-s.leaving.happened:
	case <-s.dead.happened:
	case <-hello.Done():
		c.end(s, errNoHello)
	}
	if s.greeted.hasHappened() { // even if more has since
		return s, nil
	}
	err = s.untilReplaced(ctx)
	if errors.Is(err, errCrowded) {
		c.end(s, err) // never a socket of ours; give the place back
	}
	return nil, err
}

// takeSeat waits for a seat. While all are taken, sockets that are on their way out and
// have successors are asked to go, the oldest first. With ten slots there may be none of
// these: then Slack closes an old one before the new one comes.
func (c *Client) takeSeat(ctx context.Context) bool {
	for {
		select {
		case c.seats <- struct{}{}:
			return true
		default:
		}
		select {
		case c.seats <- struct{}{}:
			return true
		case <-time.After(c.retireOldest()):
		case <-ctx.Done():
			return false
		}
	}
}

// retireOldest asks the socket to go whose end was announced first, if it was read for
// long enough since. It gives the time after which it is worth being called again.
func (c *Client) retireOldest() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	enough := c.cfg.Linger / 10
	var oldest *conn
	for s := range c.conns {
		if s.replaced && (oldest == nil || s.leaving.at.Before(oldest.leaving.at)) {
			oldest = s
		}
	}
	if oldest == nil {
		return enough
	}
	if left := time.Until(oldest.leaving.at.Add(enough)); left > 0 {
		return left
	}
	oldest.replaced = false // once is enough
	oldest.retired.happen(nil)
	return farewellTime
}

// succeed notes that old, if it is there still, has a successor.
func (c *Client) succeed(old *conn) {
	if old == nil || !old.leaving.hasHappened() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old.replaced = true
}

// open asks for an address and dials it.
func (c *Client) open(ctx context.Context, t *turn) (*websocket.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, c.cfg.Handshake)
	address, err := c.ask(limited)
	cancel()
	t.held = isUnsent(err)
	if err != nil {
		return nil, fmt.Errorf("ask for a socket: %w", err)
	}
	return c.dial(ctx, address)
}
