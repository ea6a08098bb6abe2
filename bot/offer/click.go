package offer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// Chat answers calls.
type Chat interface {
	RendererOf(ctx context.Context, c *inbound.Call) render.Renderer
	// Reply answers a call in its own place, Beside without taking the place of what was clicked.
	Reply(ctx context.Context, c *inbound.Call, m render.Message)
	Beside(ctx context.Context, c *inbound.Call, m render.Message)
	// AddressOf is where the answer to a call goes.
	AddressOf(c *inbound.Call) payload.Address
}

// Agents finds out who in Azeer somebody is. Its errors are *agent.Unresolved.
type Agents interface {
	Resolve(ctx context.Context, ref agent.Ref, requester string) (agent.Agent, error)
}

// Handlers serve what people do with offers.
type Handlers struct {
	Keeper *Keeper
	Chat   Chat
	Agents Agents
	Access *access.Policy
	Region string
}

const (
	// agentLimit is how long whoever takes an offer waits to hear that they are no agent.
	agentLimit = time.Second
	// mentionLife is how old a mention may be to offer something unasked.
	mentionLife = 10 * time.Minute
)

// OnLine serves a typed line: what follows the word for it.
func (h *Handlers) OnLine(ctx context.Context, c *inbound.Call, command, typed string) {
	v := h.Chat.RendererOf(ctx, c)
	if typed == "" {
		h.Chat.Reply(ctx, c, v.OfferHow(command))
		return
	}
	read, err := line.ParseOffer(typed, h.Region)
	if m, ok := errors.AsType[*line.Mistake](err); ok {
		id, data := v.MistakeText(m)
		data["Example"] = texts.Code(command + " " + render.OfferCommand.Name(v.Language()) + " " + v.ExamplePhone())
		h.Chat.Reply(ctx, c, v.Notice(id, data))
		return
	}
	h.make(ctx, c, c.RequestKey(), read.Contacts, assign.NewNote(read.Note.Reveal()), h.Chat.AddressOf(c))
}

// OnThese serves the button that offers the contacts of a message.
func (h *Handlers) OnThese(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	asked, _ := render.DecodeBatchRequest(chosen.Value)
	contacts := render.DecodeContacts(asked.List)
	if len(contacts) == 0 { // a button of another time
		c.Acknowledge(ctx, nil)
		return
	}
	h.make(ctx, c, c.RequestKey(), contacts, asked.Brief().Note, h.Chat.AddressOf(c))
}

// make makes an offer and acknowledges the call. Where it is shown is told once it is.
func (h *Handlers) make(ctx context.Context, c *inbound.Call, key string, contacts []phone.Number, note assign.Note, to payload.Address) {
	v := h.Chat.RendererOf(ctx, c)
	written, isMention := c.Event.WrittenAt()
	if c.Late || isMention && c.Received.Sub(written) > mentionLife {
		h.Chat.Reply(ctx, c, v.Notice("batch_late", nil))
		return
	}
	storing, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	switch made, err := h.Keeper.Make(storing, key, c.Sender().ID, contacts, note, to); {
	case err != nil:
		h.Keeper.log.Error().Err(err).Msg("offer not stored")
		h.Chat.Reply(ctx, c, v.Notice(notMade(err), nil))
	case made == assign.Joined:
		h.Chat.Reply(ctx, c, v.OfferAlready())
	default:
		c.Acknowledge(ctx, nil)
	}
}

// notMade is the text for an offer that could not be stored.
func notMade(err error) string {
	if errors.Is(err, assign.ErrPending) {
		return "offer_pending"
	}
	return "not_stored"
}

// OnForm serves the button in the form: it asks whether to offer what stands there, or says why that
// cannot be.
func (h *Handlers) OnForm(ctx context.Context, c *inbound.Call, contacts []phone.Number, wrong error) {
	c.Acknowledge(ctx, nil)
	c.Leave()
	from := render.DecodeFormMetadata(c.View.PrivateMetadata).Address
	from.Channel = cmp.Or(c.Conversation(render.BlockAnswer), from.Channel)
	v := h.Chat.RendererOf(ctx, c)
	view := v.OfferConfirm(contacts, assign.NewNote(line.CleanNote(c.Input(render.BlockNote))), from)
	denied := h.Access.Check(ctx, c.Sender(), from.Channel)
	switch {
	case denied.IsDenied():
		view = v.DeniedView(denied)
	case wrong != nil:
		view = v.Panel("", v.MistakeLine(wrong))
	case len(contacts) == 0:
		view = v.Panel("", v.Texts.Plain("several_none", texts.Data{"Phone": v.ExamplePhone()}))
	case len(contacts) > assign.MaxBatch || view == nil:
		view = v.Panel("", v.Texts.Plain("batch_too_many", texts.Data{"Count": len(contacts), "Most": line.MaxInLine}))
	}
	ctx, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	if _, err := h.Keeper.slack.API.PushViewContext(ctx, c.TriggerID, *view); h.Keeper.slack.People.Suspect(err) != nil {
		h.Keeper.log.Warn().Err(err).Msg("question whether to offer not opened") // and the button is still there
	}
}

// OnConfirmed offers what was asked about in the form.
func (h *Handlers) OnConfirmed(ctx context.Context, c *inbound.Call) {
	v := h.Chat.RendererOf(ctx, c)
	var asked render.OfferMetadata
	err := json.Unmarshal([]byte(c.View.PrivateMetadata), &asked)
	contacts := render.DecodeContacts(asked.List)
	if err != nil || len(contacts) == 0 {
		c.Acknowledge(ctx, v.Closing("broken", texts.Data{"Reference": c.EnvelopeID()}))
		return
	}
	if denied := h.Access.Check(ctx, c.Sender(), asked.Channel); denied.IsDenied() {
		c.Acknowledge(ctx, v.Closing(denied.Text, denied.Data))
		return
	}
	if c.Late {
		c.Acknowledge(ctx, v.Closing("batch_late", nil))
		return
	}
	storing, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	asked.View = ""
	switch made, err := h.Keeper.Make(storing, c.RequestKey(), c.Sender().ID, contacts, assign.NewNote(asked.Note), asked.Address); {
	case err != nil:
		h.Keeper.log.Error().Err(err).Msg("offer not stored")
		c.Acknowledge(ctx, v.Closing(notMade(err), nil))
	case made == assign.Joined:
		c.Acknowledge(ctx, v.Closing("offer_already", nil))
	default:
		c.Acknowledge(ctx, slack.NewClearViewSubmissionResponse())
	}
}

// IsClick tells the buttons of an offer that has been made.
func IsClick(action string) bool {
	switch action {
	case render.ActionTake, render.ActionOfferGive, render.ActionOfferWithdraw, render.ActionOfferWait:
		return true
	}
	return false
}

// OnClick serves these buttons. What is done is in the journal before the click is acknowledged. Who may
// offer has chosen the place, so only the person counts.
func (h *Handlers) OnClick(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	v := h.Chat.RendererOf(ctx, c)
	asked, ok := render.DecodeOfferRequest(chosen.Value)
	if !ok { // a button of another time
		c.Acknowledge(ctx, nil)
		return
	}
	if denied := h.Access.CheckPerson(ctx, c.Sender()); denied.IsDenied() {
		h.beside(ctx, c, v.Denied(denied))
		return
	}
	if c.Late { // the button is still there
		h.beside(ctx, c, v.Notice("late_click", nil))
		return
	}
	working, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	for {
		now, found, err := h.Keeper.Standing(working, asked.ID)
		mine := chosen.ActionID == render.ActionTake || now.Requester == c.Sender().ID
		switch {
		case err != nil:
			h.unsaved(ctx, c, v, err)
			return
		case !found || !mine || !now.State.IsOpen():
			h.beside(ctx, c, v.OfferLate(now, c.Sender().ID))
			if found && chosen.ActionID == render.ActionTake {
				h.Keeper.Retire(ctx, now, c.Container.ChannelID, c.Container.MessageTS)
			}
			return
		}
		if h.click(working, ctx, c, v, chosen.ActionID, asked, now) {
			return
		}
	}
}

// click does what a button says with an open offer; false if that has changed meanwhile.
func (h *Handlers) click(working, ctx context.Context, c *inbound.Call, v render.Renderer, action string, asked render.OfferRequest, now render.Offer) bool {
	var done bool
	var err error
	var said *render.Message
	switch action {
	case render.ActionTake:
		if u := h.stranger(working, c.Sender().ID); u != nil {
			h.beside(ctx, c, v.OfferRefused(c.Sender().ID, u))
			return true
		}
		to := h.Chat.AddressOf(c)
		to.Replace = false
		done, err = h.Keeper.Take(working, now, c.Sender().ID, agent.Ref{}, to)
	case render.ActionOfferGive:
		to, wrong := agent.DecodeRef(asked.To)
		if wrong != nil || to.IsZero() {
			c.Acknowledge(ctx, nil)
			return true
		}
		done, err = h.Keeper.Take(working, now, c.Sender().ID, to, h.Chat.AddressOf(c))
	case render.ActionOfferWithdraw:
		done, err = h.Keeper.Withdraw(working, now)
		said = new(v.OfferWithdrawn(now))
	default:
		var after time.Duration
		after, done, err = h.Keeper.Wait(working, now)
		said = new(v.OfferWaits(now, after))
	}
	switch {
	case err != nil:
		h.unsaved(ctx, c, v, err)
	case !done:
		return false
	case said != nil:
		h.Chat.Reply(ctx, c, *said)
	default:
		c.Acknowledge(ctx, nil)
	}
	return true
}

// stranger tells why somebody cannot take an offer, if that is known soon; nil if they can, or nobody
// knows.
func (h *Handlers) stranger(ctx context.Context, user string) *agent.Unresolved {
	ctx, cancel := context.WithTimeout(ctx, agentLimit)
	defer cancel()
	_, err := h.Agents.Resolve(ctx, agent.RefMe(), user)
	if u, ok := errors.AsType[*agent.Unresolved](err); ok && !u.Retry {
		return u
	}
	return nil
}

func (h *Handlers) beside(ctx context.Context, c *inbound.Call, m render.Message) {
	c.Acknowledge(ctx, nil)
	h.Chat.Beside(ctx, c, m)
}

func (h *Handlers) unsaved(ctx context.Context, c *inbound.Call, v render.Renderer, err error) {
	h.Keeper.log.Error().Err(err).Msg("offer not read or stored")
	h.beside(ctx, c, v.Notice("tap_unsaved", nil))
}
