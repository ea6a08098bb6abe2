package journal

import (
	"context"
	"fmt"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/store"
)

// DueNotices gives what is due in this instance; see assign.Notices.
func (j *Journal) DueNotices(ctx context.Context, limit int) (due []assign.Notice, next time.Duration, err error) {
	rows, err := j.db.PendingNotices(ctx, max(limit, 0)+1)
	if err != nil {
		return nil, 0, fmt.Errorf("find due notices: %w", err)
	}
	next = -1
	now := j.cfg.Now()
	for _, r := range rows {
		switch {
		case *r.Due < 0 || len(due) == limit:
			return due, time.Duration(max(-*r.Due, 0)) * time.Microsecond, nil
		default:
			due = append(due, decodeNotice(r, now))
		}
	}
	return due, next, nil
}

// NoticesOf gives the notices with those IDs; see assign.Notices.
func (j *Journal) NoticesOf(ctx context.Context, ids []int64) ([]assign.Notice, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []assign.Notice
	now := j.cfg.Now()
	err := j.db.Read(ctx, j.db.Dialect().Notices(ids), func(scan func(...any) error) error {
		var r store.Notice
		err := scan(r.Fields()...)
		found = append(found, decodeNotice(r, now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return found, nil
}

// KeepNotice stores a notice; see assign.Notices.
func (j *Journal) KeepNotice(ctx context.Context, n assign.Notice, from assign.NoticeState) (bool, error) {
	w := &store.KeepNotice{ID: n.ID, From: string(from), State: string(n.State), Details: store.Text(n.Details)}
	if !n.Due.IsZero() {
		ago := j.cfg.Now().Sub(n.Due)
		w.Due = &ago
	}
	if err := j.writer.do(ctx, w); err != nil {
		return false, fmt.Errorf("keep notice of assignment %d: %w", n.ID, err)
	}
	return w.Done, nil
}

// Find gives an assignment; see assign.Notices.
func (j *Journal) Find(ctx context.Context, id int64) (assign.Assignment, bool, error) {
	rows, err := j.read(ctx, j.db.Dialect().ByID(id))
	if err == nil && len(rows) > 0 {
		var a assign.Assignment
		if a, err = decodeRow(&withoutReplies(rows)[0], j.cfg.Now()); err == nil {
			return a, true, nil
		}
	}
	if err != nil {
		return assign.Assignment{}, false, fmt.Errorf("find assignment %d: %w", id, err)
	}
	return assign.Assignment{}, false, nil
}

func decodeNotice(r store.Notice, now time.Time) assign.Notice {
	n := assign.Notice{ID: r.ID, State: assign.NoticeState(r.State), Details: r.Details, At: ago(now, r.Since)}
	if r.Due != nil {
		n.Due = now.Add(-time.Duration(*r.Due) * time.Microsecond)
	}
	return n
}
