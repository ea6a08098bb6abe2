package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	appToken = "xapp-bench"
	botToken = "xoxb-bench"
	azeerKey = "bench"
	owner    = "omar@twerlo.com" // who gets every contact

	// mostContacts is how many there are to type.
	mostContacts = 100_000
	// kept is how many commands are known, the latest; more than there are contacts.
	kept = 1 << 17
	// pingEvery is how often Slack pings a socket.
	pingEvery = 10 * time.Second
)

// world is Slack and Azeer as a load generator. It knows what a command needs and nothing
// else, and it keeps no record: the sandbox, which checks and remembers everything, takes
// more processor time than the bots that are measured.
type world struct {
	slack   string // addresses of the two, which are two hosts to a bot
	azeer   string
	server  *http.Server
	parts   int32 // what makes a command complete: the acknowledgement, or the answer as well
	latency atomic.Int64
	// connected gets a value when a socket is opened.
	connected chan struct{}
	commands  [kept]command

	mu      sync.Mutex
	sockets []*socket
	faults  []string
}

// command is one /assign on its way.
type command struct {
	sent, acked time.Time
	done        chan<- struct{} // gets a value when it is complete
	under       atomic.Bool     // it is sent: the fields above are set
	assigned    atomic.Bool
	parts       atomic.Int32
}

type socket struct {
	mu sync.Mutex // one writer at a time
	ws *websocket.Conn
}

// newWorld starts Slack and Azeer on loopback. Of a bot that answers, an answer is
// waited for.
func newWorld(answers bool) (*world, error) {
	w := &world{parts: 1, connected: make(chan struct{}, 64)}
	if answers {
		w.parts = 2
	}
	w.server = &http.Server{Handler: w.routes()}
	for _, url := range []*string{&w.slack, &w.azeer} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(err, w.server.Close())
		}
		*url = "http://" + listener.Addr().String()
		go func() { _ = w.server.Serve(listener) }() // until close
	}
	return w, nil
}

func (w *world) close() {
	_ = w.server.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sockets {
		_ = s.ws.Close()
	}
}

// env is where a bot finds this world.
func (w *world) env() []string {
	return []string{
		"SLACK_APP_TOKEN=" + appToken, "SLACK_BOT_TOKEN=" + botToken, "SLACK_API_URL=" + w.slack + "/api/",
		"AZEER_API_KEY=" + azeerKey, "AZEER_BASE_URL=" + w.azeer + "/v1",
	}
}

func (w *world) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.faults) < 5 {
		w.faults = append(w.faults, fmt.Sprintf(format, args...))
	}
}

// wrong gives what went wrong so far.
func (w *world) wrong() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.faults) == 0 {
		return nil
	}
	return fmt.Errorf("the load generator saw: %s", strings.Join(w.faults, "; "))
}

func (w *world) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/apps.connections.open", func(rw http.ResponseWriter, _ *http.Request) {
		reply(rw, fmt.Sprintf(`{"ok":true,"url":"ws%s/link"}`, strings.TrimPrefix(w.slack, "http")))
	})
	mux.HandleFunc("/api/auth.test", func(rw http.ResponseWriter, _ *http.Request) {
		reply(rw, `{"ok":true,"url":"https://bench.slack.example/","team":"Bench","user":"azeer","team_id":"T0BENCH001",`+
			`"user_id":"U0BOT00001","bot_id":"B0BENCH001","is_enterprise_install":false}`)
	})
	mux.HandleFunc("/api/users.info", usersInfo)
	mux.HandleFunc("/api/users.lookupByEmail", func(rw http.ResponseWriter, _ *http.Request) {
		reply(rw, `{"ok":false,"error":"users_not_found"}`) // an agent need not be in the workspace
	})
	mux.HandleFunc("GET /link", w.serveSocket)
	mux.HandleFunc("POST /commands/{n}", w.takeAnswer)
	mux.HandleFunc("GET /v1/agent", func(rw http.ResponseWriter, _ *http.Request) {
		reply(rw, `{"success":true,"data":[{"id":1,"platform_id":"`+owner+`","platform":"avocado","is_agent":true,`+
			`"name":"Omar Hassan","display_name":"Omar Hassan","role":"agent","status":"active"}]}`)
	})
	mux.HandleFunc("POST /v1/contact/assign", w.assign)
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		w.fault("%s %s, which it does not know", r.Method, r.URL.Path)
		reply(rw, `{"ok":false,"error":"unknown_method"}`)
	})
	return mux
}

func reply(rw http.ResponseWriter, body string) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(rw, body)
}

func usersInfo(rw http.ResponseWriter, r *http.Request) {
	id := r.FormValue("user")
	reply(rw, fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T0BENCH001","name":"clerk","real_name":"Clerk","deleted":false,`+
		`"tz":"Asia/Riyadh","tz_label":"Asia/Riyadh","tz_offset":10800,"locale":"en-US","is_bot":false,"is_app_user":false,`+
		`"is_restricted":false,"is_ultra_restricted":false,"is_stranger":false,"updated":1700000000,`+
		`"profile":{"real_name":"Clerk","display_name":"Clerk","team":"T0BENCH001","email":"clerk@twerlo.com"}}}`, id))
}

// serveSocket takes acknowledgements until the socket is closed.
func (w *world) serveSocket(rw http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer func() { _ = ws.Close() }()
	s := &socket{ws: ws}
	if !w.hello(s) {
		return
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	gone := make(chan struct{})
	defer close(gone)
	go func() {
		for {
			select {
			case <-ping.C:
				_ = ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
			case <-gone:
				return
			}
		}
	}()
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			w.leave(s)
			return
		}
		w.acknowledge(frame, time.Now())
	}
}

func (w *world) hello(s *socket) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sockets = append(w.sockets, s)
	err := s.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"type":"hello","num_connections":%d,`+
		`"debug_info":{"host":"applink-1","build_number":10,"approximate_connection_time":18060},`+
		`"connection_info":{"app_id":"A0BENCH001"}}`, len(w.sockets)))
	w.connected <- struct{}{}
	return err == nil
}

func (w *world) leave(gone *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, s := range w.sockets {
		if s == gone {
			w.sockets = append(w.sockets[:i:i], w.sockets[i+1:]...)
			return
		}
	}
}

// acknowledge reads an acknowledgement. A payload in it would be a mistake that the bot
// found in the command.
func (w *world) acknowledge(frame []byte, at time.Time) {
	_, rest, _ := bytes.Cut(frame, []byte(`"envelope_id":"`))
	if len(rest) < 8 || bytes.Contains(frame, []byte(`"text"`)) {
		w.fault("the acknowledgement %s", frame)
		return
	}
	n, err := strconv.ParseUint(string(rest[:8]), 16, 32)
	c := w.command(int(n))
	if err != nil || !c.under.Load() || !c.acked.IsZero() {
		w.fault("a second or foreign acknowledgement %s", frame)
		return
	}
	c.acked = at
	w.complete(c)
}

// command is the n-th.
func (w *world) command(n int) *command { return &w.commands[n%kept] }

func (w *world) complete(c *command) {
	if c.parts.Add(1) == w.parts {
		c.done <- struct{}{}
	}
}

// takeAnswer reads what a response URL gets: the news that it is done, or an interim one.
func (w *world) takeAnswer(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	n, bad := strconv.Atoi(r.PathValue("n"))
	if err != nil || bad != nil || n < 0 {
		w.fault("an answer to %s", r.URL.Path)
		return
	}
	reply(rw, `{"ok":true}`)
	switch c := w.command(n); {
	case !bytes.Contains(body, []byte("belongs to")):
	case !c.assigned.Load():
		w.fault("the answer %s before Azeer was asked", body)
	default:
		w.complete(c)
	}
}

// assign is Azeer, which takes its time.
func (w *world) assign(rw http.ResponseWriter, r *http.Request) {
	var asked struct {
		Contact string `json:"platform_id"`
		Agent   string `json:"assigned_platform_id"`
	}
	err := json.NewDecoder(r.Body).Decode(&asked)
	n, bad := numberOf(asked.Contact)
	if err != nil || bad != nil || n < 0 || asked.Agent != owner || !w.command(n).under.Load() {
		w.fault("azeer was asked for %+v", asked)
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	time.Sleep(time.Duration(w.latency.Load()))
	w.command(n).assigned.Store(true)
	reply(rw, `{"message":"assignment completed successfully","success":true}`)
}

// typed is the n-th contact as a person types it, and numberOf reads its number from how
// Azeer knows it.
func typed(n int) string { return fmt.Sprintf("05444%05d", n%mostContacts) }

func numberOf(contact string) (int, error) {
	digits, ok := strings.CutPrefix(contact, "9665444")
	if !ok {
		return 0, fmt.Errorf("the contact %q was never typed", contact)
	}
	return strconv.Atoi(digits)
}
