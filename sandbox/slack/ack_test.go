package slack

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/rule"

	"github.com/gorilla/websocket"
)

// halves has omar type a command and returns it with its envelope.
func typed(t *testing.T, s *box, app *rawSocket) (*Delivery, frame) {
	t.Helper()
	d := s.Slack.Person("omar").CommandAsync("#general", "/assign")
	return d, app.next()
}

func TestAckMissingIsABreach(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	app := greet(t, s)
	d, _ := typed(t, s, app)
	settle(t, d)
	if d.Shown != ShownTimeout || !d.Acked.IsZero() {
		t.Errorf("delivery %+v", d)
	}
	wantBreach(t, s, rule.AckMissing)
}

func TestTimeoutMayReadDispatchFailed(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick, Unsettled: Unsettled{TimeoutShown: ShownDispatch}})
	d, _ := typed(t, s, greet(t, s))
	if settle(t, d); d.Shown != ShownDispatch {
		t.Errorf("shown %q", d.Shown)
	}
	wantBreach(t, s, rule.AckMissing)
}

func TestLateAckIsABreachAndShowsNothing(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	app := greet(t, s)
	d, f := typed(t, s, app)
	settle(t, d)
	app.ack(f, map[string]any{"text": "too late"})
	app.sync(s)
	wantBreach(t, s, rule.AckMissing, rule.AckLate)
	if left := s.Slack.Person("omar").Unseen(); len(left) > 0 {
		t.Errorf("omar sees %v", left)
	}
}

func TestBadAcks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		send func(app *rawSocket, f frame)
		want record.Rule
	}{
		"twice":      {func(app *rawSocket, f frame) { app.ack(f, nil); app.ack(f, nil) }, rule.AckDouble},
		"of nothing": {func(app *rawSocket, f frame) { app.ack(frame{EnvelopeID: "no-such"}, nil); app.ack(f, nil) }, rule.AckUnknown},
		"of hello":   {func(app *rawSocket, f frame) { app.ack(frame{}, nil); app.ack(f, nil) }, rule.AckUnknown},
		"not JSON":   {func(app *rawSocket, f frame) { app.raw(websocket.TextMessage, "ok"); app.ack(f, nil) }, rule.AckUnreadable},
		"binary": {func(app *rawSocket, f frame) {
			app.raw(websocket.BinaryMessage, `{"envelope_id":"x"}`)
			app.ack(f, nil)
		}, rule.AckUnreadable},
		"invalid message": {func(app *rawSocket, f frame) {
			app.ack(f, map[string]any{"blocks": []any{map[string]any{"type": "no"}}})
		}, rule.AckInvalid},
		"payload no object": {func(app *rawSocket, f frame) { app.ack(f, "text") }, rule.AckInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{})
			app := greet(t, s)
			d, f := typed(t, s, app)
			c.send(app, f)
			if settle(t, d); d.Acked.IsZero() || d.Shown != "" {
				t.Errorf("delivery %+v", d)
			}
			app.sync(s)
			wantBreach(t, s, c.want)
		})
	}
}

func (r *rawSocket) raw(kind int, text string) {
	r.t.Helper()
	if err := r.conn.WriteMessage(kind, []byte(text)); err != nil {
		r.t.Fatalf("write frame: %v", err)
	}
}

func TestAckOf20480BytesIsDropped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size    int
		dropped bool
	}{
		"one byte less": {maxAck - 1, false},
		"20480":         {maxAck, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{})
			dialer := websocket.Dialer{WriteBufferSize: 64 << 10}
			conn, _, err := dialer.Dial(socketURL(t, s), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			app := &rawSocket{t, conn}
			app.next()
			d, f := typed(t, s, app)
			text := `{"envelope_id":"` + f.EnvelopeID + `","payload":{"text":"`
			text += strings.Repeat("a", c.size-len(text)-3) + `"}}`
			app.raw(websocket.TextMessage, text)
			if !c.dropped {
				if settle(t, d); d.Reply == nil {
					t.Error("no reply")
				}
				return
			}
			app.ack(f, nil)
			if settle(t, d); d.Reply != nil {
				t.Errorf("reply %v", d.Reply)
			}
			wantBreach(t, s, rule.AckTooLarge)
		})
	}
}

func TestFragmentedAckIsDropped(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d, f := typed(t, s, app)
	// A writer flushes a continuation frame whenever its buffer (4 KB) is full.
	text := `{"envelope_id":"` + f.EnvelopeID + `","payload":{"text":"` + strings.Repeat("a", 9000) + `"}}`
	w, err := app.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bytes.NewBufferString(text[:5000]).WriteTo(w); err != nil {
		t.Fatal(err)
	}
	if _, err := bytes.NewBufferString(text[5000:]).WriteTo(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	app.ack(f, nil)
	if settle(t, d); d.Reply != nil {
		t.Errorf("reply %v", d.Reply)
	}
	wantBreach(t, s, rule.AckFragmented)
}

func TestPayloadWhereNoneIsAccepted(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d := s.Slack.Person("omar").ShortcutAsync("assign_contact")
	f := app.next()
	if f.Type != "interactive" || f.AcceptsPayload {
		t.Errorf("envelope %+v", f)
	}
	app.ack(f, map[string]any{})
	settle(t, d) // an empty payload is good anywhere

	d = s.Slack.Person("omar").ShortcutAsync("assign_contact")
	app.ack(app.next(), map[string]any{"text": "hello"})
	settle(t, d)
	wantBreach(t, s, rule.AckPayload)
}

func TestAckOnAnotherSocket(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]bool{"is accepted": false, "is refused by switch": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{Unsettled: Unsettled{RefuseStrayAcks: refuse}})
			first := greet(t, s)
			d, f := typed(t, s, first)
			second := greet(t, s)
			second.ack(f, nil)
			if !refuse {
				settle(t, d)
				return
			}
			awaitBreach(t, s, rule.AckStray)
			first.ack(f, nil)
			settle(t, d)
		})
	}
}

func TestRedeliveredEnvelopeMayBeAckedAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d, f := typed(t, s, app)
	app.ack(f, nil)
	settle(t, d)
	s.Slack.Redeliver(d)
	again := app.next()
	if again.EnvelopeID != f.EnvelopeID || !bytes.Equal(again.Payload, f.Payload) {
		t.Errorf("envelope %+v, want it as before", again)
	}
	app.ack(again, nil)
	app.sync(s)
	if got := s.Breaches(); len(got) > 0 {
		t.Errorf("breaches %v", got)
	}
}

func TestEventsAreSentAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	app := greet(t, s)
	d := s.Slack.SendEvent(map[string]any{"type": "app_mention"})
	var eventID any
	for attempt := range 4 {
		f := app.next()
		if f.Type != "events_api" || f.RetryAttempt == nil || *f.RetryAttempt != attempt {
			t.Fatalf("attempt %d: envelope %+v", attempt, f)
		}
		if want := map[bool]string{true: "", false: "timeout"}[attempt == 0]; *f.RetryReason != want {
			t.Errorf("attempt %d: reason %q", attempt, *f.RetryReason)
		}
		if attempt > 0 && f.body()["event_id"] != eventID {
			t.Errorf("attempt %d has event_id %v, want %v", attempt, f.body()["event_id"], eventID)
		}
		eventID = f.body()["event_id"]
	}
	settle(t, d)
	wantBreach(t, s, rule.AckMissing, rule.AckMissing, rule.AckMissing, rule.AckMissing)
}

func TestEventWithoutSocketComesLaterAsRetry(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{Retries: slices.Repeat([]time.Duration{time.Millisecond}, 10000)}})
	d := s.Slack.SendEvent(map[string]any{"type": "app_mention"})
	app := greet(t, s)
	f := app.next()
	app.ack(f, nil)
	settle(t, d)
	if f.EnvelopeID != d.EnvelopeID || *f.RetryAttempt == 0 || *f.RetryReason != "timeout" {
		t.Errorf("envelope %+v", f)
	}
}
