package bot

import (
	"context"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/assign/prose"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
)

// The message shortcuts that the manifest declares: one asks for whom the contact in a message is,
// the other makes it that of whoever chooses it.
const (
	messageCallback = "assign_from_message"
	takeCallback    = "take_from_message"
)

// messages serves the shortcuts on a message.
type messages struct {
	*opener
	requests *requests
}

// onShortcut serves a shortcut on a message. The answer goes where the message is, into its thread
// too.
func (m *messages) onShortcut(ctx context.Context, c *inbound.Call) {
	mine := c.CallbackID == takeCallback
	if !mine && c.CallbackID != messageCallback {
		c.Acknowledge(ctx, nil)
		return
	}
	if !mine { // a form accepts nothing, so it is the sooner there
		c.Acknowledge(ctx, nil)
		c.Leave()
	}
	r := m.access.Check(ctx, c.Sender(), c.InChannel())
	if r.IsDenied() {
		c.Acknowledge(ctx, nil)
		_ = m.openView(ctx, c, *m.rendererOf(ctx, c).DeniedView(r)) // as in onShortcut
		return
	}
	found := numbersIn(payload.Text(c.Message), m.region)
	if mine && len(found) == 1 {
		m.requests.accept(ctx, c, assign.Request{Contact: found[0], Agent: agent.RefMe()})
		return
	}
	c.Acknowledge(ctx, nil)
	c.Leave()
	m.choose(ctx, c, found, mine)
}

// numbersIn gives the phone numbers in a text that people wrote.
func numbersIn(text, region string) (contacts []phone.Number) {
	for _, f := range prose.Find(text, region) {
		contacts = append(contacts, f.Phone)
	}
	return contacts
}

// choose opens the form with the number that a message holds, or with a choice of them.
func (m *messages) choose(ctx context.Context, c *inbound.Call, found []phone.Number, mine bool) {
	from := addressOf(c)
	from.EntryPoint = payload.ByMessage
	v := m.rendererOf(ctx, c).WantingReceipts(m.access.IsAdmin(c.Sender().ID))
	start := m.start(render.Draft{})
	start.Mine = mine
	form := v.FormFound(found, start, from)
	if len(found) == 1 {
		m.owners.name(ctx, v, &form, found[0])
	}
	err := m.openView(ctx, c, form)
	if err == nil {
		return
	}
	var d render.Draft
	if len(found) == 1 {
		d.Contact = found[0].International()
	}
	if mine {
		d.Agent = strings.TrimSpace(v.Texts.Plain("me", nil))
	}
	m.offer(ctx, c, from, v.Unopened(outOfTime(err), d))
}
