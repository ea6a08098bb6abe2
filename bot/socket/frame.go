package socket

import (
	"encoding/json"
	"errors"
)

// frame is everything that Slack sends, in one shape.
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	AcceptsPayload bool            `json:"accepts_response_payload"`
	RetryAttempt   int             `json:"retry_attempt"`
	RetryReason    string          `json:"retry_reason"`
	Reason         string          `json:"reason"`          // of a disconnect
	NumConnections int             `json:"num_connections"` // of a hello: sockets the app has, this one included
}

type frameKind int

const (
	ignored frameKind = iota
	greeting
	farewell
	envelope
)

// decode reads a text frame. A field of an unexpected JSON type counts as absent and spoils
// nothing else: an envelope whose id can be read must reach the handler, or the person who
// caused it waits in vain.
func decode(data []byte) (frame, frameKind) {
	var f frame
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(data, &f); err != nil && !errors.As(err, &wrongType) {
		return frame{}, ignored
	}
	switch {
	case f.Type == "hello":
		return f, greeting
	case f.Type == "disconnect":
		return f, farewell
	case f.Type != "" && f.EnvelopeID != "":
		return f, envelope
	default:
		return f, ignored
	}
}
