package bot

import (
	"context"

	"azeer-slack/assign"
	"azeer-slack/bot/inbound"
)

const (
	// mostUndoTries is how often an undo looks again at what came since.
	mostUndoTries = 3
	// mostSince is how far back it looks.
	mostSince = 100
)

// acceptUndo hands an undo to the service. What was asked since but changed nothing, such
// as a refused request, does not stand in its way. Overtaken comes with the assignment
// that does.
func (b *buttons) acceptUndo(ctx context.Context, r assign.Request) verdict {
	for tries := 1; ; tries++ {
		said := b.requests.ask(ctx, r)
		if said.err != nil || said.how != assign.Overtaken || !changedNothing(said.Outcome.Kind) {
			return said
		}
		owner, known, err := b.history.Owner(ctx, r.Contact)
		switch {
		case err != nil:
			return verdict{err: err}
		case known && owner.ID != r.Undoes:
			said.Assignment = owner
			return said
		case !known:
			said.Assignment, err = b.inDoubt(ctx, r)
			said.err = err
			return said
		case tries == mostUndoTries:
			return said
		}
		r.Guard = said.ID
	}
}

// inDoubt finds what came after the assignment to be undone and may have changed the owner,
// or nothing if the journal has deleted what it would take to know.
func (b *buttons) inDoubt(ctx context.Context, r assign.Request) (assign.Assignment, error) {
	since, err := b.history.List(ctx, assign.Query{Contact: r.Contact, Limit: mostSince})
	for _, a := range since {
		if a.ID > r.Undoes && a.Outcome.IsUncertain() {
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
