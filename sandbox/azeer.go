package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// AzeerKey is the key of the account in the box: one that may read and write.
const AzeerKey = "sandbox-key"

// Rules of Azeer that an app can break.
const (
	RuleAzeerHeaders Rule = "azeer_headers" // sent without Authorization, Content-Type or User-Agent
	RuleAzeerBody    Rule = "azeer_body"    // sent a body that is not exactly the two fields
	RuleAzeerPath    Rule = "azeer_path"    // Name something that the API does not have
)

// AzeerAgent is somebody in the account's inbox.
type AzeerAgent struct {
	ID         int
	PlatformID string // what the assign endpoint takes: the login email
	Name       string
	Role       string // default "agent"
	Inactive   bool
}

// Call is one request that Azeer received.
type Call struct {
	N       int // Counts up from 1
	At      time.Time
	Method  string
	Path    string
	Contact string        // of an assignment, as sent
	Agent   string        // of an assignment, as sent
	Status  int           // what was answered; 0: nothing
	Effect  bool          // the contact has a new owner
	Over    bool          // answered, or given up on by either side
	Took    time.Duration // from the arrival until it was over
}

// Azeer is the account: its agents, who owns which contact, and how it misbehaves. What
// it knows of the real API stands in the vendor's pages "Assign Contact to an Agent",
// "List All Agents" and "Get an Agent Details" at docs.azeer.com.
type Azeer struct {
	record *recorder
	front  *front

	mu      sync.Mutex
	key     string
	agents  []AzeerAgent
	owners  map[string]string
	known   map[string]bool // nil: every contact exists
	shape   ListShape
	calls   []Call
	ordered map[string][]Misbehaviour // by endpoint, for the next calls
	always  map[string]Misbehaviour   // by endpoint, until Behave
	changed chan struct{}             // closed and renewed at every change
	freed   chan struct{}             // closed when hanging calls are let go
}

func newAzeer(addr string, record *recorder) (*Azeer, error) {
	z := &Azeer{
		record: record, key: AzeerKey, owners: map[string]string{},
		ordered: map[string][]Misbehaviour{}, always: map[string]Misbehaviour{},
		changed: make(chan struct{}), freed: make(chan struct{}),
		agents: []AzeerAgent{
			{ID: 1, PlatformID: "omar@twerlo.com", Name: "Omar Hassan", Role: "admin"},
			{ID: 2, PlatformID: "sara@twerlo.com", Name: "Sara Ali"},
			{ID: 3, PlatformID: "layla@twerlo.com", Name: "ليلى أحمد"},
			{ID: 4, PlatformID: "noura@twerlo.com", Name: "Noura Saleh"},
			{ID: 5, PlatformID: "noura.s@twerlo.com", Name: "Noura Saleh"},
			{ID: 6, PlatformID: "huda@twerlo.com", Name: "Huda Karim", Inactive: true},
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/contact/assign", z.served(assigning, z.assign))
	mux.HandleFunc("GET /v1/agent", z.served(listing, z.list))
	mux.HandleFunc("GET /v1/agent/{id}", z.served(reading, z.read))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		z.breach(RuleAzeerPath, "%s %s does not exist", r.Method, r.URL.Path)
		azeerAnswer(w, http.StatusNotFound, object{"success": false, "message": "not found"})
	})
	z.front = &front{addr: addr, handler: mux}
	if err := z.front.up(); err != nil {
		return nil, err
	}
	return z, nil
}

// BaseURL returns the base of the API: AZEER_BASE_URL.
func (z *Azeer) BaseURL() string { return "http://" + z.front.address() + "/v1" }

func (z *Azeer) env() map[string]string {
	return map[string]string{"AZEER_API_KEY": AzeerKey, "AZEER_BASE_URL": z.BaseURL()}
}

func (z *Azeer) close() error { return z.front.down() }

func (z *Azeer) breach(rule Rule, format string, args ...any) {
	z.record.breach(SideAzeer, rule, format, args...)
}

// Owner returns the platform_id of the agent who owns a contact (E.164 digits), or "".
func (z *Azeer) Owner(contact string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.owners[contact]
}

// Owners returns every contact that has an owner.
func (z *Azeer) Owners() map[string]string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return maps.Clone(z.owners)
}

// Agents returns the agents of the account.
func (z *Azeer) Agents() []AzeerAgent {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.agents)
}

// SetAgents replaces the agents of the account.
func (z *Azeer) SetAgents(agents ...AzeerAgent) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.agents = slices.Clone(agents)
	z.markAgents()
}

// AddAgent adds one; a zero ID is given the next number.
func (z *Azeer) AddAgent(a AzeerAgent) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if a.ID == 0 {
		for _, other := range z.agents {
			a.ID = max(a.ID, other.ID)
		}
		a.ID++
	}
	z.agents = append(z.agents, a)
	z.markAgents()
}

// KnowOnly makes every contact but these unknown. Without a call of it all are known.
func (z *Azeer) KnowOnly(contacts ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.known = map[string]bool{}
	for _, c := range contacts {
		z.known[c] = true
	}
}

// ChangeKey makes the account accept another key than AzeerKey.
func (z *Azeer) ChangeKey(key string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.key = key
}

// Calls returns what was received so far, oldest first.
func (z *Azeer) Calls() []Call {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.calls)
}

// WaitCalls waits until n calls have been received, of every kind together. A call counts
// from its arrival on, whether or not it has been answered.
func (z *Azeer) WaitCalls(ctx context.Context, n int) error {
	return z.await(ctx, func() bool { return len(z.calls) >= n })
}

// WaitAssigns waits until n assignments have been received.
func (z *Azeer) WaitAssigns(ctx context.Context, n int) error {
	return z.await(ctx, func() bool {
		count := 0
		for _, c := range z.calls {
			if c.Method == http.MethodPost {
				count++
			}
		}
		return count >= n
	})
}

func (z *Azeer) await(ctx context.Context, ready func() bool) error {
	for {
		z.mu.Lock()
		done, changed := ready(), z.changed
		z.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for calls to azeer: %w", ctx.Err())
		}
	}
}

// exchange is one request being served.
type exchange struct {
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
	call   int // index in Azeer.calls
	orders Misbehaviour
	freed  <-chan struct{} // closed when it need not wait any longer
}

const mostBody = 1 << 20

// served notes a call, checks what every call must have, and misbehaves where that is
// ordered; otherwise answer answers it.
func (z *Azeer) served(endpoint string, answer func(*exchange) (int, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
		if err != nil {
			return // the caller is gone
		}
		x := &exchange{w: w, r: r, body: body}
		z.note(x, endpoint)
		defer z.over(x)
		status, reply := z.authorise(x)
		z.stall(x)
		m := x.orders
		if status == 0 && (!m.instead() || m.Effect || m.LostAnswer) {
			status, reply = answer(x)
		}
		if m.instead() {
			z.misbehave(x, m)
			return
		}
		z.answered(x, status)
		azeerAnswer(w, status, reply)
	}
}

// note puts a call on the record and takes the orders for it, in one step: whoever has
// seen the call can end its misbehaviour.
func (z *Azeer) note(x *exchange, endpoint string) {
	var sent struct {
		Contact string `json:"platform_id"`
		Agent   string `json:"assigned_platform_id"`
	}
	_ = json.Unmarshal(x.body, &sent)
	z.mu.Lock()
	x.call, x.orders, x.freed = len(z.calls), z.ordersFor(endpoint), z.freed
	z.calls = append(z.calls, Call{
		N: x.call + 1, At: time.Now(), Method: x.r.Method, Path: x.r.URL.Path, Contact: sent.Contact, Agent: sent.Agent,
	})
	close(z.changed)
	z.changed = make(chan struct{})
	z.markCall(x.call)
	z.mu.Unlock()
	text := x.r.Method + " " + x.r.URL.Path
	if sent.Contact != "" {
		text += " " + sent.Contact + " → " + sent.Agent
	}
	z.record.event(Event{Kind: EventAzeerReceived, Text: text})
}

func (z *Azeer) answered(x *exchange, status int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.calls[x.call].Status = status
}

// over ends a call, however it ended.
func (z *Azeer) over(x *exchange) {
	z.mu.Lock()
	defer z.mu.Unlock()
	call := &z.calls[x.call]
	call.Over, call.Took = true, time.Since(call.At)
	z.markCall(x.call)
}

func (z *Azeer) markAgents() { z.record.mark(func(m *marks) { m.agents = true }) }

func (z *Azeer) markCall(n int) {
	z.record.mark(func(m *marks) {
		if !slices.Contains(m.calls, n) {
			m.calls = append(m.calls, n)
		}
	})
}

// callsAt returns the calls with these indices.
func (z *Azeer) callsAt(indices []int) []Call {
	z.mu.Lock()
	defer z.mu.Unlock()
	var calls []Call
	for _, at := range indices {
		calls = append(calls, z.calls[at])
	}
	return calls
}

// authorise checks the headers; a zero status means that all is well.
func (z *Azeer) authorise(x *exchange) (int, any) {
	scheme, key, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	if scheme != "Bearer" {
		z.breach(RuleAzeerHeaders, "%s %s without a bearer key", x.r.Method, x.r.URL.Path)
	}
	if agent := x.r.Header.Get("User-Agent"); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		z.breach(RuleAzeerHeaders, "%s %s does not name its program", x.r.Method, x.r.URL.Path)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if key != z.key {
		return http.StatusUnauthorized, object{"success": false, "message": "Unauthorized"}
	}
	return 0, nil
}

// e164 is how Azeer writes a contact: country code and number, without a plus.
var e164 = regexp.MustCompile(`^[1-9][0-9]{7,14}$`)

// assign serves POST /contact/assign.
func (z *Azeer) assign(x *exchange) (int, any) {
	if media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		z.breach(RuleAzeerHeaders, "assign with Content-Type %q", x.r.Header.Get("Content-Type"))
	}
	var sent map[string]any
	decoder := json.NewDecoder(bytes.NewReader(x.body))
	err := decoder.Decode(&sent)
	if _, more := decoder.Token(); err != nil || !errors.Is(more, io.EOF) {
		z.breach(RuleAzeerBody, "assign with a body that is no JSON object")
		return http.StatusBadRequest, object{"success": false, "message": "invalid body"}
	}
	contact, _ := sent["platform_id"].(string)
	agent, _ := sent["assigned_platform_id"].(string)
	if len(sent) != 2 || !e164.MatchString(contact) || agent == "" {
		z.breach(RuleAzeerBody, "assign with fields %v, contact of %d characters, agent of %d",
			slices.Sorted(maps.Keys(sent)), len(contact), len(agent))
		return http.StatusBadRequest, object{"success": false, "message": "invalid platform_id"}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.known != nil && !z.known[contact] {
		return http.StatusNotFound, object{"success": false, "message": "contact not found"}
	}
	z.owners[contact] = agent
	z.calls[x.call].Effect = true
	z.markCall(x.call)
	return http.StatusOK, object{"message": "assignment completed successfully", "success": true}
}

// list serves GET /agent.
func (z *Azeer) list(*exchange) (int, any) {
	z.mu.Lock()
	defer z.mu.Unlock()
	agents := make([]any, len(z.agents))
	for i, a := range z.agents {
		agents[i] = a.wire()
	}
	return http.StatusOK, z.shape.wrap(agents)
}

// read serves GET /agent/{id}, by number or platform_id.
func (z *Azeer) read(x *exchange) (int, any) {
	id := x.r.PathValue("id")
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, a := range z.agents {
		if id == a.PlatformID || id == strconv.Itoa(a.ID) {
			return http.StatusOK, a.wire()
		}
	}
	return http.StatusNotFound, object{"success": false, "message": "agent not found"}
}

func (a AzeerAgent) wire() object {
	status, role := "active", a.Role
	if a.Inactive {
		status = "inactive"
	}
	if role == "" {
		role = "agent"
	}
	return object{
		"id": a.ID, "platform_id": a.PlatformID, "platform": "avocado", "is_agent": true,
		"business_id": "0b5f7a52-0000-4000-8000-000000000001",
		"name":        a.Name, "display_name": a.Name, "role": role, "status": status,
	}
}

func azeerAnswer(w http.ResponseWriter, status int, reply any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(reply)
}
