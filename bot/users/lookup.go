package users

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
)

const (
	knownMost   = 10_000         // people remembered: those met last
	freshFor    = time.Hour      // how long Slack is not asked for somebody again
	servesFor   = 24 * time.Hour // how long what is known serves while Slack is being asked
	lookupLimit = time.Second    // for one answer of Slack's
)

// find gives what is known of somebody, asking Slack first only if that is nothing, or of
// more than a day ago. Where Slack does not answer within limit, what was known once comes
// with the error.
func (p *Users) find(ctx context.Context, id string, limit time.Duration) (user, error) {
	known, met := p.known.Get(id)
	age := time.Since(known.asked)
	switch {
	case id == "":
		return user{}, errors.New("nobody is named")
	case met && age <= freshFor:
		return known, nil
	case met && age <= servesFor:
		p.ask(id)
		return known, nil
	}
	found, err := p.lookUp(ctx, id, limit)
	if err != nil {
		return known, err
	}
	return found, nil
}

// lookUp asks Slack about somebody, and waits for the answer up to limit.
func (p *Users) lookUp(ctx context.Context, id string, limit time.Duration) (user, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case answer := <-p.ask(id):
		return answer.Val.(user), answer.Err
	case <-ctx.Done():
		return user{}, ctx.Err()
	}
}

// ask asks Slack about somebody, unless that is being done already. What comes back is
// remembered, also where nobody waits for it any more.
func (p *Users) ask(id string) <-chan singleflight.Result {
	return p.lookups.DoChan(id, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
		defer cancel()
		return p.fetch(ctx, id)
	})
}

// fetch carries out a lookup. That Slack does not show somebody to us is an answer too,
// which need not be asked for with every message to them.
func (p *Users) fetch(ctx context.Context, id string) (user, error) {
	asked := time.Now()
	u, err := p.api.GetUserInfoContext(ctx, id)
	switch {
	case err == nil:
		found := p.userOf(*u, asked)
		p.known.Add(id, found)
		return found, nil
	case hidden(err):
		p.known.Add(id, user{asked: asked})
	default:
		p.log.Warn().Err(err).Msg("person not looked up")
	}
	return user{}, p.Suspect(err)
}

// hidden tells whether Slack will not show us somebody, now or later.
func hidden(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && (said.Err == "user_not_found" || said.Err == "user_not_visible")
}
