// Package memory keeps what the process takes of the machine's small. It must not know what is in
// there.
package memory

import (
	"os"
	"runtime/debug"
)

// growth is by how many per cent what is in use may grow until garbage is collected; Go's own is
// 100. See docs/performance.md.
const growth = 60

// Settle is for the end of the start. It gives back to the system what that needed and nothing later
// does: garbage, and the pages of the program's file. Those that are needed again come back from the
// system's cache, one by one. From then on garbage is collected a little sooner than Go does by
// itself, unless GOGC says when.
func Settle() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	debug.FreeOSMemory()
	dropProgram()
}
