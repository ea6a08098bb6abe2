package offer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/retry"
)

// Make stores an offer durably, unless it is Repeated or Joined; what follows is told to the requester at to.
func (k *Keeper) Make(ctx context.Context, key, requester string, contacts []phone.Number, note assign.Note, to payload.Address) (assign.Acceptance, error) {
	o := assign.Offer{
		ID: 1 + rand.Int64N(1<<62), Key: key, Requester: requester, Contacts: contacts, Note: note, State: assign.OfferNew, Due: time.Now(),
		Details: payload.OfferDetails{Place: to.Channel, Reply: &to}.Encode(),
	}
	return assign.InTime(ctx, func() (assign.Acceptance, error) {
		made, err := k.cfg.Journal.MakeOffer(ctx, o)
		if err == nil && made == assign.Accepted {
			k.Wake() // also where nobody waits for it any more
		}
		return made, err
	})
}

// Standing gives an offer as it is now, for whoever presses one of its buttons; false: there is none any
// more.
func (k *Keeper) Standing(ctx context.Context, id int64) (now render.Offer, found bool, err error) {
	if k.cfg.Journal == nil {
		return now, false, nil
	}
	for {
		o, found, err := k.cfg.Journal.OfferOf(ctx, id)
		if err != nil || !found {
			return now, false, err
		}
		if o.State != assign.OfferNew {
			now, err = k.read(ctx, o)
			return now, true, err
		}
		// Somebody was quicker than the journal's note that the card is out.
		if !retry.Sleep(ctx, notedPause) {
			return now, false, ctx.Err()
		}
	}
}

// notedPause is how soon it is looked again for an offer whose card is out.
const notedPause = 30 * time.Millisecond

// Retire makes a second card of an offer, of before a crash, say what the first one says, at best effort.
func (k *Keeper) Retire(ctx context.Context, now render.Offer, channel, ts string) {
	if channel == "" || ts == "" || ts == now.TS || now.State.IsOpen() {
		return
	}
	editing, cancel := context.WithTimeout(ctx, slackcall.Timeout)
	defer cancel()
	if _, _, _, err := k.slack.API.UpdateMessageContext(editing, channel, ts, k.slack.Default.OfferCard(now, k.cfg.FullPhone).Options()...); err != nil {
		k.log.Debug().Err(err).Msg("second card of an offer not changed")
	}
}

// Take gives an open offer to taker: by one write, which fails for all but the first. to is whom it is
// assigned to; the zero Ref: to the taker. false: it is not open any more.
func (k *Keeper) Take(ctx context.Context, now render.Offer, taker string, to agent.Ref, address payload.Address) (bool, error) {
	from := now.State
	now.State, now.Taker, now.To, now.Assignment, now.Failed, now.Reply = assign.OfferTaken, taker, "", 0, "", nil
	now.Taken++
	if !to.IsZero() {
		now.To = to.Encode()
	}
	defer k.Wake()
	kept, err := k.change(ctx, now, from, time.Now())
	if err != nil || !kept {
		return false, err
	}
	// At once, so that the answer goes where the button was pressed. Whatever fails here is done by
	// the loop.
	if _, err := k.accept(ctx, now, address); err != nil && !errors.Is(err, errGone) {
		k.log.Info().Err(err).Msg("taken offer not assigned at once")
	}
	return true, nil
}

// Withdraw ends an open offer; Wait leaves it open, and has the requester asked again. false: it is not
// open any more.
func (k *Keeper) Withdraw(ctx context.Context, now render.Offer) (bool, error) {
	from := now.State
	now.State, now.Failed = assign.OfferWithdrawn, ""
	defer k.Wake()
	return k.change(ctx, now, from, time.Now())
}

// Wait is described at Withdraw. It gives how long it is until the requester is asked.
func (k *Keeper) Wait(ctx context.Context, now render.Offer) (time.Duration, bool, error) {
	for now.State == assign.OfferOpen && !now.Due.After(time.Now()) {
		// They were quicker than the journal's note that they were asked.
		if !retry.Sleep(ctx, notedPause) {
			return 0, false, ctx.Err()
		}
		var found bool
		var err error
		if now, found, err = k.Standing(ctx, now.ID); err != nil || !found {
			return 0, false, err
		}
	}
	switch {
	case !now.State.IsOpen():
		return 0, false, nil
	case now.State == assign.OfferOpen:
		return time.Until(now.Due), true, nil
	}
	from := now.State
	now.State = assign.OfferOpen
	defer k.Wake()
	kept, err := k.change(ctx, now, from, time.Now().Add(k.cfg.After))
	return k.cfg.After, kept, err
}

// change stores what somebody did with a button.
func (k *Keeper) change(ctx context.Context, now render.Offer, from assign.OfferState, due time.Time) (bool, error) {
	now.Due, now.Details = due, now.OfferDetails.Encode()
	return assign.InTime(ctx, func() (bool, error) {
		kept, err := k.cfg.Journal.KeepOffer(ctx, now.Offer, from)
		if kept && ctx.Err() != nil {
			k.Wake() // perhaps nobody waits for it any more
		}
		return kept, err
	})
}
