package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox"
)

// asProgram makes the test binary behave as azeer-slack itself.
const asProgram = "AZEER_SLACK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// child is azeer-slack as a process of its own, in an empty folder.
func child(t *testing.T, values map[string]string, args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
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
	connected := make(chan struct{}, 64)
	defer box.Subscribe(func(e sandbox.Event) {
		if e.Kind == sandbox.EventConnected {
			connected <- struct{}{}
		}
	})()
	values["HTTP_ADDR"] = ""
	cmd, out := child(t, values)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-connected:
	case <-time.After(20 * time.Second):
		t.Fatal("it does not connect")
	}
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
	for _, secret := range []string{sandbox.AppToken, sandbox.BotToken, values["AZEER_API_KEY"], "0544444444", "966544444444", "omar@"} {
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
