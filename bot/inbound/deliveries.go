package inbound

import (
	lru "github.com/hashicorp/golang-lru/v2"
)

// remembered is how many envelopes are recognised when they come again. Slack's last
// retry comes five minutes after the first delivery.
const remembered = 10_000

// delivery is one thing that a person did, and how its first envelope was acknowledged.
type delivery struct {
	acked  chan struct{}
	answer any // the payload of the acknowledgement; read only after acked is closed
}

// deliveries recognises redelivered envelopes, so that they are acknowledged with the same
// words and do nothing twice. It is the first line of defence, and forgets at a restart;
// the journal's key is the second, and does not.
type deliveries struct{ seen *lru.Cache[string, *delivery] }

func newDeliveries() *deliveries {
	cache, err := lru.New[string, *delivery](remembered)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &deliveries{cache}
}

// begin gives the deed of that key, and whether this is the first we hear of it.
func (d *deliveries) begin(key string) (*delivery, bool) {
	fresh := &delivery{acked: make(chan struct{})}
	if key == "" {
		return fresh, true
	}
	if earlier, known, _ := d.seen.PeekOrAdd(key, fresh); known {
		return earlier, false
	}
	return fresh, true
}
