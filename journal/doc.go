// Package journal keeps assignments durably, in SQLite or in Postgres. It implements
// assign.Journal and nothing else: what is done with an assignment, and when, is
// decided in assign.
//
// Everything is written by one goroutine per journal, which puts all requests that
// wait into one transaction: a burst costs few syncs, and requests are committed in
// the order of the calls. Reads go past it.
//
// A SQLite journal belongs to one process. A Postgres journal may be shared: every
// instance holds a lease that it keeps renewing, good for all assignments it owns.
// When the lease has run out, whoever asks first takes them over.
package journal
