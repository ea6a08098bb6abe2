package page

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/slack"

	"github.com/gorilla/websocket"
)

const testManifest = `
display_information:
  name: Azeer Assign
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  bot_user: {display_name: azeer}
  slash_commands:
    - {command: /assign, description: Assign a contact, usage_hint: "[phone] [agent]", should_escape: true}
  shortcuts:
    - {name: Assign contact, type: global, callback_id: assign_contact, description: Opens the form}
    - {name: Assign this, type: message, callback_id: assign_message, description: Opens the form}
oauth_config:
  scopes:
    bot: [commands, "chat:write", "users:read", "app_mentions:read"]
settings:
  interactivity: {is_enabled: true}
  event_subscriptions: {bot_events: [app_home_opened, app_mention]}
  socket_mode_enabled: true
`

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// fixture is a sandbox with its page, and an app that answers as the test says.
type fixture struct {
	*testing.T
	box  *sandbox.Sandbox
	page *Page
	url  string // without a slash at the end
}

// newFixture opens a page of a fresh sandbox.
func newFixture(t *testing.T, cfg Config, limits slack.Limits) *fixture {
	t.Helper()
	box, err := sandbox.Start(sandbox.Config{Manifest: []byte(testManifest), Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	p := New(box, cfg)
	url, err := p.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close page: %v", err)
		}
		if err := box.Close(); err != nil {
			t.Errorf("close sandbox: %v", err)
		}
	})
	return &fixture{T: t, box: box, page: p, url: strings.TrimSuffix(url, "/")}
}

// envelope is what the app is sent.
type envelope struct {
	Type    string         `json:"type"`
	ID      string         `json:"envelope_id"`
	Payload map[string]any `json:"payload"`
}

// silence as an answer sends no acknowledgement.
type silence struct{}

// app connects an app that answers each envelope with what answer returns: nil
// acknowledges without a payload. It returns once the app is connected.
func (d *fixture) app(answer func(envelope) any) {
	d.Helper()
	var opened struct{ URL string }
	d.api(slack.AppToken, "apps.connections.open", nil, &opened)
	conn, _, err := websocket.DefaultDialer.DialContext(d.Context(), opened.URL, nil)
	if err != nil {
		d.Fatal(err)
	}
	ended := make(chan struct{})
	d.Cleanup(func() { _ = conn.Close(); <-ended })
	hello := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var e envelope
			if conn.ReadJSON(&e) != nil {
				return
			}
			if e.Type == "hello" {
				close(hello)
				continue
			}
			reply := answer(e)
			ack := map[string]any{"envelope_id": e.ID}
			if _, quiet := reply.(silence); quiet {
				continue
			}
			if reply != nil {
				ack["payload"] = reply
			}
			_ = conn.WriteJSON(ack)
		}
	}()
	<-hello
}

// api calls Slack's Web API as the app does; the answer must be ok.
func (d *fixture) api(token, method string, args, reply any) {
	d.Helper()
	body, _ := json.Marshal(args)
	req, _ := http.NewRequestWithContext(d.Context(), http.MethodPost, d.box.Slack.APIURL()+method, bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	if token == slack.AppToken {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Body, req.ContentLength = http.NoBody, 0
	}
	raw := d.do(req, http.StatusOK)
	var result struct {
		OK    bool
		Error string
	}
	if json.Unmarshal(raw, &result); !result.OK {
		d.Errorf("%s answers %s", method, raw)
	}
	if reply != nil {
		_ = json.Unmarshal(raw, reply)
	}
}

// client keeps no connection, so that none outlives its test.
var client = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// do sends a request and returns the answer's body. It may be called by any goroutine:
// what goes wrong does not end the test.
func (d *fixture) do(req *http.Request, status int) []byte {
	d.Helper()
	resp, err := client.Do(req)
	if err != nil {
		d.Error(err)
		return nil
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		d.Error(err)
	}
	if resp.StatusCode != status {
		d.Errorf("%s %s answers %s: %s; want %d", req.Method, req.URL, resp.Status, raw, status)
	}
	return raw
}

func (d *fixture) get(path string) []byte {
	d.Helper()
	req, _ := http.NewRequestWithContext(d.Context(), http.MethodGet, d.url+path, nil)
	return d.do(req, http.StatusOK)
}

// state reads what somebody's page shows.
func (d *fixture) state(person string) State {
	d.Helper()
	var s State
	if err := json.Unmarshal(d.get("/api/state?person="+person), &s); err != nil {
		d.Fatal(err)
	}
	return s
}

// act does something as somebody and returns what came of it.
func (d *fixture) act(person, act string, args map[string]any) Outcome {
	d.Helper()
	body := map[string]any{"person": person, "act": act}
	for key, value := range args {
		body[key] = value
	}
	raw, _ := json.Marshal(body)
	req, _ := http.NewRequestWithContext(d.Context(), http.MethodPost, d.url+"/api/act", bytes.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Sandbox", "1")
	var out Outcome
	if err := json.Unmarshal(d.do(req, http.StatusOK), &out); err != nil {
		d.Error(err)
	}
	return out
}

// must is act where all must go well.
func (d *fixture) must(person, act string, args map[string]any) Outcome {
	d.Helper()
	out := d.act(person, act, args)
	if !out.OK || out.Shown != "" || out.Error != "" {
		d.Fatalf("%s by %s: %+v", act, person, out)
	}
	return out
}

// stream is a page's connection for events.
type stream struct {
	*fixture
	lines *bufio.Scanner
	body  io.Closer
	id    string // of the last event
}

// listen opens somebody's event stream after a given event.
func (d *fixture) listen(person string, after int64) *stream {
	d.Helper()
	return d.resume(person, fmt.Sprint(after), "")
}

func (d *fixture) resume(person, after, lastID string) *stream {
	d.Helper()
	req, _ := http.NewRequestWithContext(testContext(d.T), http.MethodGet, d.url+"/api/events?person="+person+"&after="+after, nil)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := client.Do(req)
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		d.Fatalf("events answer %s, %s", resp.Status, kind)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return &stream{fixture: d, lines: lines, body: resp.Body}
}

// next returns the next event of one of the types; others are skipped.
func (s *stream) next(types ...string) Event {
	s.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			s.id = id
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var e Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			s.Fatal(err)
		}
		for _, wanted := range types {
			if e.Type == wanted {
				return e
			}
		}
	}
	s.Fatalf("the stream ends before any event %v: %v", types, s.lines.Err())
	return Event{}
}

func plain(text string) map[string]any { return map[string]any{"type": "plain_text", "text": text} }

func option(text, value string) map[string]any {
	return map[string]any{"text": plain(text), "value": value}
}
