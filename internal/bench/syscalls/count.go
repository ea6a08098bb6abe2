//go:build linux && (amd64 || arm64)

package syscalls

import (
	"errors"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite "modernc.org/sqlite/lib"
)

var counted struct{ syncs, writes, reads, locks atomic.Int64 }

// Now gives the counts so far.
func Now() Counts {
	return Counts{counted.syncs.Load(), counted.writes.Load(), counted.reads.Load(), counted.locks.Load()}
}

// Functions of SQLite's in Go's terms, on a system of 64 bits.
type (
	openFunc  = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	syncFunc  = func(tls *libc.TLS, file uintptr, flags int32) int32
	fcntlFunc = func(tls *libc.TLS, fd, command int32, args uintptr) int32
	moveFunc  = func(tls *libc.TLS, fd int32, buffer uintptr, size uint64, offset int64) int64
	getFunc   = func(tls *libc.TLS, vfs, name uintptr) uintptr
	setFunc   = func(tls *libc.TLS, vfs, name, function uintptr) int32
)

// The functions that ours stand before.
var before struct {
	open  openFunc
	sync  syncFunc
	fcntl fcntlFunc

	pread, pwrite, pread64, pwrite64 moveFunc
}

// Start begins to count. It must come before SQLite opens its first file.
func Start() error {
	tls := libc.NewTLS()
	defer tls.Close()
	address := sqlite.Xsqlite3_vfs_find(tls, 0)
	if address == 0 {
		return errors.New("count system calls: SQLite has no file system")
	}
	vfs := at[sqlite.Tsqlite3_vfs](address)
	table := calls{tls: tls, at: address, vfs: vfs}
	take(table, "fcntl", &before.fcntl, fcntl)
	take(table, "pread", &before.pread, pread)
	take(table, "pwrite", &before.pwrite, pwrite)
	take(table, "pread64", &before.pread64, pread64)
	take(table, "pwrite64", &before.pwrite64, pwrite64)
	before.open = function[openFunc](vfs.FxOpen)
	vfs.FxOpen = pointer(open)
	return nil
}

// calls is SQLite's table of system calls.
type calls struct {
	tls *libc.TLS
	at  uintptr
	vfs *sqlite.Tsqlite3_vfs
}

// take puts ours in the place of a system call, and keeps the one that was there. A call
// that SQLite does not make on this system is left out.
func take[F any](c calls, name string, kept *F, ours F) {
	key, err := libc.CString(name)
	if err != nil {
		return
	}
	defer libc.Xfree(c.tls, key)
	was := function[getFunc](c.vfs.FxGetSystemCall)(c.tls, c.at, key)
	if was == 0 {
		return
	}
	*kept = function[F](was)
	function[setFunc](c.vfs.FxSetSystemCall)(c.tls, c.at, key, pointer(ours))
}

var opening sync.Mutex

// open lets SQLite open a file, and takes the sync of its methods, since there is no
// system call of that name in the table. There are several sets of methods (a write-ahead
// log is not locked), each for many files, with one sync in all of them.
func open(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32 {
	result := before.open(tls, vfs, name, file, flags, outFlags)
	if result != sqlite.SQLITE_OK {
		return result
	}
	opening.Lock()
	defer opening.Unlock()
	methods := at[sqlite.Tsqlite3_io_methods](at[sqlite.Tsqlite3_file](file).FpMethods)
	if ours := pointer(syncFile); methods.FxSync != ours {
		before.sync = function[syncFunc](methods.FxSync)
		methods.FxSync = ours
	}
	return result
}

func syncFile(tls *libc.TLS, file uintptr, flags int32) int32 {
	counted.syncs.Add(1)
	return before.sync(tls, file, flags)
}

func fcntl(tls *libc.TLS, fd, command int32, args uintptr) int32 {
	switch command {
	case sqlite.F_GETLK, sqlite.F_SETLK, sqlite.F_SETLKW:
		counted.locks.Add(1)
	}
	return before.fcntl(tls, fd, command, args)
}

func pread(tls *libc.TLS, fd int32, buffer uintptr, size uint64, offset int64) int64 {
	counted.reads.Add(1)
	return before.pread(tls, fd, buffer, size, offset)
}

func pread64(tls *libc.TLS, fd int32, buffer uintptr, size uint64, offset int64) int64 {
	counted.reads.Add(1)
	return before.pread64(tls, fd, buffer, size, offset)
}

func pwrite(tls *libc.TLS, fd int32, buffer uintptr, size uint64, offset int64) int64 {
	counted.writes.Add(1)
	return before.pwrite(tls, fd, buffer, size, offset)
}

func pwrite64(tls *libc.TLS, fd int32, buffer uintptr, size uint64, offset int64) int64 {
	counted.writes.Add(1)
	return before.pwrite64(tls, fd, buffer, size, offset)
}

// The translation of SQLite keeps addresses as numbers, functions' too: that of what a
// func value points to.

func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

func function[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&address)) }

func pointer(f any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&f))[1] }
