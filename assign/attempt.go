package assign

import (
	"context"
	"errors"
	"slices"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/internal/catch"
)

// carryOut brings one job to its outcome, and the outcome into the journal. The answer
// is given outside the queue, so that a slow one delays no other assignment.
func (s *Service) carryOut(ctx, wire context.Context, j *job) {
	outcome, ok := s.settle(ctx, wire, j)
	if !ok || !s.finish(wire, j, outcome) {
		s.giveBackReleased(ctx, wire, j)
		s.drop(j)
		return
	}
	if j.Batch != 0 { // answered as a whole
		s.drop(j)
		return
	}
	s.work.Go(func() { s.deliver(ctx, wire, j) })
}

// step is what follows from one step: an outcome, or the assignment is released, or
// (the zero Kind) there is another step after a wait.
type step struct {
	outcome Outcome
	release bool
	wait    time.Duration
}

// settle tries until there is an outcome. It gives false if the job is not ours any
// more, or has to wait when ctx has ended: then the next start takes it up. An attempt
// that needs no waiting is made all the same, as long as the wire is there.
func (s *Service) settle(ctx, wire context.Context, j *job) (Outcome, bool) {
	switch {
	case j.expired && j.Sent:
		return Outcome{Kind: Expired}, true
	case j.expired:
		return Outcome{Kind: Failed, Reason: TooLate}, true
	}
	t := &attempts{deadline: j.AcceptedAt.Add(j.giveUpAfter()), uncertain: uncertain{noReply: j.Sent}}
	for {
		m := s.attempt(wire, j, t)
		if m.release || m.outcome.Kind != "" {
			return m.outcome, !m.release
		}
		if m = s.pause(ctx, j, t, m.wait); m.release || m.outcome.Kind != "" {
			return m.outcome, !m.release
		}
	}
}

// attempt makes one attempt: finds the agent, waits for a slot, asks for its turn, and
// only then calls.
func (s *Service) attempt(wire context.Context, j *job, t *attempts) step {
	if !time.Now().Before(t.until()) {
		return s.giveUp(wire, j, t)
	}
	if j.Batch != 0 {
		m, ok := s.enterBatches(wire, j, t)
		if !ok {
			return m
		}
		defer s.limits.batches.release()
	}
	if t.agent.PlatformID.IsZero() { // of a group, whoever is free now
		if m, ok := s.identify(wire, j, t); !ok {
			return m
		}
	}
	if m, ok := s.acquire(wire, s.limits.calls, j, t); !ok {
		return m
	}
	defer s.limits.calls.release()
	if m, ok := s.askTurn(wire, j, t, true); !ok {
		return m
	}
	if m, ok := s.choose(wire, j, t); !ok {
		return m
	}
	return s.call(wire, j, t)
}

// acquire waits for a slot of one of the limits. false: see the step.
func (s *Service) acquire(wire context.Context, limit *semaphore, j *job, t *attempts) (step, bool) {
	if wire.Err() == nil && limit.tryAcquire() {
		return step{}, true
	}
	waiting, done := context.WithDeadline(wire, t.until())
	defer done()
	switch err := limit.acquire(waiting, j.claim(), j.newer); {
	case errors.Is(err, errInterrupted):
		return s.overtaken(wire, j, t), false
	case wire.Err() != nil:
		if err == nil {
			limit.release()
		}
		return step{release: true}, false
	case err != nil:
		return s.giveUp(wire, j, t), false
	}
	return step{}, true
}

// identify finds out who the agent is. false: not now, or not at all.
func (s *Service) identify(ctx context.Context, j *job, t *attempts) (step, bool) {
	if err := s.limits.lookups.acquire(ctx, j.claim(), j.newer); errors.Is(err, errInterrupted) {
		return s.overtaken(ctx, j, t), false
	} else if err != nil {
		return step{release: true}, false
	}
	defer s.limits.lookups.release()
	limited, done := context.WithTimeout(ctx, callLimit)
	defer done()
	t.found = nil
	err := onOwnStack(func() error { return s.resolve(limited, j, t) })
	if err == nil && t.agent.PlatformID.IsZero() && t.found == nil {
		err = &agent.Unresolved{Reason: agent.NoSuchAgent} // an empty agent is nobody
	}
	var p *catch.Panic
	var u *agent.Unresolved
	switch {
	case err == nil:
		t.last, t.failures = nil, 0 // what follows is the inbox's affair
		return step{}, true
	case ctx.Err() != nil:
		return step{release: true}, false
	case errors.As(err, &p):
		s.logPanic(j, p, "panic while looking up an agent")
		return step{outcome: Outcome{Kind: Failed, Attempts: t.made}}, false
	case !errors.As(err, &u):
		u = &agent.Unresolved{Reason: agent.PeopleAway, Retry: true, Err: err}
	}
	if !u.Retry {
		return step{outcome: Outcome{Kind: Refused, Reason: Reason(u.Reason), Agent: u.Agent, Nearest: u.Nearest}}, false
	}
	t.note(&Fault{Effect: NotDone, Reason: Reason(u.Reason), Err: u.Err}, time.Now())
	j.trouble.Store(t.last.Reason)
	return s.tryLater(ctx, j, t), false
}

// call makes the call itself.
func (s *Service) call(wire context.Context, j *job, t *attempts) step {
	catch.Room()
	limited, done := context.WithTimeout(wire, callLimit)
	defer done()
	start := time.Now()
	t.made++
	id := s.contactID(wire, j, t)
	err := catch.Panics(func() error { return s.inbox.Assign(limited, id, t.agent) })
	if err == nil {
		return step{outcome: Outcome{Kind: Assigned, Agent: t.agent, Contact: id, Attempts: t.made}}
	}
	var p *catch.Panic
	if errors.As(err, &p) {
		s.logPanic(j, p, "panic while assigning")
		return step{outcome: Outcome{Kind: Unknown, Reason: NoReply, Agent: t.agent, Attempts: t.made}}
	}
	f := asFault(err)
	t.note(f, start)
	j.trouble.Store(f.Reason)
	if f.Effect == NotDone && f.Reason == Busy {
		s.batches.pause(max(f.RetryAfter, time.Second))
	}
	switch {
	case f.Effect == Never && f.Reason == NotFound && len(t.ids) > 1:
		t.ids = t.ids[1:] // Azeer may know the contact by another of its numbers
		return step{}
	case f.Effect == Never:
		return step{outcome: t.outcome()}
	case wire.Err() != nil:
		return step{release: true} // the next start tries again
	}
	return s.tryLater(wire, j, t)
}

// formsAsked is in how many assignments of a contact it is sought under which of its
// numbers Azeer knows it.
const formsAsked = 50

// contactID gives the form of the contact's number to send now: first the one that Azeer
// accepted last, then what was typed, then what else WhatsApp may have.
func (s *Service) contactID(ctx context.Context, j *job, t *attempts) phone.Number {
	if len(t.ids) > 0 {
		return t.ids[0]
	}
	t.ids = j.Contact.Forms()
	if len(t.ids) < 2 {
		return t.ids[0]
	}
	var found []Assignment
	err := catch.Panics(func() (err error) {
		found, err = s.journal.List(ctx, Query{Contact: j.Contact, Limit: formsAsked})
		return err
	})
	if err != nil {
		s.log.Warn().Err(err).Int64("assignment", j.ID).Msg("accepted form of a contact not read")
		return t.ids[0]
	}
	for _, a := range found {
		at := slices.IndexFunc(t.ids, func(id phone.Number) bool { return id.ID() == a.Outcome.Contact.ID() })
		if a.Outcome.Kind == Assigned && at >= 0 {
			t.ids[0], t.ids[at] = t.ids[at], t.ids[0]
			break
		}
	}
	return t.ids[0]
}

// tryLater decides whether and when there is another attempt.
func (s *Service) tryLater(ctx context.Context, j *job, t *attempts) step {
	wait, ok := t.wait(time.Now())
	if !ok {
		return s.giveUp(ctx, j, t)
	}
	return step{wait: wait}
}

// giveUp ends a job that has used up its tries, unless a newer one has taken over: then
// that is the better answer.
func (s *Service) giveUp(ctx context.Context, j *job, t *attempts) step {
	if m := s.overtaken(ctx, j, t); m.release || m.outcome.Kind != "" {
		return m
	}
	return step{outcome: t.outcome()}
}

// pause waits for d. It ends early, with an outcome, when a newer one has taken over:
// this process hears of it at once, another's is asked for every RecoverEvery.
func (s *Service) pause(ctx context.Context, j *job, t *attempts, d time.Duration) step {
	for d > 0 {
		piece := d
		if s.cfg.RecoverEvery > 0 {
			piece = min(d, s.cfg.RecoverEvery)
		}
		select {
		case <-ctx.Done():
			return step{release: true}
		case <-j.newer:
		case <-time.After(piece):
			if d -= piece; d <= 0 {
				return step{}
			}
		}
		if m := s.overtaken(ctx, j, t); m.release || m.outcome.Kind != "" {
			return m
		}
	}
	return step{}
}

// overtaken tells by an outcome or release that the job is not to be tried any more.
func (s *Service) overtaken(ctx context.Context, j *job, t *attempts) step {
	m, ok := s.askTurn(ctx, j, t, false)
	if ok {
		return step{}
	}
	return m
}

// askTurn asks the journal. true: go ahead; otherwise see the step.
func (s *Service) askTurn(ctx context.Context, j *job, t *attempts, sending bool) (step, bool) {
	var turn Turn
	err := catch.Panics(func() (err error) {
		turn, err = s.journal.Turn(ctx, j.ID, sending)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return step{release: true}, false
	case err != nil:
		s.log.Warn().Err(err).Int64("assignment", j.ID).Msg("journal could not be asked; will retry")
		return step{wait: journalBackoff.After(t.journalFailed())}, false
	}
	switch turn.Verdict {
	case TurnGo:
		return step{}, true
	case TurnWait:
		return step{wait: turnAgain}, false
	case TurnSuperseded:
		o := Outcome{Kind: Superseded, Agent: t.agent, Newer: newerOf(turn.Newer), Attempts: t.made}
		if t.uncertain.count > 0 && t.isUncertain() {
			o.Reason = NoReply
		}
		return step{outcome: o}, false
	}
	return step{release: true}, false
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
