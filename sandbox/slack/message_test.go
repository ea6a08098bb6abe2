package slack

import (
	"testing"

	"azeer-slack/sandbox/slack/rule"
)

func buttonMessage(text string) map[string]any {
	return map[string]any{"text": text, "blocks": []any{
		map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": text}},
		map[string]any{"type": "actions", "elements": []any{
			map[string]any{"type": "button", "text": plain("Fix in form"), "action_id": "fix", "value": "v"}}},
	}}
}

// pressed has omar press the button of his next message, and acknowledges.
func pressed(t *testing.T, s *box, app *rawSocket) (*Delivery, object) {
	t.Helper()
	m := sees(t, s.Slack.Person("omar"))
	d := s.Slack.Person("omar").ClickAsync(m, "Fix in form")
	f := app.next()
	if f.AcceptsPayload {
		t.Error("block_actions accepts a payload")
	}
	app.ack(f, nil)
	return settle(t, d), f.body()
}

func TestButtonInEphemeralMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	command, f := typed(t, s, app)
	app.ack(f, buttonMessage("wrong number"))
	settle(t, command)
	if got := command.Reply.Plain(); got != "wrong number\n[Fix in form]" {
		t.Errorf("reads %q", got)
	}
	d, body := pressed(t, s, app)
	container := body.Obj("container")
	if body["message"] != nil || container["is_ephemeral"] != true || body.Obj("channel").Str("id") == "" {
		t.Errorf("payload %v", body)
	}
	if a := body.Objects("actions"); len(a) != 1 || a[0].Str("value") != "v" || a[0].Str("action_id") != "fix" {
		t.Errorf("actions %v", a)
	}
	wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": body["trigger_id"], "view": assignView()}))

	_, _ = respondTo(t, d.ResponseURL, map[string]any{"text": "mended", "replace_original": true, "response_type": "in_channel"})
	if m := sees(t, omar); m.Plain() != "mended" || !m.Edited || !m.Ephemeral {
		t.Errorf("replaced by %+v", m)
	}
	_, _ = respondTo(t, d.ResponseURL, map[string]any{"delete_original": "true"})
	if left := omar.Messages("#general"); len(left) > 0 {
		t.Errorf("left on the screen: %v", left)
	}
}

func TestButtonInPublicMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	args := buttonMessage("for all")
	args["channel"] = s.Slack.ChannelID("#general")
	posted := object(wantOK(t, api(t, s, "chat.postMessage", args)))
	d, body := pressed(t, s, app)
	if body.Obj("message").Str("ts") != posted.Str("ts") || body.Obj("container")["is_ephemeral"] != false {
		t.Errorf("payload %v", body)
	}
	_, _ = respondTo(t, d.ResponseURL, map[string]any{"text": "only for you"})
	if m := sees(t, s.Slack.Person("omar")); !m.Ephemeral {
		t.Errorf("message %+v", m)
	}
}

func TestButtonNotAckedShowsWarning(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	greet(t, s)
	args := buttonMessage("for all")
	args["channel"] = s.Slack.Person("omar").ID()
	wantOK(t, api(t, s, "chat.postMessage", args))
	omar := s.Slack.Person("omar")
	if d := omar.Click(sees(t, omar), "Fix in form"); d.Shown != ShownWarning {
		t.Errorf("shown %q", d.Shown)
	}
	wantBreach(t, s, rule.AckMissing)
}

func TestEphemeralMessagesVanishOnReload(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	d, f := typed(t, s, app)
	app.ack(f, buttonMessage("hello"))
	settle(t, d)
	m := sees(t, omar)
	if d := omar.Click(m, "No such"); d.Err == nil {
		t.Error("pressed a button that is not there")
	}
	if d := omar.MessageShortcut("assign_message", m); d.Err == nil {
		t.Error("message shortcut on an ephemeral message")
	}
	omar.Reload()
	if left := omar.Messages("#general"); len(left) > 0 {
		t.Errorf("left on the screen: %v", left)
	}
	if d := omar.Click(m, "Fix in form"); d.Err == nil {
		t.Error("pressed a button of a message that is gone")
	}
}

func TestMessageShortcut(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	wantOK(t, api(t, s, "chat.postMessage", map[string]any{"channel": s.Slack.ChannelID("#general"), "text": "0544444444"}))
	done := make(chan object, 1)
	go func() {
		f := app.next()
		app.ack(f, nil)
		done <- f.body()
	}()
	omar.MessageShortcut("assign_message", sees(t, omar))
	if body := <-done; body["type"] != "message_action" || body.Obj("message").Str("text") != "0544444444" || body.Str("response_url") == "" {
		t.Errorf("payload %v", body)
	}
}

// TestWhereTheBotMayPost has a row for each rule of membership.
func TestWhereTheBotMayPost(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	ws := s.Slack
	omar, sara, partner := ws.Person("omar"), ws.Person("sara"), ws.Person("partner")
	archived := ws.AddChannel(ChannelConfig{Name: "old", Archived: true, BotMember: true})
	omar.GoTo("@sara")
	ws.mu.Lock()
	between := ws.dm(omar.id, sara.id).id
	ws.mu.Unlock()
	for name, c := range map[string]struct{ method, channel, user, code string }{
		"member":                {"chat.postMessage", ws.ChannelID("#general"), "", ""},
		"DM by user id":         {"chat.postMessage", omar.ID(), "", ""},
		"public, no member":     {"chat.postMessage", ws.ChannelID("#support"), "", "not_in_channel"},
		"private, no member":    {"chat.postMessage", ws.ChannelID("#vip"), "", "channel_not_found"},
		"DM of others":          {"chat.postMessage", between, "", "channel_not_found"},
		"no such channel":       {"chat.postMessage", "C404", "", "channel_not_found"},
		"archived":              {"chat.postMessage", archived, "", "is_archived"},
		"ephemeral":             {"chat.postEphemeral", ws.ChannelID("#general"), omar.ID(), ""},
		"ephemeral, bot out":    {"chat.postEphemeral", ws.ChannelID("#support"), omar.ID(), "not_in_channel"},
		"ephemeral, private":    {"chat.postEphemeral", ws.ChannelID("#vip"), sara.ID(), "channel_not_found"},
		"ephemeral, person out": {"chat.postEphemeral", ws.ChannelID("#general"), partner.ID(), "user_not_in_channel"},
	} {
		t.Run(name, func(t *testing.T) {
			reply := api(t, s, c.method, map[string]any{"channel": c.channel, "user": c.user, "text": "hello"})
			if c.code == "" {
				wantOK(t, reply)
				return
			}
			wantError(t, reply, c.code)
		})
	}
	ws.Invite("#vip", "bot")
	wantOK(t, api(t, s, "chat.postMessage", map[string]any{"channel": ws.ChannelID("#vip"), "text": "hello"}))
	ws.SetScopes("chat:write", "chat:write.public")
	wantOK(t, api(t, s, "chat.postMessage", map[string]any{"channel": ws.ChannelID("#support"), "text": "hello"}))
}

func TestNoDMWithoutMessagesTab(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Manifest: []byte(`
display_information: {name: Azeer}
features: {bot_user: {display_name: azeer}}
oauth_config: {scopes: {bot: ["chat:write"]}}
settings: {socket_mode_enabled: true}
`)})
	wantError(t, api(t, s, "chat.postMessage", map[string]any{"channel": s.Slack.Person("omar").ID(), "text": "x"}), "messages_tab_disabled")
}

func TestMessagesMustBeMessages(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	general := s.Slack.ChannelID("#general")
	wantError(t, api(t, s, "chat.postMessage", map[string]any{"channel": general}), "no_text")
	wantBreach(t, s, rule.InvalidMessage)
	reply := object(api(t, s, "chat.postMessage", map[string]any{"channel": general, "text": "x", "blocks": `[{"type":"section"}]`}))
	wantError(t, reply, "invalid_blocks")
	if list, _ := reply["errors"].([]any); len(list) == 0 {
		t.Errorf("answer %v", reply)
	}
	wantBreach(t, s, rule.InvalidMessage)
	wantError(t, api(t, s, "chat.postMessage", map[string]any{"channel": general, "blocks": `[`}), "invalid_blocks_format")
	wantBreach(t, s, rule.InvalidMessage)
}

func TestChatUpdate(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	general, omar := s.Slack.ChannelID("#general"), s.Slack.Person("omar")
	posted := wantOK(t, api(t, s, "chat.postMessage", map[string]any{"channel": general, "text": "first"}))
	sees(t, omar)
	wantOK(t, api(t, s, "chat.update", map[string]any{"channel": general, "ts": posted["ts"], "text": "second"}))
	if m := sees(t, omar); m.Plain() != "second" || !m.Edited {
		t.Errorf("message %+v", m)
	}
	shown := wantOK(t, api(t, s, "chat.postEphemeral", map[string]any{"channel": general, "user": omar.ID(), "text": "psst"}))
	wantError(t, api(t, s, "chat.update", map[string]any{"channel": general, "ts": shown["message_ts"], "text": "x"}), "message_not_found")
}

func TestIdlePeopleMissEphemeralMessages(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	omar := s.Slack.Person("omar")
	say := func(text string) {
		wantOK(t, api(t, s, "chat.postEphemeral", map[string]any{"channel": s.Slack.ChannelID("#general"), "user": omar.ID(), "text": text}))
	}
	omar.Idle(true)
	say("missed")
	omar.Idle(false)
	say("seen")
	if m := sees(t, omar); m.Plain() != "seen" || len(omar.Messages("#general")) != 1 {
		t.Errorf("message %+v", m)
	}
}
