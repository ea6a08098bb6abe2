// Package slack is the simulated Slack: a workspace with its people, channels and messages,
// served to one app over real HTTP and real WebSockets. It must not know the simulated
// Azeer, nor the app.
//
// It does to an app what Slack does: it opens Socket Mode connections, delivers commands,
// clicks and forms, waits three seconds for the acknowledgement, spends triggers and
// response URLs, checks tokens, scopes and Block Kit, and refuses in Slack's own words.
// What it lacks answers unknown_method. Every breach of a rule by the app is recorded, so
// that a test can fail on it even where Slack says nothing.
//
// A test (or the demo) drives it as people do: see [Person].
package slack

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"time"

	"azeer-slack/sandbox/internal/loopback"
	"azeer-slack/sandbox/internal/monitor"
	"azeer-slack/sandbox/manifest"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/socketmode"
	"azeer-slack/sandbox/slack/steps"
	"azeer-slack/sandbox/slack/webapi"
)

type object = jsonmap.Object

// Identifiers of the one workspace and the one app.
const (
	TeamID        = "T0BOX00001"
	PartnerTeamID = "T0PARTNER1" // the organisation of people who are here by Slack Connect
	AppID         = "A0BOX00001"
	BotID         = "B0BOX00001"
	BotUserID     = "U0BOT00001"
	SlackbotID    = "USLACKBOT" // the author of what Slack itself says
)

// Tokens of the app. They open nothing but a sandbox.
const (
	AppToken = "xapp-sandbox"
	BotToken = "xoxb-sandbox"
)

// Failure and APICall are those of the Web API; see [Workspace.FailAPI] and
// [Workspace.APICalls].
type (
	Failure = webapi.Failure
	APICall = webapi.Record
)

// Workspace is its people, channels and messages, and Slack's own memory of what it has
// given out to the app. How the app's sockets and calls go wrong is told to the [Hub] and
// the [API] in it.
type Workspace struct {
	*Hub
	*API
	*Steps

	manifest *manifest.Manifest
	cfg      Config
	report   *record.Reporter
	server   *loopback.Server

	mu *monitor.Monitor // the rest is guarded by it, and so are the hub and the API
	roster
	issued
}

// Hub holds the app's Socket Mode connections.
type Hub = socketmode.Hub

// API is the Web API before the app.
type API = webapi.API

// Steps runs the app's steps as workflows do.
type Steps = steps.Runner

// roster is who and what there is in the workspace.
type roster struct {
	persons  []*Person
	channels []*channel
	groups   []*userGroup
}

// issued is what was given out to the app.
type issued struct {
	ids          ids
	deliveries   map[string]*Delivery
	triggers     map[string]*trigger
	triggerLag   time.Duration
	responseURLs map[string]*responseURL
	views        map[string]*view
	files        map[string][]byte // by path
}

// Start opens the workspace on loopback; what the app does wrong goes to rec. End it with
// Close.
func Start(cfg Config, rec *record.Recorder) (*Workspace, error) {
	m, err := manifest.Parse(cfg.Manifest)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	cfg.Limits = cfg.Limits.orDefaults()
	ws := &Workspace{
		manifest: m, cfg: cfg, report: rec.Reporter("slack"), mu: monitor.New(),
		issued: issued{
			deliveries: map[string]*Delivery{}, triggers: map[string]*trigger{},
			responseURLs: map[string]*responseURL{}, views: map[string]*view{},
			files: map[string][]byte{},
		},
	}
	ws.Hub = socketmode.New(ws.mu, ws.report, socketmode.Config{
		AppID: AppID, Ping: cfg.Limits.Ping, WarningClose: cfg.Limits.WarningClose, RefreshClose: cfg.Limits.RefreshClose,
		Ticket: cfg.Limits.Ticket, KeepTCP: cfg.Unsettled.KeepTCP, Receive: ws.receive,
	})
	ws.Steps = steps.New(ws.mu, ws.report, steps.Config{
		AppID: AppID, Manifest: m, Send: ws.sendStep, Knows: ws.knows,
		Token: func(token string) { ws.AddToken(token) }, Revoke: func(token string) { ws.RemoveToken(token) },
	})
	methods := ws.methods()
	maps.Copy(methods, ws.Steps.Methods())
	ws.API = webapi.New(ws.mu, ws.report, methods, webapi.Tokens{App: AppToken, Bot: BotToken}, m.BotScopes)
	ws.populate()
	ws.server = loopback.New(ws.counted(ws.routes()), socketmode.RecordFrames)
	return ws, ws.server.Up()
}

// Close ends all connections and returns when no goroutine of the workspace is left.
// Deliveries still open are settled as failed.
func (ws *Workspace) Close() error {
	first := ws.mu.Close(func() {
		ws.DropAll()
		for _, d := range ws.deliveries {
			if d.state == ackAwaited {
				d.Shown = ws.shownOnFailure(d)
				d.settle(ackExpired)
			}
		}
	})
	if !first {
		return nil
	}
	err := ws.server.Down()
	ws.mu.Wait()
	return err
}

// URL returns the base address of the workspace's server, without a slash.
func (ws *Workspace) URL() string { return "http://" + ws.server.Addr() }

// APIURL returns the base of the Web API, with its slash: SLACK_API_URL.
func (ws *Workspace) APIURL() string { return ws.URL() + "/api/" }

// Manifest returns what the app has declared about itself; it must not be changed.
func (ws *Workspace) Manifest() *manifest.Manifest { return ws.manifest }

// BotName returns the handle of the app's bot, without @.
func (ws *Workspace) BotName() string {
	if ws.manifest.BotName != "" {
		return ws.manifest.BotName
	}
	return ws.manifest.Name
}

// Away makes Slack unreachable: connections are refused and every socket drops.
func (ws *Workspace) Away() error {
	ws.Drop()
	return ws.server.Down()
}

// Restore ends every fault: Slack is reachable, Socket Mode is on, the tokens are
// good, no method fails or is slow. Sockets already broken stay so.
func (ws *Workspace) Restore() error {
	ws.mu.Lock()
	ws.EndFaults()
	ws.EnableLink()
	ws.triggerLag = 0
	ws.mu.Unlock()
	return ws.server.Up()
}

// routes are the paths that Slack serves to an app.
func (ws *Workspace) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/{method}", ws.API)
	mux.Handle("GET /link/", ws.Hub)
	mux.HandleFunc("/commands/", ws.serveResponseURL)
	mux.HandleFunc("/actions/", ws.serveResponseURL)
	mux.HandleFunc("/app-actions/", ws.serveResponseURL)
	mux.HandleFunc("/app/", ws.serveResponseURL)
	mux.HandleFunc("GET "+filesPath, ws.serveFile)
	mux.HandleFunc("GET "+signInPath, serveSignIn)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		ws.report.Breach(rule.UnknownPath, "%s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	return mux
}

// counted counts requests under way, so that Close can wait for them.
func (ws *Workspace) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ws.mu.Enter() {
			panic(http.ErrAbortHandler)
		}
		defer ws.mu.Leave()
		next.ServeHTTP(w, r)
	})
}

// ids makes identifiers. Use it with the lock held.
type ids struct {
	last      int
	lastMicro int64
}

// next counts up.
func (i *ids) next() int {
	i.last++
	return i.last
}

// new makes an identifier that looks like Slack's.
func (i *ids) new(prefix string) string { return fmt.Sprintf("%s0BOX%05d", prefix, i.next()) }

// ts makes the next message timestamp: seconds, dot, six digits; unique and increasing.
func (i *ids) ts() string {
	micro := max(time.Now().UnixMicro(), i.lastMicro+1)
	i.lastMicro = micro
	return timestamp(micro)
}

func timestamp(micro int64) string { return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6) }

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
