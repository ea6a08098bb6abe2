package sandbox

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
	"azeer-slack/sandbox/slack/rule"
)

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func begin(t *testing.T) *Sandbox {
	t.Helper()
	s, err := Start(Config{Manifest: []byte("display_information: {name: Azeer}")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close sandbox: %v", err)
		}
	})
	return s
}

func TestStartRefusesABadManifest(t *testing.T) {
	t.Parallel()
	if _, err := Start(Config{Manifest: []byte("display_information: {}")}); err == nil {
		t.Error("a manifest without a name is accepted")
	}
}

func TestEnvLeadsToTheSandbox(t *testing.T) {
	t.Parallel()
	s := begin(t)
	env := s.Env()
	for name, want := range map[string]string{
		"SLACK_APP_TOKEN": slack.AppToken, "SLACK_BOT_TOKEN": slack.BotToken, "SLACK_API_URL": s.Slack.APIURL(),
		"AZEER_API_KEY": azeer.Key, "AZEER_BASE_URL": s.Azeer.BaseURL(),
	} {
		if env[name] != want {
			t.Errorf("%s is %q, want %q", name, env[name], want)
		}
	}
	if api := env["SLACK_API_URL"]; !strings.HasPrefix(api, "http://127.0.0.1:") || !strings.HasSuffix(api, "/api/") {
		t.Errorf("Slack is at %s", api)
	}
}

// watched collects what a watch tells until it holds enough.
func watched(t *testing.T, w *Watch, enough func(Changes) bool) Changes {
	t.Helper()
	var all Changes
	for !enough(all) {
		c, err := w.Next(testContext(t))
		if err != nil {
			t.Fatalf("%v; told only %+v", err, all)
		}
		all.Slack.Messages = append(all.Slack.Messages, c.Slack.Messages...)
		all.Azeer.Calls = append(all.Azeer.Calls, c.Azeer.Calls...)
		all.Azeer.Agents = all.Azeer.Agents || c.Azeer.Agents
		all.Events, all.Breaches = append(all.Events, c.Events...), append(all.Breaches, c.Breaches...)
	}
	return all
}

// assign calls Azeer as an app does.
func assign(t *testing.T, s *Sandbox) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Azeer.BaseURL()+"/contact/assign",
		strings.NewReader(`{"platform_id":"966544444444","assigned_platform_id":"omar@twerlo.com"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+azeer.Key)
	req.Header.Set("User-Agent", "test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func TestWatchTellsOfBothSides(t *testing.T) {
	t.Parallel()
	s := begin(t)
	w := s.Watch()
	t.Cleanup(w.Stop)
	assign(t, s)
	over := func(c Changes) bool { n := len(c.Azeer.Calls); return n > 0 && c.Azeer.Calls[n-1].Over }
	calls := watched(t, w, over).Azeer.Calls
	call := calls[len(calls)-1]
	if call.N != 1 || !call.Effect || call.Status != http.StatusOK || call.Took <= 0 || call.Took > time.Minute {
		t.Errorf("call %+v", call)
	}
	s.Azeer.AddAgent(azeer.Agent{PlatformID: "new@twerlo.com", Name: "New"})
	s.Slack.Person("sara").Post("#general", "hello")
	c := watched(t, w, func(c Changes) bool { return c.Azeer.Agents && len(c.Slack.Messages) > 0 })
	if len(c.Azeer.Calls) > 0 || c.Slack.Messages[0].Text != "hello" {
		t.Errorf("told of %+v", c)
	}
}

func TestWatchTellsOfThePast(t *testing.T) {
	t.Parallel()
	s := begin(t)
	assign(t, s)
	resp, err := http.Get(s.Slack.URL() + "/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	w := s.Watch()
	t.Cleanup(w.Stop)
	c := watched(t, w, func(c Changes) bool { return len(c.Breaches) == 1 && len(c.Azeer.Calls) > 0 })
	if len(c.Events) == 0 || c.Events[0].Kind != record.AzeerReceived {
		t.Errorf("events %v", c.Events)
	}
	if b := c.Breaches[0]; b.Rule != rule.UnknownPath || b.String() != "slack: unknown_path: GET /nowhere" {
		t.Errorf("breach reads %q", b)
	}
}

func TestWatchEnds(t *testing.T) {
	t.Parallel()
	s := begin(t)
	w := s.Watch()
	t.Cleanup(w.Stop)
	s.Slack.AddPerson(slack.PersonConfig{Handle: "noura"})
	if c, err := w.Next(testContext(t)); err != nil || !c.Slack.People {
		t.Errorf("told of %+v, %v", c, err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Next(canceled); err != context.Canceled {
		t.Errorf("error %v of a canceled wait", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Next(testContext(t)); !errors.Is(err, record.ErrClosed) {
		t.Errorf("error %v after the end", err)
	}
}
