package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
)

// BenchmarkMemory builds the real program and runs it as a process of its own in a
// sandbox. It reports, in MB resident: idle, some seconds after connecting; the most
// during a burst of b.N commands for as many contacts while Azeer answers none of them
// (wants -benchtime 10000x); and a while after all have been answered. Linux only, since it reads
// /proc.
func BenchmarkMemory(b *testing.B) {
	if b.N == 1 {
		return // the trial run of the testing package
	}
	folder := b.TempDir()
	program := filepath.Join(folder, "azeer-slack")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".") // as in the Dockerfile
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	w := &atWork{b: b, jobs: make(map[string]*step), news: make(chan struct{}, 1)}
	w.Sandbox = roomyBox(b, 64)
	w.Subscribe(w.note)
	cmd := exec.Command(program, "run")
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &out, &out
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HTTP_ADDR=127.0.0.1:0", "AZEER_CONCURRENCY=64", "LOG_LEVEL=warn",
		"DATABASE_URL=sqlite://" + filepath.Join(folder, "journal.db")}
	for name, value := range w.Env() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	w.until(func() bool { return w.Slack.Connections() == 2 })
	pass(8 * time.Second)
	idle := resident(b, cmd.Process.Pid, "VmRSS")

	w.Azeer.Always(azeer.Misbehaviour{Hang: true})
	b.ResetTimer()
	w.burst(64, b.N)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepted/s")
	b.ReportMetric(idle, "idle-MB")
	b.ReportMetric(resident(b, cmd.Process.Pid, "VmRSS"), "accepted-MB")
	w.Azeer.Behave()
	w.allAnswered(b.N)
	b.ReportMetric(resident(b, cmd.Process.Pid, "VmHWM"), "most-MB")
	pass(8 * time.Second)
	b.ReportMetric(resident(b, cmd.Process.Pid, "VmRSS"), "after-MB")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Errorf("%v\n%s", err, out.Bytes())
	}
}

// pass lets d go by: the measured process is to come to rest.
func pass(d time.Duration) { <-time.After(d) }

// resident reads a line of /proc/<pid>/status, in MB.
func resident(b *testing.B, pid int, line string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), line+":")
	kB, err := strconv.Atoi(strings.TrimSpace(rest[:strings.Index(rest, "kB")]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(kB) / 1024
}
