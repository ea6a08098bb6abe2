package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// past is what a store can tell of what was, and whom it still has to be told to.
type past interface {
	// list carries out q, newest first.
	list(ctx context.Context, q assign.Query) ([]row, error)
	// before and owner give the newest that was assigned, or perhaps was, of a contact:
	// of those accepted before assignment id, or of all.
	before(ctx context.Context, id int64) (row, bool, error)
	owner(ctx context.Context, contact string) (row, bool, error)
	// assigned calls each for what ended Assigned less than age ago, newest first, with
	// how long ago that was in microseconds, and the outcome.
	assigned(ctx context.Context, age time.Duration, each func(ended int64, outcome string) error) error
	unaudited(ctx context.Context, limit int) ([]row, error)
}

// auditedWork notes that an outcome has been reported.
type auditedWork struct{ id int64 }

func (*auditedWork) isWork() {}

const (
	// wentWrong is assign.OutcomeKind.WentWrong, and part of the indexes: a database uses
	// them only for the same words.
	wentWrong = "a.kind IN ('refused', 'failed', 'unknown', 'expired')"
	// owning are the outcomes that made an owner, or perhaps did: assign.Outcome.InDoubt.
	owning = `(a.kind IN ('assigned', 'unknown', 'expired') OR a.kind = 'superseded' AND a.outcome LIKE '%"reason":"no_word"%')`
)

// listing is a query in SQL. mark is what the database has in front of the number of a
// parameter, of is its condition that a table's row is a contact's; args are those that
// columns needs.
func listing(q assign.Query, columns, mark string, of func(table, contact string) string, args ...any) (string, []any) {
	conditions := []string{"true"}
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, condition+mark+strconv.Itoa(len(args)))
	}
	if !q.Contact.IsZero() {
		args = append(args, clean(q.Contact.Digits()))
		conditions = append(conditions, of("a", mark+strconv.Itoa(len(args))))
	}
	if q.Requester != "" {
		add("a.requester = ", clean(q.Requester))
	}
	if q.Below > 0 {
		add("a.id < ", q.Below)
	}
	if q.Problems {
		conditions = append(conditions, wentWrong)
	}
	return `SELECT ` + columns + ` FROM ` + tables + ` WHERE ` + strings.Join(conditions, " AND ") +
		` ORDER BY a.id DESC LIMIT ` + strconv.Itoa(q.Size()), args
}

// List gives the assignments that q asks for; see assign.History.
func (j *Journal) List(ctx context.Context, q assign.Query) ([]assign.Assignment, error) {
	rows, err := j.store.list(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	return j.remembered(rows), nil
}

// Before gives the owner whom assignment id found; see assign.History.
func (j *Journal) Before(ctx context.Context, id int64) (assign.Assignment, bool, error) {
	r, found, err := j.store.before(ctx, id)
	a, found, err := j.owned(r, found, err)
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find owner before assignment %d: %w", id, err)
	}
	return a, found, nil
}

// Owner gives the present owner of contact; see assign.History.
func (j *Journal) Owner(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error) {
	r, found, err := j.store.owner(ctx, clean(contact.Digits()))
	a, found, err := j.owned(r, found, err)
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find owner of contact: %w", err)
	}
	return a, found, nil
}

// owned reads the row of an owner, if it is known to be one.
func (j *Journal) owned(r row, found bool, err error) (assign.Assignment, bool, error) {
	if err != nil || !found || r.kind != string(assign.Assigned) {
		return assign.Assignment{}, false, err
	}
	r.reply = nil
	a, err := r.assignment(j.cfg.Now())
	return a, err == nil, err
}

// Tally counts what was assigned; see assign.History.
func (j *Journal) Tally(ctx context.Context, since time.Time) ([]assign.Count, error) {
	now := j.cfg.Now()
	tally := assign.NewTally(since.Location())
	agents := map[string]agent.Agent{} // most outcomes are the same text as another
	err := j.store.assigned(ctx, now.Sub(since), func(ended int64, outcome string) error {
		agent, known := agents[outcome]
		if !known {
			var w outcomeWire
			if err := json.Unmarshal([]byte(outcome), &w); err != nil {
				return err
			}
			agent = w.outcome(assign.Assigned).Agent
			agents[outcome] = agent
		}
		tally.Add(agent, ago(now, ended))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count assignments: %w", err)
	}
	return tally.Counts(), nil
}

// Unaudited gives what is to be reported; see assign.Audit.
func (j *Journal) Unaudited(ctx context.Context, limit int) ([]assign.Assignment, error) {
	rows, err := j.store.unaudited(ctx, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("find unaudited assignments: %w", err)
	}
	return j.remembered(rows), nil
}

// Audited notes that the outcome of assignment id has been reported; see assign.Audit.
func (j *Journal) Audited(ctx context.Context, id int64) error {
	if err := j.writer.do(ctx, &auditedWork{id: id}); err != nil {
		return fmt.Errorf("note audit of assignment %d: %w", id, err)
	}
	return nil
}

// overtaken is what Accept returns of a request whose guard did not hold.
func (j *Journal) overtaken(w *acceptWork) (assign.Assignment, assign.Acceptance, error) {
	if w.stored.id == 0 {
		return assign.Assignment{}, assign.Overtaken, nil
	}
	w.stored.reply = nil
	a, err := w.stored.assignment(j.cfg.Now())
	if err != nil {
		return assign.Assignment{}, 0, notStored(err)
	}
	return a, assign.Overtaken, nil
}

// remembered reads rows for those who look at the past: without replies.
func (j *Journal) remembered(rows []row) []assign.Assignment {
	for i := range rows {
		rows[i].reply = nil
	}
	return j.readable(rows)
}

// readable reads rows. One that cannot be read must not keep the others from being
// done, or seen.
func (j *Journal) readable(rows []row) []assign.Assignment {
	now := j.cfg.Now()
	read := make([]assign.Assignment, 0, len(rows))
	for i := range rows {
		a, err := rows[i].assignment(now)
		if err != nil {
			j.cfg.Logger.Error().Err(err).Msg("assignment in the journal cannot be read")
			continue
		}
		read = append(read, a)
	}
	return read
}
