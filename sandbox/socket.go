package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many connections an app may hold at once (Using Socket Mode).
const maxSockets = 10

// socket is one Socket Mode connection. Fields are guarded by Slack.mu.
type socket struct {
	slack  *Slack
	number int
	conn   *websocket.Conn
	tap    *tapConn
	out    chan outFrame
	gone   chan struct{} // closed when the reader has ended

	leaving  bool // gets no more envelopes
	told     bool // has been told to disconnect
	silent   bool
	halfOpen bool
	ended    bool // Counts no longer
	pinged   int  // pings sent and not yet answered
}

type outFrame struct {
	kind int // websocket.TextMessage, PingMessage or CloseMessage
	data []byte
}

// write queues a text frame. Call it with the lock held.
func (s *socket) write(frame []byte) { s.queue(outFrame{websocket.TextMessage, frame}) }

func (s *socket) queue(f outFrame) {
	if s.silent || s.halfOpen {
		return
	}
	select {
	case s.out <- f:
	default: // a client that reads nothing loses what comes
	}
}

// drop cuts the TCP connection. Call it with the lock held.
func (s *socket) drop() {
	s.ended = true
	_ = s.conn.Close()
}

// finish starts the close handshake. Call it with the lock held.
func (s *socket) finish() {
	s.ended = true
	s.queue(outFrame{websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")})
	s.slack.notify()
}

// healthy tells whether the app has no excuse for not acknowledging.
func (s *socket) healthy() bool {
	return !s.silent && !s.halfOpen && !s.told && !s.leaving && !s.ended
}

// live returns the sockets that count, oldest first.
func (k *Slack) live() []*socket {
	var live []*socket
	for _, s := range k.sockets {
		if !s.ended {
			live = append(live, s)
		}
	}
	return live
}

// pickSocket chooses where the next envelope goes: any of the live ones, with no
// pattern promised (Using Socket Mode). Nil if there is none.
func (k *Slack) pickSocket() *socket {
	if k.pinned != nil {
		return k.pinned
	}
	var able []*socket
	for _, s := range k.live() {
		if !s.leaving && !s.silent {
			able = append(able, s)
		}
	}
	if len(able) == 0 {
		return nil
	}
	return able[pick(len(able))]
}

func disconnectFrame(reason string, number int) []byte {
	return encode(object{"type": "disconnect", "reason": reason,
		"debug_info": object{"host": fmt.Sprintf("applink-%d", number)}})
}

func helloFrame(number, connections int, debug bool) []byte {
	seconds := 18060
	if debug { // debug_reconnects=true asks for short connections
		seconds = 360
	}
	return encode(object{"type": "hello", "num_connections": connections,
		"debug_info": object{"host": fmt.Sprintf("applink-%d", number), "build_number": 10,
			"approximate_connection_time": seconds},
		"connection_info": object{"app_id": AppID}})
}

// ticketURL makes a socket URL: for one use, and soon.
func (k *Slack) ticketURL() string {
	ticket := uuid()
	k.tickets[ticket] = time.Now()
	return "ws://" + k.front.address() + "/link/?ticket=" + ticket + "&app_id=" + randomHex(32)
}

// redeem spends a ticket; the reason is empty if it was good.
func (k *Slack) redeem(ticket string) (reason string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	given, known := k.tickets[ticket]
	switch {
	case !known:
		return "never given out"
	case k.spent[ticket]:
		return "used twice"
	case time.Since(given) > k.limits.Ticket:
		return "used too late"
	}
	k.spent[ticket] = true
	return ""
}

// serveSocket answers the handshake and reads until the connection ends.
func (k *Slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	if reason := k.redeem(r.URL.Query().Get("ticket")); reason != "" {
		k.breach(RuleTicket, "socket URL %s", reason)
		http.Error(w, "ticket "+reason, http.StatusForbidden)
		return
	}
	tap, _ := r.Context().Value(tapKey{}).(*tapConn)
	tap.watch()
	upgrader := websocket.Upgrader{
		CheckOrigin:     func(*http.Request) bool { return true },
		WriteBufferSize: 64 << 10,
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s := &socket{slack: k, conn: conn, tap: tap, out: make(chan outFrame, 1024), gone: make(chan struct{})}
	if k.admit(s, r.URL.Query().Get("debug_reconnects") == "true") {
		s.read()
	}
	_ = conn.Close()
}

// admit counts the socket in, says hello and starts its writer.
func (k *Slack) admit(s *socket, debug bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return false
	}
	k.nextSocket++
	s.number = k.nextSocket
	others := len(k.live())
	k.sockets = append(k.sockets, s)
	k.wg.Add(1)
	go s.writeFrames()
	switch {
	case k.linkOff:
		s.write(disconnectFrame("link_disabled", s.number))
		s.finish()
	case others >= maxSockets:
		k.breach(RuleTooManySockets, "opened socket %d while %d were live", s.number, others)
		s.write(disconnectFrame("too_many_websockets", s.number))
		s.finish()
	default:
		s.write(helloFrame(s.number, others+1, debug))
		k.record.event(Event{Kind: EventConnected, Text: fmt.Sprintf("socket %d", s.number)})
	}
	k.notify()
	return true
}

// writeFrames is the only writer of the connection; it pings as well.
func (s *socket) writeFrames() {
	defer s.slack.wg.Done()
	ping := time.NewTicker(s.slack.limits.Ping)
	defer ping.Stop()
	for {
		select {
		case f := <-s.out:
			_ = s.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
			if f.kind == websocket.CloseMessage && !s.slack.unsettled.KeepTCP {
				_ = s.conn.SetReadDeadline(time.Now().Add(time.Second))
			}
			_ = s.conn.WriteMessage(f.kind, f.data)
		case <-ping.C:
			s.ping()
		case <-s.gone:
			return
		}
	}
}

// ping sends Slack's ping, which wants its payload back.
func (s *socket) ping() {
	s.slack.mu.Lock()
	defer s.slack.mu.Unlock()
	if s.ended || s.silent || s.halfOpen {
		return
	}
	if s.pinged >= 2 {
		s.slack.breach(RulePing, "socket %d left two pings unanswered", s.number)
		s.pinged = 0
	}
	s.pinged++
	s.queue(outFrame{websocket.PingMessage, fmt.Appendf(nil, "Ping from applink-%d", s.number)})
}

// read takes in frames until the connection ends, however it ends.
func (s *socket) read() {
	s.conn.SetPongHandler(s.pong)
	s.conn.SetPingHandler(func(data string) error { return s.answerPing(data) })
	for {
		kind, frame, err := s.conn.ReadMessage()
		if err != nil {
			s.linger(err)
			break
		}
		s.slack.receive(s, kind, frame, s.tap.lastFragmented())
	}
	k := s.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	s.ended = true
	close(s.gone)
	for i, other := range k.sockets {
		if other == s {
			k.sockets = append(k.sockets[:i:i], k.sockets[i+1:]...)
			break
		}
	}
	k.record.event(Event{Kind: EventDisconnected, Text: fmt.Sprintf("socket %d", s.number)})
	k.notify()
}

// linger keeps TCP open after the close handshake where the sandbox is told to:
// Slack has been seen not to close it (@slack/socket-mode 3.2.0).
func (s *socket) linger(err error) {
	var closed *websocket.CloseError
	if !s.slack.unsettled.KeepTCP || !errors.As(err, &closed) || closed.Code == websocket.CloseAbnormalClosure {
		return
	}
	s.slack.mu.Lock()
	s.ended = true
	s.slack.notify()
	s.slack.mu.Unlock()
	_, _ = io.Copy(io.Discard, s.conn.NetConn())
}

func (s *socket) pong(data string) error {
	s.slack.mu.Lock()
	defer s.slack.mu.Unlock()
	if want := fmt.Sprintf("Ping from applink-%d", s.number); data == want {
		s.pinged = 0
	}
	return nil
}

func (s *socket) answerPing(data string) error {
	s.slack.mu.Lock()
	quiet := s.silent || s.halfOpen
	s.slack.mu.Unlock()
	if quiet {
		return nil
	}
	_ = s.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	return nil
}

// envelope encodes a delivery as Slack frames it
// (https://docs.slack.dev/apis/events-api/using-socket-mode).
func (k *Slack) envelope(d *Delivery) []byte {
	frame := object{
		"envelope_id":              d.EnvelopeID,
		"type":                     d.envelopeType(),
		"accepts_response_payload": d.acceptsPayload(),
		"payload":                  json.RawMessage(d.Payload),
	}
	if d.Kind == kindEvent {
		reason := ""
		if d.retry > 0 {
			reason = "timeout"
		}
		frame["retry_attempt"], frame["retry_reason"] = d.retry, reason
	}
	return encode(frame)
}
