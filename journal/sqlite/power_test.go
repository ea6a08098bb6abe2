//go:build linux

package sqlite_test

import (
	"bufio"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"azeer-slack/journal/journaltest"
)

var cuts = flag.Int("cuts", 12, "how often the power is cut")

// TestThePowerIsCut works on a journal until the process is killed, takes away what was only in
// the machine's memory, and goes on with what is on the disk; again and again.
func TestThePowerIsCut(t *testing.T) {
	if path := os.Getenv("JOURNAL_TEST_POWERED"); path != "" {
		workUntilKilled(t, path)
		return
	}
	t.Parallel()
	disk := journaltest.NewDisk(t, 32)
	books := journaltest.NewBooks()
	t.Logf("the same number of lines before each cut: -damage-seed %d", *damageSeed)
	dice := rand.New(rand.NewPCG(*damageSeed, 0))
	for range *cuts {
		killWorker(t, filepath.Join(disk.Folder, "x.db"), books, 20+dice.IntN(300))
		disk = disk.Cut(t)
		takeUp(t, filepath.Join(disk.Folder, "x.db"), books)
	}
	disk.Discard(t)
	t.Log(books)
}

// workUntilKilled is what runs in a process of its own.
func workUntilKilled(t *testing.T, path string) {
	w := journaltest.Work{
		Journal: open(t, path),
		Note:    func(line string) { fmt.Println(line) },
		Again: func(err error) bool {
			t.Error(err)
			return false
		},
	}
	w.Run(t.Context())
}

// killWorker kills a process that works on a journal, once it has printed so many lines.
func killWorker(t *testing.T, path string, books *journaltest.Books, until int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestThePowerIsCut$")
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_POWERED="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		books.Note(t, lines.Text())
		if n == until {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	if cmd.ProcessState.Exited() {
		t.Fatalf("it ended by itself: %s", cmd.ProcessState)
	}
}

// takeUp is the start after a cut.
func takeUp(t *testing.T, path string, books *journaltest.Books) {
	t.Helper()
	journaltest.CheckIntegrity(t, path)
	reboot(t, path)
	j := open(t, path)
	books.Check(t, j)
	w := journaltest.Work{
		Journal: j,
		Note:    func(line string) { books.Note(t, line) },
		Again: func(err error) bool {
			t.Fatal(err)
			return false
		},
	}
	w.TakeUp(t.Context())
	books.CheckSettled(t, j)
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// reboot makes a closed journal look as if the machine had been started since.
func reboot(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE boots SET boot = 'another'"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
