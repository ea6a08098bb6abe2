package payload

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// IsAutomatic tells what an integration wrote, and what was changed after it was written.
func (h Event) IsAutomatic() bool {
	return h.User == "" || h.BotID != "" || h.Subtype == "bot_message" || len(h.Edited) > 0 && string(h.Edited) != "null"
}

// WrittenAt is when the message was written, which its ts says.
func (h Event) WrittenAt() (time.Time, bool) { return timeOf(h.TS) }

// HappenedAt is when Slack noticed what an event tells of.
func (h Event) HappenedAt() (time.Time, bool) { return timeOf(h.At) }

func timeOf(ts string) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(ts, 64)
	if err != nil || !(1 <= seconds && seconds < 1e11) {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(seconds * 1e6)), true
}

// Event is an event of the Events API.
type Event struct {
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
	View View   `json:"view"`
	// Execution is the run of a step that a workflow has come to, Function which step, Inputs what it was
	// filled in with, and At when that was.
	Execution string `json:"function_execution_id"`
	Function  struct {
		CallbackID string `json:"callback_id"`
	} `json:"function"`
	Inputs map[string]json.RawMessage `json:"inputs"`
	At     string                     `json:"event_ts"`
}

// Types of events.
const (
	AppMention    = "app_mention"
	AppHomeOpened = "app_home_opened"
)

// Events are those that every manifest subscribes to, and what for.
var Events = []struct{ Type, For string }{
	{AppMention, "requests that mention the bot"},
	{AppHomeOpened, "the Home tab"},
}

// InputBehalf is the input of a step that names for whom it acts.
const InputBehalf = "on_behalf_of"

// Input is what a step was filled in with: a text, or an id; "" where it is neither.
func (h Event) Input(name string) string {
	var text string
	_ = json.Unmarshal(h.Inputs[name], &text) // what is no text counts as not there
	return strings.TrimSpace(text)
}

// Message is the message that a step is filled in with; empty where there is none.
func (h Event) Message() (channel, ts string) {
	var m struct {
		TS      string `json:"message_ts"`
		Channel string `json:"channel_id"`
	}
	_ = json.Unmarshal(h.Inputs["message"], &m) // what is no message counts as not there
	return m.Channel, m.TS
}

// OnBehalf is the person for whom a step acts; "": for nobody.
func (h Event) OnBehalf() string {
	return strings.TrimSuffix(strings.TrimPrefix(h.Input(InputBehalf), "<@"), ">")
}
