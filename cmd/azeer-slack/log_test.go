package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

	"github.com/rs/zerolog"
)

// stuckReader is a reader of the log that takes nothing until it is let.
type stuckReader struct {
	asked, let chan struct{}
	read       logbook
}

func (r *stuckReader) Write(line []byte) (int, error) {
	select {
	case r.asked <- struct{}{}:
	default:
	}
	<-r.let
	return r.read.Write(line)
}

func TestALogThatNobodyReadsIsDroppedAndCounted(t *testing.T) {
	t.Parallel()
	reader := &stuckReader{asked: make(chan struct{}, 1), let: make(chan struct{})}
	const size = 10
	b := newLogBuffer(reader, size, func(w io.Writer) zerolog.Logger { return newLogger(Config{}, w) })
	m := newMetrics()
	m.logs(b.dropped)
	log := newLogger(Config{}, b)
	line := func(n int) { log.Info().Int("n", n).Msg("line") }
	line(0)
	<-reader.asked // it is stuck with the first
	for n := range size {
		line(1 + n)
	}
	if got := counted(t, m, "azeer_slack_log_dropped_total"); got != 0 {
		t.Errorf("%v dropped while all fit", got)
	}
	line(size + 1) // where line 1 is, and with it all of the ring goes
	if got := counted(t, m, "azeer_slack_log_dropped_total"); got != size {
		t.Errorf("%v dropped while it is stuck, want %d", got, size)
	}
	close(reader.let)
	b.close()
	if got := counted(t, m, "azeer_slack_log_dropped_total"); got != size {
		t.Errorf("%v dropped in the end, want %d", got, size)
	}
	var said []string
	for _, line := range reader.read.lines {
		var fields struct {
			N       *int
			Dropped int
			Message string
		}
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		if fields.N != nil {
			fields.Dropped = *fields.N
		}
		said = append(said, fmt.Sprint(fields.Message, " ", fields.Dropped))
	}
	want := "line 0; log lines dropped: nobody read them in time 10; line 11"
	if got := strings.Join(said, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestALogThatCannotBeWrittenIsCounted(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_ = r.Close()
	b := newLogBuffer(w, 10, func(w io.Writer) zerolog.Logger { return newLogger(Config{}, w) })
	log := newLogger(Config{}, b)
	log.Info().Msg("line")
	log.Info().Msg("line")
	b.close()
	if got := b.dropped(); got != 2 {
		t.Errorf("%d dropped, want 2", got)
	}
}

func counted(t *testing.T, m *metrics, name string) float64 {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}

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
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
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
			from := time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			endsInOrder(t, cmd, from)
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
	from := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	endsInOrder(t, cmd, from)
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
	from := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	endsInOrder(t, cmd, from)
}
