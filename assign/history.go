package assign

import (
	"context"
	"fmt"
	"time"

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

// List, Members, Before, Owner and Tally are the journal's; see History.
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

func (s *Service) Tally(ctx context.Context, since time.Time) ([]Count, error) {
	return s.journal.Tally(ctx, since)
}

// Unaudited and Audited are the journal's; see Audit.
func (s *Service) Unaudited(ctx context.Context, limit int) ([]Assignment, error) {
	return s.journal.Unaudited(ctx, limit)
}

func (s *Service) Audited(ctx context.Context, id int64) error { return s.journal.Audited(ctx, id) }
