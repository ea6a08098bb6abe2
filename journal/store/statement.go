package store

import (
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign"
)

// Dialect is what differs in statements that are otherwise the same. Parameters are $1, $2
// and so on in every database.
type Dialect struct {
	// Age is SQL for how long ago the time in a column is, in microseconds.
	Age func(column string) string
	// Ago is SQL for the time as many microseconds ago as a parameter says.
	Ago func(parameter string) string
	// IsContacts is SQL for the condition that a row of a table is a contact's.
	IsContacts func(table, contact string) string
	// Sums is SQL for a row's checksums, of the request and of the outcome.
	Sums string
	// Deletable is the condition on which rows of assignments may be deleted.
	Deletable string
}

// Statement is a query with its parameters.
type Statement struct {
	SQL  string
	Args []any
	// Long tells that there may be much to look through.
	Long bool
	// Before, unless 0, is an assignment of which only what its contact had before is read.
	Before int64
}

// Statements without results that all databases share.
const (
	SQLAnswered = `UPDATE assignments SET answered = true, reply = NULL WHERE id = $1 AND kind <> ''`
	SQLClaim    = `
		INSERT INTO installation (id, name, proof) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, proof = excluded.proof
		WHERE installation.name = excluded.name OR $3`
)

// Installation reads the name and the proof of the installation that claimed the journal.
func Installation() Statement { return Statement{SQL: `SELECT name, proof FROM installation`} }

const (
	// isProblem is assign.OutcomeKind.IsProblem, and part of the indexes: a database uses
	// them only for the same words.
	isProblem = "a.kind IN ('refused', 'failed', 'unknown', 'expired')"
	// isOwning are the outcomes that made an owner, or perhaps did: assign.Outcome.IsUncertain.
	isOwning = `(a.kind IN ('assigned', 'unknown', 'expired') OR a.kind = 'superseded' AND a.outcome LIKE '%"reason":"no_word"%')`
)

// Select gives the rows of assignments a on that condition.
func (d Dialect) Select(condition string) string {
	return `SELECT ` + d.Columns() + ` FROM assignments a LEFT JOIN assignments n ON n.id = a.newer WHERE ` + condition
}

// Latest gives the newest row of a contact.
func (d Dialect) Latest(contact string) Statement {
	newest := `SELECT max(id) FROM assignments WHERE ` + d.IsContacts("assignments", "$1")
	return Statement{SQL: d.Select(`a.id = (` + newest + `)`), Args: []any{contact}}
}

// Before gives the newest owner of a contact, certain or not, among what was accepted
// before assignment id.
func (d Dialect) Before(id int64) Statement {
	s := d.newestOwner(d.IsContacts("a", "(SELECT contact FROM assignments WHERE id = $1)")+` AND a.id < $1`, id)
	s.Before = id
	return s
}

// Owner gives the newest owner of a contact, certain or not.
func (d Dialect) Owner(contact string) Statement {
	return d.newestOwner(d.IsContacts("a", "$1"), contact)
}

func (d Dialect) newestOwner(condition string, arg any) Statement {
	return Statement{SQL: d.Select(condition + ` AND ` + isOwning + ` ORDER BY a.id DESC LIMIT 1`), Args: []any{arg}, Long: true}
}

// List gives the rows that q asks for, newest first.
func (d Dialect) List(q assign.Query) Statement {
	conditions := []string{"true"}
	var args []any
	parameter := func(arg any) string {
		args = append(args, arg)
		return "$" + strconv.Itoa(len(args))
	}
	if !q.Contact.IsZero() {
		conditions = append(conditions, d.IsContacts("a", parameter(Text(q.Contact.Digits()))))
	}
	if q.Requester != "" {
		conditions = append(conditions, "a.requester = "+parameter(Text(q.Requester)))
	}
	if q.Below > 0 {
		conditions = append(conditions, "a.id < "+parameter(q.Below))
	}
	if q.Problems {
		conditions = append(conditions, isProblem)
	}
	if q.Batches {
		conditions = append(conditions, firstOfBatch(q.Problems))
	}
	end := ` ORDER BY a.id DESC LIMIT ` + strconv.Itoa(q.Size())
	return Statement{SQL: d.Select(strings.Join(conditions, " AND ") + end), Args: args, Long: true}
}

// firstOfBatch leaves out all of a batch but the first that the list would hold.
func firstOfBatch(problems bool) string {
	condition := "m.part_of = a.part_of AND m.part_of <> 0 AND m.id < a.id"
	if problems {
		condition += " AND " + strings.ReplaceAll(isProblem, "a.", "m.")
	}
	return "NOT EXISTS (SELECT 1 FROM assignments m WHERE " + condition + ")"
}

// Members gives the rows of a batch, oldest first.
func (d Dialect) Members(batch int64) Statement {
	return Statement{SQL: d.Select(`a.part_of = $1 AND a.part_of <> 0 ORDER BY a.id`), Args: []any{batch}, Long: true}
}

// Assigned gives id, how long ago it ended in microseconds, and outcome, of up to limit of
// those that ended assigned less than age ago; newest first, and after assignment after, if
// that is not 0. What takes another back is left out.
func (d Dialect) Assigned(age time.Duration, after int64, limit int) Statement {
	next := ""
	if after != 0 {
		next = ` AND (finished_at, id) < (SELECT finished_at, id FROM assignments WHERE id = $3)`
	}
	s := Statement{Long: true, Args: []any{age.Microseconds(), limit}, SQL: `
		SELECT id, ` + d.Age("finished_at") + `, outcome FROM assignments
		WHERE kind = 'assigned' AND finished_at >= ` + d.Ago("$1") + next + ` AND undoes = 0
		ORDER BY finished_at DESC, id DESC LIMIT $2`}
	if after != 0 {
		s.Args = append(s.Args, after)
	}
	return s
}

// Oldest gives id, age in microseconds and whether it is answered, of up to limit
// assignments after id, by id.
func (d Dialect) Oldest(after int64, limit int) Statement {
	return Statement{Args: []any{after, limit}, SQL: `
		SELECT id, ` + d.Age("accepted_at") + `, answered FROM assignments
		WHERE id > $1 AND ` + d.Deletable + ` ORDER BY id LIMIT $2`}
}
