package users

import (
	"context"
	"errors"
	"time"

	"azeer-slack/bot/slackcall"
)

// proofLimit is for asking Slack whether it still accepts the bot token.
const proofLimit = 10 * time.Second

// Suspect takes the error of any call made with the bot token, and gives it back. Where it
// says that the token is no good, Recheck has that proved: one method's word may be about
// itself.
func (p *Users) Suspect(err error) error {
	if errors.As(refusedToken(err), new(*slackcall.Fatal)) {
		select {
		case p.suspected <- struct{}{}:
		default: // it is about to be proved
		}
	}
	return err
}

// Recheck asks Slack who we are whenever the token is doubted, until ctx ends or Slack
// refuses for good: then it returns a *slackcall.Fatal. Slack not answering proves nothing: the
// next call that fails raises the doubt again.
func (p *Users) Recheck(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.suspected:
		}
		asking, cancel := context.WithTimeout(ctx, proofLimit)
		err := p.recheck(asking)
		cancel()
		if errors.As(err, new(*slackcall.Fatal)) {
			return err
		}
	}
}
