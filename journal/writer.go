package journal

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"azeer-slack/assign"
)

// ErrClosed says that the journal has been closed.
var ErrClosed = errors.New("journal is closed")

const (
	// queueSize bounds what waits for the writer; callers beyond it wait in line.
	queueSize = 1024
	// batchSize bounds a transaction.
	batchSize = 256
	// leastTime is what a request must have left when a transaction begins that can be
	// slow: its end is the end of all of them.
	leastTime = 200 * time.Millisecond
)

// errTooLate says that a request had waited for too long to be begun with.
var errTooLate = errors.New("too little time was left to store it")

// work is one thing to write. Its results count only when the commit succeeded.
type work interface{ isWork() }

type (
	acceptWork struct {
		key, requester, contact, agent, twin string
		reply                                []byte
		origin, contactID                    string
		guard, undoes                        int64

		stored     row
		acceptance assign.Acceptance
	}
	finishWork struct {
		id      int64
		kind    string
		outcome string
		newer   *int64
		ended   time.Duration // ago

		lost bool // To another instance
	}
	answeredWork struct {
		id int64

		found bool // and finished
	}
	// sendingWork notes that the inbox is called for an assignment.
	sendingWork struct{ id int64 }
	// takeWork gives this instance what nobody works on.
	takeWork struct{ taken []row }
	// forgetWork deletes assignments.
	forgetWork struct{ ids []int64 }
	// pulseWork proves that writing works, and renews the lease.
	pulseWork struct{}
)

func (*acceptWork) isWork()   {}
func (*finishWork) isWork()   {}
func (*answeredWork) isWork() {}
func (*sendingWork) isWork()  {}
func (*takeWork) isWork()     {}
func (*forgetWork) isWork()   {}
func (*pulseWork) isWork()    {}

// store is a database.
type store interface {
	// commit carries out works in one transaction, in order. After an error none is.
	commit(ctx context.Context, works []work) error
	// least is how much time commit should be given; 0: it takes the time it takes.
	least() time.Duration
	// blames tells whether err may be the fault of a single work, so that the others
	// of its batch deserve another try.
	blames(err error) bool
	turn(ctx context.Context, id int64, sending bool) (turn, error)
	latest(ctx context.Context, contact string) (row, bool, error)
	// old lists up to limit assignments beyond after, by id, with those that are
	// answered and older than age.
	old(ctx context.Context, after int64, age time.Duration, limit int) (oldPage, error)
	past
	// sql gives another way to the database, until done is called.
	sql() (db *sql.DB, done func())
	// tidy is called now and then.
	tidy(ctx context.Context) error
	close(ctx context.Context) error
}

// turn is what the store knows when a turn is asked for: newer is who has taken over, and
// sent tells whether it is noted that the inbox is called.
type turn struct {
	verdict assign.TurnVerdict
	newer   row
	sent    bool
}

// oldPage is a page of the journal, from its old end.
type oldPage struct {
	deletable []int64
	last      int64 // ID to go on after
	seen      int
	more      bool // whether older ones may follow
}

// add notes the assignment last, of that age. Those that follow a young one are young, but
// for what the clock has done meanwhile: one from a moment when it was wrong, perhaps dated
// in the future, must not keep the rest for ever. So only a whole page of young ones is the
// end.
func (p *oldPage) add(is, old time.Duration, answered bool) {
	p.seen++
	p.more = p.more || is > old || is < 0
	if is > old && answered {
		p.deletable = append(p.deletable, p.last)
	}
}

// job is work in the queue.
type job struct {
	work  work
	until time.Time // when the answer comes too late; zero: never
	state atomic.Int32
	done  chan struct{} // closed when err is set
	err   error
}

// A job is either begun by the writer or given up by its caller, never both: so a
// request whose caller was told "not stored" isn't stored a moment later.
const (
	waiting int32 = iota
	begun
	givenUp
)

// writer owns all writing to a store.
type writer struct {
	store   store
	timeout time.Duration
	queue   chan *job
	stop    chan struct{}
	ended   chan struct{}
	// Unreached is why the last transaction failed; nil inside if it did not.
	trouble atomic.Pointer[error]
}

func newWriter(s store, timeout time.Duration) *writer {
	w := &writer{
		store:   s,
		timeout: timeout,
		queue:   make(chan *job, queueSize),
		stop:    make(chan struct{}),
		ended:   make(chan struct{}),
	}
	go w.run()
	return w
}

// do has the writer carry out one work and waits until that is durable. Once the
// writer has begun with it, do waits for the result whatever becomes of ctx: the
// caller must not be told "not stored" of something that is.
func (w *writer) do(ctx context.Context, what work) error {
	j := &job{work: what, done: make(chan struct{})}
	if _, accepting := what.(*acceptWork); accepting {
		j.until, _ = ctx.Deadline()
	}
	select {
	case <-w.stop:
		return ErrClosed
	default:
	}
	select {
	case w.queue <- j:
	case <-w.stop:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	var err error
	select {
	case <-j.done:
		return j.err
	case <-w.ended:
		err = ErrClosed
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if j.state.CompareAndSwap(waiting, givenUp) {
		return err
	}
	<-j.done
	return j.err
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case j := <-w.queue:
			w.carryOut(w.gather(j))
		case <-w.stop:
			w.drain()
			return
		}
	}
}

// drain carries out what is still queued when the journal is closed.
func (w *writer) drain() {
	for {
		select {
		case j := <-w.queue:
			w.carryOut(w.gather(j))
		default:
			return
		}
	}
}

// gather collects first and all that waits behind it. It waits for nothing; but it
// lets callers that were answered a moment ago queue their next request, which under
// load makes batches twice as large.
func (w *writer) gather(first *job) []*job {
	batch := make([]*job, 0, 16)
	batch = begin(batch, first)
	runtime.Gosched()
	for len(batch) < batchSize {
		select {
		case j := <-w.queue:
			batch = begin(batch, j)
		default:
			return batch
		}
	}
	return batch
}

func begin(batch []*job, j *job) []*job {
	if j.state.CompareAndSwap(waiting, begun) {
		return append(batch, j)
	}
	return batch
}

func (w *writer) carryOut(batch []*job) {
	batch = w.inTime(batch)
	if len(batch) == 0 {
		return
	}
	err := w.commit(batch...)
	if err != nil && w.store.blames(err) {
		for _, j := range batch {
			w.carryOutAlone(j)
		}
		return
	}
	for _, j := range batch {
		j.end(err)
	}
}

func (w *writer) carryOutAlone(j *job) {
	for _, j := range w.inTime([]*job{j}) {
		j.end(w.commit(j))
	}
}

// inTime answers the requests whose time is all but over, and gives the others, whose
// transaction would otherwise end before it can succeed.
func (w *writer) inTime(batch []*job) []*job {
	least := w.store.least()
	if least == 0 {
		return batch
	}
	latest := time.Now().Add(least)
	return slices.DeleteFunc(batch, func(j *job) bool {
		late := !j.until.IsZero() && j.until.Before(latest)
		if late {
			j.end(errTooLate)
		}
		return late
	})
}

// end tells whoever waits for j.
func (j *job) end(err error) {
	j.err = err
	close(j.done)
}

// commit gives up in time for those who wait with a person: one who is told nothing
// within Slack's 3 s reads an error that says nothing.
func (w *writer) commit(batch ...*job) error {
	works := make([]work, len(batch))
	until := time.Now().Add(w.timeout)
	for i, j := range batch {
		works[i] = j.work
		if !j.until.IsZero() && j.until.Before(until) {
			until = j.until
		}
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	err := w.store.commit(ctx, works)
	w.trouble.Store(&err)
	return err
}

// lastError is why the last transaction failed; nil if it did not.
func (w *writer) lastError() error {
	if err := w.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// close lets the writer finish what is queued.
func (w *writer) close(ctx context.Context) error {
	close(w.stop)
	select {
	case <-w.ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
