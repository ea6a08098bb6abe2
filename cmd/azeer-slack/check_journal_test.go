package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"azeer-slack/journal"
	"azeer-slack/journal/journaltest"

	"github.com/jackc/pgx/v5"
)

// examined runs check with a DATABASE_URL, and wants words in what it says.
func examined(t *testing.T, databaseURL string, want ...string) (code int, out string) {
	t.Helper()
	values := complete()
	values["DATABASE_URL"], values["SLACK_API_URL"], values["AZEER_BASE_URL"] = databaseURL, "http://127.0.0.1:1/api/", "http://127.0.0.1:1/v1"
	code, out, _ = started(t, values, "check")
	for _, words := range want {
		if !strings.Contains(out, words) {
			t.Errorf("with %s no %q in\n%s", databaseURL, words, out)
		}
	}
	return code, out
}

// use opens a journal as run does, and closes it.
func use(t *testing.T, databaseURL string) {
	t.Helper()
	j, err := journal.Open(t.Context(), databaseURL, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func namesIn(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestCheckLooksAtASQLiteFileAndChangesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "journal.db")
	at := "sqlite://" + path
	examined(t, at, "✓ the journal: there is no journal yet; the first start makes it at "+path)
	if names := namesIn(t, folder); names != "" {
		t.Errorf("check has left %s", names)
	}
	use(t, at)
	before := namesIn(t, folder)
	examined(t, at, "✓ the journal: its tables are up to date (version ", "can be written to")
	if names := namesIn(t, folder); names != before {
		t.Errorf("check has made %s of %s", names, before)
	}
}

func TestCheckNamesWhatKeepsASQLiteFileFromOpening(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	notes := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(notes, []byte(strings.Repeat("these are notes ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	behind := filepath.Join(folder, "behind.db")
	if err := os.WriteFile(behind+".accepted", []byte(fmt.Sprintf("%019d %08x\n", 7, crc32.ChecksumIEEE([]byte("0000000000000000007")))), 0o600); err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(folder, "torn.db")
	use(t, "sqlite://"+torn)
	file, err := os.OpenFile(torn, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt([]byte(strings.Repeat("torn", 3000)), 4096)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"sqlite://" + filepath.Join(folder, "nowhere", "x.db"): "does not exist: create it",
		"sqlite://" + folder: "is a folder: DATABASE_URL must name a file",
		"sqlite://" + notes:  "the file is not a SQLite database",
		"sqlite://x.db?a=b":  "leave out the ?",
		"sqlite://" + behind: "requests were accepted up to number 7, and it ends with 0",
		"sqlite://" + torn:   "the journal is damaged",
		"sqlite:///sys/x.db": "cannot write to folder /sys", // which not even root may
	} {
		if code, _ := examined(t, at, "✗ the journal cannot be opened", want); code != exitFault {
			t.Errorf("exit code %d", code)
		}
	}
}

// The bot is a process of its own: locks of one process are not in its own way.
func TestCheckTellsThatAJournalIsInUse(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"], values["DATABASE_URL"] = "", "sqlite://"+filepath.Join(t.TempDir(), "journal.db")
	run, out := child(t, values)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	awaitConnection(t.Context(), t, box)
	check, said := child(t, values, "check")
	if err := check.Run(); err != nil || !strings.Contains(said.String(), "in use by a running azeer-slack (process ") {
		t.Errorf("%v\n%s", err, said)
	}
	if err := run.Process.Kill(); err != nil { // so that its log stays as it is
		t.Fatal(err)
	}
	_ = run.Wait()
	check, said = child(t, values, "check")
	if err := check.Run(); err != nil || !strings.Contains(said.String(), "✓ the journal belongs to this installation") {
		t.Errorf("%v\n%s\n%s", err, said, out)
	}
	values["AZEER_BASE_URL"] = strings.Replace(values["AZEER_BASE_URL"], "127.0.0.1", "localhost", 1)
	check, said = child(t, values, "check")
	if err := check.Run(); err == nil || !strings.Contains(said.String(), "✗ the journal belongs to another installation") || !strings.Contains(said.String(), "--adopt") {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestCheckLooksAtPostgresAndChangesNothing(t *testing.T) {
	t.Parallel()
	at := journaltest.StartPostgres(t)
	examined(t, at, "✓ the journal: Postgres ", "✓ the journal: no pooler stands before it", "tables are not there yet; the first start makes them in the schema journal")
	conn := connectTo(t, at)
	var tables int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()`).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("check has made %d tables (%v)", tables, err)
	}
	use(t, at)
	examined(t, at, "✓ the journal: the user may read and write the tables", "✓ the journal: its tables are up to date (version ")
	if _, err := conn.Exec(t.Context(), `DELETE FROM azeer_slack_versions WHERE version_id > 5`); err != nil {
		t.Fatal(err)
	}
	examined(t, at, "its tables are at version 5; the next start brings them to version ")
	examined(t, journaltest.StartPgBouncer(t, at), "✓ the journal: a pooler stands before it")
	if _, err := conn.Exec(t.Context(), `INSERT INTO azeer_slack_versions (version_id, is_applied) VALUES (99, true)`); err != nil {
		t.Fatal(err)
	}
	examined(t, at, "✗ the journal cannot be opened", "written by a newer version of azeer-slack")
}

func TestCheckNamesTheRightsThatPostgresLacks(t *testing.T) {
	t.Parallel()
	at := journaltest.StartPostgres(t)
	conn := connectTo(t, at)
	schema := parsed(t, at).Query().Get("search_path")
	clerk := "clerk_" + schema
	for _, statement := range []string{"CREATE ROLE " + clerk + " LOGIN", "GRANT USAGE ON SCHEMA " + schema + " TO " + clerk} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	as := parsed(t, at)
	as.User = url.User(clerk)
	examined(t, as.String(), "✗ the journal cannot be opened", "may not make tables", "GRANT USAGE, CREATE ON SCHEMA")
	use(t, at)
	examined(t, as.String(), "✗ the journal cannot be opened", "may not read and write assignments", "GRANT SELECT, INSERT, UPDATE, DELETE ON")
	standby := parsed(t, at)
	read := standby.Query()
	read.Set("default_transaction_read_only", "on")
	standby.RawQuery = read.Encode()
	examined(t, standby.String(), "✗ the journal cannot be opened", "the database is read-only, perhaps a standby")
	astray := parsed(t, at)
	q := astray.Query()
	q.Set("search_path", "nowhere")
	astray.RawQuery = q.Encode()
	examined(t, astray.String(), "✗ the journal cannot be opened", "there is no schema nowhere")
}

func TestCheckNamesWhyPostgresIsNotReached(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	const password = "s3cretWord"
	for at, want := range map[string]string{
		"postgres://azeer:" + password + "@" + closed + "/x":                          "the database cannot be reached",
		"postgres://azeer:" + password + "@" + closed + "/x?sslrootcert=/nowhere.pem": "sslrootcert",
		"postgres://azeer:" + password + "@" + closed + "/x?sslmode=sometimes":        "sslmode is one of",
		"postgres://azeer:" + password + "@" + password + "@" + closed + "/x":         "write it as %40",
		"postgres://azeer:" + password + "@" + closed + "/x?connect_timeout=10s":      "a number of seconds without a unit",
	} {
		if _, out := examined(t, at, "✗ the journal cannot be opened", want); strings.Contains(out, password) {
			t.Errorf("shows the password:\n%s", out)
		}
	}
}

func connectTo(t *testing.T, at string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}
