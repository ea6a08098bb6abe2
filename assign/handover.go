package assign

import (
	"context"
	"maps"
	"slices"
	"time"

	"azeer-slack/internal/catch"
)

// giveBackLimit bounds how long a stop is held up by giving work back.
const giveBackLimit = time.Second

// giveBackWaiting gives to the other processes, when this one stops, what it has not begun
// with. What it could not give back it carries out itself, as far as there is time.
func (s *Service) giveBackWaiting(wire context.Context) {
	if s.cfg.RecoverEvery < 0 {
		return // nobody shares the journal
	}
	s.backlog.mu.Lock()
	ids := slices.Sorted(maps.Keys(s.backlog.inFlight))
	s.backlog.mu.Unlock()
	given := s.giveBack(wire, ids, false)
	if len(given) == 0 {
		return
	}
	s.log.Info().Int("count", len(given)).Msg("work that was not begun given to other instances")
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	for _, l := range s.backlog.queues {
		l.waiting = slices.DeleteFunc(l.waiting, func(j *job) bool {
			if slices.Contains(given, j.ID) {
				delete(s.backlog.inFlight, j.ID)
				s.batches.ended(j)
				return true
			}
			return false
		})
		if slices.Contains(given, l.current.ID) {
			select { // it asks for its turn, and hears that it is lost
			case l.current.newer <- struct{}{}:
			default:
			}
		}
	}
}

// giveBackReleased gives back what this process leaves undone because it stops.
func (s *Service) giveBackReleased(ctx, wire context.Context, j *job) {
	if s.cfg.RecoverEvery >= 0 && ctx.Err() != nil && wire.Err() == nil {
		s.giveBack(wire, []int64{j.ID}, true)
	}
}

func (s *Service) giveBack(wire context.Context, ids []int64, begun bool) (given []int64) {
	limited, done := context.WithTimeout(wire, giveBackLimit)
	defer done()
	err := catch.Panics(func() (err error) {
		given, err = s.journal.GiveBack(limited, ids, begun)
		return err
	})
	if err != nil {
		s.log.Warn().Err(err).Msg("work could not be given to other instances; they take it over when this one has ended")
	}
	return given
}
