package payload

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Address says where the answer to a request goes. It travels with the request through
// the journal.
type Address struct {
	// Channel is where it was asked; empty for a shortcut without a conversation.
	Channel string `json:"channel,omitempty"`
	// Thread is the thread in which it was asked, by the ts of its first message; empty
	// outside of threads.
	Thread string `json:"thread,omitempty"`
	// URL is the response URL, good for 5 uses in the 30 minutes after Since.
	URL   string    `json:"url,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// Replace tells that the answer takes the place of the message whose button was
	// clicked.
	Replace bool `json:"replace,omitempty"`
	// Command tells that URL is a command's. All that it may replace is what was posted through
	// it; a button's would replace the message that the button stands in.
	Command bool `json:"command,omitempty"`
	// View is the form that may still show "Assigning…".
	View string `json:"view,omitempty"`
	// EntryPoint is how a form came to be opened, where that was not by a command or button.
	EntryPoint EntryPoint `json:"way,omitempty"`
	// Execution is the run of a workflow's step that is completed with the answer: nobody else reads it.
	Execution string `json:"execution,omitempty"`
}

func (a Address) Encode() string { return Encode(a) }

func DecodeAddress(s string) (Address, error) {
	var a Address
	if err := json.Unmarshal([]byte(s), &a); err != nil {
		return a, fmt.Errorf("decode address of an answer: %w", err)
	}
	return a, nil
}

// Encode writes one of our own small structs, which always works. It leaves <, > and & as
// they are: escaped, each would take six of the few characters that a button's value has.
func Encode(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
