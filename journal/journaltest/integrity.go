package journaltest

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

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
