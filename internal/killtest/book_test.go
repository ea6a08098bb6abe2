package killtest

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
)

// request is what one person wants of one contact. Nobody wants two things of the same
// contact, so person and contact together tell which request an answer belongs to; and
// no two want the same agent for it, so contact and agent tell whose call Azeer received.
type request struct {
	who     *slack.Person
	contact string // E.164 digits
	agent   string // what Azeer knows the agent by
	nth     int    // among those for its contact, in the order in which they were typed

	// Below: guarded by book.mu.
	typed   int       // how often it went to Slack; more than once if Slack showed it as failed
	acked   time.Time // when Slack saw it accepted; zero: it did not
	answers []time.Time
	texts   []string // of the answers
	done    bool     // an answer said that it was carried out
	told    string   // how the newest answer began
}

// death is one end of a child, and what came after.
type death struct {
	how      string    // "random", "SIGTERM" or the name of a point
	at       time.Time // when it was dead
	restarts time.Time // when the next was started
	up       time.Time // when a socket was opened after that; zero: none was
}

// book keeps what was asked and answered, and when children died.
type book struct {
	mu       sync.Mutex
	requests []*request
	answered map[[2]string]*request // by handle and contact
	called   map[[2]string]*request // by contact and agent
	deaths   []*death
	changed  chan struct{} // closed and renewed at every event of the sandbox
}

func newBook() *book {
	return &book{
		answered: map[[2]string]*request{}, called: map[[2]string]*request{},
		changed: make(chan struct{}),
	}
}

func (b *book) add(r *request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r)
	b.answered[[2]string{r.who.Handle(), r.contact}] = r
	b.called[[2]string{r.contact, r.agent}] = r
}

func (b *book) typing(r *request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.typed++
}

func (b *book) accepted(r *request, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.acked = at
}

func (b *book) died(how string) *death {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := &death{how: how, at: time.Now()}
	b.deaths = append(b.deaths, d)
	return d
}

func (b *book) restarted(d *death) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d.restarts = time.Now()
}

// number is how a Saudi contact stands in an answer.
var number = regexp.MustCompile(`\+966 [0-9]{2} [0-9]{3} [0-9]{4}`)

// notFinal begins what people read before the answer, or besides it.
var notFinal = []string{"Still assigning", "Already on it"}

// observe takes in an event of the sandbox. Every message about a contact is the answer
// to a request, except those that say that it is still going on.
func (b *book) observe(e record.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.changed)
	b.changed = make(chan struct{})
	if e.Kind == record.Connected {
		b.connected(e.At)
	}
	if e.Kind != record.Seen {
		return
	}
	early := func(start string) bool { return strings.Contains(e.Text, start) }
	contact := digits(number.FindString(e.Text))
	r := b.answered[[2]string{e.Who, contact}]
	if r == nil || slices.ContainsFunc(notFinal, early) {
		return
	}
	r.answers, r.texts = append(r.answers, e.At), append(r.texts, e.Text)
	r.done = r.done || strings.Contains(e.Text, "now belongs to") || strings.Contains(e.Text, "already belonged to")
	r.told, _, _ = strings.Cut(e.Text, ":")
}

// connected is called with mu held.
func (b *book) connected(at time.Time) {
	for _, d := range b.deaths {
		if d.up.IsZero() && d.at.Before(at) {
			d.up = at
		}
	}
}

func digits(s string) string { return strings.NewReplacer("+", "", " ", "").Replace(s) }

// change gives a channel that is closed at the next event.
func (b *book) change() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// open counts the requests that must still be answered: those accepted, those that Azeer has
// carried out, and those that another was overtaken by, although Slack had not seen them
// accepted.
func (b *book) open(calls []azeer.Call) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting := map[*request]bool{}
	for _, r := range b.requests {
		if !r.acked.IsZero() && len(r.answers) == 0 {
			waiting[r] = true
		}
	}
	for _, c := range calls {
		if r := b.called[[2]string{c.Contact, c.Agent}]; r != nil && c.Effect && len(r.answers) == 0 {
			waiting[r] = true
		}
	}
	for _, r := range b.requests {
		if !strings.Contains(r.told, "Replaced") {
			continue
		}
		newer := slices.DeleteFunc(slices.Clone(b.requests), func(other *request) bool { return other.contact != r.contact || other.nth <= r.nth })
		settled := func(other *request) bool { return !other.acked.IsZero() || len(other.answers) > 0 }
		if len(newer) > 0 && !slices.ContainsFunc(newer, settled) {
			waiting[newer[0]] = true
		}
	}
	return len(waiting)
}
