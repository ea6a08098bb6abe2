//go:build !linux

package sqlite

import "os"

// mark does nothing: elsewhere such locks and SQLite's are in each other's way, or there are none.
func mark(*os.File) error { return nil }

// unmark does nothing either.
func unmark(*os.File) error { return nil }

// holder cannot tell.
func holder(string) (held bool, process int32) { return false, 0 }

// networkOf cannot tell.
func networkOf(string) string { return "" }
