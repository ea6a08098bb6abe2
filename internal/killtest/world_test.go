package killtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	azeerslack "azeer-slack"
	"azeer-slack/journal/journaltest"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/azeer"
)

const (
	// calm is how long Azeer takes for an answer when it is well.
	calm = 20 * time.Millisecond
	// gentle is how long a child may take to end by SIGTERM.
	gentle = 10 * time.Second
	// patience is how long a named point may keep us waiting.
	patience = time.Minute
)

// plan is what a run does.
type plan struct {
	database  string // DATABASE_URL
	instances int    // how many children share it
	// lease is how long the work of a dead instance is left alone; 0: as in production.
	lease time.Duration
	kills <-chan kill // shared out among the instances; the run ends with it
	pace  time.Duration
	// settled is how long everything may take to be answered at the end.
	settled time.Duration
	env     []string // more settings of the children; they overrule the usual ones
}

// kill is how a child is to end.
type kill struct {
	how   string // "random", "SIGTERM" or the name of a point
	nth   int    // at which passage of the point
	after time.Duration
}

// points are where a child can kill itself.
var points = []string{"stored", "acknowledged", "sent", "azeer_answered", "outcome_stored", "answer_posted"}

const (
	random  = "random"
	sigterm = "SIGTERM"
)

// world is a sandbox, the children that serve it, and the people in it.
type world struct {
	*plan
	t       testing.TB
	program string // path of the binary
	box     *sandbox.Sandbox
	book    *book
	crowd   *crowd

	mu    sync.Mutex
	alive []*child
}

// run plays a plan and gives the figures. Whatever is wrong in the end fails the test.
func run(t *testing.T, p plan) figures {
	t.Helper()
	w := open(t, &p)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	started := time.Now()
	var people, lives sync.WaitGroup
	for n := range desks {
		people.Go(func() { w.crowd.desk(ctx, n) })
	}
	people.Go(func() { w.crowd.trouble(ctx) })
	for range p.instances {
		lives.Go(w.live)
	}
	lives.Wait()
	stop()
	people.Wait()
	lasted := time.Since(started)
	w.settle()
	w.close()
	f := w.balance()
	f.lasted = lasted
	return f
}

func open(t testing.TB, p *plan) *world {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: azeerslack.WorkflowManifest})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{plan: p, t: t, program: program, box: box, book: newBook()}
	w.crowd = &crowd{t: t, box: box, book: w.book, pace: p.pace}
	var agents []azeer.Agent
	for nth := range perDesk {
		agents = append(agents, azeer.Agent{ID: nth + 1, PlatformID: agent(nth), Name: fmt.Sprintf("Agent %d", nth)})
	}
	box.Azeer.SetAgents(agents...)
	box.Azeer.Always(azeer.Misbehaviour{Latency: calm})
	unsubscribe := box.Subscribe(w.book.observe)
	t.Cleanup(func() {
		for _, c := range w.alive { // only what a failed test has left
			_ = c.cmd.Process.Kill()
			<-c.gone
		}
		unsubscribe()
		if err := box.Close(); err != nil {
			t.Errorf("close sandbox: %v", err)
		}
	})
	return w
}

// live starts a child, ends it as planned, starts the next, and leaves one alive when no
// kills are left.
func (w *world) live() {
	var last *death
	for k := range w.kills {
		c := w.start(k)
		if last != nil {
			w.book.restarted(last)
		}
		w.await(c, k)
		last = w.book.died(k.how)
		if path, ok := strings.CutPrefix(w.database, "sqlite://"); ok {
			journaltest.CheckIntegrity(w.t, path)
		}
	}
	w.start(kill{})
	if last != nil {
		w.book.restarted(last)
	}
}

// await ends c, or waits until it has ended itself.
func (w *world) await(c *child, k kill) {
	limit := k.after
	if k.nth > 0 {
		limit = patience
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.gone:
	case <-timer.C:
		switch {
		case k.how == sigterm:
			w.terminate(c)
			return
		case k.nth > 0:
			w.t.Errorf("the point %s was not passed %d times within %s\n%s", k.how, k.nth, limit, c.log.String())
		}
		_ = c.cmd.Process.Kill()
		<-c.gone
	}
	if !c.signalled(syscall.SIGKILL) {
		w.t.Errorf("the child ended by itself: %v\n%s", c.cmd.ProcessState, c.log.String())
	}
	w.forget(c)
}

// terminate ends c in good order, which must not take long.
func (w *world) terminate(c *child) {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(gentle)
	defer timer.Stop()
	select {
	case <-c.gone:
	case <-timer.C:
		w.t.Errorf("the child has not ended %s after SIGTERM\n%s", gentle, c.log.String())
		_ = c.cmd.Process.Kill()
		<-c.gone
	}
	// Until the program listens for the signal it ends as any other: it has done nothing.
	early := c.signalled(syscall.SIGTERM) && c.log.String() == ""
	if code := c.cmd.ProcessState.ExitCode(); code != 0 && !early {
		w.t.Errorf("the child ended with %v after SIGTERM\n%s", c.cmd.ProcessState, c.log.String())
	}
	w.forget(c)
}

func (w *world) forget(c *child) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.alive {
		if w.alive[i] == c {
			w.alive = append(w.alive[:i:i], w.alive[i+1:]...)
			return
		}
	}
}

// settle waits until whatever must be answered is.
func (w *world) settle() {
	w.box.Azeer.Behave()
	limit := time.NewTimer(w.settled)
	defer limit.Stop()
	for {
		changed := w.book.change()
		if w.book.open(w.box.Azeer.Calls()) == 0 && len(w.hanging()) == 0 {
			return
		}
		select {
		case <-changed:
		case <-time.After(lookAgain):
		case <-limit.C:
			return // the balance will show it
		}
	}
}

// hanging gives the forms that still say "Assigning…".
func (w *world) hanging() (who []string) {
	for _, p := range w.box.Slack.Persons() {
		for _, f := range p.Forms() {
			if strings.Contains(f.Plain(), assigning) {
				who = append(who, p.Handle())
			}
		}
	}
	return who
}

func (w *world) close() {
	w.mu.Lock()
	rest := append([]*child(nil), w.alive...)
	w.mu.Unlock()
	for _, c := range rest {
		w.terminate(c)
	}
}

// child is azeer-slack as a process.
type child struct {
	cmd  *exec.Cmd
	log  *tail
	gone chan struct{} // closed when it has ended
}

func (w *world) start(k kill) *child {
	c := &child{log: &tail{}, gone: make(chan struct{})}
	c.cmd = exec.Command(w.program, "run")
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = folder, c.log, c.log
	c.cmd.Env = []string{"DATABASE_URL=" + w.database, "HTTP_ADDR=", "LOG_LEVEL=info", "TMPDIR=" + os.TempDir()}
	for name, value := range w.box.Env() {
		c.cmd.Env = append(c.cmd.Env, name+"="+value)
	}
	if w.lease > 0 {
		c.cmd.Env = append(c.cmd.Env, "KILL_LEASE="+w.lease.String())
	}
	if k.nth > 0 {
		c.cmd.Env = append(c.cmd.Env, fmt.Sprintf("KILL_AT=%s:%d", k.how, k.nth))
	}
	c.cmd.Env = append(c.cmd.Env, w.env...)
	if err := c.cmd.Start(); err != nil {
		w.t.Errorf("start the program: %v", err)
		close(c.gone)
		return c
	}
	w.mu.Lock()
	w.alive = append(w.alive, c)
	w.mu.Unlock()
	go func() {
		_ = c.cmd.Wait() // what it ended with is in ProcessState
		close(c.gone)
	}()
	return c
}

// signalled tells whether it was this signal that ended c.
func (c *child) signalled(s syscall.Signal) bool {
	status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == s
}

// tail keeps the end of what a child logs.
type tail struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

const tailMost = 64 << 10

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines.Write(p)
	if over := l.lines.Len() - tailMost; over > 0 {
		l.lines.Next(over)
	}
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// build makes the program with its kill points, once for all tests; without the race
// detector, also where GOFLAGS asks for it, since the child shall be as fast as it is.
var build = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(folder, "azeer-slack")
	cmd := exec.Command("go", "build", "-race=false", "-tags", "killpoints", "-o", path, "azeer-slack/cmd/azeer-slack")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})
