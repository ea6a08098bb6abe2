package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"azeer-slack/assign/agent"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
)

// FuzzDecode: every JSON value is a payload, whatever the types of its fields; nothing
// else is. A payload's key is short, and the envelope's type alone makes it a command.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"command":"/assign","text":"0544444444 omar@twerlo.com","user_id":"U1","trigger_id":"1.2.a"}`,
		`{"type":"view_submission","view":{"state":{"values":{"contact":{"contact":{"value":"1"}},"agent":{"agent":{"selected_option":{"value":"me:"}}}}}}}`,
		`{"type":"block_actions","actions":[{"action_id":"again","value":"{}"}],"response_urls":[{}]}`,
		`{"type":"view_submission","view":{"state":{"values":[]}},"response_urls":{},"user":[],"actions":{}}`,
		`{"type":5,"text":["x"],"trigger_id":{"a":1},"view":"x"}`, `{"text":"a","text":5,"TEXT":"b"}`,
		`null`, `[]`, `"x"`, `1e999`, `{`, ``, `{"text":"\ud800"}`, strings.Repeat(`{"view":`, 20_000),
	} {
		for _, kind := range []string{"slash_commands", "interactive", "events_api", "hologram"} {
			f.Add(kind, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, envelopeType string, raw []byte) {
		k, p, err := payload.Decode(envelopeType, raw)
		if (err == nil) != json.Valid(raw) {
			t.Fatalf("%q: error %v", raw, err)
		}
		if (k == payload.SlashCommand) != (envelopeType == "slash_commands") {
			t.Errorf("a %q is taken for %s", envelopeType, k)
		}
		if len(p.Key()) > payload.KeyMost {
			t.Errorf("a key of %d bytes is kept", len(p.Key()))
		}
		_, _, _, _, _ = p.Sender(), p.InChannel(), p.URLs(), p.Input(render.BlockContact), p.Input(agentBlock(p))
		_, _ = p.InThread(), payload.Text(p.Message)
	})
}

// FuzzReadAgent: what a form holds is an agent that reads back as itself, or a mistake
// that can be shown.
func FuzzReadAgent(f *testing.F) {
	for _, seed := range []string{"", "me:", "email:omar@twerlo.com", "mention:U1> <!channel", "name:عمر", "sms:1", "omar@twerlo.com", "0544444444"} {
		f.Add(true, seed)
		f.Add(false, seed)
	}
	b, v := testHandlers(f, loadedDesk()), testRenderers(f).Default
	f.Fuzz(func(t *testing.T, picked bool, value string) {
		block := render.BlockEmail
		if picked {
			block = render.BlockAgent
		}
		ref, err := b.submissions.readAgent(block, value)
		if err != nil {
			if line := v.MistakeLine(err); line == "" || strings.HasPrefix(line, "mistake_") {
				t.Errorf("%q is refused with %q", value, line)
			}
			return
		}
		if ref.IsZero() {
			return // the service refuses it
		}
		again, err := agent.DecodeRef(ref.Encode())
		if err != nil || !again.Equal(ref) {
			t.Errorf("%q reads as %q, then as %q: %v", value, ref.Encode(), again.Encode(), err)
		}
	})
}
