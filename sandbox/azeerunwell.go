package sandbox

import (
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Endpoints, as misbehaviour is ordered for them.
const (
	assigning = "assign"
	listing   = "agents"
	reading   = "agent"
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

// instead tells whether m takes the place of the right answer.
func (m Misbehaviour) instead() bool {
	return m.Hang || m.Reset || m.LostAnswer || m.Cut || m.Status != 0 || m.Body != "" || m.RetryAfter != "" || m.Location != ""
}

// Next makes the next n assignments misbehave.
func (z *Azeer) Next(n int, m Misbehaviour) { z.order(assigning, n, m) }

// NextLists makes the next n readings of the agent list misbehave.
func (z *Azeer) NextLists(n int, m Misbehaviour) { z.order(listing, n, m) }

func (z *Azeer) order(endpoint string, n int, m Misbehaviour) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for range n {
		z.ordered[endpoint] = append(z.ordered[endpoint], m)
	}
}

// Always makes all assignments misbehave until Behave.
func (z *Azeer) Always(m Misbehaviour) { z.keep(assigning, m) }

// AlwaysLists makes all readings of the agent list misbehave until Behave.
func (z *Azeer) AlwaysLists(m Misbehaviour) { z.keep(listing, m) }

func (z *Azeer) keep(endpoint string, m Misbehaviour) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.always[endpoint] = m
}

// Behave ends all misbehaviour, ordered or standing, and lets hanging calls go: their
// connections are closed without an answer.
func (z *Azeer) Behave() {
	z.mu.Lock()
	defer z.mu.Unlock()
	clear(z.ordered)
	clear(z.always)
	close(z.freed)
	z.freed = make(chan struct{})
}

// Down refuses connections and drops the open ones, so that a call still waiting has no
// effect; or, with false, it listens again on the same address.
func (z *Azeer) Down(down bool) error {
	if !down {
		return z.front.up()
	}
	return z.front.down()
}

// ordersFor takes what is ordered for a call; with mu held.
func (z *Azeer) ordersFor(endpoint string) Misbehaviour {
	if next := z.ordered[endpoint]; len(next) > 0 {
		z.ordered[endpoint] = next[1:]
		return next[0]
	}
	return z.always[endpoint]
}

// stall waits as m says; it ends the call without an answer if that is over by then.
func (z *Azeer) stall(x *exchange) {
	m := x.orders
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
	case <-x.freed:
		if !m.Hang {
			return // slow no more
		}
	}
	panic(http.ErrAbortHandler)
}

// misbehave answers as m says.
func (z *Azeer) misbehave(x *exchange, m Misbehaviour) {
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
	if tap, ok := conn.(*tapConn); ok {
		conn = tap.Conn
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// ListShape is how Azeer wraps its list of agents. The vendor's pages show one bare
// object, and other endpoints wrap in several ways: an app must be ready for any.
type ListShape string

// The shapes. The zero shape is ListInData.
const (
	ListInData    ListShape = ""            // {"data": […], "success": true}
	ListBare      ListShape = "bare"        // […]
	ListNested    ListShape = "nested"      // {"data": {"agents": […]}}
	ListTop       ListShape = "top"         // {"items": […]}
	ListOneBare   ListShape = "one bare"    // the first agent alone
	ListOneInData ListShape = "one in data" // {"data": {…}}
	ListEmpty     ListShape = "empty"       // {"data": null, "success": true}
	ListPartial   ListShape = "partial"     // {"data": […], "total": one hundred more}
	ListStrange   ListShape = "strange"     // nothing that anybody has described
)

// ListUnder is ListNested, or with top ListTop, under another name: users, results, ….
func ListUnder(name string, top bool) ListShape {
	if top {
		return ListTop + ListShape(" "+name)
	}
	return ListNested + ListShape(" "+name)
}

// ListAs makes the agent list come in another shape.
func (z *Azeer) ListAs(shape ListShape) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.shape = shape
}

func (s ListShape) wrap(agents []any) any {
	shape, name, named := strings.Cut(string(s), " ")
	switch {
	case named && ListShape(shape) == ListNested:
		return object{"data": object{name: agents}, "success": true}
	case named && ListShape(shape) == ListTop:
		return object{name: agents}
	}
	switch s {
	case ListBare:
		return agents
	case ListNested:
		return object{"data": object{"agents": agents}, "success": true}
	case ListTop:
		return object{"items": agents}
	case ListOneBare:
		return first(agents)
	case ListOneInData:
		return object{"data": first(agents), "success": true}
	case ListEmpty:
		return object{"data": nil, "success": true}
	case ListPartial:
		return object{"data": agents, "total": len(agents) + 100, "success": true}
	case ListStrange:
		return object{"answer": object{"people": agents}}
	}
	return object{"data": agents, "message": "agents", "success": true}
}

func first(agents []any) any {
	if len(agents) == 0 {
		return nil
	}
	return agents[0]
}
