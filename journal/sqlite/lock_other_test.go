//go:build !linux

package sqlite_test

// confine does nothing: who may do what is tested on Linux.
func confine() {}
