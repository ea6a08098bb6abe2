// Package syscalls counts what SQLite asks of the operating system in this process:
// syncs, writes, reads and locks. It puts itself between SQLite and the system, so it is
// for measurements only; nothing that is shipped holds it.
package syscalls

// Counts are calls since Start.
type Counts struct{ Syncs, Writes, Reads, Locks int64 }
