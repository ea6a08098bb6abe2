package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"sync"

	"azeer-slack/internal/retry"
	"azeer-slack/journal"

	"github.com/rs/zerolog"
)

// claim sees to it that the journal is this installation's before anything is taken from it.
type claim struct {
	journal *journal.Journal
	host    string // Azeer's
	proof   string
	adopt   bool
	log     zerolog.Logger

	once sync.Once
	ours chan struct{} // closed when it is certain
}

func newClaim(cfg Config, record *journal.Journal, log zerolog.Logger) *claim {
	c := &claim{journal: record, host: cfg.AzeerBaseURL, adopt: cfg.adopt, log: log, ours: make(chan struct{})}
	if at, err := url.Parse(cfg.AzeerBaseURL); err == nil {
		c.host = at.Hostname()
	}
	digest := sha256.Sum256([]byte(cfg.SlackBotToken.Reveal() + " " + c.host))
	c.proof = hex.EncodeToString(digest[:])
	return c
}

// recognise spares Slack the question who this is, if it was asked before: what was left
// unfinished need not wait for it.
func (c *claim) recognise(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, journalAsk)
	defer cancel()
	known, err := c.journal.Knows(ctx, c.proof)
	if err != nil {
		c.log.Warn().Err(err).Msg("journal could not be asked whose it is; Slack will be")
	}
	if known {
		c.certain()
	}
}

// identified claims the journal under the name that Slack has told. Its error says that it is
// another's.
func (c *claim) identified(ctx context.Context, team, bot string) error {
	name := journal.NameOf(team, bot, c.host)
	for n := 0; ; n++ {
		err := c.journal.Claim(ctx, journal.Installation{Name: name, Proof: c.proof}, c.adopt)
		if err == nil {
			c.certain()
			return nil
		}
		if errors.As(err, new(*journal.ForeignError)) {
			return err
		}
		c.log.Warn().Err(err).Msg("journal could not be claimed; will retry")
		if !retry.Sleep(ctx, claimBackoff.After(n)) {
			return nil // told to stop
		}
	}
}

func (c *claim) certain() { c.once.Do(func() { close(c.ours) }) }
