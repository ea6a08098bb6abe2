// Package webapi is how Slack's Web API is called: arguments, tokens, scopes, rate limits,
// failures that a test orders, and answers in Slack's form. It must not know what the
// methods do.
package webapi

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"azeer-slack/sandbox/internal/monitor"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
)

type object = jsonmap.Object

// Method is one Web API method. AnyScope holds alternatives; none means no scope
// is needed. PerMinute is its rate tier: 1, 20, 50 or 100. Do is called with the lock held.
type Method struct {
	Do        func(*Call) (object, error)
	AnyScope  []string
	PerMinute int
	Post      bool // only POST
	App       bool // wants the app-level token
}

// Error is ok:false with an error code and what goes with it.
type Error struct {
	Code       string
	More       object
	RetryAfter time.Duration // for ratelimited
}

func (e Error) Error() string { return e.Code }

// Record is a Web API call that the app has made.
type Record struct {
	At     time.Time
	Method string
	Args   map[string]any // without the token
	Error  string         // empty: ok
}

// API is the Web API before one app. A call is checked, carried out and recorded in one
// step, under the workspace's lock.
type API struct {
	mu      *monitor.Monitor
	report  *record.Reporter
	methods map[string]Method

	access access
	faults faults
	rates  rates
	made   []Record
}

// New returns an API with these methods; all others are unknown_method.
func New(mu *monitor.Monitor, report *record.Reporter, methods map[string]Method, tokens Tokens, scopes []string) *API {
	return &API{mu: mu, report: report, methods: methods, access: access{tokens: tokens, scopes: scopes, justInTime: map[string]bool{}},
		faults: faults{failures: map[string]*ordered{}, slow: map[string]time.Duration{}},
		rates:  rates{calls: map[string][]time.Time{}, blockedUntil: map[string]time.Time{}}}
}

// APICalls returns the calls so far of a method ("" for all), oldest first.
func (a *API) APICalls(method string) []Record {
	a.mu.Lock()
	defer a.mu.Unlock()
	var calls []Record
	for _, c := range a.made {
		if method == "" || c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

// ServeHTTP answers /api/{method}: HTTP 200 even for errors, 429 for rate limits.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	a.WithFaults(w, r, name, func() (answer func()) {
		c, err := a.readCall(name, r)
		var reply object
		if err == nil {
			reply, err = a.carryOut(c, r)
		}
		return func() { a.writeReply(w, c, reply, err) }
	})
}

// writeReply answers in Slack's form, with the scopes in the headers.
func (a *API) writeReply(w http.ResponseWriter, c *Call, reply object, err error) {
	m, known := a.methods[c.Method]
	if known && !m.App {
		w.Header().Set("X-OAuth-Scopes", strings.Join(a.Scopes(), ","))
		w.Header().Set("X-Accepted-OAuth-Scopes", strings.Join(m.AnyScope, ","))
	}
	if err == nil {
		answer := object{"ok": true}
		maps.Copy(answer, reply)
		WriteJSON(w, answer)
		return
	}
	failure, _ := err.(Error)
	answer := object{"ok": false, "error": err.Error()}
	maps.Copy(answer, failure.More)
	if failure.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(failure.RetryAfter))
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	WriteJSON(w, answer)
}

// WriteJSON answers with JSON as Slack sends it.
func WriteJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// carryOut checks the call and does it, all under the lock.
func (a *API) carryOut(c *Call, r *http.Request) (object, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	reply, err := a.checkAndDo(c, r)
	made := Record{At: time.Now(), Method: c.Method, Args: c.args}
	delete(c.args, "token")
	if err != nil {
		made.Error = err.Error()
	}
	a.made = append(a.made, made)
	return reply, err
}

func (a *API) checkAndDo(c *Call, r *http.Request) (object, error) {
	m, known := a.methods[c.Method]
	if !known {
		a.report.Breach(rule.UnknownMethod, "%s", c.Method)
		return nil, Error{Code: "unknown_method", More: object{"req_method": c.Method}}
	}
	if m.Post && r.Method != http.MethodPost {
		a.report.Breach(rule.BadRequest, "%s by %s", c.Method, r.Method)
		return nil, Error{Code: "insecure_request"}
	}
	if err := a.authorize(c, m); err != nil {
		return nil, err
	}
	if err := a.WithinRate(c.Method, m.PerMinute, time.Minute); err != nil {
		return nil, err
	}
	return m.Do(c)
}

// rates is the memory of rate limits, by what they are on.
type rates struct {
	on           bool
	calls        map[string][]time.Time
	blockedUntil map[string]time.Time
}

// RateLimits switches Slack's rate limits on or off: by tier and minute for each
// method, and one message per second and channel with a small burst.
func (a *API) RateLimits(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rates.on = on
	clear(a.rates.calls)
	clear(a.rates.blockedUntil)
}

// WithinRate applies a rate limit where they are switched on: so many calls
// within the window. Calling again before Retry-After is over is a breach. Call it with
// the lock held.
func (a *API) WithinRate(what string, limit int, window time.Duration) error {
	rates := &a.rates
	if !rates.on {
		return nil
	}
	now := time.Now()
	if until := rates.blockedUntil[what]; now.Before(until) {
		a.report.Breach(rule.RateLimit, "%s called %s before Retry-After was over", what, until.Sub(now).Round(time.Millisecond))
		return tooMany(until.Sub(now))
	}
	recent := rates.calls[what]
	for len(recent) > 0 && now.Sub(recent[0]) >= window {
		recent = recent[1:]
	}
	if len(recent) >= limit {
		wait := window - now.Sub(recent[0])
		rates.blockedUntil[what] = now.Add(wait)
		return tooMany(wait)
	}
	rates.calls[what] = append(recent, now)
	return nil
}

func tooMany(wait time.Duration) error { return Error{Code: "ratelimited", RetryAfter: wait} }
