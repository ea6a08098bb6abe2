package postgres_test

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

// proxy is a way to a Postgres server that can be cut.
type proxy struct {
	listener net.Listener
	server   string // path of its socket
	// atCommit goes wrong with the next COMMIT.
	atCommit atomic.Pointer[fault]

	mu          sync.Mutex
	closed      bool
	silent      bool // for later connections, too
	open        map[net.Conn]struct{}
	connections []*connection
}

// fault is what becomes of a COMMIT: it waits for hold, if there is one, and is passed on
// whether or not the client is still there. The client gets answer in place of the server's,
// and the connection ends.
type fault struct {
	hold   <-chan struct{}
	answer []byte
	done   chan struct{} // closed when the server has carried it out
}

// connection is one through a proxy.
type connection struct {
	fault  atomic.Pointer[fault]
	silent atomic.Bool
}

// newProxy gives the URL that leads through it.
func newProxy(t *testing.T, databaseURL string) (*proxy, string) {
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
	p := &proxy{
		listener: l,
		server:   filepath.Join(q.Get("host"), ".s.PGSQL.5432"),
		open:     map[net.Conn]struct{}{},
	}
	q.Del("host")
	u.Host, u.RawQuery = l.Addr().String(), q.Encode()+"&sslmode=disable"
	var wg sync.WaitGroup
	wg.Go(func() { p.serve(&wg) })
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		wg.Wait()
	})
	return p, u.String()
}

func (p *proxy) serve(wg *sync.WaitGroup) {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("unix", p.server)
		if err != nil || !p.track(in, out) {
			_ = in.Close()
			continue
		}
		c := p.newConnection()
		wg.Go(func() { p.pass(out, in, func(b []byte) { p.watch(b, c) }, c) })
		wg.Go(func() { p.pass(in, out, nil, c) })
	}
}

func (p *proxy) newConnection() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &connection{}
	c.silent.Store(p.silent)
	p.connections = append(p.connections, c)
	return c
}

// fallSilent makes the connections there are say nothing any more, without an end; later ones
// work. That is how a failover looks from here.
func (p *proxy) fallSilent() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.connections {
		c.silent.Store(true)
	}
}

// staySilent makes the later ones silent as well.
func (p *proxy) staySilent() {
	p.mu.Lock()
	p.silent = true
	p.mu.Unlock()
	p.fallSilent()
}

// restore lets connections through again, and speak.
func (p *proxy) restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.silent = false, false
}

func (p *proxy) track(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.open[c] = struct{}{}
		if p.closed {
			_ = c.Close()
		}
	}
	return !p.closed
}

// cut ends all connections, and lets no others through.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.open {
		_ = c.Close()
		delete(p.open, c)
	}
}

func (p *proxy) watch(sent []byte, c *connection) {
	if !strings.Contains(strings.ToLower(string(sent)), "commit") {
		return
	}
	if f := p.atCommit.Swap(nil); f != nil {
		c.fault.Store(f)
		if f.hold != nil {
			<-f.hold
		}
	}
}

// pass has look only on the way to the server.
func (p *proxy) pass(to io.WriteCloser, from io.ReadCloser, look func([]byte), c *connection) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if c.silent.Load() {
			continue
		}
		if look != nil {
			look(buf[:n])
		} else if f := c.fault.Load(); f != nil {
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
func (p *proxy) dropCommit() { p.atCommit.Store(&fault{done: make(chan struct{})}) }

// holdCommit keeps the next COMMIT from the server until it is released. Meanwhile its
// contacts are locked, for tests on other schemas too: where locks matter, a test needs
// contacts of its own.
func (p *proxy) holdCommit(t *testing.T) (release func(), done <-chan struct{}) {
	t.Helper()
	hold := make(chan struct{})
	f := &fault{hold: hold, done: make(chan struct{})}
	p.atCommit.Store(f)
	release = sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	return release, f.done
}
