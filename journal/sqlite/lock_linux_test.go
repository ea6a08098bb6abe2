package sqlite_test

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

	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/sqlite"
	"azeer-slack/journal/store"

	"github.com/pressly/goose/v3/database"
)

const refusedLock = "cannot be written to, so nothing would keep a second azeer-slack out"

// somebody is the user of the image.
const somebody = 65532

// confine makes a child what its environment asks for: a process of another user, or in a
// container whose only place to write to is the folder of its journal, which is at /mnt.
func confine() {
	if folder := os.Getenv("JOURNAL_TEST_READ_ONLY"); folder != "" {
		must(syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
		must(syscall.Mount(folder, "/mnt", "", syscall.MS_BIND, ""))
		for _, place := range []string{"/tmp", "/var/tmp"} {
			must(syscall.Mount("none", place, "tmpfs", syscall.MS_RDONLY, ""))
		}
		must(os.Chdir("/"))
	}
	if uid, err := strconv.Atoi(os.Getenv("JOURNAL_TEST_UID")); err == nil {
		must(syscall.Setuid(uid))
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "confine:", err)
		os.Exit(2)
	}
}

// asSomebody gives a folder that belongs to another user than root, and the setting with which a
// child is that user. Who is not root remains who they are.
func asSomebody(t *testing.T) (folder, setting string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if os.Geteuid() != 0 {
		return folder, "JOURNAL_TEST_UID="
	}
	give(t, folder)
	return folder, "JOURNAL_TEST_UID=" + strconv.Itoa(somebody)
}

func give(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Chown(path, somebody, somebody); err != nil && os.Geteuid() == 0 {
			t.Fatal(err)
		}
	}
}

// wantRefused starts a child that has to end with that error.
func wantRefused(t *testing.T, path, want string, settings ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), settings...), "JOURNAL_TEST_CHILD="+path)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(errs.String(), want) {
		t.Errorf("it ended with %v: %s, want %q", err, errs.String(), want)
	}
}

// Left behind by root, say, when only the file itself was given to another user.
func TestALockThatCannotBeTakenKeepsTheProgramFromStarting(t *testing.T) {
	t.Parallel()
	folder, setting := asSomebody(t)
	path := filepath.Join(folder, "azeer-slack.db")
	if err := open(t, path).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	give(t, path, path+".accepted", path+".notes")
	if err := os.Chmod(path+".lock", 0o444); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, path, refusedLock, setting)
	if err := os.Remove(path + ".lock"); err != nil { // which is the cure
		t.Fatal(err)
	}
	startChild(t, path, setting).kill(t)
}

func TestNothingMakesTheLockVoid(t *testing.T) {
	t.Parallel()
	const inUse = "another azeer-slack is running with this file"
	for name, tt := range map[string]struct {
		// change is made while the file is in use, and gives the name under which it is opened next.
		change func(t *testing.T, path string) string
		want   string
	}{
		"the lock's file is deleted": {func(t *testing.T, path string) string {
			if err := os.Remove(path + ".lock"); err != nil {
				t.Fatal(err)
			}
			return path
		}, inUse},
		"the file has a second name": {func(t *testing.T, path string) string {
			second := filepath.Join(t.TempDir(), "second.db")
			if err := os.Link(path, second); err != nil {
				t.Fatal(err)
			}
			return second
		}, inUse},
		"the lock's file is a text": {func(t *testing.T, path string) string {
			other := filepath.Join(t.TempDir(), "other.db")
			if err := os.WriteFile(other+".lock", bytes.Repeat([]byte("locked\n"), 500), 0o600); err != nil {
				t.Fatal(err)
			}
			return other
		}, "is not the empty file that it should be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "azeer-slack.db")
			j := open(t, path)
			journaltest.Accept(t, j, journaltest.Numbered(1))
			wantRefused(t, tt.change(t, path), tt.want)
			journaltest.Accept(t, j, journaltest.Numbered(2))
		})
	}
}

func TestAFileOnTheNetworkIsRefused(t *testing.T) {
	sqlite.SetFileSystem(t, 0x6969)
	_, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), config)
	if err == nil || !strings.Contains(err.Error(), "it is on a network file system (NFS)") {
		t.Fatalf("error is %v", err)
	}
}

// A container with a read-only root has no place for temporary files.
func TestABigFileIsBroughtUpToDateWithoutTemporaryFiles(t *testing.T) {
	t.Parallel()
	folder, setting := asSomebody(t)
	path := filepath.Join(folder, "x.db")
	fillVersionOne(t, path, 12_000)
	give(t, path)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "TMPDIR=", "JOURNAL_TEST_CHILD=/mnt/x.db", "JOURNAL_TEST_READ_ONLY="+folder, setting)
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		child.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		child.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
	}
	out, _ := child.CombinedOutput() // it ends when its input does
	if !bytes.Contains(out, []byte("enough")) {
		t.Fatalf("it ended with: %s", out)
	}
}

// fillVersionOne makes a file as the first version left it. With long names of requesters, few rows are more
// than SQLite sorts in its cache.
func fillVersionOne(t *testing.T, path string, rows int) {
	t.Helper()
	db := sqlite.Raw(t, path)
	migrations, err := store.Migrations(database.DialectSQLite3, db, os.DirFS("."))
	if err == nil {
		_, err = migrations.UpTo(t.Context(), 1)
	}
	if err == nil {
		_, err = db.ExecContext(t.Context(), `
			WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
			INSERT INTO assignments (key, requester, contact, agent, twin, accepted_at, kind, outcome, finished_at, answered)
			SELECT 'key' || n, printf('U%0300d', n % 100), 966544000000 + n, 'omar@twerlo.com', 'twin' || n, ?2, 'refused', '{}', ?2, 1 FROM numbers`,
			rows, time.Now().UnixMicro())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
