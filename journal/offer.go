package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/store"
)

// MakeOffer stores an offer; see assign.Offers.
func (j *Journal) MakeOffer(ctx context.Context, o assign.Offer) (assign.Acceptance, error) {
	ids := make([]string, len(o.Contacts))
	for i, c := range o.Contacts {
		ids[i] = c.ID()
	}
	w := &store.MakeOffer{
		ID: o.ID, Key: store.Text(o.Key), Requester: store.Text(o.Requester), Contacts: store.Text(strings.Join(ids, " ")),
		Note: store.Text(o.Note.Reveal()), State: string(o.State), Details: store.Text(o.Details), Due: j.dueAgo(o.Due),
	}
	err := j.writer.do(ctx, w)
	if errors.Is(err, store.ErrUncertain) { // nobody takes it back, other than a request
		err = fmt.Errorf("%w: %w", assign.ErrPending, err)
	}
	if err != nil {
		return 0, fmt.Errorf("store offer: %w", err)
	}
	return w.Acceptance, nil
}

// OfferOf gives an offer; see assign.Offers.
func (j *Journal) OfferOf(ctx context.Context, id int64) (o assign.Offer, found bool, err error) {
	now := j.cfg.Now()
	err = j.db.Read(ctx, j.db.Dialect().Offer(id), func(scan func(...any) error) error {
		var r store.Offer
		err := scan(r.Fields()...)
		o, found = decodeOffer(r, now), true
		return err
	})
	if err != nil {
		return assign.Offer{}, false, fmt.Errorf("read offer: %w", err)
	}
	return o, found, nil
}

// DueOffers gives what is due in this instance; see assign.Offers.
func (j *Journal) DueOffers(ctx context.Context, limit int) (due []assign.Offer, next time.Duration, err error) {
	rows, err := j.db.PendingOffers(ctx, max(limit, 0)+1)
	if err != nil {
		return nil, 0, fmt.Errorf("find due offers: %w", err)
	}
	now := j.cfg.Now()
	for _, r := range rows {
		if *r.Due < 0 || len(due) == limit {
			return due, time.Duration(max(-*r.Due, 0)) * time.Microsecond, nil
		}
		due = append(due, decodeOffer(r, now))
	}
	return due, -1, nil
}

// KeepOffer changes an offer; see assign.Offers.
func (j *Journal) KeepOffer(ctx context.Context, o assign.Offer, from assign.OfferState) (bool, error) {
	w := &store.KeepOffer{ID: o.ID, From: string(from), State: string(o.State), Details: store.Text(o.Details), Due: j.dueAgo(o.Due)}
	if err := j.writer.do(ctx, w); err != nil {
		return false, fmt.Errorf("keep offer: %w", err)
	}
	return w.Done, nil
}

// dueAgo is how long ago a time is; nil for the zero time.
func (j *Journal) dueAgo(at time.Time) *time.Duration {
	if at.IsZero() {
		return nil
	}
	ago := j.cfg.Now().Sub(at)
	return &ago
}

func decodeOffer(r store.Offer, now time.Time) assign.Offer {
	o := assign.Offer{
		ID: r.ID, Requester: r.Requester, Note: assign.NewNote(r.Note), After: r.After,
		State: assign.OfferState(r.State), Details: r.Details, At: ago(now, r.Since),
	}
	for id := range strings.FieldsSeq(r.Contacts) {
		o.Contacts = append(o.Contacts, phone.New(id))
	}
	if r.Due != nil {
		o.Due = now.Add(-time.Duration(*r.Due) * time.Microsecond)
	}
	return o
}
