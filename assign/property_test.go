package assign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// The property: whatever people, Azeer, Slack and the machine do, every accepted
// request is answered; the owner of a contact is that of the last accepted request
// which Azeer took; no request is carried out after a newer one was; and one with a
// guard is accepted exactly while nothing newer than that is.

// truth is the outside world across all lives of the program.
type truth struct {
	mu       sync.Mutex
	journal  *Memory
	fates    []int // drawn in advance; what the next call meets with
	owner    map[string]string
	carried  map[string]int64 // contact → newest assignment that took effect
	granted  map[int64]bool   // may make one call
	late     []string         // breaches
	answered map[int64]int
	kinds    map[int64]OutcomeKind
}

func (w *truth) fate() int {
	if len(w.fates) == 0 {
		return 0
	}
	f := w.fates[0]
	w.fates = w.fates[1:]
	return f
}

// life is one process: once it is dead, nothing that it does has any effect.
type life struct {
	*truth
	dead bool
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

// Assign has its effect, or not, and says so, or not. The agent's address holds the
// number of the request, so that the effect can be told from others.
func (l *life) Assign(ctx context.Context, contact Phone, agent Agent) error {
	l.mu.Lock()
	fate := l.fate()
	if id := number(agent.PlatformID.Reveal()); l.granted[id] {
		delete(l.granted, id)
	} else if !l.dead {
		l.late = append(l.late, fmt.Sprintf("%d was sent without a turn", id))
	}
	l.mu.Unlock()
	if !sleep(ctx, time.Duration(fate%5)*900*time.Millisecond) {
		return &Fault{Effect: Perhaps, Reason: NoWord}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch kind := fate / 5; {
	case l.dead, kind == 1:
		return &Fault{Effect: NotDone, Reason: Unreachable}
	case kind == 2:
		return &Fault{Effect: NotDone, Reason: Busy, Status: 429, RetryAfter: 7 * time.Second}
	case kind == 3:
		return &Fault{Effect: Perhaps, Reason: NoWord} // and it was not
	case kind == 4:
		return &Fault{Effect: Never, Reason: NotFound, Status: 404}
	default:
		l.takeEffect(contact.Digits(), agent.PlatformID.Reveal())
		if kind == 5 {
			return &Fault{Effect: Perhaps, Reason: ServerError, Status: 502} // but it was
		}
		return nil
	}
}

func (l *life) takeEffect(contact, agent string) {
	id := number(agent)
	if id < l.carried[contact] {
		l.late = append(l.late, fmt.Sprintf("%d was carried out after %d", id, l.carried[contact]))
	}
	l.carried[contact] = id
	l.owner[contact] = agent
}

// number gives the assignment for which an agent stands.
func number(agent string) (id int64) {
	_, _ = fmt.Sscanf(agent, "agent%d@twerlo.com", &id)
	return id
}

func (l *life) Agents(context.Context) ([]Agent, bool, error) { return nil, true, nil }

func (l *life) Answer(ctx context.Context, a Assignment) error {
	l.mu.Lock()
	fate := l.fate()
	l.mu.Unlock()
	if !sleep(ctx, time.Duration(fate%5)*700*time.Millisecond) {
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead || fate%4 == 1 {
		return errDown
	}
	l.answered[a.ID]++
	l.kinds[a.ID] = a.Outcome.Kind
	return nil
}

func (l *life) Interim(context.Context, Assignment) {}

// flaky is the journal as a process sees it: sometimes away, and gone with the process.
type flaky struct {
	*life
	History
	Audit
}

func (f flaky) away() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return errDead
	}
	if f.fate()%9 == 8 {
		return errDown
	}
	return nil
}

func (f flaky) Accept(ctx context.Context, r Request) (Assignment, Acceptance, error) {
	return f.journal.Accept(ctx, r)
}

func (f flaky) Turn(ctx context.Context, id int64) (Turn, error) {
	if err := f.away(); err != nil {
		return Turn{}, err
	}
	turn, err := f.journal.Turn(ctx, id)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.granted[id] = err == nil && turn.Verdict == TurnGo; f.dead {
		delete(f.granted, id)
	}
	return turn, err
}

func (f flaky) Finish(ctx context.Context, id int64, o Outcome) error {
	if err := f.away(); err != nil {
		return err
	}
	return f.journal.Finish(ctx, id, o)
}

func (f flaky) Answered(ctx context.Context, id int64) error {
	if err := f.away(); err != nil {
		return err
	}
	return f.journal.Answered(ctx, id)
}

func (f flaky) Take(ctx context.Context) ([]Assignment, error) {
	if err := f.alive(); err != nil {
		return nil, err
	}
	return f.journal.Take(ctx)
}

func (f flaky) Latest(ctx context.Context, p Phone) (Assignment, bool, error) {
	return f.journal.Latest(ctx, p)
}

// begin starts a process; the func it returns ends it: in good order, or by a crash.
func (w *truth) begin() (*Service, func(crash bool)) {
	l := &life{truth: w}
	s := NewService(l, flaky{l, w.journal, w.journal}, NewDirectory(l, nil, DirectoryConfig{}), Config{Concurrency: 2})
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

func TestEveryAcceptedRequestIsAnsweredAndTheLastWordWins(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		// Everything is drawn before the bubble begins.
		fates := rapid.SliceOfN(rapid.IntRange(0, 29), 0, 120).Draw(rt, "fates")
		steps := rapid.SliceOfN(rapid.IntRange(0, 19), 1, 40).Draw(rt, "steps")
		whos := rapid.SliceOfN(rapid.IntRange(0, 8), len(steps), len(steps)).Draw(rt, "whos")
		var faults []string
		synctest.Test(t, func(*testing.T) { faults = live(fates, steps, whos) })
		if len(faults) > 0 {
			rt.Fatalf("%v", faults)
		}
	})
}

// live plays the steps and gives what was wrong in the end.
func live(fates, steps, whos []int) []string {
	w := &truth{
		journal: NewMemory(), fates: fates, owner: make(map[string]string), carried: make(map[string]int64), granted: make(map[int64]bool),
		answered: make(map[int64]int), kinds: make(map[int64]OutcomeKind),
	}
	accepted := make(map[int64]string)
	newest := make(map[string]int64)
	s, end := w.begin()
	count := 0
	for i, step := range steps {
		switch {
		case step < 10: // somebody asks; the agent's number is the ID it will get if it is new
			contact := fmt.Sprint(966500000000 + whos[i]%3)
			count++
			r := Request{
				Key: fmt.Sprint("key ", count), Requester: fmt.Sprint("U", whos[i]/3), Contact: NewPhone(contact),
				Agent: RefEmail(fmt.Sprintf("agent%d@twerlo.com", len(accepted)+1)),
			}
			if step < 2 && count > 1 {
				r.Key = fmt.Sprint("key ", count-1)
			}
			if step >= 7 { // by a button that is up to date, or a word behind
				r.Guard = newest[contact] - int64(step%2)
			}
			a, how, err := s.Accept(context.Background(), r)
			if err == nil {
				err = guardFault(r, a, how, newest[contact])
			}
			if err != nil {
				end(true)
				return []string{err.Error()}
			}
			if how == Overtaken {
				continue
			}
			accepted[a.ID] = a.Contact.Digits()
			newest[a.Contact.Digits()] = max(newest[a.Contact.Digits()], a.ID)
		case step < 16:
			<-time.After(time.Duration(1+whos[i]*whos[i]) * 300 * time.Millisecond)
		default:
			end(step < 19)
			s, end = w.begin()
		}
	}
	<-time.After(30 * time.Minute)
	end(false)
	return w.verdict(accepted)
}

// guardFault tells what is wrong with what became of r, where newest was the newest
// accepted for its contact. A guard that is no assignment of the contact never holds.
func guardFault(r Request, a Assignment, how Acceptance, newest int64) error {
	holds := r.Guard == 0 || r.Guard == newest
	switch {
	case how == Repeated:
	case holds == (how == Overtaken):
		return fmt.Errorf("guard %d with %d as the newest: acceptance %d", r.Guard, newest, how)
	case how == Overtaken && a.ID != newest && (a.ID != 0 || r.Guard <= newest):
		return fmt.Errorf("guard %d was overtaken by %d, not by %d", r.Guard, a.ID, newest)
	}
	return nil
}

func (w *truth) verdict(accepted map[int64]string) []string {
	faults := w.late
	for id, contact := range accepted {
		if w.answered[id] == 0 {
			faults = append(faults, fmt.Sprintf("%d was never answered", id))
		}
		if w.kinds[id] == Assigned && w.carried[contact] < id {
			faults = append(faults, fmt.Sprintf("%d was told assigned, but the owner is %s", id, w.owner[contact]))
		}
	}
	return faults
}
