package users

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"
)

// lookup is one question to Slack about somebody, shared by all who wait for its answer.
type lookup struct {
	done  chan struct{}
	found user
	err   error
}

// lookUp asks Slack about somebody, unless that is being done already. What comes back is
// remembered, also where nobody waits for it any more.
func (p *Users) lookUp(id string) *lookup {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l, ok := p.lookups[id]; ok {
		return l
	}
	l := &lookup{done: make(chan struct{})}
	p.lookups[id] = l
	go p.ask(id, l)
	return l
}

// ask carries out a lookup. That Slack does not show somebody to us is an answer too,
// which need not be asked for with every message to them.
func (p *Users) ask(id string, l *lookup) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	u, err := p.api.GetUserInfoContext(ctx, id)
	if err == nil {
		l.found = p.userOf(*u)
	}
	l.err = p.Suspect(err)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil || hidden(err) {
		p.known[id] = l.found
	}
	delete(p.lookups, id)
	close(l.done)
}

// hidden tells whether Slack will not show us somebody, now or later.
func hidden(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && (said.Err == "user_not_found" || said.Err == "user_not_visible")
}

// wait gives what was found, if it comes within limit.
func (l *lookup) wait(ctx context.Context, limit time.Duration) (user, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case <-l.done:
		return l.found, l.err
	case <-ctx.Done():
		return user{}, ctx.Err()
	}
}
