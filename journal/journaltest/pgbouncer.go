//go:build unix

package journaltest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

// StartPgBouncer gives the URL by which the schema of databaseURL, of StartPostgres, is
// reached through PgBouncer in transaction mode, set up as it comes. Without it the test is
// skipped, or fails if CI=true.
func StartPgBouncer(t testing.TB, databaseURL string) string {
	t.Helper()
	path, err := exec.LookPath("pgbouncer")
	if _, there := os.Stat("/usr/sbin/pgbouncer"); err != nil && there == nil {
		path, err = "/usr/sbin/pgbouncer", nil
	}
	if err != nil {
		missing(t, "no PgBouncer here: install the package pgbouncer")
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	schema := u.Query().Get("search_path")
	s := &shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.pooler == nil {
		if s.running.pooler, err = startPooler(path, s.running.folder); err != nil {
			t.Fatalf("start PgBouncer: %v", err)
		}
	}
	createUser(t, databaseURL, schema)
	return "postgres://" + schema + "@/postgres?host=" + url.QueryEscape(s.running.pooler.folder)
}

// createUser makes a user of that name, since PgBouncer does not take search_path.
func createUser(t testing.TB, databaseURL, schema string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	name := pgx.Identifier{schema}.Sanitize()
	if _, err := conn.Exec(t.Context(), "CREATE ROLE "+name+" SUPERUSER LOGIN; ALTER ROLE "+name+" SET search_path = "+name); err != nil {
		t.Fatal(err)
	}
}

const poolerSettings = `
[databases]
* = host=%[1]s auth_user=journal
[pgbouncer]
listen_addr =
unix_socket_dir = %[2]s
listen_port = 5432
pool_mode = transaction
auth_type = trust
auth_file = %[2]s/users
auth_query = SELECT $1::text, ''::text
default_pool_size = 5
max_client_conn = 1000
`

func startPooler(path, serverFolder string) (*server, error) {
	folder, err := os.MkdirTemp("", "pgbouncer")
	if err != nil {
		return nil, err
	}
	who, err := credential(folder)
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{
		"settings": fmt.Sprintf(poolerSettings, serverFolder, folder),
		"users":    `"journal" ""` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return startGuarded(who, folder, "process up", path, filepath.Join(folder, "settings"))
}
