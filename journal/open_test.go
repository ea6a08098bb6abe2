package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"azeer-slack/journal/store"
)

func TestUnusableFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, bytes.Repeat([]byte("shopping list\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(folder, "foreign.db")
	execute(t, "sqlite://"+foreign, "CREATE TABLE bookmarks (url TEXT)")
	ring := filepath.Join(folder, "ring.db")
	symlink(t, ring, ring)
	newer := filepath.Join(folder, "newer.db")
	if err := mustOpen(t, "sqlite://"+newer, Config{}).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	execute(t, "sqlite://"+newer, "INSERT INTO "+store.Versions+" (version_id, is_applied) VALUES (99, 1)")

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
		"options":                  {"sqlite://" + folder + "/x.db?cache=shared", "there are no options"},
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

func symlink(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

func TestAFirstStartThatWasCutShortIsGoneOnWith(t *testing.T) {
	t.Parallel()
	url := "sqlite://" + filepath.Join(t.TempDir(), "azeer-slack.db")
	execute(t, url, "CREATE TABLE "+store.Versions+` (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now')))`)
	execute(t, url, "INSERT INTO "+store.Versions+" (version_id, is_applied) VALUES (0, 1)")
	mustOpen(t, url, Config{})
}
