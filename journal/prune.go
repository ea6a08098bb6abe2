package journal

import (
	"context"
	"fmt"
	"time"
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
			err = j.store.tidy(ctx)
		}
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
// which makes sure that no id is given twice.
func (j *Journal) Prune(ctx context.Context) (deleted int, err error) {
	for page := (oldPage{more: true}); page.more; {
		page, err = j.store.old(ctx, page.last, j.cfg.Retention, prunePage)
		if err == nil && len(page.deletable) > 0 {
			err = j.writer.do(ctx, &forgetWork{ids: page.deletable})
		}
		if err != nil {
			return deleted, fmt.Errorf("delete old assignments: %w", err)
		}
		deleted += len(page.deletable)
	}
	return deleted, nil
}
