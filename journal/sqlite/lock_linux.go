package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// mark takes the file for this process. SQLite's own locks, which are of another kind, don't
// mind: https://man7.org/linux/man-pages/man2/flock.2.html
func mark(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return errInUse
	case err != nil:
		return fmt.Errorf("the file cannot be locked, so nothing would keep a second azeer-slack out: "+
			"let DATABASE_URL name a file on a disk of this machine, or a postgres:// database: %w", err)
	}
	return nil
}

// unmark gives the file back. Closing it would not do while a process that was just started still
// has a copy of it, which is until it is another program.
func unmark(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
}

// holder tells whether a process has the lock that keeps others out, and which. It only asks:
// SQLite locks bytes from its PENDING_BYTE on, https://www.sqlite.org/src/file/src/os.h
func holder(lockFile string) (held bool, process int32) {
	file, err := os.Open(lockFile)
	if err != nil {
		return false, 0
	}
	defer func() { _ = file.Close() }()
	asked := syscall.Flock_t{Type: syscall.F_RDLCK, Start: 0x40000000, Len: 512}
	err = syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &asked)
	return err == nil && asked.Type != syscall.F_UNLCK, asked.Pid
}

// networks are file systems that several machines may share, by their numbers in
// https://man7.org/linux/man-pages/man2/statfs.2.html. SQLite's write-ahead log does not work on
// them: https://www.sqlite.org/wal.html
var networks = map[uint32]string{
	0x6969:     "NFS",
	0x517b:     "SMB",
	0xfe534d42: "SMB",
	0xff534d42: "CIFS",
	0x00c36400: "Ceph",
	0x0bd00bd0: "Lustre",
	0x01161970: "GFS2",
	0x7461636f: "OCFS2",
	0x47504653: "GPFS",
	0x5346414f: "AFS",
	0x6b414653: "AFS",
	0x73757245: "Coda",
}

// networkOf names the network file system that a folder is on; empty: none.
func networkOf(folder string) string {
	var info syscall.Statfs_t
	if statfs(folder, &info) != nil {
		return "" // opening the file will tell
	}
	return networks[uint32(info.Type)]
}

// statfs is replaced by tests, which cannot mount what is on another machine.
var statfs = syscall.Statfs
