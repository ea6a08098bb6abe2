package bot

import (
	"context"
	"errors"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
)

// onCommand serves /assign. Mistakes are answered in the acknowledgement itself: nothing
// has been accepted, so nothing is lost if it does not arrive. Results are answered by
// response URL, since only that is confirmed.
func (b *Bot) onCommand(ctx context.Context, c *call) {
	r := b.access.check(ctx, c.Sender(), c.ChannelID)
	v := b.rendererOf(ctx, c)
	if r.IsDenied() {
		b.reply(ctx, c, v.Denied(r))
		return
	}
	b.onLine(ctx, v, c)
}

// onLine serves a line that may be typed behind the command, or to the bot: c.Text.
func (b *Bot) onLine(ctx context.Context, v render.Renderer, c *call) {
	if e, ok := b.subcommandIn(c); ok {
		b.run(ctx, c, e)
		return
	}
	reading, err := line.Parse(c.Text, b.region)
	d := render.Draft{Contact: reading.TypedContact, Agent: reading.TypedAgent}
	slip, typed, slipped := b.nearSubcommand(c, reading)
	var mistake *line.Mistake
	switch {
	case errors.As(err, &mistake):
		b.reply(ctx, c, v.Mistake(mistake, d, b.choices(ctx, c, mistake, reading)...))
	case err != nil:
		b.reply(ctx, c, v.Notice("broken", texts.Data{"Reference": c.envelope.ID}))
	case slipped:
		b.reply(ctx, c, v.PerhapsMeant(reading.TypedAgent, slip, typed))
	case c.kind == payload.EventCallback && !reading.Help:
		b.onMentionRead(ctx, v, c, reading)
	case reading.Help || b.isChatter(reading):
		b.reply(ctx, c, v.Help(c.Command))
	case len(reading.Contacts) == 0 || reading.Agent.IsZero():
		b.acknowledge(ctx, c, nil)
		c.turn.leave()
		b.openForm(ctx, c, d, payload.Address{Channel: c.ChannelID, URL: c.ResponseURL, Since: c.envelope.Received})
	default:
		b.accept(ctx, c, assign.Request{Contact: reading.Contacts[0], Agent: reading.Agent})
	}
}

// choices are what the buttons do that a question about a number gets: assign it to the
// agent that was typed. Each knows of the newest assignment of its contact, so that only what
// comes after the question stands in its way.
func (b *Bot) choices(ctx context.Context, c *call, m *line.Mistake, r line.Reading) (all []render.ButtonRequest) {
	if !m.IsQuestion() {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, c.envelope.Received.Add(readSoon))
	defer cancel()
	for _, contact := range m.Perhaps {
		choice := render.ButtonRequest{Contact: contact.ID(), Agent: r.Agent.Encode()}
		if latest, known, err := b.service.Latest(ctx, contact); err == nil && known {
			choice.After = latest.ID
		}
		all = append(all, choice)
	}
	return all
}

// isChatter tells a line of words that name nobody from half an assignment. While the agents
// are not all known, any words may name one.
func (b *Bot) isChatter(r line.Reading) bool {
	state := b.agents.State()
	return state.Loaded && !state.Partial && len(r.Contacts) == 0 && r.Agent.Kind == agent.ByName && b.unheardOf(r.Agent)
}

// reply brings a message to whoever made a call: in the acknowledgement of a command, or,
// where that is not possible any more or no message fits there, to the call's address.
func (b *Bot) reply(ctx context.Context, c *call, m render.Message) {
	if c.kind == payload.SlashCommand && b.acknowledge(ctx, c, m) {
		return
	}
	b.acknowledge(ctx, c, nil)
	c.turn.leave() // all is decided; the person's next need not wait for Slack to take this
	if err := b.post.Deliver(ctx, c.Sender().ID, c.address(), m); err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("reply not delivered")
	}
}

// accept hands a request to the service and acknowledges the call. What becomes of the
// request is answered by Answer; here is only said what came of the acceptance.
func (b *Bot) accept(ctx context.Context, c *call, r assign.Request) {
	if c.late {
		b.askAgain(ctx, c, r, c.address())
		return
	}
	r.Key, r.Requester, r.Reply = c.request(), c.Sender().ID, c.address().Encode()
	r.Origin = c.source().Encode()
	accepting, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	a, how, err := b.service.Accept(accepting, r)
	switch {
	case err != nil:
		b.log.Error().Err(err).Msg("request not stored")
		b.reply(ctx, c, b.rendererOf(ctx, c).NotStored(r))
	case how == assign.Joined:
		v := b.rendererOf(ctx, c)
		b.reply(ctx, c, v.Notice("joined", v.InProgress(r)))
	case how == assign.Overtaken && a.ID != 0:
		again := render.ButtonRequest{Contact: r.Contact.Digits(), Agent: r.Agent.Encode(), After: a.ID}
		b.reply(ctx, c, b.rendererOf(ctx, c).Overtaken(r, a, again))
	case how == assign.Overtaken:
		b.reply(ctx, c, b.rendererOf(ctx, c).NotStored(r))
	default:
		b.acknowledge(ctx, c, nil)
	}
}
