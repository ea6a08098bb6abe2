package render

import (
	"encoding/json"
	"slices"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
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
	// Mine: what is chosen is for whoever submits the form, so no agent is asked for.
	Mine bool
}

// Form builds the form.
func (v Renderer) Form(start FormContent, from payload.Address) slack.ModalViewRequest {
	d := start.Draft
	var blocks []slack.Block
	if line := v.typedLine(start); line != nil {
		blocks = append(blocks, line)
	}
	blocks = append(blocks, v.contactInput(d.Contact))
	blocks = append(blocks, v.agentAndRest(start, from)...)
	form := v.frame(FormMetadata{Address: from, Reassign: d.Reassign, Mine: start.Mine}, blocks...)
	if contact, err := line.ParseContact(d.Contact, v.region); err == nil {
		if line := v.ForeignLine(contact); line != nil {
			InsertLines(&form, line)
		}
	}
	return form
}

// agentAndRest are the fields below those for contacts, as far as they need asking.
func (v Renderer) agentAndRest(start FormContent, from payload.Address) (blocks []slack.Block) {
	if !start.Mine {
		blocks = append(blocks, v.agentInput(start))
		blocks = append(blocks, v.briefInputs(start.Draft.Note)...)
	}
	if from.Channel == "" {
		blocks = append(blocks, v.answerInput())
	}
	if !start.Mine {
		blocks = append(blocks, v.offerInput())
	}
	return blocks
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
	if n.Mine {
		form.Title = plainText(v.Texts.Plain("take_title", nil), 24)
		form.Submit = plainText(v.Texts.Plain("take_submit", nil), 24)
	}
	return form
}

// dress makes a form that of another callback, with its own words around it.
func (v Renderer) dress(form *slack.ModalViewRequest, callback string) {
	switch form.CallbackID = callback; callback {
	case SeveralCallback:
		form.Title = plainText(v.Texts.Plain("several_title", nil), 24)
	case HandoverCallback:
		form.Title = plainText(v.Texts.Plain("handover_title", nil), 24)
		form.Submit = plainText(v.Texts.Plain("handover_next", nil), 24)
	}
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
	to := start.Draft.Agent
	if ref, err := line.ParseAgent(to); err == nil && ref.Kind == agent.ByGroup {
		to = groupName(ref)
	}
	if !strings.Contains(v.agentShown(start), to) {
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

// agentInput asks for the agent.
func (v Renderer) agentInput(start FormContent) slack.Block {
	return v.agentField(BlockAgent, BlockEmail, "form_agent", start).WithDispatchAction(!start.NoList)
}

// agentField is a menu of agents, or a plain field while there is no list to offer.
func (v Renderer) agentField(block, email, name string, start FormContent) *slack.InputBlock {
	label := plainText(v.Texts.Plain(name, nil), 2000)
	if start.NoList {
		input := slack.NewEmailTextInputBlockElement(plainText(v.Texts.Plain("form_email_example", nil), 150), email)
		input.InitialValue, input.FocusOnLoad = v.agentShown(start), start.Draft.Reassign
		hint := plainText(v.Texts.Plain("form_no_list", nil), 2000)
		return slack.NewInputBlock(email, label, hint, input)
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText(v.Texts.Plain("form_agent_pick", nil), 150), block)
	none := 0
	menu.MinQueryLength = &none
	menu.InitialOption, menu.FocusOnLoad = v.initialAgent(start), start.Draft.Reassign
	return slack.NewInputBlock(block, label, nil, menu)
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
	case agent.ByGroup:
		label = groupName(ref)
	}
	return newOption(label, ref)
}

// answerInput lets somebody who came by the shortcut choose where to read the answer.
// The conversation they stand in is chosen already; none means a direct message.
func (v Renderer) answerInput() slack.Block {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText(v.Texts.Plain("form_answer_pick", nil), 150), BlockAnswer)
	menu.DefaultToCurrentConversation = true
	menu.ResponseURLEnabled = true
	block := slack.NewInputBlock(BlockAnswer, plainText(v.Texts.Plain("form_answer", nil), 2000),
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
		v.severalInput(BlockMore, "several_more", "several_more_hint", second),
	}
	blocks = append(blocks, v.WantingReceipts(true).agentAndRest(start, from)...)
	form := v.frame(FormMetadata{Address: from, Mine: start.Mine}, blocks...)
	v.dress(&form, SeveralCallback)
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
func (v Renderer) FormFound(found []phone.Number, start FormContent, from payload.Address) slack.ModalViewRequest {
	line, data := "message_found", texts.Data{"Count": len(found)}
	switch {
	case len(found) == 0:
		line = "message_none"
	case len(found) == 1:
		start.Draft.Contact = found[0].International()
		line, data = "message_one", texts.Data{"Contact": start.Draft.Contact, "Mine": start.Mine}
	case len(found) > mostBoxes:
		line = "message_many"
		if len(found) > mostTicked {
			line = "message_list"
		}
	}
	form := v.Form(start, from)
	if len(found) > mostTicked {
		form = v.FormSeveral(TypedList(found), start, from)
	}
	return withFound(form, section(v.Texts.Text(line, data), nil), v.contactChoice(found))
}

// FormListed is the form for the contacts of a file, in which only the agent is asked for.
func (v Renderer) FormListed(m line.Many, names []string, start FormContent, from payload.Address) slack.ModalViewRequest {
	text := v.Texts.Text("file_found", texts.Data{"Count": len(m.Contacts), "Names": names, "Repeated": m.Repeated, "AnyRepeated": m.Repeated > 0})
	if len(m.Unread) > 0 {
		text += "\n" + v.Texts.Text("file_unreadable", texts.Data{"Count": len(m.Unread)}) + "\n" + v.unreadLines(m.Unread)
	}
	blocks := append([]slack.Block{section(text, nil)}, v.agentAndRest(start, from)...)
	form := v.frame(FormMetadata{Address: from, Mine: start.Mine, List: EncodeContacts(m.Contacts)}, blocks...)
	form.CallbackID = ListedCallback
	return form
}

// FormBeside is the form with a line on top that says why it holds no number of a file.
func (v Renderer) FormBeside(text string, data texts.Data, start FormContent, from payload.Address) slack.ModalViewRequest {
	data["Admins"] = v.admins
	return withFound(v.Form(start, from), section(v.Texts.Text(text, data), nil), nil)
}

// withFound puts a line on top of a form, and a choice of contacts, if there is one, in the place
// of its field for the number. Nothing was typed, so nothing is said of it.
func withFound(form slack.ModalViewRequest, top slack.Block, choice []slack.Block) slack.ModalViewRequest {
	blocks := []slack.Block{top}
	for _, block := range form.Blocks.BlockSet {
		switch {
		case block.ID() == blockTyped:
		case block.ID() == BlockContact && len(choice) > 0:
			blocks = append(blocks, choice...)
		default:
			blocks = append(blocks, block)
		}
	}
	form.Blocks.BlockSet = blocks
	return form
}

// contactChoice takes the place of the field for the number: groups of as many boxes as Slack
// takes. Nothing is chosen yet: a number that nobody looked at must not be sent.
func (v Renderer) contactChoice(found []phone.Number) (blocks []slack.Block) {
	switch {
	case len(found) < 2 || len(found) > mostTicked:
		return nil
	case len(found) <= mostBoxes:
		label := plainText(v.Texts.Plain("form_contact", nil), 2000)
		return []slack.Block{slack.NewInputBlock(BlockContact, label, nil, v.boxes(BlockContact, found)).WithDispatchAction(true)}
	}
	for at := 0; at < len(found); at += mostBoxes {
		to := min(at+mostBoxes, len(found))
		label := plainText(v.Texts.Plain("message_group", texts.Data{"First": at + 1, "Last": to}), 2000)
		id := ChoiceBlocks[at/mostBoxes]
		group := slack.NewInputBlock(id, label, nil, v.boxes(id, found[at:to])).WithDispatchAction(true)
		group.Optional = true
		blocks = append(blocks, group)
	}
	all := slack.NewOptionBlockObject(allValue, plainText(v.Texts.Plain("message_all", texts.Data{"Count": len(found)}), optionText), nil)
	every := slack.NewInputBlock(BlockAll, plainText(v.Texts.Plain("message_all_label", nil), 2000), nil, slack.NewCheckboxGroupsBlockElement(BlockAll, all))
	every.Optional = true
	return append([]slack.Block{every}, blocks...)
}

func (v Renderer) boxes(id string, found []phone.Number) *slack.CheckboxGroupsBlockElement {
	options := make([]*slack.OptionBlockObject, len(found))
	for i, contact := range found {
		label := v.Texts.Phone(v.contact(contact))
		options[i] = slack.NewOptionBlockObject("+"+contact.Digits(), plainText(label, optionText), nil)
	}
	return slack.NewCheckboxGroupsBlockElement(id, options...)
}

// ChosenIn gives what is ticked in a submitted form with a choice of contacts; offered tells that
// there was one.
func ChosenIn(p payload.Payload) (chosen []string, offered bool) {
	every := p.IsTicked(BlockAll, allValue)
	for _, raw := range p.View.Blocks {
		var block struct {
			ID      string `json:"block_id"`
			Element struct {
				Type    slack.MessageElementType `json:"type"`
				Options []struct {
					Value string `json:"value"`
				} `json:"options"`
			} `json:"element"`
		}
		if json.Unmarshal(raw, &block) != nil || block.Element.Type != slack.METCheckboxGroups || !slices.Contains(ChoiceBlocks, block.ID) {
			continue
		}
		offered = true
		for _, o := range block.Element.Options {
			if every || p.IsTicked(block.ID, o.Value) {
				chosen = append(chosen, o.Value)
			}
		}
	}
	return chosen, offered
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
	BlockAnswer   = "answer_to"
	// BlockConfirm holds a box to tick, of a number that is not listed.
	BlockConfirm = "confirm"

	// The form for several contacts, and the question that may follow.
	SeveralCallback        = "assign_several"
	SeveralConfirmCallback = "assign_several_confirm"
	ListedCallback         = "assign_listed"
	BlockSeveral           = "several"
	BlockMore              = "several_more"

	blockForeign = "foreign"
	blockOwner   = "owner"
	blockAway    = "away"
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

// mostBoxes is how many boxes there can be in one group, and mostTicked, how many there are in a
// form: more are a list to be edited.
const (
	mostBoxes  = 10
	mostTicked = 50
)

// ChoiceBlocks are the inputs in which contacts of a message are ticked, and BlockAll is that
// which stands for all of them.
var ChoiceBlocks = []string{BlockContact, "contact_2", "contact_3", "contact_4", "contact_5"}

const (
	BlockAll = "contact_all"
	allValue = "all"
)
