package payload

import (
	"strings"
)

// EntryPoint is how somebody asked for an assignment.
type EntryPoint string

// Origin is how and where somebody asked for an assignment. As assign.Request.Origin it
// is kept for the history, so it holds no secrets.
type Origin struct {
	EntryPoint EntryPoint
	Channel    string // empty where it was asked in no conversation
}

// Encode writes the source in words: "command C123", "home".
func (s Origin) Encode() string { return strings.TrimSpace(string(s.EntryPoint) + " " + s.Channel) }

// DecodeOrigin reads what encode wrote. What another version may have written is the zero
// source.
func DecodeOrigin(origin string) Origin {
	name, channel, _ := strings.Cut(origin, " ")
	switch EntryPoint(name) {
	case ByCommand, ByForm, ByMessage, ByMention, ByHome, ByButton, ByHandover, ByOffer, ByWorkflow:
	default:
		return Origin{}
	}
	return Origin{EntryPoint(name), strings.TrimSpace(channel)}
}

const (
	ByCommand EntryPoint = "command"
	ByForm    EntryPoint = "form"
	ByMessage EntryPoint = "message" // the shortcut on a message
	ByMention EntryPoint = "mention"
	ByHome    EntryPoint = "home"
	ByButton  EntryPoint = "button"
	// ByHandover is how all that an agent had was given to another.
	ByHandover EntryPoint = "handover"
	// ByOffer is how somebody took what was offered, or the requester gave that to somebody.
	ByOffer EntryPoint = "offer"
	// ByWorkflow is a step of a workflow.
	ByWorkflow EntryPoint = "workflow"
)
