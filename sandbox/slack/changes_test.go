package slack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox/record"
)

// watched collects what a watch tells until it holds enough.
func watched(t *testing.T, s *box, w *record.Watch, enough func(Changes) bool) Changes {
	t.Helper()
	var all Changes
	for !enough(all) {
		next, err := w.Next(testContext(t))
		if err != nil {
			t.Fatalf("%v; told only %+v", err, all)
		}
		c := s.Slack.Changes(next.Noted)
		all.Messages = append(all.Messages, c.Messages...)
		all.Gone = append(all.Gone, c.Gone...)
		all.Forms, all.Homes = append(all.Forms, c.Forms...), append(all.Homes, c.Homes...)
		all.Places, all.People = all.Places || c.Places, all.People || c.People
	}
	return all
}

// watching starts to watch.
func watching(t *testing.T, s *box) *record.Watch {
	t.Helper()
	w := s.Watch()
	t.Cleanup(w.Stop)
	return w
}

func handlesOf(people []*Person) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Handle())
	}
	return strings.Join(all, " ")
}

func TestWatchTellsOfMessages(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	w := watching(t, s)
	d, f := typed(t, s, app)
	app.ack(f, buttonMessage("private"))
	settle(t, d)
	c := watched(t, s, w, func(c Changes) bool { return len(c.Messages) == 1 })
	m := c.Messages[0]
	if handlesOf(m.People) != "omar" || !m.Ephemeral || m.Version != 1 || !strings.Contains(string(m.Blocks), `"block_id"`) {
		t.Errorf("told %+v of %s", m, m.Blocks)
	}
	if m.Plain() != "private\n[Fix in form]" {
		t.Errorf("reads %q", m.Plain())
	}
	_, _ = s.Slack.Person("sara").TryPost("#vip", "", "hello")
	c = watched(t, s, w, func(c Changes) bool { return len(c.Messages) == 1 })
	if handlesOf(c.Messages[0].People) != "manager sara" {
		t.Errorf("told of %+v", c.Messages)
	}
	s.Slack.Person("omar").Reload()
	c = watched(t, s, w, func(c Changes) bool { return len(c.Gone) == 1 })
	if c.Gone[0].TS != m.TS || c.Gone[0].Channel != m.Channel || handlesOf(c.Gone[0].People) != "omar" {
		t.Errorf("gone %+v", c.Gone)
	}
}

func TestEventsOfOneInteractionBearItsEnvelope(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d, f := typed(t, s, app)
	app.ack(f, nil)
	settle(t, d)
	_, _ = respondTo(t, d.ResponseURL, map[string]any{"text": "done"})
	wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": f.body()["trigger_id"], "view": assignView()}))
	var kinds []record.Kind
	for _, e := range s.Events() {
		if e.Envelope == d.EnvelopeID {
			kinds = append(kinds, e.Kind)
		}
	}
	want := []record.Kind{record.Typed, record.Delivered, record.Acked, record.Seen, record.Opened}
	if !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
	if again, ok := s.Slack.Delivery(d.EnvelopeID); !ok || string(again.Payload) != string(d.Payload) {
		t.Errorf("found %v %+v", ok, again)
	}
	wantError(t, api(t, s, "views.open", map[string]any{"trigger_id": f.body()["trigger_id"], "view": assignView()}), "exchanged_trigger_id")
	breaches := s.TakeBreaches()
	if len(breaches) != 1 || breaches[0].Envelope != d.EnvelopeID {
		t.Errorf("breaches %+v", breaches)
	}
	if _, ok := s.Slack.Delivery("never sent"); ok {
		t.Error("found what was never sent")
	}
}

func TestWatchTellsOfForms(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	w := watching(t, s)
	form := opened(t, s, app, assignView())
	told := func(what string) {
		t.Helper()
		c := watched(t, s, w, func(c Changes) bool { return len(c.Forms) > 0 })
		if handlesOf(c.Forms[:1]) != "omar" {
			t.Errorf("after %s told of %s", what, handlesOf(c.Forms))
		}
	}
	told("opening")
	if err := omar.Fill(form, map[string]string{"contact": "0544444444"}); err != nil {
		t.Fatal(err)
	}
	told("filling in")
	omar.Cancel(form)
	told("closing")
	wantOK(t, api(t, s, "views.publish", map[string]any{"user_id": omar.ID(),
		"view": map[string]any{"type": "home", "blocks": []any{map[string]any{"type": "divider"}}}}))
	if c := watched(t, s, w, func(c Changes) bool { return len(c.Homes) > 0 }); handlesOf(c.Homes) != "omar" || len(c.Forms) > 0 {
		t.Errorf("told of %s", handlesOf(c.Homes))
	}
	if home := omar.HomeTab(); home == nil || s.Slack.Person("sara").HomeTab() != nil {
		t.Error("the Home tab is not omar's alone")
	}
}

func TestWatchMissesNothingOfAnyBurst(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	w := watching(t, s)
	sara := s.Slack.Person("sara")
	go func() {
		for i := range 500 {
			_, _ = sara.TryPost("#general", "", fmt.Sprint(i))
		}
	}()
	c := watched(t, s, w, func(c Changes) bool { return len(c.Messages) >= 500 })
	for i, m := range c.Messages {
		if m.Text != fmt.Sprint(i) {
			t.Fatalf("message %d is %q", i, m.Text)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	names := func(p *Person) string {
		var all []string
		for _, at := range p.Places() {
			all = append(all, at.Name)
		}
		return strings.Join(all, " ")
	}
	sara, omar, guest := s.Slack.Person("sara"), s.Slack.Person("omar"), s.Slack.Person("guest")
	w := watching(t, s)
	for p, want := range map[*Person]string{
		sara: "general support vip Azeer", omar: "general support Azeer", guest: "support Azeer",
	} {
		if got := names(p); got != want {
			t.Errorf("%s sees %s, want %s", p.Handle(), got, want)
		}
	}
	at, ok := sara.Place("@omar")
	if !ok || !at.DM || at.With != "omar" || len(at.People) != 2 || names(omar) != "general support Azeer Sara Ali" {
		t.Errorf("the DM is %+v, omar sees %s", at, names(omar))
	}
	if self, _ := sara.Place("@sara"); self.With != "sara" || len(self.People) != 1 || self.App {
		t.Errorf("sara's notes to herself are %+v", self)
	}
	if app, _ := sara.Place("@azeer"); !app.App || !app.Bot {
		t.Errorf("the app's DM is %+v", app)
	}
	for _, name := range []string{"#vip", "#nowhere", at.ID} {
		if _, ok := guest.Place(name); ok {
			t.Errorf("guest sees %s", name)
		}
	}
	if !watched(t, s, w, func(c Changes) bool { return c.Places }).Places {
		t.Error("not told of the new places")
	}
	screen := sara.Snapshot()
	if len(screen.Places) != 6 || screen.Home != nil || len(screen.Messages) != 0 {
		t.Errorf("screen %+v", screen)
	}
}

func TestEventsNameTheAuthorOfAMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara := s.Slack.Person("sara")
	if _, err := sara.TryPost("#general", "", "hello"); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Events() {
		if e.Kind == record.Seen && e.From != sara.ID() {
			t.Errorf("%+v", e)
		}
	}
}
