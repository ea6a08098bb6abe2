package socket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/socket"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

func TestConnectedOnlyAfterHello(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.next()
	p.listen()
	p.envelope("early") // shows that the client reads, and that it misses nothing even now
	b.next()
	if b.Live() != 0 {
		t.Error("counted as live before hello")
	}
	none(t, b.Ready(), "ready before hello")
	p.hello(1)
	receive(t, b.Ready(), "ready")
	if got := b.Status(); got != "1 of 1 sockets up" {
		t.Errorf("Status() = %q", got)
	}
}

func TestNoHelloMeansAnotherSocket(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Handshake = 20 * time.Millisecond
	b := start(t, s, cfg)
	mute := s.next()
	mute.listen()
	receive(t, mute.gone, "the end of the mute socket")
	if got := b.Status(); !strings.HasPrefix(got, "0 of 1 sockets up") {
		t.Errorf("Status() = %q", got)
	}
}

func TestOpensEverySlot(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 3
	b := start(t, s, cfg)
	for range 3 {
		s.greet()
	}
	b.wantLive(3)
	none(t, s.arrived, "a fourth socket")
}

func TestAnnouncedEnd(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"warning", "refresh_requested", "something_new"} {
		t.Run(reason+" opens a successor while the old socket is read on", func(t *testing.T) {
			t.Parallel()
			s := newSlack(t)
			b := start(t, s, briskly())
			old := s.greet()
			b.wantLive(1)
			old.disconnect(reason)
			old.envelope("right behind")
			e := b.next()
			b.ack(e, nil)
			old.wantAck("right behind")
			fresh := s.greet()
			b.wantLive(2)
			b.roundTrip(old, "much later")
			b.roundTrip(fresh, "on the new one")
			old.cut()
			b.wantLive(1)
			b.roundTrip(fresh, "afterwards")
			none(t, s.arrived, "a third socket")
		})
	}

	t.Run("old socket stays when no successor can be opened", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		failed := make(chan int32, 100)
		s.openError = func(attempt int32) error {
			if attempt == 1 {
				return nil
			}
			failed <- attempt
			return errors.New("no network")
		}
		b := start(t, s, briskly())
		old := s.greet()
		old.disconnect("warning")
		for range 3 {
			receive(t, failed, "a failed attempt")
		}
		b.roundTrip(old, "still heard")
	})

	t.Run("old socket is closed when Slack forgets to", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		cfg := briskly()
		cfg.Linger = 20 * time.Millisecond
		b := start(t, s, cfg)
		old := s.greet()
		old.disconnect("refresh_requested")
		fresh := s.greet()
		wantCode(t, receive(t, old.gone, "the close"), websocket.CloseNormalClosure)
		b.roundTrip(fresh, "after the linger")
	})
}

func TestTooManySocketsBacksOffAndKeepsTheOthers(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 2
	cfg.Crowded = 50 * time.Millisecond
	b := start(t, s, cfg)
	first := s.greet()
	extra := s.next()
	extra.listen()
	refused := time.Now()
	extra.disconnect("too_many_websockets")
	receive(t, extra.gone, "the end of the refused socket")
	b.roundTrip(first, "meanwhile")
	eventually(t, "a status that says so", func() bool {
		got := b.Status()
		return strings.Contains(got, "1 of 2") && strings.Contains(got, "too_many_websockets")
	})
	s.greet()
	if waited := time.Since(refused); waited < cfg.Crowded {
		t.Errorf("tried again after %s, want at least %s", waited, cfg.Crowded)
	}
}

func TestLinkDisabledEndsRun(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 2
	b := start(t, s, cfg)
	first, second := s.greet(), s.greet()
	second.disconnect("link_disabled")
	wantFatal(t, receive(t, b.ended, "the end of Run"), "link_disabled")
	wantCode(t, receive(t, first.gone, "the close"), websocket.CloseNormalClosure)
	if b.Live() != 0 {
		t.Error("sockets live after Run")
	}
}

func TestLinkDisabledOnALingeringSocketEndsRun(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	old := s.greet()
	old.disconnect("warning")
	s.greet()
	old.disconnect("link_disabled")
	wantFatal(t, receive(t, b.ended, "the end of Run"), "link_disabled")
}

func TestOpenerRefusals(t *testing.T) {
	t.Parallel()
	fatal := []string{
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
		"not_allowed_token_type", "missing_scope", "no_permission", "access_denied", "team_disabled",
		"user_removed_from_team", "org_login_required", "two_factor_setup_required", "forbidden_team",
	}
	for _, code := range fatal {
		t.Run(code+" ends Run", func(t *testing.T) {
			t.Parallel()
			s := newSlack(t)
			s.openError = func(int32) error { return fmt.Errorf("open: %w", slack.SlackErrorResponse{Err: code}) }
			b := start(t, s, briskly())
			wantFatal(t, receive(t, b.ended, "the end of Run"), code)
			if n := s.opened.Load(); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
	retried := map[string]error{
		"internal_error":    slack.SlackErrorResponse{Err: "internal_error"},
		"team_added_to_org": slack.SlackErrorResponse{Err: "team_added_to_org"},
		"status 404":        slack.StatusCodeError{Code: 404, Status: "404 Not Found"},
		"no network":        &net.OpError{Op: "dial", Err: errors.New("network is unreachable")},
	}
	for name, err := range retried {
		t.Run(name+" is retried", func(t *testing.T) {
			t.Parallel()
			s := newSlack(t)
			s.openError = func(attempt int32) error {
				if attempt < 5 {
					return err
				}
				return nil
			}
			b := start(t, s, briskly())
			b.roundTrip(s.greet(), "at last")
		})
	}

	t.Run("rate limit is waited out", func(t *testing.T) {
		t.Parallel()
		const asked = 60 * time.Millisecond
		s := newSlack(t)
		limited := make(chan time.Time, 1)
		s.openError = func(attempt int32) error {
			if attempt > 1 {
				return nil
			}
			limited <- time.Now()
			return &slack.RateLimitedError{RetryAfter: asked}
		}
		start(t, s, briskly())
		s.greet()
		if waited := time.Since(<-limited); waited < asked {
			t.Errorf("tried again after %s, want at least %s", waited, asked)
		}
	})
}

func TestHandshakeRefusalIsRetried(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 408, 409, 429, 500, 503} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			s := newSlack(t)
			s.refuse = func(w http.ResponseWriter, attempt int32) bool {
				if attempt > 2 {
					return false
				}
				http.Error(w, "no", status)
				return true
			}
			b := start(t, s, briskly())
			b.roundTrip(s.greet(), "at last")
			if n := s.opened.Load(); n != 3 {
				t.Errorf("asked for %d addresses, want 3: each is good once", n)
			}
			if want := fmt.Sprintf("status %d", status); !strings.Contains(b.logs.String(), want) {
				t.Errorf("%q is not in the logs: %s", want, b.logs.String())
			}
		})
	}
}

func TestUntrustedAddressIsNotDialled(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 10)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- "server" }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // its complaints about the client are expected
	server.StartTLS()
	t.Cleanup(server.Close)
	for name, address := range map[string]string{
		"certificate of nobody we know": "wss" + strings.TrimPrefix(server.URL, "https") + "/link/?ticket=secret",
		"clear text to another machine": "ws://192.0.2.1/link/?ticket=secret",
		"not an address":                "wss://ticket=secret%zz:port",
		"empty":                         "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan struct{}, 1000)
			s := newSlack(t)
			b := &bot{t: t}
			cfg := briskly()
			var logged logs
			cfg.Logger = zerolog.New(&logged)
			b.Client = socket.New(func(context.Context) (string, error) {
				asked <- struct{}{}
				return address, nil
			}, cfg)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- b.Run(ctx, func(context.Context, *socket.Envelope) {}) }()
			for range 3 {
				receive(t, asked, "another attempt")
			}
			stop()
			if err := receive(t, ended, "the end of Run"); err != nil {
				t.Error(err)
			}
			none(t, reached, "a request")
			none(t, s.arrived, "a socket")
			if strings.Contains(b.Status()+logged.String(), "secret") {
				t.Errorf("ticket told: %s %s", b.Status(), logged.String())
			}
		})
	}
}

func TestUnreadableFramesAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	for _, text := range []string{
		"", "{", "null", "[]", "42", `"hello"`, "\xff\xfe", `{"type":5}`, `{}`,
		`{"type":"slash_commands"}`, `{"envelope_id":5}`, `{"envelope_id":"","type":"interactive"}`,
		strings.Repeat("[", 1<<20), `{"payload":` + strings.Repeat(`{"a":`, 1<<18),
	} {
		p.send(text)
	}
	if err := p.ws.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"slash_commands","envelope_id":"binary"}`)); err != nil {
		t.Fatal(err)
	}
	b.roundTrip(p, "after the rubbish")
	none(t, s.arrived, "another socket")
}

func TestFrameBeyondAllMeasureCostsOnlyTheSocket(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	b := start(t, s, briskly())
	p := s.greet()
	huge := `{"type":"slash_commands","envelope_id":"huge","payload":"` + strings.Repeat("a", 5<<20) + `"}`
	// Sending may fail: the client does not read it to its end.
	_ = p.ws.WriteMessage(websocket.TextMessage, []byte(huge))
	b.roundTrip(s.greet(), "on the next one")
}

func TestPingsAndPongs(t *testing.T) {
	t.Parallel()

	t.Run("server's ping is answered with its payload", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		start(t, s, briskly())
		p := s.greet()
		if err := p.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-7"), time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, p.pongs, "a pong"); got != "Ping from applink-7" {
			t.Errorf("pong %q", got)
		}
	})

	t.Run("pongs alone keep a socket alive", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		cfg := briskly()
		cfg.Ping, cfg.Silence = 20*time.Millisecond, time.Second
		b := start(t, s, cfg)
		p := s.greet()
		for range 75 { // half as long again as the limit
			receive(t, p.pings, "a ping")
		}
		b.roundTrip(p, "still there")
		none(t, s.arrived, "another socket")
	})

	t.Run("socket gone silent is replaced", func(t *testing.T) {
		t.Parallel()
		s := newSlack(t)
		cfg := briskly()
		cfg.Ping, cfg.Silence = 10*time.Millisecond, 100*time.Millisecond
		b := start(t, s, cfg)
		half := s.next() // never read from, so no ping is answered, while TCP stays open
		half.hello(1)
		fresh := s.greet()
		b.roundTrip(fresh, "on the new one")
		if !strings.Contains(b.logs.String(), "nothing heard for 100ms") {
			t.Errorf("not logged: %s", b.logs.String())
		}
		half.listen()
		receive(t, half.gone, "the end of the silent socket")
	})
}

func TestStrangersOnTheAppAreReportedOnce(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 2
	b := start(t, s, cfg)
	for range 2 {
		p := s.next()
		p.listen()
		p.hello(4)
	}
	b.wantLive(2)
	b.stop()
	receive(t, b.ended, "the end of Run")
	if n := strings.Count(b.logs.String(), "another copy of the bot"); n != 1 {
		t.Errorf("reported %d times: %s", n, b.logs.String())
	}
}

func TestOwnSocketsAreNoStrangers(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 2
	b := start(t, s, cfg)
	for n := range 2 {
		p := s.next()
		p.listen()
		p.hello(n + 1)
	}
	b.wantLive(2)
	b.stop()
	receive(t, b.ended, "the end of Run")
	if strings.Contains(b.logs.String(), "another copy of the bot") {
		t.Error(b.logs.String())
	}
}

// Slack greets a second socket while the first is being closed.
func TestAStopMakesNoStrangers(t *testing.T) {
	t.Parallel()
	for range 50 {
		s := newSlack(t)
		cfg := briskly()
		cfg.Connections = 2
		b := start(t, s, cfg)
		s.greet()
		second := s.next()
		b.wantLive(1)
		go b.stop()
		second.hello(2)
		receive(t, b.ended, "the end of Run")
		if strings.Contains(b.logs.String(), "another copy of the bot") {
			t.Fatal(b.logs.String())
		}
	}
}

// Not parallel: it counts goroutines.
func TestFiftyRefreshesLeakNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 2
	b := start(t, s, cfg)
	current := []*peer{s.greet(), s.greet()}
	for n := range 50 {
		old := current[n%2]
		old.disconnect("refresh_requested")
		current[n%2] = s.greet()
		b.roundTrip(old, fmt.Sprintf("old %d", n))
		b.roundTrip(current[n%2], fmt.Sprintf("new %d", n))
		if n%2 == 0 {
			old.cut() // as Slack does
		} else if err := old.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		receive(t, old.gone, "the end of the old socket")
	}
	s.mu.Lock()
	peak := s.peak
	s.mu.Unlock()
	if peak > 4 {
		t.Errorf("%d sockets at once, want at most 4", peak)
	}
	b.stop()
	if err := receive(t, b.ended, "the end of Run"); err != nil {
		t.Fatal(err)
	}
	for _, p := range current {
		receive(t, p.gone, "the close")
	}
	s.server.Close()
	eventually(t, "no goroutine left behind", func() bool { return runtime.NumGoroutine() <= before+1 })
}

func TestNeverMoreThanTenSockets(t *testing.T) {
	t.Parallel()
	s := newSlack(t)
	cfg := briskly()
	cfg.Connections = 99
	b := start(t, s, cfg)
	var all []*peer
	for range 10 {
		all = append(all, s.greet())
	}
	b.wantLive(10)
	for _, p := range all {
		p.disconnect("warning")
	}
	for _, p := range all {
		b.roundTrip(p, "before the close")
		p.cut()
		s.greet()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peak > 10 {
		t.Errorf("%d sockets at once", s.peak)
	}
}

func wantFatal(t *testing.T, err error, code string) {
	t.Helper()
	var fatal *slackcall.Fatal
	if !errors.As(err, &fatal) {
		t.Fatalf("Run: %v, want a *Fatal", err)
	}
	if fatal.Code != code || len(fatal.Cure) < 20 {
		t.Errorf("fatal %q, cure %q; want code %q and a cure", fatal.Code, fatal.Cure, code)
	}
}

func wantCode(t *testing.T, err error, code int) {
	t.Helper()
	if !websocket.IsCloseError(err, code) {
		t.Errorf("socket ended with %v, want close code %d", err, code)
	}
}

// eventually polls what no channel tells.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			buf := make([]byte, 1<<16)
			t.Fatalf("waited %s for: %s\n%s", patience, what, buf[:runtime.Stack(buf, true)])
		}
	}
}
