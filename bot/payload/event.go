package payload

import (
	"encoding/json"
	"strconv"
	"time"
)

// IsAutomatic tells what an integration wrote, and what was changed after it was written.
func (h Event) IsAutomatic() bool {
	return h.User == "" || h.BotID != "" || h.Subtype == "bot_message" || len(h.Edited) > 0 && string(h.Edited) != "null"
}

// WrittenAt is when the message was written, which its ts says.
func (h Event) WrittenAt() (time.Time, bool) {
	seconds, err := strconv.ParseFloat(h.TS, 64)
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
}
