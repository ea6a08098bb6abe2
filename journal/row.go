package journal

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// row is an assignment as both databases hand it over. Times are ages: how long ago,
// by the database's clock, so that no machine has to trust another one's.
type row struct {
	id          int64
	key         string
	requester   string
	contact     string
	contactID   string
	agent       string
	reply       []byte
	accepted    int64 // µs ago
	kind        string
	outcome     *string
	finished    *int64 // µs ago
	answered    bool
	newer       *int64
	newerBy     *string
	newerAgent  *string
	newerAccept *int64 // µs ago
	origin      string
	undoes      int64
	sent        bool
}

// fields are the places to scan a row into, in the order of columns.
func (r *row) fields() []any {
	return []any{
		&r.id, &r.key, &r.requester, &r.contact, &r.agent, &r.reply, &r.accepted,
		&r.kind, &r.outcome, &r.finished, &r.answered,
		&r.newer, &r.newerBy, &r.newerAgent, &r.newerAccept, &r.origin, &r.undoes, &r.contactID, &r.sent,
	}
}

// columns lists what fields takes, of assignments a and the newer one n. age turns a
// column with a time into SQL for its age in microseconds.
func columns(age func(column string) string) string {
	return strings.Join([]string{
		"a.id", "coalesce(a.key, '')", "a.requester", "a.contact", "a.agent", "a.reply", age("a.accepted_at"),
		"a.kind", "a.outcome", age("a.finished_at"), "a.answered",
		"a.newer", "n.requester", "n.agent", age("n.accepted_at"), "a.origin", "a.undoes", "a.contact_id", "a.sent",
	}, ", ")
}

// tables is where columns come from.
const tables = "assignments a LEFT JOIN assignments n ON n.id = a.newer"

// assignment reads the row. now is this machine's time when it was read.
func (r *row) assignment(now time.Time) (assign.Assignment, error) {
	agent, err := agent.DecodeRef(r.agent)
	if err != nil {
		return assign.Assignment{}, fmt.Errorf("read assignment %d: %w", r.id, err)
	}
	a := assign.Assignment{
		ID: r.id,
		Request: assign.Request{
			Key:       r.key,
			Requester: r.requester,
			Contact:   phone.New(r.contact).WithID(r.contactID),
			Agent:     agent,
			Reply:     string(r.reply),
			Origin:    r.origin,
			Undoes:    r.undoes,
		},
		AcceptedAt: ago(now, r.accepted),
		Answered:   r.answered,
	}
	if r.kind == "" {
		a.Sent = r.sent
	} else {
		if a.Outcome, err = r.result(now); err != nil {
			return assign.Assignment{}, fmt.Errorf("read outcome of assignment %d: %w", r.id, err)
		}
	}
	return a, nil
}

func (r *row) result(now time.Time) (assign.Outcome, error) {
	var w outcomeWire
	if r.outcome != nil {
		if err := json.Unmarshal([]byte(*r.outcome), &w); err != nil {
			return assign.Outcome{}, err
		}
	}
	o := w.outcome(assign.OutcomeKind(r.kind))
	if r.finished != nil {
		o.At = ago(now, *r.finished)
	}
	if r.newer == nil {
		return o, nil
	}
	o.Newer = &assign.Assignment{ID: *r.newer}
	if r.newerBy == nil { // deleted since
		return o, nil
	}
	agent, err := agent.DecodeRef(*r.newerAgent)
	if err != nil {
		return assign.Outcome{}, err
	}
	o.Newer.Requester, o.Newer.Agent = *r.newerBy, agent
	o.Newer.AcceptedAt = ago(now, *r.newerAccept)
	return o, nil
}

// ago is never after now, not even for what was written before the clock was set back.
func ago(now time.Time, micros int64) time.Time {
	return now.Add(-time.Duration(max(micros, 0)) * time.Microsecond)
}

// outcomeWire is an outcome in the journal, without what has a column of its own. The
// types of assign mask themselves when encoded, so the journal has plain ones.
type outcomeWire struct {
	Reason   string      `json:"reason,omitempty"`
	Agent    *agentWire  `json:"agent,omitempty"`
	Said     string      `json:"said,omitempty"`
	Status   int         `json:"status,omitempty"`
	Nearest  []agentWire `json:"nearest,omitempty"`
	More     int         `json:"more,omitempty"`
	Attempts int         `json:"attempts,omitempty"`
	// ContactID is the id that Azeer accepted, where it is not the contact's number.
	ContactID string `json:"contact_id,omitempty"`
}

type agentWire struct {
	PlatformID string `json:"platform_id"`
	Email      string `json:"email,omitempty"`
	Name       string `json:"name,omitempty"`
	Inactive   bool   `json:"inactive,omitempty"`
}

func wireAgent(a agent.Agent) agentWire {
	return agentWire{a.PlatformID.Reveal(), a.Email.Reveal(), a.Name, a.Inactive}
}

func (w agentWire) agent() agent.Agent {
	var a agent.Agent
	a.PlatformID, a.Email = agent.NewEmail(w.PlatformID), agent.NewEmail(w.Email)
	a.Name, a.Inactive = w.Name, w.Inactive
	return a
}

// encodeOutcome writes all of o but Kind, Newer and At.
func encodeOutcome(o assign.Outcome) (string, error) {
	w := outcomeWire{Reason: string(o.Reason), Said: o.Said, Status: o.Status, Attempts: o.Attempts, ContactID: o.Contact.ID(), More: o.More}
	if agent := wireAgent(o.Agent); agent != (agentWire{}) {
		w.Agent = &agent
	}
	for _, a := range o.Nearest {
		w.Nearest = append(w.Nearest, wireAgent(a))
	}
	text, err := json.Marshal(w)
	return string(text), err
}

func (w outcomeWire) outcome(kind assign.OutcomeKind) assign.Outcome {
	o := assign.Outcome{
		Kind: kind, Reason: assign.Reason(w.Reason),
		Said: w.Said, Status: w.Status, Attempts: w.Attempts, More: w.More,
	}
	if w.ContactID != "" {
		o.Contact = phone.New(w.ContactID)
	}
	if w.Agent != nil {
		o.Agent = w.Agent.agent()
	}
	for _, a := range w.Nearest {
		o.Nearest = append(o.Nearest, a.agent())
	}
	return o
}

// clean makes s fit for a text column of every database: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// twin is the same text for two requests exactly when one may join the other: same
// requester, same contact, and agents that are Equal. agent is as AgentRef.Encode
// wrote it; its kind is lower case already.
func twin(requester, contact, agent string) string {
	return fmt.Sprintf("%d %s %d %s %s", len(requester), requester, len(contact), contact, fold(agent))
}

// fold gives the same text for all that strings.EqualFold holds equal.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}
