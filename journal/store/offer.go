package store

import (
	"time"

	"azeer-slack/assign"
)

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

// SQLSameOffers gives the offers that a new one joins: of requester $3 and contacts $4, neither failed nor
// withdrawn, and made after the time that is to follow.
const SQLSameOffers = `SELECT 1 FROM offers WHERE requester = $3 AND contacts = $4
	AND state NOT IN ('` + string(assign.OfferFailed) + `', '` + string(assign.OfferWithdrawn) + `') AND made_at > `

type (
	// MakeOffer stores an offer, unless its key is known or it joins another.
	MakeOffer struct {
		ID                                             int64
		Key, Requester, Contacts, Note, State, Details string
		Due                                            *time.Duration // ago; nil: never

		Acceptance assign.Acceptance
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

// Settle says what became of it: whether it was stored, and if not, whether its key is known.
func (o *MakeOffer) Settle(stored, known bool) {
	switch {
	case stored:
		o.Acceptance = assign.Accepted
	case known:
		o.Acceptance = assign.Repeated
	default:
		o.Acceptance = assign.Joined
	}
}

func (*MakeOffer) isOperation()    {}
func (*KeepOffer) isOperation()    {}
func (*DeleteOffers) isOperation() {}
