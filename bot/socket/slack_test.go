package socket_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"azeer-slack/bot/socket"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// slackSide is Slack's end of Socket Mode on loopback.
type slackSide struct {
	t       testing.TB
	server  *httptest.Server
	arrived chan *peer
	opened  atomic.Int32
	// refuse, if set, answers a handshake in Slack's stead and says so.
	refuse func(w http.ResponseWriter, attempt int32) bool
	// openError, if set, is what the Opener returns.
	openError func(attempt int32) error
	dialled   atomic.Int32

	mu        sync.Mutex
	now, peak int // WebSockets open
}

func newSlack(t testing.TB) *slackSide {
	s := &slackSide{t: t, arrived: make(chan *peer, 200)}
	s.server = httptest.NewServer(http.HandlerFunc(s.link))
	t.Cleanup(s.server.Close)
	return s
}

func (s *slackSide) open(context.Context) (string, error) {
	attempt := s.opened.Add(1)
	if s.openError != nil {
		if err := s.openError(attempt); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("ws%s/link/?ticket=secret-%d", strings.TrimPrefix(s.server.URL, "http"), attempt), nil
}

func (s *slackSide) link(w http.ResponseWriter, r *http.Request) {
	if attempt := s.dialled.Add(1); s.refuse != nil && s.refuse(w, attempt) {
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.t.Errorf("upgrade: %v", err)
		return
	}
	s.count(1)
	p := &peer{t: s.t, ws: ws, frames: make(chan string, 100), pings: make(chan string, 1000), pongs: make(chan string, 100), gone: make(chan error, 1), drop: sync.OnceFunc(func() { s.count(-1) })}
	s.t.Cleanup(p.cut)
	s.arrived <- p
}

func (s *slackSide) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += n
	s.peak = max(s.peak, s.now)
}

// next is the next socket that the client opens.
func (s *slackSide) next() *peer {
	s.t.Helper()
	return receive(s.t, s.arrived, "a new socket")
}

// greet is next, read from, with a hello.
func (s *slackSide) greet() *peer {
	s.t.Helper()
	p := s.next()
	p.listen()
	p.hello(1)
	return p
}

// peer is Slack's end of one socket.
type peer struct {
	t      testing.TB
	ws     *websocket.Conn
	frames chan string // Text frames from the client
	pings  chan string
	pongs  chan string
	gone   chan error // why reading ended
	drop   func()     // Counts the socket out
}

// listen starts reading; until then the peer answers no ping.
func (p *peer) listen() {
	p.ws.SetPingHandler(func(data string) error {
		p.pings <- data
		return p.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(patience))
	})
	p.ws.SetPongHandler(func(data string) error { p.pongs <- data; return nil })
	go func() {
		for {
			_, data, err := p.ws.ReadMessage()
			if err != nil {
				p.drop()
				p.gone <- err
				return
			}
			p.frames <- string(data)
		}
	}()
}

func (p *peer) send(text string) {
	p.t.Helper()
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Errorf("Slack's side could not send: %v", err)
	}
}

func (p *peer) hello(sockets int) {
	p.t.Helper()
	p.send(fmt.Sprintf(`{"type":"hello","num_connections":%d,"debug_info":{"host":"applink-1","approximate_connection_time":18060}}`, sockets))
}

func (p *peer) disconnect(reason string) {
	p.t.Helper()
	p.send(fmt.Sprintf(`{"type":"disconnect","reason":%q,"debug_info":{"host":"applink-1"}}`, reason))
}

func (p *peer) envelope(id string) {
	p.t.Helper()
	p.send(fmt.Sprintf(`{"type":"slash_commands","envelope_id":%q,"payload":{"command":"/assign"},"accepts_response_payload":true}`, id))
}

// cut drops TCP without a close frame.
func (p *peer) cut() {
	p.drop() // before the client can know
	_ = p.ws.NetConn().Close()
}

// wantAck waits for the acknowledgement of id and returns its payload.
func (p *peer) wantAck(id string) string {
	p.t.Helper()
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	text := receive(p.t, p.frames, "the acknowledgement of "+id)
	if err := json.Unmarshal([]byte(text), &ack); err != nil || ack.EnvelopeID != id {
		p.t.Fatalf("got frame %s, want the acknowledgement of %s", text, id)
	}
	return string(ack.Payload)
}

// bot is the client under test with its handler's inbox.
type bot struct {
	*socket.Client
	t     testing.TB
	inbox chan *socket.Envelope
	live  chan int
	logs  *logs
	stop  context.CancelFunc
	ended chan error
}

// briskly is a Config with pauses fit for tests.
func briskly() socket.Config {
	return socket.Config{
		Connections: 1,
		Stagger:     time.Millisecond,
		OpenEvery:   time.Millisecond,
		Retry:       time.Millisecond,
		Drain:       50 * time.Millisecond,
	}
}

func start(t testing.TB, s *slackSide, cfg socket.Config) *bot {
	b := &bot{t: t, inbox: make(chan *socket.Envelope, 100)}
	b.run(s, cfg, func(_ context.Context, e *socket.Envelope) { b.inbox <- e })
	return b
}

func (b *bot) run(s *slackSide, cfg socket.Config, handle socket.Handler) {
	b.start(s.open, cfg, handle)
}

func (b *bot) start(open socket.Opener, cfg socket.Config, handle socket.Handler) {
	b.live, b.logs, b.ended = make(chan int, 1000), &logs{}, make(chan error, 1)
	cfg.Logger = zerolog.New(b.logs)
	if cfg.Observe.Live == nil {
		cfg.Observe.Live = func(n int) { b.live <- n }
	}
	b.Client = socket.New(open, cfg)
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	done := make(chan struct{})
	go func() {
		b.ended <- b.Run(ctx, handle)
		close(done)
	}()
	b.t.Cleanup(func() {
		stop()
		receive(b.t, done, "the end of Run")
		if text := b.logs.String(); strings.Contains(text, "ticket") || strings.Contains(text, "secret") {
			b.t.Errorf("a socket's address was logged: %s", text)
		}
	})
}

func (b *bot) next() *socket.Envelope {
	b.t.Helper()
	return receive(b.t, b.inbox, "an envelope")
}

// wantLive waits until n sockets are up.
func (b *bot) wantLive(n int) {
	b.t.Helper()
	for got := -1; got != n; {
		got = receive(b.t, b.live, fmt.Sprintf("%d live sockets", n))
	}
}

func (b *bot) ack(e *socket.Envelope, payload any) {
	b.t.Helper()
	if err := e.Ack(b.t.Context(), payload); err != nil {
		b.t.Fatalf("Ack of %s: %v", e.ID, err)
	}
}

// roundTrip shows that the socket works.
func (b *bot) roundTrip(p *peer, id string) {
	b.t.Helper()
	p.envelope(id)
	e := b.next()
	if e.ID != id {
		b.t.Fatalf("got envelope %s, want %s", e.ID, id)
	}
	b.ack(e, nil)
	p.wantAck(id)
}

func receive[T any](t testing.TB, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("waited %s for %s", patience, what)
		panic("unreachable")
	}
}

// none says that nothing has come so far.
func none[T any](t testing.TB, ch <-chan T, what string) {
	t.Helper()
	select {
	case v := <-ch:
		t.Fatalf("got %s: %v", what, v)
	default:
	}
}

type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
