package sqlite

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// A file that is not there tells when it is synced: that breaks the log.
func TestWhatWaitsIsSyncedWithinASecond(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none")
	synctest.Test(t, func(t *testing.T) {
		w := newWAL(path)
		wait := func(d time.Duration, want bool) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if w.isBroken() != want {
				t.Errorf("synced: %v, want %v", !want, want)
			}
			w.setBroken(false)
		}
		wait(syncWithin, false) // nothing waits
		w.syncSoon()
		wait(syncWithin/2, false)
		w.syncSoon() // the first counts
		wait(syncWithin/2, true)
		wait(10*syncWithin, false)
		w.syncSoon()
		w.synced() // with an acceptance
		wait(10*syncWithin, false)
		w.syncSoon()
		w.close()
		w.syncSoon()
		wait(10*syncWithin, false)
	})
}
