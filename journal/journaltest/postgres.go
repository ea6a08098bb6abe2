//go:build unix

package journaltest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// StartPostgres gives the URL of an empty schema on a server that listens on a Unix
// socket only and syncs to disk as in production. The server is started by the first
// test of a package and shared by the others; it goes when they are done. Each call
// gives another schema, since they cost far less than databases. Without installed Postgres the test is skipped, or fails if CI=true.
func StartPostgres(t testing.TB) (databaseURL string) {
	t.Helper()
	bin := findPostgres(t)
	s := &shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		running, err := startServer(bin)
		if err != nil {
			t.Fatalf("start postgres: %v", err)
		}
		s.running = running
	}
	s.users++
	t.Cleanup(s.release)
	s.schemas++
	name := "journal" + strconv.Itoa(s.schemas)
	if err := s.running.createSchema(t.Context(), name); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	return s.running.url(name)
}

// Main runs the tests of a package in TestMain, and keeps the Postgres server from one
// to the next. It returns the exit code.
func Main(m *testing.M) int {
	shared.mu.Lock()
	shared.users++
	shared.mu.Unlock()
	defer shared.release()
	return m.Run()
}

// shared is the server of this process, if it runs.
var shared sharedServer

type sharedServer struct {
	mu      sync.Mutex
	users   int
	schemas int
	running *server
}

func (s *sharedServer) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users == 0 && s.running != nil {
		s.running.stop()
		s.running = nil
	}
}

// findPostgres gives the folder of the newest installed server.
func findPostgres(t testing.TB) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		t.Fatal(err)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) > 0 {
		version := func(path string) int {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
			return n
		}
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
	}
	missing(t, "no Postgres server here: install the package postgresql")
	return ""
}

// missing skips a test that lacks a tool, or fails it if CI=true.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// server is a running Postgres, or a PgBouncer.
type server struct {
	folder string
	cmd    *exec.Cmd
	life   io.Closer
	pooler *server // in front of it; nil: none yet
}

// guard runs the server as long as its input is open: it ends with the tests, however
// they end.
const guard = `"$@" & pid=$!; cat >/dev/null; kill -INT $pid; wait $pid; rm -rf "$0"`

// startServer starts a server on data of its own, with more in its environment.
func startServer(bin string, environment ...string) (*server, error) {
	initdb := []string{"initdb", "-U", "journal", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}
	return startPostgres(bin, initdb, "ready to accept connections", environment...)
}

// startPostgres starts a server on data that a tool lays out in a folder of their own.
func startPostgres(bin string, layOut []string, ready string, environment ...string) (*server, error) {
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	who, err := credential(folder)
	if err != nil {
		return nil, err
	}
	tool := exec.Command(filepath.Join(bin, layOut[0]), append(layOut[1:], "-D", filepath.Join(folder, "data"))...)
	tool.SysProcAttr, tool.Dir = who, folder
	if out, err := tool.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", layOut[0], err, out)
	}
	command := append([]string{"env"}, environment...)
	return startGuarded(who, folder, ready, append(command,
		filepath.Join(bin, "postgres"), "-D", filepath.Join(folder, "data"), "-k", folder, "-c", "listen_addresses=",
		"-c", "fsync=on", "-c", "max_connections=200", "-c", "lc_messages=C", "-c", "log_min_messages=log")...)
}

// startGuarded starts a server that lives in a folder, and waits until its log says that it serves.
func startGuarded(who *syscall.SysProcAttr, folder, ready string, command ...string) (*server, error) {
	cmd := exec.Command("/bin/sh", append([]string{"-c", guard, folder}, command...)...)
	cmd.SysProcAttr, cmd.Dir = who, folder
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	log, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{folder: folder, cmd: cmd, life: life}
	return s, s.awaitReady(log, ready)
}

// awaitReady reads the server's log up to the word that it serves, and goes on reading
// so that it never blocks.
func (s *server) awaitReady(log io.Reader, word string) error {
	ready := make(chan error, 1)
	go func() {
		var said strings.Builder
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if said.Len() < 10_000 {
				said.WriteString(lines.Text() + "\n")
			}
			if strings.Contains(lines.Text(), word) {
				ready <- nil
				_, _ = io.Copy(io.Discard, log)
				return
			}
		}
		ready <- fmt.Errorf("it ended with: %s", said.String())
	}()
	return <-ready
}

// credential gives the folder, and the processes in it, to the user postgres where
// the tests run as root: Postgres refuses to.
func credential(folder string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(folder, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func (s *server) url(schema string) string {
	return "postgres://journal@/postgres?host=" + url.QueryEscape(s.folder) + "&search_path=" + schema
}

func (s *server) createSchema(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.url(name))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{name}.Sanitize())
	if closed := conn.Close(ctx); err == nil {
		err = closed
	}
	return err
}

func (s *server) stop() {
	if s.pooler != nil {
		s.pooler.stop()
	}
	_ = s.life.Close()
	_ = s.cmd.Wait()
}

// Pair is a Postgres server and its standby.
type Pair struct {
	// URL names both, and asks for the one that may be written to.
	URL              string
	primary, standby string // the URL of each
}

// StartPostgresPair starts a server and a standby that follows it, for one test.
func StartPostgresPair(t testing.TB) Pair {
	t.Helper()
	bin := findPostgres(t)
	primary, err := startServer(bin)
	if err != nil {
		t.Fatalf("start postgres: %v", err)
	}
	t.Cleanup(primary.stop)
	standby, err := startStandby(bin, primary.folder)
	if err != nil {
		t.Fatalf("start standby: %v", err)
	}
	t.Cleanup(standby.stop)
	return Pair{
		URL: "postgres://journal@/postgres?target_session_attrs=read-write&port=5432,5432&host=" +
			url.QueryEscape(primary.folder+","+standby.folder),
		primary: primary.url("public"), standby: standby.url("public"),
	}
}

func startStandby(bin, primary string) (*server, error) {
	backup := []string{"pg_basebackup", "-h", primary, "-U", "journal", "-R", "-X", "stream", "-c", "fast", "--no-sync"}
	return startPostgres(bin, backup, "ready to accept read-only connections")
}

// MakeReadOnly is what becomes of a primary that is replaced: those who are connected stay so.
// The standby has all that was committed.
func (p Pair) MakeReadOnly(t testing.TB) {
	t.Helper()
	for waiting := true; waiting; { // the test's own time limit ends it
		waiting = query(t, p.primary, `SELECT NOT EXISTS (SELECT FROM pg_stat_replication
			WHERE state = 'streaming' AND replay_lsn >= pg_current_wal_lsn())`)
	}
	execute(t, p.primary, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
	for waiting := true; waiting; {
		waiting = query(t, p.primary, `SELECT current_setting('default_transaction_read_only') = 'off'`)
	}
}

// Promote makes the standby the one to write to.
func (p Pair) Promote(t testing.TB) {
	t.Helper()
	execute(t, p.standby, "SELECT pg_promote()")
}

func query(t testing.TB, databaseURL, sql string) (yes bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), sql).Scan(&yes); err != nil {
		t.Fatal(err)
	}
	return yes
}

func execute(t testing.TB, databaseURL string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
