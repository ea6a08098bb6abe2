package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/journal"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"

	"github.com/rs/zerolog"
)

// patience is how long a story waits for something that should come.
const patience = time.Minute

// world is a running bot in a sandbox: the program as it runs for real, over real
// sockets. At the end of a story nothing may be left that nobody expected: no breach of
// Slack's or Azeer's rules, no message unread, no log line at error level.
type world struct {
	*sandbox.Sandbox
	t    *testing.T
	ctx  context.Context
	logs *logbook
	stop context.CancelFunc
	done chan error

	cfg      sandbox.Config
	settings map[string]string
	errors   []string // announced log lines at error level
	ended    bool

	azeerTimeout, openEvery  time.Duration
	adopt                    bool
	receiptAfter, offerAfter time.Duration // 0: as in the settings
}

// change alters a world before it starts.
type change func(*world)

func with(name, value string) change { return func(w *world) { w.settings[name] = value } }

// expectError announces a log line at error level.
func (w *world) expectError(message string) { w.errors = append(w.errors, message) }

func limits(l slack.Limits) change { return func(w *world) { w.cfg.Limits = l } }

func unsettled(u slack.Unsettled) change { return func(w *world) { w.cfg.Unsettled = u } }

// begin starts a world. Each has ports and people of its own, so stories run in parallel.
func begin(t *testing.T, changes ...change) *world {
	t.Helper()
	t.Parallel()
	w := prepare(t, changes...)
	w.run()
	return w
}

// prepare makes a world whose bot does not run yet.
func prepare(t *testing.T, changes ...change) *world {
	t.Helper()
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	t.Cleanup(cancel)
	w := &world{
		t: t, ctx: ctx, logs: &logbook{}, cfg: sandbox.Config{Manifest: manifest},
		settings: map[string]string{"HTTP_ADDR": "127.0.0.1:0", "LOG_LEVEL": "debug",
			"DATABASE_URL": "sqlite://" + filepath.Join(t.TempDir(), "journal.db")},
	}
	emptyJournal(t, w.journalPath())
	for _, c := range changes {
		c(w)
	}
	if w.Sandbox, err = sandbox.Start(w.cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.end)
	return w
}

// emptyJournal puts a journal with nothing in it at path.
func emptyJournal(t *testing.T, path string) {
	t.Helper()
	raw, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// migrated is an empty journal. Making one takes longer than most stories.
var migrated = sync.OnceValues(func() (_ []byte, err error) {
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "journal.db")
	j, err := journal.Open(context.Background(), "sqlite://"+path, journal.Config{})
	if err != nil {
		return nil, err
	}
	if err := j.Close(context.Background()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// run starts the bot and waits until it is connected.
func (w *world) run() {
	w.t.Helper()
	w.start()
	w.awaitSockets(2)
}

// start starts the bot.
func (w *world) start() {
	w.t.Helper()
	env := maps.Clone(w.settings)
	maps.Copy(env, w.Env())
	cfg, problems := readSettings(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if len(problems) > 0 {
		w.t.Fatalf("settings: %v", problems)
	}
	cfg.Bot.Stagger, cfg.Bot.OpenEvery, cfg.azeerTimeout, cfg.adopt = time.Millisecond, w.openEvery, w.azeerTimeout, w.adopt
	if w.offerAfter > 0 {
		cfg.Bot.Offers.After = w.offerAfter
	}
	if w.receiptAfter > 0 {
		cfg.Bot.Notify.ReceiptAfter = w.receiptAfter
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(w.ctx))
	w.stop, w.done, w.ended = stop, make(chan error, 1), false
	log := zerolog.New(w.logs).Level(cfg.LogLevel)
	go func() { w.done <- serve(ctx, cfg, log) }()
}

// halt stops the bot in an orderly way and gives what it ended with.
func (w *world) halt() error {
	w.t.Helper()
	w.stop()
	select {
	case err := <-w.done:
		w.ended = true
		return err
	case <-time.After(15 * time.Second):
		w.t.Fatal("the bot did not stop within 15 s")
		return nil
	}
}

func (w *world) end() {
	if w.done != nil && !w.ended {
		if err := w.halt(); err != nil {
			w.t.Errorf("the bot stopped with: %v", err)
		}
	}
	for _, p := range w.Slack.Persons() {
		for _, m := range (someone{p, w}).unread() {
			w.t.Errorf("%s was told something nobody expected: %q", p.Handle(), m.Plain())
		}
	}
	for _, b := range w.Breaches() {
		w.t.Errorf("breach: %v", b)
	}
	for _, line := range w.logs.at("error") {
		if !announced(line, w.errors) {
			w.t.Errorf("logged at error level: %s", line)
		}
	}
	if w.t.Failed() {
		w.t.Logf("log:\n%s", w.logs.all())
	}
	if err := w.Close(); err != nil {
		w.t.Errorf("close sandbox: %v", err)
	}
}

func announced(line string, expected []string) bool {
	for _, e := range expected {
		if strings.Contains(line, e) {
			return true
		}
	}
	return false
}

// awaitSockets waits until n sockets are up.
func (w *world) awaitSockets(n int) {
	w.t.Helper()
	w.until(strconv.Itoa(n)+" sockets", func() bool { return w.Slack.Connections() >= n })
}

// until waits until ready, which is asked at every event in the sandbox.
func (w *world) until(what string, ready func() bool) {
	w.t.Helper()
	happened := make(chan struct{}, 1)
	stop := w.Subscribe(func(record.Event) {
		select {
		case happened <- struct{}{}:
		default:
		}
	})
	defer stop()
	for !ready() {
		select {
		case <-happened:
		case <-w.ctx.Done():
			w.t.Fatalf("waiting for %s\n%s", what, w.logs.all())
		}
	}
}

// untilLogged waits until n lines of the log contain text.
func (w *world) untilLogged(text string, n int) {
	w.t.Helper()
	if !w.logs.await(w.ctx, text, n) {
		w.t.Fatalf("waiting for the log to say %q %d times\n%s", text, n, w.logs.all())
	}
}

// restart stops the bot in an orderly way, and starts it again on the same journal.
func (w *world) restart(meanwhile func()) {
	w.t.Helper()
	if err := w.halt(); err != nil {
		w.t.Errorf("stopped with %v", err)
	}
	w.until("the sockets to go", func() bool { return w.Slack.Connections() == 0 })
	meanwhile()
	w.run()
}

// someone is somebody in the story.
type someone struct {
	*slack.Person
	w *world
}

func (w *world) person(handle string) someone { return someone{w.Slack.Person(handle), w} }

// types types a command in a channel, which must be acknowledged.
func (p someone) types(channel, line string) *slack.Delivery {
	p.w.t.Helper()
	d := p.Command(channel, line)
	if d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("%s typed %q and Slack says %q (%v)\n%s", p.Handle(), line, d.Shown, d.Err, p.w.logs.all())
	}
	return d
}

// interim begins the answer that comes when the real one takes long, on a slow machine too; progress
// ends that of a batch.
const (
	interim, interimArabic = "Still assigning", "ما زال إسناد"
	progress               = "so far. I'll tell you"
)

func isInterim(m slack.Message) bool {
	return slices.ContainsFunc([]string{interim, interimArabic, progress}, func(part string) bool { return strings.Contains(m.Plain(), part) })
}

// reads waits for a message that contains all of the words, and consumes it. What comes
// before it fails the story, except an interim answer.
func (p someone) reads(words ...string) slack.Message {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.ctx, patience)
	defer cancel()
	m, err := p.See(ctx, func(m slack.Message) bool {
		expected := !isInterim(m) || slices.ContainsFunc(words, func(word string) bool { return slices.Contains([]string{interim, interimArabic, progress}, word) })
		return m.Via != slack.ViaPerson && expected
	})
	if err != nil {
		p.w.t.Fatalf("%s waited for %q and saw nothing: %v\n%s", p.Handle(), words, err, p.w.logs.all())
	}
	for _, word := range words {
		if !strings.Contains(m.Plain(), word) {
			p.w.t.Fatalf("%s read %q, which lacks %q", p.Handle(), m.Plain(), word)
		}
	}
	return m
}

// unread is what reads would give, with no words; it waits for nothing.
func (p someone) unread() []slack.Message {
	return slices.DeleteFunc(p.Unseen(), func(m slack.Message) bool { return m.Via == slack.ViaPerson || isInterim(m) })
}

// form waits for the form.
func (p someone) form() *slack.Form {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.ctx, patience)
	defer cancel()
	f, err := p.Form(ctx)
	if err != nil {
		p.w.t.Fatalf("%s waited for a form: %v\n%s", p.Handle(), err, p.w.logs.all())
	}
	return f
}

// submits submits a form, which must be acknowledged.
func (p someone) submits(f *slack.Form, values map[string]string) *slack.Delivery {
	p.w.t.Helper()
	d := p.Submit(f, values)
	if d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("submitting the form shows %q (%v)\n%s\n%s", d.Shown, d.Err, f.Plain(), p.w.logs.all())
	}
	return d
}

// picks types into a menu and gives the options offered.
func (p someone) picks(f *slack.Form, block, text string) []slack.Option {
	p.w.t.Helper()
	options, d := p.Type(f, block, text)
	if d != nil && d.Shown != "" {
		p.w.t.Fatalf("menu %s shows %q", block, d.Shown)
	}
	return options
}

// owner tells who owns a contact in Azeer.
func (w *world) owner(contact, want string) {
	w.t.Helper()
	if got := w.Azeer.Owner(contact); got != want {
		w.t.Errorf("contact %s belongs to %q, want %q", contact, got, want)
	}
}

// calls counts the assign calls that Azeer received.
func (w *world) calls() int {
	n := 0
	for _, c := range w.Azeer.Calls() {
		if strings.HasSuffix(c.Path, "/contact/assign") {
			n++
		}
	}
	return n
}

// logbook keeps what the bot logs.
type logbook struct {
	mu      sync.Mutex
	lines   []string
	written chan struct{} // closed at the next line; nil if nobody waits
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(bytes.TrimSpace(line)))
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return len(line), nil
}

func (l *logbook) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// await waits until n lines contain text; false if ctx ends first.
func (l *logbook) await(ctx context.Context, text string, n int) bool {
	for {
		l.mu.Lock()
		found := 0
		for _, line := range l.lines {
			if strings.Contains(line, text) {
				found++
			}
		}
		if l.written == nil {
			l.written = make(chan struct{})
		}
		written := l.written
		l.mu.Unlock()
		if found >= n {
			return true
		}
		select {
		case <-written:
		case <-ctx.Done():
			return false
		}
	}
}

func (l *logbook) at(level string) (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		var entry struct{ Level string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Level == level {
			lines = append(lines, line)
		}
	}
	return lines
}
