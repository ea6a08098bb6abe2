package payload

import "encoding/json"

// OfferDetails is what an offer knows besides its state. As assign.Offer.Details it travels through
// the journal.
type OfferDetails struct {
	// Place is where it was offered, Reply where the requester is told that it is shown. Reply may
	// hold secrets: it goes once that is told.
	Place string   `json:"place,omitempty"`
	Reply *Address `json:"reply,omitempty"`
	// Channel and TS are where the card is, Shown what it says.
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
	Shown   string `json:"shown,omitempty"`
	// Taker is the Slack id of who took it, or of the requester who gave it to To, an agent,
	// encoded; "" means the taker. Taken counts how often that happened.
	Taker string `json:"taker,omitempty"`
	To    string `json:"to,omitempty"`
	Taken int    `json:"taken,omitempty"`
	// Assignment is what came of it last, of several contacts the first.
	Assignment int64 `json:"assignment,omitempty"`
	// Failed is the Slack id of who took it last without getting it.
	Failed string `json:"failed,omitempty"`
}

func (d OfferDetails) Encode() string { return Encode(d) }

// DecodeOfferDetails reads what Encode wrote; of nothing, or what another version may have written,
// as much as is understood.
func DecodeOfferDetails(text string) (d OfferDetails) {
	_ = json.Unmarshal([]byte(text), &d)
	return d
}
