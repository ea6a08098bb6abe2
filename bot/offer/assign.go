package offer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/poll"
	"azeer-slack/bot/render"
)

// errGone says that all of an offer was assigned in another way.
var errGone = errors.New("offer is assigned in another way")

// assign sees to it that what was taken is assigned, and shows what came of it. It may be called again
// and again: the service knows the key of the request.
func (k *Keeper) assign(ctx context.Context, now render.Offer) error {
	if now.Assignment == 0 {
		var err error
		now.Assignment, err = k.accept(ctx, now, payload.Address{Channel: now.Channel})
		switch {
		case errors.Is(err, errGone):
			return k.gone(ctx, now)
		case errors.Is(err, assign.ErrSameBatch), errors.Is(err, errOvertaken):
			return soon(now)
		case err != nil:
			return err
		}
		return k.keep(ctx, now, now.State, time.Now())
	}
	if now.Given.Unfinished() > 0 {
		return k.await(ctx, now)
	}
	return k.settle(ctx, now)
}

// soon says when it is looked again whether what was taken is assigned: the longer that takes, the later.
func soon(now render.Offer) error {
	return poll.NotYet(max(unfinishedPause, time.Since(now.At)/8))
}

// await lets the card say so where assigning takes long.
func (k *Keeper) await(ctx context.Context, now render.Offer) error {
	if now.Shown == render.OfferShows(now) || time.Since(now.At) < takingAfter {
		return soon(now)
	}
	if err := k.edit(ctx, &now); err != nil {
		return err
	}
	return k.keep(ctx, now, now.State, time.Now())
}

// settle shows what came of an offer: it is assigned; or not, and open again.
func (k *Keeper) settle(ctx context.Context, now render.Offer) error {
	from := now.State
	switch {
	case now.Done() > 0 || now.IsUncertain():
		now.State = assign.OfferDone
	case isSuperseded(now):
		return k.gone(ctx, now)
	default:
		return k.reopen(ctx, now)
	}
	if err := k.edit(ctx, &now); err != nil {
		return err
	}
	if now.Taker != now.Requester {
		m := k.slack.Renderer(ctx, now.Requester).OfferTaken(now)
		if err := k.tell(ctx, now.Requester, directly, m); err != nil {
			return err
		}
	}
	return k.keep(ctx, now, from, time.Time{})
}

// isSuperseded tells that a newer request has taken the place of all that was to be assigned.
func isSuperseded(now render.Offer) bool {
	for _, a := range now.Given.Members {
		if a.Outcome.Kind != assign.Superseded {
			return false
		}
	}
	return true
}

// reopen offers again what could not be assigned. Who took it has their answer. The card says so only once
// that is stored: who sees it open can take it.
func (k *Keeper) reopen(ctx context.Context, now render.Offer) error {
	from := now.State
	if now.To == "" {
		now.Failed = now.Taker
	}
	now.State, now.Taker, now.To, now.Assignment, now.Given = assign.OfferOpen, "", "", 0, assign.Batch{}
	return k.keep(ctx, now, from, time.Now())
}

// showAgain lets the card of an offer that is open again say so.
func (k *Keeper) showAgain(ctx context.Context, now render.Offer) error {
	if err := k.edit(ctx, &now); err != nil {
		return err
	}
	return k.keep(ctx, now, now.State, time.Now().Add(k.cfg.After))
}

// gone ends an offer that was assigned in another way. Who took it is told so, unless the answer to
// their request says that already.
func (k *Keeper) gone(ctx context.Context, now render.Offer) error {
	from := now.State
	now.State = assign.OfferGone
	if err := k.edit(ctx, &now); err != nil {
		return err
	}
	if now.Assignment == 0 {
		m := k.slack.Renderer(ctx, now.Taker).OfferLate(now, now.Taker)
		if err := k.tell(ctx, now.Taker, payload.Address{Channel: now.Channel}, m); err != nil {
			return err
		}
	}
	return k.keep(ctx, now, from, time.Time{})
}

// accept hands what was taken to the service, and gives the ID of the assignment, of several the first.
// What has been assigned since it was offered is left out.
func (k *Keeper) accept(ctx context.Context, now render.Offer, to payload.Address) (int64, error) {
	open, err := k.unassigned(ctx, now)
	if err != nil {
		return 0, err
	}
	if len(open) == 0 {
		return 0, errGone
	}
	requests := make([]assign.Request, len(open))
	for i, each := range open {
		requests[i] = assign.Request{
			Key: key(now), Requester: now.Taker, Contact: each.contact, Agent: agentOf(now), Guard: each.newest,
			Reply: to.Encode(), Origin: payload.Origin{EntryPoint: payload.ByOffer, Channel: now.Channel}.Encode(),
			Brief: assign.Brief{Note: now.Note},
		}
	}
	if len(now.Contacts) > 1 {
		return k.acceptBatch(ctx, requests)
	}
	a, how, err := k.service.Accept(ctx, requests[0])
	switch {
	case err != nil:
		return 0, err
	case how == assign.Overtaken:
		return 0, errOvertaken
	}
	return a.ID, nil
}

// errOvertaken says that something was asked for a contact at this very moment: it is looked at again.
var errOvertaken = errors.New("another request came at the same time")

func (k *Keeper) acceptBatch(ctx context.Context, requests []assign.Request) (int64, error) {
	entries, err := k.service.AcceptBatch(ctx, requests)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if e.Acceptance != assign.Overtaken {
			return e.ID, nil
		}
	}
	return 0, errOvertaken
}

// openContact is a contact that nobody has assigned since it was offered, and the newest request for it,
// which changed nothing or is older.
type openContact struct {
	contact phone.Number
	newest  int64
}

// unassigned are the contacts of an offer that are still to be had; those of a request of the offer's
// own, too.
func (k *Keeper) unassigned(ctx context.Context, now render.Offer) (open []openContact, err error) {
	for _, contact := range now.Contacts {
		latest, found, err := k.service.Latest(ctx, contact)
		if err != nil {
			return nil, fmt.Errorf("find newest request for an offered contact: %w", err)
		}
		ours := now.Taker != "" && strings.HasPrefix(latest.Key, key(now))
		if !found || latest.ID <= now.After || ours || changedNothing(latest) {
			open = append(open, openContact{contact, latest.ID})
		}
	}
	return open, nil
}

// changedNothing tells the ways of ending that leave the owner as it was.
func changedNothing(a assign.Assignment) bool {
	return a.Outcome.Kind == assign.Refused || a.Outcome.Kind == assign.Failed
}

// key is that of the request by which an offer is assigned to who took it.
func key(o render.Offer) string { return fmt.Sprintf("offer:%d:%d", o.ID, o.Taken) }

// agentOf is whom an offer goes to.
func agentOf(o render.Offer) agent.Ref {
	if to, err := agent.DecodeRef(o.To); err == nil && !to.IsZero() {
		return to
	}
	return agent.RefMe()
}
