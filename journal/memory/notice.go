package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"azeer-slack/assign"
)

// notify makes the owner whom a row has just made due to be told, under the lock.
func (j *Journal) notify(r *row) {
	_, known := j.notices[r.ID]
	told := r.Outcome.Kind == assign.Assigned
	if r.Batch != 0 {
		told = j.isFirst(r)
	}
	if j.Notify && told && !known {
		now := time.Now()
		j.notices[r.ID] = assign.Notice{ID: r.ID, State: assign.NoticeNew, At: now, Due: now}
	}
}

// DueNotices implements assign.Notices. It belongs to one process, so all is due in it.
func (j *Journal) DueNotices(ctx context.Context, limit int) (due []assign.Notice, next time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, fmt.Errorf("find due notices: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var pending []assign.Notice
	for _, n := range j.notices {
		if !n.Due.IsZero() && !(n.State == assign.NoticeNew && j.isOpen(n.ID)) {
			pending = append(pending, n)
		}
	}
	slices.SortFunc(pending, func(a, b assign.Notice) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	now := time.Now()
	for _, n := range pending {
		if n.Due.After(now) || len(due) >= limit {
			return due, max(n.Due.Sub(now), 0), nil
		}
		due = append(due, n)
	}
	return due, -1, nil
}

// isOpen tells whether something of the batch of row id is unfinished, under the lock.
func (j *Journal) isOpen(id int64) bool {
	r := j.rows[id]
	for _, o := range j.rows {
		if r != nil && r.Batch != 0 && o.Batch == r.Batch && !o.Finished() {
			return true
		}
	}
	return false
}

// NoticesOf implements assign.Notices.
func (j *Journal) NoticesOf(ctx context.Context, ids []int64) (found []assign.Notice, err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, id := range ids {
		if n, ok := j.notices[id]; ok {
			found = append(found, n)
		}
	}
	return found, nil
}

// KeepNotice implements assign.Notices.
func (j *Journal) KeepNotice(ctx context.Context, n assign.Notice, from assign.NoticeState) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("keep notice: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	old := j.notices[n.ID]
	if old.State != from {
		return false, nil
	}
	if n.At = time.Now(); n.State == from {
		n.At = old.At
	}
	j.notices[n.ID] = n
	return true, nil
}

// Find implements assign.Notices.
func (j *Journal) Find(ctx context.Context, id int64) (assign.Assignment, bool, error) {
	if err := ctx.Err(); err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find assignment %d: %w", id, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.rows[id]; r != nil {
		return r.withoutReply(), true, nil
	}
	return assign.Assignment{}, false, nil
}
