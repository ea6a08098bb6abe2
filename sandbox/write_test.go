package sandbox

import (
	"strings"
	"testing"
)

func TestPeopleTalk(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara, omar := s.Slack.Person("sara"), s.Slack.Person("omar")
	question, err := sara.Write("#general", "", "@Omar, is <b> in #general?\nask@twerlo.com")
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
	answer, err := omar.Write("#general", question.TS, "yes")
	if err != nil || answer.ThreadTS != question.TS {
		t.Errorf("answer %+v, %v", answer, err)
	}
	again, err := sara.Write("#general", answer.TS, "thanks")
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
		if _, err := omar.Write(c.place, c.thread, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q %.10q: %v, want %q", c.place, c.thread, c.text, err, c.want)
		}
	}
}

func TestNobodyWritesToAnAppThatTakesNoMessages(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"messages_tab_enabled: false",
		"messages_tab_enabled: true, messages_tab_read_only_enabled: true"} {
		s := begin(t, Config{Manifest: []byte(strings.Replace(testManifest, "messages_tab_enabled: true", setting, 1))})
		if _, err := s.Slack.Person("omar").Write("@azeer", "", "hi"); err == nil {
			t.Errorf("with %s a message went to the app", setting)
		}
	}
}
