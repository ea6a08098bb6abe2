package journal

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"azeer-slack/journal/store"
)

// ErrClosed says that the journal has been closed.
var ErrClosed = errors.New("journal is closed")

const (
	// queueSize bounds what waits for the writer; callers beyond it wait in line.
	queueSize = 1024
	// batchSize bounds a transaction.
	batchSize = 256
)

// errTooLate says that a write had waited for too long to be begun with.
var errTooLate = errors.New("too little time was left to store it")

// committer is a database as far as the writer needs it.
type committer interface {
	// Commit carries out operations in one transaction, in order. After an error none is.
	Commit(ctx context.Context, operations []store.Operation) error
	// Note carries out an operation that need not be synced, where that takes no transaction.
	// false: it takes Commit.
	Note(o store.Operation) bool
	// MinTime is how much time Commit should be given; 0: it takes the time it takes.
	MinTime() time.Duration
	// ConcernsOne tells whether err may be the fault of a single operation, so that the
	// others of its transaction deserve another try.
	ConcernsOne(err error) bool
}

// write is what waits in the queue: operations of which all are carried out, or none.
type write struct {
	operations []store.Operation
	until      time.Time // when the answer comes too late; zero: never
	state      atomic.Int32
	done       chan struct{} // closed when err is set
	err        error
}

// A write is either begun by the writer or given up by its caller, never both: so a
// request whose caller was told "not stored" isn't stored a moment later.
const (
	waiting int32 = iota
	begun
	givenUp
)

// writer owns all writing to a database, with one goroutine: all that waits goes into one
// transaction. So a burst costs few syncs, and what is written is committed in the order of
// the calls. Reads go past it.
type writer struct {
	database committer
	timeout  time.Duration
	queue    chan *write
	stop     chan struct{}
	ended    chan struct{}
	// failure is why the last transaction failed; nil inside if it did not.
	failure atomic.Pointer[error]
}

func newWriter(d committer, timeout time.Duration) *writer {
	w := &writer{
		database: d,
		timeout:  timeout,
		queue:    make(chan *write, queueSize),
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
	}
	go w.run()
	return w
}

// do has the writer carry out operations, all or none, and waits until that is durable. Once
// the writer has begun with them, do waits for the result whatever becomes of ctx: the
// caller must not be told "not stored" of something that is.
func (w *writer) do(ctx context.Context, operations ...store.Operation) error {
	q := &write{operations: operations, done: make(chan struct{})}
	if _, accepting := operations[0].(*store.Accept); accepting {
		q.until, _ = ctx.Deadline()
	}
	select {
	case <-w.stop:
		return ErrClosed
	default:
	}
	if len(operations) == 1 && w.database.Note(operations[0]) {
		return nil
	}
	select {
	case w.queue <- q:
	case <-w.stop:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	var err error
	select {
	case <-q.done:
		return q.err
	case <-w.ended:
		err = ErrClosed
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if q.state.CompareAndSwap(waiting, givenUp) {
		return err
	}
	if _, pulse := operations[0].(*store.Pulse); pulse {
		return err // which tells more than to go on waiting
	}
	<-q.done
	return q.err
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case q := <-w.queue:
			w.carryOut(w.gather(q))
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
		case q := <-w.queue:
			w.carryOut(w.gather(q))
		default:
			return
		}
	}
}

// gather collects first and all that waits behind it. It waits for nothing; but it
// lets callers that were answered a moment ago queue their next request, which under
// load makes batches twice as large.
func (w *writer) gather(first *write) []*write {
	batch := make([]*write, 0, 16)
	batch = begin(batch, first)
	runtime.Gosched()
	for len(batch) < batchSize {
		select {
		case q := <-w.queue:
			batch = begin(batch, q)
		default:
			return batch
		}
	}
	return batch
}

func begin(batch []*write, q *write) []*write {
	if q.state.CompareAndSwap(waiting, begun) {
		return append(batch, q)
	}
	return batch
}

func (w *writer) carryOut(batch []*write) {
	batch = w.inTime(batch)
	if len(batch) == 0 {
		return
	}
	err := w.commit(batch...)
	if err != nil && w.database.ConcernsOne(err) {
		for _, q := range batch {
			w.carryOutAlone(q)
		}
		return
	}
	for _, q := range batch {
		q.end(err)
	}
}

func (w *writer) carryOutAlone(q *write) {
	for _, q := range w.inTime([]*write{q}) {
		q.end(w.commit(q))
	}
}

// inTime answers the requests whose time is all but over, and gives the others, whose
// transaction would otherwise end before it can succeed.
func (w *writer) inTime(batch []*write) []*write {
	least := w.database.MinTime()
	if least == 0 {
		return batch
	}
	latest := time.Now().Add(least)
	return slices.DeleteFunc(batch, func(q *write) bool {
		late := !q.until.IsZero() && q.until.Before(latest)
		if late {
			q.end(errTooLate)
		}
		return late
	})
}

// end tells whoever waits for q.
func (q *write) end(err error) {
	q.err = err
	close(q.done)
}

// commit gives up in time for those who wait with a person: one who is told nothing
// within Slack's 3 s reads an error that says nothing.
func (w *writer) commit(batch ...*write) error {
	operations := make([]store.Operation, 0, len(batch))
	until := time.Now().Add(w.timeout)
	for _, q := range batch {
		operations = append(operations, q.operations...)
		if !q.until.IsZero() && q.until.Before(until) {
			until = q.until
		}
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	err := w.database.Commit(ctx, operations)
	w.failure.Store(&err)
	return err
}

// lastError is why the last transaction failed; nil if it did not.
func (w *writer) lastError() error {
	if err := w.failure.Load(); err != nil {
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
