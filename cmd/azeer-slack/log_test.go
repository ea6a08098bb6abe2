package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/slack"
)

// pipe is a child's log, of which this end is held.
func pipe(t *testing.T, cmd *exec.Cmd) (mine *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	cmd.Stdout, cmd.Stderr = w, w
	return r
}

// fill writes into a pipe until nothing more fits.
func fill(t *testing.T, w *os.File) {
	t.Helper()
	for _, size := range []int{4096, 1} {
		chunk := bytes.Repeat([]byte("\n"), size)
		for {
			if err := w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			_, err := w.Write(chunk)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// works shows that commands are taken and answered.
func works(t *testing.T, box *sandbox.Sandbox, commands int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	awaitConnection(ctx, t, box)
	manager := box.Slack.Person(demoPerson)
	for n := range commands {
		if d := manager.Command(demoPlace, fmt.Sprintf("/assign %s omar@twerlo.com", customer(n))); d.Shown != "" || d.Err != nil {
			t.Fatalf("command %d shows %q (%v)", n, d.Shown, d.Err)
		}
	}
	for answered := 0; answered < commands; {
		m, err := manager.See(ctx, func(m slack.Message) bool { return m.Via != slack.ViaPerson })
		if err != nil {
			t.Fatalf("%d of %d commands were answered: %v", answered, commands, err)
		}
		if strings.Contains(m.Plain(), "now belongs to") {
			answered++
		}
	}
}

// endsInOrder waits for the end, which must come within the time that is promised.
func endsInOrder(t *testing.T, cmd *exec.Cmd, from time.Time) {
	t.Helper()
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if took := time.Since(from); took > 10*time.Second {
		t.Errorf("the end took %s", took)
	}
}

// stops asks the program to stop, and waits until it has.
func stops(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	from := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	endsInOrder(t, cmd, from)
}

func TestNobodyHasToReadTheLog(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "console"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			box, values := setUp(t)
			values["HTTP_ADDR"], values["LOG_LEVEL"], values["LOG_FORMAT"] = "", "debug", format
			cmd, _ := child(t, values)
			mine := pipe(t, cmd)
			fill(t, cmd.Stderr.(*os.File))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			works(t, box, 100)
			stops(t, cmd)
			if err := mine.SetReadDeadline(time.Now()); err != nil {
				t.Fatal(err)
			}
			if text, _ := io.ReadAll(mine); strings.Trim(string(text), "\n") != "" {
				t.Errorf("there was room for %.100q", text)
			}
		})
	}
}

func TestALogThatIsReadLateIsWhole(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"] = ""
	cmd, _ := child(t, values)
	mine := pipe(t, cmd)
	fill(t, cmd.Stderr.(*os.File))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	works(t, box, 10)
	lines := bufio.NewScanner(mine)
	for lines.Scan() && !strings.Contains(lines.Text(), `"message":"started"`) {
	}
	from := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Stderr.(*os.File).Close()
	finished, last := 0, ""
	for lines.Scan() {
		last = lines.Text()
		if strings.Contains(last, "assignment finished") {
			finished++
		}
	}
	endsInOrder(t, cmd, from)
	if finished != 10 || !strings.Contains(last, "stopped in order") {
		t.Errorf("%d of 10 assignments were logged; the last line is %s", finished, last)
	}
}

func TestAReaderOfTheLogThatGoesAwayEndsNothing(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"] = ""
	cmd, _ := child(t, values)
	mine := pipe(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Stderr.(*os.File).Close()
	_ = mine.Close()
	works(t, box, 10)
	stops(t, cmd)
}

func TestAHangupWithoutATerminalEndsNothing(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"] = ""
	cmd, _ := child(t, values)
	mine := pipe(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Stderr.(*os.File).Close()
	awaitConnection(t.Context(), t, box)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(mine)
	for lines.Scan() && !strings.Contains(lines.Text(), "SIGHUP ignored") {
	}
	go func() { _, _ = io.Copy(io.Discard, mine) }()
	works(t, box, 10)
	stops(t, cmd)
}
