package journaltest

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"

	_ "modernc.org/sqlite" // the driver
)

// Numbered is a request that shares nothing with those of other numbers.
func Numbered(n int) assign.Request {
	return assign.Request{
		Key:       fmt.Sprintf("%013d.738474920.8088930838d88f008e0", n),
		Requester: fmt.Sprintf("U%d", n%50),
		Contact:   phone.New(fmt.Sprintf("9665%08d", n*7919%100_000_000)),
		Agent:     agent.RefEmail("omar@twerlo.com"),
		Reply:     `{"response_url":"https://hooks.slack.test/commands/T1/2/secret","channel":"C1"}`,
	}
}

// Accept has j accept r.
func Accept(t testing.TB, j assign.Journal, r assign.Request) assign.Assignment {
	t.Helper()
	a, _, err := j.Accept(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// WantNotStored has j refuse r for that cause.
func WantNotStored(t testing.TB, j assign.Journal, r assign.Request, cause string) {
	t.Helper()
	_, _, err := j.Accept(t.Context(), r)
	if !errors.Is(err, assign.ErrNotStored) || !strings.Contains(err.Error(), cause) {
		t.Fatalf("error is %v, want ErrNotStored with %q", err, cause)
	}
}

// Settle finishes and answers.
func Settle(t testing.TB, j assign.Journal, id int64) {
	t.Helper()
	if err := j.Finish(t.Context(), id, assign.Outcome{Kind: assign.Assigned}); err != nil {
		t.Fatal(err)
	}
	if err := j.Answered(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// CheckIntegrity has SQLite look through all of a journal that nobody has open. It looks at a
// copy, so that the next start finds the files as they were left.
func CheckIntegrity(t testing.TB, path string) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy.db")
	for _, part := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + part)
		if errors.Is(err, fs.ErrNotExist) {
			continue // killed before there was one
		}
		if err == nil {
			err = os.WriteFile(copied+part, content, 0o600)
		}
		if err != nil {
			t.Error(err)
			return
		}
	}
	db, err := sql.Open("sqlite", copied)
	if err != nil {
		t.Error(err)
		return
	}
	defer db.Close()
	var found string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&found); err != nil || found != "ok" {
		t.Errorf("integrity of %s: %s, error %v", path, found, err)
	}
}
