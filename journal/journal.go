// Package journal keeps assignments durably: it writes them in batches and reads them back,
// and must not know what is done with one, and when, nor how a database works.
package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/journal/store"

	"github.com/rs/zerolog"
)

// Config is what may be set about a journal. The zero value is good.
type Config struct {
	// Retention is how long answered assignments are kept; 0 means 90 days.
	Retention time.Duration
	// Lease is how long after its last sign of life the work of an instance is taken
	// over by others; 0 means 30 s. It must be at least twice as long as a call to
	// Azeer may take. Only for Postgres.
	Lease time.Duration
	// Timeout is how long a transaction may take; 0 means 2 s, which leaves time to
	// tell the requester within Slack's 3 s.
	Timeout time.Duration
	// Audit makes the outcomes stored from now on due to be reported; see assign.Audit.
	Audit bool
	// Heartbeat is of the loop that deletes; it may be nil.
	Heartbeat *heartbeat.Loop
	// Notify makes the outcomes stored from now on due to be told to the new owner; see
	// assign.Notices.
	Notify bool
	// Logger is told of a lost or late lease, and of what is deleted.
	Logger zerolog.Logger
	// Now is this machine's clock; nil means time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Retention <= 0 {
		c.Retention = 90 * 24 * time.Hour
	}
	if c.Lease <= 0 {
		c.Lease = 30 * time.Second
	}
	if c.Timeout <= 0 {
		c.Timeout = 2 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Database is where a Journal keeps its rows: journal/sqlite or journal/postgres.
type Database interface {
	committer
	reader
	// KeepAlive has a database that others share give a sign of life, by pulse, until Close.
	KeepAlive(pulse func(context.Context) error)
	// Tidy is called now and then, after old assignments were deleted.
	Tidy(ctx context.Context) error
	Close(ctx context.Context) error
}

// Journal is the durable record of assignments. It implements assign.Journal.
type Journal struct {
	cfg    Config
	db     Database
	writer *writer
	once   sync.Once
	closed error // what Close returned
}

var (
	_ assign.Journal = (*Journal)(nil)
	_ assign.Notices = (*Journal)(nil)
	_ assign.Offers  = (*Journal)(nil)
)

// Open opens the journal at databaseURL, and creates or migrates it if need be:
// "sqlite://" and a path (with three slashes an absolute one), or "postgres://…".
// Errors say what to do, and hold no password.
func Open(ctx context.Context, databaseURL string, cfg Config) (*Journal, error) {
	cfg = cfg.withDefaults()
	db, err := openDatabase(ctx, databaseURL, cfg)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return New(db, cfg), nil
}

// New keeps a journal in db, which it closes in the end.
func New(db Database, cfg Config) *Journal {
	cfg = cfg.withDefaults()
	j := &Journal{cfg: cfg, db: db, writer: newWriter(db, cfg.Timeout)}
	db.KeepAlive(func(ctx context.Context) error {
		err := j.writer.do(ctx, &store.Pulse{})
		if errors.Is(err, ErrClosed) {
			return nil
		}
		return err
	})
	return j
}

// Close writes what is queued, ends the lease so that others need not wait for it, and
// closes the database. Only the first call does anything.
func (j *Journal) Close(ctx context.Context) error {
	j.once.Do(func() {
		j.closed = errors.Join(j.writer.close(ctx), j.db.Close(ctx))
	})
	if j.closed != nil {
		return fmt.Errorf("close journal: %w", j.closed)
	}
	return nil
}

// Health tells whether the journal can be written to, by writing to it. The error says
// why not and what to do; it may be shown on /readyz.
func (j *Journal) Health(ctx context.Context) error {
	err := j.writer.do(ctx, &store.Pulse{})
	if err == nil {
		return nil
	}
	// A pulse whose time is over waited behind writes that know more.
	if ctx.Err() != nil {
		err = cmp.Or(j.writer.lastError(), errStuck)
	}
	return fmt.Errorf("write to journal: %w", err)
}

// errStuck is all that is known of a disk or database that takes a write and does not answer.
var errStuck = errors.New("no answer in time: see whether the disk, or the database, hangs")

// Accept stores r durably; see assign.Journal. Besides what waits in the queue, it
// takes one sync of the disk, shared with all that are accepted at the same time. A
// request with an empty Key is never Repeated, but may be Joined.
func (j *Journal) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	o := encodeRequest(r)
	if err := j.writer.do(ctx, o); err != nil {
		return assign.Assignment{}, 0, notStored(err)
	}
	if o.Acceptance == assign.Overtaken {
		if o.Stored.ID == 0 {
			return assign.Assignment{}, assign.Overtaken, nil
		}
		o.Stored.Reply = nil // it is not the requester's
	}
	a, err := decodeRow(&o.Stored, j.cfg.Now())
	if err != nil {
		return assign.Assignment{}, 0, notStored(err)
	}
	return a, o.Acceptance, nil
}

func notStored(err error) error {
	return fmt.Errorf("accept request: %w: %w", assign.ErrNotStored, err)
}

// Turn tells whether assignment id may make its next attempt; see assign.Journal.
func (j *Journal) Turn(ctx context.Context, id int64, sending bool) (assign.Turn, error) {
	found, err := j.db.Turn(ctx, id, sending)
	turn := assign.Turn{Verdict: found.Verdict}
	switch {
	case err != nil:
	case turn.Verdict == assign.TurnSuperseded:
		turn.Newer, err = decodeRow(&found.Newer, j.cfg.Now())
	case turn.Verdict == assign.TurnGo && sending && !found.Sent:
		noted := &store.Sending{ID: id}
		if err = j.writer.do(ctx, noted); err == nil && !noted.Found {
			turn.Verdict = assign.TurnLost
		}
	}
	if err != nil {
		return assign.Turn{}, fmt.Errorf("ask for turn of assignment %d: %w", id, err)
	}
	return turn, nil
}

// Finish stores the outcome of assignment id; see assign.Journal.
func (j *Journal) Finish(ctx context.Context, id int64, o assign.Outcome) error {
	if o.Kind == "" {
		return fmt.Errorf("finish assignment %d: outcome has no kind", id)
	}
	text, err := encodeOutcome(o)
	if err != nil {
		return fmt.Errorf("finish assignment %d: %w", id, err)
	}
	w := &store.Finish{ID: id, Kind: store.Text(string(o.Kind)), Outcome: text}
	if o.Kind == assign.Assigned {
		w.GivenTo = givenTo(o.Agent)
	}
	if o.Newer != nil {
		w.Newer = &o.Newer.ID
	}
	if !o.At.IsZero() {
		w.Ended = j.cfg.Now().Sub(o.At)
	}
	if err := j.writer.do(ctx, w); err != nil {
		return fmt.Errorf("finish assignment %d: %w", id, err)
	}
	if w.Lost {
		return fmt.Errorf("finish assignment %d: %w", id, assign.ErrLost)
	}
	return nil
}

// Answered notes that the requester has been told; see assign.Journal. Answering what
// is not finished is an error.
func (j *Journal) Answered(ctx context.Context, id int64) error {
	w := &store.Answered{ID: id}
	if err := j.writer.do(ctx, w); err != nil {
		return fmt.Errorf("note answer to assignment %d: %w", id, err)
	}
	if !w.Found {
		return fmt.Errorf("note answer to assignment %d: it is not finished", id)
	}
	return nil
}

// Take gives this instance what nobody works on; see assign.Journal.
func (j *Journal) Take(ctx context.Context) ([]assign.Assignment, error) {
	w := &store.Take{}
	if err := j.writer.do(ctx, w); err != nil {
		return nil, fmt.Errorf("take assignments: %w", err)
	}
	return j.decodeRows(w.Taken), nil
}

// GiveBack hands assignments to other instances; see assign.Journal.
func (j *Journal) GiveBack(ctx context.Context, ids []int64, begun bool) ([]int64, error) {
	w := &store.GiveBack{IDs: ids, Begun: begun}
	if err := j.writer.do(ctx, w); err != nil {
		return nil, fmt.Errorf("give assignments back: %w", err)
	}
	return w.Given, nil
}
