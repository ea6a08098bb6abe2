package assign

import (
	"context"
	"fmt"
)

// Latest gives the newest assignment of contact, whatever became of it, or false if the
// journal has none.
func (s *Service) Latest(ctx context.Context, contact Phone) (Assignment, bool, error) {
	a, found, err := s.journal.Latest(ctx, contact)
	if err != nil {
		return a, false, fmt.Errorf("read latest assignment: %w", err)
	}
	return a, found, nil
}
