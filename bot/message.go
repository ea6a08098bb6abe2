package bot

import (
	"strconv"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
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
func (v voice) notice(text string, data texts.Data, buttons ...*slack.ButtonBlockElement) message {
	return say(v.texts.Text(text, data), buttons...)
}

// barred tells somebody in a form that they may not.
func (v voice) barred(r refusal) *slack.ModalViewRequest {
	return v.panel("", v.texts.Text(r.text, r.data))
}

// refusing tells somebody in a conversation that they may not.
func (v voice) refusing(r refusal) message { return v.notice(r.text, r.data) }

// mistaken tells what was wrong with what somebody typed, and offers the form with all
// of it already filled in.
func (v voice) mistaken(m *line.Mistake, d draft) message {
	return say(v.texts.Text("lead_mistake", nil)+" "+v.texts.Text(v.mistakeText(m))+v.aboutContact(d),
		v.button("fix_in_form", actionFix, d.encode(), slack.StylePrimary))
}

// mistakeText is the message for a mistake, and what fills its blanks.
func (v voice) mistakeText(m *line.Mistake) (string, texts.Data) {
	return "mistake_" + string(m.Kind), texts.Data{
		"Typed": texts.Typed(m.Typed.Reveal()), "Example": m.Example, "Region": v.regionName(m.Region),
		"Perhaps": v.contacts(m.Perhaps), "Count": len(m.Perhaps),
	}
}

// button makes a button labelled by a text of the catalogue.
func (v voice) button(label, action, value string, style slack.Style) *slack.ButtonBlockElement {
	return styled(slack.NewButtonBlockElement(action, value, plainText(v.texts.Plain(label, nil), 75)), style)
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

// clip cuts text for showing to at most limit code points, and ends the direction isolates
// that would stay open.
func clip(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	for keep := limit - 1; ; keep-- {
		if ends := texts.Open(runes[:keep]); keep+1+len(ends) <= limit || keep == 0 {
			return string(runes[:keep]) + "…" + string(ends)
		}
	}
}

// outcome is how an assignment ended, as a message. See told.
func (v voice) outcome(a assign.Assignment, before agent.Agent) message {
	lead, body := v.told(a, before)
	if len(a.Outcome.Nearest) > 0 {
		body += " " + v.texts.Text("pick_below", nil)
	}
	return say(lead+"\n"+body, v.outcomeButtons(a, before)...)
}

// told puts an outcome into words: a lead that says whether it was done, and a body that
// says why and what to do. before is whom the contact was taken from; the zero Agent if
// nobody, or nobody known.
func (v voice) told(a assign.Assignment, before agent.Agent) (lead, body string) {
	data := v.outcomeData(a)
	if a.Undoes != 0 && a.Outcome.Kind == assign.Assigned {
		return v.texts.Text("lead_undone", nil), v.texts.Text("undone", data)
	}
	lead, body = v.texts.Text("lead_"+string(a.Outcome.Kind), data), v.texts.Text(v.outcomeText(a.Outcome), data)
	if !before.PlatformID.IsZero() {
		body += " " + v.texts.Text("took_over", texts.Data{"Before": agentPerson(before)})
	}
	return lead, body
}

// outcomeText is the message for an outcome: the one for its kind and reason, or for its
// kind alone.
func (v voice) outcomeText(o assign.Outcome) string {
	if o.Reason != assign.NoReason {
		if id := string(o.Kind) + "_" + string(o.Reason); v.texts.Has(id) {
			return id
		}
	}
	return string(o.Kind)
}

func (v voice) outcomeData(a assign.Assignment) texts.Data {
	data := texts.Data{
		"Contact":   v.contact(a.Contact),
		"Agent":     v.agentOf(a, a.Requester),
		"Asked":     v.asked(a.Request, a.Requester),
		"Said":      clip(a.Outcome.Said, 300),
		"Status":    a.Outcome.Status,
		"Answered":  a.Outcome.Status != 0,
		"Reference": strconv.FormatInt(a.ID, 10),
		"Admins":    v.admins,
		"Nearest":   len(a.Outcome.Nearest) > 0,
	}
	if newer := a.Outcome.Newer; newer != nil {
		data["NewerBy"] = texts.Mention(newer.Requester)
		data["NewerAgent"] = v.asked(newer.Request, a.Requester)
		data["NewerMine"] = newer.Requester == a.Requester
	}
	return data
}

// agentOf names the agent of an assignment, for reader: as Azeer knows them, else as
// asked for.
func (v voice) agentOf(a assign.Assignment, reader string) any {
	if a.Outcome.Agent.PlatformID.IsZero() {
		return v.asked(a.Request, reader)
	}
	return agentPerson(a.Outcome.Agent)
}

// asked repeats, for reader, how the agent was named: "me" is whoever asked.
func (v voice) asked(r assign.Request, reader string) any {
	switch {
	case r.Agent.Kind == agent.ByMention:
		return texts.Mention(r.Agent.Reveal())
	case r.Agent.Kind == agent.ByMe && r.Requester == reader:
		return v.texts.Text("you", nil)
	case r.Agent.Kind == agent.ByMe:
		return texts.Mention(r.Requester)
	}
	return r.Agent.Reveal()
}

// onItsWay fills the blanks of what is said while a request is not finished.
func (v voice) onItsWay(r assign.Request) texts.Data {
	return texts.Data{"Contact": v.contact(r.Contact), "Agent": v.asked(r, r.Requester)}
}

// agentPerson shows an agent as "Name (email)".
func agentPerson(a agent.Agent) texts.Person {
	return texts.Person{Name: a.Name, Email: agentEmail(a)}
}

// agentLabel is that in a plain text of at most limit characters, for which the name may
// be cut; the email tells namesakes apart.
func (v voice) agentLabel(a agent.Agent, limit int) string {
	who := agentPerson(a)
	label := v.texts.Person(who)
	if over := utf8.RuneCountInString(label) - limit; over > 0 {
		who.Name = clip(who.Name, max(utf8.RuneCountInString(who.Name)-over, 2))
		label = clip(v.texts.Person(who), limit)
	}
	return label
}

func agentEmail(a agent.Agent) string {
	if !a.Email.IsZero() {
		return a.Email.Reveal()
	}
	return a.PlatformID.Reveal()
}

// outcomeButtons offers what the requester may want to do next.
func (v voice) outcomeButtons(a assign.Assignment, before agent.Agent) []*slack.ButtonBlockElement {
	var buttons []*slack.ButtonBlockElement
	switch a.Outcome.Kind {
	case assign.Assigned:
		if !before.PlatformID.IsZero() && a.Undoes == 0 {
			buttons = v.wishButton("undo", actionUndo, wishBack(a, before), slack.StyleDefault)
		}
		return append(buttons, v.reassignButton(a.Contact))
	case assign.Failed, assign.Unknown:
		return v.wishButton("assign_again", actionAgain, wishFor(a), slack.StyleDefault)
	case assign.Expired:
		return v.wishButton("assign_now", actionAgain, wishFor(a), slack.StylePrimary)
	case assign.Refused:
		for i, to := range a.Outcome.Nearest {
			wish := wishFor(a)
			wish.Agent = agent.RefEmail(to.PlatformID.Reveal()).Encode()
			buttons = append(buttons, slack.NewButtonBlockElement(actionPick+strconv.Itoa(i), wish.encode(),
				plainText(v.agentLabel(to, 75), 75)))
		}
		d := draft{Contact: a.Contact.International(), Agent: v.typedAgain(a.Agent)}
		return append(buttons, v.button("fix_in_form", actionFix, d.encode(), slack.StyleDefault))
	}
	return buttons
}

// wishButton is one button, or none if the wish does not fit into it: an answer with a
// value too long would be refused by Slack, again and again.
func (v voice) wishButton(label, action string, w wish, style slack.Style) []*slack.ButtonBlockElement {
	value := w.encode()
	if utf8.RuneCountInString(value) > valueMax {
		return nil
	}
	return []*slack.ButtonBlockElement{v.button(label, action, value, style)}
}

// typedAgain writes a reference as a person would type it.
func (v voice) typedAgain(ref agent.Ref) string {
	switch ref.Kind {
	case agent.ByMention:
		return "<@" + ref.Reveal() + ">"
	case agent.ByMe:
		return v.texts.Plain("me", nil)
	}
	return ref.Reveal()
}

// noOptions is the answer to a menu that has nothing to offer. Slack-go's type would
// leave the empty list out.
var noOptions = map[string]any{"options": []any{}}
