package bot

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
)

// onMention serves a message that mentions the bot, in a channel or thread: it is read like
// the line of a command, and answered privately where it was written. There is no trigger,
// so no form opens by itself.
//
// Slack tells of an edited message again, as a new event: it is ignored, so that mending a
// spelling changes no owner. So are integrations, which cannot be told anything.
func (l *lines) onMention(ctx context.Context, c *inbound.Call) {
	us := l.people.BotID()
	if c.Event.IsAutomatic() || c.Event.User == us {
		c.Acknowledge(ctx, nil)
		return
	}
	c.Command, c.Text = render.SlashCommand, l.requestIn(c.Event.Text, us)
	r := l.access.Check(ctx, c.Sender(), c.Event.Channel)
	v := l.rendererOf(ctx, c)
	if r.IsDenied() {
		l.reply(ctx, c, v.Denied(r))
		return
	}
	l.onLine(ctx, v, c)
}

// onMentionRead goes on with a mention that holds no mistake.
func (l *lines) onMentionRead(ctx context.Context, v render.Renderer, c *inbound.Call, r line.Reading) {
	var err error
	switch {
	case len(r.Contacts) == 0 && r.Agent.IsZero(), l.isChatter(r):
		l.reply(ctx, c, v.MentionHelp(l.people.BotID()))
		return
	case len(r.Contacts) == 0:
		_, err = line.ParsePhone("", l.region)
	case r.Agent.IsZero():
		_, err = line.ParseAgent("")
	}
	if m, ok := err.(*line.Mistake); ok {
		l.reply(ctx, c, v.Mistake(m, draftOf(r)))
		return
	}
	request := assign.Request{Requester: c.Sender().ID, Contact: r.Contacts[0], Agent: r.Agent, Brief: l.brief(c, r)}
	if !l.requests.belated(ctx, v, c, &request) {
		l.requests.accept(ctx, c, request)
	}
}

// requestIn is what a message says to the bot, whose user id is us: what stands behind its
// mention or, if nothing does, before it; of several lines behind it the first, if that is
// an assignment in full. If half of one is behind it and just the other half before it,
// both count. Words of courtesy around it are left out. A note at the end stays as it is.
func (l *lines) requestIn(text, us string) string {
	mention := regexp.MustCompile(`<@` + regexp.QuoteMeta(us) + `(?:\|[^<>]*)?>`)
	if request, note := line.CutNote(mention.ReplaceAllString(text, "")); note != "" {
		if at := mention.FindStringIndex(text); at != nil && at[0] <= len(request) {
			request, _ = line.CutNote(text)
		}
		return l.requestIn(request, us) + " note: " + texts.Escape(note)
	}
	before, behind := text, ""
	if at := mention.FindStringIndex(text); at != nil {
		before, behind = text[:at[0]], mention.ReplaceAllString(text[at[1]:], " ")
	}
	behind = strings.TrimPrefix(strings.TrimSpace(behind), render.SlashCommand)
	if w, _, rest, ok := readSubcommand(behind); ok && w == render.HandoverCommand && line.IsHandover(rest, l.region) {
		return behind // the word is an order, too, which would be left out
	}
	said := line.Trim(behind)
	if said == "" {
		return line.Trim(before)
	}
	first, more, _ := strings.Cut(strings.TrimSpace(behind), "\n")
	first = line.Trim(first)
	if hasContact, hasAgent, _ := l.halves(first); hasContact && hasAgent {
		// What stands in the lines below is never passed over: two are named, and refused.
		return strings.TrimSpace(first + " " + l.namedBelow(more))
	}
	if both, ok := l.withOtherHalf(before, said); ok {
		return both
	}
	// Another number, or another agent, in the lines below leaves in doubt what is meant.
	if both, ok := l.withOtherHalf(before, first); ok && !strings.ContainsFunc(more, unicode.IsDigit) && !strings.Contains(more, "@") {
		return both
	}
	return said
}

// namedBelow gives of further lines the numbers, addresses and mentions that are in them, and
// where they correct what went before ("sorry, I mean Sara") also the names of agents.
func (l *lines) namedBelow(text string) string {
	named := []string{line.Named(text)}
	if !line.IsCorrection(text) {
		return named[0]
	}
	for word := range strings.FieldsSeq(text) {
		if who, known := l.agents.Guess(agent.RefName(strings.Trim(word, ".,:;!?،؛؟"))); known {
			named = append(named, who.PlatformID.Reveal())
		}
	}
	return strings.TrimSpace(strings.Join(named, " "))
}

// halves tells which halves of an assignment a text gives, and which agent: none if
// anything in it cannot be read.
func (l *lines) halves(text string) (contact, to bool, who agent.Ref) {
	r, err := line.Parse(text, l.region)
	if err != nil {
		return false, false, agent.Ref{}
	}
	return len(r.Contacts) > 0, !r.Agent.IsZero(), r.Agent
}

// withOtherHalf puts what stands before the mention in front of the half behind it, if that
// gives the other half and nothing else. A name counts only if it is an agent's, and whom
// the sentence merely addresses is not taken for the agent: "Omar, @azeer 0544444444".
func (l *lines) withOtherHalf(before, half string) (both string, ok bool) {
	lead := line.Trim(before)
	contact, to, who := l.halves(half)
	otherContact, otherAgent, other := l.halves(lead)
	if contact == to || otherContact == otherAgent || contact == otherContact {
		return "", false
	}
	if otherAgent {
		if who = other; who.Kind != agent.ByEmail && !line.IsOrder(before) {
			return "", false
		}
	}
	if _, known := l.agents.Guess(who); who.Kind == agent.ByName && !known {
		return "", false
	}
	both = lead + " " + half
	contact, to, _ = l.halves(both)
	return both, contact && to
}
