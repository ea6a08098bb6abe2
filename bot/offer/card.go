package offer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/slackcall"

	"github.com/slack-go/slack"
)

// directly is the address of a direct message.
var directly = payload.Address{}

// show posts the card of an offer: where it was made, else in the channel for that.
func (k *Keeper) show(ctx context.Context, now render.Offer) error {
	from := now.State
	now.State = assign.OfferOpen
	if posted, ok := k.posted[now.ID]; ok {
		now.OfferDetails = posted
	} else if err := k.post(ctx, &now); err != nil {
		return err
	}
	k.posted[now.ID] = now.OfferDetails
	if err := k.keep(ctx, now, from, time.Now()); err != nil {
		return err
	}
	delete(k.posted, now.ID)
	return nil
}

// post posts the card to the first place that takes it; where none does, the offer has failed.
func (k *Keeper) post(ctx context.Context, now *render.Offer) error {
	for _, place := range k.places(now.Place) {
		posting, cancel := context.WithTimeout(ctx, slackcall.Timeout)
		channel, ts, err := k.slack.API.PostMessageContext(posting, place, k.slack.Default.OfferCard(*now, k.cfg.FullPhone).Options()...)
		cancel()
		if k.slack.People.Suspect(err) == nil {
			now.Channel, now.TS = channel, ts
			return nil
		}
		if !isFinal(err) {
			return fmt.Errorf("post offer: %w", err)
		}
		k.log.Info().Err(err).Str("channel", place).Msg("offer cannot be posted here")
	}
	now.State = assign.OfferFailed
	return nil
}

// places are where the card of an offer may go. Nobody else sees a direct message.
func (k *Keeper) places(made string) (all []string) {
	if made != "" && !strings.HasPrefix(made, "D") {
		all = append(all, made)
	}
	if k.cfg.Channel != "" && k.cfg.Channel != made {
		all = append(all, k.cfg.Channel)
	}
	return all
}

// isFinal tells that Slack does not take a message there, now or later.
func isFinal(err error) bool {
	return errors.As(err, new(slack.SlackErrorResponse)) && !slackcall.IsTemporary(err)
}

// tellShown tells the requester where the card is.
func (k *Keeper) tellShown(ctx context.Context, now render.Offer) error {
	if err := k.tell(ctx, now.Requester, *now.Reply, k.slack.Renderer(ctx, now.Requester).Offered(now)); err != nil {
		return err
	}
	now.Reply = nil
	due := time.Time{}
	if now.State == assign.OfferOpen {
		due = time.Now().Add(k.cfg.After)
	}
	return k.keep(ctx, now, now.State, due)
}

// tell brings a message to somebody, unless no way takes it.
func (k *Keeper) tell(ctx context.Context, user string, to payload.Address, m render.Message) error {
	err := k.slack.Sender.Deliver(ctx, user, to, m)
	if errors.Is(err, reply.ErrRefused) {
		k.log.Info().Err(err).Msg("nobody can be told of an offer")
		return nil
	}
	return err
}

// edit makes the card say how things are, unless it does. A card that cannot be changed stays as it is.
func (k *Keeper) edit(ctx context.Context, now *render.Offer) error {
	shows := render.OfferShows(*now)
	if now.TS == "" || now.Shown == shows {
		now.Shown = shows
		return nil
	}
	editing, cancel := context.WithTimeout(ctx, slackcall.Timeout)
	defer cancel()
	_, _, _, err := k.slack.API.UpdateMessageContext(editing, now.Channel, now.TS, k.slack.Default.OfferCard(*now, k.cfg.FullPhone).Options()...)
	switch {
	case k.slack.People.Suspect(err) == nil:
	case isFinal(err):
		k.log.Info().Err(err).Msg("card of an offer cannot be changed")
	default:
		return fmt.Errorf("change card of an offer: %w", err)
	}
	now.Shown = shows
	return nil
}

// ask asks the requester what to do about what nobody has taken; unless it is assigned meanwhile.
func (k *Keeper) ask(ctx context.Context, now render.Offer) error {
	from := now.State
	open, err := k.unassigned(ctx, now)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		now.State = assign.OfferGone
		return k.keep(ctx, now, from, time.Now())
	}
	m := k.slack.Renderer(ctx, now.Requester).Untaken(now, time.Since(now.At), k.onDuty(ctx))
	if err := k.tell(ctx, now.Requester, directly, m); err != nil {
		return err
	}
	now.State = assign.OfferAsked
	return k.keep(ctx, now, from, time.Time{})
}

// close shows that an offer is not open any more.
func (k *Keeper) close(ctx context.Context, now render.Offer) error {
	if err := k.edit(ctx, &now); err != nil {
		return err
	}
	return k.keep(ctx, now, now.State, time.Time{})
}
