package bot

import (
	"strconv"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// message is what a person reads in a conversation. As the payload of an
// acknowledgement it is private to whoever typed the command.
type message struct {
	// Text is for notifications and screen readers; it says the same as Blocks.
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks,omitempty"`
}

// say makes a message of one paragraph, with buttons below.
func say(text string, buttons ...*slack.ButtonBlockElement) message {
	text = clip(text, 3000)
	section := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil)
	m := message{Text: text, Blocks: []slack.Block{section}}
	if len(buttons) > 0 {
		elements := make([]slack.BlockElement, len(buttons))
		for i, b := range buttons {
			elements[i] = b
		}
		m.Blocks = append(m.Blocks, slack.NewActionBlock("", elements...))
	}
	return m
}

// notice says one text of the catalogue.
func (b *Bot) notice(text string, data texts.Data, buttons ...*slack.ButtonBlockElement) message {
	return say(b.texts.Text(text, data), buttons...)
}

// refusing tells somebody that they may not.
func (b *Bot) refusing(r refusal) message { return b.notice(r.text, r.data) }

// mistaken tells what was wrong with what somebody typed, and offers the form with all
// of it already filled in.
func (b *Bot) mistaken(m *assign.Mistake, d draft) message {
	return say(b.texts.Text("lead_mistake", nil)+" "+b.texts.Text(mistakeText(m)),
		b.button("fix_in_form", actionFix, d.encode(), slack.StylePrimary))
}

// mistakeText is the message for a mistake, and what fills its blanks.
func mistakeText(m *assign.Mistake) (string, texts.Data) {
	perhaps := make([]string, len(m.Perhaps))
	for i, p := range m.Perhaps {
		perhaps[i] = p.International()
	}
	return "mistake_" + string(m.Kind), texts.Data{
		"Typed": texts.Typed(m.Typed.Reveal()), "Example": m.Example, "Region": m.Region, "Perhaps": perhaps,
	}
}

// button makes a button labelled by a text of the catalogue.
func (b *Bot) button(label, action, value string, style slack.Style) *slack.ButtonBlockElement {
	return styled(slack.NewButtonBlockElement(action, value, plainText(b.texts.Plain(label, nil), 75)), style)
}

func styled(b *slack.ButtonBlockElement, style slack.Style) *slack.ButtonBlockElement {
	if style != slack.StyleDefault {
		b.Style = style
	}
	return b
}

func plainText(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, clip(text, limit), false, false)
}

// clip cuts text for showing to at most limit code points.
func clip(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// outcome is how an assignment ended, as a message.
func (b *Bot) outcome(a assign.Assignment) message {
	lead, body := b.told(a)
	if len(a.Outcome.Nearest) > 0 {
		body += " " + b.texts.Text("pick_below", nil)
	}
	return say(lead+"\n"+body, b.outcomeButtons(a)...)
}

// told puts an outcome into words: a lead that says whether it was done, and a body that
// says why and what to do.
func (b *Bot) told(a assign.Assignment) (lead, body string) {
	data := b.outcomeData(a)
	return b.texts.Text("lead_"+string(a.Outcome.Kind), data), b.texts.Text(b.outcomeText(a.Outcome), data)
}

// outcomeText is the message for an outcome: the one for its kind and reason, or for its
// kind alone.
func (b *Bot) outcomeText(o assign.Outcome) string {
	if o.Reason != assign.NoReason {
		if id := string(o.Kind) + "_" + string(o.Reason); b.texts.Has(id) {
			return id
		}
	}
	return string(o.Kind)
}

func (b *Bot) outcomeData(a assign.Assignment) texts.Data {
	data := texts.Data{
		"Contact":   a.Contact.International(),
		"Agent":     b.agentOf(a, a.Requester),
		"Asked":     b.asked(a.Request, a.Requester),
		"Said":      clip(a.Outcome.Said, 300),
		"Status":    a.Outcome.Status,
		"Reference": strconv.FormatInt(a.ID, 10),
		"Admins":    mentions(b.cfg.Door.Admins),
		"Nearest":   len(a.Outcome.Nearest),
	}
	if newer := a.Outcome.Newer; newer != nil {
		data["NewerBy"] = texts.Mention(newer.Requester)
		data["NewerAgent"] = b.asked(newer.Request, a.Requester)
		data["NewerMine"] = newer.Requester == a.Requester
	}
	return data
}

// agentOf names the agent of an assignment, for reader: as Azeer knows them, else as
// asked for.
func (b *Bot) agentOf(a assign.Assignment, reader string) any {
	if a.Outcome.Agent.PlatformID.IsZero() {
		return b.asked(a.Request, reader)
	}
	return agentLabel(a.Outcome.Agent)
}

// asked repeats, for reader, how the agent was named: "me" is whoever asked.
func (b *Bot) asked(r assign.Request, reader string) any {
	switch {
	case r.Agent.Kind == assign.ByMention:
		return texts.Mention(r.Agent.Reveal())
	case r.Agent.Kind == assign.ByMe && r.Requester == reader:
		return b.texts.Text("you", nil)
	case r.Agent.Kind == assign.ByMe:
		return texts.Mention(r.Requester)
	}
	return r.Agent.Reveal()
}

// onItsWay fills the blanks of what is said while a request is not finished.
func (b *Bot) onItsWay(r assign.Request) texts.Data {
	return texts.Data{"Contact": r.Contact.International(), "Agent": b.asked(r, r.Requester)}
}

// agentLabel shows an agent as "Name (email)".
func agentLabel(a assign.Agent) string {
	email := agentEmail(a)
	if a.Name == "" || a.Name == email {
		return email
	}
	return texts.Isolate(a.Name) + " (" + email + ")"
}

func agentEmail(a assign.Agent) string {
	if !a.Email.IsZero() {
		return a.Email.Reveal()
	}
	return a.PlatformID.Reveal()
}

// outcomeButtons offers what the requester may want to do next.
func (b *Bot) outcomeButtons(a assign.Assignment) []*slack.ButtonBlockElement {
	var buttons []*slack.ButtonBlockElement
	switch a.Outcome.Kind {
	case assign.Failed, assign.Unknown:
		return b.wishButton("assign_again", wishFor(a), slack.StyleDefault)
	case assign.Expired:
		return b.wishButton("assign_now", wishFor(a), slack.StylePrimary)
	case assign.Refused:
		for i, agent := range a.Outcome.Nearest {
			wish := wish{Contact: a.Contact.Digits(), Agent: assign.RefEmail(agent.PlatformID.Reveal()).Encode()}
			buttons = append(buttons, slack.NewButtonBlockElement(actionPick+strconv.Itoa(i), wish.encode(),
				plainText(agentLabel(agent), 75)))
		}
		d := draft{Contact: a.Contact.International(), Agent: typedAgain(a.Agent)}
		return append(buttons, b.button("fix_in_form", actionFix, d.encode(), slack.StyleDefault))
	}
	return buttons
}

// wishButton is one button, or none if the wish does not fit into it: an answer with a
// value too long would be refused by Slack, again and again.
func (b *Bot) wishButton(label string, w wish, style slack.Style) []*slack.ButtonBlockElement {
	value := w.encode()
	if utf8.RuneCountInString(value) > valueMax {
		return nil
	}
	return []*slack.ButtonBlockElement{b.button(label, actionAgain, value, style)}
}

// typedAgain writes a reference as a person would type it.
func typedAgain(ref assign.AgentRef) string {
	switch ref.Kind {
	case assign.ByMention:
		return "<@" + ref.Reveal() + ">"
	case assign.ByMe:
		return "me"
	}
	return ref.Reveal()
}

// noOptions is the answer to a menu that has nothing to offer. Slack-go's type would
// leave the empty list out.
var noOptions = map[string]any{"options": []any{}}
