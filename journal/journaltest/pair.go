//go:build unix

package journaltest

import (
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
)

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
