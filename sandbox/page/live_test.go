package page

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

func TestEventsFollowTheState(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	before := d.state("sara")
	s := d.listen("sara", before.Seq)
	d.must("omar", "say", map[string]any{"place": "#general", "text": "first"})
	e := s.next("message")
	if e.Message.Text != "first" || e.Message.Author.Handle != "omar" || e.Message.Version != 1 {
		t.Errorf("told %+v", e.Message)
	}
	after := d.state("sara")
	if list := after.Messages[e.Message.Channel]; len(list) != 1 || list[0].ID != e.Message.ID {
		t.Errorf("the state has %+v", list)
	}
	if s.id != fmt.Sprint(after.Seq) {
		t.Errorf("the event has number %s, the state after it %d", s.id, after.Seq)
	}
}

func TestAPageThatComesBackMissesNothing(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	start := d.state("sara").Seq
	s := d.listen("sara", start)
	say := func(text string) {
		t.Helper()
		d.must("omar", "say", map[string]any{"place": "#general", "text": text})
	}
	say("one")
	s.next("message")
	_ = s.body.Close()
	say("two")
	say("three")
	again := d.resume("sara", fmt.Sprint(start), s.id) // as EventSource does: the old address, and Last-Event-ID
	for _, want := range []string{"two", "three"} {
		if e := again.next("message", "reset"); e.Type != "message" || e.Message.Text != want {
			t.Errorf("told %+v, want %q", e, want)
		}
	}
}

func TestAPageTooFarBehindStartsAnew(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	now := d.state("sara").Seq
	for what, after := range map[string]int64{"of an earlier run": now - 100_000, "of a later run": now + 100_000, "new": 0} {
		s := d.listen("sara", after)
		if e := s.next("reset", "message"); e.Type != "reset" {
			t.Errorf("a page %s is told %+v", what, e)
		}
		if id, err := strconv.ParseInt(s.id, 10, 64); err != nil || id < now {
			t.Errorf("a page %s goes on from %s", what, s.id)
		}
		d.must("omar", "say", map[string]any{"place": "#general", "text": "go on"})
		if e := s.next("message"); e.Message.Text != "go on" {
			t.Errorf("a page %s is then told %+v", what, e.Message)
		}
	}
}

func TestOnlyWhatOneMayKnow(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(e envelope) any { return map[string]any{"text": "only for you"} })
	omar := d.listen("omar", d.state("omar").Seq)
	d.must("sara", "say", map[string]any{"place": "#vip", "text": "secret"})
	d.must("sara", "command", map[string]any{"place": "#general", "line": "/assign"})
	d.must("sara", "say", map[string]any{"place": "#general", "text": "for all"})
	if e := omar.next("message"); e.Message.Text != "for all" {
		t.Errorf("omar is told %q", e.Message.Text)
	}
	for _, messages := range d.state("omar").Messages {
		for _, m := range messages {
			if m.Text != "for all" {
				t.Errorf("omar's page has %q", m.Text)
			}
		}
	}
}

func TestTwoPagesStayInStep(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	trigger := d.appThatOpens(formView())
	seq := d.state("sara").Seq
	one, two := d.listen("sara", seq), d.listen("sara", seq)
	d.must("sara", "command", map[string]any{"place": "#general", "line": "/assign"})
	<-trigger
	var forms [2][]View
	for i, s := range []*stream{one, two} {
		for len(forms[i]) == 0 {
			forms[i] = *s.next("forms").Forms
		}
	}
	d.must("sara", "fill", map[string]any{"view": forms[0][0].ID, "values": map[string]any{"contact": "0544444444"}})
	for i, s := range []*stream{one, two} {
		held := ""
		for !strings.Contains(held, "0544444444") {
			forms[i] = *s.next("forms").Forms
			held = string(forms[i][0].Values["contact/contact"])
		}
	}
	d.must("sara", "cancel", map[string]any{"view": forms[1][0].ID})
	for _, s := range []*stream{one, two} {
		for len(*s.next("forms").Forms) > 0 {
		}
	}
	if one.id != two.id {
		t.Errorf("one page is at %s, the other at %s", one.id, two.id)
	}
}

func TestHeartbeatMovesOn(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.page.live.heartbeat = time.Millisecond
	s := d.listen("omar", d.state("omar").Seq)
	d.must("sara", "say", map[string]any{"place": "#vip", "text": "not for omar"})
	want := fmt.Sprintf("id: %d", d.state("omar").Seq)
	for s.lines.Scan() && s.lines.Text() != want {
	}
	if err := s.lines.Err(); err != nil || s.lines.Text() != want {
		t.Errorf("no heartbeat with %q: %v", want, err)
	}
}

func TestEventsWantAPersonAndANumber(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	for query, want := range map[string]int{"person=nobody&after=1": 404, "after=1": 404, "person=sara": 400, "person=sara&after=x": 400} {
		if resp := d.asks(http.MethodGet, "/api/events?"+query, func(*http.Request) {}); resp.StatusCode != want {
			t.Errorf("%s answers %s, want %d", query, resp.Status, want)
		}
	}
}

func TestOldEventsAreForgotten(t *testing.T) {
	t.Parallel()
	l := newLive(time.UnixMilli(1000))
	for range 3 * keptEvents {
		l.add(told{data: []byte("x")})
	}
	if n := len(l.kept); n > keptEvents || n < keptEvents/2 {
		t.Errorf("%d events are kept", n)
	}
	oldest := l.seq - int64(len(l.kept))
	if b := l.after(oldest); b.lost || len(b.entries) != len(l.kept) || b.first != oldest+1 || b.last != l.seq {
		t.Errorf("after the oldest: lost %v, %d entries from %d to %d", b.lost, len(b.entries), b.first, b.last)
	}
	if b := l.after(oldest - 1); !b.lost {
		t.Error("what is forgotten is not missed")
	}
	if b := l.after(l.seq); b.lost || len(b.entries) != 0 {
		t.Errorf("after the newest: %+v", b)
	}
	big := make([]byte, keptBytes/8)
	for range 20 {
		l.add(told{data: big})
	}
	if l.bytes > keptBytes || len(l.kept) == 0 {
		t.Errorf("%d bytes are kept in %d events", l.bytes, len(l.kept))
	}
	l.add(told{data: make([]byte, 2*keptBytes)})
	if len(l.kept) != 1 {
		t.Errorf("beside a huge event %d are kept", len(l.kept)-1)
	}
}

func TestALongChannel(t *testing.T) {
	t.Parallel()
	const many = 5000
	d := newFixture(t, Config{}, slack.Limits{})
	seq := d.state("omar").Seq
	sara := d.box.Slack.Person("sara")
	for i := range many {
		if _, err := sara.TryPost("#general", "", strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	s := d.listen("omar", seq)
	var got []string
	for len(got) < many {
		e := s.next("message", "reset")
		if e.Type == "reset" {
			t.Fatalf("a page %d messages behind starts anew", many)
		}
		got = append(got, e.Message.Text)
	}
	state := d.state("omar")
	for place, messages := range state.Messages {
		var shown []string
		for _, m := range messages {
			shown = append(shown, m.Text)
		}
		if !slices.Equal(shown, got) {
			t.Errorf("in %s the state has %d messages, events told %d", place, len(shown), len(got))
		}
	}
}
