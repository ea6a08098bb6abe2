package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox/page"
)

// status reads a process's state and parent from /proc; the parent is 0 if there is no
// such process, or nothing but its exit status.
func status(pid int) (parent int) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name, in brackets, may hold anything; state and parent follow it.
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(fields) < 2 || fields[0] == "Z" || fields[0] == "X" {
		return 0
	}
	parent, _ = strconv.Atoi(fields[1])
	return parent
}

// childOf returns the one child of a process.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for _, folder := range all {
		pid, _ := strconv.Atoi(filepath.Base(folder))
		if status(pid) == parent {
			children = append(children, pid)
		}
	}
	if len(children) != 1 {
		t.Fatalf("children of %d: %v", parent, children)
	}
	return children[0]
}

func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for status(pid) != 0 {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("process %d is still there", pid)
		}
	}
}

func TestNoBotOutlivesItsDemo(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			s := openSite(t, nil)
			bot := childOf(t, s.cmd.Process.Pid)
			_ = s.end(signal)
			awaitEnd(t, bot)
		})
	}
}

// A bot that is killed and started again is tied to its demo as the first one was.
func TestNoSecondBotOutlivesItsDemo(t *testing.T) {
	t.Parallel()
	s := openSite(t, nil)
	first := childOf(t, s.cmd.Process.Pid)
	s.turn("bot_kill", true)
	awaitEnd(t, first)
	s.turn("bot_start", true)
	second := childOf(t, s.cmd.Process.Pid)
	_ = s.end(syscall.SIGKILL)
	awaitEnd(t, second)
}

func TestABotThatDiesByItselfIsNoticed(t *testing.T) {
	t.Parallel()
	s := openSite(t, nil)
	if err := syscall.Kill(childOf(t, s.cmd.Process.Pid), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	now := s.until("the end of the bot", func(now page.State) bool { return now.Trouble.Bot == "stopped" && now.Trouble.Sockets == 0 })
	if last := now.Interactions[len(now.Interactions)-1]; last.What != "The bot ended by itself: signal: killed" {
		t.Errorf("%+v", last)
	}
	s.turn("bot_start", true)
	s.until("the bot is back", func(now page.State) bool { return now.Trouble.Bot == "running" && now.Trouble.Sockets > 0 })
	_ = s.end(syscall.SIGTERM)
}

// Neither the environment of the demo nor an .env beside it reach the bot's process.
func TestTheBotsProcessKnowsNoRealToken(t *testing.T) {
	t.Parallel()
	s := openSite(t, map[string]string{"SLACK_BOT_TOKEN": "xoxb-real", "AZEER_API_KEY": "real-key", "ANYTHING": "real-secret"})
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", childOf(t, s.cmd.Process.Pid)))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "real") || !strings.Contains(string(raw), "xoxb-sandbox") {
		t.Errorf("environment: %q", raw)
	}
	folder, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", childOf(t, s.cmd.Process.Pid)))
	if err != nil || folder == s.cmd.Dir {
		t.Errorf("it works in %q, %v", folder, err)
	}
	_ = s.end(syscall.SIGTERM)
}
