//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/journal/journaltest"
	"azeer-slack/sandbox/azeer"

	"github.com/jackc/pgx/v5"
)

// shared is a world whose journal is in Postgres.
func shared(t *testing.T) *world {
	t.Helper()
	return begin(t, with("DATABASE_URL", journaltest.StartPostgres(t)))
}

// another is a second instance of the program in the same world.
func (w *world) another() *world {
	w.t.Helper()
	second := *w
	second.start()
	w.t.Cleanup(func() {
		if second.ended {
			return
		}
		if err := second.halt(); err != nil {
			w.t.Errorf("the second instance stopped with: %v", err)
		}
	})
	w.awaitSockets(4)
	return &second
}

// beside starts another instance, to which alone Slack delivers from now on. The first
// goes on with what it has, and does not know.
func (w *world) beside() *world {
	w.t.Helper()
	old := w.Slack.Sockets()
	second := w.another()
	w.Slack.Mute(old...)
	return second
}

func TestInstancesDoARedeliveredCommandOnce(t *testing.T) {
	w := shared(t)
	manager := w.person("manager")
	d := manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	second := w.beside()
	w.Slack.Redeliver(d)
	if err := second.halt(); err != nil { // which first finishes what was delivered
		t.Fatal(err)
	}
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestInstancesTakeASecondEnterForTheFirst(t *testing.T) {
	w := shared(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Minute})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	w.beside()
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("Already on it")
	w.Azeer.Behave()
	manager.reads("now belongs to")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestInstancesKeepTheOrderOfAContact(t *testing.T) {
	w := shared(t)
	const slow = 2 * time.Second
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: slow})
	manager, sara := w.person("manager"), w.person("sara")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	first := w.lastCall()
	w.beside()
	sara.types("#general", "/assign 0544444444 me")
	sara.reads("now belongs to", "sara@twerlo.com")
	manager.reads("now belongs to", "omar@twerlo.com")
	w.owner("966544444444", "sara@twerlo.com")
	if after := w.lastCall().Sub(first); after < slow {
		t.Errorf("the second call came %v after the first, which took %v", after, slow)
	}
}

func TestInstancesSupersedeEachOther(t *testing.T) {
	w := shared(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 503, RetryAfter: "60"})
	manager, sara := w.person("manager"), w.person("sara")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	w.beside()
	sara.types("#general", "/assign 0544444444 me")
	sara.reads("now belongs to", "sara@twerlo.com")
	manager.reads("a newer request", "@Sara Ali asked to assign it to @Sara Ali")
	w.owner("966544444444", "sara@twerlo.com")
}

func TestTheLastWordWinsWhicheverInstanceHearsIt(t *testing.T) {
	w := shared(t)
	w.another()
	w.Azeer.Always(azeer.Misbehaviour{Latency: 20 * time.Millisecond})
	manager := w.person("manager")
	agents := []string{"omar", "sara", "layla", "noura"}
	const commands = 30
	for n := range commands {
		manager.types("#support", fmt.Sprintf("/assign 0544444444 %s@twerlo.com", agents[n%len(agents)]))
	}
	for range commands {
		manager.reads("+966 54 444 4444")
	}
	w.owner("966544444444", agents[(commands-1)%len(agents)]+"@twerlo.com")
}

func TestAnotherInstanceTakesOverFromOneThatStops(t *testing.T) {
	w := shared(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 503, RetryAfter: "60"})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	w.beside()
	if err := w.halt(); err != nil {
		t.Fatal(err)
	}
	manager.reads("now belongs to", "Omar Hassan")
	if n := w.calls(); n != 2 {
		t.Errorf("%d calls to Azeer, want 2", n)
	}
}

func TestWhatAStoppingInstanceHasNotBegunIsDoneByAnother(t *testing.T) {
	w := begin(t, with("DATABASE_URL", journaltest.StartPostgres(t)), with("AZEER_CONCURRENCY", "1"))
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Minute})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	manager.types("#support", "/assign 0544444445 sara@twerlo.com")
	w.beside()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := w.halt(); err != nil {
			t.Error(err)
		}
	}()
	manager.reads("+966 54 444 4445", "now belongs to", "Sara Ali")
	select {
	case <-stopped: // when its call was cut, after some seconds
		t.Error("the other instance was left to wait until this one had stopped")
	default:
	}
	<-stopped
	manager.reads("+966 54 444 4444", "now belongs to", "Omar Hassan")
}

func TestADatabaseThatIsAwayStoresNothing(t *testing.T) {
	databaseURL, proxy := wired(t, journaltest.StartPostgres(t))
	w := begin(t, with("DATABASE_URL", databaseURL))
	w.isBrokenBy(func() func() {
		proxy.set(cut)
		return func() { proxy.set(sound) }
	}, "the database cannot be reached: see whether it runs")
}

func TestAnOutcomeWaitsForTheDatabase(t *testing.T) {
	databaseURL, proxy := wired(t, journaltest.StartPostgres(t))
	w := begin(t, with("DATABASE_URL", databaseURL))
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Minute})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	proxy.set(cut)
	w.Azeer.Behave()
	w.untilLogged("outcome could not be stored", 1)
	proxy.set(sound)
	manager.reads("now belongs to", "Omar Hassan")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestADatabaseThatSaysNothingIsNotWaitedFor(t *testing.T) {
	databaseURL, proxy := wired(t, journaltest.StartPostgres(t))
	w := begin(t, with("DATABASE_URL", databaseURL))
	w.expectError("request not stored")
	manager := w.person("manager")
	proxy.set(silent)
	seen := 0
	for range 3 { // whatever else the journal is asked at the same time
		manager.types("#support", "/assign 0544444444 omar@twerlo.com")
		switch said := manager.reads().Plain(); {
		case strings.Contains(said, "Nothing was done"):
			seen++
		case !strings.Contains(said, "If it is saved after all"): // a busy machine may see that too late
			t.Errorf("manager read %q", said)
		}
	}
	if seen == 0 {
		t.Error("that nothing was stored was never seen in time")
	}
	if ready, reasons := w.ready(); ready || !strings.Contains(reasons, "does not answer") {
		t.Errorf("ready %v: %s", ready, reasons)
	}
	proxy.set(sound)
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer: what was refused was carried out", n)
	}
}

func TestADatabaseThatSaysNothingDoesNotHoldUpTheStop(t *testing.T) {
	server := journaltest.StartPostgres(t)
	databaseURL, proxy := wired(t, server)
	w := begin(t, with("DATABASE_URL", databaseURL))
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Minute})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	proxy.set(silent)
	w.Azeer.Behave() // it is done, and that cannot be stored
	stopping := time.Now()
	err := w.halt()
	if took := time.Since(stopping); took > 10*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if err == nil || !strings.Contains(err.Error(), "close journal") {
		t.Errorf("stopped with %v", err)
	}
	proxy.set(sound)
	w.endLeases(server)
	w.start()
	manager.reads("now belongs to", "Omar Hassan")
}

// endLeases has all instances dead, as when their leases have run out.
func (w *world) endLeases(server string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.ctx, server)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = conn.Exec(w.ctx, "DELETE FROM instances")
	if err := errors.Join(err, conn.Close(w.ctx)); err != nil {
		w.t.Fatal(err)
	}
}

// proxy is the way to a Postgres server.
type proxy struct {
	listener net.Listener
	server   string // path of its socket

	mu      sync.Mutex
	state   state
	changed chan struct{}
	open    []net.Conn
}

type state int

const (
	sound  state = iota
	cut          // connections end, and no new ones are taken
	silent       // connections stay, and nothing passes
)

// wired gives the URL that leads to a server through a proxy of its own.
func wired(t *testing.T, databaseURL string) (string, *proxy) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	l := &proxy{listener: listener, changed: make(chan struct{}),
		server: filepath.Join(query.Get("host"), ".s.PGSQL.5432")}
	query.Del("host")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = listener.Addr().String(), query.Encode()
	var serving sync.WaitGroup
	serving.Go(func() { l.serve(&serving) })
	t.Cleanup(func() {
		_ = listener.Close()
		l.set(cut)
		serving.Wait()
	})
	return u.String(), l
}

func (l *proxy) set(s state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = s
	close(l.changed)
	l.changed = make(chan struct{})
	if s == cut {
		for _, c := range l.open {
			_ = c.Close()
		}
		l.open = nil
	}
}

// now gives the state, and a channel that is closed when that is over.
func (l *proxy) now() (state, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state, l.changed
}

func (l *proxy) serve(serving *sync.WaitGroup) {
	for {
		in, err := l.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("unix", l.server)
		if err != nil {
			_ = in.Close()
			continue
		}
		l.mu.Lock()
		l.open = append(l.open, in, out)
		if l.state == cut {
			_, _ = in.Close(), out.Close()
		}
		l.mu.Unlock()
		serving.Go(func() { l.pass(in, out) })
		serving.Go(func() { l.pass(out, in) })
	}
}

// pass carries what comes from one end to the other, while the proxy is not silent.
func (l *proxy) pass(to io.WriteCloser, from io.ReadCloser) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		for s, changed := l.now(); s == silent; s, changed = l.now() {
			<-changed
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
