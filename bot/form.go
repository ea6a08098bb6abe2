package bot

import (
	"strings"
	"unicode/utf8"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// The form's parts. Ids stay the same between a view and its update, so that what was
// typed stays too.
const (
	formCallback = "assign_form"

	blockTyped   = "typed"
	blockContact = "contact"
	blockAgent   = "agent"
	blockEmail   = "agent_email" // in place of blockAgent while there is no agent list
	blockAnswer  = "answer_to"

	blockForeign = "foreign"
	blockOwner   = "owner"
)

// Slack's limits, and ours within them.
const (
	optionText  = 75
	optionValue = 75 // the reference says 150, the official types 75
	contactMax  = 200
	emailMax    = 254
	draftMax    = 400  // of each half
	valueMax    = 2000 // of a button's value
)

// draft is what somebody typed so far, for a form to start with. It travels in the value
// of a button.
type draft struct {
	Contact string `json:"c,omitempty"`
	Agent   string `json:"a,omitempty"`
}

func (d draft) encode() string {
	for most := draftMax; ; most /= 2 {
		value := encode(draft{Contact: clip(d.Contact, most), Agent: clip(d.Agent, most)})
		if utf8.RuneCountInString(value) <= valueMax || most < 2 { // characters that JSON escapes need more room
			return value
		}
	}
}

// origin is where a form was opened: its answer goes there. It travels in the view's
// private metadata, see note.
type origin address

// form builds the form. It makes no call: agents come from memory.
func (v voice) form(d draft, from origin) slack.ModalViewRequest {
	var blocks []slack.Block
	if line := v.typedLine(d); line != nil {
		blocks = append(blocks, line)
	}
	blocks = append(blocks, v.contactInput(d.Contact), v.agentInput(d.Agent))
	if from.Channel == "" {
		blocks = append(blocks, v.answerInput())
	}
	form := v.frame(note{origin: from}, blocks...)
	if contact, err := line.ParsePhone(d.Contact, v.region); err == nil {
		if line := v.foreignLine(contact); line != nil {
			insertLines(&form, line)
		}
	}
	return form
}

// frame is a form of these blocks.
func (v voice) frame(n note, blocks ...slack.Block) slack.ModalViewRequest {
	form := v.view("form_title", blocks...)
	form.CallbackID = formCallback
	form.PrivateMetadata = encode(n)
	form.Submit = plainText(v.texts.Plain("form_submit", nil), 24)
	form.Close = plainText(v.texts.Plain("form_cancel", nil), 24)
	return form
}

func (v voice) view(title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(v.texts.Plain(title, nil), 24),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// typedLine repeats what the form starts with, since phones may not show text filled in
// beforehand.
func (v voice) typedLine(d draft) slack.Block {
	var typed []string
	for _, half := range []string{d.Contact, d.Agent} {
		if half != "" {
			typed = append(typed, half)
		}
	}
	if len(typed) == 0 {
		return nil
	}
	text := v.texts.Text("form_typed", texts.Data{"Typed": texts.Typed(strings.Join(typed, " · "))})
	return slack.NewContextBlock(blockTyped, slack.NewTextBlockObject(slack.MarkdownType, clip(text, 2000), false, false))
}

// contactInput tells us of each key, see onTyping.
func (v voice) contactInput(typed string) slack.Block {
	input := slack.NewPlainTextInputBlockElement(plainText(v.texts.Plain("form_contact_example", texts.Data{"Phone": v.examplePhone()}), 150), blockContact)
	input.MaxLength = contactMax
	input.InitialValue = clip(typed, contactMax)
	input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_character_entered"}}
	return slack.NewInputBlock(blockContact, plainText(v.texts.Plain("form_contact", nil), 2000), nil, input).WithDispatchAction(true)
}

// agentInput is a menu of agents, or a plain field while there is no list to offer.
func (v voice) agentInput(typed string) slack.Block {
	label := plainText(v.texts.Plain("form_agent", nil), 2000)
	if state := v.agents.State(); !state.Loaded {
		input := slack.NewEmailTextInputBlockElement(plainText(v.texts.Plain("form_email_example", nil), 150), blockEmail)
		if ref, err := line.ParseAgent(typed); err == nil && ref.Kind == agent.ByEmail {
			input.InitialValue = ref.Reveal()
		}
		hint := plainText(v.texts.Plain("form_no_list", nil), 2000)
		return slack.NewInputBlock(blockEmail, label, hint, input)
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText(v.texts.Plain("form_agent_pick", nil), 150), blockAgent)
	none := 0
	menu.MinQueryLength = &none
	menu.InitialOption = v.initialAgent(typed)
	return slack.NewInputBlock(blockAgent, label, nil, menu)
}

// initialAgent is what was typed as a menu's first choice: the agent it means, else the
// words themselves, so that nothing typed is lost. Nil if it means nobody.
func (v voice) initialAgent(typed string) *slack.OptionBlockObject {
	ref, err := line.ParseAgent(typed)
	if err != nil || ref.IsZero() {
		return nil
	}
	if agent, ok := v.agents.Guess(ref); ok {
		return v.agentOption(agent)
	}
	label := v.texts.Person(texts.Person{Name: ref.Reveal()})
	switch ref.Kind {
	case agent.ByMe:
		label = v.texts.Plain("form_me", nil)
	case agent.ByMention:
		label = v.texts.Plain("form_mentioned", nil)
	}
	return newOption(label, ref)
}

// answerInput lets somebody who came by the shortcut choose where to read the answer.
// The conversation they stand in is chosen already; none means a direct message.
func (v voice) answerInput() slack.Block {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText(v.texts.Plain("form_answer_pick", nil), 150), blockAnswer)
	menu.DefaultToCurrentConversation = true
	menu.ResponseURLEnabled = true
	block := slack.NewInputBlock(blockAnswer, plainText(v.texts.Plain("form_answer", nil), 2000),
		plainText(v.texts.Plain("form_answer_hint", nil), 2000), menu)
	block.Optional = true
	return block
}

// agentOption offers an agent in a menu; nil if the menu's limits cannot hold them.
func (v voice) agentOption(a agent.Agent) *slack.OptionBlockObject {
	return newOption(v.agentLabel(a, optionText), agent.RefEmail(a.PlatformID.Reveal()))
}

func newOption(label string, ref agent.Ref) *slack.OptionBlockObject {
	value := ref.Encode()
	if len([]rune(value)) > optionValue {
		return nil
	}
	return slack.NewOptionBlockObject(value, plainText(label, optionText), nil)
}

// panel is a view that only tells something.
func (v voice) panel(lead, body string) *slack.ModalViewRequest {
	text := strings.TrimSpace(lead + "\n" + body)
	panel := v.view("form_title", slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, clip(text, 3000), false, false), nil, nil))
	panel.Close = plainText(v.texts.Plain("form_close", nil), 24)
	return &panel
}

// closing turns a submitted form into a panel with one text of the catalogue.
func (v voice) closing(text string, data texts.Data) *slack.ViewSubmissionResponse {
	return slack.NewUpdateViewSubmissionResponse(v.panel("", v.texts.Text(text, data)))
}
