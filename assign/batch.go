package assign

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"
)

// Batch is what somebody asked for in one go. Each of its members is an assignment with its own
// place in the order of its contact.
type Batch struct {
	// ID is the Batch of every member's Request.
	ID int64
	// Members are all that were accepted, in the order of ID; at least one. The first stands
	// for the batch.
	Members []Assignment
}

// MaxBatch is how many contacts there may be in one.
const MaxBatch = 500

// First is the member that stands for the batch.
func (b Batch) First() Assignment { return b.Members[0] }

// Unfinished counts the members that have no outcome yet.
func (b Batch) Unfinished() (n int) {
	for _, a := range b.Members {
		if !a.Finished() {
			n++
		}
	}
	return n
}

// batchGiveUpAfter is giveUpAfter for the members of a batch, which wait for one another.
const batchGiveUpAfter = 30 * time.Minute

// giveUpAfter is how old an assignment may get: after it nothing more is sent.
func (a Assignment) giveUpAfter() time.Duration {
	if a.Batch != 0 {
		return batchGiveUpAfter
	}
	return giveUpAfter
}

// AcceptBatch stores all of requests durably as one batch, or none, and returns; Run carries
// them out. Key and Reply of the first hold for all of them. Errors are as those of Accept, or
// ErrSameBatch where a batch like this one is joined.
func (s *Service) AcceptBatch(ctx context.Context, requests []Request) ([]Entry, error) {
	for _, r := range requests {
		if r.Contact.IsZero() || r.Agent.IsZero() {
			return nil, ErrIncomplete
		}
	}
	if len(requests) == 0 || len(requests) > MaxBatch {
		return nil, ErrIncomplete
	}
	requests = asBatch(requests)
	if !s.batches.reserve(requests) {
		return nil, ErrSameBatch
	}
	entries, err := InTime(ctx, func() (entries []Entry, err error) {
		defer func() {
			if entries == nil {
				s.batches.free(requests[0].Batch)
			}
		}()
		return s.store(len(requests), func() ([]Entry, error) { return s.journal.AcceptBatch(ctx, requests) })
	})
	if err != nil {
		return nil, notStored(err)
	}
	return entries, nil
}

// asBatch makes requests the members of one batch. Where the first may turn out to be overtaken,
// any may be the one that stands for it.
func asBatch(requests []Request) []Request {
	all := append([]Request(nil), requests...)
	id := 1 + rand.Int64N(1<<62)
	for i := range all {
		r := &all[i]
		r.Batch, r.Key = id, all[0].Key
		if i > 0 && r.Key != "" {
			r.Key += "#" + strconv.Itoa(i+1)
		}
		r.Reply = ""
		if i == 0 || r.Guard != 0 {
			r.Reply = requests[0].Reply
		}
	}
	return all
}

// StopBatch ends what of a batch was not sent yet, and gives how many these were.
func (s *Service) StopBatch(ctx context.Context, batch int64) (stopped int, err error) {
	stopped, err = s.journal.StopBatch(ctx, batch)
	s.batches.interrupt(batch)
	return stopped, err
}

// enterBatches lets a member of a batch go on only with some distance to Azeer's limits, so that
// what is part of none finds a free slot. false: see the step.
func (s *Service) enterBatches(wire context.Context, j *job, t *attempts) (step, bool) {
	if wait := s.batches.pausedFor(); wait > 0 {
		return step{wait: wait}, false
	}
	m, ok := s.acquire(wire, s.limits.batches, j, t)
	if !ok {
		return m, false
	}
	switch wait := s.batches.pausedFor(); {
	case s.isStopping(): // what is left of a batch goes on after the next start
		m = step{release: true}
	case wait > 0:
		m = step{wait: wait}
	default:
		return m, true
	}
	s.limits.batches.release()
	return m, false
}

func (s *Service) isStopping() bool {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	return s.backlog.stopped
}
