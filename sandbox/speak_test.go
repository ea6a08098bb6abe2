package sandbox

import (
	"slices"
	"testing"
)

func TestASilentSocketCanSpeakAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	number := s.Slack.Sockets()
	s.Slack.GoSilent()
	if got := s.Slack.Silent(); !slices.Equal(got, number) {
		t.Fatalf("silent are %v, want %v", got, number)
	}
	sara := s.Slack.Person("sara")
	if d := sara.Command("#general", "/assign"); d.Shown != ShownDispatch {
		t.Errorf("over a silent socket the person reads %q", d.Shown)
	}
	s.Slack.SpeakAgain()
	if got := s.Slack.Silent(); len(got) != 0 {
		t.Errorf("still silent: %v", got)
	}
	d := sara.CommandAsync("#general", "/assign")
	app.ack(app.next(), nil)
	if err := d.Wait(testContext(t)); err != nil || d.Shown != "" {
		t.Errorf("after that: %v, the person reads %q", err, d.Shown)
	}
}

func TestEventsNameTheAuthorOfAMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara := s.Slack.Person("sara")
	if _, err := sara.Write("#general", "", "hello"); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Events() {
		if e.Kind == EventSeen && e.From != sara.ID() {
			t.Errorf("%+v", e)
		}
	}
}
