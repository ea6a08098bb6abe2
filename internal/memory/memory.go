// Package memory gives back to the system what the start needed and nothing later does. It
// must not know what that was.
package memory

import "runtime/debug"

// Release gives back what is garbage, and the pages of the program's file: those that are needed
// again come back from the system's cache, one by one.
func Release() {
	debug.FreeOSMemory()
	dropProgram()
}
