package notify

import (
	"context"
	"errors"
	"fmt"

	"azeer-slack/assign"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/catch"

	"github.com/slack-go/slack"
)

// earlierMost is how far back it is looked who had a contact before.
const earlierMost = 20

// takeAway tells those who had something of shares until now that it is somebody else's.
func (n *Notifier) takeAway(ctx context.Context, shares []assign.Batch) error {
	told := make(map[int64]bool)
	for _, share := range shares {
		earlier := make([][]assign.Notice, len(share.Members))
		err := catch.Each(len(share.Members), lookups, func(i int) (err error) {
			earlier[i], err = n.earlier(ctx, share.Members[i])
			return err
		})
		if err != nil {
			return err
		}
		for _, notices := range earlier {
			for _, one := range notices {
				if told[one.ID] {
					continue
				}
				told[one.ID] = true
				if err := n.tellLost(ctx, one); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// earlier gives the notices about the contact of an assignment that may say that it is somebody else's.
func (n *Notifier) earlier(ctx context.Context, a assign.Assignment) (notices []assign.Notice, err error) {
	before, err := n.cfg.Journal.List(ctx, assign.Query{Contact: a.Contact, Below: a.ID, Limit: earlierMost})
	for _, old := range before {
		if old.Outcome.Kind != assign.Assigned || old.Outcome.Agent.PlatformID.Equal(a.Outcome.Agent.PlatformID) {
			continue
		}
		share, _, err := n.shareOf(ctx, old)
		if err != nil {
			return nil, err
		}
		found, err := n.cfg.Journal.NoticesOf(ctx, []int64{share.First().ID})
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && found[0].State == assign.NoticeLost {
			break // what was before it they were told as well
		}
		notices = append(notices, found...)
	}
	return notices, err
}

// tellLost changes the message of somebody who has lost something, or, where that cannot be, tells them
// in another.
func (n *Notifier) tellLost(ctx context.Context, of assign.Notice) error {
	now, found, err := n.read(ctx, of)
	if err != nil || !found || now.TS == "" || len(now.Lost) == now.NoticeDetails.Lost {
		return err
	}
	from := now.State
	due := now.Due
	now.NoticeDetails.Lost = len(now.Lost)
	if now.IsLost() {
		now.State = assign.NoticeLost
	}
	if err := n.edit(ctx, now); err != nil {
		if !isFinal(err) {
			return err
		}
		n.log.Info().Err(err).Int64("assignment", now.ID).Msg("message of an earlier owner cannot be changed, telling in another")
		if err := n.slack.Sender.Deliver(ctx, now.Owner, directly, n.slack.Renderer(ctx, now.Owner).NoticeLost(now)); slackcall.IsTemporary(err) {
			return err
		}
	}
	now.Details = now.NoticeDetails.Encode()
	return n.keep(ctx, now.Notice, from, func(kept *assign.Notice) {
		if kept.State == from {
			kept.Due = due
		}
	})
}

// edit makes the message of a notice say how things are.
func (n *Notifier) edit(ctx context.Context, now render.Notice) error {
	m := n.slack.Renderer(ctx, now.Owner).Notified(now)
	editing, cancel := context.WithTimeout(ctx, slackcall.Timeout)
	defer cancel()
	_, _, _, err := n.slack.API.UpdateMessageContext(editing, now.Channel, now.TS, m.Options()...)
	if n.slack.People.Suspect(err) != nil {
		return fmt.Errorf("change message about assignment %d: %w", now.ID, err)
	}
	return nil
}

// isFinal tells that Slack will not change a message, now or later.
func isFinal(err error) bool {
	return errors.As(err, new(slack.SlackErrorResponse)) && !slackcall.IsTemporary(err)
}
