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
	"azeer-slack/journal/store"
)

// encodeRequest gives the operation that stores r.
func encodeRequest(r assign.Request) *store.Accept {
	w := &store.Accept{
		Key:       store.Text(r.Key),
		Requester: store.Text(r.Requester),
		Contact:   store.Text(r.Contact.Digits()),
		Agent:     store.Text(r.Agent.Encode()),
		Reply:     []byte(r.Reply),
		Origin:    store.Text(r.Origin),
		Guard:     r.Guard,
		Undoes:    r.Undoes,
		Batch:     r.Batch,
		Note:      store.Text(r.Brief.Note.Reveal()),
		Receipt:   r.Brief.Receipt,
	}
	if r.Contact.ID() != r.Contact.Digits() {
		w.ContactID = store.Text(r.Contact.ID())
	}
	w.JoinKey = joinKey(w.Requester, w.Contact, w.Agent)
	if w.Note != "" { // with another note it is another request
		w.JoinKey += " " + w.Note
	}
	if r.Batch != 0 { // which has its own answer
		w.JoinKey = fmt.Sprintf("batch %d %s", r.Batch, w.JoinKey)
	}
	return w
}

// decodeRow reads an assignment. now is this machine's time when the row was read.
func decodeRow(r *store.Row, now time.Time) (assign.Assignment, error) {
	if err := r.Check(); err != nil {
		return assign.Assignment{}, fmt.Errorf("read assignment %d: %w", r.ID, err)
	}
	agent, err := agent.DecodeRef(r.Agent)
	if err != nil {
		return assign.Assignment{}, fmt.Errorf("read assignment %d: %w", r.ID, err)
	}
	a := assign.Assignment{
		ID: r.ID,
		Request: assign.Request{
			Key:       r.Key,
			Requester: r.Requester,
			Contact:   phone.New(r.Contact).WithID(r.ContactID),
			Agent:     agent,
			Reply:     string(r.Reply),
			Origin:    r.Origin,
			Undoes:    r.Undoes,
			Batch:     r.Batch,
			Brief:     assign.Brief{Note: assign.NewNote(r.Note), Receipt: r.Receipt},
		},
		AcceptedAt: ago(now, r.Accepted),
		Answered:   r.Answered,
	}
	if a.Choice, err = decodeChoice(r.Choice); err != nil {
		return assign.Assignment{}, fmt.Errorf("read choice of assignment %d: %w", r.ID, err)
	}
	if r.Kind == "" {
		a.Sent = r.Sent
		return a, nil
	}
	if a.Outcome, err = decodeResult(r, now); err != nil {
		return assign.Assignment{}, fmt.Errorf("read outcome of assignment %d: %w", r.ID, err)
	}
	return a, nil
}

// decodeResult reads the outcome of a finished assignment.
func decodeResult(r *store.Row, now time.Time) (assign.Outcome, error) {
	text := "{}"
	if r.Outcome != nil {
		text = *r.Outcome
	}
	o, err := decodeOutcome(text, assign.OutcomeKind(r.Kind))
	if err != nil {
		return assign.Outcome{}, err
	}
	if r.Finished != nil {
		o.At = ago(now, *r.Finished)
	}
	if r.Newer == nil {
		return o, nil
	}
	o.Newer = &assign.Assignment{ID: *r.Newer}
	if r.NewerBy == nil { // deleted since
		return o, nil
	}
	agent, err := agent.DecodeRef(*r.NewerAgent)
	if err != nil {
		return assign.Outcome{}, err
	}
	o.Newer.Requester, o.Newer.Agent = *r.NewerBy, agent
	o.Newer.AcceptedAt = ago(now, *r.NewerAccepted)
	return o, nil
}

// ago is never after now, not even for what was written before the clock was set back.
func ago(now time.Time, micros int64) time.Time {
	return now.Add(-time.Duration(max(micros, 0)) * time.Microsecond)
}

// storedOutcome is an outcome in the journal, without what has a column of its own. The
// types of assign mask themselves when encoded, so the journal has plain ones.
type storedOutcome struct {
	Reason   string        `json:"reason,omitempty"`
	Agent    *storedAgent  `json:"agent,omitempty"`
	Said     string        `json:"said,omitempty"`
	Status   int           `json:"status,omitempty"`
	Nearest  []storedAgent `json:"nearest,omitempty"`
	More     int           `json:"more,omitempty"`
	Attempts int           `json:"attempts,omitempty"`
	// ContactID is the id that Azeer accepted, where it is not the contact's number.
	ContactID string `json:"contact_id,omitempty"`
}

type storedAgent struct {
	PlatformID string `json:"platform_id"`
	Email      string `json:"email,omitempty"`
	Name       string `json:"name,omitempty"`
	Inactive   bool   `json:"inactive,omitempty"`
}

func storeAgent(a agent.Agent) storedAgent {
	return storedAgent{a.PlatformID.Reveal(), a.Email.Reveal(), a.Name, a.Inactive}
}

func (w storedAgent) agent() agent.Agent {
	var a agent.Agent
	a.PlatformID, a.Email = agent.NewEmail(w.PlatformID), agent.NewEmail(w.Email)
	a.Name, a.Inactive = w.Name, w.Inactive
	return a
}

// encodeOutcome writes all of o but Kind, Newer and At.
func encodeOutcome(o assign.Outcome) (string, error) {
	w := storedOutcome{Reason: string(o.Reason), Said: o.Said, Status: o.Status, Attempts: o.Attempts, ContactID: o.Contact.ID(), More: o.Nearest.More}
	if agent := storeAgent(o.Agent); agent != (storedAgent{}) {
		w.Agent = &agent
	}
	for _, a := range o.Nearest.Agents {
		w.Nearest = append(w.Nearest, storeAgent(a))
	}
	text, err := json.Marshal(w)
	return string(text), err
}

// decodeOutcome reads what encodeOutcome wrote.
func decodeOutcome(text string, kind assign.OutcomeKind) (assign.Outcome, error) {
	var w storedOutcome
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return assign.Outcome{}, err
	}
	o := assign.Outcome{
		Kind: kind, Reason: assign.Reason(w.Reason),
		Said: w.Said, Status: w.Status, Attempts: w.Attempts, Nearest: agent.Nearest{More: w.More},
	}
	if w.ContactID != "" {
		o.Contact = phone.New(w.ContactID)
	}
	if w.Agent != nil {
		o.Agent = w.Agent.agent()
	}
	for _, a := range w.Nearest {
		o.Nearest.Agents = append(o.Nearest.Agents, a.agent())
	}
	return o, nil
}

// joinKey is the same text for two requests exactly when one may join the other: same
// requester, same contact, and agents that are Equal. agent is as AgentRef.Encode
// wrote it; its kind is lower case already.
func joinKey(requester, contact, agent string) string {
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
