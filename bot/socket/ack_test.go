package socket_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/bot/socket"

	"github.com/gorilla/websocket"
)

func TestEnvelopeCarriesWhatSlackSent(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	p.send(`{"type":"events_api","envelope_id":"e1","payload":{"event":{"type":"x"}},"accepts_response_payload":false,"retry_attempt":2,"retry_reason":"timeout"}`)
	e := b.next()
	if e.Type != "events_api" || string(e.Payload) != `{"event":{"type":"x"}}` || e.AcceptsPayload || e.RetryAttempt != 2 || e.RetryReason != "timeout" || e.Received.IsZero() {
		t.Errorf("got %+v", e)
	}
	p.send(`{"type":"of_tomorrow","envelope_id":"e2","accepts_response_payload":true,"retry_attempt":"odd"}`)
	if e := b.next(); e.Type != "of_tomorrow" || e.Payload != nil || !e.AcceptsPayload {
		t.Errorf("got %+v", e)
	}
}

func TestEnvelopesComeInOrder(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	for _, id := range strings.Fields("a b c d e f g h i j") {
		p.envelope(id)
	}
	for _, id := range strings.Fields("a b c d e f g h i j") {
		if e := b.next(); e.ID != id {
			t.Fatalf("got %s, want %s", e.ID, id)
		}
	}
}

func TestAckOnTheWire(t *testing.T) {
	t.Parallel()
	type none struct{ Text string }
	for name, c := range map[string]struct {
		payload any
		want    string
	}{
		"nothing":        {nil, `{"envelope_id":"id \"1\" <&>"}`},
		"nil pointer":    {(*none)(nil), `{"envelope_id":"id \"1\" <&>"}`},
		"empty object":   {struct{}{}, `{"envelope_id":"id \"1\" <&>","payload":{}}`},
		"markup is kept": {map[string]string{"text": "<@U1> & Ω"}, `{"envelope_id":"id \"1\" <&>","payload":{"text":"<@U1> & Ω"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSlack(t)
			b := start(t, s, briskly())
			p := s.greet()
			p.envelope(`id "1" <&>`)
			b.ack(b.next(), c.payload)
			if got := receive(t, p.frames, "the acknowledgement"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestSecondAckIsRefused(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	p.envelope("once")
	e := b.next()
	results := make(chan error, 10)
	var together sync.WaitGroup
	for range 10 {
		together.Go(func() { results <- e.Ack(t.Context(), nil) })
	}
	together.Wait()
	written := 0
	for range 10 {
		switch err := <-results; {
		case err == nil:
			written++
		case !errors.Is(err, socket.ErrAcked):
			t.Error(err)
		}
	}
	if written != 1 {
		t.Errorf("%d acknowledgements written", written)
	}
	p.wantAck("once")
	b.roundTrip(p, "next") // and nothing between the two
}

func TestTooLargeAckCanBeTriedSmaller(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	p.envelope("big")
	e := b.next()
	frame := len(`{"envelope_id":"big","payload":""}`)
	if err := e.Ack(t.Context(), strings.Repeat("<", 20480-frame)); !errors.Is(err, socket.ErrTooLarge) {
		t.Errorf("20480 bytes: %v", err)
	}
	if err := e.Ack(t.Context(), math.NaN()); err == nil {
		t.Error("what JSON cannot say was acknowledged")
	}
	b.ack(e, strings.Repeat("<", 20479-frame))
	if got := len(receive(t, p.frames, "the acknowledgement")); got != 20479 {
		t.Errorf("got %d bytes", got)
	}
}

func TestAckIsOneFrame(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.next() // read raw here, not by the WebSocket library
	p.hello(1)
	p.envelope("big")
	b.ack(b.next(), strings.Repeat("x", 20000))
	raw := bufio.NewReader(p.ws.NetConn())
	var head [4]byte
	if _, err := io.ReadFull(raw, head[:]); err != nil {
		t.Fatal(err)
	}
	if fin, opcode := head[0]&0x80 != 0, head[0]&0x0f; !fin || opcode != websocket.TextMessage {
		t.Errorf("first byte %#x: not a whole text message in one frame", head[0])
	}
	if length := binary.BigEndian.Uint16(head[2:]); head[1] != 0x80|126 || length < 20000 {
		t.Errorf("length byte %#x, length %d", head[1], length)
	}
	if reserved := head[0] & 0x70; reserved != 0 {
		t.Errorf("reserved bits %#x: compressed?", reserved)
	}
}

func TestAckOfADeadSocketTakesAnother(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 2
	s.openError = func(attempt int32) error {
		if attempt > 2 {
			return errors.New("no more")
		}
		return nil
	}
	b := start(t, s, cfg)
	first, second := s.greet(), s.greet()
	b.wantLive(2)
	first.envelope("one")
	first.envelope("two")
	one, two := b.next(), b.next()
	first.cut()
	b.wantLive(1)
	b.ack(one, map[string]string{"text": "hi"})
	if got := second.wantAck("one"); got != `{"text":"hi"}` {
		t.Errorf("payload %s", got)
	}

	second.cut()
	b.wantLive(0)
	if err := two.Ack(t.Context(), nil); err == nil || errors.Is(err, socket.ErrAcked) {
		t.Errorf("Ack without any socket: %v", err)
	}
}

func TestAckThatFailedCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	p.envelope("late")
	e := b.next()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Ack(over, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("Ack after its time: %v", err)
	}
	b.ack(e, nil)
	p.wantAck("late")
	b.roundTrip(p, "the socket is unharmed")
}

func TestAckToAStuckSocketEnds(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.next() // never read: TCP's buffers fill up
	p.hello(1)
	body := strings.Repeat("x", 20000)
	for {
		p.envelope("more")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err := b.next().Ack(ctx, body)
		cancel()
		// A limit reached before the frame was begun proves nothing.
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	b.roundTrip(s.greet(), "on the successor")
}

func TestPanicInTheHandlerHarmsNothingElse(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := &bot{t: t, inbox: make(chan *socket.Envelope, 10)}
	b.run(s, briskly(), func(ctx context.Context, e *socket.Envelope) {
		switch e.ID {
		case "bad":
			panic("with something private")
		case "acked and bad":
			b.ack(e, nil)
			panic(errors.New("afterwards"))
		}
		b.inbox <- e
	})
	p := s.greet()
	p.envelope("bad")
	if got := p.wantAck("bad"); got != "" {
		t.Errorf("payload %s", got)
	}
	p.envelope("acked and bad")
	p.wantAck("acked and bad")
	b.roundTrip(p, "good")
	text := b.logs.String()
	if strings.Count(text, "envelope handler panicked") != 2 || strings.Contains(text, "private") {
		t.Errorf("logs: %s", text)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	kinds, acks := make(chan string, 1), make(chan error, 1)
	cfg := briskly()
	cfg.Observe.Envelope = func(kind string) { kinds <- kind }
	cfg.Observe.Ack = func(latency time.Duration, err error) {
		if latency <= 0 {
			t.Errorf("latency %s", latency)
		}
		acks <- err
	}
	b := start(t, s, cfg)
	b.roundTrip(s.greet(), "watched")
	if kind := receive(t, kinds, "the kind"); kind != "slash_commands" {
		t.Error(kind)
	}
	if err := receive(t, acks, "the latency"); err != nil {
		t.Error(err)
	}
}

func TestShutdown(t *testing.T) {
	t.Parallel()

	t.Run("waits for the acknowledgement in hand and takes nothing new", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		cfg := briskly()
		cfg.Drain = patience
		b := start(t, s, cfg)
		p := s.greet()
		p.envelope("in hand")
		e := b.next()
		b.stop()
		p.envelope("too late")
		eventually(t, "the late envelope refused", func() bool { return strings.Contains(b.logs.String(), "left to Slack") })
		none(t, b.ended, "the end of Run before the acknowledgement")
		b.ack(e, nil)
		p.wantAck("in hand")
		if err := receive(t, b.ended, "the end of Run"); err != nil {
			t.Errorf("Run: %v", err)
		}
		wantCode(t, receive(t, p.gone, "the close"), websocket.CloseNormalClosure)
		none(t, b.inbox, "an envelope after the stop")
		none(t, p.frames, "an acknowledgement of what was not handled")
	})

	t.Run("does not wait for ever, nor for Slack to hang up", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		cfg := briskly()
		cfg.Drain = 20 * time.Millisecond
		b := start(t, s, cfg)
		p := s.next() // never read: it will not answer the close frame
		p.hello(1)
		p.envelope("never acknowledged")
		b.next()
		b.stop()
		if err := receive(t, b.ended, "the end of Run"); err != nil {
			t.Errorf("Run: %v", err)
		}
	})

	t.Run("is not held up by a write that is stuck", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		cfg := briskly()
		cfg.Write = time.Hour
		b := start(t, s, cfg)
		p := s.next() // never read: TCP's buffers fill up
		p.hello(1)
		written := make(chan error)
		for stuck := false; !stuck; {
			p.envelope("more")
			e := b.next()
			go func() { written <- e.Ack(context.Background(), strings.Repeat("x", 20000)) }()
			select {
			case err := <-written:
				if err != nil {
					t.Fatal(err)
				}
			case <-time.After(500 * time.Millisecond):
				stuck = true
			}
		}
		b.stop()
		if err := receive(t, written, "the end of the stuck Ack"); err == nil {
			t.Error("a stuck acknowledgement counted as written")
		}
		if err := receive(t, b.ended, "the end of Run"); err != nil {
			t.Errorf("Run: %v", err)
		}
	})

	t.Run("is at once while no socket is open", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		asked := make(chan struct{}, 1000)
		s.openError = func(int32) error { asked <- struct{}{}; return errors.New("no network") }
		cfg := briskly()
		cfg.Retry = time.Hour
		b := start(t, s, cfg)
		receive(t, asked, "the first attempt")
		b.stop()
		if err := receive(t, b.ended, "the end of Run"); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}
