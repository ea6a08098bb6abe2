package render

import (
	"encoding/json"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// Handover is all that one agent has, to be given to another.
type Handover struct {
	From agent.Agent
	// To is who gets it, or the zero Agent where that is whoever is on duty in ToGroup.
	To      agent.Agent
	ToGroup agent.Ref
	// Since, unless zero, is since when From got it.
	Since    time.Time
	Contacts []phone.Number
	// First and Last are the IDs of the assignments that gave them to From.
	First, Last int64
	// Brief goes with it for the new owner.
	Brief assign.Brief
	// More tells that there are more than can be handed over in one go.
	More bool
}

// HandoverRequest is what a button of a handover stands for. It travels in the button's value.
type HandoverRequest struct {
	From  string `json:"f"` // an agent's id
	To    string `json:"a"` // an encoded agent.Ref
	First int64  `json:"s"`
	Last  int64  `json:"e"`
	Count int    `json:"n"`
	buttonBrief
}

// DecodeHandoverRequest reads the value of a button; false if it holds none.
func DecodeHandoverRequest(value string) (r HandoverRequest, to agent.Ref, ok bool) {
	if json.Unmarshal([]byte(value), &r) != nil || r.From == "" || r.Last == 0 {
		return HandoverRequest{}, agent.Ref{}, false
	}
	to, err := agent.DecodeRef(r.To)
	return r, to, err == nil && !to.IsZero()
}

func (h Handover) request() HandoverRequest {
	to := h.ToGroup
	if to.IsZero() {
		to = agent.RefEmail(h.To.PlatformID.Reveal())
	}
	return HandoverRequest{h.From.PlatformID.Reveal(), to.Encode(), h.First, h.Last, len(h.Contacts), briefly(h.Brief)}
}

// Buttons and parts of the form of a handover.
const (
	ActionHandover     = "handover"      // the form
	ActionHandoverDo   = "handover_do"   // hand over; the value of this and the next is a HandoverRequest
	ActionHandoverShow = "handover_show" // list what would be handed over

	HandoverCallback        = "handover_form"
	HandoverConfirmCallback = "handover_confirm"
	BlockFrom               = "handover_from"
	BlockFromEmail          = "handover_from_email"
	blockWhich              = "handover_which"
	onlyToday               = "today"
)

func (v Renderer) handoverData(h Handover) texts.Data {
	to := any(ShortPerson(v.Person(h.To)))
	if !h.ToGroup.IsZero() {
		to = groupName(h.ToGroup)
	}
	data := texts.Data{"From": ShortPerson(v.Person(h.From)), "ToAgent": v.to(to), "Count": len(h.Contacts), "Since": ""}
	if !h.Since.IsZero() {
		data["Since"] = slackTime(h.Since)
	}
	return data
}

// HandoverQuestion asks whether to hand over what was found.
func (v Renderer) HandoverQuestion(h Handover) Message {
	value := payload.Encode(h.request())
	text := plainText(v.Texts.Plain("handover_do", texts.Data{"Count": len(h.Contacts)}), 75)
	buttons := []*slack.ButtonBlockElement{styled(slack.NewButtonBlockElement(ActionHandoverDo, value, text), slack.StylePrimary)}
	if len(h.Contacts) > groupMost {
		buttons = append(buttons, v.button("batch_show", ActionHandoverShow, value, slack.StyleDefault))
	}
	return Paragraph(v.handoverText(h, groupMost), buttons...)
}

func (v Renderer) handoverText(h Handover, most int) string {
	data := v.handoverData(h)
	lines := []string{v.Texts.Text("handover_confirm", data), v.contactsText(h.Contacts, most)}
	if h.More {
		lines = append(lines, v.Texts.Text("handover_first", data))
	}
	return strings.Join(lines, "\n")
}

// contactsText names the first most of some contacts, and counts the rest.
func (v Renderer) contactsText(contacts []phone.Number, most int) string {
	shown := contacts[:min(len(contacts), most)]
	text := v.Texts.Text("batch_contacts", texts.Data{"Contacts": v.contacts(shown)})
	if rest := len(contacts) - len(shown); rest > 0 {
		text += " " + v.Texts.Text("batch_more", texts.Data{"Count": rest})
	}
	return text
}

// HandoverConfirm asks in the form what HandoverQuestion asks in a message.
func (v Renderer) HandoverConfirm(h Handover, to payload.Address) *slack.ModalViewRequest {
	view := v.view("handover_title", section(v.handoverText(h, groupMost), nil))
	view.CallbackID = HandoverConfirmCallback
	view.PrivateMetadata = payload.Encode(HandoverMetadata{to, h.request()})
	view.Submit = plainText(v.Texts.Plain("handover_submit", texts.Data{"Count": len(h.Contacts)}), 24)
	view.Close = plainText(v.Texts.Plain("form_cancel", nil), 24)
	return &view
}

// HandoverMetadata is the private metadata of a HandoverConfirm.
type HandoverMetadata struct {
	payload.Address
	HandoverRequest
}

// HandoverView lists what would be handed over in full.
func (v Renderer) HandoverView(h Handover) *slack.ModalViewRequest {
	const perText = 40
	view := v.Panel(v.Texts.Text("handover_confirm", v.handoverData(h)), "")
	view.Title = plainText(v.Texts.Plain("handover_title", nil), 24)
	for at := 0; at < len(h.Contacts); at += perText {
		text := v.contactsText(h.Contacts[at:min(at+perText, len(h.Contacts))], perText)
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, section(text, nil))
	}
	return view
}

// HandoverForm asks from whom and to whom.
func (v Renderer) HandoverForm(noList bool, from payload.Address) slack.ModalViewRequest {
	option := func(value, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(value, plainText(v.Texts.Plain(label, nil), optionText), nil)
	}
	all := option("all", "handover_all")
	which := slack.NewRadioButtonsBlockElement(blockWhich, all, option(onlyToday, "handover_today"))
	which.InitialOption = all
	blocks := []slack.Block{
		v.agentField(BlockFrom, BlockFromEmail, "handover_from", FormContent{NoList: noList}),
		v.agentField(BlockAgent, BlockEmail, "handover_to", FormContent{NoList: noList}),
		slack.NewInputBlock(blockWhich, plainText(v.Texts.Plain("handover_which", nil), 2000), nil, which),
		v.noteInput(""),
	}
	if from.Channel == "" {
		blocks = append(blocks, v.answerInput())
	}
	form := v.frame(FormMetadata{Address: from}, blocks...)
	v.dress(&form, HandoverCallback)
	return form
}

// IsOnlyToday tells whether a submitted HandoverForm is about what came today.
func IsOnlyToday(p payload.Payload) bool { return p.Input(blockWhich) == onlyToday }

// HandoverHow teaches to hand over by examples.
func (v Renderer) HandoverHow(command string) Message {
	word := HandoverCommand.Name(v.language)
	line := func(rest string) texts.Code { return texts.Code(strings.TrimSpace(command + " " + word + " " + rest)) }
	return v.Notice("handover_how", texts.Data{
		"Line": line("omar@twerlo.com sara@twerlo.com"), "Today": texts.Code(v.Texts.Plain("handover_word_today", nil)),
		"Since": texts.Code(v.Texts.Plain("handover_word_since", texts.Data{"Time": "8:00"})),
	}, v.button("home_handover", ActionHandover, "handover", slack.StyleDefault))
}

// HandoverMistake is why nothing can be handed over, and the side that it is about.
type HandoverMistake struct {
	// Of is BlockFrom or BlockAgent.
	Of   string
	text string
	data texts.Data
	// nearest are agents who may have been meant.
	nearest []agent.Agent
}

// HandoverUnknown says that it is not known who an agent is.
func (v Renderer) HandoverUnknown(of string, ref agent.Ref, requester string, u *agent.Unresolved) *HandoverMistake {
	a := refusedFor(ref, requester, u)
	return &HandoverMistake{Of: of, text: v.OutcomeText(a.Outcome), data: v.WithoutMentions(a, v.OutcomeData(a)), nearest: u.Nearest.Agents}
}

// HandoverNothing says that there is nothing to hand over, or that both agents are one.
func (v Renderer) HandoverNothing(h Handover) *HandoverMistake {
	if v.same(h.From, h.To) {
		return &HandoverMistake{Of: BlockAgent, text: "handover_same", data: v.handoverData(h)}
	}
	return &HandoverMistake{Of: BlockFrom, text: "handover_none", data: v.handoverData(h)}
}

// HandoverWrong says in a message why nothing can be handed over.
func (v Renderer) HandoverWrong(m *HandoverMistake) Message {
	text := v.Texts.Text("lead_mistake", nil) + " " + v.Texts.Text(m.text, m.data)
	if names := v.NearestNames(m.nearest); len(names) > 0 {
		text += " " + v.Texts.Text("did_you_mean", texts.Data{"Names": names})
	}
	return Paragraph(text, v.button("home_handover", ActionHandover, "handover", slack.StyleDefault))
}

// HandoverLine says under a field why nothing can be handed over.
func (v Renderer) HandoverLine(m *HandoverMistake) string {
	text := v.Texts.Plain(m.text, m.data)
	if names := v.NearestNames(m.nearest); len(names) > 0 {
		text += " " + v.Texts.Plain("did_you_mean", texts.Data{"Names": names})
	}
	return text
}
