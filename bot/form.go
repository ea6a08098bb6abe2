package bot

import (
	"context"
	"errors"
	"net"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"

	"github.com/slack-go/slack"
)

// triggerLife is how long after its arrival a trigger is tried: Slack's three seconds,
// less its delivery.
const triggerLife = 2700 * time.Millisecond

// onShortcut opens the form from anywhere.
func (b *Bot) onShortcut(ctx context.Context, c *call) {
	b.acknowledge(ctx, c, nil)
	c.turn.leave()
	if c.CallbackID != shortcutCallback {
		return
	}
	if r := b.access.check(ctx, c.Sender(), ""); r.IsDenied() {
		_ = b.openView(ctx, c, *b.rendererOf(ctx, c).DeniedView(r)) // it is logged, and no more can be told
		return
	}
	b.openForm(ctx, c, render.Draft{}, payload.Address{})
}

// shortcutCallback is the global shortcut that the manifest declares.
const shortcutCallback = "assign_contact"

// openForm opens the form; if that cannot be, it offers a button, whose click brings a
// fresh trigger.
func (b *Bot) openForm(ctx context.Context, c *call, d render.Draft, from payload.Address) {
	v := b.rendererOf(ctx, c)
	form := v.Form(b.start(d), from)
	if contact, err := line.ParseContact(d.Contact, b.region); err == nil {
		b.nameOwner(ctx, v, &form, contact)
	}
	if err := b.openView(ctx, c, form); err != nil {
		b.offerForm(ctx, c, from, v.Unopened(outOfTime(err), d))
	}
}

// offerForm brings a button that opens a form to where it was asked for.
func (b *Bot) offerForm(ctx context.Context, c *call, to payload.Address, offer render.Message) {
	if err := b.post.Deliver(ctx, c.Sender().ID, to, offer); err != nil {
		b.log.Warn().Err(err).Msg("offer to open the form not delivered")
	}
}

// outOfTime tells whether a view did not open because a trigger lives for 3 s only.
func outOfTime(err error) bool {
	var said slack.SlackErrorResponse
	var network net.Error
	return errors.As(err, &said) && said.Err == "expired_trigger_id" ||
		errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}

// openView spends the call's trigger on a view, and logs why if it does not open.
func (b *Bot) openView(ctx context.Context, c *call, v slack.ModalViewRequest) error {
	if v.CallbackID == render.FormCallback {
		b.recents.warm(ctx, c.Sender().ID)
	}
	ctx, cancel := context.WithDeadline(ctx, c.envelope.Received.Add(triggerLife))
	defer cancel()
	_, err := b.api.OpenViewContext(ctx, c.TriggerID, v)
	var said slack.SlackErrorResponse
	switch {
	case b.people.Suspect(err) == nil:
		return nil
	case errors.As(err, &said) && said.Err == "exchanged_trigger_id":
		return nil // an earlier try did open it
	case errors.As(err, &said) && said.Err == "invalid_arguments":
		b.log.Error().Strs("problems", said.ResponseMetadata.Messages).Msg("view refused by Slack")
	default:
		b.log.Warn().Err(err).Msg("view not opened")
	}
	return err
}

// onSuggestion fills the menu of agents from memory.
func (b *Bot) onSuggestion(ctx context.Context, c *call) {
	c.turn.leave()
	if c.ActionID != render.BlockAgent || b.access.checkPerson(ctx, c.Sender()).IsDenied() {
		b.acknowledge(ctx, c, render.NoOptions)
		return
	}
	v := b.rendererOf(ctx, c)
	options := v.Suggest(c.Value, b.agents.Search(c.Value, render.MenuMost), b.agents.State().Partial)
	if groups := v.Group(b.listed(b.recents.of(ctx, c)), options); len(groups) > 0 {
		b.acknowledge(ctx, c, slack.OptionGroupsResponse{OptionGroups: groups})
		return
	}
	if len(options) == 0 {
		b.acknowledge(ctx, c, render.NoOptions)
		return
	}
	b.acknowledge(ctx, c, slack.OptionsResponse{Options: options})
}

// start is what the form starts with for a draft, as far as memory knows the agents.
func (b *Bot) start(d render.Draft) render.FormContent {
	start := render.FormContent{Draft: d, NoList: !b.agents.State().Loaded}
	if ref, err := line.ParseAgent(d.Agent); err == nil && !ref.IsZero() {
		start.Agent, _ = b.agents.Guess(ref)
	}
	return start
}

// listed leaves out who can be given no contacts any more.
func (b *Bot) listed(agents []agent.Agent) (still []agent.Agent) {
	for _, a := range agents {
		if known, ok := b.agents.Guess(agent.RefEmail(a.PlatformID.Reveal())); ok {
			still = append(still, known)
		}
	}
	return still
}
