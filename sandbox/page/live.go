package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"azeer-slack/sandbox/slack"
)

// What is kept for pages that come back, or are slow. Whoever is further behind
// reads the whole State again.
const (
	keptEvents = 8192
	keptBytes  = 16 << 20
)

// live numbers events and hands them to the pages.
type live struct {
	heartbeat time.Duration // how often a page is told that it is connected

	mu      sync.Mutex
	seq     int64 // of the newest event
	kept    []told
	bytes   int
	changed chan struct{} // closed and renewed with every event
}

type told struct {
	data []byte
	to   []string      // handles; nil: everybody
	at   *slack.Person // for this client of theirs only; nil: for all
}

// reaches tells whether somebody at a client is told.
func (e told) reaches(person *slack.Person) bool {
	return (e.to == nil || slices.Contains(e.to, person.Handle())) && (e.at == nil || e.at == person)
}

// newLive starts to count at the time in milliseconds: so a page left over from an
// earlier run is behind, and never takes our events for the continuation of those.
func newLive(now time.Time) *live {
	return &live{heartbeat: 15 * time.Second, seq: now.UnixMilli(), changed: make(chan struct{})}
}

// tell numbers an event and sends it to everybody's pages, or only to those of the
// people named by handle.
func (p *Page) tell(e Event, to ...string) {
	p.live.add(told{data: encode(e), to: to})
}

func encode(e Event) []byte {
	data, err := json.Marshal(e)
	if err != nil {
		panic("page: encode own event: " + err.Error())
	}
	return data
}

func (l *live) add(e told) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	l.kept = append(l.kept, e)
	l.bytes += len(e.data)
	if len(l.kept) > keptEvents || l.bytes > keptBytes {
		l.forget()
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// forget drops old events, a quarter more than it must, so that it is rare.
func (l *live) forget() {
	drop := 0
	for drop < len(l.kept)-1 && (len(l.kept)-drop > keptEvents*3/4 || l.bytes > keptBytes*3/4) {
		l.bytes -= len(l.kept[drop].data)
		drop++
	}
	l.kept = slices.Clone(l.kept[drop:])
}

func (l *live) now() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq
}

// batch is what a page has not been told.
type batch struct {
	first   int64 // seq of the first told
	entries []told
	last    int64
	lost    bool // some of it is forgotten
	changed <-chan struct{}
}

func (l *live) after(seq int64) batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := batch{last: l.seq, changed: l.changed}
	oldest := l.seq - int64(len(l.kept)) // the last one forgotten
	if seq < oldest || seq > l.seq {
		b.lost = true
		return b
	}
	b.first = seq + 1
	b.entries = l.kept[seq-oldest:]
	return b
}

// serveEvents sends the events after a given one, as they happen, for as long as
// the page listens (https://html.spec.whatwg.org/multipage/server-sent-events.html).
func (p *Page) serveEvents(w http.ResponseWriter, r *http.Request) {
	person, ok := p.box.Slack.Find(r.URL.Query().Get("person"))
	if !ok {
		http.Error(w, "there is nobody of that name", http.StatusNotFound)
		return
	}
	from := r.Header.Get("Last-Event-ID") // of a browser that lost the connection
	if from == "" {
		from = r.URL.Query().Get("after")
	}
	seq, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		http.Error(w, "after must be a number", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	p.stream(w, r, person.On(r.URL.Query().Get("client")), seq)
}

func (p *Page) stream(w http.ResponseWriter, r *http.Request, person *slack.Person, seq int64) {
	ctx, cancel := p.until(r)
	defer cancel()
	out := http.NewResponseController(w)
	beat := time.NewTicker(p.live.heartbeat)
	defer beat.Stop()
	due := true // at once, so that the page knows it is connected
	for {
		b := p.live.after(seq)
		_ = out.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if writeBatch(w, b, person, due) != nil || out.Flush() != nil {
			return // the page is gone, or reads too slowly: it comes back by itself
		}
		seq, due = b.last, false
		select {
		case <-b.changed:
		case <-beat.C:
			due = true
		case <-ctx.Done():
			return
		}
	}
}

// writeBatch writes what the person may know and, where it is due, a heartbeat: an id
// without data, which moves on where the browser would resume.
func writeBatch(w http.ResponseWriter, b batch, person *slack.Person, heartbeat bool) error {
	if b.lost {
		_, err := fmt.Fprintf(w, "id: %d\ndata: {\"type\":\"reset\"}\n\n", b.last)
		return err
	}
	for i, e := range b.entries {
		if !e.reaches(person) {
			continue
		}
		if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", b.first+int64(i), e.data); err != nil {
			return err
		}
	}
	if heartbeat {
		_, err := fmt.Fprintf(w, ": here\nid: %d\n\n", b.last)
		return err
	}
	return nil
}
