package sandbox

import (
	"strings"
	"testing"
)

// talkative is the test's manifest with subscriptions to what people say.
var talkative = strings.NewReplacer(
	"bot_events: [app_home_opened]", "bot_events: [app_mention, message.im]",
	`"channels:read"`, `"channels:read", "app_mentions:read", "im:history"`).Replace(testManifest)

func TestPeopleTalk(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara, omar := s.Slack.Person("sara"), s.Slack.Person("omar")
	question, told, err := sara.Say("#general", "", "@Omar, is <b> in #general?\nask@twerlo.com")
	if err != nil || len(told) > 0 {
		t.Fatalf("said with %v, the app is told %v", err, told)
	}
	want := "<@" + omar.ID() + ">, is &lt;b&gt; in <#" + s.Slack.ChannelID("#general") + ">?\n<mailto:ask@twerlo.com|ask@twerlo.com>"
	if question.Text != want || question.Version != 1 || question.Via != ViaPerson {
		t.Errorf("message %+v, want text %q", question, want)
	}
	if m := sees(t, omar); m.Plain() != "@Omar Hassan, is <b> in #general?\nask@twerlo.com" {
		t.Errorf("omar reads %q", m.Plain())
	}
	answer, _, err := omar.Say("#general", question.TS, "yes")
	if err != nil || answer.ThreadTS != question.TS {
		t.Errorf("answer %+v, %v", answer, err)
	}
	again, _, err := sara.Say("#general", answer.TS, "thanks")
	if err != nil || again.ThreadTS != question.TS {
		t.Errorf("an answer to an answer stands in thread %q, want that of the question %q", again.ThreadTS, question.TS)
	}
}

func TestTheAppHearsWhatItSubscribesTo(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Manifest: []byte(talkative)})
	app, sara := greet(t, s), s.Slack.Person("sara")
	for _, c := range []struct{ place, text, kind string }{
		{"#general", "hello @Azeer!", "app_mention"},
		{"#general", "hello everybody", ""},
		{"#vip", "hello @azeer", ""}, // the bot is not in it
		{"@azeer", "hello @azeer", "message"},
	} {
		m, told, err := sara.Say(c.place, "", c.text)
		if err != nil {
			t.Fatal(err)
		}
		if len(told) != 0 == (c.kind == "") {
			t.Errorf("%q in %s tells the app %d times", c.text, c.place, len(told))
			continue
		}
		if c.kind == "" {
			continue
		}
		f := app.next()
		app.ack(f, nil)
		settle(t, told[0])
		e := f.body().obj("event")
		if e.str("type") != c.kind || e.str("ts") != m.TS || e.str("user") != sara.ID() || e.str("text") != m.Text {
			t.Errorf("event %v", e)
		}
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
		if _, _, err := omar.Say(c.place, c.thread, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q %.10q: %v, want %q", c.place, c.thread, c.text, err, c.want)
		}
	}
}

func TestNobodyWritesToAnAppThatTakesNoMessages(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"messages_tab_enabled: false",
		"messages_tab_enabled: true, messages_tab_read_only_enabled: true"} {
		s := begin(t, Config{Manifest: []byte(strings.Replace(testManifest, "messages_tab_enabled: true", setting, 1))})
		if _, _, err := s.Slack.Person("omar").Say("@azeer", "", "hi"); err == nil {
			t.Errorf("with %s a message went to the app", setting)
		}
	}
}
