package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
)

// lines serves what is typed behind the command, or to the bot.
type lines struct {
	*responder
	requests    *requests
	access      *access.Policy
	opener      *opener
	subcommands *subcommands
	batches     *batches
	agents      Agents
	region      string
}

// onCommand serves /assign. Mistakes are answered in the acknowledgement itself: nothing
// has been accepted, so nothing is lost if it does not arrive. Results are answered by
// response URL, since only that is confirmed.
func (l *lines) onCommand(ctx context.Context, c *inbound.Call) {
	r := l.access.Check(ctx, c.Sender(), c.ChannelID)
	v := l.rendererOf(ctx, c)
	if r.IsDenied() {
		l.reply(ctx, c, v.Denied(r))
		return
	}
	l.onLine(ctx, v, c)
}

// onLine serves a line that may be typed behind the command, or to the bot: c.Text.
func (l *lines) onLine(ctx context.Context, v render.Renderer, c *inbound.Call) {
	if e, ok := l.subcommands.read(c); ok {
		l.subcommands.run(ctx, c, e)
		return
	}
	reading, err := line.Parse(c.Text, l.region)
	d := draftOf(reading)
	slip, typed, slipped := l.subcommands.near(c, reading)
	var mistake *line.Mistake
	if many, ok := l.severalOf(c, err); ok {
		l.batches.onMany(ctx, v, c, many, l.isSure(c, many))
		return
	}
	switch {
	case errors.As(err, &mistake):
		l.reply(ctx, c, v.Mistake(mistake, d, l.choices(ctx, c, mistake, reading)...))
	case err != nil:
		l.reply(ctx, c, v.Notice("broken", texts.Data{"Reference": c.EnvelopeID()}))
	case slipped:
		l.reply(ctx, c, v.PerhapsMeant(reading.TypedAgent, slip, typed))
	case c.Kind == payload.EventCallback && !reading.Help:
		l.onMentionRead(ctx, v, c, reading)
	case reading.Help || l.isChatter(reading):
		l.reply(ctx, c, v.Help(c.Command))
	case len(reading.Contacts) == 0 || reading.Agent.IsZero():
		c.Acknowledge(ctx, nil)
		c.Leave()
		l.opener.open(ctx, c, d, payload.Address{Channel: c.ChannelID, URL: c.ResponseURL, Since: c.Received})
	default:
		l.requests.accept(ctx, c, assign.Request{Contact: reading.Contacts[0], Agent: reading.Agent, Brief: l.brief(c, reading)})
	}
}

// draftOf fills the form with what was typed.
func draftOf(r line.Reading) render.Draft {
	return render.Draft{Contact: r.TypedContact, Agent: r.TypedAgent, Note: r.Note.Reveal()}
}

// brief is what a line says to the new owner. Admins want to hear when they have it.
func (l *lines) brief(c *inbound.Call, r line.Reading) assign.Brief {
	brief := briefOf(r.Note)
	brief.Receipt = l.access.IsAdmin(c.Sender().ID)
	return brief
}

// briefOf is what goes along with a request for the new owner.
func briefOf(note line.Typed) assign.Brief { return assign.Brief{Note: assign.NewNote(note.Reveal())} }

// severalOf reads a line that Parse did not understand, as it may name several contacts. Who takes
// something back in a mention has not said which of them are meant.
func (l *lines) severalOf(c *inbound.Call, wrong error) (line.Many, bool) {
	if wrong == nil || c.Kind == payload.EventCallback && line.IsCorrection(c.Event.Text) {
		return line.Many{}, false
	}
	many, err := line.ParseMany(c.Text, l.region)
	return many, err == nil
}

// isSure tells a list that may be carried out unasked. A mention may be a sentence in which not
// every number is a contact's, and it may be told of long after it was written.
func (l *lines) isSure(c *inbound.Call, many line.Many) bool {
	if c.Kind != payload.EventCallback {
		return true
	}
	written, known := c.Event.WrittenAt()
	found := numbersIn(c.Event.Text, l.region)
	for _, contact := range many.Contacts {
		if !slices.ContainsFunc(found, contact.Equal) {
			return false
		}
	}
	return known && c.Received.Sub(written) < longAgo
}

// longAgo is how old a mention of several contacts may be to be carried out unasked.
const longAgo = 30 * time.Second

// choices are what the buttons do that a question about a number gets: assign it to the
// agent that was typed. Each knows of the newest assignment of its contact, so that only what
// comes after the question stands in its way.
func (l *lines) choices(ctx context.Context, c *inbound.Call, m *line.Mistake, r line.Reading) (all []render.ButtonRequest) {
	if !m.IsQuestion() {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, c.Received.Add(readSoon))
	defer cancel()
	for _, contact := range m.Perhaps {
		choice := render.RequestOf(assign.Request{Contact: contact, Agent: r.Agent, Brief: l.brief(c, r)}, 0)
		if latest, known, err := l.requests.service.Latest(ctx, contact); err == nil && known {
			choice.After = latest.ID
		}
		all = append(all, choice)
	}
	return all
}

// isChatter tells a line of words that name nobody from half an assignment. While the agents
// are not all known, any words may name one.
func (l *lines) isChatter(r line.Reading) bool {
	state := l.agents.State()
	return state.Loaded && !state.Partial && len(r.Contacts) == 0 && r.Agent.Kind == agent.ByName && l.subcommands.unheardOf(r.Agent)
}
