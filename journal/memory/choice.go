package memory

import (
	"context"
	"fmt"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
)

// Choose implements assign.Choosing.
func (j *Journal) Choose(ctx context.Context, id int64, found duty.Found) (duty.Choice, error) {
	if err := ctx.Err(); err != nil {
		return duty.Choice{}, fmt.Errorf("choose: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.rows[id]
	switch {
	case r == nil || r.Finished() || !r.owned:
		return duty.Choice{}, fmt.Errorf("choose: %w", assign.ErrLost)
	case r.Choice != nil:
		return *r.Choice, nil
	}
	choice := duty.Choice{Decision: found.Decision}
	if len(found.Free) > 0 {
		loads := j.loads(found.Free)
		chosen, why := duty.Next(loads, j.lasts[found.Group.ID])
		choice.Agent, choice.Decision.Why, choice.Decision.Given = loads[chosen].Agent, why, loads[chosen].Given
		j.lasts[found.Group.ID] = choice.Agent.PlatformID
	}
	r.Choice, r.chosen = &choice, time.Now()
	return choice, nil
}

// Loads implements assign.Choosing.
func (j *Journal) Loads(ctx context.Context, group string, agents []agent.Agent) ([]duty.Load, agent.Email, error) {
	if err := ctx.Err(); err != nil {
		return nil, agent.Email{}, fmt.Errorf("read loads: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.loads(agents), j.lasts[group], nil
}

func (j *Journal) loads(agents []agent.Agent) []duty.Load {
	loads := make([]duty.Load, len(agents))
	for i, a := range agents {
		loads[i].Agent = a
		newest := time.Time{}
		for _, r := range j.rows {
			to, at := r.givenTo()
			if to.IsZero() || !to.Equal(a.PlatformID) {
				continue
			}
			if time.Since(at) <= duty.Window {
				loads[i].Given++
			}
			if at.After(newest) || at.Equal(newest) && r.ID > loads[i].Last {
				newest, loads[i].Last = at, r.ID
			}
		}
	}
	return loads
}

// givenTo is whom a contact was given to, or is on its way to by a choice, and when.
func (r *row) givenTo() (agent.Email, time.Time) {
	switch {
	case !r.Finished() && r.Choice != nil:
		return r.Choice.Agent.PlatformID, r.chosen
	case r.Outcome.Kind == assign.Assigned && r.Undoes == 0:
		return r.Outcome.Agent.PlatformID, r.Outcome.At
	}
	return agent.Email{}, time.Time{}
}
