package assign_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/internal/retry"
	"azeer-slack/journal/memory"
)

// truth is the outside world across all lives of the program: what people asked for, what
// Azeer did, what the journal keeps and what people were told.
type truth struct {
	mu       sync.Mutex
	journal  *memory.Journal
	fates    []fate    // drawn in advance; what the next call meets with
	outage   time.Time // until then Azeer is away
	stored   map[int64]acceptedBy
	accepted map[int64]bool  // whose requester was told so
	sender   map[int64]*life // the first that was about to call for it
	tries    map[int64][]*try
	ends     map[int64]ending
	answered map[int64]bool
	noted    map[int64]bool   // answered, and the journal knows
	owner    map[string]int64 // Contact → the assignment that took effect last
	breaches []string
}

func newTruth(fates []fate) *truth {
	return &truth{
		journal: memory.New(), fates: fates,
		stored: make(map[int64]acceptedBy), accepted: make(map[int64]bool), tries: make(map[int64][]*try),
		ends: make(map[int64]ending), answered: make(map[int64]bool), noted: make(map[int64]bool),
		owner: make(map[string]int64), sender: make(map[int64]*life),
	}
}

// fate is what one call meets with. The zero fate is that all goes well at once.
type fate struct {
	word  reaction
	delay int
	done  bool // it is carried out, where the word leaves that open
	early bool // that happens before the wait, and not after it
}

// reaction is what Azeer says in the end.
type reaction int

const (
	yes reaction = iota
	silence
	never
	trouble // with a status
	away
	tooBusy
	reactions
	nothing // was asked
)

func (r reaction) String() string {
	return []string{"yes", "silence", "never", "trouble", "away", "busy", "", "nothing"}[r]
}

// err is the reaction as the client reads it.
func (r reaction) err() error {
	switch r {
	case away:
		return &assign.Fault{Effect: assign.NotDone, Reason: assign.Unreachable}
	case tooBusy:
		return &assign.Fault{Effect: assign.NotDone, Reason: assign.Busy, Status: 429, RetryAfter: 7 * time.Second}
	case silence:
		return &assign.Fault{Effect: assign.Perhaps, Reason: assign.NoReply}
	case never:
		return &assign.Fault{Effect: assign.Never, Reason: assign.NotFound, Status: 404}
	case trouble:
		return &assign.Fault{Effect: assign.Perhaps, Reason: assign.ServerError, Status: 502}
	}
	return nil
}

// takes tells whether Azeer does what it is asked for, whatever it then says.
func (f fate) takes() bool {
	return f.word == yes || f.done && (f.word == silence || f.word == trouble)
}

// lasts is how long Azeer takes: the longest is hung up on, the next is cut off by a stop.
func (f fate) lasts() time.Duration {
	return []time.Duration{0, 900 * time.Millisecond, 1800 * time.Millisecond, 12 * time.Second, 40 * time.Second}[f.delay]
}

// next gives the next fate. Callers hold mu.
func (w *truth) next() fate {
	if len(w.fates) == 0 {
		return fate{}
	}
	f := w.fates[0]
	w.fates = w.fates[1:]
	return f
}

// breach notes what must never happen. Callers hold mu.
func (w *truth) breach(format string, args ...any) {
	w.breaches = append(w.breaches, fmt.Sprintf(format, args...))
}

// try is one call to Azeer, as Azeer and the process see it.
type try struct {
	id     int64
	by     *life
	effect bool
	// said is what the process heard: silence also where it did not live to hear anything.
	said reaction
}

// acceptedBy is an assignment in the journal, and the life that accepted it.
type acceptedBy struct {
	assign.Assignment
	by *life
}

// ending is the outcome that the journal keeps, and the life that found it.
type ending struct {
	assign.Outcome
	by *life
}

// life is one process: once it is dead, nothing that it does has any effect.
type life struct {
	*truth
	dead    bool
	granted map[string]int64 // Contact → the assignment that may make one call
	reached map[int64]bool   // whose answer is surely delivered
}

var errDead = errors.New("this process is dead")

func (l *life) alive() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errDead
	}
	return nil
}

// Assign has its effect, or not, and says so, or not. What happened before the process died
// or hung up has happened; what would have come after it does not.
func (l *life) Assign(ctx context.Context, contact phone.Number, agent agent.Agent) error {
	f, t := l.send(contact.Digits(), agent.PlatformID.Reveal())
	if t == nil {
		return errDead
	}
	if !pass(ctx, f.lasts()) {
		return t.said.err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errDead
	}
	if f.takes() && !f.early {
		l.takeEffect(t, contact.Digits())
	}
	t.said = f.word
	return t.said.err()
}

// pass is sleep, without a timer where there is no time to pass: with the race detector, Go
// 1.26 now and then crashes over a timer of a bubble that is due at once.
func pass(ctx context.Context, d time.Duration) bool { return d == 0 || retry.Sleep(ctx, d) }

// send notes that a call is made, and by which assignment. It gives no try if the process
// is dead.
func (l *life) send(contact, agent string) (fate, *try) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return fate{}, nil
	}
	f := l.next()
	if time.Now().Before(l.outage) {
		f = fate{word: away}
	}
	id := l.granted[contact]
	delete(l.granted, contact)
	if id == 0 || l.stored[id].Agent.Reveal() != agent {
		l.breach("%s was sent for %s without a turn", agent, contact)
	}
	t := &try{id: id, by: l, said: silence}
	l.tries[id] = append(l.tries[id], t)
	if f.early && f.takes() {
		l.takeEffect(t, contact)
	}
	return f, t
}

// takeEffect gives the contact to the agent of t. Callers hold mu.
func (l *life) takeEffect(t *try, contact string) {
	if t.id < l.owner[contact] {
		l.breach("%d was carried out after %d", t.id, l.owner[contact])
	}
	t.effect, l.owner[contact] = true, t.id
}

func (l *life) Agents(context.Context) ([]agent.Agent, bool, error) { return nil, true, nil }

// Answer reaches the requester, or not, and so does the confirmation that it did.
func (l *life) Answer(ctx context.Context, a assign.Assignment) error {
	l.mu.Lock()
	f := l.next()
	if !l.dead && l.reached[a.ID] {
		l.breach("%d is answered again, though it was", a.ID)
	}
	l.mu.Unlock()
	if !pass(ctx, time.Duration(f.delay)*700*time.Millisecond) {
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead || f.word == away {
		return errDown
	}
	l.hear(a)
	if f.word == silence {
		return errDown // but it was heard
	}
	l.reached[a.ID] = true
	return nil
}

// hear is the requester reading an answer. Callers hold mu.
func (l *life) hear(a assign.Assignment) {
	l.answered[a.ID] = true
	switch end, ok := l.ends[a.ID]; {
	case !ok || end.Kind != a.Outcome.Kind || end.Reason != a.Outcome.Reason:
		l.breach("%d was told %s %s, but the journal has %s %s", a.ID, a.Outcome.Kind, a.Outcome.Reason, end.Kind, end.Reason)
	case l.reached[a.ID]:
		l.breach("%d was told twice in one life", a.ID)
	case l.noted[a.ID]:
		l.breach("%d was told again, though the journal knew", a.ID)
	}
}

func (l *life) Interim(context.Context, assign.Assignment) {}

func (l *life) AnswerBatch(context.Context, assign.Batch) error { return nil }

func (l *life) Progress(context.Context, assign.Batch) {}

// flaky is the journal as a process sees it: sometimes away, and gone with the process.
type flaky struct {
	*life
	assign.Batches
	assign.Choosing
	assign.History
	assign.Audit
}

func (f flaky) away() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return errDead
	}
	if f.next().word == trouble {
		return errDown
	}
	return nil
}

func (f flaky) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	if err := f.away(); err != nil {
		return assign.Assignment{}, 0, err
	}
	// Under the lock, so that nobody works on what the truth does not know yet.
	f.mu.Lock()
	defer f.mu.Unlock()
	a, how, err := f.journal.Accept(ctx, r)
	if err == nil && how == assign.Accepted {
		f.stored[a.ID] = acceptedBy{a, f.life}
	}
	return a, how, err
}

func (f flaky) Turn(ctx context.Context, id int64, sending bool) (assign.Turn, error) {
	if err := f.away(); err != nil {
		return assign.Turn{}, err
	}
	turn, err := f.journal.Turn(ctx, id, sending)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil && turn.Verdict == assign.TurnGo && sending && f.sender[id] == nil {
		f.sender[id] = f.life
	}
	contact := f.stored[id].Contact.Digits()
	if err == nil && turn.Verdict == assign.TurnGo {
		f.granted[contact] = id
	} else if f.granted[contact] == id {
		delete(f.granted, contact)
	}
	return turn, err
}

func (f flaky) Finish(ctx context.Context, id int64, o assign.Outcome) error {
	if err := f.away(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.journal.Finish(ctx, id, o)
	if _, known := f.ends[id]; err == nil && !known {
		f.ends[id] = ending{o, f.life}
	}
	return err
}

func (f flaky) Answered(ctx context.Context, id int64) error {
	if err := f.away(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.journal.Answered(ctx, id)
	if err == nil {
		f.noted[id] = true
	}
	return err
}

func (f flaky) Take(ctx context.Context) ([]assign.Assignment, error) {
	if err := f.alive(); err != nil {
		return nil, err
	}
	return f.journal.Take(ctx)
}

func (f flaky) GiveBack(ctx context.Context, ids []int64, begun bool) ([]int64, error) {
	return f.journal.GiveBack(ctx, ids, begun)
}

func (f flaky) Latest(ctx context.Context, p phone.Number) (assign.Assignment, bool, error) {
	return f.journal.Latest(ctx, p)
}

// breakDown has Azeer away for d.
func (w *truth) breakDown(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outage = time.Now().Add(d)
}

// begin starts a process; the func it returns ends it: in good order, or by a crash.
func (w *truth) begin() (*assign.Service, func(crash bool)) {
	l := &life{truth: w, granted: make(map[string]int64), reached: make(map[int64]bool)}
	s := assign.NewService(l, flaky{l, w.journal, w.journal, w.journal, w.journal}, agent.NewDirectory(l, nil, agent.DirectoryConfig{}), assign.Config{Concurrency: 2})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	return s, func(crash bool) {
		if crash {
			w.mu.Lock()
			l.dead = true
			w.mu.Unlock()
		}
		cancel()
		<-ended
		w.mu.Lock()
		l.dead = true
		w.mu.Unlock()
		w.journal.Restart()
	}
}
