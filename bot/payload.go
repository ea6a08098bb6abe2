package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// kind is what a person did.
type kind string

const (
	command         kind = "slash_command"
	submission      kind = "view_submission"
	suggestion      kind = "block_suggestion"
	click           kind = "block_actions"
	shortcut        kind = "shortcut"
	messageShortcut kind = "message_action" // a shortcut on a message
	event           kind = "event"
	// other is whatever only needs acknowledging: closed views, kinds nobody asked for.
	other kind = "other"
)

// payload holds the fields we use of every kind of payload. It is narrower than
// slack-go's types on purpose: those refuse a whole envelope for one block they do not
// know, and an envelope that cannot be read is a command lost.
type payload struct {
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
	Team       team `json:"team"`
	Enterprise team `json:"enterprise"`
	Channel    struct {
		ID string `json:"id"`
	} `json:"channel"`
	CallbackID   string        `json:"callback_id"`
	ActionID     string        `json:"action_id"`
	Value        string        `json:"value"`
	Actions      []action      `json:"actions"`
	View         view          `json:"view"`
	ResponseURLs []responseURL `json:"response_urls"`
	// Container is what holds a clicked button.
	Container struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"container"`
	// Message is that of a shortcut on one.
	Message json.RawMessage `json:"message"`

	// Event is that of the Events API.
	Event happening `json:"event"`
}

// happening is an event of the Events API.
type happening struct {
	Type     string          `json:"type"`
	Subtype  string          `json:"subtype"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	Channel  string          `json:"channel"`
	Text     string          `json:"text"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts"`
	Edited   json.RawMessage `json:"edited"`
	// Tab is which of the app's was opened, and View the Home tab, if there is one.
	Tab  string `json:"tab"`
	View view   `json:"view"`
}

type team struct {
	ID string `json:"id"`
}

type action struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	ActionTS string `json:"action_ts"`
}

type view struct {
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
}

type option struct {
	Value string `json:"value"`
}

type responseURL struct {
	ChannelID   string `json:"channel_id"`
	ResponseURL string `json:"response_url"`
}

// decode reads the payload of an envelope of the given type. A field of an unexpected JSON
// type counts as absent and spoils nothing else.
func decode(envelopeType string, raw json.RawMessage) (kind, payload, error) {
	var p payload
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &p); err != nil && !errors.As(err, &wrongType) {
		return kindOf(envelopeType, p), p, fmt.Errorf("decode payload of an envelope: %w", err)
	}
	return kindOf(envelopeType, p), p, nil
}

func kindOf(envelopeType string, p payload) kind {
	switch envelopeType {
	case "slash_commands":
		return command
	case "events_api":
		return event
	case "interactive":
		switch k := kind(p.Type); k {
		case submission, suggestion, click, shortcut, messageShortcut:
			return k
		}
	}
	return other
}

// key identifies what a person did across redeliveries; empty where repeating is harmless.
func (p payload) key() string {
	key := p.TriggerID
	if key == "" {
		key = p.EventID
	}
	if len(key) > keyMost {
		sum := sha256.Sum256([]byte(key))
		return hex.EncodeToString(sum[:])
	}
	return key
}

// keyMost is the longest key, in bytes, that is kept as it is; Slack's have about sixty.
const keyMost = 200

// person is who did it, and where they come from.
func (p payload) person() person {
	if p.UserID != "" {
		return person{id: p.UserID, team: p.TeamID, enterprise: p.EnterpriseID}
	}
	if p.Event.User != "" {
		return person{id: p.Event.User} // the team beside an event is the one that hears of it
	}
	home := p.User.TeamID
	if home == "" {
		home = p.Team.ID
	}
	return person{id: p.User.ID, team: home, enterprise: p.Enterprise.ID}
}

// channel is where it was done; empty for shortcuts and forms.
func (p payload) channel() string { return cmp.Or(p.ChannelID, p.Channel.ID, p.Event.Channel) }

// thread is the thread in which it was done; empty outside of threads.
func (p payload) thread() string {
	var message struct {
		ThreadTS string `json:"thread_ts"`
	}
	if len(p.Message) > 0 {
		_ = json.Unmarshal(p.Message, &message) // a message that cannot be read is in no thread
	}
	return cmp.Or(p.Event.ThreadTS, p.Container.ThreadTS, message.ThreadTS)
}

// responseURLs are the URLs that came with a submitted form.
func (p payload) responseURLs() []responseURL {
	return append(p.ResponseURLs, p.View.ResponseURLs...)
}

// field gives what stands in an input of a submitted form: typed text or picked value.
func (p payload) field(block string) string {
	for _, f := range p.View.State.Values[block] {
		if f.SelectedOption != nil {
			return f.SelectedOption.Value
		}
		return f.Value
	}
	return ""
}
