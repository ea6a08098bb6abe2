package render

import (
	"encoding/json"
	"strconv"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render/pack"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

const (
	// BatchAsked is how many contacts are assigned without a question.
	BatchAsked = 25
	// unreadMost is how many pieces that could not be read are listed, and groupMost how many
	// contacts of those that ended alike.
	unreadMost = 15
	groupMost  = 10
)

// Buttons of a batch.
const (
	ActionBatch      = "batch"       // assign the contacts of a BatchRequest
	ActionBatchStop  = "batch_stop"  // the value of this and the others is a BatchRequest with Of
	ActionBatchRetry = "batch_retry" // what was not done
	ActionBatchUndo  = "batch_undo"
	ActionBatchShow  = "batch_show"
	ActionSeveral    = "several" // the form for several contacts
)

// BatchRequest is what a button of a batch stands for. It travels in the button's value.
type BatchRequest struct {
	// Agent and List, as EncodeContacts wrote it, are what is to be assigned.
	Agent string `json:"a,omitempty"`
	List  string `json:"l,omitempty"`
	// Of is the batch that the button is about.
	Of int64 `json:"b,omitempty"`
	buttonBrief
}

// newBatchRequest is to assign contacts as r asks for.
func newBatchRequest(m line.Many, r assign.Request) BatchRequest {
	return BatchRequest{Agent: r.Agent.Encode(), List: EncodeContacts(m.Contacts), buttonBrief: briefly(r.Brief)}
}

func (r BatchRequest) Encode() string { return payload.Encode(r) }

// DecodeBatchRequest reads the value of a button; false if it holds none.
func DecodeBatchRequest(value string) (r BatchRequest, ok bool) {
	err := json.Unmarshal([]byte(value), &r)
	return r, err == nil && (r.Of != 0 || r.List != "" && r.Agent != "")
}

// BatchQuestion asks whether to assign what was read of a list, where that needs asking: not all
// of it could be read, or it is much. others is how many belong to somebody else now, as far as
// the journal knows.
func (v Renderer) BatchQuestion(m line.Many, r assign.Request, others int) Message {
	data := texts.Data{
		"Count": len(m.Contacts), "Bad": len(m.Unread), "ToAgent": v.to(v.asked(r, r.Requester)),
		"Others": others, "AnyOthers": others > 0, "Repeated": m.Repeated, "AnyRepeated": m.Repeated > 0,
	}
	text, label := v.Texts.Text("batch_confirm", data), "batch_assign"
	if len(m.Unread) > 0 {
		text, label = v.Texts.Text("batch_unread", data)+"\n"+v.unreadLines(m.Unread), "batch_assign_right"
	}
	value := newBatchRequest(m, r).Encode()
	if Length(value) > valueMax {
		return v.Notice("batch_too_many", texts.Data{"Count": len(m.Contacts), "Most": BatchAsked})
	}
	button := slack.NewButtonBlockElement(ActionBatch, value, plainText(v.Texts.Plain(label, data), 75))
	return Paragraph(text, append([]*slack.ButtonBlockElement{styled(button, slack.StylePrimary)}, v.offerThese(m.Contacts, r.Brief)...)...)
}

func (v Renderer) unreadLines(unread []line.Unread) string {
	var lines []string
	for _, u := range unread[:min(len(unread), unreadMost)] {
		lines = append(lines, v.Texts.Text("batch_unread_line", texts.Data{"Line": u.Line, "Typed": texts.Quoted(Clip(u.Typed.Reveal(), 60))}))
	}
	if rest := len(unread) - unreadMost; rest > 0 {
		lines = append(lines, v.Texts.Text("batch_more", texts.Data{"Count": rest}))
	}
	return strings.Join(lines, "\n")
}

// BatchTooMany says that a line names more contacts than it may, and offers the form.
func (v Renderer) BatchTooMany(contacts []phone.Number, most int) Message {
	return v.Notice("batch_too_many", texts.Data{"Count": len(contacts), "Most": most}, v.severalButton(contacts))
}

// BatchNoAgent says that a line names several contacts and no agent, and offers the form.
func (v Renderer) BatchNoAgent(contacts []phone.Number, command string) Message {
	example := texts.Code(strings.TrimSpace(command + " " + contacts[0].International() + " " + contacts[1].International() + " omar@twerlo.com"))
	return v.Notice("batch_no_agent", texts.Data{"Count": len(contacts), "Line": example},
		append([]*slack.ButtonBlockElement{v.severalButton(contacts)}, v.offerThese(contacts, assign.Brief{})...)...)
}

// severalButton opens the form for several contacts, with these if they fit.
func (v Renderer) severalButton(contacts []phone.Number) *slack.ButtonBlockElement {
	value := BatchRequest{List: EncodeContacts(contacts)}.Encode()
	if Length(value) > valueMax {
		value = BatchRequest{}.Encode()
	}
	return v.button("several_open", ActionSeveral, value, slack.StyleDefault)
}

// TypedList writes contacts as one may type them, one a line.
func TypedList(contacts []phone.Number) string {
	lines := make([]string, len(contacts))
	for i, c := range contacts {
		lines[i] = "+" + c.ID()
	}
	return strings.Join(lines, "\n")
}

// BatchProgress says how far a batch is.
func (v Renderer) BatchProgress(b assign.Batch) Message {
	return v.Notice("batch_progress", v.batchData(b, b.First().Requester), v.batchButton("batch_stop", ActionBatchStop, b, 0, slack.StyleDanger))
}

// batchData fills the blanks of what is said of a batch.
func (v Renderer) batchData(b assign.Batch, reader string) texts.Data {
	done := 0
	for _, a := range b.Members {
		if a.Outcome.Kind == assign.Assigned {
			done++
		}
	}
	first := b.First()
	return texts.Data{
		"Done": done, "Count": len(b.Members), "ToAgent": v.batchAgent(b, reader),
		"When": slackTime(first.AcceptedAt), "By": v.by(first.Requester), "From": v.from(payload.DecodeOrigin(first.Origin)),
	}
}

// batchAgent says whom the contacts of a batch were given to, if that was one agent.
func (v Renderer) batchAgent(b assign.Batch, reader string) texts.Markup {
	shown := b.First()
	if group := groupOf(shown); group != "" {
		return v.to(group)
	}
	for _, a := range b.Members {
		if !a.Agent.Equal(b.First().Agent) {
			return ""
		}
		if shown.Outcome.Agent.PlatformID.IsZero() {
			shown = a
		}
	}
	return v.to(v.agentBriefly(shown, reader))
}

func (v Renderer) batchButton(label, action string, b assign.Batch, count int, style slack.Style) *slack.ButtonBlockElement {
	text := plainText(v.Texts.Plain(label, texts.Data{"Count": count}), 75)
	return styled(slack.NewButtonBlockElement(action, BatchRequest{Of: b.ID}.Encode(), text), style)
}

// BatchOutcome is what became of a batch: how much was done, and the rest by its reasons.
func (v Renderer) BatchOutcome(b assign.Batch) Message {
	groups := groupsOf(b)
	lines := []string{v.batchLead(b, b.First().Requester)}
	if spread := v.spread(b); spread != "" {
		lines = append(lines, spread)
	}
	for _, g := range groups {
		if g.kind != assign.Assigned {
			lines = append(lines, v.groupLine(g, groupMost))
		}
	}
	var buttons []*slack.ButtonBlockElement
	if n := len(BatchFailed(b)); n > 0 {
		buttons = append(buttons, v.batchButton("batch_retry", ActionBatchRetry, b, n, slack.StylePrimary))
	}
	if b.First().Undoes == 0 && hasKind(b, assign.Assigned) {
		buttons = append(buttons, v.batchButton("batch_undo", ActionBatchUndo, b, 0, slack.StyleDefault))
	}
	return Paragraph(strings.Join(lines, "\n"), append(buttons, v.batchButton("batch_show", ActionBatchShow, b, 0, slack.StyleDefault))...)
}

// batchLead says in one line how much of a batch is done.
func (v Renderer) batchLead(b assign.Batch, reader string) string {
	data, id := v.batchData(b, reader), "batch_part"
	switch {
	case b.Unfinished() > 0:
		id = "batch_open"
	case b.First().Undoes != 0:
		id = "batch_undone"
	case data["Done"] == len(b.Members):
		id = "batch_done"
	}
	return v.Texts.Text(id, data)
}

// group is the members of a batch that ended alike.
type group struct {
	kind    assign.OutcomeKind
	reason  assign.Reason
	members []assign.Assignment
}

// groupsOf parts a batch by how its members ended, in the order in which that came up.
func groupsOf(b assign.Batch) (all []*group) {
	for _, a := range b.Members {
		var found *group
		for _, g := range all {
			if g.kind == a.Outcome.Kind && g.reason == a.Outcome.Reason {
				found = g
			}
		}
		if found == nil {
			found = &group{kind: a.Outcome.Kind, reason: a.Outcome.Reason}
			all = append(all, found)
		}
		found.members = append(found.members, a)
	}
	return all
}

// groupLine says how the members of a group ended, and names the first most of them.
func (v Renderer) groupLine(g *group, most int) string {
	id := "batch_group_" + string(g.kind)
	if g.kind == "" {
		id = "batch_group_open"
	}
	contacts := make([]phone.Number, len(g.members))
	for i, a := range g.members {
		contacts[i] = a.Contact
	}
	return v.Texts.Text(id, texts.Data{"Count": len(contacts), "Why": v.why(g.reason)}) + "\n" + v.contactsText(contacts, most)
}

// BatchFailed are the members of a batch that may be tried again.
func BatchFailed(b assign.Batch) (all []assign.Assignment) {
	for _, a := range b.Members {
		if a.Outcome.Kind.IsProblem() {
			all = append(all, a)
		}
	}
	return all
}

func hasKind(b assign.Batch, kind assign.OutcomeKind) bool {
	for _, a := range b.Members {
		if a.Outcome.Kind == kind {
			return true
		}
	}
	return false
}

// BatchLeft says which contacts of a batch that was to be retried or undone are left as they are.
func (v Renderer) BatchLeft(contacts []phone.Number) Message {
	return Paragraph(v.Texts.Text("batch_left", texts.Data{"Count": len(contacts)}) + "\n" + v.contactsText(contacts, groupMost))
}

// BatchView lists a batch in full.
func (v Renderer) BatchView(b assign.Batch, reader string) *slack.ModalViewRequest {
	view := v.Panel(v.batchLead(b, reader), v.Texts.Text("batch_when", v.batchData(b, reader)))
	for _, text := range v.BatchList(b, 0) {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, section(text, nil))
	}
	return view
}

// BatchList names all members of a batch, by how they ended, in texts that Slack takes. With
// digits not 0, no more than so many of the last of each number are shown.
func (v Renderer) BatchList(b assign.Batch, digits int) (all []string) {
	const perText = 40
	for _, g := range groupsOf(b) {
		for at := 0; at < len(g.members); at += perText {
			piece := &group{g.kind, g.reason, g.members[at:min(at+perText, len(g.members))]}
			if digits == 0 {
				all = append(all, Clip(v.groupLine(piece, perText), 3000))
				continue
			}
			ends := make([]string, len(piece.members))
			for i, a := range piece.members {
				ends[i] = "…" + a.Contact.Digits()[max(0, len(a.Contact.Digits())-digits):]
			}
			head, _, _ := strings.Cut(v.groupLine(piece, 0), "\n")
			all = append(all, Clip(head+"\n"+v.Texts.Text("batch_contacts", texts.Data{"Contacts": ends}), 3000))
		}
	}
	return all
}

// BatchAudited is the report on a batch, of which by and agent are to be shown as they are.
func (v Renderer) BatchAudited(b assign.Batch, by, to any) Message {
	data := v.batchData(b, "")
	if data["ToAgent"] != texts.Markup("") && groupOf(b.First()) == "" {
		data["ToAgent"] = v.to(to)
	}
	id := "batch_part"
	switch {
	case b.First().Undoes != 0:
		id = "batch_undone"
	case data["Done"] == len(b.Members):
		id = "batch_done"
	}
	data["By"] = by
	return Paragraph(v.Texts.Text(id, data) + "\n" + v.Texts.Text("batch_team", data))
}

// batchRow is a batch as one line of a list, with a button that opens it.
func (v Renderer) batchRow(b assign.Batch, reader string) *slack.SectionBlock {
	data, id := v.batchData(b, reader), "batch_when"
	if b.First().Requester != reader {
		id = "batch_team"
	}
	return section(v.batchLead(b, reader)+"\n"+v.Texts.Text(id, data), v.batchButton("batch_show", ActionBatchShow, b, 0, slack.StyleDefault))
}

// Batches are those of which a list holds the first member, by their IDs.
type Batches map[int64]assign.Batch

// EncodeContacts writes contacts in a few characters, in no order: as differences, fourteen bits a
// character, since the value of a button has room for 2,000.
func EncodeContacts(contacts []phone.Number) string {
	var all []uint64
	for _, c := range contacts {
		if n, err := strconv.ParseUint(c.ID(), 10, 64); err == nil {
			all = append(all, n)
		}
	}
	return pack.Numbers(all)
}

// DecodeContacts reads what EncodeContacts wrote; nothing of what it did not.
func DecodeContacts(text string) (contacts []phone.Number) {
	for _, n := range pack.Read(text) {
		contacts = append(contacts, phone.New(strconv.FormatUint(n, 10)))
	}
	return contacts
}
