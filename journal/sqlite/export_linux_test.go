package sqlite

import (
	"syscall"
	"testing"
)

// SetFileSystem makes every folder one of that file system, until the test ends.
func SetFileSystem(t testing.TB, number int64) {
	before := statfs
	t.Cleanup(func() { statfs = before })
	statfs = func(_ string, info *syscall.Statfs_t) error {
		info.Type = number
		return nil
	}
}
