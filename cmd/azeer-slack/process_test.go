package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
)

// asProgram makes the test binary behave as azeer-slack itself.
const asProgram = "AZEER_SLACK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	inherited = append(inherited, asProgram)
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	flag.Parse()
	// Under nohup, children would be born with SIGHUP ignored.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	// Stories mostly wait, for what Slack, Azeer and the clock do.
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("8"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// childLimit is more than any of them takes beside the tests of other packages, on two cores.
const childLimit = 2 * time.Minute

// child is azeer-slack as a process of its own, in an empty folder. It is killed if it outlives childLimit.
func child(t *testing.T, values map[string]string, args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), childLimit)
	t.Cleanup(cancel)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out = new(bytes.Buffer)
	cmd = exec.CommandContext(ctx, self, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), out, out
	cmd.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}
	for name, value := range values {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd, out
}

func TestSigtermEndsARunInGoodOrder(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"] = ""
	cmd, out := child(t, values)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	awaitConnection(ctx, t, box)
	// A command in hand is finished, too.
	if d := box.Slack.Person(demoPerson).Command(demoPlace, "/assign 0544444444 omar@twerlo.com"); d.Shown != "" {
		t.Errorf("the command was not taken: %s", d.Shown)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if owner := box.Azeer.Owner("966544444444"); owner != "omar@twerlo.com" {
		t.Errorf("the contact belongs to %q", owner)
	}
	for _, secret := range []string{slack.AppToken, slack.BotToken, values["AZEER_API_KEY"], "0544444444", "966544444444", "omar@"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log shows %q:\n%s", secret, out)
		}
	}
}

func TestARunWithoutSettingsExitsWithTwo(t *testing.T) {
	t.Parallel()
	cmd, out := child(t, nil, "run")
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(out.String(), "azeer-slack demo") {
		t.Errorf("%v: exit code %d\n%s", err, code, out)
	}
}

func TestARefusedTokenEndsTheRun(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	box.Slack.RevokeAppToken()
	values["HTTP_ADDR"] = ""
	cmd, out := child(t, values, "run")
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFault || !strings.Contains(out.String(), "stopped") {
		t.Errorf("%v: exit code %d\n%s", err, code, out)
	}
}

func TestDemoWithoutATerminalSuggestsSay(t *testing.T) {
	t.Parallel()
	cmd, out := child(t, nil, "demo")
	err := cmd.Run() // its input is the null device
	if code := cmd.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(out.String(), "--say") {
		t.Errorf("%v: exit code %d\n%s", err, code, out)
	}
}

// The first SIGTERM waits for what Azeer owes an answer; the second does not. What was
// accepted is in the journal, and the next start sees to it.
func TestASecondSigtermExitsAtOnceAndLosesNothing(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"], values["LOG_LEVEL"] = "", "info"
	values["DATABASE_URL"] = "sqlite://" + filepath.Join(t.TempDir(), "journal.db")
	ctx, cancel := context.WithTimeout(t.Context(), childLimit)
	defer cancel()
	manager := box.Slack.Person(demoPerson)
	draining := make(chan struct{}, 64)
	defer box.Subscribe(func(e record.Event) {
		if e.Kind == record.Disconnected {
			draining <- struct{}{}
		}
	})()

	box.Azeer.Always(azeer.Misbehaviour{Hang: true})
	first, out := child(t, values)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	awaitConnection(ctx, t, box)
	if d := manager.Command(demoPlace, "/assign 0544444444 omar@twerlo.com"); d.Shown != "" {
		t.Fatalf("the command was not taken: %s", d.Shown)
	}
	if err := box.Azeer.WaitAssigns(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-draining // so the first has been understood
	ended := make(chan error, 1)
	go func() { ended <- first.Wait() }()
	// One sent within the same millisecond may still count as the first.
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for alive := true; alive; {
		select {
		case <-ended:
			alive = false
		case <-again.C:
			_ = first.Process.Signal(syscall.SIGTERM)
		}
	}
	if status, ok := first.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("it did not end by the signal: %v\n%s", first.ProcessState, out)
	}

	box.Azeer.Behave()
	second, out := child(t, values)
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := manager.See(ctx, func(slack.Message) bool { return true })
		if err != nil {
			t.Fatalf("no answer after the restart: %v\n%s", err, out)
		}
		if strings.Contains(m.Plain(), "now belongs to") {
			break
		}
	}
	if err := second.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := second.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// awaitConnection waits until the bot has a socket.
func awaitConnection(ctx context.Context, t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	awaitSockets(ctx, t, box, func(n int) bool { return n > 0 })
}

// awaitSockets waits until the number of sockets is as wanted.
func awaitSockets(ctx context.Context, t *testing.T, box *sandbox.Sandbox, wanted func(int) bool) {
	t.Helper()
	happened := make(chan struct{}, 1)
	defer box.Subscribe(func(record.Event) {
		select {
		case happened <- struct{}{}:
		default:
		}
	})()
	for !wanted(box.Slack.Connections()) {
		select {
		case <-happened:
		case <-ctx.Done():
			t.Fatal("it does not connect")
		}
	}
}
