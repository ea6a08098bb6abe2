package bot

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

const (
	// listMost is how many assignments a list shows.
	listMost = 10
	// readSoon is how long after its arrival a question is answered in its
	// acknowledgement; readLate is how long it may take beyond that.
	readSoon = 1500 * time.Millisecond
	readLate = 10 * time.Second
	// ackMost keeps a list in bytes well below what Slack takes as an acknowledgement.
	ackMost = 16 << 10
	// Names and emails in a list are cut to so many characters.
	rowName, rowEmail = 60, 100
)

// onHistory tells what became of all requests for a contact.
func (b *Bot) onHistory(ctx context.Context, c *call, v voice, typed string) {
	contact, err := line.ParsePhone(typed, b.region)
	var mistake *line.Mistake
	if errors.As(err, &mistake) {
		b.reply(ctx, c, v.notice(v.mistakeText(mistake)))
		return
	}
	b.look(ctx, c, v, func(ctx context.Context) (message, error) {
		found, err := b.history.List(ctx, assign.Query{Contact: contact, Limit: listMost + 1})
		if err != nil || len(found) == 0 {
			return v.historyNone(contact), err
		}
		owner, known, err := b.history.Owner(ctx, contact)
		if !known {
			owner = assign.Assignment{}
		}
		return v.historyOf(contact, owner, found, c.person().id), err
	})
}

// onMine tells somebody what became of their own requests.
func (b *Bot) onMine(ctx context.Context, c *call, v voice) {
	b.look(ctx, c, v, func(ctx context.Context) (message, error) {
		found, err := b.history.List(ctx, assign.Query{Requester: c.person().id, Limit: listMost + 1})
		return v.mine(found), err
	})
}

// look answers a call with what the journal says: in the acknowledgement if it says so
// soon enough.
func (b *Bot) look(ctx context.Context, c *call, v voice, read func(context.Context) (message, error)) {
	c.turn.leave()
	soon, cancel := context.WithDeadline(ctx, c.envelope.Received.Add(readSoon))
	m, err := read(soon)
	cancel()
	if errors.Is(err, context.DeadlineExceeded) {
		b.acknowledge(ctx, c, nil)
		late, cancel := context.WithTimeout(ctx, readLate)
		m, err = read(late)
		cancel()
	}
	if err != nil {
		b.log.Error().Err(err).Msg("history not read")
		m = v.notice("history_unread", nil)
	}
	if len(encode(m)) > ackMost {
		b.acknowledge(ctx, c, nil)
	}
	b.reply(ctx, c, m)
}

// historyNone says that nothing is known of a contact.
func (v voice) historyNone(contact phone.Number) message {
	return v.notice("history_none", texts.Data{"Contact": v.contact(contact)}, v.assignButton(contact))
}

// historyOf lists what was asked for a contact, and names who owns it if owner is known.
func (v voice) historyOf(contact phone.Number, owner assign.Assignment, found []assign.Assignment, reader string) message {
	data := texts.Data{"Contact": v.contact(contact), "Owner": ""}
	if owner.ID != 0 {
		data["Owner"] = short(agentPerson(owner.Outcome.Agent))
	}
	return v.list(v.texts.Text("history_title", data), found, v.reassignButton(contact), func(a assign.Assignment) *slack.SectionBlock {
		return section(v.state(a, reader)+"\n"+v.rowOf(a), nil)
	})
}

// mine lists somebody's own requests. What went wrong can be tried again, where nothing
// that they asked for since is in the way.
func (v voice) mine(found []assign.Assignment) message {
	open := v.button("open_form", actionOpen, draft{}.encode(), slack.StyleDefault)
	if len(found) == 0 {
		return v.notice("mine_none", nil, open)
	}
	newer := make(map[string]bool)
	return v.list(v.texts.Text("mine_title", nil), found, open, func(a assign.Assignment) *slack.SectionBlock {
		var retry *slack.ButtonBlockElement
		if !newer[a.Contact.Digits()] {
			retry = v.retryButton(a)
		}
		newer[a.Contact.Digits()] = true
		return section(v.state(a, a.Requester)+"\n"+v.rowMine(a), retry)
	})
}

// list shows assignments, newest first, under a title and above a button.
func (v voice) list(title string, found []assign.Assignment, button *slack.ButtonBlockElement, row func(assign.Assignment) *slack.SectionBlock) message {
	m := message{Text: title, Blocks: []slack.Block{section(title, nil)}}
	for _, a := range found[:min(len(found), listMost)] {
		block := row(a)
		m.Blocks = append(m.Blocks, block)
		if text := m.Text + "\n" + block.Text.Text; utf8.RuneCountInString(text) <= 3000 {
			m.Text = text
		}
	}
	if len(found) > listMost {
		more := v.texts.Text("history_more", nil)
		m.Blocks = append(m.Blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, more, false, false)))
	}
	m.Blocks = append(m.Blocks, slack.NewActionBlock("", button))
	return m
}

// section is a paragraph with a button beside it, or without one.
func section(text string, button *slack.ButtonBlockElement) *slack.SectionBlock {
	block := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, clip(text, 3000), false, false), nil, nil)
	if button != nil {
		block.Accessory = slack.NewAccessory(button)
	}
	return block
}

// state says in one line whether an assignment was done, and why not.
func (v voice) state(a assign.Assignment, reader string) string {
	return v.stateWith(a, v.agentBriefly(a, reader))
}

// stateWith is state with the agent named in another way.
func (v voice) stateWith(a assign.Assignment, agent any) string {
	data := texts.Data{"Agent": agent, "Why": v.why(a.Outcome.Reason)}
	switch {
	case !a.Finished():
		return v.texts.Text("state_open", data)
	case a.Undoes != 0 && a.Outcome.Kind == assign.Assigned:
		return v.texts.Text("state_undone", data)
	}
	return v.texts.Text("state_"+string(a.Outcome.Kind), data)
}

// why tells the reason in a few words, which are fit for anybody's eyes; "" if there is
// none.
func (v voice) why(r assign.Reason) texts.Markup {
	if id := "why_" + string(r); v.texts.Has(id) {
		return texts.Markup(v.texts.Text(id, nil))
	}
	return ""
}

// rowOf says when, by whom and from where a contact was asked for.
func (v voice) rowOf(a assign.Assignment) string {
	return v.texts.Text("history_row", texts.Data{
		"When": slackTime(a.AcceptedAt), "By": texts.Mention(a.Requester), "From": v.from(decodeSource(a.Origin)),
	})
}

// rowMine says which contact was asked for, when and from where.
func (v voice) rowMine(a assign.Assignment) string {
	return v.texts.Text("mine_row", texts.Data{
		"When": slackTime(a.AcceptedAt), "Contact": v.contact(a.Contact), "From": v.from(decodeSource(a.Origin)),
	})
}

// retryButton offers to try again what went wrong: as it was, or, where that would go
// wrong again, in the form. nil if nothing went wrong.
func (v voice) retryButton(a assign.Assignment) *slack.ButtonBlockElement {
	if !a.Outcome.Kind.IsProblem() {
		return nil
	}
	switch a.Outcome.Reason {
	case assign.NoSuchAgent, assign.AmbiguousAgent, assign.InactiveAgent, assign.NoEmail:
		d := draft{Contact: a.Contact.International(), Agent: v.typedAgain(a.Agent)}
		return v.button("fix_in_form", actionFix, d.encode(), slack.StyleDefault)
	}
	for _, retry := range v.wishButton("retry", actionRetry, wishFor(a), slack.StyleDefault) {
		return retry
	}
	return nil
}

// agentBriefly names the agent of an assignment in a list.
func (v voice) agentBriefly(a assign.Assignment, reader string) any {
	switch who := v.agentOf(a, reader).(type) {
	case texts.Person:
		return short(who)
	case string:
		return clip(who, rowEmail)
	default:
		return who
	}
}

func short(who texts.Person) texts.Person {
	return texts.Person{Name: clip(who.Name, rowName), Email: clip(who.Email, rowEmail)}
}

// assignButton opens the form with a contact nobody has been given.
func (v voice) assignButton(contact phone.Number) *slack.ButtonBlockElement {
	return v.button("open_form", actionFix, draft{Contact: contact.International()}.encode(), slack.StyleDefault)
}
