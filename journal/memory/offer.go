package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
)

// MakeOffer implements assign.Offers.
func (j *Journal) MakeOffer(ctx context.Context, o assign.Offer) (assign.Acceptance, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("store offer: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	accepted := assign.Accepted
	for _, known := range j.offers {
		switch {
		case known.Key == o.Key:
			return assign.Repeated, nil
		case known.isSame(o):
			accepted = assign.Joined
		}
	}
	if accepted == assign.Accepted {
		o.After, o.At = j.last, time.Now()
		j.offers[o.ID] = offered{o, o.At}
	}
	return accepted, nil
}

// offered is an offer, and when it was made.
type offered struct {
	assign.Offer
	made time.Time
}

// isSame tells whether a new offer joins this one.
func (o offered) isSame(newer assign.Offer) bool {
	sameContact := func(a, b phone.Number) bool { return a.ID() == b.ID() }
	return o.Requester == newer.Requester && slices.EqualFunc(o.Contacts, newer.Contacts, sameContact) &&
		o.State != assign.OfferFailed && o.State != assign.OfferWithdrawn && time.Since(o.made) < assign.JoinWindow
}

// OfferOf implements assign.Offers.
func (j *Journal) OfferOf(ctx context.Context, id int64) (assign.Offer, bool, error) {
	if err := ctx.Err(); err != nil {
		return assign.Offer{}, false, fmt.Errorf("read offer: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	o, found := j.offers[id]
	o.Key = ""
	return o.Offer, found, nil
}

// DueOffers implements assign.Offers. It belongs to one process, so all is due in it.
func (j *Journal) DueOffers(ctx context.Context, limit int) (due []assign.Offer, next time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, fmt.Errorf("find due offers: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var pending []assign.Offer
	for _, o := range j.offers {
		if !o.Due.IsZero() {
			o.Key = ""
			pending = append(pending, o.Offer)
		}
	}
	slices.SortFunc(pending, func(a, b assign.Offer) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	now := time.Now()
	for _, o := range pending {
		if o.Due.After(now) || len(due) >= limit {
			return due, max(o.Due.Sub(now), 0), nil
		}
		due = append(due, o)
	}
	return due, -1, nil
}

// KeepOffer implements assign.Offers.
func (j *Journal) KeepOffer(ctx context.Context, o assign.Offer, from assign.OfferState) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("keep offer: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	kept, found := j.offers[o.ID]
	if !found || kept.State != from {
		return false, nil
	}
	if o.State != from {
		kept.At = time.Now()
	}
	kept.State, kept.Details, kept.Due = o.State, o.Details, o.Due
	j.offers[o.ID] = kept
	return true, nil
}

// Offers gives the IDs of all offers.
func (j *Journal) Offers() (ids []int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for id := range j.offers {
		ids = append(ids, id)
	}
	return ids
}
