package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"

	"github.com/gorilla/websocket"
)

// testManifest declares all that the sandbox can do.
const testManifest = `
display_information:
  name: Azeer
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  bot_user: {display_name: azeer}
  slash_commands:
    - {command: /assign, description: Assign a contact, should_escape: true}
    - {command: /raw, description: As typed}
  shortcuts:
    - {name: Assign contact, type: global, callback_id: assign_contact, description: Opens the form}
    - {name: Assign this, type: message, callback_id: assign_message, description: Opens the form}
oauth_config:
  scopes:
    bot: [commands, "chat:write", "users:read", "users:read.email", "usergroups:read", "im:write", "channels:read", "app_mentions:read"]
settings:
  interactivity: {is_enabled: true}
  event_subscriptions: {bot_events: [app_home_opened, app_mention, function_executed]}
  socket_mode_enabled: true
  org_deploy_enabled: true
  function_runtime: remote
functions:
  assign_step:
    title: Assign a contact
    description: Gives a contact to an agent
    input_parameters:
      properties: {contact: {type: string, title: Contact}, agent: {type: slack#/types/user_id}}
      required: [contact]
    output_parameters:
      properties: {outcome: {type: string}, attempts: {type: integer}}
      required: [outcome]
`

// quick limits keep tests of deadlines short; where a deadline must not be met by
// accident, the test sets its own.
var quick = Limits{Ack: 250 * time.Millisecond, RefreshClose: time.Millisecond, WarningClose: time.Millisecond,
	Retries: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// box is a workspace and what happens in it.
type box struct {
	Slack *Workspace
	*record.Recorder
}

func start(cfg Config) (*box, error) {
	if cfg.Manifest == nil {
		cfg.Manifest = []byte(testManifest)
	}
	rec := record.NewRecorder()
	ws, err := Start(cfg, rec)
	if err != nil {
		rec.Close()
		return nil, err
	}
	return &box{ws, rec}, nil
}

func (s *box) Close() error {
	err := s.Slack.Close()
	s.Recorder.Close()
	return err
}

// begin starts a workspace that must end without any breach left.
func begin(t *testing.T, cfg Config) *box {
	t.Helper()
	s, err := start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close workspace: %v", err)
		}
		for _, b := range s.Breaches() {
			t.Errorf("breach nobody expected: %s", b)
		}
	})
	return s
}

// wantBreach takes the breaches so far, which must be exactly of these rules.
func wantBreach(t *testing.T, s *box, rules ...record.Rule) {
	t.Helper()
	var got []record.Rule
	for _, b := range s.TakeBreaches() {
		got = append(got, b.Rule)
	}
	if len(got) != len(rules) {
		t.Fatalf("breaches %v, want %v", got, rules)
	}
	for i := range rules {
		if got[i] != rules[i] {
			t.Fatalf("breaches %v, want %v", got, rules)
		}
	}
}

// awaitBreach waits until the app has broken a rule, and takes the breaches.
func awaitBreach(t *testing.T, s *box, rule record.Rule) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 5000 {
		if len(s.Breaches()) > 0 {
			break
		}
		<-tick.C
	}
	wantBreach(t, s, rule)
}

// client keeps no connection: one that the sandbox has since cut must not count as
// a failure of the next call.
var client = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// post sends a request of any kind to the Web API and decodes the answer.
func post(t *testing.T, s *box, method, token, contentType, body string) (reply map[string]any, header http.Header, status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Slack.APIURL()+method, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		t.Fatalf("%s answers no JSON: %v", method, err)
	}
	return reply, resp.Header, resp.StatusCode
}

// api calls a method with the bot token and JSON.
func api(t *testing.T, s *box, method string, args map[string]any) map[string]any {
	t.Helper()
	reply, _, _ := post(t, s, method, BotToken, "application/json; charset=utf-8", string(jsonmap.Encode(args)))
	return reply
}

// wantOK and wantError check an answer of the Web API.
func wantOK(t *testing.T, reply map[string]any) map[string]any {
	t.Helper()
	if reply["ok"] != true {
		t.Fatalf("answer %v, want ok", reply)
	}
	return reply
}

func wantError(t *testing.T, reply map[string]any, code string) {
	t.Helper()
	if reply["ok"] != false || reply["error"] != code {
		t.Fatalf("answer %v, want error %s", reply, code)
	}
}

// respondTo posts to a response URL.
func respondTo(t *testing.T, target string, body map[string]any) (int, string) {
	t.Helper()
	resp, err := client.Post(target, "application/json", bytes.NewReader(jsonmap.Encode(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

// rawSocket is a Socket Mode connection held by a test.
type rawSocket struct {
	t    *testing.T
	conn *websocket.Conn
}

// frame is anything the sandbox sends.
type frame struct {
	Type           string          `json:"type"`
	Reason         string          `json:"reason"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	AcceptsPayload bool            `json:"accepts_response_payload"`
	RetryAttempt   *int            `json:"retry_attempt"`
	RetryReason    *string         `json:"retry_reason"`
	NumConnections int             `json:"num_connections"`
}

func (f frame) body() object {
	o, _ := jsonmap.Parse(f.Payload)
	return o
}

func socketURL(t *testing.T, s *box) string {
	t.Helper()
	reply, _, _ := post(t, s, "apps.connections.open", AppToken, "application/x-www-form-urlencoded", "")
	target, _ := wantOK(t, reply)["url"].(string)
	return target
}

// connect opens a socket without waiting for hello.
func connect(t *testing.T, s *box) *rawSocket {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), socketURL(t, s), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &rawSocket{t, conn}
}

// greet opens a socket and reads its hello.
func greet(t *testing.T, s *box) *rawSocket {
	t.Helper()
	r := connect(t, s)
	if f := r.next(); f.Type != "hello" {
		t.Fatalf("first frame is %+v, want hello", f)
	}
	return r
}

// next reads the next frame.
func (r *rawSocket) next() frame {
	r.t.Helper()
	_ = r.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	var f frame
	if err := r.conn.ReadJSON(&f); err != nil {
		r.t.Fatalf("read frame: %v", err)
	}
	return f
}

// ended reads until the connection is over, and says how.
func (r *rawSocket) ended() error {
	_ = r.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		if _, _, err := r.conn.ReadMessage(); err != nil {
			return err
		}
	}
}

// ack acknowledges; a nil payload sends none.
func (r *rawSocket) ack(f frame, payload any) {
	r.t.Helper()
	answer := map[string]any{"envelope_id": f.EnvelopeID}
	if payload != nil {
		answer["payload"] = payload
	}
	if err := r.conn.WriteJSON(answer); err != nil {
		r.t.Fatalf("write acknowledgement: %v", err)
	}
}

// sync makes sure that all sent before it has been taken in: an envelope sent and
// acknowledged on the same socket comes after it.
func (r *rawSocket) sync(s *box) {
	r.t.Helper()
	d := s.Slack.SendEvent(map[string]any{"type": "sync"})
	r.ack(r.next(), nil)
	settle(r.t, d)
}

func settle(t *testing.T, d *Delivery) *Delivery {
	t.Helper()
	if err := d.Wait(testContext(t)); err != nil {
		t.Fatalf("delivery does not settle: %v", err)
	}
	if d.Err != nil {
		t.Fatalf("delivery is impossible: %v", d.Err)
	}
	return d
}

func formBody(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

func anything(Message) bool { return true }

// sees waits for the next message to a person.
func sees(t *testing.T, p *Person) Message {
	t.Helper()
	m, err := p.See(testContext(t), anything)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// seesText waits for the message that reads exactly so.
func seesText(t *testing.T, p *Person, text string) Message {
	t.Helper()
	m, err := p.See(testContext(t), func(m Message) bool { return m.Plain() == text })
	if err != nil {
		t.Fatalf("%v, wanted %q; not looked at: %v", err, text, p.Unseen())
	}
	return m
}
