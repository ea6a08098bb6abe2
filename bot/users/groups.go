package users

import (
	"context"
	"errors"
	"fmt"
	"time"

	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/retry"
)

// groupsEvery is how often the user groups are read.
const groupsEvery = time.Hour

// groupsLife is how long the members of a user group count when they cannot be read again:
// whoever was taken out of it is not let in for ever.
const groupsLife = 3 * groupsEvery

// groupsAgain is how soon user groups that could not be read are tried again.
var groupsAgain = retry.Backoff{Least: time.Second, Most: time.Minute}

// groups are the user groups that are kept.
type groups struct {
	ids    []string
	read   map[string]group // by id; those that could be read
	unread error            // why Identify could not read them all
}

// group is the members of a user group, and when Slack was asked for them.
type group struct {
	members map[string]bool
	asked   time.Time
}

// RefreshGroups reads the user groups every hour until ctx ends, and sooner after one of
// them could not be read. It goes on from Identify.
func (p *Users) RefreshGroups(ctx context.Context) {
	if len(p.groups.ids) == 0 {
		return
	}
	failures := 0
	for unread := p.groups.unread; ; unread = p.readGroups(ctx) {
		wait := groupsEvery
		if unread == nil {
			failures = 0
		} else {
			wait = max(groupsAgain.After(failures), slackcall.RetryAfter(unread))
			failures++
		}
		if !retry.Sleep(ctx, wait) {
			return
		}
	}
}

// readGroups replaces the members of each user group by those that Slack names now. A group
// that cannot be read keeps the ones it has, and none of the others back.
func (p *Users) readGroups(ctx context.Context) error {
	var unread error
	for _, id := range p.groups.ids {
		asked := time.Now()
		names, err := p.api.GetUserGroupMembersContext(ctx, id)
		if p.Suspect(err) != nil {
			unread = errors.Join(unread, fmt.Errorf("read members of user group %s: %w", id, err))
			continue
		}
		members := make(map[string]bool, len(names))
		for _, name := range names {
			members[name] = true
		}
		p.mu.Lock()
		p.groups.read[id] = group{members, asked}
		p.mu.Unlock()
	}
	if unread != nil && !errors.Is(unread, context.Canceled) {
		p.log.Warn().Err(unread).Msg("user groups not read, will retry")
	}
	if unread == nil && len(p.groups.ids) > 0 {
		p.log.Debug().Int("groups", len(p.groups.ids)).Msg("user groups read")
	}
	return unread
}

// InGroups tells whether somebody is in one of the kept user groups. It is not known of who
// is in none while one has not been read, or not for too long.
func (p *Users) InGroups(id string) (in, known bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	known = true
	for _, name := range p.groups.ids {
		if g := p.groups.read[name]; time.Since(g.asked) > groupsLife {
			known = false
		} else if g.members[id] {
			return true, true
		}
	}
	return false, known
}
