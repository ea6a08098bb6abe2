package page

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
)

const (
	// keptInteractions are remembered; of these a State holds the newest
	// toldInteractions, without payloads.
	keptInteractions = 500
	toldInteractions = 200
	// keptStray is how many calls to Azeer are kept that belong to nothing so far.
	keptStray = 50
	// mostSteps and mostBreaches bound one interaction; what comes after is left out.
	mostSteps    = 60
	mostBreaches = 20
	// alive is how long after its last step an interaction is the likelier cause of a
	// call than a newer one that fits as well.
	alive = time.Minute
)

// interactions puts together what belongs together: what a person did, what Slack
// sent of it, what the app called at Azeer because of it, and what the person saw.
//
// The sandbox knows by itself which envelope a message, a form or a breach answers. It
// cannot know which one a call to Azeer comes from, nor a message posted without a
// response URL: these are matched by the phone number in them (numbers.go), the agent
// and the order of things. That is how a person would read a log, and can be wrong where
// two people ask for the same at once.
type interactions struct {
	page *Page

	mu    sync.Mutex
	kept  []*tracked // oldest first
	byID  map[string]*tracked
	calls map[int]*tracked
	stray []azeer.Call
	marks int // numbers the turns of switches
}

// tracked is an interaction with what is needed to find what else belongs to it.
type tracked struct {
	Interaction
	numbers []string // phone numbers in what the person entered, see numbersIn
	agents  []string // emails of agents there, in lower case
	read    bool     // the payload has been read
	calls   []azeer.Call
	rested  bool // the person has been answered since the last call
}

func newInteractions(p *Page) *interactions {
	return &interactions{page: p, byID: map[string]*tracked{}, calls: map[int]*tracked{}}
}

// event takes in the next event of the sandbox.
func (x *interactions) event(e record.Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var t *tracked
	switch e.Kind {
	case record.Typed:
		if t = x.of(e); t != nil {
			t.Where, t.What = e.Where, e.Text
			t.step(Step{Name: "typed", At: millis(e.At)})
			x.read(t) // an event may be delivered much later, or never
		}
	case record.Delivered:
		if t = x.of(e); t != nil {
			x.read(t)
			t.step(Step{Name: "delivered", At: millis(e.At)})
		}
	case record.Acked:
		if t = x.of(e); t != nil {
			x.read(t)
			t.step(Step{Name: "acknowledged", At: millis(e.At)})
			t.store()
		}
	case record.Failed:
		if t = x.of(e); t != nil {
			x.read(t)
			t.Shown = e.Text
			t.step(Step{Name: "failed", At: millis(e.At), Text: e.Text, Bad: true})
		}
	case record.Opened, record.Seen, record.StepEnded:
		t = x.seen(e)
	}
	x.tell(t)
}

// breach takes in a rule that the app broke.
func (x *interactions) breach(b record.Breach) {
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.byID[b.Envelope]
	if t == nil || len(t.Breaches) >= mostBreaches {
		return
	}
	t.Breaches = append(t.Breaches, breachOf(b))
	x.tell(t)
}

// call takes in a call to Azeer, or what has become of it.
func (x *interactions) call(c azeer.Call) {
	if c.Method != http.MethodPost || c.Contact == "" {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.calls[c.N]
	if t == nil {
		t = x.causeOf(c)
	}
	if t == nil {
		x.keep(c)
		return
	}
	x.attach(t, c)
	x.tell(t)
}

// mark puts a turn of a switch between the interactions.
func (x *interactions) mark(what string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.marks++
	t := x.add(Interaction{ID: "trouble-" + strconv.Itoa(x.marks), What: what, Kind: "trouble"})
	t.step(Step{Name: "typed", At: millis(time.Now())})
	x.tell(t)
}

// all returns the newest interactions, oldest first, without payloads.
func (x *interactions) all() []Interaction {
	x.mu.Lock()
	defer x.mu.Unlock()
	newest := x.kept[max(0, len(x.kept)-toldInteractions):]
	told := make([]Interaction, len(newest))
	for i, t := range newest {
		told[i] = t.copy()
	}
	return told
}

// full returns one interaction with its payload and acknowledgement.
func (x *interactions) full(id string) (Interaction, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.byID[id]
	if t == nil {
		return Interaction{}, false
	}
	i := t.copy()
	if d, known := x.page.box.Slack.Delivery(id); known {
		i.Payload, i.Ack = orNull(d.Payload), orNull(d.AckPayload)
	}
	return i, true
}

// orNull leaves out what is empty: it would not be JSON.
func orNull(raw []byte) []byte {
	if len(raw) == 0 {
		return nil
	}
	return raw
}

func (x *interactions) tell(t *tracked) {
	if t == nil {
		return
	}
	i := t.copy()
	x.page.tell(Event{Type: "interaction", Interaction: &i})
}

// of finds the interaction of an event by its envelope, or begins it.
func (x *interactions) of(e record.Event) *tracked {
	if e.Envelope == "" { // a plain message, or a form closed without a word to the app
		return nil
	}
	if t := x.byID[e.Envelope]; t != nil {
		return t
	}
	return x.add(Interaction{ID: e.Envelope, Who: e.Who})
}

// add begins an interaction and forgets the oldest.
func (x *interactions) add(i Interaction) *tracked {
	t := &tracked{Interaction: i}
	x.byID[i.ID] = t
	x.kept = append(x.kept, t)
	if len(x.kept) > keptInteractions {
		old := x.kept[0]
		delete(x.byID, old.ID)
		for _, c := range old.calls {
			delete(x.calls, c.N)
		}
		x.kept = slices.Delete(x.kept, 0, 1)
	}
	return t
}

// seen notes that something appeared before the person who had asked for it.
func (x *interactions) seen(e record.Event) *tracked {
	t := x.byID[e.Envelope]
	if e.Envelope == "" && e.From == slack.BotUserID {
		t = x.askedFor(e)
	}
	if t == nil || e.Who != t.Who {
		return nil // somebody else saw it, too
	}
	text := e.Where
	if e.Kind == record.Opened && text == "" {
		text = "form"
	}
	t.step(Step{Name: "seen", At: millis(e.At), Text: text})
	t.rested = true
	if t.Kind == "events_api" && e.Where == slack.WhereHome {
		return t // what stands there is not what opening it was about
	}
	if len(t.numbers) == 0 && t.Kind != kindTyping {
		t.numbers = numbersIn(e.Text)
		x.adopt(t)
	}
	return t
}

// askedFor finds what a message answers that came without a response URL: the person's
// newest interaction about the same number.
func (x *interactions) askedFor(e record.Event) *tracked {
	about := numbersIn(e.Text)
	for _, t := range slices.Backward(x.kept) {
		if t.Who == e.Who && t.has("acknowledged") && t.about(about...) {
			return t
		}
	}
	return nil
}

// causeOf finds the interaction that a call is made for.
func (x *interactions) causeOf(c azeer.Call) *tracked {
	var best *tracked
	rank := -1
	for _, t := range x.kept {
		if !t.has("delivered") || !t.about(c.Contact) {
			continue
		}
		if r := t.rank(c); r > rank || r == rank && best.idle(c.At) {
			best, rank = t, r
		}
	}
	return best
}

// rank says how well a call fits: one that is settled needs no further call; else the
// agent counts, and then whether the person is still waiting.
func (t *tracked) rank(c azeer.Call) int {
	r := 0
	if t.settled() {
		return r
	}
	switch {
	case slices.Contains(t.agents, c.Agent):
		r += 5
	case len(t.agents) == 0: // a name, say, or nobody yet
		r += 3
	default:
		r++
	}
	if !t.rested {
		r++
	}
	return r
}

// idle tells whether nothing has happened for so long that a newer one is likelier.
func (t *tracked) idle(now time.Time) bool {
	return len(t.Steps) == 0 || millis(now)-t.Steps[len(t.Steps)-1].At > float64(alive.Milliseconds())
}

// settled tells whether Azeer has said something after which no app calls again.
func (t *tracked) settled() bool {
	if len(t.calls) == 0 {
		return false
	}
	last := t.calls[len(t.calls)-1]
	return last.Over && last.Status != 0 && last.Status != http.StatusTooManyRequests && last.Status < 500
}

// about tells whether the person asked about one of these numbers.
func (t *tracked) about(numbers ...string) bool {
	for _, mine := range t.numbers {
		for _, n := range numbers {
			if sameNumber(mine, n) {
				return true
			}
		}
	}
	return false
}

func (x *interactions) attach(t *tracked, c azeer.Call) {
	x.calls[c.N] = t
	at := slices.IndexFunc(t.calls, func(known azeer.Call) bool { return known.N == c.N })
	if at < 0 {
		t.calls = append(t.calls, c)
		t.step(Step{Name: "sent", At: millis(c.At), Text: c.Agent})
		t.rested = false
		t.store()
	}
	if !c.Over || at >= 0 && t.calls[at].Over {
		return
	}
	if at >= 0 {
		t.calls[at] = c
	}
	answer := Step{Name: "answered", At: millis(c.At.Add(c.Took)), Text: strconv.Itoa(c.Status), Bad: c.Status >= 300}
	if c.Status == 0 {
		answer.Text, answer.Bad = "no answer", true
	}
	t.step(answer)
}

// keep remembers a call, or what has become of it, for an interaction that turns out
// later to be about its contact.
func (x *interactions) keep(c azeer.Call) {
	for i, known := range x.stray {
		if known.N == c.N {
			x.stray[i] = c
			return
		}
	}
	x.stray = append(x.stray, c)
	if len(x.stray) > keptStray {
		x.stray = slices.Delete(x.stray, 0, 1)
	}
}

// adopt gives an interaction the stray calls about its contact since it began.
func (x *interactions) adopt(t *tracked) {
	x.stray = slices.DeleteFunc(x.stray, func(c azeer.Call) bool {
		mine := t.about(c.Contact) && len(t.Steps) > 0 && millis(c.At) >= t.Steps[0].At
		if mine {
			x.attach(t, c)
		}
		return mine
	})
}

// step adds a step in the order of time.
func (t *tracked) step(s Step) {
	if len(t.Steps) >= mostSteps {
		return
	}
	t.Steps = append(t.Steps, s)
	slices.SortStableFunc(t.Steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
}

// store adds the step "stored". Nobody outside the app sees it write to its journal; but
// the app does so before it acknowledges and before it calls Azeer, so that of a request
// that went to Azeer it is known to be stored by the earlier of the two.
func (t *tracked) store() {
	if len(t.calls) == 0 || t.has("stored") {
		return
	}
	for i, s := range t.Steps {
		if s.Name == "sent" || s.Name == "acknowledged" {
			t.Steps = slices.Insert(t.Steps, i, Step{Name: "stored", At: s.At})
			return
		}
	}
}

func (t *tracked) has(name string) bool {
	return slices.ContainsFunc(t.Steps, func(s Step) bool { return s.Name == name })
}

func (t *tracked) copy() Interaction {
	i := t.Interaction
	i.Steps = append([]Step{}, t.Steps...)
	i.Breaches = append([]Breach{}, t.Breaches...)
	return i
}

// millis is a moment in milliseconds since 1970, exact to the microsecond.
func millis(at time.Time) float64 { return float64(at.UnixMicro()) / 1000 }
