package bot

import (
	"azeer-slack/assign"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"context"
	"errors"
	"time"
)

// requests hands what people ask for to the service, and answers what is not simply accepted.
type requests struct {
	*responder
	service Service
	history assign.History
}

// accept hands a request to the service and acknowledges the call. What becomes of the
// request is answered by Answer; here is only said what came of the acceptance.
func (q *requests) accept(ctx context.Context, c *inbound.Call, r assign.Request) {
	if c.Late {
		q.askAgain(ctx, c, r, addressOf(c))
		return
	}
	r.Key, r.Requester, r.Reply = c.RequestKey(), c.Sender().ID, addressOf(c).Encode()
	r.Origin = originOf(c).Encode()
	accepting, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	a, how, err := q.service.Accept(accepting, r)
	switch {
	case err != nil:
		q.log.Error().Err(err).Msg("request not stored")
		q.reply(ctx, c, q.rendererOf(ctx, c).NotStored(r, isPending(err)))
	case how == assign.Joined:
		v := q.rendererOf(ctx, c)
		q.reply(ctx, c, v.Notice("joined", v.InProgress(r)))
	case how == assign.Overtaken && a.ID != 0:
		q.reply(ctx, c, q.rendererOf(ctx, c).Overtaken(r, a, render.RequestOf(r, a.ID)))
	case how == assign.Overtaken:
		q.reply(ctx, c, q.rendererOf(ctx, c).NotStored(r, false))
	default:
		c.Acknowledge(ctx, nil)
	}
}

// isPending tells whether a request may yet be stored, and will be carried out then.
func isPending(err error) bool { return errors.Is(err, assign.ErrPending) }

// verdict is what the service said to a request: see its Accept.
type verdict struct {
	assign.Assignment
	how assign.Acceptance
	err error
}

func (q *requests) ask(ctx context.Context, r assign.Request) verdict {
	a, how, err := q.service.Accept(ctx, r)
	return verdict{a, how, err}
}

// acceptUnlessNewer hands a wish to the service, unless the contact has been assigned since the button
// was made.
func (q *requests) acceptUnlessNewer(ctx context.Context, r assign.Request, w render.ButtonRequest) verdict {
	if w.After == 0 { // nothing was known to come after
		if latest, found, err := q.service.Latest(ctx, r.Contact); found || err != nil {
			return verdict{latest, assign.Overtaken, err}
		}
	}
	r.Guard = w.After
	said := q.ask(ctx, r)
	if said.err == nil && said.how == assign.Overtaken && said.ID == 0 {
		r.Guard = 0 // the journal has deleted that for its age, and knows of nothing since
		return q.ask(ctx, r)
	}
	return said
}

const (
	// promptly is how soon Slack tells of a mention if all is well.
	promptly = 3 * time.Second
	// tooLate is when nobody waits for a mention any more, as for a request that was
	// found after a restart.
	tooLate = 10 * time.Minute
)

// belated keeps a mention that Slack could not deliver when it was written from
// overruling what was asked for since, and from surprising people long after: then it is
// answered, and that was all. What may still be carried out is guarded against what comes
// until it is accepted. What Slack delivers again is none of this.
func (q *requests) belated(ctx context.Context, v render.Renderer, c *inbound.Call, r *assign.Request) (answered bool) {
	written, known := c.Event.WrittenAt()
	age := c.Received.Sub(written)
	if !known || age < promptly {
		return false
	}
	asked := *r
	asked.Key, asked.Guard = c.RequestKey(), assign.NeverHolds
	asking, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	said := q.ask(asking, asked)
	w := render.RequestOf(*r, said.ID)
	switch {
	case said.err != nil:
		q.log.Error().Err(said.err).Msg("request not stored")
		q.reply(ctx, c, v.NotStored(*r, isPending(said.err)))
	case said.how == assign.Repeated:
		c.Acknowledge(ctx, nil)
	case said.ID != 0 && said.AcceptedAt.After(written):
		q.reply(ctx, c, v.Overtaken(*r, said.Assignment, w))
	case age > tooLate:
		q.reply(ctx, c, v.MentionLate(*r, w))
	default:
		r.Guard = said.ID
		return false
	}
	return true
}

// askAgain answers a request that came late by the question whether it is still wanted. The
// button knows of the newest assignment of the contact, so that only what comes after the
// question stands in its way.
func (q *requests) askAgain(ctx context.Context, c *inbound.Call, r assign.Request, to payload.Address) {
	asked := r
	asked.Key, asked.Requester, asked.Guard = c.RequestKey(), c.Sender().ID, assign.NeverHolds
	asking, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	said := q.ask(asking, asked)
	v := q.rendererOf(ctx, c)
	again := render.RequestOf(r, said.ID)
	m := v.Late(r, again)
	switch {
	case said.err != nil:
		q.log.Error().Err(said.err).Msg("request not stored")
		m = v.NotStored(r, false) // nothing was to be stored
	case said.how == assign.Repeated: // it was accepted in time, elsewhere
		c.Acknowledge(ctx, nil)
		return
	case said.ID != 0 && time.Since(said.AcceptedAt) < tooLate:
		m = v.Overtaken(asked, said.Assignment, again)
	}
	q.log.Info().Str("kind", string(c.Kind)).Msg("request came late, and is asked about")
	c.Acknowledge(ctx, nil)
	c.Leave()
	q.deliver(ctx, c, to, m)
}
