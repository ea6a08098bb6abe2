package postgres_test

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"
)

// wantOpenError opens what must be refused, and holds the error to what it may say.
func wantOpenError(t *testing.T, databaseURL, want string, secrets ...string) {
	t.Helper()
	db, err := postgres.Open(t.Context(), databaseURL, withDefaults(postgres.Config{}))
	if err == nil {
		t.Fatal("it was opened", db.Close(t.Context()))
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error is %q, want %q", err, want)
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q tells the secret %q", err, secret)
		}
	}
}

func TestAnUnescapedPasswordIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ url, want string }{
		"an @":                          {"postgres://azeer:hun@ter2@db.invalid/x", "has a @ before its last @: in a user name, a password or an option write it as %40"},
		"a /":                           {"postgres://azeer:hun/ter2@db.invalid/x", "a / before its last @: in a user name, a password or an option write it as %2F"},
		"a / that makes a port":         {"postgres://azeer:12/ter2@db.invalid/x", "write it as %2F"},
		"a ?":                           {"postgres://azeer:hun?ter2@db.invalid/x", "write it as %3F"},
		"a ? that makes an option":      {"postgres://azeer:12?hun=ter2@db.invalid/x", "write it as %3F"},
		"a #":                           {"postgres://azeer:hun#ter2@db.invalid/x", "write it as %23"},
		"a # in an option":              {"postgres://db.invalid/x?user=azeer&password=hun#ter2", "write it as %23"},
		"an @ in an option":             {"postgres://db.invalid/x?password=hun@ter2", "an @ as %40"},
		"a space":                       {"postgres://azeer:hun ter2@db.invalid/x", "write it as %20"},
		"a % that escapes nothing":      {"postgres://azeer:hun%ter2@db.invalid/x", "write it as %25"},
		"a % at the end of the options": {"postgres://db.invalid/x?password=hunter2%", "write it as %25"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantOpenError(t, tt.url, tt.want, "hun", "ter2", "db.invalid")
		})
	}
}

func TestCausesThatAreNoSecretsAreTold(t *testing.T) {
	t.Parallel()
	server, _, _ := strings.Cut(journaltest.StartPostgres(t), "&search_path")
	server = strings.Replace(server, "journal@", "journal:hunter2@", 1)
	const nobody = "postgres://journal:hunter2@127.0.0.1:1/postgres?user=journal"
	missing := filepath.Join(t.TempDir(), "ca.pem")
	for name, tt := range map[string]struct{ url, want string }{
		"a CA file that is not there":  {nobody + "&sslmode=verify-full&sslrootcert=" + url.QueryEscape(missing), missing + ": no such file or directory"},
		"an sslmode that there is not": {nobody + "&sslmode=on", "sslmode is one of disable, allow"},
		"a timeout with a unit":        {nobody + "&connect_timeout=10s", "such as connect_timeout=10"},
		"a target that there is not":   {nobody + "&target_session_attrs=writable", "target_session_attrs is one of any, read-write"},
		"a mode that there is not":     {nobody + "&default_query_exec_mode=fast", "default_query_exec_mode is one of"},
		"a pool that is no number":     {nobody + "&pool_max_conns=many", "pool_max_conns is a whole number"},
		"a port that is no number":     {nobody + "&port=http", "a port is a number"},
		"a schema that there is not":   {server + "&search_path=nowhere", `there is no schema nowhere`},
		"an option that there is not":  {server + "&sslmod=require", "an option of DATABASE_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantOpenError(t, tt.url, tt.want, "hunter2")
		})
	}
}

func TestAnEscapedPasswordIsTaken(t *testing.T) {
	t.Parallel()
	open(t, strings.Replace(journaltest.StartPostgres(t), "journal@", "journal:%40%2F%3F%23[ع@", 1), postgres.Config{})
}
