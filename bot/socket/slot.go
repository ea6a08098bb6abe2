package socket

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"azeer-slack/internal/retry"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

var (
	errNoHello = errors.New("no hello from Slack")
	errAddress = errors.New("address from Slack is neither wss nor on this machine")
	errLeft    = errors.New("end of socket announced by Slack")
	errCrowded = errors.New("too_many_websockets: the app has too many sockets at Slack")
)

// busyError is a refusal that says when to come again.
type busyError struct {
	status int
	after  time.Duration
}

func (e *busyError) Error() string { return fmt.Sprintf("refused with status %d", e.status) }

// keepOpen sees to it that one slot has a socket, until ctx ends.
func (c *Client) keepOpen(ctx context.Context, slot int) {
	log := c.log.With().Int("slot", slot+1).Logger()
	p := patience{cfg: c.cfg}
	pause := time.Duration(slot) * c.cfg.Stagger
	for retry.Sleep(ctx, pause) {
		var lived time.Duration
		s, err := c.connect(ctx)
		if err == nil {
			log.Info().Int("live", c.Live()).Msg("socket up")
			err = s.untilReplaced(ctx)
			lived = time.Since(s.greetedAt)
		}
		if ctx.Err() != nil {
			return
		}
		if fatal := asFatal(err); fatal != nil {
			c.fail(fatal)
			return
		}
		pause = p.after(err, lived)
		if errors.Is(err, errLeft) {
			log.Info().Dur("pause", pause).Dur("lived", lived).Msg("socket about to be closed by Slack; replacing it")
			continue
		}
		c.note(err)
		log.Warn().Err(err).Dur("pause", pause).Dur("lived", lived).Msg("socket missing; trying again")
	}
}

func (c *Client) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble = err.Error()
}

// connect opens a socket and waits for Slack's hello. It waits for a seat first: with ten
// slots there is none to spare, and an old socket must go before the new one comes.
func (c *Client) connect(ctx context.Context) (*conn, error) {
	select {
	case c.seats <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ws, err := c.dial(ctx)
	if err != nil {
		<-c.seats
		return nil, err
	}
	s := c.start(ctx, ws)
	hello, cancel := context.WithTimeout(ctx, c.cfg.Handshake)
	defer cancel()
	select {
	case <-s.greeted:
	case <-s.leaving:
	case <-s.dead:
	case <-hello.Done():
		c.end(s, errNoHello)
	}
	select {
	case <-s.greeted: // even if more has happened since
		return s, nil
	default:
	}
	err = s.untilReplaced(ctx)
	if errors.Is(err, errCrowded) {
		c.end(s, err) // never a socket of ours; give the place back
	}
	return nil, err
}

func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	open, cancel := context.WithTimeout(ctx, c.cfg.Handshake)
	address, err := c.open(open)
	cancel()
	if err != nil {
		return nil, fmt.Errorf("ask for a socket: %w", err)
	}
	if !trusted(address) {
		return nil, errAddress
	}
	dialer := websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: c.cfg.Handshake,
		// Slack drops a message that comes in several frames, and gorilla splits what
		// does not fit into its buffer.
		WriteBufferSize: 32 << 10,
	}
	ws, resp, err := dialer.DialContext(ctx, address, nil)
	if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		err = &busyError{resp.StatusCode, time.Duration(seconds) * time.Second}
	}
	if err != nil {
		return nil, fmt.Errorf("dial socket: %w", err)
	}
	return ws, nil
}

// trusted tells whether a ticket may be sent to the address: encrypted, or to this machine.
func trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "wss" {
		return true
	}
	host := u.Hostname()
	return u.Scheme == "ws" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// patience decides how long a slot waits before its next attempt.
type patience struct {
	cfg      Config
	failures int // in a row, since a socket last settled
}

// after is told why the slot needs another socket and how long the last one lived, 0 if
// it never came up.
func (p *patience) after(err error, lived time.Duration) time.Duration {
	if errors.Is(err, errCrowded) {
		return p.cfg.Crowded + rand.N(p.cfg.Crowded/2+1)
	}
	if lived >= p.cfg.Settled {
		p.failures = 0
	}
	p.failures++
	if p.failures == 1 && lived > 0 {
		return 0
	}
	step := p.cfg.RetryMax
	if doublings := p.failures - 1; doublings < 20 {
		step = min(step, p.cfg.RetryMin<<doublings)
	}
	return max(step-rand.N(step/2+1), retryAfter(err))
}

// retryAfter is what Slack asked for, 0 if nothing.
func retryAfter(err error) time.Duration {
	var limited *slack.RateLimitedError
	var busy *busyError
	switch {
	case errors.As(err, &limited):
		return limited.RetryAfter
	case errors.As(err, &busy):
		return busy.after
	}
	return 0
}
