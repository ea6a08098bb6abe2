package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/journal/store"
)

// storedChoice is whom a group's contact goes to, in the journal. What people say of their
// absence is not kept.
type storedChoice struct {
	Agent  *storedAgent   `json:"agent,omitempty"`
	Group  string         `json:"group,omitempty"`
	Why    string         `json:"why,omitempty"`
	Given  int            `json:"given,omitempty"`
	Passed []storedPassed `json:"passed,omitempty"`
	More   int            `json:"more,omitempty"`
}

type storedPassed struct {
	Name   string `json:"name,omitempty"`
	Reason string `json:"reason"`
}

func encodeChoice(c duty.Choice) (string, error) {
	w := storedChoice{Group: c.Decision.Group, Why: string(c.Decision.Why), Given: c.Decision.Given, More: c.Decision.More}
	if to := storeAgent(c.Agent); to != (storedAgent{}) {
		w.Agent = &to
	}
	for _, p := range c.Decision.Passed {
		w.Passed = append(w.Passed, storedPassed{p.Name, string(p.Reason)})
	}
	text, err := json.Marshal(w)
	return string(text), err
}

// decodeChoice reads what encodeChoice wrote; nil of nothing.
func decodeChoice(text string) (*duty.Choice, error) {
	if text == "" {
		return nil, nil
	}
	var w storedChoice
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return nil, err
	}
	c := &duty.Choice{Decision: duty.Decision{Group: w.Group, Why: duty.Why(w.Why), Given: w.Given, More: w.More}}
	if w.Agent != nil {
		c.Agent = w.Agent.agent()
	}
	for _, p := range w.Passed {
		c.Decision.Passed = append(c.Decision.Passed, duty.Passed{Name: p.Name, Absence: duty.Absence{Reason: duty.Reason(p.Reason)}})
	}
	return c, nil
}

// Choose decides whom assignment id goes to; see assign.Choosing.
func (j *Journal) Choose(ctx context.Context, id int64, found duty.Found) (duty.Choice, error) {
	w := &store.Choose{ID: id, Group: store.Text(found.Group.ID), Agents: given(found.Free)}
	w.Decide = func(loads []store.Load, last string) (to, choice string, err error) {
		made := decide(found, loads, last)
		choice, err = encodeChoice(made)
		return givenTo(made.Agent), choice, err
	}
	if err := j.writer.do(ctx, w); err != nil {
		return duty.Choice{}, fmt.Errorf("choose for assignment %d: %w", id, err)
	}
	if !w.Found {
		return duty.Choice{}, fmt.Errorf("choose for assignment %d: %w", id, assign.ErrLost)
	}
	choice, err := decodeChoice(w.Choice)
	if err != nil {
		return duty.Choice{}, fmt.Errorf("read choice of assignment %d: %w", id, err)
	}
	restore(choice, found)
	return *choice, nil
}

// decide chooses among the free.
func decide(found duty.Found, loads []store.Load, last string) duty.Choice {
	c := duty.Choice{Decision: found.Decision}
	if len(found.Free) == 0 {
		return c
	}
	chosen, why := duty.Next(loadsOf(found.Free, loads), agent.NewEmail(last))
	c.Agent, c.Decision.Why, c.Decision.Given = found.Free[chosen], why, loads[chosen].Given
	return c
}

// restore gives back to a choice what is not stored of it.
func restore(c *duty.Choice, found duty.Found) {
	for i, p := range c.Decision.Passed {
		for _, f := range found.Decision.Passed {
			if f.Name == p.Name && f.Reason == p.Reason {
				c.Decision.Passed[i].Absence = f.Absence
			}
		}
	}
}

func loadsOf(agents []agent.Agent, loads []store.Load) []duty.Load {
	all := make([]duty.Load, len(agents))
	for i, a := range agents {
		all[i] = duty.Load{Agent: a, Given: loads[i].Given, Last: loads[i].Last}
	}
	return all
}

// given are the ids of agents as the journal counts them.
func given(agents []agent.Agent) []string {
	ids := make([]string, len(agents))
	for i, a := range agents {
		ids[i] = givenTo(a)
	}
	return ids
}

func givenTo(a agent.Agent) string { return store.Text(strings.ToLower(a.PlatformID.Reveal())) }

// Loads gives what each of agents has been given; see assign.Choosing.
func (j *Journal) Loads(ctx context.Context, group string, agents []agent.Agent) (loads []duty.Load, last agent.Email, err error) {
	found := make([]store.Load, len(agents))
	for i, id := range given(agents) {
		err := j.db.Read(ctx, j.db.Dialect().Load(id), func(scan func(...any) error) error {
			return scan(&found[i].Given, &found[i].Last)
		})
		if err != nil {
			return nil, agent.Email{}, fmt.Errorf("read load: %w", err)
		}
	}
	err = j.db.Read(ctx, store.Last(store.Text(group)), func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		last = agent.NewEmail(id)
		return err
	})
	if err != nil {
		return nil, agent.Email{}, fmt.Errorf("read last choice: %w", err)
	}
	return loadsOf(agents, found), last, nil
}
