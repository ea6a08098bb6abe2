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

// Buttons of an offer. Their value is an OfferRequest; that of ActionOfferThese a BatchRequest, and
// ActionOfferForm stands in the form.
const (
	ActionTake          = "take"
	ActionOfferGive     = "offer_give"
	ActionOfferWithdraw = "offer_withdraw"
	ActionOfferWait     = "offer_wait"
	ActionOfferThese    = "offer_these"
	ActionOfferForm     = "offer_form"

	// OfferCallback is the question in the form whether to offer what stands there.
	OfferCallback = "offer_confirm"
	blockOffer    = "offer"
)

// OfferRequest is the offer that a button is about.
type OfferRequest struct {
	ID int64 `json:"o"`
	// To is whom it is given to: an encoded agent.Ref.
	To string `json:"a,omitempty"`
}

// DecodeOfferRequest reads the value of a button; false if it holds none.
func DecodeOfferRequest(value string) (r OfferRequest, ok bool) {
	err := json.Unmarshal([]byte(value), &r)
	return r, err == nil && r.ID != 0
}

// Offer is what is offered, and what came of it.
type Offer struct {
	assign.Offer
	payload.OfferDetails
	// Given is what was assigned to who took it; nothing if that is not known yet.
	Given assign.Batch
}

// Done counts the contacts that were assigned.
func (o Offer) Done() (n int) {
	for _, a := range o.Given.Members {
		if a.Outcome.Kind == assign.Assigned {
			n++
		}
	}
	return n
}

// IsUncertain tells whether nobody knows of one of the contacts if it was assigned.
func (o Offer) IsUncertain() bool {
	for _, a := range o.Given.Members {
		if a.Outcome.IsUncertain() {
			return true
		}
	}
	return false
}

// offerWho names who took an offer, or whom the requester gave it to.
func (v Renderer) offerWho(o Offer) any {
	if o.To == "" {
		return texts.Mention(o.Taker)
	}
	for _, a := range o.Given.Members {
		if !a.Outcome.Agent.PlatformID.IsZero() {
			return v.nameOf(a.Outcome.Agent)
		}
	}
	if to, err := agent.DecodeRef(o.To); err == nil && to.Kind == agent.ByGroup {
		return groupName(to)
	}
	return texts.Mention(o.Taker)
}

func (v Renderer) offerData(o Offer, reader string) texts.Data {
	data := texts.Data{
		"Count": len(o.Contacts), "Done": o.Done(), "By": texts.Mention(o.Requester), "Who": "", "Mine": o.To == "" && o.Taker == reader,
		"Contacts": texts.Markup(v.contactsText(o.Contacts, groupMost)), "Channel": texts.Channel(o.Channel),
	}
	if o.Taker != "" {
		data["Who"] = v.offerWho(o)
	}
	return data
}

// cardText is what the card says of an offer that is not open; "" of one that is.
func cardText(o Offer) string {
	switch o.State {
	case assign.OfferTaken:
		return "offer_card_taking"
	case assign.OfferWithdrawn:
		return "offer_card_withdrawn"
	case assign.OfferGone:
		return "offer_card_gone"
	case assign.OfferDone:
		switch {
		case o.Done() == len(o.Contacts):
			return "offer_card_taken"
		case o.Done() == 0 && o.IsUncertain():
			return "offer_card_unsure"
		}
		return "offer_card_part"
	}
	return ""
}

// OfferShows tells the contents of the card of an offer from others that it may have; "" is what it has
// at first.
func OfferShows(o Offer) string {
	if text := cardText(o); text != "" || o.Failed == "" {
		return text
	}
	return "again " + o.Failed
}

// OfferCard is the message in which everybody sees an offer, and what became of it. Numbers are
// masked as in the audit channel.
func (v Renderer) OfferCard(o Offer, fullPhone bool) Message {
	data := v.offerData(o, "")
	if !fullPhone {
		data["Contacts"] = texts.Markup(v.maskedText(o.Contacts))
	}
	if text := cardText(o); text != "" {
		return v.Notice(text, data)
	}
	lines := append([]string{v.Texts.Text("offer_card", data)}, v.noteLines(o.Note)...)
	if o.Failed != "" {
		lines = append(lines, v.Texts.Text("offer_card_again", texts.Data{"Who": texts.Mention(o.Failed)}))
	}
	label := "offer_take"
	if len(o.Contacts) > 1 {
		label = "offer_take_all"
	}
	text := plainText(v.Texts.Plain(label, texts.Data{"Count": len(o.Contacts)}), 75)
	return Paragraph(strings.Join(lines, "\n"), styled(slack.NewButtonBlockElement(ActionTake, payload.Encode(OfferRequest{ID: o.ID}), text), slack.StylePrimary))
}

// maskedText shows the ends of the first of some numbers, and counts the rest.
func (v Renderer) maskedText(contacts []phone.Number) string {
	shown := contacts[:min(len(contacts), groupMost)]
	ends := make([]string, len(shown))
	for i, c := range shown {
		ends[i] = masked(c)
	}
	text := v.Texts.Text("batch_contacts", texts.Data{"Contacts": ends})
	if rest := len(contacts) - len(shown); rest > 0 {
		text += " " + v.Texts.Text("batch_more", texts.Data{"Count": rest})
	}
	return text
}

// Offered tells the requester where the card of an offer is, or that it could be posted nowhere.
func (v Renderer) Offered(o Offer) Message {
	if o.State == assign.OfferFailed {
		return v.Notice("offer_unplaced", texts.Data{"Contacts": v.contacts(o.Contacts[:1]), "Admins": v.admins, "Invite": texts.Code("/invite @azeer")})
	}
	return v.Notice("offer_made", v.offerData(o, o.Requester),
		v.button("offer_withdraw", ActionOfferWithdraw, payload.Encode(OfferRequest{ID: o.ID}), slack.StyleDefault))
}

// OfferAlready says that the same was offered a moment ago.
func (v Renderer) OfferAlready() Message { return v.Notice("offer_already", nil) }

// OfferTaken tells the requester who has what they offered.
func (v Renderer) OfferTaken(o Offer) Message {
	switch cardText(o) {
	case "offer_card_unsure":
		return v.Notice("offer_told_unsure", v.offerData(o, o.Requester), v.offerNext(o)...)
	case "offer_card_part":
		return v.Notice("offer_told_part", v.offerData(o, o.Requester))
	}
	return v.Notice("offer_told", v.offerData(o, o.Requester), v.offerNext(o)...)
}

func (v Renderer) offerNext(o Offer) []*slack.ButtonBlockElement {
	if len(o.Contacts) > 1 {
		return nil
	}
	return v.nextButtons(o.Contacts[0])
}

// Untaken asks the requester what to do about what nobody has taken for so long. group, unless zero, is
// who is on duty, to whom it may be given.
func (v Renderer) Untaken(o Offer, waited time.Duration, group agent.Ref) Message {
	data := v.offerData(o, o.Requester)
	data["Waited"] = int(waited.Round(time.Minute) / time.Minute)
	value := payload.Encode(OfferRequest{ID: o.ID})
	var buttons []*slack.ButtonBlockElement
	if !group.IsZero() {
		text := plainText(v.Texts.Plain("offer_give", texts.Data{"Group": groupName(group)}), 75)
		give := slack.NewButtonBlockElement(ActionOfferGive, payload.Encode(OfferRequest{o.ID, group.Encode()}), text)
		buttons = append(buttons, styled(give, slack.StylePrimary))
	} else if len(o.Contacts) == 1 {
		buttons = append(buttons, v.assignButton(o.Contacts[0]))
	}
	return v.Notice("offer_untaken", data, append(buttons,
		v.button("offer_wait", ActionOfferWait, value, slack.StyleDefault), v.button("offer_withdraw", ActionOfferWithdraw, value, slack.StyleDanger))...)
}

// OfferWithdrawn tells the requester that nobody can take an offer any more.
func (v Renderer) OfferWithdrawn(o Offer) Message {
	return v.Notice("offer_withdrawn", v.offerData(o, o.Requester))
}

// OfferWaits tells the requester that an offer stays, and when they are asked again.
func (v Renderer) OfferWaits(o Offer, after time.Duration) Message {
	data := v.offerData(o, o.Requester)
	data["Minutes"] = int(max(after.Round(time.Minute)/time.Minute, 1))
	return v.Notice("offer_waits", data)
}

// OfferLate tells somebody who presses a button of an offer that is not open what became of it.
func (v Renderer) OfferLate(o Offer, reader string) Message {
	switch o.State {
	case assign.OfferTaken:
		if o.Done() > 0 && o.Given.Unfinished() == 0 { // which is noted in a moment
			return v.Notice("offer_late_taken", v.offerData(o, reader))
		}
		return v.Notice("offer_late_taking", v.offerData(o, reader))
	case assign.OfferDone:
		return v.Notice("offer_late_taken", v.offerData(o, reader))
	case assign.OfferWithdrawn:
		return v.Notice("offer_late_withdrawn", nil)
	case assign.OfferGone:
		return v.Notice("offer_late_gone", nil)
	}
	return v.Notice("offer_late_old", nil)
}

// OfferRefused tells somebody why they cannot take an offer: Azeer does not know them.
func (v Renderer) OfferRefused(reader string, u *agent.Unresolved) Message {
	a := refusedFor(agent.RefMe(), reader, u)
	return Paragraph(v.Texts.Text("lead_mistake", nil) + " " + v.Texts.Text(v.OutcomeText(a.Outcome), v.OutcomeData(a)))
}

// OfferHow teaches to offer a contact by an example.
func (v Renderer) OfferHow(command string) Message {
	words := []string{command, OfferCommand.Name(v.language), v.ExamplePhone()}
	return v.Notice("offer_how", texts.Data{"Line": texts.Code(strings.TrimSpace(strings.Join(words, " ")))})
}

// OfferMetadata is the private metadata of an OfferConfirm.
type OfferMetadata struct {
	payload.Address
	List string `json:"l"`
	Note string `json:"t,omitempty"`
}

// OfferConfirm asks in the form whether to offer what stands there; nil where that is too much. Of a direct
// message it does not speak: an offer goes elsewhere.
func (v Renderer) OfferConfirm(contacts []phone.Number, note assign.Note, from payload.Address) *slack.ModalViewRequest {
	data := texts.Data{"Count": len(contacts), "Contacts": texts.Markup(v.contactsText(contacts, groupMost)), "Place": texts.Markup("")}
	if !strings.HasPrefix(from.Channel, "D") {
		data["Place"] = v.place(from.Channel)
	}
	view := v.view("offer_title", section(strings.Join(append([]string{v.Texts.Text("offer_confirm", data)}, v.noteLines(note)...), "\n"), nil))
	view.CallbackID = OfferCallback
	view.PrivateMetadata = payload.Encode(OfferMetadata{from, EncodeContacts(contacts), note.Reveal()})
	view.Submit = plainText(v.Texts.Plain("offer_submit", nil), 24)
	view.Close = plainText(v.Texts.Plain("form_cancel", nil), 24)
	if Length(view.PrivateMetadata) > metadataMax {
		return nil
	}
	return &view
}

// offerInput is the button in the form that offers what stands there to whoever takes it.
func (v Renderer) offerInput() slack.Block {
	return slack.NewActionBlock(blockOffer, v.button("offer_form", ActionOfferForm, "", slack.StyleDefault))
}

// offerThese is a button that offers contacts of a message; none if they do not fit into it.
func (v Renderer) offerThese(contacts []phone.Number, brief assign.Brief) []*slack.ButtonBlockElement {
	value := BatchRequest{Agent: agent.RefMe().Encode(), List: EncodeContacts(contacts), buttonBrief: briefly(brief)}.Encode()
	if Length(value) > valueMax {
		return nil
	}
	return []*slack.ButtonBlockElement{v.button("offer_these", ActionOfferThese, value, slack.StyleDefault)}
}
