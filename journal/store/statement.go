package store

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/duty"
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
	// Parts are conditions of which each row a meets one: of each part, a contact's rows and a
	// person's have an index that gives them by id.
	Parts []string
	// Newest is SQL for the largest id of a contact's rows a of which a condition holds, that
	// looks at none that are older.
	Newest func(contact, condition string) string
	// Sums is SQL for a row's checksums, of the request and of the outcome.
	Sums string
	// Deletable is the condition on which rows of assignments may be deleted.
	Deletable string

	before string // SQL of Before, which every answer asks for
}

// Complete gives d with the texts that would be put together again and again.
func (d Dialect) Complete() Dialect {
	d.before = d.newestOwner("(SELECT contact FROM assignments WHERE id = $1)", isOwning+` AND a.id < $1`)
	return d
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
	// SQLLast gives whom a group was given its last contact to.
	SQLLast = `SELECT last FROM duty WHERE id = $1`
	SQLTurn = `INSERT INTO duty (id, last) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET last = excluded.last`
)

// Installation reads the name and the proof of the installation that claimed the journal.
func Installation() Statement { return Statement{SQL: `SELECT name, proof FROM installation`} }

// isOwning are the outcomes that made an owner, or perhaps did: assign.Outcome.IsUncertain.
const isOwning = `(a.kind IN ('assigned', 'unknown', 'expired') OR a.kind = 'superseded' AND a.outcome LIKE '%"reason":"no_word"%')`

// isProblem is assign.OutcomeKind.IsProblem. A database uses its indexes only for the words they were
// made with: for another kind, a migration makes them anew.
var isProblem = func() string {
	var kinds []string
	for _, kind := range assign.OutcomeKinds {
		if kind.IsProblem() {
			kinds = append(kinds, "'"+string(kind)+"'")
		}
	}
	return "a.kind IN (" + strings.Join(kinds, ", ") + ")"
}()

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
	return Statement{SQL: d.before, Args: []any{id}, Long: true, Before: id}
}

// Owner gives the newest owner of a contact, certain or not.
func (d Dialect) Owner(contact string) Statement {
	return Statement{SQL: d.newestOwner("$1", isOwning), Args: []any{contact}, Long: true}
}

func (d Dialect) newestOwner(contact, condition string) string {
	return d.Select(`a.id = ` + d.Newest(contact, condition))
}

// List gives the rows that q asks for, newest first.
func (d Dialect) List(q assign.Query) Statement {
	parts := []string{"true"}
	if !q.Contact.IsZero() || q.Requester != "" && !q.Problems {
		parts = d.Parts
	}
	var conditions []string
	var args []any
	parameter := func(arg any) string {
		args = append(args, arg)
		return "$" + strconv.Itoa(len(args))
	}
	if !q.Contact.IsZero() {
		conditions = append(conditions, "a.contact = "+parameter(Text(q.Contact.Digits())))
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
	var rows []string
	for _, part := range parts {
		rows = append(rows, d.Select(strings.Join(append(conditions, part), " AND ")))
	}
	end := ` ORDER BY 1 DESC LIMIT ` + strconv.Itoa(q.Size())
	return Statement{SQL: strings.Join(rows, ` UNION ALL `) + end, Args: args, Long: true}
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

// Size counts the rows of a batch.
func (d Dialect) Size(batch int64) Statement {
	return Statement{SQL: `SELECT count(*) FROM assignments WHERE part_of = $1 AND part_of <> 0`, Args: []any{batch}}
}

// Span gives the least and the greatest id.
func (d Dialect) Span() Statement {
	return Statement{SQL: `
		SELECT coalesce((SELECT min(id) FROM assignments), 0), coalesce((SELECT max(id) FROM assignments), 0)`}
}

// Held gives the columns of rows that made one of the agents the present owner of their contact, and
// the newest id of that, of those with an id from first up to last, by id. What it gives is to be
// held against the agents, since it compares texts. age, unless 0, is how long ago they
// ended at most.
func (d Dialect) Held(agents []string, age time.Duration, first, last int64) Statement {
	args := []any{first, last}
	parameter := func(arg any) string {
		args = append(args, arg)
		return "$" + strconv.Itoa(len(args))
	}
	var named []string
	for _, a := range agents {
		named = append(named, `lower(a.outcome) LIKE `+parameter(holdsAgent(a))+` ESCAPE '!'`)
	}
	condition := `a.id >= $1 AND a.id <= $2 AND a.kind = 'assigned' AND (` + strings.Join(named, " OR ") + `)`
	if age > 0 {
		condition += ` AND a.finished_at >= ` + d.Ago(parameter(age.Microseconds()))
	}
	isNewer := `o.id > a.id AND (o.kind = '' OR ` + strings.ReplaceAll(isOwning, "a.", "o.") + `)`
	condition += ` AND NOT EXISTS (SELECT 1 FROM assignments o WHERE ` + d.IsContacts("o", "a.contact") + ` AND ` + isNewer + `) ORDER BY a.id`
	newest := `, (SELECT max(m.id) FROM assignments m WHERE ` + d.IsContacts("m", "a.contact") + `)`
	return Statement{Args: args, Long: true, SQL: `SELECT ` + d.Columns() + newest +
		` FROM assignments a LEFT JOIN assignments n ON n.id = a.newer WHERE ` + condition}
}

// holdsAgent is a pattern for outcomes with an agent's id. Databases differ in which letters
// they call small, so those beyond ASCII may be any.
func holdsAgent(id string) string {
	text, _ := json.Marshal(strings.ToLower(id)) // a string always works
	var pattern strings.Builder
	for _, r := range string(text) {
		switch {
		case r > unicode.MaxASCII:
			pattern.WriteByte('%')
		case strings.ContainsRune("!%_", r):
			pattern.WriteString("!" + string(r))
		default:
			pattern.WriteRune(r)
		}
	}
	return `%"platform_id":` + pattern.String() + `%`
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

// SQLLoad gives how many contacts agent $1 was given in the last $2 microseconds, and which
// assignment was the last to give one.
func (d Dialect) SQLLoad() string {
	given := `FROM assignments WHERE given_to <> '' AND given_to = $1`
	return `SELECT (SELECT count(*) ` + given + ` AND given_at >= ` + d.Ago("$2") + `),
		coalesce((SELECT id ` + given + ` ORDER BY given_at DESC, id DESC LIMIT 1), 0)`
}

// Load is SQLLoad of one agent.
func (d Dialect) Load(agent string) Statement {
	return Statement{SQL: d.SQLLoad(), Args: []any{agent, duty.Window.Microseconds()}}
}

// Last gives whom a group was given its last contact to.
func Last(group string) Statement { return Statement{SQL: SQLLast, Args: []any{group}} }

// Oldest gives id, age in microseconds and whether it is answered, of up to limit
// assignments after id, by id.
func (d Dialect) Oldest(after int64, limit int) Statement {
	return Statement{Args: []any{after, limit}, SQL: `
		SELECT id, ` + d.Age("accepted_at") + `, answered FROM assignments
		WHERE id > $1 AND ` + d.Deletable + ` ORDER BY id LIMIT $2`}
}
