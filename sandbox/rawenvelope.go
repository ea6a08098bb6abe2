package sandbox

import "time"

// kindRaw is a delivery of which the sandbox knows nothing but the id.
const kindRaw = "raw"

// SendFrame writes one text frame as frame makes it around a fresh envelope_id, over any
// live socket, and awaits the acknowledgement of that id: any payload will do. It is for
// frames such as Slack never sends.
func (k *Slack) SendFrame(frame func(envelopeID string) []byte) *Delivery {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := &Delivery{Kind: kindRaw, EnvelopeID: uuid(), done: make(chan struct{})}
	k.deliveries[d.EnvelopeID] = d
	if d.socket = k.pickSocket(); d.socket == nil {
		k.fail(d, k.shownOnFailure(d))
		return d
	}
	d.state, d.Sent = ackAwaited, time.Now()
	d.socket.write(frame(d.EnvelopeID))
	k.record.event(Event{At: d.Sent, Kind: EventDelivered, Text: d.Kind, Envelope: d.EnvelopeID})
	k.after(k.limits.Ack, func() { k.expire(d) })
	return d
}
