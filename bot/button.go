package bot

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
)

// onRequestButton carries out the wish that a button stands for.
func (b *Bot) onRequestButton(ctx context.Context, c *call, chosen payload.Action) {
	w, agent, ok := render.DecodeButtonRequest(chosen.Value)
	if !ok {
		b.acknowledge(ctx, c, nil)
		return
	}
	if c.late { // the button is still there
		b.acknowledge(ctx, c, nil)
		b.beside(ctx, c, b.rendererOf(ctx, c).Notice("late_click", nil))
		return
	}
	r := assign.Request{
		Key: c.request(), Requester: c.Sender().ID, Contact: phone.New(w.Contact), Agent: agent,
		Reply: c.address().Encode(), Origin: c.source().Encode(),
	}
	accepting, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	if chosen.ActionID == render.ActionUndo {
		r.Key, r.Guard, r.Undoes = w.OnceKey("undo"), w.Of, w.Of
		said := b.acceptUndo(accepting, r)
		b.acknowledge(ctx, c, nil)
		b.answerUndo(ctx, c, r, said)
		return
	}
	if w.Of != 0 {
		r.Key = w.OnceKey("again")
	}
	said := b.acceptUnlessNewer(accepting, r, w)
	b.acknowledge(ctx, c, nil)
	b.answerRequestButton(ctx, c, r, w, said)
}

// verdict is what the service said to a request: see its Accept.
type verdict struct {
	assign.Assignment
	how assign.Acceptance
	err error
}

func (b *Bot) ask(ctx context.Context, r assign.Request) verdict {
	a, how, err := b.service.Accept(ctx, r)
	return verdict{a, how, err}
}

// acceptUnlessNewer hands a wish to the service, unless the contact has been assigned since the button
// was made.
func (b *Bot) acceptUnlessNewer(ctx context.Context, r assign.Request, w render.ButtonRequest) verdict {
	if w.After == 0 { // nothing was known to come after
		if latest, found, err := b.service.Latest(ctx, r.Contact); found || err != nil {
			return verdict{latest, assign.Overtaken, err}
		}
	}
	r.Guard = w.After
	said := b.ask(ctx, r)
	if said.err == nil && said.how == assign.Overtaken && said.ID == 0 {
		r.Guard = 0 // the journal has deleted that for its age, and knows of nothing since
		return b.ask(ctx, r)
	}
	return said
}

// answerRequestButton answers a click on which nothing new was accepted. Where something is under
// way, or the button may be clicked once more, the clicked message stays.
func (b *Bot) answerRequestButton(ctx context.Context, c *call, r assign.Request, w render.ButtonRequest, said verdict) {
	v := b.rendererOf(ctx, c)
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.beside(ctx, c, v.NotStored(r))
	case said.how == assign.Overtaken:
		w.After = said.ID
		b.reply(ctx, c, v.Overtaken(r, said.Assignment, w))
	case said.how == assign.Joined, said.how == assign.Repeated && w.Of != 0 && !said.Finished():
		b.beside(ctx, c, v.Notice("joined", v.InProgress(r)))
	case said.how == assign.Repeated && w.Of != 0:
		b.reply(ctx, c, v.UsedAlready(said.Assignment, c.Sender().ID))
	}
}

// beside answers a click without taking the place of the clicked message.
func (b *Bot) beside(ctx context.Context, c *call, m render.Message) {
	to := c.address()
	to.Replace = false
	c.turn.leave()
	if err := b.post.Deliver(ctx, c.Sender().ID, to, m); err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("reply not delivered")
	}
}

// onClick serves the buttons below our messages, and whatever else tells us at once.
func (b *Bot) onClick(ctx context.Context, c *call) {
	if len(c.Actions) == 0 {
		b.acknowledge(ctx, c, nil)
		return
	}
	if c.typing() {
		b.onFieldChange(ctx, c)
		return
	}
	if c.fromHome() {
		b.homes.enter(c.Sender().ID, c.View, time.Now())
	}
	if r := b.access.check(ctx, c.Sender(), c.InChannel()); r.IsDenied() {
		b.acknowledge(ctx, c, nil)
		b.beside(ctx, c, b.rendererOf(ctx, c).Denied(r)) // what the button belongs to stays
		if c.fromHome() {
			b.homes.publish(c.Sender().ID, time.Time{})
		}
		return
	}
	chosen := c.Actions[0]
	if strings.HasPrefix(chosen.ActionID, render.ActionFixNumber) {
		chosen.ActionID = render.ActionFix
	}
	switch chosen.ActionID {
	case render.ActionOpen, render.ActionFix:
		b.acknowledge(ctx, c, nil)
		c.turn.leave()
		var d render.Draft
		if err := json.Unmarshal([]byte(chosen.Value), &d); err != nil {
			b.log.Warn().Msg("button without a draft, opening an empty form")
		}
		from := c.address()
		if c.fromHome() {
			from.EntryPoint = payload.ByHome
		}
		b.openForm(ctx, c, d, from)
	case render.ActionWord:
		b.onSubcommandButton(ctx, c, chosen)
	case render.ActionSearch, render.ActionClose:
		b.acknowledge(ctx, c, nil)
		b.homes.look(c.Sender().ID, chosen, time.Now())
	default:
		b.onRequestButton(ctx, c, chosen)
	}
}
