package slack

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/socketmode"

	"github.com/gorilla/websocket"
)

// FuzzAckIsTakenOrABreach holds two laws for whatever an app sends: an envelope
// is acknowledged only by a frame that names it, and a frame that acknowledges
// nothing, or that Slack cannot use, is recorded as a breach.
func FuzzAckIsTakenOrABreach(f *testing.F) {
	s, err := start(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	for _, seed := range []string{
		`{"envelope_id":"ID"}`, `{"envelope_id":"ID","payload":{}}`, `{"envelope_id":"ID","payload":{"text":"x"}}`, `[]`, ``,
		`{"envelope_id":"ID","payload":{"response_action":"errors","errors":{"contact":"x"}}}`,
		`{"envelope_id":"ID","payload":{"response_action":"push","view":{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}}}`,
		`{"envelope_id":"ID","payload":{"options":[{"text":{"type":"plain_text","text":"x"},"value":"y"}]}}`,
	} {
		for kind := range 3 {
			f.Add(seed, kind, false)
		}
	}
	f.Fuzz(func(t *testing.T, text string, kind int, fragmented bool) {
		d, from := waiting(s.Slack, []string{kindCommand, kindSubmission, kindSuggestion}[((kind%3)+3)%3])
		s.TakeBreaches()
		text = strings.ReplaceAll(text, "ID", d.EnvelopeID)
		s.Slack.mu.Lock()
		s.Slack.receive(from, websocket.TextMessage, []byte(text), fragmented)
		s.Slack.mu.Unlock()
		broken := len(s.TakeBreaches()) > 0
		acked := !d.Acked.IsZero()
		switch {
		case acked && (fragmented || len(text) >= maxAck):
			t.Errorf("taken although it must be dropped: %q", text)
		case !acked && !broken:
			t.Errorf("neither taken nor a breach: %q", text)
		case d.Shown != "" && !broken:
			t.Errorf("the person reads %q without a breach: %q", d.Shown, text)
		}
	})
}

// waiting makes a delivery that waits for its acknowledgement, without a network.
func waiting(ws *Workspace, kind string) (*Delivery, *socketmode.Conn) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	p := ws.personNamed("omar")
	ws.closeAllViews(p)
	p.feed, ws.channels[0].messages = nil, nil
	body, _ := jsonmap.Parse(jsonmap.Encode(assignView()))
	v := ws.newView(p, body, p.channel, "", nil)
	p.forms = append(p.forms, v)
	from := &socketmode.Conn{}
	d := &Delivery{EnvelopeID: "E" + uuid(), Kind: kind,
		origin: origin{person: p, view: v, rendered: &v.Rendered, channel: ws.channels[0], line: "/assign",
			menu: blocks.Key{Block: "agent", Action: "agent_input"}},
		progress: progress{socket: from, state: ackAwaited, done: make(chan struct{})}}
	if kind == kindCommand {
		d.view = nil
	}
	ws.deliveries[d.EnvelopeID] = d
	return d, from
}
