package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign"
)

// AcceptBatch implements assign.Batches.
func (j *Journal) AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("accept batch: %w: %w", assign.ErrNotStored, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	all := make([]assign.Entry, len(requests))
	for i, r := range requests {
		all[i].Assignment, all[i].Acceptance = j.accept(r)
	}
	return all, nil
}

// Members implements assign.History.
func (j *Journal) Members(ctx context.Context, batch int64) ([]assign.Assignment, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read batch: %w", err)
	}
	found := j.find(func(r *row) bool { return batch != 0 && r.Batch == batch })
	slices.Reverse(found)
	return found, nil
}

// Size implements assign.History.
func (j *Journal) Size(ctx context.Context, batch int64) (int, error) {
	members, err := j.Members(ctx, batch)
	return len(members), err
}

// StopBatch implements assign.Batches.
func (j *Journal) StopBatch(ctx context.Context, batch int64) (stopped int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("stop batch: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.rows {
		if batch != 0 && r.Batch == batch && !r.Finished() && !r.Sent {
			j.finish(r, assign.Outcome{Kind: assign.Failed, Reason: assign.Stopped, At: time.Now()})
			stopped++
		}
	}
	return stopped, nil
}

// AnsweredBatch implements assign.Batches.
func (j *Journal) AnsweredBatch(ctx context.Context, batch int64) error {
	members, err := j.Members(ctx, batch)
	for _, a := range members {
		if err == nil && a.Finished() {
			err = j.Answered(ctx, a.ID)
		}
	}
	return err
}

// isFirst tells that a row stands alone, or for its batch.
func (j *Journal) isFirst(r *row) bool {
	for _, o := range j.rows {
		if r.Batch != 0 && o.Batch == r.Batch && o.ID < r.ID {
			return false
		}
	}
	return true
}

// firstOfBatches leaves out all of a batch but the first; found has the newest first.
func firstOfBatches(found []assign.Assignment) []assign.Assignment {
	first := make(map[int64]int64)
	for _, a := range found {
		first[a.Batch] = a.ID
	}
	return slices.DeleteFunc(found, func(a assign.Assignment) bool { return a.Batch != 0 && first[a.Batch] != a.ID })
}
