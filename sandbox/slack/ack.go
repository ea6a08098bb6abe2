package slack

import (
	"encoding/json"
	"strings"
	"time"

	"azeer-slack/sandbox/blockkit"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/socketmode"

	"github.com/gorilla/websocket"
)

// maxAck is the size in bytes at which Slack drops an acknowledgement without a
// word (slack-go#1196; not documented by Slack).
const maxAck = 20480

type acknowledgement struct {
	EnvelopeID *string         `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
}

// receive takes in one message from a socket, with the lock held.
func (ws *Workspace) receive(s *socketmode.Conn, kind int, frame []byte, fragmented bool) {
	var ack acknowledgement
	if err := json.Unmarshal(frame, &ack); kind != websocket.TextMessage || err != nil {
		ws.report.Breach(rule.AckUnreadable, "socket %d sent a frame of %d bytes that is no JSON object in text", s.Number(), len(frame))
		return
	}
	if ack.EnvelopeID == nil || *ack.EnvelopeID == "" {
		ws.report.Breach(rule.AckUnknown, "socket %d acknowledged without an envelope_id (hello and disconnect want no answer)", s.Number())
		return
	}
	if len(frame) >= maxAck {
		ws.report.BreachOf(*ack.EnvelopeID, rule.AckTooLarge, "acknowledgement of %s has %d bytes, %d is too many: dropped", *ack.EnvelopeID, len(frame), maxAck)
		return
	}
	if fragmented {
		ws.report.BreachOf(*ack.EnvelopeID, rule.AckFragmented, "acknowledgement of %s came in several frames: dropped", *ack.EnvelopeID)
		return
	}
	ws.acknowledge(s, *ack.EnvelopeID, ack.Payload)
}

// acknowledge matches an acknowledgement with its envelope.
func (ws *Workspace) acknowledge(s *socketmode.Conn, id string, payload json.RawMessage) {
	d, known := ws.deliveries[id]
	switch {
	case !known:
		ws.report.Breach(rule.AckUnknown, "acknowledged %q, which was never sent", id)
		return
	case d.socket != s && ws.cfg.Unsettled.RefuseStrayAcks:
		ws.report.BreachOf(id, rule.AckStray, "%s %s acknowledged on socket %d", d.Kind, id, s.Number())
		return
	case d.state == ackDone && d.repeats > 0:
		d.repeats--
		return
	case d.state == ackDone:
		ws.report.BreachOf(id, rule.AckDouble, "%s %s acknowledged again", d.Kind, id)
		return
	case d.state == ackExpired:
		if d.socket == nil || d.socket.Healthy() {
			ws.report.BreachOf(id, rule.AckLate, "%s %s acknowledged %s after sending", d.Kind, id, time.Since(d.Sent).Round(time.Millisecond))
		}
		return
	}
	d.Acked = time.Now()
	d.AckPayload = payload
	ws.report.Event(record.Event{At: d.Acked, Kind: record.Acked, Who: d.who(), Text: d.Kind, Envelope: id})
	ws.takePayload(d, payload)
	d.settle(ackDone)
	ws.mu.Notify()
}

// takePayload does what the payload of an acknowledgement says. What Slack
// cannot use fails before the person only: the app is told nothing
// (https://docs.slack.dev/apis/events-api/using-socket-mode, bolt-python#866).
func (ws *Workspace) takePayload(d *Delivery, payload json.RawMessage) {
	if d.Kind == kindRaw {
		return
	}
	if !d.acceptsPayload() {
		if !jsonmap.IsEmpty(payload) {
			ws.report.BreachOf(d.EnvelopeID, rule.AckPayload, "payload in the acknowledgement of %s, which accepts none", d.Kind)
		}
		return
	}
	switch d.Kind {
	case kindCommand:
		ws.takeMessage(d, payload)
	case kindSubmission:
		ws.takeViewResponse(d, payload)
	case kindSuggestion:
		ws.takeOptions(d, payload)
	}
}

// invalidAck records a payload that Slack cannot use.
func (ws *Workspace) invalidAck(d *Delivery, problems ...string) {
	ws.report.BreachOf(d.EnvelopeID, rule.AckInvalid, "acknowledgement of %s: %s", d.Kind, strings.Join(problems, "; "))
}

// takeMessage posts the message in the acknowledgement of a command.
func (ws *Workspace) takeMessage(d *Delivery, payload json.RawMessage) {
	if jsonmap.IsEmpty(payload) {
		return
	}
	if problems := describe(blockkit.Message(payload)); len(problems) > 0 {
		ws.invalidAck(d, problems...)
		return
	}
	body, err := jsonmap.Parse(payload)
	if err != nil {
		ws.invalidAck(d, "no JSON object")
		return
	}
	if body.Str("response_type") == "in_channel" {
		ws.post(d.channel, &message{author: author{user: d.person.id, via: ViaPerson}, content: content{text: d.line}})
	}
	m := messageFrom(body, ViaAck)
	m.envelope = d.EnvelopeID
	if m.empty() {
		return
	}
	if body.Str("response_type") != "in_channel" {
		m.only = d.person.id
	}
	ws.post(d.channel, m)
	reply := ws.seenBy(d.person, d.channel, m)
	d.Reply = &reply
}

// takeOptions hands the options to the menu.
func (ws *Workspace) takeOptions(d *Delivery, payload json.RawMessage) {
	if jsonmap.IsEmpty(payload) { // as if there were no options; what Slack shows for {} is not known
		if ws.cfg.Unsettled.EmptyOptionsFail {
			d.Shown = ShownNoResult
		}
		return
	}
	if problems := describe(blockkit.Options(payload)); len(problems) > 0 {
		ws.invalidAck(d, problems...)
		d.Shown = ShownNoResult
		return
	}
	body, err := jsonmap.Parse(payload)
	if err != nil {
		ws.invalidAck(d, "no JSON object")
		d.Shown = ShownNoResult
		return
	}
	choices := blocks.ChoicesOf(body)
	d.Options = blocks.OptionsOf(choices)
	if d.rendered != nil {
		d.rendered.Offer(d.menu, choices)
	}
}

// describe words problems of Block Kit as Slack does, for views.* still
// without "[ERROR] ".
func describe(problems []blockkit.Problem) []string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.Message+" [json-pointer:"+p.Pointer+"]")
	}
	return lines
}
