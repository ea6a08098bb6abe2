package bot

import (
	"context"
	"fmt"

	"azeer-slack/assign"
)

// Answer tells the requester how an assignment ended: in the form that still waits for
// it, and as a message. See assign.Answerer.
func (b *Bot) Answer(ctx context.Context, a assign.Assignment) error {
	to, err := decodeAddress(a.Reply)
	if err != nil {
		b.log.Warn().Err(err).Int64("assignment", a.ID).Msg("address of an answer not readable, answering by direct message")
		to = address{}
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
	if err := b.post.deliver(ctx, a.Requester, to, b.outcome(a)); err != nil {
		return fmt.Errorf("answer assignment %d: %w", a.ID, err)
	}
	if open {
		lead, body := b.told(a)
		b.post.settle(ctx, to.View, b.panel(lead, body))
	}
	return nil
}

// Interim tells the requester of a command that it is still going on. A form says so
// itself. See assign.Answerer.
func (b *Bot) Interim(ctx context.Context, a assign.Assignment) {
	to, err := decodeAddress(a.Reply)
	if err != nil || to.View != "" {
		return
	}
	m := b.notice("interim", b.onItsWay(a.Request))
	if err := b.post.once(ctx, a.Requester, to, m); err != nil {
		b.log.Debug().Err(err).Int64("assignment", a.ID).Msg("interim answer not delivered")
	}
}
