package assign

import (
	"context"
	"time"

	"azeer-slack/assign/phone"
)

// Offer is one contact, or several, for whoever takes them first.
type Offer struct {
	ID int64
	// Key identifies it across redeliveries; it is not read back.
	Key string
	// Requester is the chat's id of who offers.
	Requester string
	Contacts  []phone.Number
	Note      Note
	// After is the ID of the newest assignment when it was stored: what has been assigned since is
	// not taken any more.
	After int64
	State OfferState
	// Details is what whoever offers has to know besides, such as who took it. It is opaque here,
	// and kept as long as the offer.
	Details string
	// At is when the state began, Due when there is something to do for it; the zero time: there
	// is nothing. Both are in this machine's time.
	At, Due time.Time
}

// OfferState is how far an offer is.
type OfferState string

const (
	// OfferNew: it is to be shown to people.
	OfferNew OfferState = "new"
	// OfferOpen: anybody may take it. If that is due, the requester is to be asked.
	OfferOpen OfferState = "open"
	// OfferAsked: nobody took it in time, and the requester was asked what to do. Anybody may still
	// take it.
	OfferAsked OfferState = "asked"
	// OfferTaken: somebody took it, and it is to be assigned to them.
	OfferTaken OfferState = "taken"
	// OfferDone: it was assigned.
	OfferDone OfferState = "done"
	// OfferWithdrawn: the requester does not offer it any more.
	OfferWithdrawn OfferState = "withdrawn"
	// OfferGone: it was assigned in another way meanwhile.
	OfferGone OfferState = "gone"
	// OfferFailed: it could be shown to nobody.
	OfferFailed OfferState = "failed"
)

// IsOpen tells whether somebody may take an offer in that state.
func (s OfferState) IsOpen() bool { return s == OfferOpen || s == OfferAsked }

// Offers is how a Journal remembers what is offered. What is due is so in one process at a time.
type Offers interface {
	// MakeOffer stores o durably under its ID. Nothing is stored of a Key that is known, which is
	// Repeated, nor of what the same person has offered within JoinWindow, which is Joined, unless
	// that has failed or is withdrawn. Errors are ErrPending where nobody knows whether it is stored.
	MakeOffer(ctx context.Context, o Offer) (Acceptance, error)
	// OfferOf gives one; false if there is none of that ID.
	OfferOf(ctx context.Context, id int64) (Offer, bool, error)
	// DueOffers gives what is due in this process, soonest first, up to limit. next is how long it
	// is until the next of the others is due; negative: none is.
	DueOffers(ctx context.Context, limit int) (due []Offer, next time.Duration, err error)
	// KeepOffer stores State, Details and Due of o durably, if it is in state from. false: it is in
	// another state, and nothing was stored. So of several who take an offer only one gets it.
	KeepOffer(ctx context.Context, o Offer, from OfferState) (bool, error)
}
