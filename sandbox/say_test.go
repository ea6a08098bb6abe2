package sandbox

import (
	"strings"
	"testing"
)

// mentioned reads and acknowledges the event about a message, and gives its body.
func mentioned(t *testing.T, app *rawSocket) (event, body object) {
	t.Helper()
	f := app.next()
	if f.Type != "events_api" || f.AcceptsPayload {
		t.Fatalf("envelope %+v", f)
	}
	app.ack(f, nil)
	return f.body().obj("event"), f.body()
}

func TestAMentionIsTold(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	m := omar.Say("#general", "@azeer assign 0544444444 sara@twerlo.com & <b>")
	event, body := mentioned(t, app)
	settle(t, s.Slack.Mentioned(m))
	if want := "<@" + BotUserID + "> assign 0544444444 <mailto:sara@twerlo.com|sara@twerlo.com> &amp; &lt;b&gt;"; event.str("text") != want {
		t.Errorf("text %q, want %q", event.str("text"), want)
	}
	if body.str("type") != "event_callback" || body.str("event_id") == "" || body["is_ext_shared_channel"] != false {
		t.Errorf("body %v", body)
	}
	if event.str("type") != "app_mention" || event.str("user") != omar.ID() || event.str("channel") != s.Slack.ChannelID("#general") ||
		event.str("ts") != m.TS || event.str("event_ts") != m.TS || event["thread_ts"] != nil || event["edited"] != nil || event["bot_id"] != nil {
		t.Errorf("event %v", event)
	}
	leaves := event.objects("blocks")[0].objects("elements")[0].objects("elements")
	if len(leaves) != 4 || leaves[0].str("user_id") != BotUserID || leaves[1].str("text") != " assign 0544444444 " ||
		leaves[2].str("url") != "mailto:sara@twerlo.com" || leaves[3].str("text") != " & <b>" {
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
	first := sara.Say("#general", "who takes this?")
	reply := omar.SayInThread(first, "@azeer 0544444444 me")
	if event, _ := mentioned(t, app); event.str("thread_ts") != first.TS {
		t.Errorf("event %v", event)
	}
	sara.SayInThread(reply, "@azeer help")
	if event, _ := mentioned(t, app); event.str("thread_ts") != first.TS {
		t.Errorf("a reply to a reply %v", event)
	}
	omar.Edit(reply, "@azeer 0555555555 me")
	event, _ := mentioned(t, app)
	if event.str("ts") != reply.TS || event.obj("edited").str("user") != omar.ID() {
		t.Errorf("edited %v", event)
	}
}

func TestOnlyMentionsThatReachTheAppAreTold(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara := greet(t, s), s.Slack.Person("sara")
	for _, m := range []Message{
		sara.Say("#general", "azeer is not mentioned"),
		sara.Say("#support", "@azeer is not in this channel"),
		sara.Say("#vip", "@azeer nor in this"),
		sara.Say("@azeer", "@azeer in a direct message"),
		sara.Say("@omar", "@azeer between two people"),
	} {
		if d := s.Slack.Mentioned(m); d != nil {
			t.Errorf("%q was told", m.Text)
		}
	}
	s.Slack.SetScopes("chat:write")
	if m := sara.Say("#general", "@azeer without the scope"); s.Slack.Mentioned(m) != nil {
		t.Error("told without the scope")
	}
	s.Slack.SetScopes("app_mentions:read")
	s.Slack.Invite("#support", "bot")
	s.Slack.Person("partner").Say("#support", "@azeer from another organisation")
	event, body := mentioned(t, app)
	if event.str("user_team") != PartnerTeamID || event.str("team") != PartnerTeamID || body["is_ext_shared_channel"] != true {
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
	s.Slack.Person("omar").Say("#vip", "hello")
}

func TestAnUnacknowledgedMentionComesAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	app := greet(t, s)
	s.Slack.Person("omar").Say("#general", "@azeer help")
	first := app.next()
	event, body := mentioned(t, app)
	if body.str("event_id") != first.body().str("event_id") || event.str("text") != first.body().obj("event").str("text") {
		t.Errorf("came again as %v", body)
	}
	wantBreach(t, s, RuleAckMissing)
}

func TestMessageShortcutHoldsTheWholeMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara := greet(t, s), s.Slack.Person("sara")
	crm := s.Slack.AddPerson(PersonConfig{Handle: "crm", Bot: true})
	alert := crm.Post("#general", map[string]any{"text": "New lead",
		"blocks":      []any{map[string]any{"type": "section", "text": plain("0544444444")}},
		"attachments": []any{map[string]any{"fallback": "Phone 0555555555", "fields": []any{map[string]any{"title": "Phone", "value": "0555555555"}}}}})
	if got := alert.Plain(); got != "0544444444\nPhone 0555555555" {
		t.Errorf("reads %q", got)
	}
	reply := sara.SayInThread(alert, "mine")
	for _, c := range []struct {
		m     Message
		check func(message object) bool
	}{
		{alert, func(m object) bool {
			return m.objects("attachments")[0].objects("fields")[0].str("value") == "0555555555" && m.str("bot_id") != "" &&
				m.str("thread_ts") == alert.TS && m["reply_count"] == float64(1) && m.objects("blocks")[0].str("type") == "section"
		}},
		{reply, func(m object) bool {
			return m.str("thread_ts") == alert.TS && m["reply_count"] == nil && m.objects("blocks")[0].str("type") == "rich_text"
		}},
	} {
		acked := make(chan *Delivery, 1)
		go func() { acked <- sara.MessageShortcut("assign_message", c.m) }()
		f := app.next()
		app.ack(f, nil)
		d := <-acked
		if !c.check(f.body().obj("message")) || f.body().str("message_ts") != c.m.TS || f.body().obj("channel").str("id") != c.m.Channel {
			t.Errorf("payload %s", f.Payload)
		}
		// An answer by the response URL goes to the conversation, never into the thread.
		_, _ = respondTo(t, d.ResponseURL, map[string]any{"text": "done", "thread_ts": alert.TS})
		if answer := lastSeen(t, sara, "done"); answer.ThreadTS != "" || !answer.Ephemeral {
			t.Errorf("answer %+v", answer)
		}
	}
	if d := s.Slack.Person("omar").MessageShortcut("assign_message", sara.Say("#vip", "secret")); d.Err == nil {
		t.Error("omar used a shortcut on a message that he cannot see")
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
	first := sara.Say("#general", "who takes this?")
	private := func(thread, text string) map[string]any {
		return api(t, s, "chat.postEphemeral", map[string]any{"channel": first.Channel, "user": sara.ID(), "thread_ts": thread, "text": text})
	}
	wantOK(t, private(first.TS, "too early"))
	reply := s.Slack.Person("omar").SayInThread(first, "me")
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
	wantBreach(t, s, RuleBadRequest, RuleBadRequest)
}
