package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// address says where the answer to a request goes. It travels with the request through
// the journal.
type address struct {
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
	// View is the form that may still show "Assigning…".
	View string `json:"view,omitempty"`
	// Way is how a form came to be opened, where that was not by a command or button.
	Way manner `json:"way,omitempty"`
}

func (a address) encode() string { return encode(a) }

func decodeAddress(s string) (address, error) {
	var a address
	if err := json.Unmarshal([]byte(s), &a); err != nil {
		return a, fmt.Errorf("decode address of an answer: %w", err)
	}
	return a, nil
}

// address is where an answer to the call itself goes.
func (c *call) address() address {
	return address{
		Channel: c.channel(), Thread: c.thread(), URL: c.ResponseURL, Since: c.envelope.Received,
		Replace: c.kind == click && c.replaces(),
	}
}

// encode writes one of our own small structs, which always works. It leaves <, > and & as
// they are: escaped, each would take six of the few characters that a button's value has.
func encode(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
