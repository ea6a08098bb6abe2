package assign

import (
	"context"
	"slices"
	"sync/atomic"
	"time"
)

// job is an assignment in flight.
type job struct {
	Assignment
	// since is from when the interim answer is reckoned.
	since time.Time
	// expired: found too old to be carried out.
	expired bool
	// newer gets a token when a newer assignment enters the queue.
	newer chan struct{}
	// settled: the answer is due. telling keeps an interim answer from coming after it.
	settled atomic.Bool
	// A channel of one, since who waits for a channel is idle in the eyes of synctest.
	telling chan struct{}
	// trouble is why the last attempt did not settle it; the empty Reason before that.
	trouble atomic.Value
}

// claim is how it waits for a slot.
func (j *job) claim() claim {
	if j.Batch != 0 {
		return claim{j.Requester, batched}
	}
	return claim{j.Requester, single}
}

// interrupt has a job that waits look again whether it is still to be done.
func (j *job) interrupt() {
	select {
	case j.newer <- struct{}{}:
	default:
	}
}

// contactQueue holds the assignments of one contact that wait for their turn, oldest first,
// and exists only while one of them is carried out.
type contactQueue struct {
	current *job
	waiting []*job
}

// enqueue puts a job into the queue of its contact. Whoever is there and older hears of it.
func (s *Service) enqueue(ctx, wire context.Context, j *job) {
	contact := j.Contact.Digits()
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	l := s.backlog.queues[contact]
	if l == nil {
		l = &contactQueue{current: j}
		s.backlog.queues[contact] = l
		s.work.Go(func() { s.runQueue(ctx, wire, contact, l) })
		return
	}
	at := len(l.waiting)
	for at > 0 && l.waiting[at-1].ID > j.ID {
		at--
	}
	l.waiting = slices.Insert(l.waiting, at, j)
	if l.current.ID < j.ID {
		l.current.interrupt()
	}
}

// runQueue carries out the jobs of a queue, one after the other, until it is empty.
func (s *Service) runQueue(ctx, wire context.Context, contact string, l *contactQueue) {
	for j := l.current; j != nil; j = s.next(contact, l) {
		if wire.Err() != nil {
			s.drop(j)
			continue
		}
		s.carryOut(ctx, wire, j)
	}
}

func (s *Service) next(contact string, l *contactQueue) *job {
	s.backlog.mu.Lock()
	defer s.backlog.mu.Unlock()
	if len(l.waiting) == 0 {
		delete(s.backlog.queues, contact)
		return nil
	}
	l.current, l.waiting[0] = l.waiting[0], nil
	l.waiting = l.waiting[1:]
	return l.current
}
