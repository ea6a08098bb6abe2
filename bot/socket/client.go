package socket

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// maxSockets is how many sockets Slack lets one app have.
const maxSockets = 10

// ackLimit is how long Slack waits for an acknowledgement; a later one changes nothing.
const ackLimit = 3 * time.Second

// Opener asks Slack (apps.connections.open) for the address of one new socket. The address
// is good once and soon stale, so it is asked for before every attempt.
//
// An error that holds one of slack-go's slack.SlackErrorResponse values may end Run (see
// Fatal), a *slack.RateLimitedError is waited out, everything else is retried.
type Opener func(ctx context.Context) (url string, err error)

// Handler takes one envelope. It is called on the goroutine that reads the socket, in order
// of arrival, and must not block: while it runs, the socket answers no ping. It may call
// Ack, now or later, from any goroutine. The context outlives Run's, so that what is in
// hand at a shutdown can be finished.
//
// A panic is logged, and the envelope acknowledged without a payload if it was not yet.
type Handler func(ctx context.Context, e *Envelope)

// Config tunes a Client. The zero value is right for production.
type Config struct {
	// Connections is how many sockets are held, 1 to 10; 0 means 2. While sockets are
	// replaced there may be twice as many, but never more than Slack's 10.
	Connections int
	// Stagger is the pause between opening one slot and the next, so that Slack does not
	// recycle them together; 0 means 3 s.
	Stagger time.Duration
	// Linger is how long a socket is still read after Slack announced its end, or a tenth of
	// that where another needs its place; 0 means 30 s.
	Linger time.Duration
	// Silence is how long nothing at all, not even a ping or pong, may be heard before a
	// socket counts as dead; 0 means 30 s.
	Silence time.Duration
	// Ping is the pause between our own pings; 0 means 10 s.
	Ping time.Duration
	// Handshake limits each step of opening (asking for the address, dialling, Slack's
	// hello); 0 means 10 s.
	Handshake time.Duration
	// Write limits the sending of one frame; 0 means 5 s.
	Write time.Duration
	// Drain is how long Run, told to stop, keeps the sockets open for acknowledgements
	// still to come; 0 means 2 s.
	Drain time.Duration
	// OpenEvery is how often Slack may be asked for a socket, all slots together, after a
	// burst of four; 0 means every 1.5 s.
	OpenEvery time.Duration
	// Retry is the least pause between openings after one that failed, all slots
	// together; 0 means 0.5 s.
	Retry time.Duration
	// Crowded is the least pause after Slack said that the app has too many sockets; up
	// to half is added at random. 0 means 60 s.
	Crowded time.Duration

	// Transport says how connections leave this machine: its Proxy, DialContext and
	// TLSClientConfig hold for WebSockets. Nil means what net/http has by default, so that
	// the environment's proxies and certificates are heeded.
	Transport *http.Transport

	// Logger's zero value logs nothing.
	Logger  zerolog.Logger
	Observe Observe
}

// Observe has hooks for metrics, each of them optional. They are called on the goroutines
// that serve the sockets: they must be quick and must not call the Client.
type Observe struct {
	// Live is told how many sockets are up, whenever that changes.
	Live func(sockets int)
	// Strangers is told once that Slack counts more sockets than this Client holds.
	Strangers func(counted, held int)
	// Envelope is told the type, in Slack's words, of each envelope handed to the Handler.
	Envelope func(kind string)
	// Ack is told how an acknowledgement ended, and the time since its envelope was read.
	Ack func(latency time.Duration, err error)
}

func (cfg Config) withDefaults() Config {
	if cfg.Connections == 0 {
		cfg.Connections = 2
	}
	cfg.Connections = min(max(cfg.Connections, 1), maxSockets)
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	if cfg.Transport.DialContext == nil {
		cfg.Transport = cfg.Transport.Clone()
		cfg.Transport.DialContext = new(net.Dialer).DialContext
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&cfg.Stagger, 3 * time.Second},
		{&cfg.Linger, 30 * time.Second},
		{&cfg.Silence, 30 * time.Second},
		{&cfg.Ping, 10 * time.Second},
		{&cfg.Handshake, 10 * time.Second},
		{&cfg.Write, 5 * time.Second},
		{&cfg.Drain, 2 * time.Second},
		{&cfg.OpenEvery, 1500 * time.Millisecond},
		{&cfg.Retry, 500 * time.Millisecond},
		{&cfg.Crowded, time.Minute},
	} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	return cfg
}

// Client holds the sockets of one app. Make it with New.
type Client struct {
	ask      Opener
	handle   Handler
	cfg      Config
	log      zerolog.Logger
	openings *openings

	sockets
	inHand inHand

	ready         event      // Slack has said hello for the first time
	fatal         chan error // what ends Run
	strangersOnce sync.Once
}

// sockets are those of a Client.
type sockets struct {
	seats   chan struct{} // one taken for each socket from before it is dialled until it is closed
	tenders sync.WaitGroup

	mu      sync.Mutex
	conns   map[*conn]bool // dialled and not dead; true once hello was heard
	trouble string         // why the last socket was lost or not opened
}

// New makes a Client. Nothing happens before Run.
func New(open Opener, cfg Config) *Client {
	cfg = cfg.withDefaults()
	return &Client{
		ask:      open,
		cfg:      cfg,
		log:      cfg.Logger,
		openings: newOpenings(cfg),
		sockets: sockets{
			seats: make(chan struct{}, min(2*cfg.Connections, maxSockets)),
			conns: make(map[*conn]bool),
		},
		inHand: inHand{acked: make(chan struct{}, 1)},
		ready:  newEvent(),
		fatal:  make(chan error, 1),
	}
}

// Run keeps the sockets open, and hands what comes to handle, until ctx ends or Slack says something that no retry can mend;
// then the error is a *Fatal. Either way no further envelope is handed over, the sockets
// stay open until those in hand are acknowledged (at most Config.Drain, and no longer than
// Slack would wait), and then all are closed. Envelopes that arrive meanwhile are left
// unacknowledged, so that the person sees Slack's own error and not a silence.
//
// Run may be called once.
func (c *Client) Run(ctx context.Context, handle Handler) error {
	c.handle = handle
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var slots sync.WaitGroup
	for slot := range c.cfg.Connections {
		slots.Go(func() { c.keepOpen(ctx, slot) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-c.fatal:
		stop()
	}
	slots.Wait()
	c.drain()
	c.endAll()
	c.tenders.Wait()
	return err
}

// Live is the number of sockets on which Slack has said hello and which are not dead,
// those about to be closed by Slack included.
func (c *Client) Live() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.countLive()
}

// Ready is closed when Slack has said hello for the first time.
func (c *Client) Ready() <-chan struct{} { return c.ready.happened }

// Status says in one line, fit for operators, how many sockets are up, and if some are
// missing, what went wrong last.
func (c *Client) Status() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	up := min(c.countLive(), c.cfg.Connections)
	status := fmt.Sprintf("%d of %d sockets up", up, c.cfg.Connections)
	if up < c.cfg.Connections && c.trouble != "" {
		status += "; last trouble: " + c.trouble
	}
	return status
}

func (c *Client) countLive() int {
	n := 0
	for _, greeted := range c.conns {
		if greeted {
			n++
		}
	}
	return n
}

// observeLive is called with c.mu held, so that the gauge never goes back to an older count.
func (c *Client) observeLive() {
	if c.cfg.Observe.Live != nil {
		c.cfg.Observe.Live(c.countLive())
	}
}

// fail makes Run end with err.
func (c *Client) fail(err error) {
	select {
	case c.fatal <- err:
	default: // it is ending already
	}
}

// drain waits for the acknowledgements of envelopes in hand. One that nobody will ever
// acknowledge holds it up no longer than Slack would wait.
func (c *Client) drain() {
	_, last := c.inHand.state()
	timeout := time.After(min(c.cfg.Drain, time.Until(last.Add(ackLimit))))
	for {
		count, _ := c.inHand.state()
		if count == 0 {
			return
		}
		select {
		case <-c.inHand.acked:
		case <-timeout:
			c.log.Warn().Int("envelopes", count).Msg("stopped with envelopes unacknowledged")
			return
		}
	}
}

func (c *Client) endAll() {
	c.mu.Lock()
	open := slices.Collect(maps.Keys(c.conns))
	c.mu.Unlock()
	for _, s := range open {
		c.end(s, errStopped)
	}
}
