package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is how much of a request is read, in bytes.
const maxBody = 2 << 20

// method is one Web API method. anyScope holds alternatives; none means no scope
// is needed. perMinute is its rate tier: 1, 20, 50 or 100.
type method struct {
	do        func(*Slack, *call) (object, error)
	anyScope  []string
	perMinute int
	post      bool // only POST
	app       bool // wants the app-level token
}

var conversationScopes = []string{"channels:read", "groups:read", "im:read", "mpim:read"}

// methods are the Web API methods there are (https://docs.slack.dev/reference/methods); all others are
// unknown_method.
var methods = map[string]method{
	"apps.connections.open": {do: (*Slack).appsConnectionsOpen, perMinute: 50, post: true, app: true},
	"auth.test":             {do: (*Slack).authTest, perMinute: 300},
	"chat.postMessage":      {do: (*Slack).chatPostMessage, anyScope: []string{"chat:write"}, perMinute: 300, post: true},
	"chat.postEphemeral":    {do: (*Slack).chatPostEphemeral, anyScope: []string{"chat:write"}, perMinute: 100, post: true},
	"chat.update":           {do: (*Slack).chatUpdate, anyScope: []string{"chat:write"}, perMinute: 50, post: true},
	"conversations.open":    {do: (*Slack).conversationsOpen, anyScope: []string{"im:write", "mpim:write", "groups:write", "channels:manage"}, perMinute: 50, post: true},
	"conversations.info":    {do: (*Slack).conversationsInfo, anyScope: conversationScopes, perMinute: 50},
	"conversations.members": {do: (*Slack).conversationsMembers, anyScope: conversationScopes, perMinute: 100},
	"usergroups.list":       {do: (*Slack).usergroupsList, anyScope: []string{"usergroups:read"}, perMinute: 20},
	"usergroups.users.list": {do: (*Slack).usergroupsUsersList, anyScope: []string{"usergroups:read"}, perMinute: 20},
	"users.info":            {do: (*Slack).usersInfo, anyScope: []string{"users:read"}, perMinute: 100},
	"users.list":            {do: (*Slack).usersList, anyScope: []string{"users:read"}, perMinute: 20},
	"users.lookupByEmail":   {do: (*Slack).usersLookupByEmail, anyScope: []string{"users:read.email"}, perMinute: 50},
	"views.open":            {do: (*Slack).viewsOpen, perMinute: 100, post: true},
	"views.publish":         {do: (*Slack).viewsPublish, perMinute: 100, post: true},
	"views.push":            {do: (*Slack).viewsPush, perMinute: 100, post: true},
	"views.update":          {do: (*Slack).viewsUpdate, perMinute: 100, post: true},
}

// apiError is ok:false with an error code and what goes with it.
type apiError struct {
	code       string
	more       object
	retryAfter time.Duration // for ratelimited
}

func (e apiError) Error() string { return e.code }

// call is one request to a method.
type call struct {
	slack  *Slack
	method string
	args   object // decoded JSON, or the form's strings
	form   bool
	header string // token in the Authorization header
}

// APICall is a Web API call that the app has made.
type APICall struct {
	At     time.Time
	Method string
	Args   map[string]any // without the token
	Error  string         // empty: ok
}

// APICalls returns the calls so far of a method ("" for all), oldest first.
func (k *Slack) APICalls(method string) []APICall {
	k.mu.Lock()
	defer k.mu.Unlock()
	var calls []APICall
	for _, c := range k.apiCalls {
		if method == "" || c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

// serveAPI answers /api/<method>: HTTP 200 even for errors, 429 for rate limits.
func (k *Slack) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	if !k.pause(r, name) {
		return
	}
	f, failing := k.nextFailure(name)
	if failing && !f.AfterDoing {
		f.answer(w)
		return
	}
	c, err := k.readCall(name, r)
	var reply object
	if err == nil {
		reply, err = k.carryOut(c, r)
	}
	if failing {
		f.answer(w)
		return
	}
	k.writeReply(w, c, reply, err)
}

// writeReply answers in Slack's form, with the scopes in the headers.
func (k *Slack) writeReply(w http.ResponseWriter, c *call, reply object, err error) {
	m, known := methods[c.method]
	if known && !m.app {
		w.Header().Set("X-OAuth-Scopes", strings.Join(k.Scopes(), ","))
		w.Header().Set("X-Accepted-OAuth-Scopes", strings.Join(m.anyScope, ","))
	}
	if err == nil {
		answer := object{"ok": true}
		for key, value := range reply {
			answer[key] = value
		}
		writeJSON(w, answer)
		return
	}
	failure, _ := err.(apiError)
	answer := object{"ok": false, "error": err.Error()}
	for key, value := range failure.more {
		answer[key] = value
	}
	if failure.retryAfter > 0 {
		w.Header().Set("Retry-After", seconds(failure.retryAfter))
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	writeJSON(w, answer)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// readCall reads arguments from a form or a JSON object.
func (k *Slack) readCall(name string, r *http.Request) (*call, error) {
	c := &call{slack: k, method: name, args: object{}, form: true}
	c.header, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.URL.Query().Has("token") {
		k.breach(RuleTokenPlace, "%s: token in the URL", name)
		return c, apiError{code: "not_authed"}
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return c, apiError{code: "request_timeout"}
	}
	for key, values := range r.URL.Query() {
		c.args[key] = values[0]
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(raw) == 0:
	case mediaType == "application/json":
		c.form = false
		if json.Unmarshal(raw, &c.args) != nil {
			k.breach(RuleBadRequest, "%s: body is no JSON object", name)
			return c, apiError{code: "invalid_json"}
		}
	case mediaType == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			k.breach(RuleBadRequest, "%s: body is no form", name)
			return c, apiError{code: "invalid_form_data"}
		}
		for key := range values {
			c.args[key] = values.Get(key)
		}
	default:
		k.breach(RuleBadRequest, "%s: Content-Type %q", name, mediaType)
		return c, apiError{code: "invalid_post_type"}
	}
	return c, nil
}

// carryOut checks the call and does it, all under the lock.
func (k *Slack) carryOut(c *call, r *http.Request) (object, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	reply, err := k.checkAndDo(c, r)
	record := APICall{At: time.Now(), Method: c.method, Args: c.args}
	delete(c.args, "token")
	if err != nil {
		record.Error = err.Error()
	}
	k.apiCalls = append(k.apiCalls, record)
	return reply, err
}

func (k *Slack) checkAndDo(c *call, r *http.Request) (object, error) {
	m, known := methods[c.method]
	if !known {
		k.breach(RuleUnknownMethod, "%s", c.method)
		return nil, apiError{code: "unknown_method", more: object{"req_method": c.method}}
	}
	if m.post && r.Method != http.MethodPost {
		k.breach(RuleBadRequest, "%s by %s", c.method, r.Method)
		return nil, apiError{code: "insecure_request"}
	}
	if err := k.authorize(c, m); err != nil {
		return nil, err
	}
	if n := k.unsettled.ConnectionsPerMinute; m.app && n > 0 {
		m.perMinute = n
	}
	if err := k.withinRate(c.method, m.perMinute, time.Minute); err != nil {
		return nil, err
	}
	return m.do(k, c)
}

// authorize checks the token, its place, and the scopes.
func (k *Slack) authorize(c *call, m method) error {
	token, _ := c.args["token"].(string)
	if token != "" && (m.app || !c.form) {
		k.breach(RuleTokenPlace, "%s: token in the body", c.method)
		return apiError{code: "not_authed"}
	}
	if c.header != "" {
		token = c.header
	}
	wanted, revoked := BotToken, k.botRevoked
	if m.app {
		wanted, revoked = AppToken, k.appRevoked
	}
	switch {
	case token == "" && m.app:
		k.breach(RuleTokenPlace, "%s: no token in the Authorization header", c.method)
		return apiError{code: "missing_args"}
	case token == "":
		k.breach(RuleTokenPlace, "%s: no token", c.method)
		return apiError{code: "not_authed"}
	case token != wanted && (token == BotToken || token == AppToken):
		k.breach(RuleTokenPlace, "%s: wants the other kind of token", c.method)
		return apiError{code: "not_allowed_token_type"}
	case token != wanted:
		return apiError{code: "invalid_auth"}
	case revoked && m.app:
		return apiError{code: "invalid_auth"}
	case revoked:
		return apiError{code: "token_revoked"}
	}
	return k.inScope(m.anyScope)
}

func (k *Slack) inScope(anyOf []string) error {
	for _, scope := range anyOf {
		if slices.Contains(k.scopes, scope) {
			return nil
		}
	}
	if len(anyOf) == 0 {
		return nil
	}
	return apiError{code: "missing_scope", more: object{
		"needed": strings.Join(anyOf, ","), "provided": strings.Join(k.scopes, ",")}}
}

// str reads an argument that is a string; numbers and booleans count as well.
func (c *call) str(name string) string {
	switch v := c.args[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// json reads an argument that is JSON: a string holding JSON in forms (and
// tolerated in JSON bodies). Nil if absent.
func (c *call) json(name string) json.RawMessage {
	switch v := c.args[name].(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return json.RawMessage(v)
	default:
		return encode(v)
	}
}

func (c *call) missing(name string) error {
	return c.invalid("[ERROR] missing required field: " + name)
}

func (c *call) invalid(message string) error {
	c.slack.breach(RuleBadRequest, "%s: %s", c.method, message)
	return apiError{code: "invalid_arguments", more: object{"response_metadata": object{"messages": []string{message}}}}
}

// appsConnectionsOpen hands out a socket URL
// (https://docs.slack.dev/reference/methods/apps.connections.open).
func (k *Slack) appsConnectionsOpen(*call) (object, error) {
	if !k.manifest.SocketMode {
		return nil, apiError{code: "forbidden_team"}
	}
	return object{"url": k.ticketURL(), "response_metadata": object{
		"scopes": []string{"connections:write"}, "acceptedScopes": []string{"connections:write"}}}, nil
}

func (k *Slack) authTest(*call) (object, error) {
	return object{"url": "https://sandbox.slack.example/", "team": "Sandbox", "user": k.botName(), "team_id": TeamID,
		"user_id": BotUserID, "bot_id": BotID, "is_enterprise_install": false}, nil
}
