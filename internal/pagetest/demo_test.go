package pagetest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox/page"
)

// farewell is how long the demo may take to end when it is told to.
const farewell = 15 * time.Second

// demo is azeer-slack demo --page, as a process of its own.
type demo struct {
	t      *testing.T
	url    string          // of the page, with a slash at the end
	ctx    context.Context // for questions: outlives the test's own, so that they can be asked at its end
	cmd    *exec.Cmd
	errors bytes.Buffer  // To be read after rest
	rest   chan struct{} // closed when its output has ended
	ended  sync.Once
}

// startDemo starts the demo, which ends with the test, and returns when its bot is
// connected.
func startDemo(t *testing.T) *demo {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	t.Cleanup(cancel)
	d := &demo{t: t, ctx: ctx, rest: make(chan struct{})}
	d.cmd = exec.Command(program, "demo", "--page", "--no-browser", "--addr", "127.0.0.1:0")
	d.cmd.Dir = t.TempDir()
	d.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + d.cmd.Dir, "LOG_LEVEL=warn"}
	d.cmd.Stderr = &d.errors
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.end)
	lines := bufio.NewScanner(out)
	for d.url == "" && lines.Scan() {
		_, d.url, _ = strings.Cut(lines.Text(), "The page to click in:  ")
	}
	go func() {
		defer close(d.rest)
		_, _ = io.Copy(io.Discard, out)
	}()
	if d.url == "" {
		t.Fatal("the demo has ended before it had a page")
	}
	return d
}

// end asks the demo to end, as Ctrl-C does, and sees to it that it does.
func (d *demo) end() { d.ended.Do(d.terminate) }

func (d *demo) terminate() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(farewell, func() { _ = d.cmd.Process.Kill() })
	<-d.rest
	err := d.cmd.Wait()
	late.Stop()
	if err != nil || d.t.Failed() {
		d.t.Logf("the demo ended with: %v\n%s", err, d.errors.String())
	}
	if err != nil {
		d.t.Error("the demo did not end well")
	}
}

// state reads what the page of somebody reads.
func (d *demo) state(handle string) page.State {
	d.t.Helper()
	var now page.State
	req, err := http.NewRequestWithContext(d.ctx, http.MethodGet, d.url+"api/state?person="+handle, nil)
	d.ask(req, err, &now)
	return now
}

// act does what the page of somebody would do.
func (d *demo) act(handle, act string, args map[string]any) page.Outcome {
	d.t.Helper()
	body := map[string]any{"person": handle, "act": act}
	for name, value := range args {
		body[name] = value
	}
	raw, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, d.url+"api/act", bytes.NewReader(raw))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Sandbox", "1")
	}
	var out page.Outcome
	d.ask(req, err, &out)
	if out.Error != "" {
		d.t.Fatalf("%s: %s", act, out.Error)
	}
	return out
}

func (d *demo) ask(req *http.Request, err error, answer any) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("%s answers %s: %s (%v)", req.URL.Path, resp.Status, raw, err)
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		d.t.Fatalf("read %s: %v", raw, err)
	}
}

// place is the id of a conversation as somebody has it: a channel's name, or the app's.
func (d *demo) place(handle, name string) string {
	d.t.Helper()
	for _, at := range d.state(handle).Places {
		if at.Name == name || at.With == name {
			return at.ID
		}
	}
	d.t.Fatalf("%s has no conversation %s", handle, name)
	return ""
}

// flood has sara say many things in #general, through the API.
func (d *demo) flood(count int) {
	d.t.Helper()
	place := d.place("sara", "general")
	numbers := make(chan int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range numbers {
				d.act("sara", "say", map[string]any{"place": place, "text": fmt.Sprintf("customer %d waits for *somebody*", n)})
			}
		})
	}
	for n := range count {
		numbers <- n
	}
	close(numbers)
	wg.Wait()
}
