//go:build unix

package journaltest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Clock is the wall clock of a server.
type Clock struct{ file string }

// Set has the clock be wrong by so much from now on.
func (c Clock) Set(t testing.TB, by time.Duration) {
	t.Helper()
	temporary := c.file + ".new"
	err := os.WriteFile(temporary, fmt.Appendf(nil, "%+.0f\n", by.Seconds()), 0o644)
	if err == nil {
		err = os.Rename(temporary, c.file)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// StartPostgresWithClock is StartPostgres with a server of its own, whose clock can be set.
// Without installed libfaketime the test is skipped, or fails if CI=true.
func StartPostgresWithClock(t testing.TB) (databaseURL string, clock Clock) {
	t.Helper()
	bin := findPostgres(t)
	found, err := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	if err != nil || len(found) == 0 {
		missing(t, "no clock here that can be set: install the package libfaketime")
	}
	folder := t.TempDir()
	for _, f := range []string{folder, filepath.Dir(folder)} { // for the server's user
		if err := os.Chmod(f, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	clock = Clock{filepath.Join(folder, "clock")}
	clock.Set(t, 0)
	s, err := startServer(bin, "LD_PRELOAD="+found[0], "FAKETIME_TIMESTAMP_FILE="+clock.file,
		"FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1")
	if err != nil {
		t.Fatalf("start postgres: %v", err)
	}
	t.Cleanup(s.stop)
	if err := s.createSchema(t.Context(), "journal"); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	return s.url("journal"), clock
}
