package slack

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/rule"
)

func TestCommandGoesRound(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")

	d := omar.CommandAsync("#support", "/assign 0544444444 omar@twerlo.com")
	f := app.next()
	if f.Type != "slash_commands" || !f.AcceptsPayload || f.RetryAttempt != nil {
		t.Errorf("envelope %+v", f)
	}
	body := f.body()
	for key, want := range map[string]string{
		"command": "/assign", "channel_name": "support", "user_id": omar.ID(), "team_id": TeamID, "api_app_id": AppID,
		"text": "<tel:0544444444|0544444444> <mailto:omar@twerlo.com|omar@twerlo.com>", "is_enterprise_install": "false",
		"channel_id": s.Slack.ChannelID("#support"), "response_url": d.ResponseURL, "trigger_id": d.TriggerID,
	} {
		if body[key] != want {
			t.Errorf("payload[%s] = %v, want %q", key, body[key], want)
		}
	}
	app.ack(f, map[string]any{"text": "Working on *it* &amp; more, <@" + omar.ID() + ">"})
	settle(t, d)
	if d.Shown != "" || d.Acked.IsZero() || d.Reply == nil || d.Reply.Plain() != "Working on it & more, @Omar Hassan" {
		t.Errorf("delivery %+v", d)
	}
	m := sees(t, omar)
	if !m.Ephemeral || m.Via != ViaAck || m.Where != "#support" {
		t.Errorf("message %+v", m)
	}
	if left := s.Slack.Person("sara").Unseen(); len(left) > 0 {
		t.Errorf("sara sees %v", left)
	}
}

func TestCommandAnsweredByResponseURL(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar, sara := greet(t, s), s.Slack.Person("omar"), s.Slack.Person("sara")
	d := omar.CommandAsync("@sara", "/assign")
	f := app.next()
	app.ack(f, map[string]any{})
	settle(t, d)
	if f.body()["channel_name"] != "directmessage" || f.body()["text"] != "" {
		t.Errorf("payload %v", f.body())
	}

	status, text := respondTo(t, d.ResponseURL, map[string]any{"text": "done"})
	if status != 200 || !strings.Contains(text, `"ok":true`) {
		t.Errorf("response URL answers %d %s", status, text)
	}
	if m := sees(t, omar); !m.Ephemeral || m.Via != ViaResponseURL || m.Where != "@sara" {
		t.Errorf("message %+v", m)
	}
	_, _ = respondTo(t, d.ResponseURL, map[string]any{"text": "for all", "response_type": "in_channel"})
	if m := sees(t, sara); m.Ephemeral || m.Plain() != "for all" {
		t.Errorf("message %+v", m)
	}
	sees(t, omar)
	if left := sara.Unseen(); len(left) > 0 {
		t.Errorf("sara sees %v", left)
	}
}

func TestResponseURLIsGoodForFiveUses(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d := s.Slack.Person("omar").CommandAsync("#support", "/assign")
	app.ack(app.next(), nil)
	settle(t, d)
	for range maxResponses {
		if status, text := respondTo(t, d.ResponseURL, map[string]any{"text": "x"}); status != 200 {
			t.Fatalf("answers %d %s", status, text)
		}
	}
	if status, text := respondTo(t, d.ResponseURL, map[string]any{"text": "x"}); status != 404 || text != "used_url" {
		t.Errorf("answers %d %s", status, text)
	}
	wantBreach(t, s, rule.ResponseUsedUp)
	if status, _ := respondTo(t, s.Slack.URL()+"/commands/T/1/made-up", map[string]any{"text": "x"}); status != 404 {
		t.Errorf("answers %d", status)
	}
	wantBreach(t, s, rule.ResponseUnknown)
	if status, _ := respondTo(t, d.ResponseURL+"/", nil); status != 404 {
		t.Errorf("answers %d", status)
	}
	wantBreach(t, s, rule.ResponseUnknown)
}

func TestResponseURLExpires(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{ResponseURL: 1}})
	app := greet(t, s)
	d := s.Slack.Person("omar").CommandAsync("#support", "/assign")
	app.ack(app.next(), nil)
	settle(t, d)
	if status, text := respondTo(t, d.ResponseURL, map[string]any{"text": "x"}); status != 404 || text != "expired_url" {
		t.Errorf("answers %d %s", status, text)
	}
	wantBreach(t, s, rule.ResponseExpired)
}

func TestResponseURLRefusesWhatIsNoMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d := s.Slack.Person("omar").CommandAsync("#support", "/assign")
	app.ack(app.next(), nil)
	settle(t, d)
	for _, body := range []map[string]any{
		{},
		{"text": ""},
		{"blocks": []any{map[string]any{"type": "nonsense"}}},
	} {
		if status, text := respondTo(t, d.ResponseURL, body); status != 400 {
			t.Errorf("%v answers %d %s", body, status, text)
		}
		wantBreach(t, s, rule.InvalidMessage)
	}
	if left := s.Slack.Person("omar").Unseen(); len(left) > 0 {
		t.Errorf("omar sees %v", left)
	}
}

func TestCommandsThatCannotBeTyped(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	omar := s.Slack.Person("omar")
	for where, line := range map[string]string{
		"#general": "/undeclared",
		"#vip":     "/assign",
		"#nowhere": "/assign",
	} {
		if d := omar.Command(where, line); d.Err == nil || !d.Sent.IsZero() {
			t.Errorf("%s in %s is possible", line, where)
		}
	}
	if d := omar.Shortcut("undeclared"); d.Err == nil {
		t.Error("undeclared shortcut is possible")
	}
	if d := s.Slack.Person("guest").Shortcut("assign_contact"); d.Err == nil {
		t.Error("a guest sees a global shortcut")
	}
}

func TestCommandWithoutSocketFails(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	if d := s.Slack.Person("omar").Command("#general", "/assign"); d.Shown != ShownDispatch || !d.Acked.IsZero() {
		t.Errorf("delivery %+v", d)
	}
}

func TestUnescapedCommandArrivesAsTyped(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d := s.Slack.Person("omar").CommandAsync("#general", "/raw  omar@twerlo.com <b>")
	f := app.next()
	app.ack(f, nil)
	settle(t, d)
	if got := f.body()["text"]; got != " omar@twerlo.com <b>" {
		t.Errorf("text %q", got)
	}
}

func TestInChannelAckShowsTheCommand(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara := greet(t, s), s.Slack.Person("sara")
	d := s.Slack.Person("omar").CommandAsync("#support", "/assign me")
	app.ack(app.next(), map[string]any{"response_type": "in_channel"})
	settle(t, d)
	if m := sees(t, sara); m.Plain() != "/assign me" || m.Via != ViaPerson {
		t.Errorf("sara sees %+v", m)
	}
}
