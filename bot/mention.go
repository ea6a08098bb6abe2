package bot

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
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

// slashCommand is the command as the manifest names it, for people who came another way.
const slashCommand = "/assign"

// onMention serves a message that mentions the bot, in a channel or thread: it is read like
// the line of a command, and answered privately where it was written. There is no trigger,
// so no form opens by itself.
//
// Slack tells of an edited message again, as a new event: it is ignored, so that mending a
// spelling changes no owner. So are integrations, which cannot be told anything.
func (b *Bot) onMention(ctx context.Context, c *call) {
	us := b.people.ourselves()
	if c.Event.isNobodys() || c.Event.User == us {
		b.acknowledge(ctx, c, nil)
		return
	}
	c.Command, c.Text = slashCommand, b.spoken(c.Event.Text, us)
	r := b.door.admit(ctx, c.person(), c.Event.Channel)
	v := b.speakTo(ctx, c)
	if r.refused() {
		b.reply(ctx, c, v.refusing(r))
		return
	}
	b.onLine(ctx, v, c)
}

// isNobodys tells what an integration wrote, and what was changed after it was written.
func (h happening) isNobodys() bool {
	return h.User == "" || h.BotID != "" || h.Subtype == "bot_message" || len(h.Edited) > 0 && string(h.Edited) != "null"
}

// onMentionRead goes on with a mention that holds no mistake.
func (b *Bot) onMentionRead(ctx context.Context, v voice, c *call, r line.Reading) {
	var err error
	switch {
	case len(r.Contacts) == 0 && r.Agent.IsZero(), b.isChatter(r):
		b.reply(ctx, c, v.mentionHelp(b.people.ourselves()))
		return
	case len(r.Contacts) == 0:
		_, err = line.ParsePhone("", b.region)
	case r.Agent.IsZero():
		_, err = line.ParseAgent("")
	}
	if m, ok := err.(*line.Mistake); ok {
		b.reply(ctx, c, v.mistaken(m, draft{Contact: r.TypedContact, Agent: r.TypedAgent}))
		return
	}
	request := assign.Request{Requester: c.person().id, Contact: r.Contacts[0], Agent: r.Agent}
	if !b.belated(ctx, v, c, &request) {
		b.accept(ctx, c, request)
	}
}

// mentionHelp teaches to mention the bot.
func (v voice) mentionHelp(us string) message {
	return v.notice("mention_help", texts.Data{
		"Bot": texts.Mention(us), "Rest": v.examplePhone() + " omar@example.com",
		"Help": texts.Code(slashCommand + " " + wordHelp.named(v.language)),
	}, v.button("open_form", actionOpen, draft{}.encode(), slack.StylePrimary))
}

const (
	// promptly is how soon Slack tells of a mention if all is well, generously.
	promptly = 30 * time.Second
	// tooLate is when nobody waits for a mention any more, as for a request that was
	// found after a restart.
	tooLate = 10 * time.Minute
)

// belated keeps a mention that Slack could not deliver when it was written from
// overruling what was asked for since, and from surprising people long after: then it is
// answered, and that was all. What may still be carried out is guarded against what comes
// until it is accepted. What Slack delivers again is none of this.
func (b *Bot) belated(ctx context.Context, v voice, c *call, r *assign.Request) (answered bool) {
	written, known := c.Event.written()
	age := c.envelope.Received.Sub(written)
	if !known || age < promptly {
		return false
	}
	asked := *r
	asked.Key, asked.Guard = c.request(), assign.NeverHolds
	asking, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	said := b.ask(asking, asked)
	w := wish{Contact: r.Contact.Digits(), Agent: r.Agent.Encode(), After: said.ID}
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.reply(ctx, c, v.notStored(*r))
	case said.how == assign.Repeated:
		b.acknowledge(ctx, c, nil)
	case said.ID != 0 && said.AcceptedAt.After(written):
		b.reply(ctx, c, v.overtaken(*r, said.Assignment, w))
	case age > tooLate:
		b.reply(ctx, c, v.mentionLate(*r, w))
	default:
		r.Guard = said.ID
		return false
	}
	return true
}

// mentionLate says that nothing was done, and offers it.
func (v voice) mentionLate(r assign.Request, w wish) message {
	return v.notice("mention_late", v.onItsWay(r), v.wishButton("assign_now", actionAgain, w, slack.StylePrimary)...)
}

// written is when the message was written, which its ts says.
func (h happening) written() (time.Time, bool) {
	seconds, err := strconv.ParseFloat(h.TS, 64)
	if err != nil || !(1 <= seconds && seconds < 1e11) {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(seconds * 1e6)), true
}

// spoken is what a message says to the bot, whose user id is us: what stands behind its
// mention or, if nothing does, before it; of several lines behind it the first, if that is
// an assignment in full. If half of one is behind it and just the other half before it,
// both count. Words of courtesy around it are left out.
func (b *Bot) spoken(text, us string) string {
	mention := regexp.MustCompile(`<@` + regexp.QuoteMeta(us) + `(?:\|[^<>]*)?>`)
	before, behind := text, ""
	if at := mention.FindStringIndex(text); at != nil {
		before, behind = text[:at[0]], mention.ReplaceAllString(text[at[1]:], " ")
	}
	said := withoutCourtesy(behind)
	if said == "" {
		return withoutCourtesy(before)
	}
	first, more, _ := strings.Cut(strings.TrimSpace(behind), "\n")
	first = withoutCourtesy(first)
	if hasContact, hasAgent, _ := b.halves(first); hasContact && hasAgent {
		return first
	}
	if both, ok := b.completed(before, said); ok {
		return both
	}
	// Another number, or another agent, in the lines below leaves in doubt what is meant.
	if both, ok := b.completed(before, first); ok && !strings.ContainsFunc(more, unicode.IsDigit) && !strings.Contains(more, "@") {
		return both
	}
	return said
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

// completed puts what stands before the mention in front of the half behind it, if that
// gives the other half and nothing else. A name counts only if it is an agent's, and whom
// the sentence merely addresses is not taken for the agent: "Omar, @azeer 0544444444".
func (b *Bot) completed(before, half string) (both string, ok bool) {
	lead := withoutCourtesy(before)
	contact, to, who := b.halves(half)
	otherContact, otherAgent, other := b.halves(lead)
	if contact == to || otherContact == otherAgent || contact == otherContact {
		return "", false
	}
	if otherAgent {
		if who = other; who.Kind != agent.ByEmail && !commands(before) {
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

// withoutCourtesy drops words around a request that belong to the sentence and not to it.
func withoutCourtesy(text string) string {
	words := strings.Fields(text)
	words = words[opening(words):]
	for n := len(words) - 1; n >= 0 && courtesies[bare(words[n])] && (n == 0 || !towards[bare(words[n-1])]); n-- {
		words = words[:n]
	}
	return strings.Join(words, " ")
}

// opening counts the words at the beginning that only lead up to the request: courtesies
// and verbs, and others where a verb follows, as in "could you assign".
func opening(words []string) int {
	end := 0
	for i, w := range words {
		switch w := bare(w); {
		case verbs[w], (courtesies[w] || w == "") && end == i:
			end = i + 1
		case !courtesies[w] && !leads[w] && w != "":
			return end
		}
	}
	return end
}

// commands tells whether a text begins as an order to do something.
func commands(text string) bool {
	words := strings.Fields(text)
	return slices.ContainsFunc(words[:opening(words)], func(w string) bool { return verbs[bare(w)] })
}

func bare(w string) string { return strings.ToLower(strings.Trim(w, ".,:;!?،؛؟…—-")) }

var (
	courtesies = courtesy("please pls plz kindly hi hey hello thanks thank you thx can could would now " +
		"من فضلك فضلكم لو سمحت سمحتم رجاء رجاءً الرجاء أرجو ارجو يرجى يُرجى مرحبا مرحبًا السلام عليكم ممكن شكرا شكرًا الآن الان")
	verbs = courtesy("assign reassign transfer give hand over move " +
		"عين عيّن عيّني عينوا عيّنوا تعيين تعين تعيّن تعيّني أسند اسند أسندي اسندي أسندوا اسندوا إسناد اسناد تسند تسندي تسندوا " +
		"حول حوّل حولي حوّلي حولوا حوّلوا تحويل تحول تحوّل تحوّلي سلم سلّم سلّمي تسليم تسلم تسلّم تسلّمي " +
		"انقل انقلي انقلوا نقل تنقل تنقلي خصص خصّص خصّصي تخصيص تخصص تخصّص")
	leads = courtesy("i we i'd we'd want need like to هل يمكن يمكنك يمكنكم تقدر تقدري أن ان أريد اريد نريد")
	// towards stand before an agent: what follows is a name, even if it is a courtesy too.
	towards = courtesy("to for إلى الى لـ ل")
)

func courtesy(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
