package store

import "time"

// Offer is a row of offers. Times are ages, as in Row.
type Offer struct {
	ID        int64
	Requester string
	Contacts  string // their ids, with blanks between
	Note      string
	After     int64
	State     string
	Details   string
	Since     int64  // µs ago
	Due       *int64 // µs ago, or less than 0 in the future; nil: never
}

// Fields are the places to scan an offer into, in the order of Dialect.OfferColumns.
func (o *Offer) Fields() []any {
	return []any{&o.ID, &o.Requester, &o.Contacts, &o.Note, &o.After, &o.State, &o.Details, &o.Since, &o.Due}
}

// OfferColumns lists what Offer.Fields takes, of offers o.
func (d Dialect) OfferColumns() string {
	return "o.id, o.requester, o.contacts, o.note, o.after_id, o.state, o.details, " + d.Age("o.since") + ", " + d.Age("o.due_at")
}

// PendingOffers gives up to as many offers as parameter limit says for which there is something to
// do, now or later, the soonest first.
func (d Dialect) PendingOffers(condition, limit string) string {
	return `SELECT ` + d.OfferColumns() + ` FROM offers o WHERE o.due_at IS NOT NULL AND ` + condition + `
		ORDER BY o.due_at, o.id LIMIT ` + limit
}

// Offer gives the one with the id.
func (d Dialect) Offer(id int64) Statement {
	return Statement{SQL: `SELECT ` + d.OfferColumns() + ` FROM offers o WHERE o.id = $1`, Args: []any{id}}
}

type (
	// MakeOffer stores an offer, unless its key is known.
	MakeOffer struct {
		ID                                             int64
		Key, Requester, Contacts, Note, State, Details string
		Due                                            *time.Duration // ago; nil: never

		Done bool
	}
	// KeepOffer changes an offer that is in state From.
	KeepOffer struct {
		ID                   int64
		From, State, Details string
		Due                  *time.Duration // ago; nil: never

		Done bool
	}
	// DeleteOffers deletes those that were made that long ago, or longer.
	DeleteOffers struct{ Age time.Duration }
)

func (*MakeOffer) isOperation()    {}
func (*KeepOffer) isOperation()    {}
func (*DeleteOffers) isOperation() {}
