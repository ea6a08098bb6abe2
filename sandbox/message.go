package sandbox

import "encoding/json"

// Message is a message as one person sees it: a copy, which does not change.
type Message struct {
	TS        string
	ThreadTS  string
	Channel   string          // ID
	Where     string          // name of the place: "#general", "@azeer"
	Author    string          // user id; the bot's for what the app posts
	Text      string          // as sent, in mrkdwn
	Blocks    json.RawMessage // as sent, or nil
	Ephemeral bool            // only this person sees it
	Edited    bool            // a later version of a message already shown
	Via       Via             // how it came
	Version   int             // Counts up from 1 with each change
	Buttons   []Button

	plain string
}

// Via says how a message came about.
type Via string

// The ways of a message.
const (
	ViaAck           Via = "ack"
	ViaResponseURL   Via = "response_url"
	ViaPostEphemeral Via = "postEphemeral"
	ViaPostMessage   Via = "postMessage"
	ViaUpdate        Via = "update"
	ViaPerson        Via = "person" // halves by somebody
)

// Plain returns the message as a person reads it: the text of the blocks, or the
// text where there are none, with mentions as names, links as their labels,
// entities unescaped and formatting marks dropped. Buttons stand in brackets.
func (m Message) Plain() string { return m.plain }

// Button is something to press.
type Button struct {
	Label    string
	ActionID string
	BlockID  string
	Value    string
	URL      string
	Style    string
}

// Option is one choice of a menu.
type Option struct {
	Text        string
	Value       string
	Description string
	Group       string // label of its group, if grouped
}
