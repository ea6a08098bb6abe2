package journal

import (
	"context"
	"fmt"
	"time"

	"azeer-slack/journal/store"
)

const (
	// pruneEvery is how often Run looks for what may be deleted.
	pruneEvery = time.Hour
	// prunePage is how many assignments are looked at, and deleted, at a time: few
	// enough not to be felt by those who wait for the writer.
	prunePage = 200
)

// Run keeps the journal small until ctx ends: at once and every hour it deletes
// what is older than Config.Retention. Errors are logged and tried again.
func (j *Journal) Run(ctx context.Context) error {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		deleted, err := j.Prune(ctx)
		if err == nil {
			err = j.db.Tidy(ctx)
		}
		j.cfg.Heartbeat.Rest()
		switch {
		case ctx.Err() != nil:
		case err != nil:
			j.cfg.Logger.Warn().Err(err).Msg("journal not tidied")
		case deleted > 0:
			j.cfg.Logger.Info().Int("deleted", deleted).Msg("old assignments deleted")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Prune deletes answered assignments older than Config.Retention, and returns how many.
// Unfinished and unanswered ones stay, however old; so does the newest of all in SQLite,
// which makes sure that no id is given twice. Offers go with their age.
func (j *Journal) Prune(ctx context.Context) (deleted int, err error) {
	for page := (oldPage{more: true}); page.more; {
		j.cfg.Heartbeat.Beat()
		page, err = j.oldPage(ctx, page.last)
		if err == nil && len(page.deletable) > 0 {
			err = j.writer.do(ctx, &store.Delete{IDs: page.deletable})
		}
		if err != nil {
			return deleted, fmt.Errorf("delete old assignments: %w", err)
		}
		deleted += len(page.deletable)
	}
	if err := j.writer.do(ctx, &store.DeleteOffers{Age: j.cfg.Retention}); err != nil {
		return deleted, fmt.Errorf("delete old offers: %w", err)
	}
	return deleted, nil
}

// oldPage is a page of the journal, from its old end.
type oldPage struct {
	deletable []int64
	last      int64 // ID to go on after
	more      bool  // whether older ones may follow
}

// oldPage gives the page of what comes after an id. Assignments that follow a young one are
// young, but for what the clock has done meanwhile: one from a moment when it was wrong,
// perhaps dated in the future, must not keep the rest for ever. So only a whole page of young
// ones is the end.
func (j *Journal) oldPage(ctx context.Context, after int64) (oldPage, error) {
	page, seen := oldPage{last: after}, 0
	err := j.db.Read(ctx, j.db.Dialect().Oldest(after, prunePage), func(scan func(...any) error) error {
		var micros int64
		var answered bool
		if err := scan(&page.last, &micros, &answered); err != nil {
			return err
		}
		age := time.Duration(micros) * time.Microsecond
		old := age > j.cfg.Retention
		page.more = page.more || old || age < 0
		if old && answered {
			page.deletable = append(page.deletable, page.last)
		}
		seen++
		return nil
	})
	page.more = page.more && seen == prunePage
	return page, err
}
