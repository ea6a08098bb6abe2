package page

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"sync"
	"time"

	"azeer-slack/sandbox"
)

//go:embed web
var embedded embed.FS

// Config is what a page may have besides the sandbox. All of it is optional.
type Config struct {
	// Bot is the app's process, for the switches that kill and start it; nil: there
	// are no such switches.
	Bot Bot
	// Goldens holds samples for the gallery, files *.golden.json in any folder.
	Goldens fs.FS
	// Notes says in a few words who somebody is, by handle, beside what the page
	// knows of the people whom every sandbox has.
	Notes map[string]string
	// Reachable lets the page listen where other machines can reach it, and serve them.
	// Whoever does can do all that the page can. It still refuses other sites in their
	// browsers.
	Reachable bool
	// Files takes the place of the embedded files, with index.html at its root, for
	// working on the page without building the program.
	Files fs.FS
}

// Bot is the process in which the app runs.
type Bot interface {
	Running() bool
	Kill() error  // ends it at once, as a crash does
	Start() error // starts it again; it does not wait until it is connected
}

// Page serves one sandbox to any number of browsers.
type Page struct {
	box      *sandbox.Sandbox
	cfg      Config
	files    fs.FS
	live     *live
	timeline *interactions
	switches switches
	watch    *sandbox.Watch
	owners   owners
	places   map[string]map[string]Place // last told, by handle and id; of follow only
	lifetime lifetime
}

// owners are who owns which contact, and since when.
type owners struct {
	mu        sync.Mutex
	byContact map[string]Owner
}

// lifetime is from New to Close.
type lifetime struct {
	ctx    context.Context // ends at Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // goroutines and requests

	mu     sync.Mutex
	closed bool
	server *http.Server
}

// New makes a page of a sandbox and begins to follow it. End it with Close, before
// the sandbox.
func New(box *sandbox.Sandbox, cfg Config) *Page {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Page{box: box, cfg: cfg, files: cfg.Files, live: newLive(time.Now()), places: map[string]map[string]Place{},
		owners: owners{byContact: map[string]Owner{}}, lifetime: lifetime{ctx: ctx, cancel: cancel}}
	if p.files == nil {
		p.files, _ = fs.Sub(embedded, "web") // fails for invalid paths only
	}
	p.timeline = newInteractions(p)
	p.watch = box.Watch()
	p.begin()
	p.lifetime.wg.Go(p.follow)
	return p
}

// Handler serves the page to a server that listens on loopback, or on any address where
// the page is [Config.Reachable]; see also Listen.
func (p *Page) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/state", p.serveState)
	mux.HandleFunc("GET /api/events", p.serveEvents)
	mux.HandleFunc("POST /api/act", p.serveAct)
	mux.HandleFunc("GET /api/gallery", p.serveGallery)
	mux.HandleFunc("GET /", p.serveFile)
	return p.guard(p.counted(mux))
}

// Listen serves the page at addr, which must be a loopback address, 127.0.0.1:0 or
// localhost:4390, say, unless the page is [Config.Reachable]. It returns the URL to open
// on this machine.
func (p *Page) Listen(addr string) (url string, err error) {
	if err := p.allowed(addr); err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen for browsers: %w", err)
	}
	if !p.cfg.Reachable && !isLoopback(listener.Addr()) {
		return "", errors.Join(fmt.Errorf("%s is no loopback address", addr), listener.Close())
	}
	life := &p.lifetime
	life.mu.Lock()
	defer life.mu.Unlock()
	if life.closed || life.server != nil {
		return "", errors.Join(errors.New("the page is closed, or listens already"), listener.Close())
	}
	server := &http.Server{Handler: p.Handler(), ReadHeaderTimeout: 10 * time.Second}
	life.server = server
	life.wg.Go(func() { _ = server.Serve(listener) }) // ends with ErrServerClosed
	return urlOf(listener.Addr()), nil
}

// urlOf is where this machine finds a listener; one of all addresses has no own name.
func urlOf(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d/", tcp.Port)
	}
	return "http://" + addr.String() + "/"
}

// Close ends all connections and returns when no goroutine of the page is left.
func (p *Page) Close() error {
	life := &p.lifetime
	life.mu.Lock()
	life.closed = true
	server := life.server
	life.mu.Unlock()
	life.cancel()
	p.watch.Stop()
	var err error
	if server != nil {
		err = server.Close()
	}
	life.wg.Wait()
	return err
}

// counted counts requests under way, so that Close can wait for them.
func (p *Page) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		life := &p.lifetime
		life.mu.Lock()
		closed := life.closed
		if !closed {
			life.wg.Add(1)
		}
		life.mu.Unlock()
		if closed {
			panic(http.ErrAbortHandler)
		}
		defer life.wg.Done()
		next.ServeHTTP(w, r)
	})
}

// until returns a context that ends with the request or the page.
func (p *Page) until(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(p.lifetime.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}
