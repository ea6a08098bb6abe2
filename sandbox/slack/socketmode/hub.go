// Package socketmode is Slack's side of Socket Mode: tickets, connections, pings, and the
// ways in which connections go wrong. It must not know what the frames mean.
package socketmode

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"time"

	"azeer-slack/sandbox/internal/loopback"
	"azeer-slack/sandbox/internal/monitor"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/rule"

	"github.com/gorilla/websocket"
)

// maxConns is how many connections an app may hold at once (Using Socket Mode).
const maxConns = 10

// Config is what a hub needs besides the workspace's lock. All of it is required.
type Config struct {
	AppID        string
	Ping         time.Duration // between two pings
	WarningClose time.Duration // between a warning and the closing
	RefreshClose time.Duration // between refresh_requested and the closing
	Ticket       time.Duration // life of a socket URL
	KeepTCP      bool          // leaves TCP open after the close handshake

	// Receive takes in one message of the app. It is called with the lock held.
	Receive func(from *Conn, kind int, frame []byte, fragmented bool)
}

// Hub holds the connections of one app. Its state is guarded by the workspace's lock.
type Hub struct {
	mu     *monitor.Monitor
	report *record.Reporter
	cfg    Config

	conns      []*Conn
	lastNumber int
	pinned     *Conn // where the next envelope must go
	tickets    map[string]*ticket
	disabled   bool // Socket Mode is switched off
}

type ticket struct {
	given time.Time
	spent bool
}

// New returns a hub without connections.
func New(mu *monitor.Monitor, report *record.Reporter, cfg Config) *Hub {
	return &Hub{mu: mu, report: report, cfg: cfg, tickets: map[string]*ticket{}}
}

// live returns the connections that count, oldest first.
func (h *Hub) live() []*Conn {
	var live []*Conn
	for _, c := range h.conns {
		if !c.ended {
			live = append(live, c)
		}
	}
	return live
}

// Pick chooses where the next envelope goes: any of the live ones, with no
// pattern promised (Using Socket Mode). Nil if there is none. Call it with the lock held.
func (h *Hub) Pick() *Conn {
	if h.pinned != nil {
		return h.pinned
	}
	var able []*Conn
	for _, c := range h.live() {
		if !c.leaving && !c.muted {
			able = append(able, c)
		}
	}
	if len(able) == 0 {
		return nil
	}
	return able[mathrand.IntN(len(able))]
}

// TicketURL makes a socket URL: for one use, and soon. Call it with the lock held.
func (h *Hub) TicketURL(addr string) string {
	id := rand.Text()
	h.tickets[id] = &ticket{given: time.Now()}
	return "ws://" + addr + "/link/?ticket=" + id + "&app_id=" + rand.Text()
}

// redeem spends a ticket; the reason is empty if it was good.
func (h *Hub) redeem(id string) (reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tickets[id]
	switch {
	case t == nil:
		return "never given out"
	case t.spent:
		return "used twice"
	case time.Since(t.given) > h.cfg.Ticket:
		return "used too late"
	}
	t.spent = true
	return ""
}

// ServeHTTP answers the handshake and reads until the connection ends.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if reason := h.redeem(r.URL.Query().Get("ticket")); reason != "" {
		h.report.Breach(rule.Ticket, "socket URL %s", reason)
		http.Error(w, "ticket "+reason, http.StatusForbidden)
		return
	}
	frames, _ := loopback.Conn(r.Context()).(*frameRecorder)
	frames.start()
	upgrader := websocket.Upgrader{
		CheckOrigin:     func(*http.Request) bool { return true },
		WriteBufferSize: 64 << 10,
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &Conn{hub: h, ws: conn, frames: frames, out: make(chan outFrame, 1024), gone: make(chan struct{})}
	if h.admit(c, r.URL.Query().Get("debug_reconnects") == "true") {
		c.read()
	}
	_ = conn.Close()
}

// admit counts the connection in, says hello and starts its writer.
func (h *Hub) admit(c *Conn, debug bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.mu.Closed() {
		return false
	}
	h.lastNumber++
	c.number = h.lastNumber
	others := len(h.live())
	h.conns = append(h.conns, c)
	h.mu.Go(c.writeFrames)
	switch {
	case h.disabled:
		c.Write(disconnectFrame("link_disabled", c.number))
		c.finish()
	case others >= maxConns:
		h.report.Breach(rule.TooManySockets, "opened socket %d while %d were live", c.number, others)
		c.Write(disconnectFrame("too_many_websockets", c.number))
		c.finish()
	default:
		c.Write(h.helloFrame(c.number, others+1, debug))
		h.report.Event(record.Event{Kind: record.Connected, Text: fmt.Sprintf("socket %d", c.number)})
	}
	h.mu.Notify()
	return true
}

// remove counts the connection out.
func (h *Hub) remove(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.ended = true
	close(c.gone)
	h.conns = slices.DeleteFunc(slices.Clone(h.conns), func(other *Conn) bool { return other == c })
	h.report.Event(record.Event{Kind: record.Disconnected, Text: fmt.Sprintf("socket %d", c.number)})
	h.mu.Notify()
}

// Sockets returns the numbers of the live connections, oldest first. Numbers count
// up from 1 and are not used again.
func (h *Hub) Sockets() []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	var numbers []int
	for _, c := range h.live() {
		numbers = append(numbers, c.number)
	}
	return numbers
}

// Connections returns how many connections are live.
func (h *Hub) Connections() int { return len(h.Sockets()) }
