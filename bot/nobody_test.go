package bot

import (
	"encoding/json"
	"testing"
	"time"

	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
)

// What no person did is acknowledged, and that is all; what has no channel has no call with
// an empty one.
func TestPayloadsWithoutAPersonOrAChannel(t *testing.T) {
	for name, c := range map[string]struct{ raw, user, channel string }{
		"nobody":                 {`{"type":"block_actions","actions":[{"action_id":"again","value":"{}"}]}`, "", ""},
		"a channel of the box":   {`{"type":"block_actions","user":{"id":"U1"},"container":{"type":"message","channel_id":"C1"}}`, "U1", "C1"},
		"no channel at all":      {`{"type":"block_actions","user":{"id":"U1"},"container":{"type":"view"}}`, "U1", ""},
		"a channel that is null": {`{"type":"block_actions","user":{"id":"U1"},"channel":null}`, "U1", ""},
		"an odd channel":         {`{"type":"block_actions","user":{"id":"U1"},"channel":"C1"}`, "U1", ""},
	} {
		kind, p, err := payload.Decode("interactive", json.RawMessage(c.raw))
		if err != nil || kind != payload.BlockActions || p.Sender().ID != c.user || p.InChannel() != c.channel {
			t.Errorf("%s: %s by %q in %q, %v", name, kind, p.Sender().ID, p.InChannel(), err)
		}
		call := &inbound.Call{Payload: p, Kind: kind, Received: time.Now()}
		if to := addressOf(call); to.Channel != c.channel {
			t.Errorf("%s: answered in %q", name, to.Channel)
		}
	}
}
