package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// subject is a bot to measure.
type subject struct {
	name    string
	program string // its binary
	answers bool   // it asks Azeer and answers, beside acknowledging
	env     func(folder string) []string
}

const (
	floor   = "echo"
	durable = "echo + sync"
	plain   = "plain slack-go"
	ours    = "azeer-slack"
)

// subjects are measured in this order, again and again.
func subjects() []subject {
	return []subject{
		{name: floor, program: "echo"},
		{name: durable, program: "echo", env: func(folder string) []string {
			return []string{"ECHO_SYNC=" + filepath.Join(folder, "rows")}
		}},
		{name: plain, program: "plain", answers: true},
		{name: ours, program: "azeer-slack", answers: true, env: journalIn},
	}
}

// journalIn lets as many calls to Azeer be under way as the load needs.
func journalIn(folder string) []string {
	return []string{"HTTP_ADDR=127.0.0.1:0", "AZEER_CONCURRENCY=64",
		"DATABASE_URL=sqlite://" + filepath.Join(folder, "journal.db")}
}

// build makes the binaries of the named packages in folder, as the Dockerfile does.
func build(folder string, flags []string, packages ...string) error {
	args := append([]string{"build", "-race=false", "-trimpath", "-ldflags", "-s -w", "-o", folder + string(filepath.Separator)}, flags...)
	for _, p := range packages {
		args = append(args, "azeer-slack/"+p)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the bots: %w\n%s", err, out)
	}
	return nil
}

// child is a bot as a process, measured from outside.
type child struct {
	cmd    *exec.Cmd
	log    string        // file with what it prints
	starts time.Duration // from its start to its first socket
	gone   chan struct{} // closed when it has ended
}

// start runs the bot s of the folder binaries in an empty folder, until its first socket.
func start(s subject, w *world, binaries, folder string) (*child, error) {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	c := &child{log: filepath.Join(folder, "log"), gone: make(chan struct{})}
	log, err := os.Create(c.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	c.cmd = exec.Command(filepath.Join(binaries, s.program))
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = folder, log, log
	c.cmd.Env = append(w.env(), "PATH="+os.Getenv("PATH"), "TMPDIR="+folder)
	if s.env != nil {
		c.cmd.Env = append(c.cmd.Env, s.env(folder)...)
	}
	began := time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = c.cmd.Wait() // what it ended with is in ProcessState
		close(c.gone)
	}()
	select {
	case <-w.connected:
		c.starts = time.Since(began)
		return c, nil
	case <-c.gone:
		return nil, c.blame(errors.New("it ended"))
	case <-time.After(patience):
		return nil, c.blame(errors.Join(errors.New("it does not connect"), c.stop()))
	}
}

// stop ends the bot in good order.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.gone:
		return nil
	case <-time.After(patience):
		_ = c.cmd.Process.Kill()
		<-c.gone
		return fmt.Errorf("it did not end within %s", patience)
	}
}

// blame adds to err the end of what the bot printed.
func (c *child) blame(err error) error {
	if err == nil {
		return nil
	}
	text, _ := os.ReadFile(c.log)
	return fmt.Errorf("%s: %w\n%s", filepath.Base(c.cmd.Path), err, text[max(0, len(text)-2000):])
}

// complaints looks for lines of the program's log that it should not have written. A warning is
// for whoever reads the figures, since a busy machine is enough for one.
func (c *child) complaints(warn func(line string)) error {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.Contains(line, `"level":"error"`):
			return fmt.Errorf("it logged %s", line)
		case strings.Contains(line, `"level":"warn"`):
			warn("it logged " + strings.TrimSpace(line))
		}
	}
	return nil
}

// memory reads a line of /proc/<pid>/status, in MB of 2²⁰ bytes: VmRSS is what is in
// memory now, VmHWM the most that ever was.
func (c *child) memory(line string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), line+":")
	text, _, _ := strings.Cut(rest, "kB")
	kB, err := strconv.Atoi(strings.TrimSpace(text))
	return float64(kB) / 1024, err
}

// processor is the time in seconds that a process has spent on processors, its own and
// the kernel's for it, to 10 ms (proc_pid_stat(5), utime and stime).
func processor(pid int) (float64, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return float64(user+system) / 100, errors.Join(err, err2)
}
