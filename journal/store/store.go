// Package store is the language between the journal and its databases: operations to
// write, rows to read, and the statements that all databases share; it must not know any
// one database.
package store

import (
	"strings"

	"azeer-slack/assign"
)

// Turn is what a database knows when a turn is asked for.
type Turn struct {
	Verdict assign.TurnVerdict
	// Newer is the assignment that has taken over, with assign.TurnSuperseded.
	Newer Row
	// Sent tells whether it is noted that the inbox is called.
	Sent bool
}

// Text makes s fit for a text column of every database: valid UTF-8 without NUL.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
