package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/bot/socket"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// These tests run for minutes of a clock that only they have, over a network in memory.

// slowest is the longest that an opening takes at distantSlack.
const slowest = 1100 * time.Millisecond

// distantSlack is Slack behind a network with the delays of a real one.
type distantSlack struct {
	t        *testing.T
	dialled  chan net.Conn
	stopping chan struct{}
	logs     logs

	mu     sync.Mutex
	asked  []time.Time  // when it was asked for sockets
	refuse func() error // what it answers, if set
	lines  []*distant   // those that count
	acked  map[string]bool
}

// distant is Slack's end of a socket.
type distant struct {
	ws   *websocket.Conn
	turn sync.Mutex // writing
	told bool       // that it ends; guarded by distantSlack.mu
}

func (d *distant) write(kind int, data []byte) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	return d.ws.WriteMessage(kind, data)
}

func newDistantSlack(t *testing.T) *distantSlack {
	s := &distantSlack{t: t, dialled: make(chan net.Conn), stopping: make(chan struct{}), acked: map[string]bool{}}
	server := &http.Server{Handler: http.HandlerFunc(s.link)}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(s) })
	t.Cleanup(func() {
		close(s.stopping)
		s.cutAll()
		_ = server.Close()
		serving.Wait()
	})
	return s
}

// between waits as long as a network may.
func between(least, most time.Duration) { time.Sleep(least + rand.N(most-least)) }

func (s *distantSlack) open(context.Context) (string, error) {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil {
		if err := refuse(); errors.As(err, new(*net.OpError)) {
			return "", err // without having got here
		}
	}
	between(150*time.Millisecond, 450*time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, time.Now())
	if refuse != nil {
		return "", refuse()
	}
	return "ws://127.0.0.1/link/?ticket=secret", nil
}

// Accept, Close and Addr make it a net.Listener.
func (s *distantSlack) Accept() (net.Conn, error) {
	select {
	case conn := <-s.dialled:
		return conn, nil
	case <-s.stopping:
		return nil, net.ErrClosed
	}
}
func (s *distantSlack) Close() error   { return nil }
func (s *distantSlack) Addr() net.Addr { return &net.TCPAddr{} }

func (s *distantSlack) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	between(150*time.Millisecond, 450*time.Millisecond)
	ours, theirs := net.Pipe()
	select {
	case s.dialled <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *distantSlack) link(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		s.t.Errorf("upgrade: %v", err)
		return
	}
	between(50*time.Millisecond, 200*time.Millisecond)
	d := &distant{ws: ws}
	s.mu.Lock()
	s.lines = append(s.lines, d)
	s.mu.Unlock()
	_ = d.write(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`))
	defer s.forget(d)
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			ID string `json:"envelope_id"`
		}
		if err := json.Unmarshal(data, &ack); err != nil {
			s.t.Errorf("acknowledgement %s: %v", data, err)
		}
		s.mu.Lock()
		s.acked[ack.ID] = true
		s.mu.Unlock()
	}
}

func (s *distantSlack) forget(d *distant) {
	_ = d.ws.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = slices.DeleteFunc(s.lines, func(other *distant) bool { return other == d })
}

// command delivers an envelope over any socket; false if there is none. Without toTold,
// those that were told of their end get nothing more.
func (s *distantSlack) command(id string, toTold bool) bool {
	s.mu.Lock()
	var able []*distant
	for _, d := range s.lines {
		if toTold || !d.told {
			able = append(able, d)
		}
	}
	s.mu.Unlock()
	frame := fmt.Sprintf(`{"type":"slash_commands","envelope_id":%q,"payload":{"command":"/assign"}}`, id)
	for _, n := range rand.Perm(len(able)) {
		// It fails on one that is closed at this very moment.
		if able[n].write(websocket.TextMessage, []byte(frame)) == nil {
			return true
		}
	}
	return false
}

// refresh announces the end of the oldest n sockets that were not told yet, and closes
// them when after has passed.
func (s *distantSlack) refresh(n int, reason string, after time.Duration) {
	s.mu.Lock()
	var leaving []*distant
	for _, d := range s.lines {
		if !d.told && len(leaving) < n {
			d.told = true
			leaving = append(leaving, d)
		}
	}
	s.mu.Unlock()
	for _, d := range leaving {
		_ = d.write(websocket.TextMessage, fmt.Appendf(nil, `{"type":"disconnect","reason":%q}`, reason))
		time.AfterFunc(after, func() { s.forget(d) })
	}
}

func (s *distantSlack) cutAll() {
	s.mu.Lock()
	lines := slices.Clone(s.lines)
	s.mu.Unlock()
	for _, d := range lines {
		s.forget(d)
	}
}

// wantPace checks that no minute had more questions than Slack allows.
func (s *distantSlack) wantPace() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	most := 0
	for n, from := range s.asked {
		within := 0
		for _, at := range s.asked[n:] {
			if at.Sub(from) < time.Minute {
				within++
			}
		}
		most = max(most, within)
	}
	s.t.Logf("asked for a socket %d times, at most %d times in a minute", len(s.asked), most)
	if most >= 50 {
		s.t.Errorf("asked %d times within a minute", most)
	}
}

// connect runs a client as in production, and gives it time to open its sockets.
func (s *distantSlack) connect() *socket.Client {
	c := socket.New(s.open, socket.Config{Transport: &http.Transport{DialContext: s.dial}, Logger: zerolog.New(&s.logs)})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := c.Run(ctx, func(ctx context.Context, e *socket.Envelope) { _ = e.Ack(ctx, nil) }); err != nil {
			s.t.Errorf("Run: %v", err)
		}
	})
	s.t.Cleanup(func() { stop(); running.Wait() })
	time.Sleep(20 * time.Second)
	return c
}

// commands types ten commands a second for ten minutes, and gives how many there were, how
// many found no connection, and how many of the rest were not acknowledged.
func (s *distantSlack) commands(toTold bool) (typed, missed, unacked int) {
	var sent []string
	for typed = range 6000 {
		id := fmt.Sprint("command ", typed)
		if s.command(id, toTold) {
			sent = append(sent, id)
		} else {
			missed++
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(3 * time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range sent {
		if !s.acked[id] {
			unacked++
		}
	}
	return typed + 1, missed, unacked
}

// every calls do again and again until the test ends.
func every(t *testing.T, pause time.Duration, do func()) {
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				do()
			case <-stop:
				return
			}
		}
	})
	t.Cleanup(func() { close(stop); running.Wait() })
}

func TestAnnouncedEndsLeaveNoCommandWithoutAConnection(t *testing.T) {
	t.Parallel()
	for _, interval := range []time.Duration{10 * time.Second, 4 * time.Second} {
		for name, c := range map[string]struct {
			reason string
			pause  time.Duration
			each   int           // sockets told at once
			close  time.Duration // from the announcement on
			toTold bool          // Slack delivers until it closes
		}{
			"all at once, closed after 10 s":                  {"warning", interval, 2, 10 * time.Second, true},
			"all at once, closed after 2 s":                   {"refresh_requested", interval, 2, 2 * time.Second, true},
			"all at once, never closed":                       {"refresh_requested", interval, 2, time.Hour, true},
			"in turn, with nothing delivered after the words": {"refresh_requested", interval / 2, 1, time.Second, false},
		} {
			t.Run(fmt.Sprintf("each %s, %s", interval, name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newDistantSlack(t)
					s.connect()
					every(t, c.pause, func() { s.refresh(c.each, c.reason, c.close) })
					typed, missed, unacked := s.commands(c.toTold)
					t.Logf("%d of %d commands found no connection, %d were not acknowledged", missed, typed, unacked)
					if missed > 0 || unacked > 0 {
						t.Error("want none")
					}
					s.wantPace()
				})
			})
		}
	}
}

func TestBreaksCostNoMoreThanTwoOpenings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newDistantSlack(t)
		c := s.connect()
		var worst atomic.Int64 // in nanoseconds
		every(t, 3*time.Second, func() {
			s.cutAll()
			from := time.Now()
			time.Sleep(time.Millisecond) // so that the client has noticed
			for c.Live() == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			worst.Store(max(worst.Load(), int64(time.Since(from))))
		})
		typed, missed, unacked := s.commands(true)
		gap := time.Duration(worst.Load())
		t.Logf("%d of %d commands found no connection, %d were not acknowledged; the longest gap was %s", missed, typed, unacked, gap)
		if gap > 2*slowest {
			t.Errorf("%s without a connection, want at most what two openings take", gap)
		}
		s.wantPace()
	})
}

func TestANetworkThatComesBackIsUsedWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newDistantSlack(t)
		c := s.connect()
		for range 20 {
			s.mu.Lock()
			s.refuse = func() error { return &net.OpError{Op: "dial", Err: errors.New("network is unreachable")} }
			s.mu.Unlock()
			s.cutAll()
			between(5*time.Minute, 6*time.Minute)
			s.mu.Lock()
			s.refuse = nil
			before := len(s.asked)
			s.mu.Unlock()
			back := time.Now()
			time.Sleep(time.Second + 450*time.Millisecond) // asking alone takes up to that
			s.mu.Lock()
			if len(s.asked) == before || s.asked[before].Sub(back) > 1450*time.Millisecond {
				t.Errorf("Slack was not asked within a second after the network came back")
			}
			s.mu.Unlock()
			time.Sleep(5 * time.Second)
			if c.Live() != 2 {
				t.Errorf("%d sockets are up", c.Live())
			}
		}
		s.wantPace()
	})
}

func TestFailingOpeningsShareOnePace(t *testing.T) {
	t.Parallel()
	t.Run("when Slack has trouble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := newDistantSlack(t)
			s.refuse = func() error { return slack.SlackErrorResponse{Err: "internal_error"} }
			s.connect()
			time.Sleep(10 * time.Minute)
			s.wantPace()
			if n := strings.Count(s.logs.String(), "socket missing"); n < 20 || n > 42 {
				t.Errorf("logged %d times, want once in 30 s for each of two slots", n)
			}
		})
	})
	t.Run("when Slack wants to be left alone", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := newDistantSlack(t)
			c := s.connect()
			s.mu.Lock()
			s.refuse = func() error { return &slack.RateLimitedError{RetryAfter: 3 * time.Minute} }
			s.mu.Unlock()
			s.refresh(1, "warning", 10*time.Second)
			time.Sleep(time.Second)
			s.mu.Lock()
			s.refuse = nil
			limited := len(s.asked)
			s.mu.Unlock()
			s.cutAll()
			time.Sleep(170 * time.Second)
			s.mu.Lock()
			if n := len(s.asked) - limited; n > 0 {
				t.Errorf("asked %d times within the time", n)
			}
			s.mu.Unlock()
			time.Sleep(15 * time.Second)
			if c.Live() != 2 {
				t.Errorf("%d sockets are up afterwards", c.Live())
			}
		})
	})
}
