package journal

import (
	"context"
	"fmt"

	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

// AcceptBatch stores requests durably, all or none, in one transaction with one sync of the
// disk; see assign.Batches.
func (j *Journal) AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error) {
	accepts := make([]*store.Accept, len(requests))
	operations := make([]store.Operation, len(requests))
	for i, r := range requests {
		accepts[i] = encodeRequest(r)
		operations[i] = accepts[i]
	}
	if len(operations) == 0 {
		return nil, nil
	}
	if err := j.writer.do(ctx, operations...); err != nil {
		return nil, notStored(err)
	}
	accepted := make([]assign.Entry, len(requests))
	for i, o := range accepts {
		if o.Acceptance == assign.Overtaken {
			o.Stored.Reply = nil // it is not the requester's
		}
		accepted[i].Acceptance = o.Acceptance
		if o.Stored.ID == 0 {
			continue
		}
		var err error
		if accepted[i].Assignment, err = decodeRow(&o.Stored, j.cfg.Now()); err != nil {
			return nil, notStored(err)
		}
	}
	return accepted, nil
}

// Members gives what a batch consists of; see assign.History.
func (j *Journal) Members(ctx context.Context, batch int64) ([]assign.Assignment, error) {
	rows, err := j.read(ctx, j.db.Dialect().Members(batch))
	if err != nil {
		return nil, fmt.Errorf("read batch: %w", err)
	}
	return j.decodeRows(withoutReplies(rows)), nil
}

// Size is how many a batch consists of; see assign.History.
func (j *Journal) Size(ctx context.Context, batch int64) (n int, err error) {
	err = j.db.Read(ctx, j.db.Dialect().Size(batch), func(scan func(...any) error) error { return scan(&n) })
	if err != nil {
		return 0, fmt.Errorf("count batch: %w", err)
	}
	return n, nil
}

// StopBatch ends what of a batch was not sent yet; see assign.Batches.
func (j *Journal) StopBatch(ctx context.Context, batch int64) (stopped int, err error) {
	members, err := j.Members(ctx, batch)
	if err != nil {
		return 0, fmt.Errorf("stop batch: %w", err)
	}
	text, err := encodeOutcome(assign.Outcome{Reason: assign.Stopped})
	if err != nil {
		return 0, fmt.Errorf("stop batch: %w", err)
	}
	var operations []store.Operation
	for _, a := range members {
		if !a.Finished() {
			operations = append(operations, &store.Finish{ID: a.ID, Kind: string(assign.Failed), Outcome: text, Unsent: true})
		}
	}
	if len(operations) == 0 {
		return 0, nil
	}
	if err := j.writer.do(ctx, operations...); err != nil {
		return 0, fmt.Errorf("stop batch: %w", err)
	}
	for _, o := range operations {
		if o.(*store.Finish).Done {
			stopped++
		}
	}
	return stopped, nil
}

// AnsweredBatch notes that the requester has been told of all of a batch; see assign.Batches.
func (j *Journal) AnsweredBatch(ctx context.Context, batch int64) error {
	members, err := j.Members(ctx, batch)
	if err != nil {
		return fmt.Errorf("note answer to batch: %w", err)
	}
	var operations []store.Operation
	for _, a := range members {
		if a.Finished() && !a.Answered {
			operations = append(operations, &store.Answered{ID: a.ID})
		}
	}
	if len(operations) == 0 {
		return nil
	}
	if err := j.writer.do(ctx, operations...); err != nil {
		return fmt.Errorf("note answer to batch: %w", err)
	}
	return nil
}
