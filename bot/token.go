package bot

import (
	"context"
	"errors"
	"time"
)

// proofLimit is for asking Slack whether it still accepts the bot token.
const proofLimit = 10 * time.Second

// doubt takes the error of any call made with the bot token, and gives it back. Where it
// says that the token is no good, guard has that proved: one method's word may be about
// itself.
func (p *People) doubt(err error) error {
	if errors.As(refusedToken(err), new(*Fatal)) {
		select {
		case p.doubted <- struct{}{}:
		default: // it is about to be proved
		}
	}
	return err
}

// guard asks Slack who we are whenever the token is doubted, until ctx ends or Slack
// refuses for good: then it returns a *Fatal. Slack not answering proves nothing: the
// next call that fails raises the doubt again.
func (p *People) guard(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.doubted:
		}
		asking, cancel := context.WithTimeout(ctx, proofLimit)
		err := p.identify(asking)
		cancel()
		if errors.As(err, new(*Fatal)) {
			return err
		}
	}
}
