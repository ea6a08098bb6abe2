package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"
)

// Identifiers of the one workspace and the one app.
const (
	TeamID        = "T0BOX00001"
	PartnerTeamID = "T0PARTNER1" // the organisation of people who are here by Slack Connect
	AppID         = "A0BOX00001"
	BotID         = "B0BOX00001"
	BotUserID     = "U0BOT00001"
)

// Slack is the workspace: its people, channels and messages, the app's sockets,
// and Slack's own memory of triggers, views and response URLs.
type Slack struct {
	manifest  *Manifest
	limits    Limits
	unsettled Unsettled
	record    *recorder
	front     *front

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something changes
	closing chan struct{}
	closed  bool
	wg      sync.WaitGroup

	nextID    int
	lastMicro int64

	scopes                 []string
	botRevoked, appRevoked bool

	persons  []*Person
	channels []*channel
	groups   []*userGroup

	sockets    []*socket
	nextSocket int
	pinned     *socket // where the next envelope must go
	tickets    map[string]time.Time
	spent      map[string]bool // tickets used
	linkOff    bool

	deliveries   map[string]*Delivery
	triggers     map[string]*trigger
	triggerLag   time.Duration
	responseURLs map[string]*responseURL
	views        map[string]*view

	failures     map[string]*standing // by method; "response_url" for those
	slow         map[string]time.Duration
	rateLimits   bool
	calls        map[string][]time.Time // for rate limits
	blockedUntil map[string]time.Time
	apiCalls     []APICall
}

func newSlack(cfg Config, manifest *Manifest, record *recorder) (*Slack, error) {
	k := &Slack{
		manifest:     manifest,
		limits:       cfg.Limits.orDefaults(),
		unsettled:    cfg.Unsettled,
		record:       record,
		changed:      make(chan struct{}),
		closing:      make(chan struct{}),
		scopes:       manifest.BotScopes,
		tickets:      map[string]time.Time{},
		spent:        map[string]bool{},
		deliveries:   map[string]*Delivery{},
		triggers:     map[string]*trigger{},
		responseURLs: map[string]*responseURL{},
		views:        map[string]*view{},
		failures:     map[string]*standing{},
		slow:         map[string]time.Duration{},
		calls:        map[string][]time.Time{},
		blockedUntil: map[string]time.Time{},
	}
	k.populate()
	k.front = &front{addr: orLoopback(cfg.SlackAddr), handler: k.guard(k.routes())}
	if err := k.front.up(); err != nil {
		return nil, err
	}
	return k, nil
}

// URL returns the base address of the workspace's server, without a slash.
func (k *Slack) URL() string { return "http://" + k.front.address() }

// APIURL returns the base of the Web API, with its slash: SLACK_API_URL.
func (k *Slack) APIURL() string { return k.URL() + "/api/" }

func (k *Slack) close() error {
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return nil
	}
	k.closed = true
	close(k.closing)
	for _, s := range k.sockets {
		s.drop()
	}
	for _, d := range k.deliveries {
		if d.state == ackAwaited {
			d.Shown = k.shownOnFailure(d)
			d.settle(ackExpired)
		}
	}
	k.mu.Unlock()
	err := k.front.down()
	k.wg.Wait()
	return err
}

// routes are the paths that Slack serves to an app.
func (k *Slack) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", k.serveAPI)
	mux.HandleFunc("GET /link/", k.serveSocket)
	mux.HandleFunc("/commands/", k.serveResponseURL)
	mux.HandleFunc("/actions/", k.serveResponseURL)
	mux.HandleFunc("/app-actions/", k.serveResponseURL)
	mux.HandleFunc("/app/", k.serveResponseURL)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		k.breach(RuleUnknownPath, "%s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	return mux
}

// guard counts requests under way, so that close can wait for them.
func (k *Slack) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !k.enter() {
			panic(http.ErrAbortHandler)
		}
		defer k.wg.Done()
		next.ServeHTTP(w, r)
	})
}

// enter counts a goroutine in; false when the sandbox is closing.
func (k *Slack) enter() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return false
	}
	k.wg.Add(1)
	return true
}

// after runs f once d has passed, with the lock held, unless the sandbox closes
// first. Call it with the lock held.
func (k *Slack) after(d time.Duration, f func()) {
	if k.closed {
		return
	}
	k.wg.Add(1)
	go func() {
		defer k.wg.Done()
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			k.mu.Lock()
			defer k.mu.Unlock()
			if !k.closed {
				f()
			}
		case <-k.closing:
		}
	}()
}

// notify wakes everybody who waits for a change. Call it with the lock held.
func (k *Slack) notify() {
	close(k.changed)
	k.changed = make(chan struct{})
}

// errClosed ends every wait when the sandbox closes.
var errClosed = errors.New("the sandbox is closed")

// await returns when ready does not return false any more; ready is called with
// the lock held, at once and after every change.
func (k *Slack) await(ctx context.Context, ready func() bool) error {
	for {
		k.mu.Lock()
		ok, changed := ready(), k.changed
		k.mu.Unlock()
		if ok {
			return nil
		}
		if err := k.pauseFor(ctx, changed); err != nil {
			return err
		}
	}
}

func (k *Slack) breach(rule Rule, format string, args ...any) {
	k.record.breach(SideSlack, rule, format, args...)
}

// breachOf is breach where it is about one envelope.
func (k *Slack) breachOf(envelope string, rule Rule, format string, args ...any) {
	k.record.breachOf(envelope, SideSlack, rule, format, args...)
}

// id makes an identifier that looks like Slack's. Call it with the lock held.
func (k *Slack) id(prefix string) string {
	k.nextID++
	return fmt.Sprintf("%s0BOX%05d", prefix, k.nextID)
}

// ts makes the next message timestamp: seconds, dot, six digits; unique and
// increasing. Call it with the lock held.
func (k *Slack) ts() string {
	micro := max(time.Now().UnixMicro(), k.lastMicro+1)
	k.lastMicro = micro
	return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6)
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}

// uuid returns a random identifier in the form of envelope ids.
func uuid() string {
	h := randomHex(16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func pick(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0
	}
	return int(i.Int64())
}
