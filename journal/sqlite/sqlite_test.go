package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/sqlite"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("JOURNAL_TEST_CHILD"); path != "" {
		confine()
		child(path)
	}
	os.Exit(m.Run())
}

var config = sqlite.Config{Audit: true, Notify: true, Now: time.Now}

// file is a journal in a file.
type file struct {
	*journal.Journal
	db *sqlite.DB
}

func open(t testing.TB, path string) file {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, config)
	if err != nil {
		t.Fatal(err)
	}
	j := journal.New(db, journal.Config{Timeout: 10 * time.Second}) // the machine may be busy
	t.Cleanup(func() {
		if err := j.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return file{j, db}
}

func TestSQLite(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Backend {
		path := filepath.Join(t.TempDir(), "azeer-slack.db")
		var latest file
		return journaltest.Backend{
			Open: func(t testing.TB) assign.Journal {
				latest = open(t, path)
				return latest
			},
			// What a killed process leaves is what its files hold at that moment.
			Crash: func(t testing.TB, _ assign.Journal) {
				path = copyFiles(t, path)
			},
			Age: func(t testing.TB, by time.Duration) {
				exec := "UPDATE assignments SET accepted_at = accepted_at - ?"
				if _, err := latest.db.Conn().ExecContext(t.Context(), exec, by.Microseconds()); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// copyFiles copies a journal in use to a new folder.
func copyFiles(t testing.TB, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	for _, suffix := range []string{"", "-wal", ".notes"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestPathsAreTakenLiterally(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b#c%20ع.db")
	journaltest.Accept(t, open(t, path), journaltest.Numbered(1))
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	first := startChild(t, path)
	if _, err := sqlite.Open(t.Context(), path, config); err == nil ||
		!strings.Contains(err.Error(), "another azeer-slack is running with this file") {
		t.Fatalf("error is %v", err)
	}
	first.kill(t)
	// The lock went with its process, and what was acknowledged is there.
	j := open(t, path)
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != first.acknowledged {
		t.Fatalf("%d taken, error %v, want %d", len(taken), err, first.acknowledged)
	}
	if _, err := sqlite.Open(t.Context(), path, config); err == nil {
		t.Fatal("it was opened twice by one process")
	}
	journaltest.Accept(t, j, journaltest.Numbered(1000))
}

func TestALinkIsTheSameFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		link func(t *testing.T, file, link string) // makes the file known as link, too
		late bool                                  // the file is made by opening it as link
	}{
		"a link to the file":                   {link: symlink},
		"a link to a file that is yet to come": {link: symlink, late: true},
		"a link that is relative": {late: true, link: func(t *testing.T, file, link string) {
			symlink(t, filepath.Base(file), filepath.Join(filepath.Dir(file), "between.db"))
			symlink(t, filepath.Join(filepath.Dir(file), "between.db"), link)
		}},
		"a link to the folder": {late: true, link: func(t *testing.T, file, link string) {
			symlink(t, filepath.Dir(file), filepath.Dir(link))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "azeer-slack.db")
			link := filepath.Join(t.TempDir(), "linked", "azeer-slack.db")
			if name != "a link to the folder" {
				if err := os.Mkdir(filepath.Dir(link), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			tt.link(t, file, link)
			first, second := file, link
			if tt.late {
				first, second = link, file
			}
			j := open(t, first)
			journaltest.Accept(t, j, journaltest.Numbered(1))
			_, err := sqlite.Open(t.Context(), second, config)
			if err == nil || !strings.Contains(err.Error(), "another azeer-slack is running with this file") {
				t.Fatalf("error is %v", err)
			}
			journaltest.Accept(t, j, journaltest.Numbered(2))
		})
	}
}

// childProcess is another process that uses a journal.
type childProcess struct {
	cmd          *exec.Cmd
	acknowledged int
}

// startChild waits until the process has accepted a few requests.
func startChild(t *testing.T, path string, settings ...string) *childProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), settings...), "JOURNAL_TEST_CHILD="+path)
	if _, err := cmd.StdinPipe(); err != nil { // open as long as this process lives
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &childProcess{cmd: cmd}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "enough" {
			return c
		}
		c.acknowledged++
	}
	t.Fatalf("child ended early: %v", cmd.Wait())
	return nil
}

func (c *childProcess) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait()
	if c.cmd.ProcessState.Exited() {
		t.Fatalf("child ended by itself: %s", c.cmd.ProcessState)
	}
}

// child accepts a few requests and then hangs until it is killed.
func child(path string) {
	j, err := journal.Open(context.Background(), "sqlite://"+path, journal.Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for n := range 20 {
		if _, _, err := j.Accept(context.Background(), journaltest.Numbered(n)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(n)
	}
	fmt.Println("enough")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

func TestWhatCannotBeStoredIsNotAccepted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ breaks, mends, cause string }{
		"disk full":      {"PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "disk is full"},
		"read-only file": {"PRAGMA query_only = ON", "PRAGMA query_only = OFF", "cannot be written to"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := open(t, filepath.Join(t.TempDir(), "x.db"))
			write := j.db.Conn()
			first := journaltest.Accept(t, j, journaltest.Numbered(0))
			if _, err := write.ExecContext(t.Context(), tt.breaks); err != nil {
				t.Fatal(err)
			}
			stored := fill(t, j, tt.cause)
			if _, ok, err := j.Latest(t.Context(), journaltest.Numbered(stored+1).Contact); ok || err != nil {
				t.Fatalf("the refused one: found %t, error %v", ok, err)
			}
			if name != "disk full" { // one page is left for a pulse
				if err := j.Health(t.Context()); err == nil || !strings.Contains(err.Error(), tt.cause) {
					t.Fatalf("health is %v", err)
				}
			}
			if v, err := j.Turn(t.Context(), first.ID, false); err != nil || v.Verdict != assign.TurnGo {
				t.Fatalf("turn is %+v, error %v", v, err)
			}
			if _, err := write.ExecContext(t.Context(), tt.mends); err != nil {
				t.Fatal(err)
			}
			journaltest.Accept(t, j, journaltest.Numbered(stored+1))
			if err := j.Health(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// fill accepts until that is refused for the cause, and gives how many it took.
func fill(t *testing.T, j assign.Journal, cause string) int {
	t.Helper()
	for n := 1; n < 10_000; n++ {
		_, _, err := j.Accept(t.Context(), journaltest.Numbered(n))
		if err == nil {
			continue
		}
		if !errors.Is(err, assign.ErrNotStored) || !strings.Contains(err.Error(), cause) {
			t.Fatalf("error is %v, want ErrNotStored with %q", err, cause)
		}
		return n - 1
	}
	t.Fatal("everything was stored")
	return 0
}

// That a call is made is not synced, so after a crash of the machine it may be missing.
func TestAfterAReboot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	j := open(t, path)
	called, waiting := journaltest.Accept(t, j, journaltest.Numbered(1)), journaltest.Accept(t, j, journaltest.Numbered(2))
	if _, err := j.Turn(t.Context(), called.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Turn(t.Context(), waiting.ID, false); err != nil {
		t.Fatal(err)
	}
	sent := func(boot string) (sent []bool) {
		t.Helper()
		if boot != "" {
			if _, err := j.db.Conn().ExecContext(t.Context(), "UPDATE boots SET boot = ?", boot); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		j = open(t, path)
		taken, err := j.Take(t.Context())
		if err != nil || len(taken) != 2 {
			t.Fatalf("taken are %v, error %v", taken, err)
		}
		for _, a := range taken {
			sent = append(sent, a.Sent)
		}
		return sent
	}
	if sqlite.BootID() != "" {
		if got := sent(""); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("after a restart, sent are %v", got)
		}
	}
	if got := sent("another"); !slices.Equal(got, []bool{true, true}) {
		t.Errorf("after a reboot, sent are %v", got)
	}
	if got := sent(""); !slices.Equal(got, []bool{true, true}) {
		t.Errorf("after a reboot and a restart, sent are %v", got)
	}
}

func TestAFileThatWentAwayIsNoticed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	j := open(t, path)
	journaltest.Accept(t, j, journaltest.Numbered(1))
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	for j.Health(t.Context()) == nil {
		continue // it is not looked for at each write
	}
	journaltest.WantNotStored(t, j, journaltest.Numbered(2), "journal file is gone")
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
	journaltest.Accept(t, j, journaltest.Numbered(2))
}

func TestResponseURLsAreErased(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	j := open(t, path)
	const secret = "hooks.slack.test"
	for n := range 50 {
		journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(n)).ID)
	}
	if !onDisk(t, path, secret) {
		t.Fatal("the test does not see what is on the disk")
	}
	if err := j.db.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, path, secret) {
		t.Fatal("a response URL is still on the disk")
	}
}

// onDisk looks into copies: closing a file that this process has open twice would
// drop SQLite's locks on it.
func onDisk(t *testing.T, path, text string) bool {
	t.Helper()
	found := false
	for _, suffix := range []string{"", "-wal"} {
		content, err := exec.Command("cat", path+suffix).Output()
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(text))
	}
	return found
}

func TestTheFileIsOpenedAsItMustBe(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "x.db"))
	for pragma, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "secure_delete": "1", "locking_mode": "exclusive",
	} {
		var got string
		if err := j.db.Conn().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, error %v, want %q", pragma, got, err, want)
		}
	}
}

func symlink(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}
