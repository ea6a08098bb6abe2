//go:build linux

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/journal/journaltest"
)

func TestAFullDiskIsSaidAtOnce(t *testing.T) {
	w := begin(t, with("DATABASE_URL", "sqlite://"+filepath.Join(smallDisk(t), "journal.db")))
	w.isBrokenBy(w.fillDisk, "the disk is full: free some space")
}

func TestADiskThatHangsIsSaidInTime(t *testing.T) {
	disk := journaltest.NewDisk(t, 16)
	w := begin(t, with("DATABASE_URL", "sqlite://"+filepath.Join(disk.Folder, "journal.db")))
	w.expectError("request not stored")
	manager := w.person("manager")
	if ready, reasons := w.ready(); !ready {
		t.Fatalf("not ready: %s", reasons)
	}
	thaw := disk.Freeze(t)
	for _, phone := range []string{"0544444444", "0544444445"} { // the one is being written, the other waits
		if d := manager.types("#support", "/assign "+phone+" sara@twerlo.com"); d.Took() >= 3*time.Second {
			t.Error("Slack was not told in time")
		}
	}
	manager.reads("Not assigned yet", "could not save")
	manager.reads("Nothing was done", "could not save")
	if ready, reasons := w.ready(); ready || !strings.Contains(reasons, "see whether the disk") {
		t.Errorf("ready %v: %s", ready, reasons)
	}
	thaw()
	manager.reads("+966 54 444 4444", "now belongs to", "Sara Ali")
	if ready, reasons := w.ready(); !ready {
		t.Errorf("not ready although the disk is well again: %s", reasons)
	}
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1: what was refused was carried out", n)
	}
}

// smallDisk is a folder on a disk of its own, of one megabyte. It takes the right to mount
// one, which root has; without it, what the journal does on a full disk is shown by its
// own TestWhatCannotBeStoredIsNotAccepted alone.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); errors.Is(err, syscall.EPERM) && os.Getenv("CI") != "true" {
		t.Skip("no right to mount a small disk: run as root of the machine")
	} else if err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount the small disk: %v", err)
		}
	})
	return folder
}

// fillDisk leaves no room beside the journal.
func (w *world) fillDisk() (free func()) {
	w.t.Helper()
	path := filepath.Join(filepath.Dir(w.journalPath()), "filler")
	err := os.WriteFile(path, bytes.Repeat([]byte{1}, 2<<20), 0o600)
	if !errors.Is(err, syscall.ENOSPC) {
		w.t.Fatalf("filling the disk: %v", err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			w.t.Fatal(err)
		}
	}
}
