package slack

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/rule"
)

// mentioned reads and acknowledges the event about a message, and gives its body.
func mentioned(t *testing.T, app *rawSocket) (event, body object) {
	t.Helper()
	f := app.next()
	if f.Type != "events_api" || f.AcceptsPayload {
		t.Fatalf("envelope %+v", f)
	}
	app.ack(f, nil)
	return f.body().Obj("event"), f.body()
}

func TestAMentionIsTold(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	m := omar.Post("#general", "@azeer assign 0544444444 sara@twerlo.com & <b>")
	event, body := mentioned(t, app)
	settle(t, s.Slack.Mentioned(m))
	if want := "<@" + BotUserID + "> assign 0544444444 <mailto:sara@twerlo.com|sara@twerlo.com> &amp; &lt;b&gt;"; event.Str("text") != want {
		t.Errorf("text %q, want %q", event.Str("text"), want)
	}
	if body.Str("type") != "event_callback" || body.Str("event_id") == "" || body["is_ext_shared_channel"] != false {
		t.Errorf("body %v", body)
	}
	if event.Str("type") != "app_mention" || event.Str("user") != omar.ID() || event.Str("channel") != s.Slack.ChannelID("#general") ||
		event.Str("ts") != m.TS || event.Str("event_ts") != m.TS || event["thread_ts"] != nil || event["edited"] != nil || event["bot_id"] != nil {
		t.Errorf("event %v", event)
	}
	leaves := event.Objects("blocks")[0].Objects("elements")[0].Objects("elements")
	if len(leaves) != 4 || leaves[0].Str("user_id") != BotUserID || leaves[1].Str("text") != " assign 0544444444 " ||
		leaves[2].Str("url") != "mailto:sara@twerlo.com" || leaves[3].Str("text") != " & <b>" {
		t.Errorf("rich text %v", leaves)
	}
	if got := sees(t, s.Slack.Person("sara")); got.Plain() != "@azeer assign 0544444444 sara@twerlo.com & <b>" || got.Via != ViaPerson {
		t.Errorf("sara sees %+v", got)
	}
}

func TestAMentionInAThreadIsToldWithIt(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar, sara := greet(t, s), s.Slack.Person("omar"), s.Slack.Person("sara")
	first := sara.Post("#general", "who takes this?")
	reply := omar.Reply(first, "@azeer 0544444444 me")
	if event, _ := mentioned(t, app); event.Str("thread_ts") != first.TS {
		t.Errorf("event %v", event)
	}
	sara.Reply(reply, "@azeer help")
	if event, _ := mentioned(t, app); event.Str("thread_ts") != first.TS {
		t.Errorf("a reply to a reply %v", event)
	}
	omar.Edit(reply, "@azeer 0555555555 me")
	event, _ := mentioned(t, app)
	if event.Str("ts") != reply.TS || event.Obj("edited").Str("user") != omar.ID() {
		t.Errorf("edited %v", event)
	}
}

func TestOnlyMentionsThatReachTheAppAreTold(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara := greet(t, s), s.Slack.Person("sara")
	for _, m := range []Message{
		sara.Post("#general", "azeer is not mentioned"),
		sara.Post("#support", "@azeer is not in this channel"),
		sara.Post("#vip", "@azeer nor in this"),
		sara.Post("@azeer", "@azeer in a direct message"),
		sara.Post("@omar", "@azeer between two people"),
	} {
		if d := s.Slack.Mentioned(m); d != nil {
			t.Errorf("%q was told", m.Text)
		}
	}
	s.Slack.SetScopes("chat:write")
	if m := sara.Post("#general", "@azeer without the scope"); s.Slack.Mentioned(m) != nil {
		t.Error("told without the scope")
	}
	s.Slack.SetScopes("app_mentions:read")
	s.Slack.Invite("#support", "bot")
	s.Slack.Person("partner").Post("#support", "@azeer from another organisation")
	event, body := mentioned(t, app)
	if event.Str("user_team") != PartnerTeamID || event.Str("team") != PartnerTeamID || body["is_ext_shared_channel"] != true {
		t.Errorf("event %v", event)
	}
}

func TestNobodySpeaksWhereTheyAreNot(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	defer func() {
		if recover() == nil {
			t.Error("omar spoke in #vip")
		}
	}()
	s.Slack.Person("omar").Post("#vip", "hello")
}

func TestAnUnacknowledgedMentionComesAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	app := greet(t, s)
	s.Slack.Person("omar").Post("#general", "@azeer help")
	first := app.next()
	event, body := mentioned(t, app)
	if body.Str("event_id") != first.body().Str("event_id") || event.Str("text") != first.body().Obj("event").Str("text") {
		t.Errorf("came again as %v", body)
	}
	wantBreach(t, s, rule.AckMissing)
}

func TestMessageShortcutHoldsTheWholeMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara := greet(t, s), s.Slack.Person("sara")
	crm := s.Slack.AddPerson(PersonConfig{Handle: "crm", Bot: true})
	alert := crm.PostJSON("#general", map[string]any{"text": "New lead",
		"blocks":      []any{map[string]any{"type": "section", "text": plain("0544444444")}},
		"attachments": []any{map[string]any{"fallback": "Phone 0555555555", "fields": []any{map[string]any{"title": "Phone", "value": "0555555555"}}}}})
	if got := alert.Plain(); got != "0544444444\nPhone 0555555555" {
		t.Errorf("reads %q", got)
	}
	reply := sara.Reply(alert, "mine")
	for _, c := range []struct {
		m     Message
		check func(message object) bool
	}{
		{alert, func(m object) bool {
			return m.Objects("attachments")[0].Objects("fields")[0].Str("value") == "0555555555" && m.Str("bot_id") != "" &&
				m.Str("thread_ts") == alert.TS && m["reply_count"] == float64(1) && m.Objects("blocks")[0].Str("type") == "section"
		}},
		{reply, func(m object) bool {
			return m.Str("thread_ts") == alert.TS && m["reply_count"] == nil && m.Objects("blocks")[0].Str("type") == "rich_text"
		}},
	} {
		acked := make(chan *Delivery, 1)
		go func() { acked <- sara.MessageShortcut("assign_message", c.m) }()
		f := app.next()
		app.ack(f, nil)
		d := <-acked
		if !c.check(f.body().Obj("message")) || f.body().Str("message_ts") != c.m.TS || f.body().Obj("channel").Str("id") != c.m.Channel {
			t.Errorf("payload %s", f.Payload)
		}
		// An answer by the response URL goes to the conversation, never into the thread.
		_, _ = respondTo(t, d.ResponseURL, map[string]any{"text": "done", "thread_ts": alert.TS})
		if answer := lastSeen(t, sara, "done"); answer.ThreadTS != "" || !answer.Ephemeral {
			t.Errorf("answer %+v", answer)
		}
	}
	if d := s.Slack.Person("omar").MessageShortcut("assign_message", sara.Post("#vip", "secret")); d.Err == nil {
		t.Error("omar used a shortcut on a message that he cannot see")
	}
}

// An app gets a file with its token and the scope for it; whoever else asks is led to where people sign in.
func TestAFileIsForWhoMayReadIt(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	ws, sara := s.Slack, s.Slack.Person("sara")
	m := sara.PostFile("#general", "", File{Name: "Fair List.csv", Type: "text/csv", Content: []byte("0544444444\n")})
	acked := make(chan *Delivery, 1)
	go func() { acked <- sara.MessageShortcut("assign_message", m) }()
	f := app.next()
	app.ack(f, nil)
	settle(t, <-acked)
	files := f.body().Obj("message").Objects("files")
	if len(files) != 1 || files[0].Str("name") != "Fair List.csv" || files[0].Str("filetype") != "csv" || files[0].Num("size", 0) != 11 {
		t.Fatalf("files %v", files)
	}
	get := func(path, token string) (status int, body string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(raw)
	}
	address := files[0].Str("url_private_download")
	for _, step := range []struct {
		name, path, token string
		scopes            []string
		status            int
		want              string
	}{
		{"without the scope", address, BotToken, []string{"commands"}, http.StatusOK, "Sign in"},
		{"with it", address, BotToken, []string{"commands", "files:read"}, http.StatusOK, "0544444444"},
		{"with another token", address, "xoxb-other", []string{"files:read"}, http.StatusOK, "Sign in"},
		{"a file that is not there", address + "x", BotToken, []string{"files:read"}, http.StatusNotFound, "404"},
	} {
		ws.SetScopes(step.scopes...)
		if status, body := get(step.path, step.token); status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s: %d %q", step.name, status, body)
		}
	}
}

// lastSeen waits for a message with that text.
func lastSeen(t *testing.T, p *Person, text string) Message {
	t.Helper()
	m, err := p.See(testContext(t), func(m Message) bool { return strings.Contains(m.Plain(), text) })
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEphemeralMessagesShowOnlyInLivingThreads(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara := s.Slack.Person("sara")
	first := sara.Post("#general", "who takes this?")
	private := func(thread, text string) map[string]any {
		return api(t, s, "chat.postEphemeral", map[string]any{"channel": first.Channel, "user": sara.ID(), "thread_ts": thread, "text": text})
	}
	wantOK(t, private(first.TS, "too early"))
	reply := s.Slack.Person("omar").Reply(first, "me")
	wantOK(t, private(first.TS, "in time"))
	if m := lastSeen(t, sara, "in time"); m.ThreadTS != first.TS {
		t.Errorf("message %+v", m)
	}
	for _, m := range sara.Messages("#general") {
		if m.Text == "too early" {
			t.Error("shown where there was no thread")
		}
	}
	wantOK(t, private(reply.TS, "to a reply"))
	wantError(t, private("1.000001", "to nothing"), "cannot_reply_to_message")
	wantBreach(t, s, rule.BadRequest, rule.BadRequest)
}

func TestPeopleTalk(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara, omar := s.Slack.Person("sara"), s.Slack.Person("omar")
	question, err := sara.TryPost("#general", "", "@Omar, is <b> in #general?\nask@twerlo.com")
	if err != nil || s.Slack.Mentioned(question) != nil {
		t.Fatalf("said with %v, the app is told %v", err, s.Slack.Mentioned(question))
	}
	want := "<@" + omar.ID() + ">, is &lt;b&gt; in <#" + s.Slack.ChannelID("#general") + ">?\n<mailto:ask@twerlo.com|ask@twerlo.com>"
	if question.Text != want || question.Version != 1 || question.Via != ViaPerson {
		t.Errorf("message %+v, want text %q", question, want)
	}
	if m := sees(t, omar); m.Plain() != "@Omar Hassan, is <b> in #general?\nask@twerlo.com" {
		t.Errorf("omar reads %q", m.Plain())
	}
	answer, err := omar.TryPost("#general", question.TS, "yes")
	if err != nil || answer.ThreadTS != question.TS {
		t.Errorf("answer %+v, %v", answer, err)
	}
	again, err := sara.TryPost("#general", answer.TS, "thanks")
	if err != nil || again.ThreadTS != question.TS {
		t.Errorf("an answer to an answer stands in thread %q, want that of the question %q", again.ThreadTS, question.TS)
	}
}

func TestWhatCannotBeSaid(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	s.Slack.AddChannel(ChannelConfig{Name: "old", Archived: true})
	omar := s.Slack.Person("omar")
	for _, c := range []struct{ place, thread, text, want string }{
		{"#vip", "", "hi", "not in #vip"},
		{"#nowhere", "", "hi", "not in #nowhere"},
		{"#old", "", "hi", "archived"},
		{"#general", "", " \n", "nothing to send"},
		{"#general", "1.1", "hi", "gone"},
		{"#general", "", strings.Repeat("x", 40001), "longer than"},
	} {
		if _, err := omar.TryPost(c.place, c.thread, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q %.10q: %v, want %q", c.place, c.thread, c.text, err, c.want)
		}
	}
}

func TestNobodyWritesToAnAppThatTakesNoMessages(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"messages_tab_enabled: false",
		"messages_tab_enabled: true, messages_tab_read_only_enabled: true"} {
		s := begin(t, Config{Manifest: []byte(strings.Replace(testManifest, "messages_tab_enabled: true", setting, 1))})
		if _, err := s.Slack.Person("omar").TryPost("@azeer", "", "hi"); err == nil {
			t.Errorf("with %s a message went to the app", setting)
		}
	}
}
