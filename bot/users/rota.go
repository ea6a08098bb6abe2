package users

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/internal/catch"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
)

const (
	// rotaFresh is how old what is known of groups and statuses may be where contacts are given
	// by it: duty changes at the hour.
	rotaFresh = time.Minute
	// rotaLimit is how long reading a group may take.
	rotaLimit = 5 * time.Second
	// rotaAtOnce is how many people are asked for at once.
	rotaAtOnce = 8
	// dndAtOnce is of how many people Slack tells at once whether they may be disturbed:
	// https://docs.slack.dev/reference/methods/dnd.teamInfo
	dndAtOnce = 50
)

// rota is what is known of who is on duty.
type rota struct {
	flight  singleflight.Group
	seesDND atomic.Bool // whether the token has dndScope

	mu     sync.Mutex
	groups map[string]slack.UserGroup // by id
	asked  time.Time                  // for the groups

	quiet *lru.Cache[string, quiet]   // by user
	found *lru.Cache[string, foundID] // by email
}

// quiet is when somebody does not want to be disturbed next, or does not now.
type quiet struct{ from, until, asked time.Time }

// foundID is whose an email is; "" for nobody's.
type foundID struct {
	id    string
	asked time.Time
}

func newRota() *rota {
	known, err := lru.New[string, quiet](knownMost)
	found, err2 := lru.New[string, foundID](knownMost)
	if errors.Join(err, err2) != nil {
		panic(err) // only for a size below one
	}
	return &rota{quiet: known, found: found}
}

// Group gives a user group, and how its members are. See duty.Roster.
func (p *Users) Group(ctx context.Context, id string) (duty.Group, error) {
	ctx, cancel := context.WithTimeout(ctx, rotaLimit)
	defer cancel()
	all, err := p.userGroups(ctx)
	if err != nil {
		return duty.Group{}, err
	}
	found, ok := all[id]
	if !ok {
		return duty.Group{}, duty.ErrNoGroup
	}
	g := duty.Group{ID: id, Handle: found.Handle, Disabled: found.DateDelete != 0, Members: make([]duty.Member, len(found.Users))}
	_ = catch.Each(len(found.Users), rotaAtOnce, func(i int) error {
		g.Members[i] = p.memberOf(ctx, found.Users[i])
		return nil
	})
	p.markQuiet(ctx, found.Users, g.Members)
	return g, nil
}

// GroupCalled gives the id of the user group of that handle. See duty.Roster.
func (p *Users) GroupCalled(ctx context.Context, handle string) (string, error) {
	all, err := p.userGroups(ctx)
	for id, g := range all {
		if strings.EqualFold(g.Handle, handle) {
			return id, err
		}
	}
	return "", err
}

// userGroups gives all user groups by id, at most rotaFresh old.
func (p *Users) userGroups(ctx context.Context) (map[string]slack.UserGroup, error) {
	p.rota.mu.Lock()
	known, asked := p.rota.groups, p.rota.asked
	p.rota.mu.Unlock()
	if time.Since(asked) <= rotaFresh {
		return known, nil
	}
	reading := p.rota.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rotaLimit)
		defer cancel()
		return p.readUserGroups(ctx)
	})
	select {
	case read := <-reading:
		all, _ := read.Val.(map[string]slack.UserGroup)
		return all, read.Err
	case <-ctx.Done():
		return nil, fmt.Errorf("read user groups: %w", ctx.Err())
	}
}

func (p *Users) readUserGroups(ctx context.Context) (map[string]slack.UserGroup, error) {
	asked := time.Now()
	list, err := p.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true), slack.GetUserGroupsOptionIncludeDisabled(true))
	if p.Suspect(err) != nil {
		return nil, fmt.Errorf("read user groups: %w", err)
	}
	all := make(map[string]slack.UserGroup, len(list))
	for _, g := range list {
		all[g.ID] = g
	}
	p.rota.mu.Lock()
	defer p.rota.mu.Unlock()
	p.rota.groups, p.rota.asked = all, asked
	return all, nil
}

// fresh gives what is known of somebody, at most rotaFresh old.
func (p *Users) fresh(ctx context.Context, id string) (user, error) {
	if known, met := p.known.Get(id); met && time.Since(known.asked) <= rotaFresh {
		return known, nil
	}
	return p.lookUp(ctx, id, rightsLimit)
}

// memberOf gives somebody as a member of a group, whether they may be disturbed left open.
func (p *Users) memberOf(ctx context.Context, id string) duty.Member {
	found, err := p.fresh(ctx, id)
	m := duty.Member{Name: found.name, Email: agent.NewEmail(found.email)}
	switch {
	case hidden(err):
		m.Absence.Reason = duty.NotAnAgent
	case err != nil:
		known, _ := p.known.Get(id)
		m.Name, m.Absence.Reason = known.name, duty.Unread
	case found.membership == Gone:
		m.Absence.Reason = duty.Deactivated
	default:
		m.Absence = found.status.absence(time.Now())
	}
	if m.Name == "" {
		m.Name = id
	}
	return m
}

// markQuiet passes over those who do not want to be disturbed now, as far as that can be seen.
func (p *Users) markQuiet(ctx context.Context, ids []string, members []duty.Member) {
	if !p.rota.seesDND.Load() {
		return
	}
	now := time.Now()
	var unknown []string
	for _, id := range ids {
		if q, ok := p.rota.quiet.Get(id); !ok || now.Sub(q.asked) > rotaFresh {
			unknown = append(unknown, id)
		}
	}
	for len(unknown) > 0 {
		n := min(len(unknown), dndAtOnce)
		p.readQuiet(ctx, unknown[:n])
		unknown = unknown[n:]
	}
	for i, id := range ids {
		q, ok := p.rota.quiet.Get(id)
		if ok && members[i].Absence.IsZero() && !now.Before(q.from) && now.Before(q.until) {
			members[i].Absence = duty.Absence{Reason: duty.Undisturbed, Until: q.until}
		}
	}
}

func (p *Users) readQuiet(ctx context.Context, ids []string) {
	asked := time.Now()
	all, err := p.api.GetDNDTeamInfoContext(ctx, ids)
	if p.Suspect(err) != nil {
		p.log.Warn().Err(err).Msg("who may be disturbed not read, taking all for such")
		return
	}
	for _, id := range ids {
		q := quiet{asked: asked}
		if s := all[id]; s.Enabled {
			q.from, q.until = time.Unix(int64(s.NextStartTimestamp), 0), time.Unix(int64(s.NextEndTimestamp), 0)
		}
		p.rota.quiet.Add(id, q)
	}
}

// Absence tells whether somebody is away by their own word. The zero Absence also where that
// is not known.
func (p *Users) Absence(ctx context.Context, id string) duty.Absence {
	members := []duty.Member{p.memberOf(ctx, id)}
	p.markQuiet(ctx, []string{id}, members)
	if a := members[0].Absence; a.Reason == duty.Away || a.Reason == duty.Undisturbed {
		return a
	}
	return duty.Absence{}
}

// IDOf gives the id of whoever has that email in Slack; "" where nobody has, or it is not known.
func (p *Users) IDOf(ctx context.Context, email string) string {
	key := strings.ToLower(email)
	if known, ok := p.rota.found.Get(key); ok && time.Since(known.asked) <= freshFor {
		return known.id
	}
	ctx, cancel := context.WithTimeout(ctx, rightsLimit)
	defer cancel()
	asked := time.Now()
	u, err := p.api.GetUserByEmailContext(ctx, email)
	var said slack.SlackErrorResponse
	switch {
	case err == nil:
		p.rota.found.Add(key, foundID{u.ID, asked})
		return u.ID
	case errors.As(err, &said) && said.Err == "users_not_found":
		p.rota.found.Add(key, foundID{"", asked})
	default:
		p.log.Debug().Err(p.Suspect(err)).Msg("nobody found by an email")
	}
	return ""
}
