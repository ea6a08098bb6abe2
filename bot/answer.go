package bot

import (
	"context"
	"errors"
	"fmt"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
)

// Answer tells the requester how an assignment ended: in the form that still waits for
// it, and as a message. See assign.Answerer.
func (b *Bot) Answer(ctx context.Context, a assign.Assignment) error {
	to, err := payload.DecodeAddress(a.Reply)
	if err != nil {
		b.log.Warn().Err(err).Int64("assignment", a.ID).Msg("address of an answer not readable, answering by direct message")
		to = payload.Address{}
	}
	open := to.View != ""
	if w := b.forms.claim(a.Key); w != nil {
		w.outcome <- a
		select {
		case told := <-w.told:
			if told {
				return nil
			}
			open = false
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	v, before := b.rendererFor(ctx, a.Requester), b.before(ctx, a)
	if _, delivered := b.delivered.Load(a.ID); delivered {
		return b.settle(ctx, a, to, v, before)
	}
	if err := b.post.Deliver(ctx, a.Requester, to, v.Outcome(a, before)); err != nil {
		if errors.Is(err, reply.ErrRefused) && b.people.HasLeft(ctx, a.Requester) {
			err = fmt.Errorf("%w: %w", assign.ErrRequesterGone, err)
		}
		return fmt.Errorf("answer assignment %d: %w", a.ID, err)
	}
	if !open {
		return nil
	}
	b.delivered.Store(a.ID, true)
	return b.settle(ctx, a, to, v, before)
}

// settle replaces the form that says "Assigning…" by the outcome. Where that has to be tried
// again, the message is not sent again, unless the process is killed in between.
func (b *Bot) settle(ctx context.Context, a assign.Assignment, to payload.Address, v render.Renderer, before agent.Agent) error {
	lead, body := v.OutcomeWords(a, before)
	if err := b.post.Settle(ctx, to.View, v.Panel(lead, body)); err != nil {
		return fmt.Errorf("settle form of assignment %d: %w", a.ID, err)
	}
	b.delivered.Delete(a.ID)
	return nil
}

// Interim tells the requester of a command that it is still going on. A form says so
// itself. See assign.Answerer.
func (b *Bot) Interim(ctx context.Context, a assign.Assignment) {
	to, err := payload.DecodeAddress(a.Reply)
	if err != nil || to.View != "" {
		return
	}
	v := b.rendererFor(ctx, a.Requester)
	m := v.Notice("interim", v.InProgress(a.Request))
	if err := b.post.Once(ctx, a.Requester, to, m); err != nil {
		b.log.Debug().Err(err).Int64("assignment", a.ID).Msg("interim answer not delivered")
	}
}
