package bot

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/render"
)

// onEvent serves the Events API.
func (b *Bot) onEvent(ctx context.Context, c *call) {
	switch c.Event.Type {
	case "app_mention":
		b.onMention(ctx, c)
	case "app_home_opened":
		b.onHomeOpened(ctx, c)
	default:
		b.acknowledge(ctx, c, nil)
	}
}

// onMention serves a message that mentions the bot, in a channel or thread: it is read like
// the line of a command, and answered privately where it was written. There is no trigger,
// so no form opens by itself.
//
// Slack tells of an edited message again, as a new event: it is ignored, so that mending a
// spelling changes no owner. So are integrations, which cannot be told anything.
func (b *Bot) onMention(ctx context.Context, c *call) {
	us := b.people.BotID()
	if c.Event.IsAutomatic() || c.Event.User == us {
		b.acknowledge(ctx, c, nil)
		return
	}
	c.Command, c.Text = render.SlashCommand, b.requestIn(c.Event.Text, us)
	r := b.access.check(ctx, c.Sender(), c.Event.Channel)
	v := b.rendererOf(ctx, c)
	if r.IsDenied() {
		b.reply(ctx, c, v.Denied(r))
		return
	}
	b.onLine(ctx, v, c)
}

// onMentionRead goes on with a mention that holds no mistake.
func (b *Bot) onMentionRead(ctx context.Context, v render.Renderer, c *call, r line.Reading) {
	var err error
	switch {
	case len(r.Contacts) == 0 && r.Agent.IsZero(), b.isChatter(r):
		b.reply(ctx, c, v.MentionHelp(b.people.BotID()))
		return
	case len(r.Contacts) == 0:
		_, err = line.ParsePhone("", b.region)
	case r.Agent.IsZero():
		_, err = line.ParseAgent("")
	}
	if m, ok := err.(*line.Mistake); ok {
		b.reply(ctx, c, v.Mistake(m, render.Draft{Contact: r.TypedContact, Agent: r.TypedAgent}))
		return
	}
	request := assign.Request{Requester: c.Sender().ID, Contact: r.Contacts[0], Agent: r.Agent}
	if !b.belated(ctx, v, c, &request) {
		b.accept(ctx, c, request)
	}
}

const (
	// promptly is how soon Slack tells of a mention if all is well.
	promptly = 3 * time.Second
	// tooLate is when nobody waits for a mention any more, as for a request that was
	// found after a restart.
	tooLate = 10 * time.Minute
)

// belated keeps a mention that Slack could not deliver when it was written from
// overruling what was asked for since, and from surprising people long after: then it is
// answered, and that was all. What may still be carried out is guarded against what comes
// until it is accepted. What Slack delivers again is none of this.
func (b *Bot) belated(ctx context.Context, v render.Renderer, c *call, r *assign.Request) (answered bool) {
	written, known := c.Event.WrittenAt()
	age := c.envelope.Received.Sub(written)
	if !known || age < promptly {
		return false
	}
	asked := *r
	asked.Key, asked.Guard = c.request(), assign.NeverHolds
	asking, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	said := b.ask(asking, asked)
	w := render.ButtonRequest{Contact: r.Contact.Digits(), Agent: r.Agent.Encode(), After: said.ID}
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.reply(ctx, c, v.NotStored(*r))
	case said.how == assign.Repeated:
		b.acknowledge(ctx, c, nil)
	case said.ID != 0 && said.AcceptedAt.After(written):
		b.reply(ctx, c, v.Overtaken(*r, said.Assignment, w))
	case age > tooLate:
		b.reply(ctx, c, v.MentionLate(*r, w))
	default:
		r.Guard = said.ID
		return false
	}
	return true
}

// requestIn is what a message says to the bot, whose user id is us: what stands behind its
// mention or, if nothing does, before it; of several lines behind it the first, if that is
// an assignment in full. If half of one is behind it and just the other half before it,
// both count. Words of courtesy around it are left out.
func (b *Bot) requestIn(text, us string) string {
	mention := regexp.MustCompile(`<@` + regexp.QuoteMeta(us) + `(?:\|[^<>]*)?>`)
	before, behind := text, ""
	if at := mention.FindStringIndex(text); at != nil {
		before, behind = text[:at[0]], mention.ReplaceAllString(text[at[1]:], " ")
	}
	behind = strings.TrimPrefix(strings.TrimSpace(behind), render.SlashCommand)
	said := line.Trim(behind)
	if said == "" {
		return line.Trim(before)
	}
	first, more, _ := strings.Cut(strings.TrimSpace(behind), "\n")
	first = line.Trim(first)
	if hasContact, hasAgent, _ := b.halves(first); hasContact && hasAgent {
		// What stands in the lines below is never passed over: two are named, and refused.
		return strings.TrimSpace(first + " " + b.namedBelow(more))
	}
	if both, ok := b.withOtherHalf(before, said); ok {
		return both
	}
	// Another number, or another agent, in the lines below leaves in doubt what is meant.
	if both, ok := b.withOtherHalf(before, first); ok && !strings.ContainsFunc(more, unicode.IsDigit) && !strings.Contains(more, "@") {
		return both
	}
	return said
}

// namedBelow gives of further lines the numbers, addresses and mentions that are in them, and
// where they correct what went before ("sorry, I mean Sara") also the names of agents.
func (b *Bot) namedBelow(text string) string {
	named := []string{line.Named(text)}
	if !line.IsCorrection(text) {
		return named[0]
	}
	for word := range strings.FieldsSeq(text) {
		if who, known := b.agents.Guess(agent.RefName(strings.Trim(word, ".,:;!?،؛؟"))); known {
			named = append(named, who.PlatformID.Reveal())
		}
	}
	return strings.TrimSpace(strings.Join(named, " "))
}

// halves tells which halves of an assignment a text gives, and which agent: none if
// anything in it cannot be read.
func (b *Bot) halves(text string) (contact, to bool, who agent.Ref) {
	r, err := line.Parse(text, b.region)
	if err != nil {
		return false, false, agent.Ref{}
	}
	return len(r.Contacts) > 0, !r.Agent.IsZero(), r.Agent
}

// withOtherHalf puts what stands before the mention in front of the half behind it, if that
// gives the other half and nothing else. A name counts only if it is an agent's, and whom
// the sentence merely addresses is not taken for the agent: "Omar, @azeer 0544444444".
func (b *Bot) withOtherHalf(before, half string) (both string, ok bool) {
	lead := line.Trim(before)
	contact, to, who := b.halves(half)
	otherContact, otherAgent, other := b.halves(lead)
	if contact == to || otherContact == otherAgent || contact == otherContact {
		return "", false
	}
	if otherAgent {
		if who = other; who.Kind != agent.ByEmail && !line.IsOrder(before) {
			return "", false
		}
	}
	if _, known := b.agents.Guess(who); who.Kind == agent.ByName && !known {
		return "", false
	}
	both = lead + " " + half
	contact, to, _ = b.halves(both)
	return both, contact && to
}
