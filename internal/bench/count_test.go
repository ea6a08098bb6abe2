//go:build slow && linux && (amd64 || arm64)

package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"azeer-slack/internal/bench/syscalls"
)

// What SQLite may ask of the system for one command: what it asks today, with little to
// spare. One command comes after the other, so that none shares what another costs.
const (
	mostSyncs  = 1.05
	mostWrites = 8
	mostReads  = 0.5
	mostLocks  = 0.1
	// leastSyncs is the promise: what is acknowledged is on the disk.
	leastSyncs = 1
	// What is noted is put into the tables once a second, if nothing takes it along. So a slow
	// machine needs more for a command: these, for each second that goes by.
	timedSyncs  = 1
	timedWrites = 20
)

func TestWhatACommandAsksOfTheDisk(t *testing.T) {
	const commands = 300
	folder := t.TempDir()
	if err := build(folder, []string{"-tags", "pprof"}, "cmd/azeer-slack"); err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(true)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	socket := filepath.Join(folder, "pprof")
	c, err := start(watched(socket, "PPROF_COUNT=1"), w, folder, filepath.Join(folder, "counted"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := w.oneByOne(0, people); err != nil {
		t.Fatal(err)
	}
	before, start := counts(t, socket), time.Now()
	if err := w.oneByOne(people, commands); err != nil {
		t.Fatal(c.blame(err))
	}
	after, seconds := counts(t, socket), time.Since(start).Seconds()
	for _, each := range []struct {
		what               string
		calls              int64
		least, most, timed float64
	}{
		{"syncs", after.Syncs - before.Syncs, leastSyncs, mostSyncs, timedSyncs},
		{"writes", after.Writes - before.Writes, 1, mostWrites, timedWrites},
		{"reads", after.Reads - before.Reads, 0, mostReads, 0},
		{"locks", after.Locks - before.Locks, 0, mostLocks, 0},
	} {
		found, most := float64(each.calls)/commands, each.most+each.timed*seconds/commands
		t.Logf("%s per command: %.2f", each.what, found)
		if found < each.least || found > most {
			t.Errorf("%.2f %s per command, want %.1f to %.2f", found, each.what, each.least, most)
		}
	}
}

// counts asks the program what its SQLite has asked of the system so far.
func counts(t *testing.T, socket string) syscalls.Counts {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://program/debug/vars", nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := client(socket).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	var vars struct{ SQLite syscalls.Counts }
	if err := json.NewDecoder(reply.Body).Decode(&vars); err != nil {
		t.Fatal(err)
	}
	return vars.SQLite
}
