package bot

import (
	"context"
	"errors"

	"azeer-slack/assign"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// onCommand serves /assign. Mistakes are answered in the acknowledgement itself: nothing
// has been accepted, so nothing is lost if it does not arrive. Results are answered by
// response URL, since only that is confirmed.
func (b *Bot) onCommand(ctx context.Context, c *call) {
	if r := b.door.admit(ctx, c.person(), c.ChannelID); r.refused() {
		b.reply(ctx, c, b.refusing(r))
		return
	}
	reading, err := assign.Parse(c.Text, b.region)
	d := draft{Contact: reading.TypedContact, Agent: reading.TypedAgent}
	var mistake *assign.Mistake
	switch {
	case errors.As(err, &mistake):
		b.reply(ctx, c, b.mistaken(mistake, d))
	case err != nil:
		b.reply(ctx, c, b.notice("broken", texts.Data{"Reference": c.envelope.ID}))
	case reading.Help || b.isChatter(reading):
		b.reply(ctx, c, b.help(c.Command))
	case len(reading.Contacts) == 0 || reading.Agent.IsZero():
		b.acknowledge(ctx, c, nil)
		c.turn.leave()
		b.openForm(ctx, c, d, origin{Channel: c.ChannelID, URL: c.ResponseURL, Since: c.envelope.Received})
	default:
		b.accept(ctx, c, assign.Request{Contact: reading.Contacts[0], Agent: reading.Agent})
	}
}

// isChatter tells a line of words that name nobody from half an assignment.
func (b *Bot) isChatter(r assign.Reading) bool {
	if len(r.Contacts) > 0 || r.Agent.Kind != assign.ByName {
		return false
	}
	_, known := b.agents.Guess(r.Agent)
	return !known && len(b.agents.Search(r.Agent.Reveal(), 1)) == 0
}

// reply brings a message to whoever made a call: in the acknowledgement of a command, or,
// where that is not possible any more or no message fits there, to the call's address.
func (b *Bot) reply(ctx context.Context, c *call, m message) {
	if c.kind == command && b.acknowledge(ctx, c, m) {
		return
	}
	if err := b.post.deliver(ctx, c.person().id, c.address(), m); err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("reply not delivered")
	}
}

// accept hands a request to the service and acknowledges the call. What becomes of the
// request is answered by Answer; here is only said what came of the acceptance.
func (b *Bot) accept(ctx context.Context, c *call, r assign.Request) {
	r.Key, r.Requester, r.Reply = c.request(), c.person().id, c.address().encode()
	accepting, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	_, how, err := b.service.Accept(accepting, r)
	switch {
	case err != nil:
		b.log.Error().Err(err).Msg("request not stored")
		if c.kind != command {
			b.acknowledge(ctx, c, nil)
		}
		again := draft{Contact: r.Contact.International(), Agent: typedAgain(r.Agent)}
		b.reply(ctx, c, b.notice("not_stored", nil, b.button("open_form", actionFix, again.encode(), slack.StyleDefault)))
	case how == assign.Joined:
		if c.kind != command {
			b.acknowledge(ctx, c, nil)
		}
		b.reply(ctx, c, b.notice("joined", b.onItsWay(r)))
	default:
		b.acknowledge(ctx, c, nil)
	}
}

// help explains the command, with a button to the form.
func (b *Bot) help(command string) message {
	return b.notice("help", texts.Data{"Command": command, "Phone": assign.ExamplePhone(b.region)},
		b.button("open_form", actionOpen, draft{}.encode(), slack.StylePrimary))
}
