package store

import "strings"

// Row is an assignment as every database hands it over. Times are ages: how long ago, by
// the database's clock, so that no machine has to trust another one's.
type Row struct {
	ID            int64
	Key           string
	Requester     string
	Contact       string
	ContactID     string
	Agent         string
	Reply         []byte
	Accepted      int64 // µs ago
	Kind          string
	Outcome       *string
	Finished      *int64 // µs ago
	Answered      bool
	Newer         *int64
	NewerBy       *string
	NewerAgent    *string
	NewerAccepted *int64 // µs ago
	Origin        string
	Undoes        int64
	Sent          bool
	Batch         int64
	Note          string
	Receipt       bool
	Choice        string
	// Sums are the checksums of the request and of the outcome, where there are.
	Sums [2]*int64
}

// Fields are the places to scan a row into, in the order of Dialect.Columns.
func (r *Row) Fields() []any {
	return []any{
		&r.ID, &r.Key, &r.Requester, &r.Contact, &r.Agent, &r.Reply, &r.Accepted,
		&r.Kind, &r.Outcome, &r.Finished, &r.Answered,
		&r.Newer, &r.NewerBy, &r.NewerAgent, &r.NewerAccepted, &r.Origin, &r.Undoes, &r.ContactID, &r.Sent, &r.Batch,
		&r.Note, &r.Receipt, &r.Choice, &r.Sums[0], &r.Sums[1],
	}
}

// Columns lists what Row.Fields takes, of assignments a and the newer one n.
func (d Dialect) Columns() string {
	return strings.Join([]string{
		"a.id", "coalesce(a.key, '')", "a.requester", "a.contact", "a.agent", "a.reply", d.Age("a.accepted_at"),
		"a.kind", "a.outcome", d.Age("a.finished_at"), "a.answered",
		"a.newer", "n.requester", "n.agent", d.Age("n.accepted_at"), "a.origin", "a.undoes", "a.contact_id", "a.sent", "a.part_of",
		"a.note", "a.receipt", "a.choice",
		d.Sums,
	}, ", ")
}

// Each is called for one row of what a statement gives.
type Each func(scan func(into ...any) error) error

// Collect appends the rows of a statement that selects Columns.
func Collect(into *[]Row) Each {
	return func(scan func(...any) error) error {
		var r Row
		err := scan(r.Fields()...)
		*into = append(*into, r)
		return err
	}
}
