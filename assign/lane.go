package assign

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// job is an assignment in hand.
type job struct {
	Assignment
	// since is from when the interim answer is reckoned.
	since time.Time
	// expired: found too old to be carried out.
	expired bool
	// found: taken up from the journal. Another process may have called for it already.
	found bool
	// newer gets a token when a newer assignment enters the lane.
	newer chan struct{}
	// settled: the answer is due. telling keeps an interim answer from coming after it.
	settled atomic.Bool
	// A channel of one, since who waits for a channel is idle in the eyes of synctest.
	telling chan struct{}
}

// lane holds the assignments of one contact that wait for their turn, oldest first,
// and exists only while one of them is carried out.
type lane struct {
	current *job
	queue   []*job
}

// place puts a job into the lane of its contact. Whoever is there and older hears of it.
func (s *Service) place(ctx, wire context.Context, j *job) {
	contact := j.Contact.Digits()
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lanes[contact]
	if l == nil {
		l = &lane{current: j}
		s.lanes[contact] = l
		s.work.Go(func() { s.follow(ctx, wire, contact, l) })
		return
	}
	at := len(l.queue)
	for at > 0 && l.queue[at-1].ID > j.ID {
		at--
	}
	l.queue = slices.Insert(l.queue, at, j)
	if l.current.ID < j.ID {
		select {
		case l.current.newer <- struct{}{}:
		default:
		}
	}
}

// follow carries out the jobs of a lane, one after the other, until it is empty.
func (s *Service) follow(ctx, wire context.Context, contact string, l *lane) {
	for j := l.current; j != nil; j = s.next(contact, l) {
		if wire.Err() != nil {
			s.drop(j)
			continue
		}
		s.carryOut(ctx, wire, j)
	}
}

func (s *Service) next(contact string, l *lane) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(l.queue) == 0 {
		delete(s.lanes, contact)
		return nil
	}
	l.current, l.queue[0] = l.queue[0], nil
	l.queue = l.queue[1:]
	return l.current
}

// carryOut brings one job to its outcome, and the outcome into the journal. The answer
// is given outside the lane, so that a slow one delays no other assignment.
func (s *Service) carryOut(ctx, wire context.Context, j *job) {
	outcome, ok := s.settle(ctx, wire, j)
	if !ok || !s.finish(wire, j, outcome) {
		s.drop(j)
		return
	}
	s.work.Go(func() { s.deliver(ctx, wire, j) })
}

// move is what follows from one step: an outcome, or the assignment is let go of, or
// (the zero Kind) there is another step after a wait.
type move struct {
	outcome Outcome
	letGo   bool
	wait    time.Duration
}

// settle tries until there is an outcome. It gives false if the job is not ours any
// more, or has to wait when ctx has ended: then the next start takes it up. An attempt
// that needs no waiting is made all the same, as long as the wire is there.
func (s *Service) settle(ctx, wire context.Context, j *job) (Outcome, bool) {
	if j.expired {
		return Outcome{Kind: Expired}, true
	}
	t := &trials{deadline: j.AcceptedAt.Add(patience), wordless: j.found}
	for {
		m := s.attempt(wire, j, t)
		if m.letGo || m.outcome.Kind != "" {
			return m.outcome, !m.letGo
		}
		if m = s.pause(ctx, j, t, m.wait); m.letGo || m.outcome.Kind != "" {
			return m.outcome, !m.letGo
		}
	}
}

// attempt makes one attempt: finds the agent, waits for a slot, asks for its turn, and
// only then calls.
func (s *Service) attempt(wire context.Context, j *job, t *trials) move {
	if !time.Now().Before(t.until()) {
		return s.giveUp(wire, j, t)
	}
	if t.agent.PlatformID.IsZero() {
		if m, ok := s.identify(wire, j, t); !ok {
			return m
		}
	}
	waiting, done := context.WithDeadline(wire, t.until())
	defer done()
	switch err := s.calls.acquire(waiting, j.Requester, j.newer); {
	case errors.Is(err, errInterrupted):
		return s.overtaken(wire, j, t)
	case wire.Err() != nil:
		if err == nil {
			s.calls.release()
		}
		return move{letGo: true}
	case err != nil:
		return s.giveUp(wire, j, t)
	}
	defer s.calls.release()
	if m, ok := s.askTurn(wire, j, t); !ok {
		return m
	}
	return s.call(wire, j, t)
}

// identify finds out who the agent is. false: not now, or not at all.
func (s *Service) identify(ctx context.Context, j *job, t *trials) (move, bool) {
	if err := s.lookups.acquire(ctx, j.Requester, j.newer); errors.Is(err, errInterrupted) {
		return s.overtaken(ctx, j, t), false
	} else if err != nil {
		return move{letGo: true}, false
	}
	defer s.lookups.release()
	limited, done := context.WithTimeout(ctx, callLimit)
	defer done()
	err := aside(func() (err error) {
		t.agent, err = s.directory.Resolve(limited, j.Agent, j.Requester)
		return err
	})
	if err == nil && t.agent.PlatformID.IsZero() {
		err = &Unresolved{Reason: unresolvedNoSuch} // an empty agent is nobody
	}
	var p *panicked
	var u *Unresolved
	switch {
	case err == nil:
		t.last, t.failures = nil, 0 // what follows is the inbox's affair
		return move{}, true
	case ctx.Err() != nil:
		return move{letGo: true}, false
	case errors.As(err, &p):
		s.logPanic(j, p, "panic while looking up an agent")
		return move{outcome: Outcome{Kind: Failed, Attempts: t.attempts}}, false
	case !errors.As(err, &u):
		u = &Unresolved{Reason: unresolvedPeopleAway, Retry: true, Err: err}
	}
	if !u.Retry {
		return move{outcome: Outcome{Kind: Refused, Reason: Reason(u.Reason), Nearest: u.Nearest}}, false
	}
	t.note(&Fault{Effect: NotDone, Reason: Reason(u.Reason), Err: u.Err}, time.Now())
	return s.tryLater(ctx, j, t), false
}

// call makes the call itself.
func (s *Service) call(wire context.Context, j *job, t *trials) move {
	limited, done := context.WithTimeout(wire, callLimit)
	defer done()
	start := time.Now()
	t.attempts++
	err := safely(func() error { return s.inbox.Assign(limited, j.Contact, t.agent) })
	if err == nil {
		return move{outcome: Outcome{Kind: Assigned, Agent: t.agent, Attempts: t.attempts}}
	}
	var p *panicked
	if errors.As(err, &p) {
		s.logPanic(j, p, "panic while assigning")
		return move{outcome: Outcome{Kind: Unknown, Reason: NoWord, Agent: t.agent, Attempts: t.attempts}}
	}
	f := asFault(err)
	t.note(f, start)
	switch {
	case f.Effect == Never:
		return move{outcome: t.outcome()}
	case wire.Err() != nil:
		return move{letGo: true} // the next start tries again
	}
	return s.tryLater(wire, j, t)
}

// tryLater decides whether and when there is another attempt.
func (s *Service) tryLater(ctx context.Context, j *job, t *trials) move {
	wait, ok := t.wait(time.Now())
	if !ok {
		return s.giveUp(ctx, j, t)
	}
	return move{wait: wait}
}

// giveUp ends a job that has used up its tries, unless a newer one has taken over: then
// that is the better answer.
func (s *Service) giveUp(ctx context.Context, j *job, t *trials) move {
	if m := s.overtaken(ctx, j, t); m.letGo || m.outcome.Kind != "" {
		return m
	}
	return move{outcome: t.outcome()}
}

// pause waits for d. It ends early, with an outcome, when a newer one has taken over:
// this process hears of it at once, another's is asked for every TakeEvery.
func (s *Service) pause(ctx context.Context, j *job, t *trials, d time.Duration) move {
	for d > 0 {
		piece := d
		if s.cfg.TakeEvery > 0 {
			piece = min(d, s.cfg.TakeEvery)
		}
		select {
		case <-ctx.Done():
			return move{letGo: true}
		case <-j.newer:
		case <-time.After(piece):
			if d -= piece; d <= 0 {
				return move{}
			}
		}
		if m := s.overtaken(ctx, j, t); m.letGo || m.outcome.Kind != "" {
			return m
		}
	}
	return move{}
}

// overtaken tells by an outcome or letGo that the job is not to be tried any more.
func (s *Service) overtaken(ctx context.Context, j *job, t *trials) move {
	m, ok := s.askTurn(ctx, j, t)
	if ok {
		return move{}
	}
	return m
}

// askTurn asks the journal. true: go ahead; otherwise see the move.
func (s *Service) askTurn(ctx context.Context, j *job, t *trials) (move, bool) {
	var turn Turn
	err := safely(func() (err error) {
		turn, err = s.journal.Turn(ctx, j.ID)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return move{letGo: true}, false
	case err != nil:
		s.log.Warn().Err(err).Int64("assignment", j.ID).Msg("journal could not be asked; will retry")
		return move{wait: journalBackoff.after(t.silent())}, false
	}
	switch turn.Verdict {
	case TurnGo:
		return move{}, true
	case TurnWait:
		return move{wait: turnAgain}, false
	case TurnSuperseded:
		o := Outcome{Kind: Superseded, Agent: t.agent, Newer: newerOf(turn.Newer), Attempts: t.attempts}
		if t.doubts > 0 && t.inDoubt() {
			o.Reason = NoWord
		}
		return move{outcome: o}, false
	}
	return move{letGo: true}, false
}

// turnAgain is how soon a turn is asked for again that another process holds up.
const turnAgain = 250 * time.Millisecond

// newerOf keeps of the assignment that took over what Outcome.Newer promises.
func newerOf(a Assignment) *Assignment {
	return &Assignment{
		ID: a.ID, AcceptedAt: a.AcceptedAt,
		Request: Request{Requester: a.Requester, Agent: a.Agent},
	}
}
