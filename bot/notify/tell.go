package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/catch"

	"github.com/slack-go/slack"
)

// tell tells each new owner of what an assignment, or a batch, gave to them, and before that who
// has lost it.
func (n *Notifier) tell(ctx context.Context, due assign.Notice) error {
	a, found, err := n.cfg.Journal.Find(ctx, due.ID)
	if err != nil {
		return err
	}
	var shares []assign.Batch
	if found {
		shares, err = n.sharesOf(ctx, a)
	}
	if err != nil {
		return err
	}
	if err := n.takeAway(ctx, shares); err != nil {
		return err
	}
	own := false
	for i := len(shares) - 1; i >= 0; i-- { // the one with the ID that is due comes last
		own = own || shares[i].First().ID == due.ID
		if err := n.tellShare(ctx, shares[i], due); err != nil {
			return err
		}
	}
	if own {
		return nil
	}
	return n.keep(ctx, due, due.State, func(now *assign.Notice) { now.State = assign.NoticeNeedless })
}

// sharesOf parts what an assignment is part of by who got it.
func (n *Notifier) sharesOf(ctx context.Context, a assign.Assignment) ([]assign.Batch, error) {
	b := assign.Batch{Members: []assign.Assignment{a}}
	if a.Batch != 0 {
		members, err := n.cfg.Journal.Members(ctx, a.Batch)
		if err != nil {
			return nil, err
		}
		b = assign.Batch{ID: a.Batch, Members: members}
	}
	return b.Shares(), nil
}

// shareOf gives what went to the owner of an assignment with it; false if it was not assigned.
func (n *Notifier) shareOf(ctx context.Context, a assign.Assignment) (assign.Batch, bool, error) {
	shares, err := n.sharesOf(ctx, a)
	for _, s := range shares {
		for _, member := range s.Members {
			if member.ID == a.ID {
				return s, true, err
			}
		}
	}
	return assign.Batch{}, false, err
}

// tellShare tells one owner, unless that is done.
func (n *Notifier) tellShare(ctx context.Context, share assign.Batch, due assign.Notice) error {
	id, from := share.First().ID, assign.NoticeState("")
	known, err := n.cfg.Journal.NoticesOf(ctx, []int64{id})
	if err != nil {
		return err
	}
	if len(known) > 0 {
		if known[0].State != assign.NoticeNew {
			return nil
		}
		from = assign.NoticeNew
	}
	now := render.Notice{Notice: assign.Notice{ID: id, State: assign.NoticeTold, At: time.Now()}, Given: share, Inbox: n.inbox(share)}
	if now.Lost, err = n.lost(ctx, share); err != nil {
		return err
	}
	details, posted := n.sent[id]
	switch {
	case posted:
		now.NoticeDetails = details
	case now.IsLost():
		now.State = assign.NoticeNeedless
	default:
		err = n.post(ctx, &now)
	}
	if errors.Is(err, errUnanswered) {
		return n.keep(ctx, now.Notice, from, func(kept *assign.Notice) {
			kept.State, kept.Due = assign.NoticeNew, time.Now().Add(unansweredPause)
		})
	}
	if err != nil {
		return err
	}
	if now.State == assign.NoticeTold {
		n.sent[id] = now.NoticeDetails
	}
	now.Details = now.NoticeDetails.Encode()
	err = n.keep(ctx, now.Notice, from, func(kept *assign.Notice) {
		if n.cfg.ReceiptAfter > 0 && kept.State == assign.NoticeTold {
			kept.Due = time.Now().Add(n.cfg.ReceiptAfter)
		}
	})
	if err != nil {
		return err
	}
	delete(n.sent, id)
	kept, err := n.cfg.Journal.NoticesOf(ctx, []int64{id})
	for _, one := range kept { // what was lost at this moment, another process had nobody to tell of
		err = n.tellLost(ctx, one)
	}
	return err
}

// post writes to an owner, and notes where that is; or that there is nobody to tell: then the
// requester hears of it.
func (n *Notifier) post(ctx context.Context, now *render.Notice) error {
	first := now.Given.First()
	owner, err := n.account(ctx, first)
	if err != nil {
		return fmt.Errorf("find new owner of assignment %d: %w", first.ID, err)
	}
	now.Owner = owner
	switch owner {
	case first.Requester:
		now.State = assign.NoticeNeedless
		return nil
	case "":
		now.State = assign.NoticeNeedless
		return n.untold(ctx, "untold_account", *now)
	}
	err = n.write(ctx, now)
	if err == nil || slackcall.IsTemporary(err) || ctx.Err() != nil || !errors.As(err, new(slack.SlackErrorResponse)) {
		return err
	}
	n.log.Warn().Err(err).Int64("assignment", first.ID).Msg("Slack lets nobody write to a new owner")
	now.State, now.NoticeDetails = assign.NoticeNeedless, payload.NoticeDetails{}
	return n.untold(ctx, "untold_refused", *now)
}

// write posts the message of a notice to its owner, and notes where that is.
func (n *Notifier) write(ctx context.Context, now *render.Notice) error {
	m := n.slack.Renderer(ctx, now.Owner).Notified(*now)
	posting, cancel := context.WithTimeout(ctx, slackcall.Timeout)
	defer cancel()
	channel, ts, err := n.slack.API.PostMessageContext(posting, now.Owner, m.Options()...)
	if n.slack.People.Suspect(err) != nil {
		return fmt.Errorf("tell new owner of assignment %d: %w", now.ID, err)
	}
	now.Channel, now.TS = channel, ts
	return nil
}

// untold names to the requester who was not told, where they asked if that can be.
// That comes after the answer.
func (n *Notifier) untold(ctx context.Context, text string, now render.Notice) error {
	first := now.Given.First()
	if !first.Answered && time.Since(first.Outcome.At) < unansweredMost {
		return errUnanswered
	}
	to := payload.Address{Channel: payload.DecodeOrigin(first.Origin).Channel}
	return n.toRequester(ctx, now, to, n.slack.Renderer(ctx, first.Requester).Untold(text, now))
}

// toRequester brings a message to who gave something.
func (n *Notifier) toRequester(ctx context.Context, now render.Notice, to payload.Address, m render.Message) error {
	err := n.slack.Sender.Deliver(ctx, now.Given.First().Requester, to, m)
	if errors.Is(err, reply.ErrRefused) {
		n.log.Info().Err(err).Int64("assignment", now.ID).Msg("requester cannot be written to")
		return nil
	}
	return err
}

// account is the Slack account of the agent of an assignment; "" if there is none.
func (n *Notifier) account(ctx context.Context, a assign.Assignment) (string, error) {
	id := strings.ToLower(a.Outcome.Agent.PlatformID.Reveal())
	if known, ok := n.owners.Get(id); ok && time.Since(known.asked) < ownerLife {
		return known.user, nil
	}
	for _, email := range n.slack.Emails(a.Outcome.Agent) {
		user, err := n.slack.People.ByEmail(ctx, email)
		if err != nil {
			return "", err
		}
		if user != "" {
			n.owners.Add(id, account{user, time.Now()})
			return user, nil
		}
	}
	return "", nil
}

// inbox is the address of a contact in Azeer's web inbox; "" of several.
func (n *Notifier) inbox(share assign.Batch) string {
	if n.cfg.InboxURL == "" || len(share.Members) != 1 {
		return ""
	}
	contact := share.First().Contact.ID()
	if taken := share.First().Outcome.Contact; !taken.IsZero() {
		contact = taken.ID()
	}
	return strings.ReplaceAll(n.cfg.InboxURL, "{phone}", contact)
}

// errUnanswered says that the requester has no answer yet, which is looked at again after
// unansweredPause, and is waited for until unansweredMost.
var errUnanswered = errors.New("requester is not answered yet")

const (
	unansweredPause = 300 * time.Millisecond
	unansweredMost  = 30 * time.Second
)

// lookups is how many questions to the journal are asked at once.
const lookups = 8

// lost gives the newer assignments that made somebody else the owner of what went to one.
func (n *Notifier) lost(ctx context.Context, share assign.Batch) ([]assign.Assignment, error) {
	owners := make([]assign.Assignment, len(share.Members))
	err := catch.Each(len(share.Members), lookups, func(i int) (err error) {
		owners[i], _, err = n.cfg.Journal.Owner(ctx, share.Members[i].Contact)
		return err
	})
	if err != nil {
		return nil, err
	}
	var lost []assign.Assignment
	for i, a := range share.Members {
		to := owners[i].Outcome.Agent.PlatformID
		if owners[i].ID > a.ID && !to.IsZero() && !to.Equal(a.Outcome.Agent.PlatformID) {
			lost = append(lost, owners[i])
		}
	}
	return lost, nil
}

// read makes of a notice in the journal what can be shown.
func (n *Notifier) read(ctx context.Context, of assign.Notice) (now render.Notice, found bool, err error) {
	a, found, err := n.cfg.Journal.Find(ctx, of.ID)
	if err != nil || !found {
		return now, false, err
	}
	now = render.Notice{Notice: of, NoticeDetails: payload.DecodeNoticeDetails(of.Details)}
	if now.Given, found, err = n.shareOf(ctx, a); err != nil || !found {
		return now, false, err
	}
	now.Inbox, now.Next = n.inbox(now.Given), n.next(now.Given)
	now.Lost, err = n.lost(ctx, now.Given)
	return now, err == nil, err
}

// next is the group in which somebody else is sought: the one that it was for, or else the configured.
func (n *Notifier) next(given assign.Batch) agent.Ref {
	switch ref := given.First().Agent; {
	case ref.Kind == agent.ByGroup:
		return ref
	case n.cfg.DutyGroup != "":
		return agent.RefGroup(n.cfg.DutyGroup, "")
	}
	return agent.Ref{}
}
