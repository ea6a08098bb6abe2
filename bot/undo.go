package bot

import (
	"context"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/inbound"
)

const (
	// mostUndoTries is how often an undo looks again at what came since.
	mostUndoTries = 3
	// mostSince is how far back it looks.
	mostSince = 100
)

// acceptGuarded hands a request to the service, whose Guard is the assignment since which nothing may have
// changed the owner. What was asked since but changed nothing, such as a refused request, does not stand in
// its way. Overtaken comes with the assignment that does.
func (q *requests) acceptGuarded(ctx context.Context, r assign.Request, since int64) verdict {
	for tries := 1; ; tries++ {
		said := q.ask(ctx, r)
		if said.err != nil || said.how != assign.Overtaken || !changedNothing(said.Outcome.Kind) {
			return said
		}
		owner, known, err := q.history.Owner(ctx, r.Contact)
		switch {
		case err != nil:
			return verdict{err: err}
		case known && owner.ID != since:
			said.Assignment = owner
			return said
		case !known:
			said.Assignment, err = q.inDoubt(ctx, r.Contact, since)
			said.err = err
			return said
		case tries == mostUndoTries:
			return said
		}
		r.Guard = said.ID
	}
}

// inDoubt finds what came after an assignment and may have changed the owner, or nothing if the
// journal has deleted what it would take to know.
func (q *requests) inDoubt(ctx context.Context, contact phone.Number, after int64) (assign.Assignment, error) {
	since, err := q.history.List(ctx, assign.Query{Contact: contact, Limit: mostSince})
	for _, a := range since {
		if a.ID > after && a.Outcome.IsUncertain() {
			return a, err
		}
	}
	return assign.Assignment{}, err
}

// changedNothing tells the ways of ending that leave the owner as it was.
func changedNothing(k assign.OutcomeKind) bool {
	return k == assign.Refused || k == assign.Failed
}

// answerUndo answers a click on Undo that was not simply accepted.
func (b *buttons) answerUndo(ctx context.Context, c *inbound.Call, r assign.Request, said verdict) {
	v, reader := b.rendererOf(ctx, c), c.Sender().ID
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.beside(ctx, c, v.NotStored(r, isPending(said.err)))
	case said.how == assign.Joined, said.how == assign.Repeated && !said.Finished():
		b.beside(ctx, c, v.Notice("joined", v.InProgress(r)))
	case said.how != assign.Accepted:
		b.reply(ctx, c, v.NotUndone(r, said.Assignment, said.how, reader))
	}
}
