package azeer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"azeer-slack/sandbox/record"
)

type object = map[string]any

// Endpoints, as misbehaviour is ordered for them.
const (
	assigning = "assign"
	listing   = "agents"
	reading   = "agent"
)

func (z *Account) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/contact/assign", z.serve(assigning, z.assign))
	mux.HandleFunc("GET /v1/agent", z.serve(listing, z.list))
	mux.HandleFunc("GET /v1/agent/{id}", z.serve(reading, z.read))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		z.report.Breach(RulePath, "%s %s does not exist", r.Method, r.URL.Path)
		writeJSON(w, http.StatusNotFound, object{"success": false, "message": "not found"})
	})
	return mux
}

// exchange is one request being served.
type exchange struct {
	w            http.ResponseWriter
	r            *http.Request
	body         []byte
	call         int // index in Account.calls
	misbehaviour Misbehaviour
	released     <-chan struct{} // closed when it need not wait any longer
}

const mostBody = 1 << 20

// serve notes a call, checks what every call must have, and misbehaves where that is
// ordered; otherwise answer answers it.
func (z *Account) serve(endpoint string, answer func(*exchange) (int, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
		if err != nil {
			return // the caller is gone
		}
		x := &exchange{w: w, r: r, body: body}
		z.note(x, endpoint)
		defer z.end(x)
		status, reply := z.authorise(x)
		z.stall(x)
		m := x.misbehaviour
		if status == 0 && (!m.instead() || m.Effect || m.LostAnswer) {
			status, reply = answer(x)
		}
		if m.instead() {
			z.misbehave(x, m)
			return
		}
		z.answered(x, status)
		writeJSON(w, status, reply)
	}
}

// note puts a call on the record and takes the misbehaviour ordered for it, in one step:
// whoever has seen the call can end its misbehaviour.
func (z *Account) note(x *exchange, endpoint string) {
	var sent struct {
		Contact string `json:"platform_id"`
		Agent   string `json:"assigned_platform_id"`
	}
	_ = json.Unmarshal(x.body, &sent)
	z.mu.Lock()
	x.call, x.misbehaviour, x.released = len(z.calls), z.orders.take(endpoint), z.orders.released
	z.calls = append(z.calls, Call{
		N: x.call + 1, At: time.Now(), Method: x.r.Method, Path: x.r.URL.Path, Contact: sent.Contact, Agent: sent.Agent,
	})
	z.mu.Notify()
	z.report.Note(callChanged{x.call})
	z.mu.Unlock()
	text := x.r.Method + " " + x.r.URL.Path
	if sent.Contact != "" {
		text += " " + sent.Contact + " → " + sent.Agent
	}
	z.report.Event(record.Event{Kind: record.AzeerReceived, Text: text})
}

func (z *Account) answered(x *exchange, status int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.calls[x.call].Status = status
}

// end ends a call, however it ended.
func (z *Account) end(x *exchange) {
	z.mu.Lock()
	defer z.mu.Unlock()
	call := &z.calls[x.call]
	call.Over, call.Took = true, time.Since(call.At)
	z.report.Note(callChanged{x.call})
}

// authorise checks the headers; a zero status means that all is well.
func (z *Account) authorise(x *exchange) (int, any) {
	scheme, key, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	if scheme != "Bearer" {
		z.report.Breach(RuleHeaders, "%s %s without a bearer key", x.r.Method, x.r.URL.Path)
	}
	if agent := x.r.Header.Get("User-Agent"); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		z.report.Breach(RuleHeaders, "%s %s does not name its program", x.r.Method, x.r.URL.Path)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if key != z.key {
		return http.StatusUnauthorized, object{"success": false, "message": "Unauthorized"}
	}
	return 0, nil
}

// e164 is how Azeer writes a contact: country code and number, without a plus.
var e164 = regexp.MustCompile(`^[1-9][0-9]{6,14}$`)

// assign serves POST /contact/assign.
func (z *Account) assign(x *exchange) (int, any) {
	if media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		z.report.Breach(RuleHeaders, "assign with Content-Type %q", x.r.Header.Get("Content-Type"))
	}
	var sent map[string]any
	decoder := json.NewDecoder(bytes.NewReader(x.body))
	err := decoder.Decode(&sent)
	if _, more := decoder.Token(); err != nil || !errors.Is(more, io.EOF) {
		z.report.Breach(RuleBody, "assign with a body that is no JSON object")
		return http.StatusBadRequest, object{"success": false, "message": "invalid body"}
	}
	contact, _ := sent["platform_id"].(string)
	agent, _ := sent["assigned_platform_id"].(string)
	if len(sent) != 2 || !e164.MatchString(contact) || agent == "" {
		z.report.Breach(RuleBody, "assign with fields %v, contact of %d characters, agent of %d",
			slices.Sorted(maps.Keys(sent)), len(contact), len(agent))
		return http.StatusBadRequest, object{"success": false, "message": "invalid platform_id"}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.contacts.known != nil && !z.contacts.known[contact] {
		return http.StatusNotFound, object{"success": false, "message": "contact not found"}
	}
	z.contacts.owners[contact] = agent
	z.calls[x.call].Effect = true
	z.report.Note(callChanged{x.call})
	return http.StatusOK, object{"message": "assignment completed successfully", "success": true}
}

// list serves GET /agent.
func (z *Account) list(*exchange) (int, any) {
	z.mu.Lock()
	defer z.mu.Unlock()
	agents := make([]any, len(z.agents))
	for i, a := range z.agents {
		agents[i] = a.wire()
	}
	return http.StatusOK, z.shape.wrap(agents)
}

// read serves GET /agent/{id}, by number or platform_id.
func (z *Account) read(x *exchange) (int, any) {
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

func (a Agent) wire() object {
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

func writeJSON(w http.ResponseWriter, status int, reply any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(reply)
}
