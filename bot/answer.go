package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/rota"
	"azeer-slack/bot/workflow"
	"azeer-slack/internal/catch"
)

// answers tells requesters how their assignments go. It is the assign.Answerer.
type answers struct {
	*responder
	history assign.History
	waiting *waitingForms
	rota    *rota.Rota
	steps   *workflow.Steps
	// delivered holds the ids of assignments of which only the form is not settled yet.
	delivered sync.Map
	// interims holds the ids of assignments of which an interim answer went through the URL of
	// a command: the outcome takes its place, in clients that do so. Others show both.
	interims sync.Map
}

// Answer tells the requester how an assignment ended: in the form that still waits for
// it, and as a message. See assign.Answerer.
func (n *answers) Answer(ctx context.Context, a assign.Assignment) error {
	to, err := payload.DecodeAddress(a.Reply)
	if err != nil {
		n.log.Warn().Err(err).Int64("assignment", a.ID).Msg("address of an answer not readable, answering by direct message")
		to = payload.Address{}
	}
	if to.Execution != "" {
		return n.steps.Complete(ctx, to.Execution, a, n.before(ctx, a))
	}
	open := to.View != ""
	if w := n.waiting.claim(a.Key); w != nil {
		w.outcome <- a
		select {
		case told := <-w.told:
			if told {
				return nil
			}
			open = false
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	away := n.awayLine(ctx, a)
	v, before := n.rendererFor(ctx, a.Requester), n.before(ctx, a)
	if _, delivered := n.delivered.Load(a.ID); delivered {
		return n.settle(ctx, a, to, v, before)
	}
	if _, interim := n.interims.Load(a.ID); interim {
		to.Replace = true
	}
	if err := n.post.Deliver(ctx, a.Requester, to, v.Outcome(a, before, away(v)...)); err != nil {
		if errors.Is(err, reply.ErrRefused) && n.people.HasLeft(ctx, a.Requester) {
			err = fmt.Errorf("%w: %w", assign.ErrRequesterGone, err)
		}
		return fmt.Errorf("answer assignment %d: %w", a.ID, err)
	}
	n.interims.Delete(a.ID)
	if !open {
		return nil
	}
	n.delivered.Store(a.ID, true)
	return n.settle(ctx, a, to, v, before)
}

// settle replaces the form that says "Assigning…" by the outcome. Where that has to be tried
// again, the message is not sent again, unless the process is killed in between.
func (n *answers) settle(ctx context.Context, a assign.Assignment, to payload.Address, v render.Renderer, before agent.Agent) error {
	lead, body := v.OutcomeWords(a, before)
	if err := n.post.Settle(ctx, to.View, v.Panel(lead, body)); err != nil {
		return fmt.Errorf("settle form of assignment %d: %w", a.ID, err)
	}
	n.delivered.Delete(a.ID)
	return nil
}

// Interim tells the requester of a command that it is still going on. A form says so
// itself. See assign.Answerer.
func (n *answers) Interim(ctx context.Context, a assign.Assignment) {
	to, err := payload.DecodeAddress(a.Reply)
	if err != nil || to.View != "" || to.Execution != "" {
		return
	}
	v := n.rendererFor(ctx, a.Requester)
	m := v.Interim(a)
	byURL, err := n.post.Once(ctx, a.Requester, to, m)
	if byURL && to.Command {
		n.interims.Store(a.ID, true)
	}
	if err != nil {
		n.log.Debug().Err(err).Int64("assignment", a.ID).Msg("interim answer not delivered")
	}
}

// awayLine begins to find out whether whoever was named and got a contact is away; what it
// returns waits for that, and says so.
func (n *answers) awayLine(ctx context.Context, a assign.Assignment) func(render.Renderer) []string {
	if a.Outcome.Kind != assign.Assigned || a.Undoes != 0 || a.Choice != nil {
		return func(render.Renderer) []string { return nil }
	}
	absence := make(chan duty.Absence, 1)
	go func() {
		defer close(absence)
		catch.Logged(n.log, "absence", func() { absence <- n.rota.Absence(ctx, a.Agent, a.Outcome.Agent, a.Requester) })
	}()
	return func(v render.Renderer) []string {
		if line := v.AwayLine(a.Outcome.Agent, <-absence); line != "" {
			return []string{line}
		}
		return nil
	}
}

// beforeLimit is how long an answer may wait to hear who had the contact before.
const beforeLimit = 3 * time.Second

// before is who had the contact before an assignment, as far as the journal knows; the zero
// Agent if nobody, or nobody known. What is done in Azeer itself it never hears of.
func (n *answers) before(ctx context.Context, a assign.Assignment) agent.Agent {
	if a.Outcome.Kind != assign.Assigned || a.Undoes != 0 {
		return agent.Agent{}
	}
	ctx, cancel := context.WithTimeout(ctx, beforeLimit)
	defer cancel()
	earlier, known, err := n.history.Before(ctx, a.ID)
	if err != nil {
		n.log.Warn().Err(err).Int64("assignment", a.ID).Msg("previous owner not read, answering without")
		return agent.Agent{}
	}
	if !known {
		return agent.Agent{}
	}
	return earlier.Outcome.Agent
}
