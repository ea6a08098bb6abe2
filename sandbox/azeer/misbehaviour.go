package azeer

import (
	"io"
	"net"
	"net/http"
	"time"
)

// Misbehaviour is how Azeer answers otherwise than it should. The zero value behaves.
type Misbehaviour struct {
	// Latency comes first, before anything else happens.
	Latency time.Duration
	// Hang never answers; the call ends when its caller gives up, or at Behave.
	Hang bool
	// Reset resets the connection before anything has been done.
	Reset bool
	// LostAnswer does what was asked, and then resets the connection.
	LostAnswer bool
	// Status, Body and RetryAfter are answered in place of the right answer, if any of
	// them is set; Status 0 is 200. Nothing is done unless Effect is set.
	Status int
	Body   string
	// RetryAfter is the header's value: seconds, or a date.
	RetryAfter string
	// Location is the header of a redirect.
	Location string
	// Cut ends the connection in the middle of the answer.
	Cut bool
	// Effect does what was asked all the same.
	Effect bool
}

// orders is the misbehaviour ordered, by endpoint.
type orders struct {
	next     map[string][]Misbehaviour // for the next calls
	always   map[string]Misbehaviour   // until Behave
	released chan struct{}             // closed when hanging calls are let go
}

func newOrders() orders {
	return orders{next: map[string][]Misbehaviour{}, always: map[string]Misbehaviour{}, released: make(chan struct{})}
}

// take returns what is ordered for a call.
func (o *orders) take(endpoint string) Misbehaviour {
	if next := o.next[endpoint]; len(next) > 0 {
		o.next[endpoint] = next[1:]
		return next[0]
	}
	return o.always[endpoint]
}

// instead tells whether m takes the place of the right answer.
func (m Misbehaviour) instead() bool {
	return m.Hang || m.Reset || m.LostAnswer || m.Cut || m.Status != 0 || m.Body != "" || m.RetryAfter != "" || m.Location != ""
}

// Next makes the next n assignments misbehave.
func (z *Account) Next(n int, m Misbehaviour) { z.order(assigning, n, m) }

// NextLists makes the next n readings of the agent list misbehave.
func (z *Account) NextLists(n int, m Misbehaviour) { z.order(listing, n, m) }

func (z *Account) order(endpoint string, n int, m Misbehaviour) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for range n {
		z.orders.next[endpoint] = append(z.orders.next[endpoint], m)
	}
}

// Always makes all assignments misbehave until Behave.
func (z *Account) Always(m Misbehaviour) { z.orderAlways(assigning, m) }

// AlwaysLists makes all readings of the agent list misbehave until Behave.
func (z *Account) AlwaysLists(m Misbehaviour) { z.orderAlways(listing, m) }

func (z *Account) orderAlways(endpoint string, m Misbehaviour) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.orders.always[endpoint] = m
}

// Behave ends all misbehaviour, ordered for some calls or for all, and lets hanging calls go: their
// connections are closed without an answer.
func (z *Account) Behave() {
	z.mu.Lock()
	defer z.mu.Unlock()
	clear(z.orders.next)
	clear(z.orders.always)
	close(z.orders.released)
	z.orders.released = make(chan struct{})
}

// Down refuses connections and drops the open ones, so that a call still waiting has no
// effect; or, with false, it listens again on the same address.
func (z *Account) Down(down bool) error {
	if !down {
		return z.server.Up()
	}
	return z.server.Down()
}

// stall waits as m says; it ends the call without an answer if that is over by then.
func (z *Account) stall(x *exchange) {
	m := x.misbehaviour
	if m.Latency == 0 && !m.Hang {
		return
	}
	var late <-chan time.Time
	if !m.Hang {
		timer := time.NewTimer(m.Latency)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-late:
		return
	case <-x.r.Context().Done():
	case <-x.released:
		if !m.Hang {
			return // slow no more
		}
	}
	panic(http.ErrAbortHandler)
}

// misbehave answers as m says.
func (z *Account) misbehave(x *exchange, m Misbehaviour) {
	if m.Reset || m.LostAnswer {
		reset(x.w)
		return
	}
	if m.RetryAfter != "" {
		x.w.Header().Set("Retry-After", m.RetryAfter)
	}
	if m.Location != "" {
		x.w.Header().Set("Location", m.Location)
	}
	status := m.Status
	if status == 0 {
		status = http.StatusOK
	}
	z.answered(x, status)
	if m.Cut {
		x.w.Header().Set("Content-Length", "1000")
	}
	x.w.WriteHeader(status)
	_, _ = io.WriteString(x.w, m.Body)
	if m.Cut {
		_ = http.NewResponseController(x.w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// reset closes the connection so that the other side sees a reset and not an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
