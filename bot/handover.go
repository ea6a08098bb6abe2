package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// handovers give all that one agent has to another. What there is, is counted, listed and confirmed;
// then it is a batch, each of which goes only if it still belongs to that agent.
type handovers struct {
	*responder
	history assign.History
	agents  Agents
	batches *batches
}

// askedHandover is a handover as it was asked for.
type askedHandover struct {
	from, to agent.Ref
	since    time.Time // zero: all
	brief    assign.Brief
}

// onLine answers a typed line with the question whether to hand over, or with what is wrong.
func (h *handovers) onLine(ctx context.Context, c *inbound.Call, v render.Renderer, command, typed string) (render.Message, error) {
	read := line.ParseHandover(typed)
	if len(read.Pairs) == 0 {
		return v.HandoverHow(command), nil
	}
	asked := askedHandover{from: read.Pairs[0][0], to: read.Pairs[0][1], brief: briefOf(read.Note)}
	if read.Since.Given {
		asked.since = read.Since.Before(time.Now().In(h.people.Zone(c.Sender().ID)))
	}
	if len(read.Pairs) > 1 {
		known := h.known(read.Pairs)
		if len(known) != 1 {
			word := render.HandoverCommand.Name(v.Language())
			example := texts.Code(strings.TrimSpace(command + " " + word + " Omar Hassan to Sara Ali"))
			return v.Notice("handover_split", texts.Data{"Typed": texts.Quoted(render.Clip(typed, 100)), "Line": example}), nil
		}
		asked.from, asked.to = known[0][0], known[0][1]
	}
	found, wrong, err := h.find(ctx, v, c.Sender().ID, asked)
	switch {
	case err != nil:
		return render.Message{}, err
	case wrong != nil:
		return v.HandoverWrong(wrong), nil
	}
	return v.HandoverQuestion(found), nil
}

// known are the pairs of which both are agents.
func (h *handovers) known(pairs [][2]agent.Ref) (both [][2]agent.Ref) {
	for _, p := range pairs {
		_, from := h.agents.Guess(p[0])
		_, to := h.agents.Guess(p[1])
		if from && to {
			both = append(both, p)
		}
	}
	return both
}

// find finds what there is to hand over, or why there is nothing.
func (h *handovers) find(ctx context.Context, v render.Renderer, requester string, asked askedHandover) (found render.Handover, wrong *render.HandoverMistake, err error) {
	found.Since, found.Brief = asked.since, asked.brief
	if found.From, err = h.agents.Resolve(ctx, asked.from, requester); err != nil {
		u, ok := errors.AsType[*agent.Unresolved](err)
		if !ok || u.Reason != agent.Inactive { // who has left may well have contacts
			return found, h.unknown(v, render.BlockFrom, asked.from, requester, u), ctx.Err()
		}
		found.From = u.Agent
	}
	if asked.to.Kind == agent.ByGroup { // who that is turns out at the turn of each
		found.ToGroup = asked.to
	} else if found.To, err = h.agents.Resolve(ctx, asked.to, requester); err != nil {
		u, _ := errors.AsType[*agent.Unresolved](err)
		return found, h.unknown(v, render.BlockAgent, asked.to, requester, u), ctx.Err()
	}
	if found.From.PlatformID.Equal(found.To.PlatformID) {
		return found, v.HandoverNothing(found), nil
	}
	held, err := h.history.Held(ctx, assign.Holding{Agents: idsOf(found.From), Since: asked.since, Limit: assign.MaxBatch + 1})
	if err != nil {
		return found, nil, err
	}
	if len(held) == 0 {
		return found, v.HandoverNothing(found), nil
	}
	if found.More = len(held) > assign.MaxBatch; found.More {
		held = held[:assign.MaxBatch]
	}
	found.Contacts = contactsOf(held)
	found.First, found.Last = held[0].ID, held[len(held)-1].ID
	return found, nil, nil
}

func (h *handovers) unknown(v render.Renderer, of string, ref agent.Ref, requester string, u *agent.Unresolved) *render.HandoverMistake {
	if u == nil {
		u = &agent.Unresolved{Reason: agent.PeopleAway}
	}
	return v.HandoverUnknown(of, ref, requester, u)
}

// idsOf are the ids under which the journal may know an agent.
func idsOf(a agent.Agent) []agent.Email {
	ids := []agent.Email{a.PlatformID}
	if !a.Email.IsZero() && !a.Email.Equal(a.PlatformID) {
		ids = append(ids, a.Email)
	}
	return ids
}

func contactsOf(held []assign.Held) (contacts []phone.Number) {
	for _, a := range held {
		contacts = append(contacts, a.Contact)
	}
	return contacts
}

// onClick serves the buttons of a handover.
func (h *handovers) onClick(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	if chosen.ActionID == render.ActionHandover {
		h.openForm(ctx, c)
		return
	}
	asked, to, ok := render.DecodeHandoverRequest(chosen.Value)
	switch {
	case !ok:
		c.Acknowledge(ctx, nil) // a button of another time
	case chosen.ActionID == render.ActionHandoverShow:
		h.show(ctx, c, asked, to)
	case c.Late:
		c.Acknowledge(ctx, nil)
		h.beside(ctx, c, h.rendererOf(ctx, c).Notice("late_click", nil))
	default:
		h.carryOut(ctx, c, asked, to, addressOf(c))
	}
}

// openForm opens the form in which both agents are chosen.
func (h *handovers) openForm(ctx context.Context, c *inbound.Call) {
	c.Acknowledge(ctx, nil)
	c.Leave()
	form := h.rendererOf(ctx, c).HandoverForm(!h.agents.State().Loaded, formOrigin(c))
	_ = h.batches.opener.openView(ctx, c, form) // it is logged, and the button is still there
}

// still gives what of a handover the agent has now.
func (h *handovers) still(ctx context.Context, asked render.HandoverRequest) (agent.Agent, []assign.Held, error) {
	id := agent.NewEmail(asked.From)
	from, known := h.agents.Known(id)
	if !known {
		from.PlatformID = id
	}
	q := assign.Holding{Agents: append(idsOf(from), id), First: asked.First, Last: asked.Last, Limit: assign.MaxBatch}
	held, err := h.history.Held(ctx, q)
	return from, held, err
}

// show lists what would be handed over.
func (h *handovers) show(ctx context.Context, c *inbound.Call, asked render.HandoverRequest, to agent.Ref) {
	c.Acknowledge(ctx, nil)
	c.Leave()
	reading, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	v := h.rendererOf(ctx, c)
	from, held, err := h.still(reading, asked)
	if err != nil {
		h.log.Error().Err(err).Msg("contacts of an agent not read")
		h.beside(ctx, c, v.Notice("history_unread", nil))
		return
	}
	shown := render.Handover{From: from, Contacts: contactsOf(held)}
	if to.Kind == agent.ByGroup {
		shown.ToGroup = to
	} else if shown.To, _ = h.agents.Known(agent.NewEmail(to.Reveal())); shown.To.PlatformID.IsZero() {
		shown.To.PlatformID = agent.NewEmail(to.Reveal())
	}
	view := v.HandoverView(shown)
	_ = h.batches.opener.openView(ctx, c, *view) // as in openForm
}

// carryOut hands over what the agent still has of what was confirmed.
func (h *handovers) carryOut(ctx context.Context, c *inbound.Call, asked render.HandoverRequest, to agent.Ref, address payload.Address) {
	reading, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	_, held, err := h.still(reading, asked)
	v := h.rendererOf(ctx, c)
	switch {
	case err != nil:
		h.log.Error().Err(err).Msg("contacts of an agent not read")
		h.batches.refuse(ctx, v, c, "history_unread")
		return
	case len(held) == 0:
		h.batches.refuse(ctx, v, c, "batch_nothing_to_do")
		return
	}
	requests := requestsFor(contactsOf(held), to, asked.Brief())
	for i := range requests {
		requests[i].Guard = held[i].Newest
	}
	from := payload.Origin{EntryPoint: payload.ByHandover, Channel: cmp.Or(address.Channel, c.InChannel())}
	h.batches.accept(ctx, c, c.RequestKey(), requests, address, from)
	if left := asked.Count - len(held); left > 0 {
		address.Replace = false
		h.deliver(ctx, c, address, v.Notice("handover_left", texts.Data{"Count": left}))
	}
}

// onSubmission serves the form of a handover; false if it is another form.
func (h *handovers) onSubmission(ctx context.Context, v render.Renderer, c *inbound.Call, s *submissions, to payload.Address) bool {
	switch c.View.CallbackID {
	case render.HandoverCallback:
		h.onForm(ctx, v, c, s, to)
	case render.HandoverConfirmCallback:
		h.onConfirmed(ctx, v, c)
	default:
		return false
	}
	return true
}

// onForm asks in the form whether to hand over what was found.
func (h *handovers) onForm(ctx context.Context, v render.Renderer, c *inbound.Call, s *submissions, to payload.Address) {
	block := render.BlockFrom
	if _, typed := c.View.State.Values[render.BlockFromEmail]; typed {
		block = render.BlockFromEmail
	}
	wrong := make(map[string]string)
	asked := askedHandover{brief: s.brief(c)}
	var err error
	if asked.from, err = s.readAgent(block, c.Input(block)); err != nil {
		wrong[block] = v.MistakeLine(err)
	}
	if asked.to, err = s.agentIn(c.Payload); err != nil {
		wrong[agentBlock(c.Payload)] = v.MistakeLine(err)
	}
	if len(wrong) > 0 {
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(wrong))
		return
	}
	if render.IsOnlyToday(c.Payload) {
		asked.since = line.Clock{}.Before(time.Now().In(h.people.Zone(c.Sender().ID)))
	}
	reading, cancel := context.WithDeadline(ctx, c.Received.Add(formWait))
	defer cancel()
	found, mistake, err := h.find(reading, v, c.Sender().ID, asked)
	switch {
	case err != nil:
		h.log.Error().Err(err).Msg("contacts of an agent not read")
		c.Acknowledge(ctx, v.Closing("history_unread", nil))
	case mistake != nil && mistake.Of == render.BlockFrom:
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(map[string]string{block: v.HandoverLine(mistake)}))
	case mistake != nil:
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(map[string]string{agentBlock(c.Payload): v.HandoverLine(mistake)}))
	default:
		c.Acknowledge(ctx, slack.NewUpdateViewSubmissionResponse(v.HandoverConfirm(found, to)))
	}
}

// onConfirmed hands over what the form asked about.
func (h *handovers) onConfirmed(ctx context.Context, v render.Renderer, c *inbound.Call) {
	var asked render.HandoverMetadata
	err := json.Unmarshal([]byte(c.View.PrivateMetadata), &asked)
	to, wrong := agent.DecodeRef(asked.To)
	switch {
	case err != nil || wrong != nil || to.IsZero():
		c.Acknowledge(ctx, v.Closing("broken", texts.Data{"Reference": c.EnvelopeID()}))
	case c.Late:
		c.Acknowledge(ctx, v.Closing("batch_late", nil))
	default:
		asked.View = ""
		h.carryOut(ctx, c, asked.HandoverRequest, to, asked.Address)
	}
}
