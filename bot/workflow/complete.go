package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/retry"

	"github.com/slack-go/slack"
)

// The outcomes of a step that did not fail, as workflows compare them.
const (
	assigned   = "assigned"
	superseded = "superseded" // a newer request for the contact came first
	unknown    = "unknown"    // it may have been assigned
	joined     = "joined"     // the same was asked for a moment ago, and is under way
)

const (
	// tries is how often a completion is tried in one go.
	tries = 3
	// concludeLimit is how long it is tried to complete a step of which nothing was accepted, and concludePause
	// the least pause between.
	concludeLimit = 10 * time.Minute
	concludePause = time.Second
	// explanationMost is how many characters a workflow is told.
	explanationMost = 2000
)

// completion is how a step ends: with outputs, or else as failed, with why.
type completion struct {
	outputs map[string]string
	failed  string
}

// done is how a step ends that did not fail.
func done(outcome string, r assign.Request, explanation string) completion {
	return completion{outputs: map[string]string{
		"outcome": outcome, "contact": "+" + r.Contact.Digits(), "explanation": render.Clip(explanation, explanationMost),
	}}
}

func failed(why string) completion { return completion{failed: render.Clip(why, explanationMost)} }

// Complete completes a step with the outcome of its assignment; before is who had the contact. What was not done
// fails the step, so that no workflow goes on as if it were. See assign.Answerer: an error means that it is worth
// trying again.
func (s *Steps) Complete(ctx context.Context, execution string, a assign.Assignment, before agent.Agent) error {
	how := endOf(a, s.cfg.Renderer(ctx, a.Requester).Explanation(a, before))
	if err := s.complete(ctx, tries, execution, how); err != nil {
		return fmt.Errorf("complete step of assignment %d: %w", a.ID, err)
	}
	return nil
}

// endOf is how a step ends whose assignment has.
func endOf(a assign.Assignment, explanation string) completion {
	outcome := ""
	switch {
	case a.Outcome.Kind == assign.Assigned:
		outcome = assigned
	case a.Outcome.IsUncertain():
		outcome = unknown
	case a.Outcome.Kind == assign.Superseded:
		outcome = superseded
	default:
		return failed(explanation)
	}
	how := done(outcome, a.Request, explanation)
	if !a.Outcome.Agent.PlatformID.IsZero() {
		how.outputs["agent"] = render.AgentEmail(a.Outcome.Agent)
	}
	return how
}

// refuse fails a step of which nothing was accepted.
func (s *Steps) refuse(ctx context.Context, c *inbound.Call, why string) {
	s.conclude(ctx, c, failed(why))
}

// conclude completes a step that no assignment will complete. That comes before the acknowledgement if it can:
// Slack sends what is not acknowledged again, also to the next process.
func (s *Steps) conclude(ctx context.Context, c *inbound.Call, how completion) {
	c.Leave()
	soon, cancel := context.WithDeadline(ctx, c.Deadline)
	err := s.complete(soon, 1, c.Event.Execution, how)
	cancel()
	c.Acknowledge(ctx, nil)
	for until := time.Now().Add(concludeLimit); err != nil; err = s.complete(ctx, tries, c.Event.Execution, how) {
		if time.Now().After(until) || !slackcall.IsTemporary(err) && !errors.Is(err, context.DeadlineExceeded) ||
			!retry.Sleep(ctx, max(slackcall.RetryAfter(err), concludePause)) {
			s.cfg.Logger.Warn().Err(err).Msg("step of a workflow not completed")
			return
		}
	}
}

// complete tells Slack how a step ended. nil also where Slack will hear no more of it.
func (s *Steps) complete(ctx context.Context, tries int, execution string, how completion) error {
	err := slackcall.Retry(ctx, tries, func(ctx context.Context) error {
		if how.outputs == nil {
			return s.cfg.Suspect(s.cfg.API.FunctionCompleteErrorContext(ctx, execution, how.failed))
		}
		return s.cfg.Suspect(s.cfg.API.FunctionCompleteSuccessContext(ctx, execution, slack.FunctionCompleteSuccessRequestOptionOutput(how.outputs)))
	})
	said, ok := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case !ok:
		return err
	case said.Err == "execution_not_in_running_state" || said.Err == "function_execution_not_found" || said.Err == "access_denied":
		// Completed before a restart, or its workflow is over.
		s.cfg.Logger.Info().Str("error", said.Err).Msg("step was completed before, or its workflow is over")
		return nil
	case said.Err == "parameter_validation_failed" && how.outputs != nil:
		s.cfg.Logger.Error().Err(err).Msg("outputs of a step refused by Slack")
		return s.complete(ctx, tries, execution, failed(how.outputs["explanation"]))
	}
	return err
}
