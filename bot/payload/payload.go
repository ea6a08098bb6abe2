// Package payload is what Slack sends, decoded: who did what, and where; and what of ours
// comes back with it, such as the address of an answer. It knows nothing of how it is
// answered.
package payload

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Kind is what a person did.
type Kind string

const (
	SlashCommand    Kind = "slash_command"
	ViewSubmission  Kind = "view_submission"
	BlockSuggestion Kind = "block_suggestion"
	BlockActions    Kind = "block_actions"
	GlobalShortcut  Kind = "shortcut"
	MessageShortcut Kind = "message_action" // a shortcut on a message
	EventCallback   Kind = "event"
	// Other is whatever only needs acknowledging: closed views, kinds nobody asked for.
	Other Kind = "other"
)

// Payload holds the fields we use of every kind of payload. It is narrower than
// slack-go's types on purpose: those refuse a whole envelope for one block they do not
// know, and an envelope that cannot be read is a command lost.
type Payload struct {
	Type      string `json:"type"`
	TriggerID string `json:"trigger_id"`
	EventID   string `json:"event_id"`

	// Slash commands are flat.
	TeamID       string `json:"team_id"`
	EnterpriseID string `json:"enterprise_id"`
	ChannelID    string `json:"channel_id"`
	UserID       string `json:"user_id"`
	Command      string `json:"command"`
	Text         string `json:"text"`
	ResponseURL  string `json:"response_url"`

	// Interactions are nested.
	User struct {
		ID     string `json:"id"`
		TeamID string `json:"team_id"`
	} `json:"user"`
	Team       Team `json:"team"`
	Enterprise Team `json:"enterprise"`
	Channel    struct {
		ID string `json:"id"`
	} `json:"channel"`
	CallbackID   string        `json:"callback_id"`
	ActionID     string        `json:"action_id"`
	Value        string        `json:"value"`
	Actions      []Action      `json:"actions"`
	View         View          `json:"view"`
	ResponseURLs []responseURL `json:"response_urls"`
	// Container is what holds a clicked button.
	Container struct {
		ChannelID string `json:"channel_id"`
		ThreadTS  string `json:"thread_ts"`
		MessageTS string `json:"message_ts"`
	} `json:"container"`
	// Message is that of a shortcut on one.
	Message json.RawMessage `json:"message"`

	// Event is that of the Events API.
	Event Event `json:"event"`
}

type Team struct {
	ID string `json:"id"`
}

type Action struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	ActionTS string `json:"action_ts"`
}

type View struct {
	ID              string            `json:"id"`
	Type            string            `json:"type"`
	Hash            string            `json:"hash"`
	CallbackID      string            `json:"callback_id"`
	PrivateMetadata string            `json:"private_metadata"`
	Blocks          []json.RawMessage `json:"blocks"`
	State           struct {
		Values map[string]map[string]field `json:"values"`
	} `json:"state"`
	// ResponseURLs stands here in one of Slack's samples, and beside view in all captures.
	ResponseURLs []responseURL `json:"response_urls"`
}

type field struct {
	Value          string  `json:"value"`
	SelectedOption *option `json:"selected_option"`
	// SelectedOptions are those of checkboxes.
	SelectedOptions []option `json:"selected_options"`
	Conversation    string   `json:"selected_conversation"`
}

type option struct {
	Value string `json:"value"`
}

type responseURL struct {
	ChannelID   string `json:"channel_id"`
	ResponseURL string `json:"response_url"`
}

// Decode reads the payload of an envelope of the given type. A field of an unexpected JSON
// type counts as absent and spoils nothing else.
func Decode(envelopeType string, raw json.RawMessage) (Kind, Payload, error) {
	var p Payload
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &p); err != nil && !errors.As(err, &wrongType) {
		return kindOf(envelopeType, p), p, fmt.Errorf("decode payload of an envelope: %w", err)
	}
	return kindOf(envelopeType, p), p, nil
}

func kindOf(envelopeType string, p Payload) Kind {
	switch envelopeType {
	case "slash_commands":
		return SlashCommand
	case "events_api":
		return EventCallback
	case "interactive":
		switch k := Kind(p.Type); k {
		case ViewSubmission, BlockSuggestion, BlockActions, GlobalShortcut, MessageShortcut:
			return k
		}
	}
	return Other
}

// Key identifies what a person did across redeliveries; empty where repeating is harmless.
func (p Payload) Key() string {
	key := cmp.Or(p.TriggerID, p.Event.Execution, p.EventID)
	if len(key) > KeyMost {
		sum := sha256.Sum256([]byte(key))
		return hex.EncodeToString(sum[:])
	}
	return key
}

// KeyMost is the longest key, in bytes, that is kept as it is; Slack's have about sixty.
const KeyMost = 200

// InChannel is where it was done; empty for shortcuts and forms.
func (p Payload) InChannel() string {
	return cmp.Or(p.ChannelID, p.Channel.ID, p.Event.Channel, p.Container.ChannelID)
}

// InThread is the thread in which it was done; empty outside of threads.
func (p Payload) InThread() string {
	var message struct {
		ThreadTS string `json:"thread_ts"`
	}
	if len(p.Message) > 0 {
		_ = json.Unmarshal(p.Message, &message) // a message that cannot be read is in no thread
	}
	return cmp.Or(p.Event.ThreadTS, p.Container.ThreadTS, message.ThreadTS)
}

// URLs are the URLs that came with a submitted form.
func (p Payload) URLs() []responseURL {
	return append(p.ResponseURLs, p.View.ResponseURLs...)
}

// Input gives what stands in an input of a submitted form: typed text, or the picked value if it
// is one.
func (p Payload) Input(block string) string {
	for _, f := range p.View.State.Values[block] {
		if f.SelectedOption != nil {
			return f.SelectedOption.Value
		}
		if len(f.SelectedOptions) == 1 {
			return f.SelectedOptions[0].Value
		}
		return f.Value
	}
	return ""
}

// Conversation gives the id of the conversation that is picked in a form; empty if none is.
func (p Payload) Conversation(block string) string {
	for _, f := range p.View.State.Values[block] {
		return f.Conversation
	}
	return ""
}

// IsTicked tells whether the box of that value is ticked in a submitted form.
func (p Payload) IsTicked(block, value string) bool {
	for _, f := range p.View.State.Values[block] {
		for _, o := range f.SelectedOptions {
			if o.Value == value {
				return true
			}
		}
	}
	return false
}
