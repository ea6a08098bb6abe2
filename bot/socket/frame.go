package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
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
// caused it waits in vain. That holds also for one that is no valid JSON as a whole.
func decode(data []byte) (frame, frameKind) {
	var f frame
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(data, &f); err != nil && !errors.As(err, &wrongType) {
		f = salvage(data)
	}
	switch {
	case f.Type == "hello":
		return f, greeting
	case f.Type == "disconnect":
		return f, farewell
	case f.EnvelopeID != "":
		return f, envelope
	default:
		return f, ignored
	}
}

// salvage reads the id and the type of an envelope that is cut off, or nested deeper than
// encoding/json goes: what stands before the damage, and nothing of the payload. Frames of
// other kinds are not worth it.
func salvage(data []byte) (f frame) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return frame{}
	}
	for {
		name, ok := nextValue(d).(string)
		if !ok {
			break
		}
		value, _ := nextValue(d).(string)
		switch {
		case strings.EqualFold(name, "envelope_id"):
			f.EnvelopeID = value
		case strings.EqualFold(name, "type"):
			f.Type = value
		}
	}
	if f.EnvelopeID == "" {
		return frame{}
	}
	return f
}

// nextValue reads past one value and gives it if it is neither an object nor an array. It
// gives nil at the end of the members, and at damage.
func nextValue(d *json.Decoder) json.Token {
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth <= 0 {
			return token
		}
	}
}
