package journal

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// gate is a way to a Postgres server that can be closed.
type gate struct {
	listener net.Listener
	server   string // path of its socket
	// atCommit goes wrong with the next COMMIT.
	atCommit atomic.Pointer[fault]

	mu     sync.Mutex
	closed bool
	silent bool // for later connections, too
	open   map[net.Conn]struct{}
	ways   []*way
}

// fault is what becomes of a COMMIT: it waits for hold, if there is one, and is passed on
// whether or not the client is still there. The client gets answer in place of the server's,
// and the connection ends.
type fault struct {
	hold   <-chan struct{}
	answer []byte
	done   chan struct{} // closed when the server has carried it out
}

// way is one connection through a gate.
type way struct {
	fault  atomic.Pointer[fault]
	silent atomic.Bool
}

// newGate gives the URL that leads through it.
func newGate(t *testing.T, databaseURL string) (*gate, string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{
		listener: l,
		server:   filepath.Join(q.Get("host"), ".s.PGSQL.5432"),
		open:     map[net.Conn]struct{}{},
	}
	q.Del("host")
	u.Host, u.RawQuery = l.Addr().String(), q.Encode()+"&sslmode=disable"
	var wg sync.WaitGroup
	wg.Go(func() { g.serve(&wg) })
	t.Cleanup(func() {
		_ = l.Close()
		g.set(true)
		wg.Wait()
	})
	return g, u.String()
}

func (g *gate) serve(wg *sync.WaitGroup) {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("unix", g.server)
		if err != nil || !g.admit(in, out) {
			_ = in.Close()
			continue
		}
		w := g.newWay()
		wg.Go(func() { g.pass(out, in, func(b []byte) { g.watch(b, w) }, w) })
		wg.Go(func() { g.pass(in, out, nil, w) })
	}
}

func (g *gate) newWay() *way {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := &way{}
	w.silent.Store(g.silent)
	g.ways = append(g.ways, w)
	return w
}

// mute makes the connections there are say nothing any more, without an end; later ones work.
// That is how a failover looks from here.
func (g *gate) mute() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range g.ways {
		w.silent.Store(true)
	}
}

func (g *gate) unmute() {
	g.mu.Lock()
	g.silent = false
	g.mu.Unlock()
	g.set(false)
}

// muteAll makes the later ones silent as well.
func (g *gate) muteAll() {
	g.mu.Lock()
	g.silent = true
	g.mu.Unlock()
	g.mute()
}

func (g *gate) admit(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range conns {
		g.open[c] = struct{}{}
		if g.closed {
			_ = c.Close()
		}
	}
	return !g.closed
}

// set closes or opens the gate; closing cuts all connections.
func (g *gate) set(closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = closed
	for c := range g.open {
		if closed {
			_ = c.Close()
			delete(g.open, c)
		}
	}
}

func (g *gate) watch(sent []byte, w *way) {
	if !strings.Contains(strings.ToLower(string(sent)), "commit") {
		return
	}
	if f := g.atCommit.Swap(nil); f != nil {
		w.fault.Store(f)
		if f.hold != nil {
			<-f.hold
		}
	}
}

// pass has look only on the way to the server.
func (g *gate) pass(to io.WriteCloser, from io.ReadCloser, look func([]byte), w *way) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if w.silent.Load() {
			continue
		}
		if look != nil {
			look(buf[:n])
		} else if f := w.fault.Load(); f != nil {
			_, _ = to.Write(f.answer)
			close(f.done)
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// dropCommit cuts the next connection that sends a COMMIT: once the server has carried it
// out, but before the answer is passed on.
func (g *gate) dropCommit() { g.atCommit.Store(&fault{done: make(chan struct{})}) }

// holdCommit keeps the next COMMIT from the server until it is released. Meanwhile its
// contacts are locked, for tests on other schemas too: where locks matter, a test needs
// contacts of its own.
func (g *gate) holdCommit(t *testing.T) (release func(), done <-chan struct{}) {
	t.Helper()
	hold := make(chan struct{})
	f := &fault{hold: hold, done: make(chan struct{})}
	g.atCommit.Store(f)
	release = sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	return release, f.done
}
