package render

import (
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/prose"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// Draft is what somebody typed so far, for a form to start with. It travels in the value
// of a button.
type Draft struct {
	Contact string `json:"c,omitempty"`
	Agent   string `json:"a,omitempty"`
	Note    string `json:"n,omitempty"`
	// Reassign: the contact is known, and another agent is to be chosen.
	Reassign bool `json:"r,omitempty"`
}

func (d Draft) encode() string {
	for most := draftMax; ; most /= 2 {
		value := payload.Encode(Draft{Clip(d.Contact, most), Clip(d.Agent, most), Clip(d.Note, most*line.MaxNote/draftMax), d.Reassign})
		if Length(value) <= valueMax || most < 2 { // characters that JSON escapes need more room
			return value
		}
	}
}

// FormContent is what a form starts with.
type FormContent struct {
	Draft Draft
	// Agent is whom the draft's agent means; the zero Agent where that is not known.
	Agent agent.Agent
	// NoList: there is no list of agents to offer, so an address is typed.
	NoList bool
}

// Form builds the form.
func (v Renderer) Form(start FormContent, from payload.Address) slack.ModalViewRequest {
	d := start.Draft
	var blocks []slack.Block
	if line := v.typedLine(start); line != nil {
		blocks = append(blocks, line)
	}
	blocks = append(blocks, v.contactInput(d.Contact), v.agentInput(start))
	blocks = append(blocks, v.briefInputs(d.Note)...)
	if from.Channel == "" {
		blocks = append(blocks, v.answerInput())
	}
	form := v.frame(FormMetadata{Address: from, Reassign: d.Reassign}, blocks...)
	if contact, err := line.ParseContact(d.Contact, v.region); err == nil {
		if line := v.ForeignLine(contact); line != nil {
			InsertLines(&form, line)
		}
	}
	return form
}

// frame is a form of these blocks.
func (v Renderer) frame(n FormMetadata, blocks ...slack.Block) slack.ModalViewRequest {
	form := v.view("form_title", blocks...)
	if n.Reassign {
		form.Title = plainText(v.Texts.Plain("form_title_reassign", nil), 24)
	}
	form.CallbackID = FormCallback
	form.PrivateMetadata = payload.Encode(n)
	form.Submit = plainText(v.Texts.Plain("form_submit", nil), 24)
	form.Close = plainText(v.Texts.Plain("form_cancel", nil), 24)
	return form
}

func (v Renderer) view(title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(v.Texts.Plain(title, nil), 24),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// typedLine repeats what was typed where the form's fields show something else.
func (v Renderer) typedLine(start FormContent) slack.Block {
	var typed []string
	if contact := start.Draft.Contact; Length(contact) > ContactMax {
		typed = append(typed, contact)
	}
	if to := start.Draft.Agent; !strings.Contains(v.agentShown(start), to) {
		typed = append(typed, to)
	}
	if len(typed) == 0 {
		return nil
	}
	text := v.Texts.Text("form_typed", texts.Data{"Typed": texts.Typed(strings.Join(typed, " · "))})
	return slack.NewContextBlock(blockTyped, slack.NewTextBlockObject(slack.MarkdownType, Clip(text, 2000), false, false))
}

// contactInput tells us of each key, see onFieldChange.
func (v Renderer) contactInput(typed string) slack.Block {
	input := slack.NewPlainTextInputBlockElement(plainText(v.Texts.Plain("form_contact_example", texts.Data{"Phone": v.ExamplePhone()}), 150), BlockContact)
	input.MaxLength = ContactMax
	input.InitialValue = Clip(typed, ContactMax)
	input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_character_entered"}}
	return slack.NewInputBlock(BlockContact, plainText(v.Texts.Plain("form_contact", nil), 2000), nil, input).WithDispatchAction(true)
}

// agentInput is a menu of agents, or a plain field while there is no list to offer.
func (v Renderer) agentInput(start FormContent) slack.Block {
	label := plainText(v.Texts.Plain("form_agent", nil), 2000)
	if start.NoList {
		input := slack.NewEmailTextInputBlockElement(plainText(v.Texts.Plain("form_email_example", nil), 150), BlockEmail)
		input.InitialValue, input.FocusOnLoad = v.agentShown(start), start.Draft.Reassign
		hint := plainText(v.Texts.Plain("form_no_list", nil), 2000)
		return slack.NewInputBlock(BlockEmail, label, hint, input)
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText(v.Texts.Plain("form_agent_pick", nil), 150), BlockAgent)
	none := 0
	menu.MinQueryLength = &none
	menu.InitialOption, menu.FocusOnLoad = v.initialAgent(start), start.Draft.Reassign
	return slack.NewInputBlock(BlockAgent, label, nil, menu)
}

// briefInputs take what goes with a request for the new owner: a note, and, where they are told of
// it, whether the requester wants to hear that they have it.
func (v Renderer) briefInputs(note string) []slack.Block {
	hint := "form_note_hint"
	if v.notify {
		hint = "form_note_told"
	}
	input := slack.NewPlainTextInputBlockElement(nil, BlockNote)
	input.Multiline, input.MaxLength, input.InitialValue = true, line.MaxNote, Clip(note, line.MaxNote)
	field := slack.NewInputBlock(BlockNote, plainText(v.Texts.Plain("form_note", nil), 2000), plainText(v.Texts.Plain(hint, nil), 2000), input)
	field.Optional = true
	if !v.notify {
		return []slack.Block{field}
	}
	option := slack.NewOptionBlockObject(ReceiptWanted, plainText(v.Texts.Plain("form_receipt_tick", nil), optionText), nil)
	boxes := slack.NewCheckboxGroupsBlockElement(BlockReceipt, option)
	if v.receipt {
		boxes.InitialOptions = []*slack.OptionBlockObject{option}
	}
	box := slack.NewInputBlock(BlockReceipt, plainText(v.Texts.Plain("form_receipt", nil), 2000), nil, boxes)
	box.Optional = true
	return []slack.Block{field, box}
}

// agentShown is what stands in the field for the agent as the form opens.
func (v Renderer) agentShown(start FormContent) string {
	if start.NoList {
		if ref, err := line.ParseAgent(start.Draft.Agent); err == nil && ref.Kind == agent.ByEmail {
			return ref.Reveal()
		}
		return ""
	}
	if option := v.initialAgent(start); option != nil {
		return option.Text.Text
	}
	return ""
}

// initialAgent is what was typed as a menu's first choice: the agent it means, else the
// words themselves, so that nothing typed is lost. Nil if it means nobody.
func (v Renderer) initialAgent(start FormContent) *slack.OptionBlockObject {
	ref, err := line.ParseAgent(start.Draft.Agent)
	if err != nil || ref.IsZero() {
		return nil
	}
	if !start.Agent.PlatformID.IsZero() {
		return v.agentOption(start.Agent, nil)
	}
	label := v.Texts.Person(texts.Person{Name: ref.Reveal()})
	switch ref.Kind {
	case agent.ByMe:
		label = v.Texts.Plain("form_me", nil)
	case agent.ByMention:
		label = v.Texts.Plain("form_mentioned", nil)
	}
	return newOption(label, ref)
}

// answerInput lets somebody who came by the shortcut choose where to read the answer.
// The conversation they stand in is chosen already; none means a direct message.
func (v Renderer) answerInput() slack.Block {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText(v.Texts.Plain("form_answer_pick", nil), 150), blockAnswer)
	menu.DefaultToCurrentConversation = true
	menu.ResponseURLEnabled = true
	block := slack.NewInputBlock(blockAnswer, plainText(v.Texts.Plain("form_answer", nil), 2000),
		plainText(v.Texts.Plain("form_answer_hint", nil), 2000), menu)
	block.Optional = true
	return block
}

// FormSeveral is the form for several contacts, which starts with typed as their list. One field
// of Slack's has no room for as many as there may be, so there are two.
func (v Renderer) FormSeveral(typed string, start FormContent, from payload.Address) slack.ModalViewRequest {
	first, second := halved(typed)
	blocks := []slack.Block{
		v.severalInput(BlockSeveral, "several_contacts", "several_contacts_hint", first),
		v.severalInput(BlockMore, "several_more", "several_more_hint", second), v.agentInput(start),
	}
	blocks = append(blocks, v.WantingReceipts(true).briefInputs(start.Draft.Note)...)
	if from.Channel == "" {
		blocks = append(blocks, v.answerInput())
	}
	form := v.frame(FormMetadata{Address: from}, blocks...)
	form.CallbackID = SeveralCallback
	form.Title = plainText(v.Texts.Plain("several_title", nil), 24)
	return form
}

func (v Renderer) severalInput(block, label, hint, typed string) slack.Block {
	input := slack.NewPlainTextInputBlockElement(nil, block)
	input.Multiline, input.MaxLength, input.InitialValue = true, severalMax, typed
	below := plainText(v.Texts.Plain(hint, texts.Data{"Most": assign.MaxBatch}), 2000)
	field := slack.NewInputBlock(block, plainText(v.Texts.Plain(label, nil), 2000), below, input)
	field.Optional = block == BlockMore
	return field
}

// halved parts a list at the end of a line, where the first field is full.
func halved(typed string) (first, second string) {
	if Length(typed) <= severalMax {
		return typed, ""
	}
	at := strings.LastIndexByte(typed[:min(len(typed), severalMax)], '\n')
	if at < 0 {
		return Clip(typed, severalMax), ""
	}
	return typed[:at], Clip(typed[at+1:], severalMax)
}

// SeveralMetadata is the private metadata of a SeveralConfirm.
type SeveralMetadata struct {
	payload.Address
	BatchRequest
}

// SeveralConfirm asks in the form what BatchQuestion asks in a message; nil where the list does not
// fit.
func (v Renderer) SeveralConfirm(m line.Many, r assign.Request, others int, to payload.Address) *slack.ModalViewRequest {
	question := v.BatchQuestion(m, r, others)
	view := v.view("several_title", question.Blocks[0])
	view.CallbackID = SeveralConfirmCallback
	view.PrivateMetadata = payload.Encode(SeveralMetadata{to, newBatchRequest(m, r)})
	view.Submit = plainText(v.Texts.Plain("several_submit", texts.Data{"Count": len(m.Contacts)}), 24)
	view.Close = plainText(v.Texts.Plain("form_cancel", nil), 24)
	if Length(view.PrivateMetadata) > metadataMax {
		return nil
	}
	return &view
}

// Panel is a view that only tells something.
func (v Renderer) Panel(lead, body string) *slack.ModalViewRequest {
	text := strings.TrimSpace(lead + "\n" + body)
	panel := v.view("form_title", slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, Clip(text, 3000), false, false), nil, nil))
	panel.Close = plainText(v.Texts.Plain("form_close", nil), 24)
	return &panel
}

// Closing turns a submitted form into a panel with one text of the catalogue.
func (v Renderer) Closing(text string, data texts.Data) *slack.ViewSubmissionResponse {
	return slack.NewUpdateViewSubmissionResponse(v.Panel("", v.Texts.Text(text, data)))
}

// FormFound is the form for the numbers found in a message: none, one, or a choice. A
// line on top says so.
func (v Renderer) FormFound(found []prose.Found, noList bool, from payload.Address) slack.ModalViewRequest {
	start := FormContent{NoList: noList}
	line, data := "message_found", texts.Data{"Count": len(found)}
	switch len(found) {
	case 0:
		line = "message_none"
	case 1:
		start.Draft.Contact = found[0].Phone.International()
		line, data = "message_one", texts.Data{"Contact": start.Draft.Contact}
	}
	text := slack.NewTextBlockObject(slack.MarkdownType, v.Texts.Text(line, data), false, false)
	blocks := []slack.Block{slack.NewSectionBlock(text, nil, nil)}
	form := v.Form(start, from)
	for _, block := range form.Blocks.BlockSet {
		switch {
		case block.ID() == blockTyped: // nothing was typed
		case block.ID() == BlockContact && len(found) > 1:
			blocks = append(blocks, v.contactChoice(found))
		default:
			blocks = append(blocks, block)
		}
	}
	form.Blocks.BlockSet = blocks
	return form
}

// contactChoice takes the place of the field for the number. Nothing is chosen yet: a
// number that nobody looked at must not be sent.
func (v Renderer) contactChoice(found []prose.Found) slack.Block {
	var options []*slack.OptionBlockObject
	for _, f := range found[:min(len(found), mostChoices)] {
		label := v.Texts.Phone(v.contact(f.Phone))
		options = append(options, slack.NewOptionBlockObject("+"+f.Phone.Digits(), plainText(label, optionText), nil))
	}
	label := plainText(v.Texts.Plain("form_contact", nil), 2000)
	if len(options) <= mostBoxes {
		return slack.NewInputBlock(BlockContact, label, nil, slack.NewCheckboxGroupsBlockElement(BlockContact, options...)).WithDispatchAction(true)
	}
	pick := plainText(v.Texts.Plain("message_pick", nil), 150)
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, pick, BlockContact, options...)
	return slack.NewInputBlock(BlockContact, label, nil, menu).WithDispatchAction(true)
}

// The form's parts. Ids stay the same between a view and its update, so that what was
// typed stays too.
const (
	FormCallback = "assign_form"

	blockTyped   = "typed"
	BlockContact = "contact"
	BlockAgent   = "agent"
	BlockEmail   = "agent_email" // in place of BlockAgent while there is no agent list
	BlockNote    = "note"
	// BlockReceipt holds a box to tick, with the value ReceiptWanted.
	BlockReceipt  = "receipt"
	ReceiptWanted = "wanted"
	blockAnswer   = "answer_to"
	// BlockConfirm holds a box to tick, of a number that is not listed.
	BlockConfirm = "confirm"

	// The form for several contacts, and the question that may follow.
	SeveralCallback        = "assign_several"
	SeveralConfirmCallback = "assign_several_confirm"
	BlockSeveral           = "several"
	BlockMore              = "several_more"

	blockForeign = "foreign"
	blockOwner   = "owner"
)

// Slack's limits, and ours within them.
const (
	optionText  = 75
	OptionValue = 75 // the reference says 150, the official types 75
	ContactMax  = 200
	emailMax    = 254
	draftMax    = 400  // of each half
	valueMax    = 2000 // of a button's value
	metadataMax = 3000 // of a view's private metadata
	severalMax  = 3000 // of a field
)

// mostChoices is how many numbers a menu can offer; mostBoxes, how many are offered
// without one.
const (
	mostChoices = 100
	mostBoxes   = 10
)
