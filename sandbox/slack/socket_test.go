package slack

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack/rule"

	"github.com/gorilla/websocket"
)

func TestTicketsAreGoodOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	used := socketURL(t, s)
	first, _, err := websocket.DefaultDialer.Dial(used, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	made := "ws" + strings.TrimPrefix(s.Slack.URL(), "http") + "/link/?ticket=made-up"
	for _, target := range []string{used, made} {
		if _, _, err := websocket.DefaultDialer.Dial(target, nil); !errors.Is(err, websocket.ErrBadHandshake) {
			t.Errorf("%s: %v", target, err)
		}
		wantBreach(t, s, rule.Ticket)
	}
}

func TestTicketsGoOff(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{Ticket: 1}})
	if _, _, err := websocket.DefaultDialer.Dial(socketURL(t, s), nil); !errors.Is(err, websocket.ErrBadHandshake) {
		t.Errorf("dial: %v", err)
	}
	wantBreach(t, s, rule.Ticket)
}

func TestEleventhSocketIsTurnedAway(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	for i := range 10 {
		f := connect(t, s).next()
		if f.Type != "hello" || f.NumConnections != i+1 {
			t.Fatalf("frame %+v", f)
		}
	}
	eleventh := connect(t, s)
	if f := eleventh.next(); f.Type != "disconnect" || f.Reason != "too_many_websockets" {
		t.Errorf("frame %+v", f)
	}
	if err := eleventh.ended(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("ends with %v", err)
	}
	if n := s.Slack.Connections(); n != 10 {
		t.Errorf("%d connections", n)
	}
	wantBreach(t, s, rule.TooManySockets)
}

func TestDisconnects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do     func(ws *Workspace)
		reason string
	}{
		"refresh":       {func(ws *Workspace) { ws.Refresh() }, "refresh_requested"},
		"warning":       {func(ws *Workspace) { ws.Warn(0) }, "warning"},
		"link disabled": {func(ws *Workspace) { ws.DisableLink() }, "link_disabled"},
		"too many":      {func(ws *Workspace) { ws.TooMany() }, "too_many_websockets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{Limits: quick})
			app := greet(t, s)
			c.do(s.Slack)
			if f := app.next(); f.Type != "disconnect" || f.Reason != c.reason || f.EnvelopeID != "" {
				t.Errorf("frame %+v", f)
			}
			if err := app.ended(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("ends with %v", err)
			}
			if n := s.Slack.Connections(); n != 0 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

func TestLinkDisabledTurnsAwayNewSockets(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	s.Slack.DisableLink()
	if f := connect(t, s).next(); f.Reason != "link_disabled" {
		t.Errorf("frame %+v", f)
	}
	if err := s.Slack.Restore(); err != nil {
		t.Fatal(err)
	}
	greet(t, s)
}

func TestEnvelopeRightBehindDisconnect(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{RefreshClose: time.Minute}})
	first := greet(t, s)
	greet(t, s)
	d := s.Slack.EnvelopeRightBehind("refresh_requested", func() *Delivery {
		return s.Slack.Person("omar").CommandAsync("#general", "/assign")
	})
	if f := first.next(); f.Reason != "refresh_requested" {
		t.Fatalf("frame %+v", f)
	}
	first.ack(first.next(), nil)
	if settle(t, d); d.Acked.IsZero() {
		t.Errorf("delivery %+v", d)
	}
}

func TestNothingIsDeliveredToALeavingSocket(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{RefreshClose: time.Minute}})
	greet(t, s)
	second := greet(t, s)
	s.Slack.Refresh(s.Slack.Sockets()[0])
	for range 5 {
		d := s.Slack.Person("omar").CommandAsync("#general", "/assign")
		second.ack(second.next(), nil)
		settle(t, d)
	}
}

func TestSilentAndHalfOpenSockets(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	greet(t, s)
	s.Slack.Mute()
	if d := s.Slack.Person("omar").Command("#general", "/assign"); d.Shown != ShownDispatch {
		t.Errorf("silent: shown %q", d.Shown)
	}
	s.Slack.Drop()
	greet(t, s)
	s.Slack.HalfOpen()
	if d := s.Slack.Person("omar").Command("#general", "/assign"); d.Shown != ShownTimeout {
		t.Errorf("half-open: shown %q", d.Shown)
	}
}

func TestAwayAndBack(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	before := s.Slack.APIURL()
	if err := s.Slack.Away(); err != nil {
		t.Fatal(err)
	}
	if err := app.ended(); err == nil {
		t.Error("the socket lives")
	}
	var refused *net.OpError
	if _, err := client.Post(before+"auth.test", "", nil); !errors.As(err, &refused) || refused.Op != "dial" {
		t.Errorf("while away: %v", err)
	}
	if err := s.Slack.Restore(); err != nil {
		t.Fatal(err)
	}
	if s.Slack.APIURL() != before {
		t.Errorf("comes back at %s, was %s", s.Slack.APIURL(), before)
	}
	greet(t, s)
}

func TestPings(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{Ping: 200 * time.Millisecond}})
	app := greet(t, s)
	pinged := make(chan string, 100)
	app.conn.SetPingHandler(func(data string) error {
		pinged <- data
		return app.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	go app.ended()
	for range 2 {
		if data := <-pinged; data != "Ping from applink-1" {
			t.Errorf("ping %q", data)
		}
	}
}

func TestUnansweredPingsAreABreach(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{Ping: 5 * time.Millisecond}})
	app := greet(t, s)
	app.conn.SetPingHandler(func(string) error { return nil })
	go app.ended()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for len(s.Breaches()) == 0 {
		<-tick.C
	}
	s.Slack.Mute()
	for _, b := range s.TakeBreaches() {
		if b.Rule != rule.Ping {
			t.Errorf("breach %s", b)
		}
	}
}

func TestPingsOfTheClientAreAnswered(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	answered := make(chan string, 1)
	app.conn.SetPongHandler(func(data string) error { answered <- data; return nil })
	_ = app.conn.WriteControl(websocket.PingMessage, []byte("hi"), time.Now().Add(time.Second))
	go app.ended()
	if data := <-answered; data != "hi" {
		t.Errorf("pong %q", data)
	}
}

func TestKeepingTCPOpenAfterClose(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Unsettled: Unsettled{KeepTCP: true}})
	app := greet(t, s)
	s.Slack.CloseSockets()
	if err := app.ended(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("ends with %v", err)
	}
	_ = app.conn.NetConn().SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	if _, err := app.conn.NetConn().Read(make([]byte, 1)); !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
		t.Errorf("TCP is not left open: %v", err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestOddFramesCanBeSent(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	s.Slack.SendRaw(`not JSON`)
	if _, raw, err := app.conn.ReadMessage(); err != nil || string(raw) != "not JSON" {
		t.Errorf("frame %q, %v", raw, err)
	}
}

func TestAMutedSocketCanBeUnmuted(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	number := s.Slack.Sockets()
	s.Slack.Mute()
	if got := s.Slack.Muted(); !slices.Equal(got, number) {
		t.Fatalf("muted are %v, want %v", got, number)
	}
	sara := s.Slack.Person("sara")
	if d := sara.Command("#general", "/assign"); d.Shown != ShownDispatch {
		t.Errorf("over a muted socket the person reads %q", d.Shown)
	}
	s.Slack.Unmute()
	if got := s.Slack.Muted(); len(got) != 0 {
		t.Errorf("still muted: %v", got)
	}
	d := sara.CommandAsync("#general", "/assign")
	app.ack(app.next(), nil)
	if err := d.Wait(testContext(t)); err != nil || d.Shown != "" {
		t.Errorf("after that: %v, the person reads %q", err, d.Shown)
	}
}
