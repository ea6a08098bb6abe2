package journal

import (
	"context"
	"fmt"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/store"
)

// reader is a database as far as reading needs it.
type reader interface {
	// Dialect is how the statements of Read are written.
	Dialect() store.Dialect
	// Read calls each for every row that a statement gives.
	Read(ctx context.Context, s store.Statement, each store.Each) error
	// Turn tells whether assignment id may make its next attempt; see assign.Journal.
	Turn(ctx context.Context, id int64, sending bool) (store.Turn, error)
	// Unaudited gives up to limit rows whose outcome this instance has to report, by id.
	Unaudited(ctx context.Context, limit int) ([]store.Row, error)
	// PendingNotices gives up to limit notices for which this instance has something to do, now
	// or later, the soonest first.
	PendingNotices(ctx context.Context, limit int) ([]store.Notice, error)
	// PendingOffers is PendingNotices for offers.
	PendingOffers(ctx context.Context, limit int) ([]store.Offer, error)
}

// Latest gives the newest assignment of contact; see assign.Journal.
func (j *Journal) Latest(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error) {
	rows, err := j.read(ctx, j.db.Dialect().Latest(store.Text(contact.Digits())))
	var a assign.Assignment
	if err == nil && len(rows) > 0 {
		a, err = decodeRow(&rows[0], j.cfg.Now())
	}
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("read latest assignment of contact: %w", err)
	}
	return a, len(rows) > 0, nil
}

// List gives the assignments that q asks for; see assign.History.
func (j *Journal) List(ctx context.Context, q assign.Query) ([]assign.Assignment, error) {
	rows, err := j.read(ctx, j.db.Dialect().List(q))
	if err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	return j.decodeRows(withoutReplies(rows)), nil
}

// Before gives the owner whom assignment id found; see assign.History.
func (j *Journal) Before(ctx context.Context, id int64) (assign.Assignment, bool, error) {
	a, found, err := j.owner(ctx, j.db.Dialect().Before(id))
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find owner before assignment %d: %w", id, err)
	}
	return a, found, nil
}

// Owner gives the present owner of contact; see assign.History.
func (j *Journal) Owner(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error) {
	a, found, err := j.owner(ctx, j.db.Dialect().Owner(store.Text(contact.Digits())))
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find owner of contact: %w", err)
	}
	return a, found, nil
}

// owner reads the row of an owner, if it is certain to be one.
func (j *Journal) owner(ctx context.Context, s store.Statement) (assign.Assignment, bool, error) {
	rows, err := j.read(ctx, s)
	if err != nil || len(rows) == 0 || rows[0].Kind != string(assign.Assigned) {
		return assign.Assignment{}, false, err
	}
	a, err := decodeRow(&withoutReplies(rows)[0], j.cfg.Now())
	return a, err == nil, err
}

// heldPage is how many ids are looked through at a time for the contacts of an agent, as few as
// those of a tally.
const heldPage = 2000

// Held gives the contacts that an agent has now; see assign.History.
func (j *Journal) Held(ctx context.Context, q assign.Holding) ([]assign.Held, error) {
	var first, last int64
	err := j.db.Read(ctx, j.db.Dialect().Span(), func(scan func(...any) error) error { return scan(&first, &last) })
	if err != nil {
		return nil, fmt.Errorf("find contacts of an agent: %w", err)
	}
	first = max(first, q.First)
	if q.Last > 0 {
		last = min(last, q.Last)
	}
	held := []assign.Held{}
	for at := first; at <= last && len(q.Agents) > 0; at += heldPage {
		page, err := j.heldPage(ctx, q, at, min(at+heldPage-1, last))
		if err != nil {
			return nil, fmt.Errorf("find contacts of an agent: %w", err)
		}
		if held = append(held, page...); q.Limit > 0 && len(held) >= q.Limit {
			return held[:q.Limit], nil
		}
	}
	return held, nil
}

func (j *Journal) heldPage(ctx context.Context, q assign.Holding, first, last int64) (held []assign.Held, err error) {
	now := j.cfg.Now()
	var age time.Duration
	if !q.Since.IsZero() {
		age = max(now.Sub(q.Since), time.Microsecond)
	}
	agents := make([]string, len(q.Agents))
	for i, a := range q.Agents {
		agents[i] = a.Reveal()
	}
	err = j.db.Read(ctx, j.db.Dialect().Held(agents, age, first, last), func(scan func(...any) error) error {
		var r store.Row
		var h assign.Held
		err := scan(append(r.Fields(), &h.Newest)...)
		if err != nil {
			return err
		}
		if read := j.decodeRows(withoutReplies([]store.Row{r})); len(read) == 1 && q.IsOf(read[0].Outcome.Agent) {
			h.Assignment = read[0]
			held = append(held, h)
		}
		return nil
	})
	return held, err
}

// tallyPage is how many assignments are counted at a time: few enough not to be felt by those
// who wait for the database meanwhile.
const tallyPage = 1000

// Tally counts what was assigned; see assign.History.
func (j *Journal) Tally(ctx context.Context, since time.Time) ([]assign.Count, error) {
	c := counting{assign.NewTally(since.Location()), j.cfg.Now(), map[string]agent.Agent{}}
	last, seen := int64(0), tallyPage
	for seen == tallyPage {
		seen = 0
		err := j.db.Read(ctx, j.db.Dialect().Assigned(c.now.Sub(since), last, tallyPage), func(scan func(...any) error) error {
			var ended int64
			var outcome string
			if err := scan(&last, &ended, &outcome); err != nil {
				return err
			}
			seen++
			return c.add(ended, outcome)
		})
		if err != nil {
			return nil, fmt.Errorf("count assignments: %w", err)
		}
	}
	return c.tally.Counts(), nil
}

// counting is a tally on its way.
type counting struct {
	tally  *assign.Tally
	now    time.Time
	agents map[string]agent.Agent // by outcome: most are the same text as another
}

func (c counting) add(ended int64, outcome string) error {
	agent, known := c.agents[outcome]
	if !known {
		o, err := decodeOutcome(outcome, assign.Assigned)
		if err != nil {
			return err
		}
		agent = o.Agent
		c.agents[outcome] = agent
	}
	c.tally.Add(agent, ago(c.now, ended))
	return nil
}

// Unaudited gives what is to be reported; see assign.Audit.
func (j *Journal) Unaudited(ctx context.Context, limit int) ([]assign.Assignment, error) {
	rows, err := j.db.Unaudited(ctx, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("find unaudited assignments: %w", err)
	}
	return j.decodeRows(withoutReplies(rows)), nil
}

// Audited notes that the outcome of assignment id has been reported; see assign.Audit.
func (j *Journal) Audited(ctx context.Context, id int64) error {
	if err := j.writer.do(ctx, &store.Audited{ID: id}); err != nil {
		return fmt.Errorf("note audit of assignment %d: %w", id, err)
	}
	return nil
}

func (j *Journal) read(ctx context.Context, s store.Statement) (rows []store.Row, err error) {
	err = j.db.Read(ctx, s, store.Collect(&rows))
	return rows, err
}

// withoutReplies is for those who look at the past.
func withoutReplies(rows []store.Row) []store.Row {
	for i := range rows {
		rows[i].Reply = nil
	}
	return rows
}

// decodeRows reads rows. One that cannot be read must not keep the others from being
// done, or seen.
func (j *Journal) decodeRows(rows []store.Row) []assign.Assignment {
	now := j.cfg.Now()
	read := make([]assign.Assignment, 0, len(rows))
	for i := range rows {
		a, err := decodeRow(&rows[i], now)
		if err != nil {
			j.cfg.Logger.Error().Int64("assignment", rows[i].ID).Err(err).Msg("assignment in the journal cannot be read")
			continue
		}
		read = append(read, a)
	}
	return read
}
