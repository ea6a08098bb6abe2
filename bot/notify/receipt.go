package notify

import (
	"context"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/retry"

	"github.com/slack-go/slack"
)

// directly is the address of a direct message.
var directly = payload.Address{}

// Standing gives a notice as it is now, for whoever presses one of its buttons; false: there is none any
// more.
func (n *Notifier) Standing(ctx context.Context, id int64) (now render.Notice, found bool, err error) {
	if !n.IsOn() || id == 0 {
		return now, false, nil
	}
	for {
		known, err := n.cfg.Journal.NoticesOf(ctx, []int64{id})
		if err != nil || len(known) == 0 {
			return now, false, err
		}
		if known[0].State != assign.NoticeNew {
			return n.read(ctx, known[0])
		}
		// Somebody was quicker than the journal's note that they were told.
		if !retry.Sleep(ctx, notedPause) {
			return now, false, ctx.Err()
		}
	}
}

// notedPause is how soon it is looked again for a notice whose message is out.
const notedPause = 30 * time.Millisecond

// IsOpen tells whether the owner may still say something to a notice.
func IsOpen(now render.Notice) bool {
	switch now.State {
	case assign.NoticeTold, assign.NoticeAsked, assign.NoticeReminding:
		return !now.IsLost()
	}
	return false
}

// Note notes durably that somebody has said something to a notice, whose consequences follow. false: it has
// changed meanwhile. Its error is assign.ErrPending where nobody knows in time whether it is noted.
func (n *Notifier) Note(ctx context.Context, now render.Notice, state assign.NoticeState) (bool, error) {
	from := now.State
	now.State, now.Due, now.Details = state, time.Now(), now.NoticeDetails.Encode()
	return assign.InTime(ctx, func() (bool, error) {
		kept, err := n.cfg.Journal.KeepNotice(ctx, now.Notice, from)
		if kept {
			n.Wake() // also where nobody waits for it any more
		}
		return kept, err
	})
}

// SaidOf gives what new owners said of the assignments in a list.
func (n *Notifier) SaidOf(ctx context.Context, found []assign.Assignment) (render.Said, error) {
	said := make(render.Said)
	if !n.IsOn() {
		return said, nil
	}
	of := make(map[int64]int64) // from an assignment to its notice
	var ids []int64
	for _, a := range found {
		share, ok, err := n.shareOf(ctx, a)
		if err != nil {
			return nil, err
		}
		if ok {
			of[a.ID] = share.First().ID
			ids = append(ids, share.First().ID)
		}
	}
	notices, err := n.cfg.Journal.NoticesOf(ctx, ids)
	for _, one := range notices {
		for assignment, id := range of {
			if id == one.ID {
				said[assignment] = one
			}
		}
	}
	return said, err
}

// spread shows an owner that what they said is noted, and tells who has to know.
func (n *Notifier) spread(ctx context.Context, due assign.Notice) error {
	now, found, err := n.read(ctx, due)
	if err != nil {
		return err
	}
	if found && !now.Informed {
		if err := n.edit(ctx, now); err != nil && !isFinal(err) {
			return err
		}
		if err := n.inform(ctx, now); err != nil {
			return err
		}
		now.Informed = true
		now.Details = now.NoticeDetails.Encode()
		kept, err := n.cfg.Journal.KeepNotice(ctx, now.Notice, due.State)
		if err != nil || !kept {
			return err
		}
	}
	if found {
		if err := n.audit(ctx, now); err != nil {
			return err
		}
		due.Details = now.Details
	}
	return n.keep(ctx, due, due.State, func(*assign.Notice) {})
}

// inform tells the requester what the owner said, where they asked to hear of it, were asked
// themselves, or there is something to do.
func (n *Notifier) inform(ctx context.Context, now render.Notice) error {
	first := now.Given.First()
	if now.State == assign.NoticeReceived && !first.Brief.Receipt && !now.Asked {
		return nil
	}
	return n.toRequester(ctx, now, directly, n.slack.Renderer(ctx, first.Requester).Receipt(now))
}

// audit reports what the owner said.
func (n *Notifier) audit(ctx context.Context, now render.Notice) error {
	if n.cfg.AuditChannel == "" {
		return nil
	}
	posting, cancel := context.WithTimeout(ctx, slackcall.Timeout)
	defer cancel()
	_, _, err := n.slack.API.PostMessageContext(posting, n.cfg.AuditChannel, n.slack.Default.ReceiptAudited(now, n.cfg.FullPhone).Options()...)
	return n.slack.People.Suspect(err)
}

// ask asks the requester what to do about an owner who has said nothing in time.
func (n *Notifier) ask(ctx context.Context, due assign.Notice) error {
	now, found, err := n.read(ctx, due)
	if err != nil {
		return err
	}
	if !found || now.IsLost() {
		return n.keep(ctx, due, due.State, func(*assign.Notice) {})
	}
	requester := now.Given.First().Requester
	waited := time.Since(due.At)
	if err := n.toRequester(ctx, now, directly, n.slack.Renderer(ctx, requester).Unreceived(now, waited)); err != nil {
		return err
	}
	now.Asked = true
	now.Details = now.NoticeDetails.Encode()
	return n.keep(ctx, now.Notice, due.State, func(kept *assign.Notice) { kept.State = assign.NoticeAsked })
}

// remind tells an owner once more, in a message that takes the place of the one before.
func (n *Notifier) remind(ctx context.Context, due assign.Notice) error {
	now, found, err := n.read(ctx, due)
	if err != nil {
		return err
	}
	if !found || now.IsLost() {
		return n.keep(ctx, due, due.State, func(kept *assign.Notice) { kept.State = assign.NoticeAsked })
	}
	old := now
	now.State, now.Again = assign.NoticeTold, true
	if sent, posted := n.sent[due.ID]; posted {
		now.NoticeDetails = sent
	} else if err := n.write(ctx, &now); err != nil {
		return err
	}
	n.sent[due.ID] = now.NoticeDetails
	now.Details = now.NoticeDetails.Encode()
	err = n.keep(ctx, now.Notice, due.State, func(kept *assign.Notice) {
		if n.cfg.ReceiptAfter > 0 {
			kept.Due = time.Now().Add(n.cfg.ReceiptAfter)
		}
	})
	if err != nil {
		return err
	}
	delete(n.sent, due.ID)
	n.retire(ctx, old)
	return nil
}

// retire takes the buttons away from a message in whose place another has come, at best effort.
func (n *Notifier) retire(ctx context.Context, old render.Notice) {
	m := n.slack.Renderer(ctx, old.Owner).Notified(old)
	m.Blocks = m.Blocks[:1]
	editing, cancel := context.WithTimeout(ctx, slackcall.Timeout)
	defer cancel()
	if _, _, _, err := n.slack.API.UpdateMessageContext(editing, old.Channel, old.TS, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)); err != nil {
		n.log.Debug().Err(err).Int64("assignment", old.ID).Msg("message before a reminder not changed")
	}
}
