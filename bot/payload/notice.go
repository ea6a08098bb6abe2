package payload

import "encoding/json"

// NoticeDetails is what a notice knows besides its state. As assign.Notice.Details it travels
// through the journal.
type NoticeDetails struct {
	// Owner is the Slack id of who was told; Channel and TS are where the message is.
	Owner   string `json:"owner,omitempty"`
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
	// Reason is why the owner says that it is not for them, To the agent, encoded, whom they would
	// give it to.
	Reason string `json:"reason,omitempty"`
	To     string `json:"to,omitempty"`
	// Lost is how many of the contacts the message says to be somebody else's since.
	Lost int `json:"lost,omitempty"`
	// Asked: the requester was asked what to do. Informed: they were told what the owner said.
	Asked    bool `json:"asked,omitempty"`
	Informed bool `json:"informed,omitempty"`
}

func (d NoticeDetails) Encode() string { return Encode(d) }

// DecodeNoticeDetails reads what Encode wrote; of nothing, or what another version may have
// written, as much as is understood.
func DecodeNoticeDetails(text string) (d NoticeDetails) {
	_ = json.Unmarshal([]byte(text), &d)
	return d
}
