package render

import (
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// HistoryNone says that nothing is known of a contact.
func (v Renderer) HistoryNone(contact phone.Number) Message {
	return v.Notice("history_none", texts.Data{"Contact": v.contact(contact), "Count": v.days}, v.assignButton(contact))
}

// History is what is known of a contact.
type History struct {
	Contact phone.Number
	// Owner is what made its present owner; the zero Assignment if that is not known.
	Owner assign.Assignment
	// Found are the requests for it, newest first.
	Found []assign.Assignment
	// Sizes are those of the batches that these are part of, by their IDs.
	Sizes map[int64]int
	// Said is what new owners said of these.
	Said Said
}

// HistoryOf lists what was asked for a contact, and names whom it was last assigned to, if that
// is known.
func (v Renderer) HistoryOf(h History, reader string) Message {
	contact, owner := h.Contact, h.Owner
	data := texts.Data{"Contact": v.contact(contact), "Owner": ""}
	if owner.ID != 0 {
		data["Owner"] = ShortPerson(v.Person(owner.Outcome.Agent))
	}
	return v.list(v.Texts.Text("history_title", data), h.Found, v.reassignButton(contact), func(a assign.Assignment) *slack.SectionBlock {
		row := v.status(a, reader) + "\n" + v.rowOf(a, reader) + v.noticeRow(a, h.Said[a.ID])
		n, isPart := h.Sizes[a.Batch]
		if !isPart {
			return section(row, nil)
		}
		show := v.batchButton("batch_show", ActionBatchShow, assign.Batch{ID: a.Batch}, 0, slack.StyleDefault)
		return section(row+v.Texts.Text("comma", nil)+" "+v.Texts.Text("history_part", texts.Data{"Count": n}), show)
	})
}

// Said is what new owners said of the assignments in a list, by the ID of the assignment.
type Said map[int64]assign.Notice

// Mine lists somebody's own requests. What went wrong can be tried again, where nothing
// that they asked for since is in the way.
func (v Renderer) Mine(found []assign.Assignment, several Batches) Message {
	open := v.button("open_form", ActionOpen, Draft{}.encode(), slack.StyleDefault)
	if len(found) == 0 {
		return v.Notice("mine_none", texts.Data{"Count": v.days}, open)
	}
	newer := make(map[string]bool)
	return v.list(v.Texts.Text("mine_title", nil), found, open, func(a assign.Assignment) *slack.SectionBlock {
		if b, ok := several[a.Batch]; ok {
			return v.batchRow(b, a.Requester)
		}
		var retry *slack.ButtonBlockElement
		if !newer[a.Contact.Digits()] {
			retry = v.retryButton(a)
		}
		newer[a.Contact.Digits()] = true
		return section(v.status(a, a.Requester)+"\n"+v.rowMine(a), retry)
	})
}

// list shows assignments, newest first, under a title and above a button.
func (v Renderer) list(title string, found []assign.Assignment, button *slack.ButtonBlockElement, row func(assign.Assignment) *slack.SectionBlock) Message {
	m := Message{Text: title, Blocks: []slack.Block{section(title, nil)}}
	for _, a := range found[:min(len(found), ListMost)] {
		block := row(a)
		m.Blocks = append(m.Blocks, block)
		if text := m.Text + "\n" + block.Text.Text; Length(text) <= 3000 {
			m.Text = text
		}
	}
	if len(found) > ListMost {
		more := v.Texts.Text("history_more", nil)
		m.Blocks = append(m.Blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, more, false, false)))
	}
	m.Blocks = append(m.Blocks, slack.NewActionBlock("", button))
	return m
}

// status says in one line whether an assignment was done, and why not.
func (v Renderer) status(a assign.Assignment, reader string) string {
	return v.statusWith(a, v.agentBriefly(a, reader))
}

// statusWith is status with the agent named in another way.
func (v Renderer) statusWith(a assign.Assignment, agent any) string {
	data := texts.Data{"ToAgent": v.to(agent), "Why": v.why(a.Outcome.Reason), "Group": ""}
	if a.Choice != nil && !a.Choice.Agent.PlatformID.IsZero() {
		data["Group"] = groupOf(a)
	}
	switch {
	case !a.Finished():
		return v.Texts.Text("state_open", data)
	case a.Undoes != 0 && a.Outcome.Kind == assign.Assigned:
		return v.Texts.Text("state_undone", data)
	}
	return v.Texts.Text("state_"+string(a.Outcome.Kind), data)
}

// why tells the reason in a few words, which are fit for anybody's eyes; "" if there is
// none.
func (v Renderer) why(r assign.Reason) texts.Markup {
	if id := "why_" + string(r); v.Texts.Has(id) {
		return texts.Markup(v.Texts.Text(id, nil))
	}
	return ""
}

// rowOf tells reader when, by whom and from where a contact was asked for.
func (v Renderer) rowOf(a assign.Assignment, reader string) string {
	return v.Texts.Text("history_row", texts.Data{
		"When": slackTime(a.AcceptedAt), "By": v.by(a.Requester), "Mine": a.Requester == reader, "From": v.from(payload.DecodeOrigin(a.Origin)),
	}) + v.noteRow(a)
}

// noteRow is a line with the note that went with an assignment; "" if none did.
func (v Renderer) noteRow(a assign.Assignment) string {
	if a.Brief.Note.IsZero() {
		return ""
	}
	text := Clip(strings.Join(strings.Fields(a.Brief.Note.Reveal()), " "), rowNote)
	return "\n" + v.Texts.Text("history_note", texts.Data{"Note": texts.Typed(text)})
}

// rowMine says which contact was asked for, when and from where.
func (v Renderer) rowMine(a assign.Assignment) string {
	return v.Texts.Text("mine_row", texts.Data{
		"When": slackTime(a.AcceptedAt), "Contact": v.contact(a.Contact), "From": v.from(payload.DecodeOrigin(a.Origin)),
	}) + v.noteRow(a)
}

// retryButton offers to try again what went wrong: as it was, or, where that would go
// wrong again, in the form. nil if nothing went wrong.
func (v Renderer) retryButton(a assign.Assignment) *slack.ButtonBlockElement {
	if !a.Outcome.Kind.IsProblem() {
		return nil
	}
	switch a.Outcome.Reason {
	case assign.NoSuchAgent, assign.AmbiguousAgent, assign.InactiveAgent, assign.NoEmail,
		assign.PartOfName, assign.NotAnAgent:
		return v.button("fix_in_form", ActionFix, v.draftOf(a.Request).encode(), slack.StyleDefault)
	}
	for _, retry := range v.requestButton("retry", ActionRetry, RequestAgain(a), slack.StyleDefault) {
		return retry
	}
	return nil
}

// agentBriefly names the agent of an assignment in a list.
func (v Renderer) agentBriefly(a assign.Assignment, reader string) any {
	switch who := v.agentOf(a, reader).(type) {
	case texts.Person:
		return ShortPerson(who)
	case texts.Quoted:
		return texts.Quoted(Clip(string(who), RowEmail))
	case string:
		return Clip(who, RowEmail)
	default:
		return who
	}
}

// assignButton opens the form with a contact nobody has been given.
func (v Renderer) assignButton(contact phone.Number) *slack.ButtonBlockElement {
	return v.button("open_form", ActionFix, Draft{Contact: contact.International()}.encode(), slack.StyleDefault)
}

// Audited is the message about an assignment, of which by and agent are to be shown as
// they are.
func (v Renderer) Audited(a assign.Assignment, fullPhone bool, by, agent any) Message {
	contact := v.auditedContact(a, fullPhone)
	return Paragraph(v.statusWith(a, agent) + "\n" + v.Texts.Text("team_row", texts.Data{
		"Contact": contact, "When": slackTime(a.Outcome.At), "By": by, "From": v.from(payload.DecodeOrigin(a.Origin)),
	}))
}

// auditedContact is the contact of an assignment as the audit channel is shown it.
func (v Renderer) auditedContact(a assign.Assignment, fullPhone bool) any {
	if fullPhone {
		return v.contact(a.Contact)
	}
	return masked(a.Contact)
}

// masked is the end of a number.
func masked(contact phone.Number) string {
	return "…" + contact.Digits()[max(0, len(contact.Digits())-3):]
}

const (
	// ListMost is how many assignments a list shows.
	ListMost = 10
	// Names and emails in a list are cut to so many characters.
	RowName, RowEmail = 60, 100
	// rowNote is how much of a note a list shows: all of it, unless every character is escaped.
	rowNote = line.MaxNote
)

// sourceTexts are the messages that tell of a source.
var sourceTexts = map[payload.EntryPoint]string{
	payload.ByCommand: "from_command", payload.ByForm: "from_form", payload.ByMessage: "from_message",
	payload.ByMention: "from_mention", payload.ByHome: "from_home", payload.ByButton: "from_button",
	payload.ByHandover: "from_handover", payload.ByOffer: "from_offer", payload.ByWorkflow: "from_workflow",
}

// from tells of a source, as a part of a sentence; "" of the zero source.
func (v Renderer) from(s payload.Origin) texts.Markup {
	text, known := sourceTexts[s.EntryPoint]
	if !known {
		return ""
	}
	return texts.Markup(v.Texts.Text(text, texts.Data{"Place": v.place(s.Channel)}))
}

// by tells who asked: nobody, where a workflow did without a person.
func (v Renderer) by(requester string) texts.Markup {
	if requester == "" {
		return texts.Markup(v.Texts.Text("workflow_builder", nil))
	}
	return texts.Mention(requester)
}

// Workflow is the name of who asked where that was nobody.
func (v Renderer) Workflow() string { return v.Texts.Plain("workflow_builder", nil) }

// place tells of a conversation, as a part of a sentence. Of a private one, Slack shows
// the name only to who is in it.
func (v Renderer) place(channel string) texts.Markup {
	switch {
	case channel == "":
		return ""
	case strings.HasPrefix(channel, "D"):
		return texts.Markup(v.Texts.Text("place_direct", nil))
	}
	return texts.Markup(v.Texts.Text("place_channel", texts.Data{"Channel": texts.Channel(channel)}))
}
