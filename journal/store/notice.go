package store

import (
	"strconv"
	"strings"
)

// Notice is a row of notices. Times are ages, as in Row.
type Notice struct {
	ID      int64
	State   string
	Details string
	Since   int64  // µs ago
	Due     *int64 // µs ago, or less than 0 in the future; nil: never
}

// Fields are the places to scan a notice into, in the order of Dialect.NoticeColumns.
func (n *Notice) Fields() []any { return []any{&n.ID, &n.State, &n.Details, &n.Since, &n.Due} }

// NoticeColumns lists what Notice.Fields takes, of notices n.
func (d Dialect) NoticeColumns() string {
	return "n.id, n.state, n.details, " + d.Age("n.since") + ", " + d.Age("n.due_at")
}

// Pending gives up to as many notices as parameter limit says for which there is something to
// do, now or later, the soonest first. A new one of a batch is left out until all of that is
// finished.
func (d Dialect) Pending(condition, limit string) string {
	return `SELECT ` + d.NoticeColumns() + ` FROM notices n WHERE n.due_at IS NOT NULL AND ` + condition + `
		AND NOT (n.state = 'new' AND EXISTS (
			SELECT 1 FROM assignments a JOIN assignments m ON m.part_of = a.part_of AND m.part_of <> 0
			WHERE a.id = n.id AND m.kind = ''))
		ORDER BY n.due_at, n.id LIMIT ` + limit
}

// Notices gives those with the ids.
func (d Dialect) Notices(ids []int64) Statement {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	return Statement{SQL: `SELECT ` + d.NoticeColumns() + ` FROM notices n WHERE n.id IN (` + strings.Join(list, ", ") + `)`}
}

// ByID gives the row of an assignment.
func (d Dialect) ByID(id int64) Statement {
	return Statement{SQL: d.Select(`a.id = $1`), Args: []any{id}}
}

// IsTold is the condition on which the owner of assignment a is to be told of its outcome, just
// stored; of a batch the first member stands for all.
const IsTold = `CASE WHEN a.part_of = 0 THEN a.kind = 'assigned' ELSE NOT EXISTS (
	SELECT 1 FROM assignments m WHERE m.part_of = a.part_of AND m.id < a.id) END`
