// Package workflow serves the step of Workflow Builder that assigns a contact: it reads what the step was
// filled in with, hands the request over, and completes the step with what came of it, also after a restart.
// It does not know how an assignment comes about.
package workflow

import (
	"context"
	"errors"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

const (
	// Executed is the event that tells that a workflow has come to a step.
	Executed = "function_executed"
	// Callback is the step that the manifest declares.
	Callback = "assign_contact_step"
)

const (
	// promptly is how soon Slack tells of a step if all is well, and tooLate when nobody counts on it any more.
	promptly = 3 * time.Second
	tooLate  = 10 * time.Minute
	// storeAgain is how soon it is asked again for what the journal may have stored, and storeLimit how long
	// that may take.
	storeAgain = time.Second
	storeLimit = 30 * time.Second
)

// Service is what the step asks of the assignment service.
type Service interface {
	Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error)
}

// Config is what Steps works with.
type Config struct {
	API *slack.Client
	// Suspect hears of every error of a call made with the bot token, and gives it back.
	Suspect func(error) error
	// Renderer is that of a person; of nobody, the default.
	Renderer func(ctx context.Context, user string) render.Renderer
	Region   string
	Logger   zerolog.Logger
}

// Steps serves the step.
type Steps struct {
	service Service
	access  *access.Policy
	cfg     Config
}

// New makes Steps.
func New(service Service, may *access.Policy, cfg Config) *Steps { return &Steps{service, may, cfg} }

// IsStep tells whether a call is that of a step.
func IsStep(c *inbound.Call) bool { return c.Event.Type == Executed }

// OnExecuted serves a step that a workflow has come to. Slack sends it again where it is not acknowledged, and
// the journal knows its execution: so it does no harm to be late.
func (s *Steps) OnExecuted(ctx context.Context, c *inbound.Call) {
	if c.Event.Execution == "" {
		s.cfg.Logger.Warn().Msg("step without an execution")
		c.Acknowledge(ctx, nil)
		return
	}
	v := s.rendererOf(ctx, c)
	if c.Event.Function.CallbackID != Callback {
		s.refuse(ctx, c, nothing(v, v.Texts.Plain("step_unknown", nil)))
		return
	}
	if text := s.denial(ctx, c); text != "" {
		s.refuse(ctx, c, nothing(v, v.Texts.Plain(text, nil)))
		return
	}
	text, wrong := s.textOf(ctx, c)
	if wrong != "" {
		s.refuse(ctx, c, nothing(v, v.Texts.Plain(wrong, nil)))
		return
	}
	request, wrong := reader{v, s.cfg.Region}.read(c.Event, text)
	if wrong != "" {
		s.refuse(ctx, c, wrong)
		return
	}
	request.Key = c.RequestKey()
	s.accept(ctx, v, c, request)
}

// rendererOf is for whoever a step acts for; finding out about them may not take longer than Slack waits.
func (s *Steps) rendererOf(ctx context.Context, c *inbound.Call) render.Renderer {
	ctx, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	return s.cfg.Renderer(ctx, c.Event.OnBehalf())
}

// denial is the text that says why a step may not assign; "" if it may. A step has the rights of the person for
// whom it acts, and is in the channel of its message, or in none. For nobody it acts where everybody may.
func (s *Steps) denial(ctx context.Context, c *inbound.Call) string {
	if c.Event.OnBehalf() == "" {
		if s.access.IsOpen() {
			return ""
		}
		return "step_needs_person"
	}
	channel, _ := c.Event.Message()
	switch r := s.access.Check(ctx, c.Sender(), channel); {
	case !r.IsDenied():
		return ""
	case r.Text == "not_allowed_here":
		return "step_denied_here"
	case r.Text == "not_allowed_unchecked":
		return "step_denied_unchecked"
	}
	return "step_denied"
}

// accept hands a request over. What is accepted is completed by Complete.
func (s *Steps) accept(ctx context.Context, v render.Renderer, c *inbound.Call, r assign.Request) {
	deciding, cancel := context.WithDeadline(ctx, c.Deadline)
	a, how, err := s.ask(deciding, c, r)
	cancel()
	if errors.Is(err, assign.ErrPending) {
		c.Acknowledge(ctx, nil)
		c.Leave()
		a, how, err = s.askUntilKnown(ctx, c, r)
	}
	switch {
	case errors.Is(err, errTooLate):
		s.refuse(ctx, c, nothing(v, v.Texts.Plain("step_late", nil)))
	case err != nil:
		s.cfg.Logger.Error().Err(err).Msg("request not stored")
		s.refuse(ctx, c, v.Texts.Plain("not_stored", nil))
	case how == assign.Overtaken:
		s.conclude(ctx, c, done(superseded, r, v.Texts.Plain("step_overtaken", v.StepData(r))))
	case how == assign.Joined, how == assign.Repeated && a.Key != r.Key:
		s.conclude(ctx, c, done(joined, r, v.Texts.Plain("step_joined", v.StepData(r))))
	default:
		c.Acknowledge(ctx, nil)
	}
}

// errTooLate says that a step came when nobody counted on it any more.
var errTooLate = errors.New("step came too late")

// ask hands a request to the service. One that Slack could not deliver when it was due does not overrule what was
// asked for since.
func (s *Steps) ask(ctx context.Context, c *inbound.Call, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	at, known := c.Event.HappenedAt()
	age := c.Received.Sub(at)
	if !known || age < promptly {
		return s.service.Accept(ctx, r)
	}
	r.Guard = assign.NeverHolds
	latest, how, err := s.service.Accept(ctx, r)
	switch {
	case err != nil || how != assign.Overtaken || latest.ID != 0 && latest.AcceptedAt.After(at):
		return latest, how, err
	case age > tooLate:
		return latest, how, errTooLate
	}
	r.Guard = latest.ID
	return s.service.Accept(ctx, r)
}

// askUntilKnown asks again for a request of which nobody knows whether it is stored. By its key it is stored once.
func (s *Steps) askUntilKnown(ctx context.Context, c *inbound.Call, r assign.Request) (a assign.Assignment, how assign.Acceptance, err error) {
	for {
		asking, cancel := context.WithTimeout(ctx, storeLimit)
		a, how, err = s.ask(asking, c, r)
		cancel()
		if !errors.Is(err, assign.ErrPending) || !retry.Sleep(ctx, storeAgain) {
			return a, how, err
		}
	}
}

// Apologise completes a step whose handler broke.
func (s *Steps) Apologise(ctx context.Context, c *inbound.Call, reference string) {
	v := s.rendererOf(ctx, c)
	s.refuse(ctx, c, v.Texts.Plain("broken", texts.Data{"Reference": reference}))
}
