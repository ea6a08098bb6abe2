package bot

import (
	"context"
	"errors"
	"net"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/line"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/rota"

	"github.com/slack-go/slack"
)

// opener opens the form, and fills its menu of agents.
type opener struct {
	*responder
	api     *slack.Client
	access  *access.Policy
	agents  Agents
	recents *recents
	owners  *owners
	rota    *rota.Rota
	region  string
}

// triggerLife is how long after its arrival a trigger is tried: Slack's three seconds,
// less its delivery.
const triggerLife = 2700 * time.Millisecond

// onShortcut opens the form from anywhere.
func (o *opener) onShortcut(ctx context.Context, c *inbound.Call) {
	c.Acknowledge(ctx, nil)
	c.Leave()
	if c.CallbackID != shortcutCallback {
		return
	}
	if r := o.access.Check(ctx, c.Sender(), ""); r.IsDenied() {
		_ = o.openView(ctx, c, *o.rendererOf(ctx, c).DeniedView(r)) // it is logged, and no more can be told
		return
	}
	o.open(ctx, c, render.Draft{}, payload.Address{})
}

// shortcutCallback is the global shortcut that the manifest declares.
const shortcutCallback = "assign_contact"

// open opens the form; if that cannot be, it offers a button, whose click brings a
// fresh trigger.
func (o *opener) open(ctx context.Context, c *inbound.Call, d render.Draft, from payload.Address) {
	v := o.rendererOf(ctx, c).WantingReceipts(o.access.IsAdmin(c.Sender().ID))
	start := o.start(d)
	form := v.Form(start, from)
	if line := v.AwayBlock(start.Agent, o.absence(ctx, start, c)); line != nil {
		render.InsertLines(&form, line)
	}
	if contact, err := line.ParseContact(d.Contact, o.region); err == nil {
		o.owners.name(ctx, v, &form, contact)
	}
	if err := o.openView(ctx, c, form); err != nil {
		o.offer(ctx, c, from, v.Unopened(outOfTime(err), d))
	}
}

// absence tells whether whom a form starts with is away, if that is known soon.
func (o *opener) absence(ctx context.Context, start render.FormContent, c *inbound.Call) duty.Absence {
	if start.Agent.PlatformID.IsZero() {
		return duty.Absence{}
	}
	ctx, cancel := context.WithTimeout(ctx, ownerLimit)
	defer cancel()
	return o.rota.Absence(ctx, agent.RefEmail(start.Agent.PlatformID.Reveal()), start.Agent, c.Sender().ID)
}

// offer brings a button that opens a form to where it was asked for.
func (o *opener) offer(ctx context.Context, c *inbound.Call, to payload.Address, m render.Message) {
	if err := o.post.Deliver(ctx, c.Sender().ID, to, m); err != nil {
		o.log.Warn().Err(err).Msg("offer to open the form not delivered")
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
func (o *opener) openView(ctx context.Context, c *inbound.Call, v slack.ModalViewRequest) error {
	_, err := o.openNamed(ctx, c, v)
	return err
}

// openNamed is openView that gives the id of the view; "" if an earlier try has opened it.
func (o *opener) openNamed(ctx context.Context, c *inbound.Call, v slack.ModalViewRequest) (id string, err error) {
	if v.CallbackID == render.FormCallback {
		o.recents.warm(ctx, c.Sender().ID)
		o.rota.Warm(ctx)
	}
	ctx, cancel := context.WithDeadline(ctx, c.Received.Add(triggerLife))
	defer cancel()
	opened, err := o.api.OpenViewContext(ctx, c.TriggerID, v)
	var said slack.SlackErrorResponse
	switch {
	case o.people.Suspect(err) == nil:
		return opened.ID, nil
	case errors.As(err, &said) && said.Err == "exchanged_trigger_id":
		return "", nil // an earlier try did open it
	case errors.As(err, &said) && said.Err == "invalid_arguments":
		o.log.Error().Strs("problems", said.ResponseMetadata.Messages).Msg("view refused by Slack")
	default:
		o.log.Warn().Err(err).Msg("view not opened")
	}
	return "", err
}

// dutySoon is how long a menu waits to hear who is on duty.
const dutySoon = 1200 * time.Millisecond

// queryMost is how many bytes typed into a menu are looked for: no name or email is longer.
const queryMost = 1000

// onSuggestion fills the menu of agents from memory.
func (o *opener) onSuggestion(ctx context.Context, c *inbound.Call) {
	c.Leave()
	if c.ActionID != render.BlockAgent && c.ActionID != render.BlockFrom || len(c.Value) > queryMost || o.access.CheckPerson(ctx, c.Sender()).IsDenied() {
		c.Acknowledge(ctx, render.NoOptions)
		return
	}
	v := o.rendererOf(ctx, c)
	var onDuty []*slack.OptionBlockObject
	if c.ActionID == render.BlockAgent { // a group has nothing to hand over
		onDuty = v.DutyOptions(render.DutyCalled(o.rota.Now(ctx, dutySoon), c.Value))
	}
	options := v.Suggest(c.Value, o.agents.Search(c.Value, render.MenuMost), o.agents.State().Partial)
	if groups := v.Group(onDuty, o.listed(o.recents.of(ctx, c)), options); len(groups) > 0 {
		c.Acknowledge(ctx, slack.OptionGroupsResponse{OptionGroups: groups})
		return
	}
	if len(options) == 0 {
		c.Acknowledge(ctx, render.NoOptions)
		return
	}
	c.Acknowledge(ctx, slack.OptionsResponse{Options: options})
}

// start is what the form starts with for a draft, as far as memory knows the agents.
func (o *opener) start(d render.Draft) render.FormContent {
	start := render.FormContent{Draft: d, NoList: !o.agents.State().Loaded}
	if ref, err := line.ParseAgent(d.Agent); err == nil && !ref.IsZero() {
		start.Agent, _ = o.agents.Guess(ref)
	}
	return start
}

// listed leaves out who can be given no contacts any more.
func (o *opener) listed(agents []agent.Agent) (still []agent.Agent) {
	for _, a := range agents {
		if known, ok := o.agents.Guess(agent.RefEmail(a.PlatformID.Reveal())); ok {
			still = append(still, known)
		}
	}
	return still
}
