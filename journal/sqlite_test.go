package journal

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"azeer-slack/assign"
)

func wantNotStored(t *testing.T, j *Journal, r assign.Request, cause string) {
	t.Helper()
	_, _, err := j.Accept(t.Context(), r)
	if !errors.Is(err, assign.ErrNotStored) || !strings.Contains(err.Error(), cause) {
		t.Fatalf("error is %v, want ErrNotStored with %q", err, cause)
	}
}

func TestUnusableFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, bytes.Repeat([]byte("shopping list\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(folder, "foreign.db")
	change(t, foreign, "CREATE TABLE bookmarks (url TEXT)")
	ring := filepath.Join(folder, "ring.db")
	symlink(t, ring, ring)
	newer := filepath.Join(folder, "newer.db")
	if err := mustOpen(t, "sqlite://"+newer, Config{}).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	change(t, newer, "INSERT INTO "+versions+" (version_id, is_applied) VALUES (99, 1)")

	for name, tt := range map[string]struct{ url, want string }{
		"a folder":                 {"sqlite://" + folder, "is a folder: DATABASE_URL must name a file"},
		"a missing folder":         {"sqlite://" + folder + "/no/x.db", "does not exist: create it"},
		"a file as folder":         {"sqlite://" + text + "/x.db", "is not a folder"},
		"something else":           {"sqlite://" + text, "is not a SQLite database"},
		"another program's":        {"sqlite://" + foreign, "SQLite file of another program"},
		"a newer version's":        {"sqlite://" + newer, "newer version of azeer-slack"},
		"a device":                 {"sqlite:///dev/null", "is not a regular file"},
		"a ring of links":          {"sqlite://" + ring, "too many levels of symbolic links"},
		"a folder without rights":  {"sqlite:///proc/x.db", "give this user the right to"},
		"no file":                  {"sqlite://", "names no file"},
		"no scheme":                {"azeer-slack.db", "must begin with sqlite:// or postgres://"},
		"another scheme":           {"mysql://root@/x", "must begin with sqlite:// or postgres://"},
		"an unreadable Postgres":   {"postgres://u:hunter2@[/x", "is not a valid Postgres URL"},
		"a Postgres that is away":  {"postgres://u:hunter2@127.0.0.1:1/x", "cannot be reached"},
		"a Postgres without a way": {"postgresql://u:hunter2@/x?host=/nowhere", "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := Open(t.Context(), tt.url, Config{})
			if err == nil {
				t.Fatal("it was opened", j.Close(t.Context()))
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("error is %q, want %q", err, tt.want)
			}
		})
	}
}

// change runs a statement on a SQLite file as another program would.
func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPathsAreTakenLiterally(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c#d%20ع.db")
	mustAccept(t, mustOpen(t, "sqlite://"+path, Config{}), numbered(1))
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	url := "sqlite://" + path
	first := startChild(t, path)
	if _, err := Open(t.Context(), url, Config{}); err == nil ||
		!strings.Contains(err.Error(), "another azeer-slack is running with this file") {
		t.Fatalf("error is %v", err)
	}
	first.kill(t)
	// The lock went with its process, and what was acknowledged is there.
	j := mustOpen(t, url, Config{})
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != first.acknowledged {
		t.Fatalf("%d taken, error %v, want %d", len(taken), err, first.acknowledged)
	}
	if _, err := Open(t.Context(), url, Config{}); err == nil {
		t.Fatal("it was opened twice by one process")
	}
	mustAccept(t, j, numbered(1000))
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
			j := mustOpen(t, "sqlite://"+first, Config{})
			mustAccept(t, j, numbered(1))
			_, err := Open(t.Context(), "sqlite://"+second, Config{})
			if err == nil || !strings.Contains(err.Error(), "another azeer-slack is running with this file") {
				t.Fatalf("error is %v", err)
			}
			mustAccept(t, j, numbered(2))
		})
	}
}

func symlink(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

// childProcess is another process that uses a journal.
type childProcess struct {
	cmd          *exec.Cmd
	acknowledged int
}

// startChild waits until the process has accepted a few requests.
func startChild(t *testing.T, path string) *childProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_CHILD="+path)
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
	j, err := Open(context.Background(), "sqlite://"+path, Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for n := range 20 {
		if _, _, err := j.Accept(context.Background(), numbered(n)); err != nil {
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
			j := mustOpen(t, "sqlite://"+filepath.Join(t.TempDir(), "x.db"), Config{})
			write := j.store.(*sqlite).write
			first := mustAccept(t, j, numbered(0))
			if _, err := write.Exec(tt.breaks); err != nil {
				t.Fatal(err)
			}
			stored := fill(t, j, tt.cause)
			if _, ok, err := j.Latest(t.Context(), numbered(stored+1).Contact); ok || err != nil {
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
			if _, err := j.Turn(t.Context(), first.ID, true); name != "disk full" && err == nil {
				t.Fatal("a call may be made of which nothing can be noted")
			}
			if _, err := write.Exec(tt.mends); err != nil {
				t.Fatal(err)
			}
			mustAccept(t, j, numbered(stored+1))
			if err := j.Health(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// fill accepts until that is refused for the cause, and gives how many it took.
func fill(t *testing.T, j *Journal, cause string) int {
	t.Helper()
	for n := 1; n < 10_000; n++ {
		_, _, err := j.Accept(t.Context(), numbered(n))
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

func TestAFirstStartThatWasCutShortIsGoneOnWith(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	change(t, path, "CREATE TABLE "+versions+` (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now')))`)
	change(t, path, "INSERT INTO "+versions+" (version_id, is_applied) VALUES (0, 1)")
	mustAccept(t, mustOpen(t, "sqlite://"+path, Config{}), numbered(1))
}

// That a call is made is not synced, so after a crash of the machine it may be missing.
func TestAfterAReboot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	j := mustOpen(t, "sqlite://"+path, Config{})
	called, waiting := mustAccept(t, j, numbered(1)), mustAccept(t, j, numbered(2))
	if _, err := j.Turn(t.Context(), called.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Turn(t.Context(), waiting.ID, false); err != nil {
		t.Fatal(err)
	}
	sent := func(boot string) (sent []bool) {
		t.Helper()
		if boot != "" {
			if _, err := j.store.(*sqlite).write.Exec("UPDATE boots SET boot = ?", boot); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		j = mustOpen(t, "sqlite://"+path, Config{})
		taken, err := j.Take(t.Context())
		if err != nil || len(taken) != 2 {
			t.Fatalf("taken are %v, error %v", taken, err)
		}
		for _, a := range taken {
			sent = append(sent, a.Sent)
		}
		return sent
	}
	if bootID() != "" {
		if got := sent(""); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("after a restart, sent are %v", got)
		}
	}
	if got := sent("another"); !slices.Equal(got, []bool{true, true}) {
		t.Errorf("after a reboot, sent are %v", got)
	}
}

func TestAFileThatWentAwayIsNoticed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	j := mustOpen(t, "sqlite://"+path, Config{})
	mustAccept(t, j, numbered(1))
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	wantNotStored(t, j, numbered(2), "journal file is gone")
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
	mustAccept(t, j, numbered(2))
}

func TestResponseURLsAreErased(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "azeer-slack.db")
	j := mustOpen(t, "sqlite://"+path, Config{})
	const secret = "hooks.slack.test"
	for n := range 50 {
		settle(t, j, mustAccept(t, j, numbered(n)).ID)
	}
	if !onDisk(t, path, secret) {
		t.Fatal("the test does not see what is on the disk")
	}
	if err := j.store.tidy(t.Context()); err != nil {
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

func TestWhatIsCommittedIsOnTheDisk(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, "sqlite://"+filepath.Join(t.TempDir(), "x.db"), Config{})
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "secure_delete": "1"} {
		var got string
		if err := j.store.(*sqlite).write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, error %v, want %q", pragma, got, err, want)
		}
	}
}
