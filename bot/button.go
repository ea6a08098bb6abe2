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
	if c.IsTyping() {
		b.typing.onChange(ctx, c)
		return
	}
	if isReceipt(c.Actions[0].ActionID) {
		b.receipts.onClick(ctx, c, c.Actions[0])
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
	case render.ActionBatch, render.ActionBatchStop, render.ActionBatchRetry, render.ActionBatchUndo, render.ActionBatchShow:
		b.batches.onClick(ctx, c, chosen)
	case render.ActionWord, render.ActionHistory:
		b.subcommands.onButton(ctx, c, chosen)
	case render.ActionSearch, render.ActionClose:
		c.Acknowledge(ctx, nil)
		b.homes.Look(c.Sender().ID, chosen, time.Now())
	default:
		b.onRequestButton(ctx, c, chosen)
	}
}

// formOrigin is where the answer to a form goes that a button opens.
func formOrigin(c *inbound.Call) payload.Address {
	from := addressOf(c)
	if isFromHome(c) {
		from.EntryPoint = payload.ByHome
	}
	return from
}
