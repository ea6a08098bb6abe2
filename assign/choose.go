package assign

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/internal/catch"
)

// resolve finds out who the agent of a job is. Where that is whoever is on duty in a group, the
// agent stays open until the job's turn comes, and t.found tells among whom there is to choose.
func (s *Service) resolve(ctx context.Context, j *job, t *attempts) (err error) {
	if j.Choice != nil && !j.Choice.Agent.PlatformID.IsZero() {
		t.agent = j.Choice.Agent // as chosen before a restart
		return nil
	}
	id, _ := j.Agent.Group()
	if j.Agent.Kind == agent.ByGroup {
		return s.findOnDuty(ctx, id, t)
	}
	t.agent, err = s.directory.Resolve(ctx, j.Agent, j.Requester)
	if u, ok := errors.AsType[*agent.Unresolved](err); ok && j.Agent.Kind == agent.ByName && mayBeGroup(u, j.Agent.Reveal()) {
		return s.findCalled(ctx, j.Agent.Reveal(), err, t)
	}
	return err
}

// mayBeGroup tells whether a name that is no agent's may be the handle of a group.
func mayBeGroup(u *agent.Unresolved, name string) bool {
	return (u.Reason == agent.NoSuchAgent || u.Reason == agent.NamesUnknown) && !strings.ContainsFunc(name, unicode.IsSpace)
}

// findCalled is findOnDuty for the group of that handle; where there is none, no stays the answer.
func (s *Service) findCalled(ctx context.Context, handle string, no error, t *attempts) error {
	if s.cfg.Duty == nil {
		return no
	}
	id, err := s.cfg.Duty.Roster.GroupCalled(ctx, strings.ToLower(handle))
	if err != nil || id == "" {
		return no // it was most likely meant for a name
	}
	return s.findOnDuty(ctx, id, t)
}

// findOnDuty finds who of a group is free. Some whom the chat could not tell of are passed over
// while there are others.
func (s *Service) findOnDuty(ctx context.Context, id string, t *attempts) error {
	if s.cfg.Duty == nil {
		return &agent.Unresolved{Reason: agent.Reason(NoSuchGroup)}
	}
	found, err := s.cfg.Duty.Find(ctx, id)
	switch {
	case errors.Is(err, duty.ErrNoGroup):
		return &agent.Unresolved{Reason: agent.Reason(NoSuchGroup)}
	case err != nil:
		return &agent.Unresolved{Reason: agent.PeopleAway, Retry: true, Err: err}
	case len(found.Free) == 0 && found.Unread:
		return &agent.Unresolved{Reason: agent.PeopleAway, Retry: true, Err: errors.New("nobody of the group could be read")}
	}
	t.found = &found
	return nil
}

// choose has the journal choose who gets a job that is for a group: once, whatever happens
// after. true: go ahead; otherwise see the step.
func (s *Service) choose(wire context.Context, j *job, t *attempts) (step, bool) {
	if !t.agent.PlatformID.IsZero() {
		return step{}, true
	}
	var choice duty.Choice
	err := catch.Panics(func() (err error) {
		owner, _, err := s.journal.Owner(wire, j.Contact)
		if err != nil {
			return err
		}
		t.found.PassHolder(owner.Outcome.Agent.PlatformID)
		choice, err = s.journal.Choose(wire, j.ID, *t.found)
		return err
	})
	switch {
	case wire.Err() != nil || errors.Is(err, ErrLost):
		return step{release: true}, false
	case err != nil:
		s.log.Warn().Err(err).Int64("assignment", j.ID).Msg("whoever is on duty could not be chosen; will retry")
		return step{wait: journalBackoff.After(t.journalFailed())}, false
	}
	j.Choice, t.agent = &choice, choice.Agent
	if !t.agent.PlatformID.IsZero() {
		return step{}, true
	}
	return step{outcome: Outcome{Kind: Refused, Reason: nobody(t.found), Attempts: t.made}}, false
}

// nobody is why a group has nobody to choose.
func nobody(found *duty.Found) Reason {
	switch {
	case found.Group.Disabled:
		return DisabledGroup
	case len(found.Group.Members) == 0:
		return EmptyGroup
	}
	return NobodyOnDuty
}

// OnDuty gives who of a group is free, what each of them has been given, and who would be next;
// it chooses nobody. next is -1 if nobody is free.
func (s *Service) OnDuty(ctx context.Context, id string) (found duty.Found, loads []duty.Load, next int, err error) {
	if s.cfg.Duty == nil {
		return duty.Found{}, nil, -1, duty.ErrNoGroup
	}
	if found, err = s.cfg.Duty.Find(ctx, id); err != nil || len(found.Free) == 0 {
		return found, nil, -1, err
	}
	loads, last, err := s.journal.Loads(ctx, id, found.Free)
	if err != nil {
		return found, nil, -1, fmt.Errorf("read what was given: %w", err)
	}
	next, _ = duty.Next(loads, last)
	return found, loads, next, nil
}
