package sandbox

import (
	"encoding/json"
	"strings"
	"time"

	"azeer-slack/sandbox/blockkit"

	"github.com/gorilla/websocket"
)

// maxAck is the size in bytes at which Slack drops an acknowledgement without a
// word (slack-go#1196; not documented by Slack).
const maxAck = 20480

type acknowledgement struct {
	EnvelopeID *string         `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
}

// receive takes in one message from a socket.
func (k *Slack) receive(s *socket, kind int, frame []byte, fragmented bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.silent || s.halfOpen {
		return
	}
	var ack acknowledgement
	if err := json.Unmarshal(frame, &ack); kind != websocket.TextMessage || err != nil {
		k.breach(RuleAckUnreadable, "socket %d sent a frame of %d bytes that is no JSON object in text", s.number, len(frame))
		return
	}
	if ack.EnvelopeID == nil || *ack.EnvelopeID == "" {
		k.breach(RuleAckUnknown, "socket %d acknowledged without an envelope_id (hello and disconnect want no answer)", s.number)
		return
	}
	if len(frame) >= maxAck {
		k.breachOf(*ack.EnvelopeID, RuleAckTooLarge, "acknowledgement of %s has %d bytes, %d is too many: dropped", *ack.EnvelopeID, len(frame), maxAck)
		return
	}
	if fragmented {
		k.breachOf(*ack.EnvelopeID, RuleAckFragmented, "acknowledgement of %s came in several frames: dropped", *ack.EnvelopeID)
		return
	}
	k.acknowledge(s, *ack.EnvelopeID, ack.Payload)
}

// acknowledge matches an acknowledgement with its envelope.
func (k *Slack) acknowledge(s *socket, id string, payload json.RawMessage) {
	d, known := k.deliveries[id]
	switch {
	case !known:
		k.breach(RuleAckUnknown, "acknowledged %q, which was never sent", id)
		return
	case d.socket != s && k.unsettled.RefuseStrayAcks:
		k.breachOf(id, RuleAckStray, "%s %s acknowledged on socket %d", d.Kind, id, s.number)
		return
	case d.state == ackDone && d.repeats > 0:
		d.repeats--
		return
	case d.state == ackDone:
		k.breachOf(id, RuleAckDouble, "%s %s acknowledged again", d.Kind, id)
		return
	case d.state == ackExpired:
		if d.socket == nil || d.socket.healthy() {
			k.breachOf(id, RuleAckLate, "%s %s acknowledged %s after sending", d.Kind, id, time.Since(d.Sent).Round(time.Millisecond))
		}
		return
	}
	d.Acked = time.Now()
	d.AckPayload = payload
	k.record.event(Event{At: d.Acked, Kind: EventAcked, Who: d.who(), Text: d.Kind, Envelope: id})
	k.takePayload(d, payload)
	d.settle(ackDone)
	k.notify()
}

// takePayload does what the payload of an acknowledgement says. What Slack
// cannot use fails before the person only: the app is told nothing
// (https://docs.slack.dev/apis/events-api/using-socket-mode, bolt-python#866).
func (k *Slack) takePayload(d *Delivery, payload json.RawMessage) {
	if d.Kind == kindRaw {
		return
	}
	if !d.acceptsPayload() {
		if !isEmptyJSON(payload) {
			k.breachOf(d.EnvelopeID, RuleAckPayload, "payload in the acknowledgement of %s, which accepts none", d.Kind)
		}
		return
	}
	switch d.Kind {
	case kindCommand:
		k.takeMessage(d, payload)
	case kindSubmission:
		k.takeViewResponse(d, payload)
	case kindSuggestion:
		k.takeOptions(d, payload)
	}
}

// invalidAck records a payload that Slack cannot use.
func (k *Slack) invalidAck(d *Delivery, problems ...string) {
	k.breachOf(d.EnvelopeID, RuleAckInvalid, "acknowledgement of %s: %s", d.Kind, strings.Join(problems, "; "))
}

// takeMessage posts the message in the acknowledgement of a command.
func (k *Slack) takeMessage(d *Delivery, payload json.RawMessage) {
	if isEmptyJSON(payload) {
		return
	}
	if problems := describe(blockkit.Message(payload)); len(problems) > 0 {
		k.invalidAck(d, problems...)
		return
	}
	body, err := parseObject(payload)
	if err != nil {
		k.invalidAck(d, "no JSON object")
		return
	}
	if body.str("response_type") == "in_channel" {
		k.post(d.channel, &message{author: d.person.id, text: d.line, via: ViaPerson})
	}
	m := messageFrom(body, ViaAck)
	m.envelope = d.EnvelopeID
	if m.empty() {
		return
	}
	if body.str("response_type") != "in_channel" {
		m.only = d.person.id
	}
	k.post(d.channel, m)
	reply := k.seenBy(d.person, d.channel, m)
	d.Reply = &reply
}

// takeOptions hands the options to the menu.
func (k *Slack) takeOptions(d *Delivery, payload json.RawMessage) {
	if isEmptyJSON(payload) { // as if there were no options; what Slack shows for {} is not known
		if k.unsettled.EmptyOptionsFail {
			d.Shown = ShownNoResult
		}
		return
	}
	if problems := describe(blockkit.Options(payload)); len(problems) > 0 {
		k.invalidAck(d, problems...)
		d.Shown = ShownNoResult
		return
	}
	body, err := parseObject(payload)
	if err != nil {
		k.invalidAck(d, "no JSON object")
		d.Shown = ShownNoResult
		return
	}
	choices := choicesOf(body)
	d.Options = optionsOf(choices)
	if d.sheet == nil {
		return
	}
	if menu, ok := d.sheet.menu(d.menu.block); ok && stateKey(menu.kind) == "selected_options" {
		choices = append(choices, d.sheet.offered[d.menu]...) // several are chosen by several searches
	}
	d.sheet.offered[d.menu] = choices
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
