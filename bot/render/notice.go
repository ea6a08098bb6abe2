package render

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// Buttons of a notice. The value of those that are not about a contact is the notice's ID.
const (
	ActionHave   = "have_it"
	ActionNotMe  = "not_me"
	ActionRemind = "remind"
	ActionNext   = "next_on_duty"
	ActionInbox  = "inbox" // a link
)

// The form in which somebody says that a contact is not for them.
const (
	NotMeCallback = "not_me_form"
	BlockReason   = "reason"
)

// Notice is what somebody was given, and what became of it since.
type Notice struct {
	assign.Notice
	payload.NoticeDetails
	// Given is what they were given: one contact, or all of a batch that went to them.
	Given assign.Batch
	// Lost are the newer assignments that made somebody else the owner.
	Lost []assign.Assignment
	// Inbox is the address of the contact in Azeer's web inbox; "" where that is not known.
	Inbox string
	// Next is the group in which somebody else may be found; zero: there is none.
	Next agent.Ref
	// Again: this is a reminder.
	Again bool
}

// IsLost tells whether nothing of it is theirs any more.
func (n Notice) IsLost() bool { return len(n.Lost) > 0 && len(n.Lost) == len(n.Given.Members) }

// isOne tells whether it is about one contact alone, not about a batch.
func (n Notice) isOne() bool { return len(n.Given.Members) == 1 }

// NoticeID reads the value of a button of a notice; 0 if it is none.
func NoticeID(value string) int64 {
	id, _ := strconv.ParseInt(value, 10, 64)
	return id
}

// noticeData fills the blanks of what is said of a notice.
func (v Renderer) noticeData(n Notice) texts.Data {
	first := n.Given.First()
	data := texts.Data{
		"By": v.by(first.Requester), "Agent": v.nameOf(first.Outcome.Agent), "What": v.what(n),
		"Undone": first.Undoes != 0, "When": slackTime(n.At), "Reason": texts.Quoted(n.Reason), "AnyReason": n.Reason != "",
	}
	if to, err := agent.DecodeRef(n.To); err == nil && !to.IsZero() {
		data["ToOther"] = v.to(v.asked(assign.Request{Requester: n.Owner, Agent: to}, ""))
	}
	if len(n.Lost) > 0 {
		last := n.Lost[len(n.Lost)-1]
		data["LostBy"], data["ToNew"], data["LostWhen"] = v.by(last.Requester), v.to(v.agentBriefly(last, n.Owner)), slackTime(last.Outcome.At)
	}
	return data
}

// what names the contact of a notice, or says how many there are.
func (v Renderer) what(n Notice) texts.Markup {
	if !n.isOne() {
		return texts.Markup(v.Texts.Text("notice_contacts", texts.Data{"Count": len(n.Given.Members)}))
	}
	return texts.Markup(v.Texts.Text("notice_contact", texts.Data{"Contact": v.contact(n.Given.First().Contact)}))
}

// Notified is the message to who was given something.
func (v Renderer) Notified(n Notice) Message {
	data := v.noticeData(n)
	id := "notice_given"
	if n.Again {
		id = "notice_again"
	}
	lines := []string{v.Texts.Text(id, data)}
	if !n.isOne() {
		lines = append(lines, v.contactsText(contactsOf(n.Given.Members), groupMost))
	}
	lines = append(lines, v.noteLines(n.Given.First().Brief.Note)...)
	switch {
	case n.IsLost():
		lines = append(lines, v.Texts.Text("notice_lost", data))
	case len(n.Lost) > 0:
		lines = append(lines, v.Texts.Text("notice_lost_some", texts.Data{"Count": len(n.Lost)}), v.contactsText(contactsOf(n.Lost), groupMost))
	}
	if id := saidText(n.State, "notice_received", "notice_declined"); id != "" && !n.IsLost() {
		lines = append(lines, v.Texts.Text(id, data))
	}
	m := Paragraph(strings.Join(lines, "\n"))
	for _, row := range v.noticeButtons(n) {
		m.Blocks = append(m.Blocks, slack.NewActionBlock("", row...))
	}
	return m
}

// saidText chooses the text for what an owner has said; "" if nothing.
func saidText(state assign.NoticeState, received, declined string) string {
	switch state {
	case assign.NoticeReceived:
		return received
	case assign.NoticeDeclined:
		return declined
	}
	return ""
}

// noteLines quotes a note.
func (v Renderer) noteLines(note assign.Note) (lines []string) {
	if note.IsZero() {
		return nil
	}
	for each := range strings.SplitSeq(note.Reveal(), "\n") {
		lines = append(lines, v.Texts.Text("notice_note", texts.Data{"Note": texts.Typed(each)}))
	}
	return lines
}

// noticeButtons are what an owner may do: say whether they have it, as long as that is open, and
// look further.
func (v Renderer) noticeButtons(n Notice) (rows [][]slack.BlockElement) {
	id := strconv.FormatInt(n.ID, 10)
	if n.State == assign.NoticeLost || n.IsLost() {
		return nil
	}
	switch n.State {
	case assign.NoticeReceived, assign.NoticeDeclined:
	default:
		rows = append(rows, []slack.BlockElement{
			v.button("have_it", ActionHave, id, slack.StylePrimary), v.button("not_me", ActionNotMe, id, slack.StyleDefault)})
	}
	if !n.isOne() {
		return append(rows, []slack.BlockElement{v.batchButton("batch_show", ActionBatchShow, n.Given, 0, slack.StyleDefault)})
	}
	contact := n.Given.First().Contact
	row := []slack.BlockElement{v.reassignButton(contact), v.historyButton(contact)}
	if n.Inbox != "" {
		row = append(row, v.button("open_inbox", ActionInbox, "", slack.StyleDefault).WithURL(n.Inbox))
	}
	return append(rows, row)
}

// NoticeLost tells somebody in a message of its own that what they were given is somebody else's.
func (v Renderer) NoticeLost(n Notice) Message {
	if n.isOne() {
		return v.Notice("lost_told", v.noticeData(n))
	}
	return Paragraph(v.Texts.Text("notice_lost_some", texts.Data{"Count": len(n.Lost)}) + "\n" + v.contactsText(contactsOf(n.Lost), groupMost))
}

// Untold tells the requester that the new owner could not be told; text says why.
func (v Renderer) Untold(text string, n Notice) Message { return v.Notice(text, v.noticeData(n)) }

// Receipt tells the requester what the new owner said.
func (v Renderer) Receipt(n Notice) Message {
	if n.State == assign.NoticeReceived {
		return v.Notice("receipt_received", v.noticeData(n))
	}
	return v.Notice("receipt_declined", v.noticeData(n), v.nextOwner(n)...)
}

// Unreceived asks the requester what to do about an owner who has said nothing for so long.
func (v Renderer) Unreceived(n Notice, waited time.Duration) Message {
	data := v.noticeData(n)
	data["Waited"] = int(waited.Round(time.Minute) / time.Minute)
	return v.Notice("receipt_missing", data,
		append([]*slack.ButtonBlockElement{v.button("remind", ActionRemind, strconv.FormatInt(n.ID, 10), slack.StylePrimary)}, v.nextOwner(n)...)...)
}

// nextOwner are the ways to give to somebody else what its owner does not take.
func (v Renderer) nextOwner(n Notice) []*slack.ButtonBlockElement {
	if n.To != "" {
		return nil
	}
	ways := []*slack.ButtonBlockElement{v.batchButton("batch_show", ActionBatchShow, n.Given, 0, slack.StyleDefault)}
	if n.isOne() {
		ways[0] = v.reassignButton(n.Given.First().Contact)
	}
	if !n.Next.IsZero() {
		ways = append(ways, v.button("next_on_duty", ActionNext, strconv.FormatInt(n.ID, 10), slack.StyleDefault))
	}
	return ways
}

// Reminded tells the requester that the owner is being told once more.
func (v Renderer) Reminded(n Notice) Message { return v.Notice("reminded", v.noticeData(n)) }

// TapLate says what has happened since the message whose button was pressed; or that it was pressed
// before.
func (v Renderer) TapLate(n Notice) Message {
	switch {
	case n.IsLost() || n.State == assign.NoticeLost && len(n.Lost) > 0:
		return v.Notice("tap_lost", v.noticeData(n))
	case n.State == assign.NoticeReceived:
		return v.Notice("tap_received", v.noticeData(n))
	case n.State == assign.NoticeDeclined:
		return v.Notice("tap_declined", v.noticeData(n))
	case n.State == assign.NoticeTold, n.State == assign.NoticeAsked, n.State == assign.NoticeReminding:
		return v.TapOvertaken(n)
	}
	return v.Notice("tap_gone", nil)
}

// TapOvertaken says that something else is asked for since, or that what was given is somebody else's.
func (v Renderer) TapOvertaken(n Notice) Message {
	if n.IsLost() {
		return v.TapLate(n)
	}
	return v.Notice("tap_overtaken", v.noticeData(n))
}

// ReceiptAudited is the report that an owner said something, of which by is to be shown as it is.
func (v Renderer) ReceiptAudited(n Notice, fullPhone bool) Message {
	data := v.noticeData(n)
	if n.isOne() {
		data["What"] = v.auditedContact(n.Given.First(), fullPhone)
	}
	return v.Notice(saidText(n.State, "audit_received", "audit_declined"), data)
}

// noticeRow is a line with what the owner said of an assignment; "" if nothing.
func (v Renderer) noticeRow(a assign.Assignment, n assign.Notice) string {
	id := saidText(n.State, "history_received", "history_declined")
	if id == "" {
		return ""
	}
	shown := Notice{Notice: n, NoticeDetails: payload.DecodeNoticeDetails(n.Details), Given: assign.Batch{Members: []assign.Assignment{a}}}
	return "\n" + v.Texts.Text(id, v.noticeData(shown))
}

func contactsOf(members []assign.Assignment) []phone.Number {
	all := make([]phone.Number, len(members))
	for i, a := range members {
		all[i] = a.Contact
	}
	return all
}

// NotMeMetadata is the private metadata of a NotMeForm.
type NotMeMetadata struct {
	ID int64 `json:"id"`
}

// DecodeNotMe reads the private metadata of a NotMeForm; 0 if it is none.
func DecodeNotMe(metadata string) int64 {
	var m NotMeMetadata
	_ = json.Unmarshal([]byte(metadata), &m)
	return m.ID
}

// NotMeForm asks why something is not for whoever was given it, and, where they may assign, who else
// shall have it.
func (v Renderer) NotMeForm(n Notice, mayAssign, noList bool) slack.ModalViewRequest {
	reason := slack.NewPlainTextInputBlockElement(nil, BlockReason)
	reason.Multiline, reason.MaxLength = true, line.MaxNote
	blocks := []slack.Block{
		section(v.Texts.Text("not_me_lead", v.noticeData(n)), nil),
		slack.NewInputBlock(BlockReason, plainText(v.Texts.Plain("not_me_reason", nil), 2000), nil, reason),
	}
	if input, ok := v.agentInput(FormContent{NoList: noList}).(*slack.InputBlock); ok && mayAssign {
		input.Label, input.Optional = plainText(v.Texts.Plain("not_me_to", nil), 2000), true
		blocks = append(blocks, input)
	}
	form := v.view("not_me_title", blocks...)
	form.CallbackID = NotMeCallback
	form.PrivateMetadata = payload.Encode(NotMeMetadata{n.ID})
	form.Submit = plainText(v.Texts.Plain("not_me_submit", nil), 24)
	form.Close = plainText(v.Texts.Plain("form_cancel", nil), 24)
	return form
}
