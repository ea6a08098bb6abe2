//go:build linux

package journaltest

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Powered is a Postgres server of its own, on a disk whose power can be cut.
type Powered struct {
	bin     string
	disk    *Disk
	sockets string
	running *server
}

// StartPowered starts a server on a new disk, with an empty database. It leaves what is not to be
// synced unsynced for as long as it can.
func StartPowered(t testing.TB) *Powered {
	t.Helper()
	p := &Powered{bin: findPostgres(t), disk: NewDisk(t, 112), sockets: scratch(t)}
	who := p.own(t)
	initdb := exec.Command(filepath.Join(p.bin, "initdb"), "-D", p.data(), "-U", "journal", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--wal-segsize=1")
	initdb.SysProcAttr, initdb.Dir = who, p.sockets
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	p.start(t)
	return p
}

// URL is the address of the database.
func (p *Powered) URL() string {
	return "postgres://journal@/postgres?host=" + url.QueryEscape(p.sockets)
}

// Cut ends the server at once, as pg_ctl stop -m immediate does, and starts it on what is on the
// disk.
func (p *Powered) Cut(t testing.TB) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	p.running.stop()
	p.disk = p.disk.Cut(t)
	if err := os.Remove(filepath.Join(p.data(), "postmaster.pid")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	p.start(t)
}

func (p *Powered) data() string { return filepath.Join(p.disk.Folder, "data") }

// own lets the user of the server at the disk and the sockets.
func (p *Powered) own(t testing.TB) *syscall.SysProcAttr {
	t.Helper()
	if err := os.Chmod(filepath.Dir(p.disk.Folder), 0o755); err != nil {
		t.Fatal(err)
	}
	var who *syscall.SysProcAttr
	for _, folder := range []string{p.disk.Folder, p.sockets} {
		var err error
		if who, err = credential(folder); err != nil {
			t.Fatal(err)
		}
	}
	return who
}

func (p *Powered) start(t testing.TB) {
	t.Helper()
	running, err := startGuarded(p.own(t), scratch(t), "ready to accept connections",
		filepath.Join(p.bin, "postgres"), "-D", p.data(), "-k", p.sockets, "-c", "listen_addresses=",
		"-c", "fsync=on", "-c", "min_wal_size=2MB", "-c", "max_wal_size=8MB", "-c", "wal_writer_delay=10s", "-c", "lc_messages=C", "-c", "log_min_messages=log")
	if err != nil {
		t.Fatal(err)
	}
	p.running = running
	t.Cleanup(running.stop) // before the disk goes
}

// scratch gives a folder with a short name, as sockets need it.
func scratch(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}
