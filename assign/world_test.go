package assign_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
	"azeer-slack/internal/retry"
	"azeer-slack/journal/memory"

	"github.com/rs/zerolog"
)

// inboxStub is Azeer as a script: each call takes the next reply, and when they are
// used up, Azeer agrees to everything.
type inboxStub struct {
	mu      sync.Mutex
	replies []reply
	agents  []agent.Agent
	partial bool
	listErr error
	lists   int
	calls   []inboxCall
	busy    int
	busiest int
	owners  map[string]string
}

// reply is what one call meets with.
type reply struct {
	after time.Duration
	err   error
	panic bool
	// stubborn: the reply comes although the call's context has ended.
	stubborn bool
}

type inboxCall struct {
	contact, agent string
	at             time.Time
}

func (i *inboxStub) Assign(ctx context.Context, contact phone.Number, agent agent.Agent) error {
	i.mu.Lock()
	i.calls = append(i.calls, inboxCall{contact.Digits(), agent.PlatformID.Reveal(), time.Now()})
	var r reply
	if len(i.replies) > 0 {
		r, i.replies = i.replies[0], i.replies[1:]
	}
	i.busy++
	i.busiest = max(i.busiest, i.busy)
	i.mu.Unlock()
	over := ctx
	if r.stubborn {
		over = context.WithoutCancel(ctx)
	}
	answered := r.after == 0 || retry.Sleep(over, r.after)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.busy--
	switch {
	case r.panic:
		panic("inbox broke")
	case !answered:
		return &assign.Fault{Effect: assign.Perhaps, Reason: assign.NoReply, Err: ctx.Err()}
	case r.err == nil:
		i.owners[contact.Digits()] = agent.PlatformID.Reveal()
	}
	return r.err
}

func (i *inboxStub) mostAtOnce() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.busiest
}

func (i *inboxStub) Agents(context.Context) ([]agent.Agent, bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lists++
	return i.agents, i.partial, i.listErr
}

func (i *inboxStub) owner(contact string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.owners[contact]
}

func (i *inboxStub) script(replies ...reply) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.replies = append(i.replies, replies...)
}

// behaves forgets what is left of the script.
func (i *inboxStub) behaves() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.replies = nil
}

func (i *inboxStub) made() []inboxCall {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]inboxCall(nil), i.calls...)
}

// The ways in which Azeer fails.
func busy(after time.Duration) reply {
	return reply{err: &assign.Fault{Effect: assign.NotDone, Reason: assign.Busy, Status: 503, RetryAfter: after}}
}
func unreachable() reply {
	return reply{err: &assign.Fault{Effect: assign.NotDone, Reason: assign.Unreachable}}
}
func broken() reply {
	return reply{err: &assign.Fault{Effect: assign.Perhaps, Reason: assign.ServerError, Status: 500}}
}
func noWord(after time.Duration) reply {
	return reply{after: after, err: &assign.Fault{Effect: assign.Perhaps, Reason: assign.NoReply}}
}
func refuse(reason assign.Reason, status int) reply {
	return reply{err: &assign.Fault{Effect: assign.Never, Reason: reason, Status: status, Said: "no"}}
}
func slow(after time.Duration) reply { return reply{after: after} }

func times(n int, r reply) []reply {
	var all []reply
	for range n {
		all = append(all, r)
	}
	return all
}

// ears is everybody who waits for an answer.
type ears struct {
	mu       sync.Mutex
	heard    map[int64][]assign.Assignment
	at       map[int64]time.Time
	interims map[int64][]time.Duration
	troubles map[int64]assign.Reason                  // as the interim answers told
	fail     func(a assign.Assignment, try int) error // nil: nothing fails
	tries    map[int64]int
	batches  []assign.Batch
	progress []progress
}

func newEars() *ears {
	return &ears{
		heard: make(map[int64][]assign.Assignment), at: make(map[int64]time.Time),
		interims: make(map[int64][]time.Duration), troubles: make(map[int64]assign.Reason), tries: make(map[int64]int),
	}
}

func (e *ears) Answer(_ context.Context, a assign.Assignment) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tries[a.ID]++
	if e.fail != nil {
		if err := e.fail(a, e.tries[a.ID]); err != nil {
			return err
		}
	}
	e.heard[a.ID] = append(e.heard[a.ID], a)
	e.at[a.ID] = time.Now()
	return nil
}

func (e *ears) Interim(_ context.Context, a assign.Assignment) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.interims[a.ID] = append(e.interims[a.ID], time.Since(a.AcceptedAt))
	e.troubles[a.ID] = a.Outcome.Reason
}

func (e *ears) AnswerBatch(_ context.Context, b assign.Batch) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.batches = append(e.batches, b)
	return nil
}

func (e *ears) Progress(_ context.Context, b assign.Batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.progress = append(e.progress, progress{time.Since(b.First().AcceptedAt), len(b.Members) - b.Unfinished()})
}

// progress is what somebody heard of a batch: how long after its acceptance, and how many were done.
type progress struct {
	after time.Duration
	done  int
}

// journalStub is a memory.Journal whose methods can be made to fail, to take their time, or to say something else.
type journalStub struct {
	*memory.Journal
	turn     func(id int64) (assign.Turn, error, bool) // true: instead of memory.Journal's
	finish   func(id int64) error
	answered func(id int64) error
	accept   func() error
	take     func() error
	giveBack func(ids []int64, begun bool) []int64
}

func (j *journalStub) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	if j.accept != nil {
		if err := j.accept(); err != nil {
			return assign.Assignment{}, 0, err
		}
	}
	return j.Journal.Accept(context.WithoutCancel(ctx), r)
}

func (j *journalStub) AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error) {
	if j.accept != nil {
		if err := j.accept(); err != nil {
			return nil, err
		}
	}
	return j.Journal.AcceptBatch(context.WithoutCancel(ctx), requests)
}

func (j *journalStub) Turn(ctx context.Context, id int64, sending bool) (assign.Turn, error) {
	if j.turn != nil {
		if turn, err, instead := j.turn(id); instead {
			return turn, err
		}
	}
	return j.Journal.Turn(ctx, id, sending)
}

func (j *journalStub) Finish(ctx context.Context, id int64, o assign.Outcome) error {
	if j.finish != nil {
		if err := j.finish(id); err != nil {
			return err
		}
	}
	return j.Journal.Finish(ctx, id, o)
}

func (j *journalStub) Answered(ctx context.Context, id int64) error {
	if j.answered != nil {
		if err := j.answered(id); err != nil {
			return err
		}
	}
	return j.Journal.Answered(ctx, id)
}

func (j *journalStub) Take(ctx context.Context) ([]assign.Assignment, error) {
	if j.take != nil {
		if err := j.take(); err != nil {
			return nil, err
		}
	}
	return j.Journal.Take(ctx)
}

func (j *journalStub) GiveBack(ctx context.Context, ids []int64, begun bool) ([]int64, error) {
	if j.giveBack != nil {
		return j.giveBack(ids, begun), nil
	}
	return j.Journal.GiveBack(ctx, ids, begun)
}

// chat is People with a fixed answer.
type chat func(user string) (agent.Email, error)

func (c chat) Email(_ context.Context, user string) (agent.Email, error) { return c(user) }

// world is a Service at work in a bubble of time of its own.
type world struct {
	t         *testing.T
	inbox     *inboxStub
	journal   *journalStub
	ears      *ears
	people    chat
	duty      duty.Roster // nil: there are no groups
	cfg       assign.Config
	log       bytes.Buffer
	observed  []assign.Assignment
	service   *assign.Service
	directory *agent.Directory
	cancel    context.CancelFunc
	ended     chan error
	keys      int
}

const (
	omar   = "omar@twerlo.com"
	sara   = "sara@twerlo.com"
	layla  = "layla@twerlo.com"
	phone1 = "966544444444"
	phone2 = "966544444445"
)

func person(email, name string) agent.Agent {
	return agent.Agent{PlatformID: agent.NewEmail(email), Email: agent.NewEmail(email), Name: name}
}

// story runs f in a bubble with a Service that is running, and ends it in good order.
func story(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storyWith(t, func(*world) {}, f)
}

func storyWith(t *testing.T, prepare func(w *world), f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			t: t, ears: newEars(), journal: &journalStub{Journal: memory.New()},
			inbox: &inboxStub{
				owners: make(map[string]string),
				agents: []agent.Agent{person(omar, "Omar Hassan"), person(sara, "Sara Ali"), person(layla, "Layla Ali")},
			},
			people: func(string) (agent.Email, error) { return agent.Email{}, agent.ErrNoEmail },
		}
		prepare(w)
		w.run()
		f(t, w)
		w.end()
	})
}

// run starts a Service, as a start of the program does.
func (w *world) run() {
	cfg := w.cfg
	var mu sync.Mutex
	cfg.Logger = zerolog.New(zerolog.SyncWriter(&w.log))
	cfg.Observe = func(a assign.Assignment) {
		mu.Lock()
		defer mu.Unlock()
		w.observed = append(w.observed, a)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	w.directory = agent.NewDirectory(w.inbox, w.people, agent.DirectoryConfig{})
	if err := w.directory.Refresh(ctx); err != nil && w.inbox.listErr == nil {
		w.t.Fatalf("Refresh: %v", err)
	}
	if w.duty != nil {
		cfg.Duty = &duty.Finder{Roster: w.duty, Agents: w.directory}
	}
	w.service = assign.NewService(w.inbox, w.journal, w.directory, cfg)
	w.cancel, w.ended = cancel, make(chan error, 1)
	service, ended := w.service, w.ended
	go func() { ended <- service.Run(ctx, w.ears) }()
	synctest.Wait()
}

// end stops the Service and waits until it has.
func (w *world) end() {
	w.t.Helper()
	w.cancel()
	if err := <-w.ended; err != nil {
		w.t.Errorf("Run: %v", err)
	}
	w.ended <- nil
}

// restart ends the Service and starts another on the same journal.
func (w *world) restart() {
	w.t.Helper()
	w.end()
	w.journal.Restart()
	w.run()
}

// ask accepts a request with a new key.
func (w *world) ask(requester, contact, to string) assign.Assignment {
	w.t.Helper()
	return w.askFor(requester, contact, agent.RefEmail(to))
}

func (w *world) askFor(requester, contact string, ref agent.Ref) assign.Assignment {
	w.t.Helper()
	w.keys++
	a, acceptance, err := w.service.Accept(w.t.Context(), assign.Request{
		Key: fmt.Sprint("key ", w.keys), Requester: requester, Contact: phone.New(contact), Agent: ref, Reply: "reply",
	})
	if err != nil || acceptance != assign.Accepted {
		w.t.Fatalf("Accept: %v, %v", acceptance, err)
	}
	return a
}

// pass lets time go by and everything happen that is due.
func (w *world) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// outcome gives what the requester of a was told, which must be one thing once.
func (w *world) outcome(a assign.Assignment) assign.Outcome {
	w.t.Helper()
	w.ears.mu.Lock()
	defer w.ears.mu.Unlock()
	heard := w.ears.heard[a.ID]
	if len(heard) != 1 {
		w.t.Fatalf("assignment %d was answered %d times, want once", a.ID, len(heard))
	}
	return heard[0].Outcome
}

func (e *ears) interimsOf(a assign.Assignment) []time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.interims[a.ID]
}

func (w *world) silent(a assign.Assignment) {
	w.t.Helper()
	w.ears.mu.Lock()
	defer w.ears.mu.Unlock()
	if heard := w.ears.heard[a.ID]; len(heard) != 0 {
		w.t.Fatalf("assignment %d was answered already: %+v", a.ID, heard)
	}
}

// wants checks the gist of an outcome.
func (w *world) wants(a assign.Assignment, kind assign.OutcomeKind, reason assign.Reason, attempts int) assign.Outcome {
	w.t.Helper()
	o := w.outcome(a)
	if o.Kind != kind || o.Reason != reason || o.Attempts != attempts {
		w.t.Fatalf("assignment %d: %s (%s) after %d attempts, want %s (%s) after %d",
			a.ID, o.Kind, o.Reason, o.Attempts, kind, reason, attempts)
	}
	return o
}

var errDown = errors.New("down")
