package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox/page"
	"azeer-slack/sandbox/slack"
)

// site is the demo with its page, as a process of its own.
type site struct {
	*testing.T
	cmd    *exec.Cmd
	url    string
	errors *bytes.Buffer // To be read after end
	rest   chan struct{} // closed when its output has ended
}

// openSite starts azeer-slack demo --page and returns when the bot is connected.
func openSite(t *testing.T, values map[string]string, args ...string) *site {
	t.Helper()
	cmd, errs := child(t, values, append([]string{"demo", "--page", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, cmd: cmd, errors: errs, rest: make(chan struct{})}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "The page to click in:  "); ok {
			s.url = url
			break
		}
	}
	go func() {
		defer close(s.rest)
		_, _ = io.Copy(io.Discard, out)
	}()
	if s.url == "" {
		<-s.rest
		t.Fatalf("no page: %v\n%s", cmd.Wait(), errs)
	}
	return s
}

// end sends a signal and returns how the process ended.
func (s *site) end(signal os.Signal) error {
	s.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.Fatal(err)
	}
	<-s.rest
	return s.cmd.Wait()
}

func (s *site) ask(req *http.Request, answer any) {
	s.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("%s answers %s: %s (%v)", req.URL, resp.Status, raw, err)
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		s.Fatalf("read %s: %v", raw, err)
	}
}

func (s *site) state(person string) page.State {
	s.Helper()
	var now page.State
	req, _ := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url+"api/state?person="+person, nil)
	s.ask(req, &now)
	return now
}

func (s *site) act(person, act string, args map[string]any) page.Outcome {
	s.Helper()
	body := map[string]any{"person": person, "act": act}
	for key, value := range args {
		body[key] = value
	}
	raw, _ := json.Marshal(body)
	req, _ := http.NewRequestWithContext(s.Context(), http.MethodPost, s.url+"api/act", bytes.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Sandbox", "1")
	var out page.Outcome
	s.ask(req, &out)
	if out.Error != "" {
		s.Fatalf("%s: %s", act, out.Error)
	}
	return out
}

func (s *site) turn(name string, on bool) {
	s.Helper()
	s.act(demoPerson, "trouble", map[string]any{"switch": name, "on": on})
}

// until waits for a state in which all is as wanted.
func (s *site) until(what string, wanted func(page.State) bool) page.State {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 20*time.Second)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		now := s.state(demoPerson)
		if wanted(now) {
			return now
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			s.Fatalf("not yet: %s\n%+v", what, now)
		}
	}
}

func TestPageServesUntilASignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			s := openSite(t, nil)
			now := s.state(demoPerson)
			if now.Trouble.Bot != "running" || now.Trouble.Sockets == 0 {
				t.Errorf("%+v", now.Trouble)
			}
			if who := now.People[len(now.People)-1]; who.Handle != intern || who.Note == "" {
				t.Errorf("%+v", who)
			}
			if err := s.end(signal); err != nil || s.errors.Len() > 0 {
				t.Errorf("%v\n%s", err, s.errors)
			}
			if left, _ := filepath.Glob(tempOf(s.cmd) + "/*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func tempOf(cmd *exec.Cmd) string {
	for _, pair := range cmd.Env {
		if folder, ok := strings.CutPrefix(pair, "TMPDIR="); ok {
			return folder
		}
	}
	return ""
}

// What the bot has accepted is in its journal: killed and started again, it sees to it.
func TestKillingTheBotLosesNothing(t *testing.T) {
	t.Parallel()
	s := openSite(t, nil)
	s.turn("azeer_hang", true)
	command := map[string]any{"place": demoPlace, "line": "/assign 0544444444 omar@twerlo.com"}
	if out := s.act(demoPerson, "command", command); out.Shown != "" {
		t.Fatalf("the command was not taken: %s", out.Shown)
	}
	s.until("Azeer is called", func(now page.State) bool {
		return slices.ContainsFunc(now.Azeer.Calls, func(c page.Call) bool { return c.Contact != "" })
	})
	s.turn("bot_kill", true)
	s.until("the sockets are gone", func(now page.State) bool { return now.Trouble.Bot == "stopped" && now.Trouble.Sockets == 0 })
	s.turn("azeer_hang", false)
	if out := s.act("sara", "command", command); out.Shown != slack.ShownDispatch {
		t.Errorf("without a bot Sara reads %q", out.Shown)
	}
	s.turn("bot_start", true)
	now := s.until("the answer", func(now page.State) bool { return hasMessage(now, "now belongs to") })
	if owner := ownerOf(now, "966544444444"); owner != "omar@twerlo.com" {
		t.Errorf("it belongs to %s", owner)
	}
	now = s.until("the timeline", func(now page.State) bool { return through(now, "/assign 0544444444", "seen") })
	var turns []string
	for _, i := range now.Interactions {
		if i.Kind == "trouble" {
			turns = append(turns, i.What)
		}
	}
	if got := strings.Join(turns, ", "); got != "Azeer never answers, The bot is killed, Azeer is well again, The bot is started" {
		t.Errorf("turns: %s", got)
	}
	if err := s.end(syscall.SIGTERM); err != nil || s.errors.Len() > 0 {
		t.Errorf("%v\n%s", err, s.errors)
	}
}

// ownerOf is whose a contact is in Azeer, by what the page shows.
func ownerOf(now page.State, contact string) string {
	for _, o := range now.Azeer.Owners {
		if o.Contact == contact {
			return o.Agent
		}
	}
	return ""
}

// hasMessage tells whether somebody has a message on the screen that says so.
func hasMessage(now page.State, text string) bool {
	for _, messages := range now.Messages {
		for _, m := range messages {
			if strings.Contains(m.Text, text) {
				return true
			}
		}
	}
	return false
}

// through tells whether the interaction that begins so has come to a step, by way of
// Azeer.
func through(now page.State, what, step string) bool {
	return slices.ContainsFunc(now.Interactions, func(i page.Interaction) bool {
		has := func(name string) bool {
			return slices.ContainsFunc(i.Steps, func(s page.Step) bool { return s.Name == name })
		}
		return strings.HasPrefix(i.What, what) && has("stored") && has("sent") && has("answered") && has(step)
	})
}

func TestTheInternMayNotAssign(t *testing.T) {
	t.Parallel()
	s := openSite(t, nil)
	if out := s.act(intern, "command", map[string]any{"place": demoPlace, "line": "/assign 0544444444 omar@twerlo.com"}); out.Shown != "" {
		t.Fatalf("%+v", out)
	}
	if now := s.state(intern); ownerOf(now, "966544444444") == "omar@twerlo.com" || !hasMessage(now, "not on the list") {
		t.Errorf("owners %+v, messages %+v", now.Azeer.Owners, now.Messages)
	}
	if out := s.act("sara", "command", map[string]any{"place": "#vip", "line": "/assign 0544444444 omar@twerlo.com"}); out.Shown != "" {
		t.Fatalf("%+v", out)
	}
	s.until("Sara's assignment", func(now page.State) bool { return ownerOf(now, "966544444444") == "omar@twerlo.com" })
	s.until("the outcome in #audit", func(now page.State) bool {
		at := slices.IndexFunc(now.Places, func(p page.Place) bool { return p.Name == "audit" })
		return slices.ContainsFunc(now.Messages[now.Places[at].ID], func(m page.Message) bool { return m.Author.Bot })
	})
	_ = s.end(syscall.SIGTERM)
}

func TestABusyPortIsNoObstacle(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := openSite(t, nil, "--addr", taken.Addr().String())
	if strings.Contains(s.url, taken.Addr().String()) {
		t.Errorf("the page is at %s", s.url)
	}
	if err := s.end(syscall.SIGTERM); err != nil || !strings.Contains(s.errors.String(), taken.Addr().String()+" cannot be had") {
		t.Errorf("%v\n%s", err, s.errors)
	}
}

func TestPageStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":4390", "4390"} {
		code, _, errs := started(t, nil, "demo", "--page", "--addr", addr)
		if code != exitUsage || !strings.Contains(errs, "127.0.0.1") {
			t.Errorf("%s: exit code %d, %s", addr, code, errs)
		}
	}
	for addr, want := range map[string]bool{pageAddr: false, "localhost:0": false, "[::1]:0": false, "0.0.0.0:4390": true, "192.0.2.1:4390": true} {
		if a := pageAddress(addr); a.reachable() != want {
			t.Errorf("%s can be reached: %v", addr, a.reachable())
		}
	}
	if code, _, errs := started(t, nil, "demo", "--page", "--say", "/assign"); code != exitUsage || !strings.Contains(errs, "choose one") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// As in a container: everything is inherited from the image, and the port is published
// under another number.
func TestPageServesOthersWhereItIsToldTo(t *testing.T) {
	t.Parallel()
	s := openSite(t, map[string]string{"DATABASE_URL": "sqlite:///data/azeer-slack.db"}, "--addr", "0.0.0.0:0")
	if !strings.HasPrefix(s.url, "http://localhost:") {
		t.Errorf("the page is at %s", s.url)
	}
	for host, want := range map[string]int{"localhost:8000": 200, "192.0.2.1": 200, "demo.example:4390": 421} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"api/state", nil)
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("as %s it answers %s", host, resp.Status)
		}
	}
	if err := s.end(syscall.SIGTERM); err != nil || s.errors.Len() > 0 {
		t.Errorf("%v\n%s", err, s.errors)
	}
}

// A bot that cannot start ends the demo, and has said itself why.
func TestPageOfABotThatCannotStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cmd, out := child(t, map[string]string{"HTTP_ADDR": taken.Addr().String()}, "demo", "--page", "--addr", "127.0.0.1:0")
	_ = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFault || !strings.Contains(out.String(), "HTTP_ADDR "+taken.Addr().String()) ||
		!strings.Contains(out.String(), "run bot: exit status 1") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestPromptBesideThePage(t *testing.T) {
	t.Setenv(asProgram, "1") // for the bot's process
	var out, errs bytes.Buffer
	p := program{out: &out, errors: &errs}
	flags := pageFlags{noBrowser: true, addr: "127.0.0.1:0"}
	code := p.pageDemo(t.Context(), flags, func(ctx context.Context, d *demo) error {
		return d.Prompt(ctx, strings.NewReader("/assign 0544444444 omar@twerlo.com\nazeer\nquit\n"))
	})
	if code != exitDone || errs.Len() > 0 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
	if missing, ok := inOrder(out.String(), "The page to click in:  http://127.0.0.1:", "manager in #general> ", "only visible to manager",
		"966544444444 belongs to omar@twerlo.com"); !ok {
		t.Errorf("%q is missing or out of order in\n%s", missing, out.String())
	}
}

func TestTheBotsProcessInheritsNoTokens(t *testing.T) {
	t.Parallel()
	environ := []string{"PATH=/bin", "LC_ALL=C", "HOME=/home/x", "SLACK_BOT_TOKEN=xoxb-real", "SLACK_APP_TOKEN=xapp-real",
		"AZEER_API_KEY=real", "DATABASE_URL=postgres://real", "ALLOWED_USERS=U0REAL", "PATHOLOGY=1", "AWS_SECRET_ACCESS_KEY=real"}
	find := demoSettings(map[string]string{"SLACK_BOT_TOKEN": "xoxb-sandbox"}, "/nowhere")
	got := botEnvironment(find, environ)
	for _, pair := range got {
		if strings.Contains(pair, "real") || strings.HasPrefix(pair, "PATHOLOGY") {
			t.Errorf("it inherits %s", pair)
		}
	}
	for _, want := range []string{"PATH=/bin", "LC_ALL=C", "HOME=/home/x", "SLACK_BOT_TOKEN=xoxb-sandbox", "DATABASE_URL=sqlite:///nowhere/journal.db"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
}
