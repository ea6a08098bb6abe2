package bot

import (
	"context"

	"azeer-slack/assign/prose"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
)

// messageCallback is the message shortcut that the manifest declares.
const messageCallback = "assign_from_message"

// onMessageShortcut opens the form with the number that a message holds, or with a choice
// of them. The answer goes where the message is, into its thread too.
func (b *Bot) onMessageShortcut(ctx context.Context, c *call) {
	b.acknowledge(ctx, c, nil)
	c.turn.leave()
	if c.CallbackID != messageCallback {
		return
	}
	r := b.access.check(ctx, c.Sender(), c.InChannel())
	v := b.rendererOf(ctx, c)
	if r.IsDenied() {
		_ = b.openView(ctx, c, *v.DeniedView(r)) // as in onShortcut
		return
	}
	found := prose.Find(payload.Text(c.Message), b.region)
	from := c.address()
	from.EntryPoint = payload.ByMessage
	form := v.FormFound(found, !b.agents.State().Loaded, from)
	if len(found) == 1 {
		b.nameOwner(ctx, v, &form, found[0].Phone)
	}
	err := b.openView(ctx, c, form)
	if err == nil {
		return
	}
	var d render.Draft
	if len(found) == 1 {
		d.Contact = found[0].Phone.International()
	}
	b.offerForm(ctx, c, from, v.Unopened(outOfTime(err), d))
}
