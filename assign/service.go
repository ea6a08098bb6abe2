// Package assign is the heart of azeer-slack: it keeps the order of assignments per
// contact, carries them out, and sees to it that each ends in one truthful answer.
//
// It knows neither Slack, HTTP nor SQL. What it needs of them it declares as small
// interfaces: [Inbox] (Azeer), [Journal] (the durable record) and [Answerer] (how the
// requester is told). Below it, phone, agent, line and prose read what people write.
package assign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/internal/catch"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
)

// Config is what may be set about a Service. Its zero value is fit for use.
type Config struct {
	// Concurrency is how many calls to the inbox are made at once; 0: 8.
	Concurrency int
	// Answerers is how many answers are given at once; 0: 16.
	Answerers int
	// Backlog is how many assignments this process may have in flight, unfinished or
	// unanswered, before it accepts no more; 0: 12,000, which take about 200 MB.
	Backlog int
	// Interim is how long after acceptance an unfinished assignment gets its interim
	// answer; 0: 2 s, so that it is there within 3.
	Interim time.Duration
	// RecoverEvery is how often the journal is asked for what other processes left behind,
	// and how long an assignment that waits to be tried again may go without hearing
	// that another process has accepted a newer one; 0: 3 s. Negative: nobody else uses
	// the journal, so it is asked once, at the start.
	RecoverEvery time.Duration
	// Drain is how long Run goes on after its context has ended, to finish what is on
	// the wire; 0: 8 s.
	Drain time.Duration
	// Duty finds who is on duty in a group; nil: there are no groups.
	Duty *duty.Finder
	// Logger gets one event per outcome; the zero Logger discards them.
	Logger zerolog.Logger
	// Heartbeat is of the loop that asks the journal for what others left; it may be nil.
	Heartbeat *heartbeat.Loop
	// Observe is called once for each assignment that this process finished, after the
	// outcome is stored and before it is answered. It must not block. nil: nobody looks.
	Observe func(Assignment)
}

func (c Config) filled() Config {
	c.Concurrency = orDefault(c.Concurrency, 8)
	c.Answerers = orDefault(c.Answerers, 16)
	c.Backlog = orDefault(c.Backlog, 12_000)
	c.Interim = orDefault(c.Interim, 2*time.Second)
	c.Drain = orDefault(c.Drain, 8*time.Second)
	if c.RecoverEvery == 0 {
		c.RecoverEvery = 3 * time.Second
	}
	return c
}

func orDefault[N int | time.Duration](set, otherwise N) N {
	if set <= 0 {
		return otherwise
	}
	return set
}

// Errors of Accept, besides the journal's own. Each wraps ErrNotStored.
var (
	ErrStopping   = fmt.Errorf("service is stopping: %w", ErrNotStored)
	ErrBacklog    = fmt.Errorf("too many assignments are waiting: %w", ErrNotStored)
	ErrSameBatch  = fmt.Errorf("the same batch is being carried out: %w", ErrNotStored)
	ErrIncomplete = fmt.Errorf("contact or agent is missing: %w", ErrNotStored)
)

// ErrPending says that nobody knows in time whether something is stored. If it is in the end,
// it is carried out, and a request answered.
var ErrPending = errors.New("journal did not store it in time")

// Service carries out what is accepted: per contact in the order of acceptance, each
// once, each with a truthful answer at the end.
//
//	Accept ─ journal ─▶ queue of the contact ─▶ agent ─▶ semaphore ─▶ turn ─▶ inbox ─▶ outcome ─ journal ─▶ answer ─ journal
//	                         ▲                                             │
//	                         └──────────── wait, try again ◀───────────────┘
type Service struct {
	ports
	cfg     Config
	log     zerolog.Logger
	limits  limits
	backlog backlog
	probes  chan struct{} // taken by Run as long as it goes round
	batches batches
	work    sync.WaitGroup // everything that Run has started
}

// ports are what a Service works with.
type ports struct {
	inbox     Inbox
	journal   Journal
	directory *agent.Directory
	answerer  Answerer // set by Run
}

// limits are how much may be asked at once.
type limits struct {
	calls   *semaphore // of the inbox
	batches *semaphore // of the inbox, for what is part of a batch: the rest is free for what is not
	lookups *semaphore // of whoever knows the agents
	answers *semaphore // of the requesters
}

// backlog is what is accepted and not answered in this process.
type backlog struct {
	arrivals chan struct{} // gets a token when arrived grows

	mu      sync.Mutex
	stopped bool
	// inFlight holds the IDs of all that is unfinished or unanswered; reserved counts those
	// that Accept is just storing.
	inFlight map[int64]bool
	reserved int
	arrived  []*job // in flight, not yet in a queue
	queues   map[string]*contactQueue
}

// NewService returns a Service that does nothing but accept until Run is called.
func NewService(inbox Inbox, journal Journal, directory *agent.Directory, cfg Config) *Service {
	cfg = cfg.filled()
	return &Service{
		ports: ports{inbox: inbox, journal: journal, directory: directory}, cfg: cfg,
		log: cfg.Logger.With().Str("component", "assign").Logger(),
		limits: limits{
			calls: newSemaphore(cfg.Concurrency), batches: newSemaphore(max(1, cfg.Concurrency*3/4)),
			lookups: newSemaphore(cfg.Concurrency), answers: newSemaphore(cfg.Answerers),
		},
		probes:  make(chan struct{}),
		backlog: backlog{arrivals: make(chan struct{}, 1), inFlight: make(map[int64]bool), queues: make(map[string]*contactQueue)},
	}
}

// Accept stores r durably and returns; Run carries it out. Repeated and Joined are as
// in Journal. Errors wrap ErrNotStored: then nothing was accepted and nothing will be
// done. ErrStopping, ErrBacklog and ErrIncomplete are those that are not the journal's.
// Or it is ErrPending.
func (s *Service) Accept(ctx context.Context, r Request) (Assignment, Acceptance, error) {
	if r.Contact.IsZero() || r.Agent.IsZero() {
		return Assignment{}, 0, ErrIncomplete
	}
	entries, err := InTime(ctx, func() ([]Entry, error) {
		return s.store(1, func() (entries []Entry, err error) {
			entries = make([]Entry, 1)
			e := &entries[0]
			e.Assignment, e.Acceptance, err = s.journal.Accept(ctx, r)
			return entries, err
		})
	})
	if err != nil {
		return Assignment{}, 0, notStored(err)
	}
	return entries[0].Assignment, entries[0].Acceptance, nil
}

// notStored makes sure of the contract of Accept.
func notStored(err error) error {
	if errors.Is(err, ErrNotStored) || errors.Is(err, ErrPending) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotStored, err)
}

// store has the journal accept n requests, if there is room for them, and takes them in flight. Its room
// is free again whatever becomes of accept.
func (s *Service) store(n int, accept func() ([]Entry, error)) (entries []Entry, err error) {
	if err := s.reserve(n); err != nil {
		return nil, err
	}
	defer func() {
		s.backlog.mu.Lock()
		defer s.backlog.mu.Unlock()
		s.backlog.reserved -= n
		for i := range entries {
			if e := &entries[i]; e.Acceptance == Accepted {
				s.receive(&job{Assignment: e.Assignment, since: e.AcceptedAt})
			}
		}
	}()
	accepted, err := accept()
	if err != nil {
		return nil, err
	}
	return accepted, nil
}

// inTimeGrace is how much longer than its time a journal may take that is about to answer.
const inTimeGrace = 50 * time.Millisecond

// InTime gives what store gives, its panic as an error, or ErrPending if the time of ctx is over first: a
// disk that hangs does so in the middle of a write, and cannot be asked to stop. store goes on then, and
// must write to nothing that its caller reads.
func InTime[T any](ctx context.Context, store func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	stored := make(chan result, 1)
	go func() {
		var r result
		r.err = catch.Panics(func() (err error) {
			r.value, err = store()
			return err
		})
		stored <- r
	}()
	var grace <-chan time.Time // begins with the end of ctx
	over := ctx.Done()
	for {
		select {
		case r := <-stored:
			return r.value, r.err
		case <-over:
			over, grace = nil, time.After(inTimeGrace)
		case <-grace:
			var none T
			return none, ErrPending
		}
	}
}

// reserve makes room for n more in flight.
func (s *Service) reserve(n int) error {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	switch {
	case s.backlog.stopped:
		return ErrStopping
	case len(s.backlog.inFlight)+s.backlog.reserved+n > s.cfg.Backlog:
		return ErrBacklog
	}
	s.backlog.reserved += n
	return nil
}

// receive takes a job in flight, unless it is there or Run is over: then it stays in the
// journal for the next start. Callers hold mu.
func (s *Service) receive(j *job) {
	if s.backlog.stopped || s.backlog.inFlight[j.ID] {
		return
	}
	s.backlog.inFlight[j.ID] = true
	j.newer, j.telling = make(chan struct{}, 1), make(chan struct{}, 1)
	s.backlog.arrived = append(s.backlog.arrived, j)
	select {
	case s.backlog.arrivals <- struct{}{}:
	default:
	}
}

// drop lets go of a job: it is answered, somebody else's, or left to the next start.
func (s *Service) drop(j *job) {
	s.backlog.mu.Lock()
	delete(s.backlog.inFlight, j.ID)
	s.backlog.mu.Unlock()
	s.batches.ended(j)
}

// Run carries out what has been accepted, and first what an earlier process left in
// the journal, until ctx ends. Then nothing new is accepted, and what is in flight may be
// finished and answered within Config.Drain, as far as it need not wait to be tried
// again; the rest stays in the journal. Run may be called once. It returns nil.
func (s *Service) Run(ctx context.Context, answerer Answerer) error {
	s.answerer = answerer
	// Calls in flight outlive ctx, until wire is cut.
	wire, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s.work.Go(func() { s.keepRecovering(ctx) })

	var waiting interims
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.probes:
		case <-s.backlog.arrivals:
			for _, j := range s.arrivalsInHand() {
				waiting.add(j, s.cfg.Interim) // first: from start on it is its queue's
				s.start(ctx, wire, j)
			}
		case <-waiting.due():
			for _, j := range waiting.pop() {
				s.work.Go(func() { s.tellInterim(ctx, wire, j) })
			}
		}
	}
	s.stop(ctx, wire, cut)
	return nil
}

// Health tells whether Run goes round, within the time of ctx.
func (s *Service) Health(ctx context.Context) error {
	select {
	case s.probes <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errors.New("what is accepted is not being carried out: restart the program, and report this with its log")
	}
}

func (s *Service) arrivalsInHand() []*job {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	arrived := s.backlog.arrived
	s.backlog.arrived = nil
	return arrived
}

// start sends a job on its way: to its queue, or, where the outcome is known, straight
// to the answer.
func (s *Service) start(ctx, wire context.Context, j *job) {
	if j.Batch != 0 {
		s.startMember(ctx, wire, j)
		return
	}
	if j.Finished() {
		s.work.Go(func() { s.deliver(ctx, wire, j) })
		return
	}
	s.enqueue(ctx, wire, j)
}

// stop waits for the work to end, and cuts the wire when the drain time is over.
func (s *Service) stop(ctx, wire context.Context, cut context.CancelFunc) {
	// A call that does not heed its context must not hold up the exit.
	const stubborn = 500 * time.Millisecond
	deadline := time.NewTimer(s.cfg.Drain)
	defer deadline.Stop()
	s.backlog.mu.Lock()
	s.backlog.stopped = true
	s.backlog.mu.Unlock()
	for _, j := range s.arrivalsInHand() {
		s.start(ctx, wire, j)
	}
	s.giveBackWaiting(wire)

	ended := make(chan struct{})
	go func() { s.work.Wait(); close(ended) }()
	select {
	case <-ended:
		return
	case <-deadline.C:
		cut()
	}
	deadline.Reset(stubborn)
	select {
	case <-ended:
	case <-deadline.C:
		s.log.Warn().Msg("calls that do not end were left behind")
	}
}

// keepRecovering asks the journal for what nobody works on: at once, and again and again
// where other processes share it.
func (s *Service) keepRecovering(ctx context.Context) {
	for failures := 0; ; {
		wait := s.cfg.RecoverEvery
		s.cfg.Heartbeat.Beat()
		err := s.recoverAbandoned(ctx)
		s.cfg.Heartbeat.Rest()
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			s.log.Warn().Err(err).Msg("unfinished assignments could not be read; will retry")
			wait = journalBackoff.After(failures)
			failures++
		} else {
			failures = 0
		}
		if wait < 0 || !retry.Sleep(ctx, wait) {
			return
		}
	}
}

func (s *Service) recoverAbandoned(ctx context.Context) error {
	var found []Assignment
	err := catch.Panics(func() (err error) {
		found, err = s.journal.Take(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("take assignments: %w", err)
	}
	if len(found) > 0 {
		s.log.Info().Int("count", len(found)).Msg("unfinished assignments recovered")
	}
	now := time.Now()
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	for _, a := range found {
		expired := !a.Finished() && now.Sub(a.AcceptedAt) >= a.giveUpAfter()
		s.receive(&job{Assignment: a, since: now, expired: expired})
	}
	return nil
}
