package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"

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

// Journal is the durable record of assignments. It implements assign.Journal.
type Journal struct {
	cfg    Config
	store  store
	writer *writer
	once   sync.Once
	gone   error
}

var _ assign.Journal = (*Journal)(nil)

// Open opens the journal at databaseURL, and creates or migrates it if need be:
// "sqlite://" and a path (with three slashes an absolute one), or "postgres://…".
// Errors say what to do, and hold no password.
func Open(ctx context.Context, databaseURL string, cfg Config) (*Journal, error) {
	cfg = cfg.withDefaults()
	scheme, rest, _ := strings.Cut(databaseURL, "://")
	var s store
	var err error
	switch scheme {
	case "sqlite":
		s, err = openSQLite(ctx, rest, cfg)
	case "postgres", "postgresql":
		s, err = openPostgres(ctx, databaseURL, cfg)
	default:
		err = errors.New("DATABASE_URL must begin with sqlite:// or postgres://")
	}
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{cfg: cfg, store: s, writer: newWriter(s, cfg.Timeout)}
	if p, ok := s.(*postgres); ok {
		p.keepAlive(j.writer)
	}
	return j, nil
}

// Close writes what is queued, ends the lease so that others need not wait for it, and
// closes the database. Only the first call does anything.
func (j *Journal) Close(ctx context.Context) error {
	j.once.Do(func() {
		j.gone = errors.Join(j.writer.close(ctx), j.store.close(ctx))
	})
	if j.gone != nil {
		return fmt.Errorf("close journal: %w", j.gone)
	}
	return nil
}

// Health tells whether the journal can be written to, by writing to it. The error says
// why not and what to do; it may be shown on /readyz.
func (j *Journal) Health(ctx context.Context) error {
	err := j.writer.do(ctx, &pulseWork{})
	if err == nil {
		return nil
	}
	// A pulse whose time is over waited behind writes that know more.
	if known := j.writer.lastError(); known != nil && ctx.Err() != nil {
		err = known
	}
	return fmt.Errorf("write to journal: %w", err)
}

// Accept stores r durably; see assign.Journal. Besides what waits in the queue, it
// takes one sync of the disk, shared with all that are accepted at the same time. A
// request with an empty Key is never Repeated, but may be Joined.
func (j *Journal) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	w := newAccept(r)
	if err := j.writer.do(ctx, w); err != nil {
		return assign.Assignment{}, 0, notStored(err)
	}
	if w.acceptance == assign.Overtaken {
		return j.overtaken(w)
	}
	a, err := w.stored.assignment(j.cfg.Now())
	if err != nil {
		return assign.Assignment{}, 0, notStored(err)
	}
	return a, w.acceptance, nil
}

func notStored(err error) error {
	return fmt.Errorf("accept request: %w: %w", assign.ErrNotStored, err)
}

func newAccept(r assign.Request) *acceptWork {
	w := &acceptWork{
		key:       clean(r.Key),
		requester: clean(r.Requester),
		contact:   clean(r.Contact.Digits()),
		agent:     clean(r.Agent.Encode()),
		reply:     []byte(r.Reply),
		origin:    clean(r.Origin),
		guard:     r.Guard,
		contactID: contactID(r.Contact),
		undoes:    r.Undoes,
	}
	w.twin = twin(w.requester, w.contact, w.agent)
	return w
}

// contactID is what the journal keeps of a contact beside its number: an id that is another.
func contactID(contact phone.Number) string {
	if contact.ID() == contact.Digits() {
		return ""
	}
	return clean(contact.ID())
}

// Turn tells whether assignment id may make its next attempt; see assign.Journal.
func (j *Journal) Turn(ctx context.Context, id int64, sending bool) (assign.Turn, error) {
	found, err := j.store.turn(ctx, id, sending)
	turn := assign.Turn{Verdict: found.verdict}
	switch {
	case err != nil:
	case turn.Verdict == assign.TurnSuperseded:
		turn.Newer, err = found.newer.assignment(j.cfg.Now())
	case turn.Verdict == assign.TurnGo && sending && !found.sent:
		err = j.writer.do(ctx, &sendingWork{id: id})
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
	w := &finishWork{id: id, kind: clean(string(o.Kind)), outcome: text}
	if o.Newer != nil {
		w.newer = &o.Newer.ID
	}
	if !o.At.IsZero() {
		w.ended = j.cfg.Now().Sub(o.At)
	}
	if err := j.writer.do(ctx, w); err != nil {
		return fmt.Errorf("finish assignment %d: %w", id, err)
	}
	if w.lost {
		return fmt.Errorf("finish assignment %d: %w", id, assign.ErrLost)
	}
	return nil
}

// Answered notes that the requester has been told; see assign.Journal. Answering what
// is not finished is an error.
func (j *Journal) Answered(ctx context.Context, id int64) error {
	w := &answeredWork{id: id}
	if err := j.writer.do(ctx, w); err != nil {
		return fmt.Errorf("note answer to assignment %d: %w", id, err)
	}
	if !w.found {
		return fmt.Errorf("note answer to assignment %d: it is not finished", id)
	}
	return nil
}

// Take gives this instance what nobody works on; see assign.Journal.
func (j *Journal) Take(ctx context.Context) ([]assign.Assignment, error) {
	w := &takeWork{}
	if err := j.writer.do(ctx, w); err != nil {
		return nil, fmt.Errorf("take assignments: %w", err)
	}
	return j.readable(w.taken), nil
}

// Latest gives the newest assignment of contact; see assign.Journal.
func (j *Journal) Latest(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error) {
	r, ok, err := j.store.latest(ctx, clean(contact.Digits()))
	if err == nil && ok {
		var a assign.Assignment
		if a, err = r.assignment(j.cfg.Now()); err == nil {
			return a, true, nil
		}
	}
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("read latest assignment of contact: %w", err)
	}
	return assign.Assignment{}, false, nil
}
