//go:build slow

package pagetest

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"sync"
	"testing"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/page"
	"azeer-slack/sandbox/slack"

	"github.com/gorilla/websocket"
)

// The page must do justice to apps other than our bot: those that use more of Block Kit,
// have a Home tab, or break Slack's rules. So here it shows a sandbox in which an app of
// the tests' own is.

const stageManifest = `
display_information:
  name: Example App
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  bot_user: {display_name: example}
  slash_commands:
    - {command: /example, description: Does what the test wants, usage_hint: "[anything]"}
  shortcuts:
    - {name: Open a form, type: global, callback_id: open, description: Opens a form}
    - {name: Look at this, type: message, callback_id: look, description: Opens a form about a message}
oauth_config:
  scopes:
    bot: [commands, "chat:write", "users:read"]
settings:
  interactivity: {is_enabled: true}
  event_subscriptions: {bot_events: [app_home_opened]}
  socket_mode_enabled: true
`

// object is some of Block Kit's JSON.
type object = map[string]any

// envelope is what the app is sent.
type envelope struct {
	Type    string `json:"type"`
	ID      string `json:"envelope_id"`
	Payload object `json:"payload"`
}

// silence as an answer is none: the app does not acknowledge.
type silence struct{}

// stage is a sandbox with its page, and an app that answers as a test says.
type stage struct {
	*demo
	box *sandbox.Sandbox
}

// startStage starts it. The app answers an envelope with what answer returns; nil
// acknowledges without a payload. It may call Slack before.
func startStage(t *testing.T, goldens fs.FS, answer func(s *stage, e envelope) any) *stage {
	t.Helper()
	chromium(t)
	box, err := sandbox.Start(sandbox.Config{Manifest: []byte(stageManifest)})
	if err != nil {
		t.Fatal(err)
	}
	site := page.New(box, page.Config{Goldens: goldens})
	url, err := site.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	s := &stage{demo: &demo{t: t, url: url, ctx: ctx}, box: box}
	var app sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		if err := site.Close(); err != nil {
			t.Errorf("close page: %v", err)
		}
		if err := box.Close(); err != nil {
			t.Errorf("close sandbox: %v", err)
		}
		app.Wait()
	})
	conn := s.connect()
	app.Go(func() { s.serve(conn, answer) })
	return s
}

// connect opens the app's socket and returns when Slack has said hello.
func (s *stage) connect() *websocket.Conn {
	s.t.Helper()
	var opened struct{ URL string }
	s.call(slack.AppToken, "apps.connections.open", nil, &opened)
	conn, _, err := websocket.DefaultDialer.DialContext(s.ctx, opened.URL, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	var hello envelope
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" {
		s.t.Fatalf("Slack says %q, not hello: %v", hello.Type, err)
	}
	return conn
}

// serve answers envelopes until the socket is closed.
func (s *stage) serve(conn *websocket.Conn, answer func(s *stage, e envelope) any) {
	for {
		var e envelope
		if conn.ReadJSON(&e) != nil {
			return
		}
		reply := answer(s, e)
		if _, quiet := reply.(silence); quiet {
			continue
		}
		ack := object{"envelope_id": e.ID}
		if reply != nil {
			ack["payload"] = reply
		}
		_ = conn.WriteJSON(ack) // closed: the next reading ends it
	}
}

// call calls Slack's Web API as the app. It may be called by any goroutine.
func (s *stage) call(token, method string, args, reply any) {
	s.t.Helper()
	kind := "application/json"
	body := []byte{}
	if token == slack.AppToken {
		kind = "application/x-www-form-urlencoded"
	} else {
		body, _ = json.Marshal(args) // plain values
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.box.Slack.APIURL()+method, bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer resp.Body.Close()
	var raw json.RawMessage
	var result struct{ OK bool }
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil || json.Unmarshal(raw, &result) != nil || !result.OK {
		s.t.Errorf("%s answers %s (%v)", method, raw, err)
		return
	}
	if reply != nil {
		_ = json.Unmarshal(raw, reply) // the caller sees what is missing
	}
}

// bot calls Slack's Web API with the app's bot token.
func (s *stage) bot(method string, args object) {
	s.t.Helper()
	s.call(slack.BotToken, method, args, nil)
}

// at reads what stands in nested objects and lists of length one.
func at(from any, path ...string) string {
	for _, name := range path {
		if list, ok := from.([]any); ok && len(list) > 0 {
			from = list[0]
		}
		within, _ := from.(object)
		from = within[name]
	}
	text, _ := from.(string)
	return text
}

func plain(text string) object { return object{"type": "plain_text", "text": text} }

func mrkdwn(text string) object { return object{"type": "mrkdwn", "text": text} }

func section(text string) object { return object{"type": "section", "text": mrkdwn(text)} }

func option(text, value string) object { return object{"text": plain(text), "value": value} }
