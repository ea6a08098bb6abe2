package bot

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/access"
	"azeer-slack/bot/home"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/offer"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
)

// buttons serves the buttons below messages and on the Home tab.
type buttons struct {
	*responder
	requests    *requests
	history     assign.History
	access      *access.Policy
	opener      *opener
	subcommands *subcommands
	batches     *batches
	typing      *typing
	homes       *home.Tabs
	receipts    *receipts
}

// onRequestButton carries out the wish that a button stands for.
func (b *buttons) onRequestButton(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	w, agent, ok := render.DecodeButtonRequest(chosen.Value)
	if !ok {
		c.Acknowledge(ctx, nil)
		return
	}
	if c.Late { // the button is still there
		c.Acknowledge(ctx, nil)
		b.beside(ctx, c, b.rendererOf(ctx, c).Notice("late_click", nil))
		return
	}
	r := assign.Request{
		Key: c.RequestKey(), Requester: c.Sender().ID, Contact: phone.New(w.Contact), Agent: agent,
		Reply: addressOf(c).Encode(), Origin: originOf(c).Encode(), Brief: w.Brief(),
	}
	accepting, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	if chosen.ActionID == render.ActionUndo {
		r.Key, r.Guard, r.Undoes = w.OnceKey("undo"), w.Of, w.Of
		said := b.requests.acceptGuarded(accepting, r, w.Of)
		c.Acknowledge(ctx, nil)
		b.answerUndo(ctx, c, r, said)
		return
	}
	if w.Of != 0 {
		r.Key = w.OnceKey("again")
	}
	said := b.requests.acceptUnlessNewer(accepting, r, w)
	c.Acknowledge(ctx, nil)
	b.answerRequestButton(ctx, c, r, w, said)
}

// answerRequestButton answers a click on which nothing new was accepted. Where something is under
// way, or the button may be clicked once more, the clicked message stays.
func (b *buttons) answerRequestButton(ctx context.Context, c *inbound.Call, r assign.Request, w render.ButtonRequest, said verdict) {
	v := b.rendererOf(ctx, c)
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.beside(ctx, c, v.NotStored(r, isPending(said.err)))
	case said.how == assign.Overtaken:
		w.After = said.ID
		b.reply(ctx, c, v.Overtaken(r, said.Assignment, w))
	case said.how == assign.Joined, said.how == assign.Repeated && w.Of != 0 && !said.Finished():
		b.beside(ctx, c, v.Notice("joined", v.InProgress(r)))
	case said.how == assign.Repeated && w.Of != 0:
		b.reply(ctx, c, v.UsedAlready(said.Assignment, c.Sender().ID))
	}
}

// onClick serves the buttons below our messages, and whatever else tells us at once.
func (b *buttons) onClick(ctx context.Context, c *inbound.Call) {
	if len(c.Actions) == 0 {
		c.Acknowledge(ctx, nil)
		return
	}
	if b.onOwnTerms(ctx, c, c.Actions[0]) {
		return
	}
	if isFromHome(c) {
		b.homes.Enter(c.Sender().ID, c.View, time.Now())
	}
	if r := b.access.Check(ctx, c.Sender(), c.InChannel()); r.IsDenied() {
		c.Acknowledge(ctx, nil)
		b.beside(ctx, c, b.rendererOf(ctx, c).Denied(r)) // what the button belongs to stays
		if isFromHome(c) {
			b.homes.Publish(c.Sender().ID, time.Time{})
		}
		return
	}
	chosen := c.Actions[0]
	if strings.HasPrefix(chosen.ActionID, render.ActionFixNumber) {
		chosen.ActionID = render.ActionFix
	}
	switch chosen.ActionID {
	case render.ActionOpen, render.ActionFix:
		c.Acknowledge(ctx, nil)
		c.Leave()
		var d render.Draft
		if err := json.Unmarshal([]byte(chosen.Value), &d); err != nil {
			b.log.Warn().Msg("button without a draft, opening an empty form")
		}
		b.opener.open(ctx, c, d, formOrigin(c))
	case render.ActionSeveral:
		b.opener.openSeveral(ctx, c, chosen, formOrigin(c))
	case render.ActionOfferThese:
		b.subcommands.offers.OnThese(ctx, c, chosen)
	case render.ActionBatch, render.ActionBatchStop, render.ActionBatchRetry, render.ActionBatchUndo, render.ActionBatchShow:
		b.batches.onClick(ctx, c, chosen)
	case render.ActionHandover, render.ActionHandoverDo, render.ActionHandoverShow:
		b.subcommands.handovers.onClick(ctx, c, chosen)
	case render.ActionWord, render.ActionHistory:
		b.subcommands.onButton(ctx, c, chosen)
	case render.ActionSearch, render.ActionClose:
		c.Acknowledge(ctx, nil)
		b.homes.Look(c.Sender().ID, chosen, time.Now())
	default:
		b.onRequestButton(ctx, c, chosen)
	}
}

// onOwnTerms serves what has rules of its own on who may, and where; false of all else.
func (b *buttons) onOwnTerms(ctx context.Context, c *inbound.Call, chosen payload.Action) bool {
	switch {
	case chosen.ActionID == render.ActionOfferForm:
		contacts, err := b.receipts.submissions.contactsTyped(c)
		b.subcommands.offers.OnForm(ctx, c, contacts, err)
	case c.IsTyping():
		b.typing.onChange(ctx, c)
	case offer.IsClick(chosen.ActionID):
		b.subcommands.offers.OnClick(ctx, c, chosen)
	case isReceipt(chosen.ActionID):
		b.receipts.onClick(ctx, c, chosen)
	default:
		return false
	}
	return true
}

// formOrigin is where the answer to a form goes that a button opens.
func formOrigin(c *inbound.Call) payload.Address {
	from := addressOf(c)
	if isFromHome(c) {
		from.EntryPoint = payload.ByHome
	}
	return from
}

const (
	// mostUndoTries is how often an undo looks again at what came since.
	mostUndoTries = 3
	// mostSince is how far back it looks.
	mostSince = 100
)

// acceptGuarded hands a request to the service, whose Guard is the assignment since which nothing may
// have changed the owner. What was asked since but changed nothing, such as a refused request, does not
// stand in its way. Overtaken comes with the assignment that does.
func (q *requests) acceptGuarded(ctx context.Context, r assign.Request, since int64) verdict {
	for tries := 1; ; tries++ {
		said := q.ask(ctx, r)
		if said.err != nil || said.how != assign.Overtaken || !changedNothing(said.Outcome.Kind) {
			return said
		}
		owner, known, err := q.history.Owner(ctx, r.Contact)
		switch {
		case err != nil:
			return verdict{err: err}
		case known && owner.ID != since:
			said.Assignment = owner
			return said
		case !known:
			said.Assignment, err = q.inDoubt(ctx, r.Contact, since)
			said.err = err
			return said
		case tries == mostUndoTries:
			return said
		}
		r.Guard = said.ID
	}
}

// inDoubt finds what came after an assignment and may have changed the owner, or nothing if the
// journal has deleted what it would take to know.
func (q *requests) inDoubt(ctx context.Context, contact phone.Number, after int64) (assign.Assignment, error) {
	since, err := q.history.List(ctx, assign.Query{Contact: contact, Limit: mostSince})
	for _, a := range since {
		if a.ID > after && a.Outcome.IsUncertain() {
			return a, err
		}
	}
	return assign.Assignment{}, err
}

// changedNothing tells the ways of ending that leave the owner as it was.
func changedNothing(k assign.OutcomeKind) bool {
	return k == assign.Refused || k == assign.Failed
}

// answerUndo answers a click on Undo that was not simply accepted.
func (b *buttons) answerUndo(ctx context.Context, c *inbound.Call, r assign.Request, said verdict) {
	v, reader := b.rendererOf(ctx, c), c.Sender().ID
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.beside(ctx, c, v.NotStored(r, isPending(said.err)))
	case said.how == assign.Joined, said.how == assign.Repeated && !said.Finished():
		b.beside(ctx, c, v.Notice("joined", v.InProgress(r)))
	case said.how != assign.Accepted:
		b.reply(ctx, c, v.NotUndone(r, said.Assignment, said.how, reader))
	}
}
