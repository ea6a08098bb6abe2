package assign

import (
	"context"
	"errors"
	"time"

	"azeer-slack/internal/catch"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
)

const (
	// answerLimit and interimLimit end calls of an Answerer that has no end of its own.
	answerLimit  = 2 * time.Minute
	interimLimit = 5 * time.Second
)

// finish stores the outcome and tells the log and the observer. false: it could not be
// stored before the wire was cut, and the next start works it out anew; or another process
// has taken the job over, and answers what came of it there.
func (s *Service) finish(wire context.Context, j *job, o Outcome) bool {
	o.At = time.Now()
	lost := false
	stored := s.persist(wire, j, "outcome could not be stored; will retry", func(ctx context.Context) error {
		err := s.journal.Finish(ctx, j.ID, o)
		if lost = errors.Is(err, ErrLost); lost {
			return nil
		}
		return err
	})
	if !stored || lost {
		return false
	}
	j.Outcome = o
	s.logOutcome(j.Assignment)
	if s.cfg.Observe != nil {
		if err := catch.Panics(func() error { s.cfg.Observe(j.Assignment); return nil }); err != nil {
			s.log.Error().Err(err).Int64("assignment", j.ID).Msg("panic in the observer")
		}
	}
	return true
}

// persist repeats a write to the journal until it succeeds or the wire is cut.
func (s *Service) persist(wire context.Context, j *job, complaint string, write func(context.Context) error) bool {
	for n := 0; ; n++ {
		err := catch.Panics(func() error { return write(wire) })
		if err == nil {
			return true
		}
		if n == 0 {
			s.log.Warn().Err(err).Int64("assignment", j.ID).Msg(complaint)
		}
		if !retry.Sleep(wire, journalBackoff.After(n)) {
			return false
		}
	}
}

// deliver answers until that has succeeded, or the requester is gone. When ctx ends, what
// fails is left to the next start.
func (s *Service) deliver(ctx, wire context.Context, j *job) {
	catch.Room()
	defer s.drop(j)
	j.telling <- struct{}{} // an interim answer on its way comes first
	j.settled.Store(true)
	<-j.telling
	for n := 0; ; n++ {
		err := s.answer(wire, j)
		if err == nil {
			break
		}
		if errors.Is(err, ErrRequesterGone) {
			s.log.Info().Err(err).Int64("assignment", j.ID).Msg("nobody left to answer")
			break
		}
		if wire.Err() == nil {
			s.log.Warn().Err(err).Int64("assignment", j.ID).Int("try", n+1).Msg("answer not delivered; will retry")
		}
		if !retry.Sleep(ctx, answerBackoff.After(n)) {
			return
		}
	}
	s.persist(wire, j, "answer could not be noted; will retry", func(ctx context.Context) error {
		return s.journal.Answered(ctx, j.ID)
	})
}

func (s *Service) answer(wire context.Context, j *job) error {
	if err := s.limits.answers.acquire(wire, claim{requester: j.Requester}, nil); err != nil {
		return err
	}
	defer s.limits.answers.release()
	limited, done := context.WithTimeout(wire, answerLimit)
	defer done()
	err := catch.Panics(func() error { return s.answerer.Answer(limited, j.Assignment) })
	var p *catch.Panic
	if errors.As(err, &p) {
		s.logPanic(j, p, "panic while answering")
	}
	return err
}

// tellInterim says that the work goes on, unless it has just ended, or ctx has. One on its way then
// arrives: whether one that is cut off does, nobody knows, and it would come after the answer.
func (s *Service) tellInterim(ctx, wire context.Context, j *job) {
	if j.settled.Load() || s.limits.answers.acquire(ctx, claim{requester: j.Requester}, nil) != nil {
		return
	}
	defer s.limits.answers.release()
	j.telling <- struct{}{}
	defer func() { <-j.telling }()
	if j.settled.Load() || ctx.Err() != nil {
		return
	}
	limited, done := context.WithTimeout(wire, interimLimit)
	defer done()
	a := Assignment{ID: j.ID, Request: j.Request, AcceptedAt: j.AcceptedAt}
	a.Outcome.Reason, _ = j.trouble.Load().(Reason)
	err := catch.Panics(func() error { s.answerer.Interim(limited, a); return nil })
	var p *catch.Panic
	if errors.As(err, &p) {
		s.logPanic(j, p, "panic while answering")
	}
}

// interims is who may need an interim answer, soonest first: all wait equally long, so
// the order of arrival is the order of their time.
type interims struct {
	queue []*job
	after time.Duration
	timer *time.Timer
}

func (i *interims) add(j *job, after time.Duration) {
	if j.Finished() || j.Batch != 0 {
		return
	}
	i.after = after
	i.queue = append(i.queue, j)
	if len(i.queue) == 1 {
		i.arm()
	}
}

func (i *interims) arm() {
	d := time.Until(i.queue[0].since.Add(i.after))
	if i.timer == nil {
		i.timer = time.NewTimer(d)
		return
	}
	i.timer.Reset(d)
}

// due fires when pop has something to give; never on an empty queue.
func (i *interims) due() <-chan time.Time {
	if len(i.queue) == 0 {
		return nil
	}
	return i.timer.C
}

func (i *interims) pop() []*job {
	now := time.Now()
	n := 0
	for n < len(i.queue) && !i.queue[n].since.Add(i.after).After(now) {
		n++
	}
	due := i.queue[:n:n]
	if i.queue = i.queue[n:]; len(i.queue) > 0 {
		i.arm()
	} else {
		i.queue = nil
	}
	return due
}

// logOutcome writes the one event of an outcome. A refused key is for the operator.
func (s *Service) logOutcome(a Assignment) {
	level := zerolog.InfoLevel
	if a.Outcome.Reason == KeyRefused {
		level = zerolog.ErrorLevel
	}
	s.log.WithLevel(level).
		Int64("assignment", a.ID).
		Str("outcome", string(a.Outcome.Kind)).
		Str("reason", string(a.Outcome.Reason)).
		Int("status", a.Outcome.Status).
		Int("attempts", a.Outcome.Attempts).
		Int64("took_ms", a.Outcome.At.Sub(a.AcceptedAt).Milliseconds()).
		Stringer("contact", a.Contact).
		Stringer("agent", a.Outcome.Agent.PlatformID).
		Msg("assignment finished")
}

func (s *Service) logPanic(j *job, p *catch.Panic, message string) {
	s.log.Error().Err(p).Int64("assignment", j.ID).Bytes("stack", p.Stack).Msg(message)
}
