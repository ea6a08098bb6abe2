//go:build linux

package journaltest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Disk is a disk of its own whose power can be cut. It is a file system in a file in a file
// system in a file, and its content is what the outer file holds: what a program has not synced
// is in the machine's memory only, be it above the inner file system or, like what a disk has
// not been told to keep, below.
type Disk struct {
	// Folder is where it is mounted.
	Folder string

	image string
	outer string
}

const megabyte = 1 << 20

// NewDisk gives a disk with that many megabytes. Mounting takes root: without, the test is
// skipped.
func NewDisk(t testing.TB, megabytes int64) *Disk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a disk can be mounted by root only: run the tests as root")
	}
	d := &Disk{image: filepath.Join(t.TempDir(), "image")}
	allocate(t, d.image, megabytes+megabytes/8+16)
	format(t, d.image)
	d.mountOuter(t)
	allocate(t, d.inner(), megabytes)
	format(t, d.inner())
	run(t, "sync", "-f", d.outer)
	d.mountInner(t)
	return d
}

func (d *Disk) inner() string { return filepath.Join(d.outer, "inner") }

func (d *Disk) mountOuter(t testing.TB) {
	t.Helper()
	d.outer = t.TempDir()
	mount(t, d.image, d.outer)
}

func (d *Disk) mountInner(t testing.TB) {
	t.Helper()
	d.Folder = t.TempDir()
	mount(t, d.inner(), d.Folder)
}

// Cut gives a disk that holds what this one would when the power goes. Nothing may be writing
// to it any more.
func (d *Disk) Cut(t testing.TB) *Disk {
	t.Helper()
	after := &Disk{image: filepath.Join(t.TempDir(), "image")}
	run(t, "cp", "--sparse=always", d.image, after.image)
	for exec.Command("cmp", "-s", d.image, after.image).Run() != nil { // the kernel was writing
		run(t, "cp", "--sparse=always", d.image, after.image)
	}
	d.Discard(t)
	after.mountOuter(t)
	after.mountInner(t)
	return after
}

// Freeze has everything hang that is written to the disk, until thaw is called.
func (d *Disk) Freeze(t testing.TB) (thaw func()) {
	t.Helper()
	run(t, "fsfreeze", "--freeze", d.Folder)
	thaw = sync.OnceFunc(func() { run(t, "fsfreeze", "--unfreeze", d.Folder) })
	t.Cleanup(thaw)
	return thaw
}

// Discard takes a disk away that is used no more.
func (d *Disk) Discard(t testing.TB) {
	t.Helper()
	for _, folder := range []string{d.Folder, d.outer} {
		unmount(t, folder)
	}
	if err := os.Remove(d.image); err != nil {
		t.Fatal(err)
	}
}

// allocate makes a file of zeros, all of it on the disk.
func allocate(t testing.TB, path string, megabytes int64) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	zeros := make([]byte, megabyte)
	for range megabytes {
		if _, err := file.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Sync(); err != nil {
		t.Fatal(err)
	}
}

// format leaves nothing to do later, and every block of the file where it is.
func format(t testing.TB, image string) {
	t.Helper()
	run(t, "mkfs.ext4", "-q", "-m", "0", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0", image)
}

// mount has the file system write nothing by itself for as long as a test takes.
func mount(t testing.TB, image, folder string) {
	t.Helper()
	run(t, "mount", "-o", "loop,noatime,commit=600", image, folder)
	t.Cleanup(func() {
		if exec.Command("mountpoint", "-q", folder).Run() == nil {
			unmount(t, folder)
		}
	})
}

// unmount does not wait until the kernel has let go of what was mounted.
func unmount(t testing.TB, folder string) {
	t.Helper()
	run(t, "umount", "-l", folder)
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, bytes.TrimSpace(out))
	}
}
