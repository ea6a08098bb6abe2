package bot

import (
	"context"
	"errors"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// onCommand serves /assign. Mistakes are answered in the acknowledgement itself: nothing
// has been accepted, so nothing is lost if it does not arrive. Results are answered by
// response URL, since only that is confirmed.
func (b *Bot) onCommand(ctx context.Context, c *call) {
	r := b.door.admit(ctx, c.person(), c.ChannelID)
	v := b.speakTo(ctx, c)
	if r.refused() {
		b.reply(ctx, c, v.refusing(r))
		return
	}
	b.onLine(ctx, v, c)
}

// onLine serves a line that may be typed behind the command, or to the bot: c.Text.
func (b *Bot) onLine(ctx context.Context, v voice, c *call) {
	if e, ok := b.errand(c); ok {
		b.run(ctx, c, e)
		return
	}
	reading, err := line.Parse(c.Text, b.region)
	d := draft{Contact: reading.TypedContact, Agent: reading.TypedAgent}
	slip, typed, slipped := b.slip(c, reading)
	var mistake *line.Mistake
	switch {
	case errors.As(err, &mistake):
		b.reply(ctx, c, v.mistaken(mistake, d))
	case err != nil:
		b.reply(ctx, c, v.notice("broken", texts.Data{"Reference": c.envelope.ID}))
	case slipped:
		b.reply(ctx, c, v.perhapsMeant(reading.TypedAgent, slip, typed))
	case c.kind == event && !reading.Help:
		b.onMentionRead(ctx, v, c, reading)
	case reading.Help || b.isChatter(reading):
		b.reply(ctx, c, v.help(c.Command))
	case len(reading.Contacts) == 0 || reading.Agent.IsZero():
		b.acknowledge(ctx, c, nil)
		c.turn.leave()
		b.openForm(ctx, c, d, origin{Channel: c.ChannelID, URL: c.ResponseURL, Since: c.envelope.Received})
	default:
		b.accept(ctx, c, assign.Request{Contact: reading.Contacts[0], Agent: reading.Agent})
	}
}

// isChatter tells a line of words that name nobody from half an assignment. While the agents
// are not all known, any words may name one.
func (b *Bot) isChatter(r line.Reading) bool {
	state := b.agents.State()
	return state.Loaded && !state.Partial && len(r.Contacts) == 0 && r.Agent.Kind == agent.ByName && b.unheardOf(r.Agent)
}

// reply brings a message to whoever made a call: in the acknowledgement of a command, or,
// where that is not possible any more or no message fits there, to the call's address.
func (b *Bot) reply(ctx context.Context, c *call, m message) {
	if c.kind == command && b.acknowledge(ctx, c, m) {
		return
	}
	b.acknowledge(ctx, c, nil)
	c.turn.leave() // all is decided; the person's next need not wait for Slack to take this
	if err := b.post.deliver(ctx, c.person().id, c.address(), m); err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("reply not delivered")
	}
}

// accept hands a request to the service and acknowledges the call. What becomes of the
// request is answered by Answer; here is only said what came of the acceptance.
func (b *Bot) accept(ctx context.Context, c *call, r assign.Request) {
	r.Key, r.Requester, r.Reply = c.request(), c.person().id, c.address().encode()
	r.Origin = c.source().encode()
	accepting, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	a, how, err := b.service.Accept(accepting, r)
	switch {
	case err != nil:
		b.log.Error().Err(err).Msg("request not stored")
		b.reply(ctx, c, b.speakTo(ctx, c).notStored(r))
	case how == assign.Joined:
		v := b.speakTo(ctx, c)
		b.reply(ctx, c, v.notice("joined", v.onItsWay(r)))
	case how == assign.Overtaken && a.ID != 0:
		again := wish{Contact: r.Contact.Digits(), Agent: r.Agent.Encode(), After: a.ID}
		b.reply(ctx, c, b.speakTo(ctx, c).overtaken(r, a, again))
	case how == assign.Overtaken:
		b.reply(ctx, c, b.speakTo(ctx, c).notStored(r))
	default:
		b.acknowledge(ctx, c, nil)
	}
}

// notStored says that nothing came of a request, and offers the form with all of it.
func (v voice) notStored(r assign.Request) message {
	again := draft{Contact: r.Contact.International(), Agent: v.typedAgain(r.Agent)}
	return v.notice("not_stored", nil, v.button("open_form", actionFix, again.encode(), slack.StyleDefault))
}

// help teaches the command by examples, with a button to the form.
func (v voice) help(command string) message {
	phone := v.examplePhone()
	line := func(words ...string) texts.Code {
		return texts.Code(strings.Join(append([]string{command}, words...), " "))
	}
	return v.notice("help", texts.Data{
		"ByEmail": line(phone, "omar@example.com"), "ByMention": line(phone, "@omar"),
		"Me": texts.Code(v.texts.Plain("me", nil)), "Alone": line(),
		"History": line(wordHistory.named(v.language), phone), "Mine": line(wordMine.named(v.language)),
	}, v.button("open_form", actionOpen, draft{}.encode(), slack.StylePrimary))
}
