package assign

import (
	"context"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// Latest gives the newest assignment of contact, whatever became of it, or false if the
// journal has none.
func (s *Service) Latest(ctx context.Context, contact phone.Number) (Assignment, bool, error) {
	a, found, err := s.journal.Latest(ctx, contact)
	if err != nil {
		return a, false, fmt.Errorf("read latest assignment: %w", err)
	}
	return a, found, nil
}

// List, Members, Before, Owner, Size, Held and Tally are the journal's; see History.
func (s *Service) List(ctx context.Context, q Query) ([]Assignment, error) {
	return s.journal.List(ctx, q)
}

func (s *Service) Members(ctx context.Context, batch int64) ([]Assignment, error) {
	return s.journal.Members(ctx, batch)
}

func (s *Service) Before(ctx context.Context, id int64) (Assignment, bool, error) {
	return s.journal.Before(ctx, id)
}

func (s *Service) Owner(ctx context.Context, contact phone.Number) (Assignment, bool, error) {
	return s.journal.Owner(ctx, contact)
}

func (s *Service) Size(ctx context.Context, batch int64) (int, error) {
	return s.journal.Size(ctx, batch)
}

func (s *Service) Held(ctx context.Context, q Holding) ([]Held, error) { return s.journal.Held(ctx, q) }

func (s *Service) Tally(ctx context.Context, since time.Time) ([]Count, error) {
	return s.journal.Tally(ctx, since)
}

// Unaudited and Audited are the journal's; see Audit.
func (s *Service) Unaudited(ctx context.Context, limit int) ([]Assignment, error) {
	return s.journal.Unaudited(ctx, limit)
}

func (s *Service) Audited(ctx context.Context, id int64) error { return s.journal.Audited(ctx, id) }

// BatchSizes counts the batches of which there are members among some assignments, by their IDs.
func BatchSizes(ctx context.Context, h History, found []Assignment) (map[int64]int, error) {
	sizes := make(map[int64]int)
	for _, a := range found {
		if _, known := sizes[a.Batch]; a.Batch == 0 || known {
			continue
		}
		n, err := h.Size(ctx, a.Batch)
		if err != nil {
			return nil, err
		}
		sizes[a.Batch] = n
	}
	return sizes, nil
}

// Holding says which contacts of an agent are asked for.
type Holding struct {
	// Agents are the ids that the agent has.
	Agents []agent.Email
	// Since, unless zero, leaves out what the agent got before.
	Since time.Time
	// First and Last, unless 0, are the least and the greatest ID of the assignments.
	First, Last int64
	// Limit, unless 0, is how many there may be.
	Limit int
}

// IsOf tells whether an agent is the one that is asked about.
func (q Holding) IsOf(a agent.Agent) bool { return slices.ContainsFunc(q.Agents, a.PlatformID.Equal) }

// Held is a contact that an agent has.
type Held struct {
	// Assignment is that which made the agent its owner.
	Assignment
	// Newest is the ID of the newest assignment of the contact, which changed no owner if it
	// is another.
	Newest int64
}
