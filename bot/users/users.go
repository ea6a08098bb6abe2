// Package users knows who somebody is: member, guest or of another organisation, their
// language, time zone and user groups. It does not know what they may do.
package users

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/texts"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Scopes are the bot token's scopes that the program uses, each with what for. The
// manifest asks for these and no others.
var Scopes = []struct{ Name, Why string }{
	{"commands", "/assign and the shortcuts"},
	{"chat:write", "answers that cannot go through the command's own reply"},
	{"users:read", "who is a guest or of another organisation"},
	{"users:read.email", "which agent a mentioned person is"},
	{"usergroups:read", "ALLOWED_USERGROUPS"},
	{"app_mentions:read", "requests that mention the bot"},
}

const (
	refreshEvery = time.Hour              // how often the whole workspace is read
	peopleRetry  = time.Second            // how soon again, at first, after that did not work
	peoplePause  = time.Minute            // and how soon in the end
	lookupLimit  = time.Second            // for one person nobody has met yet
	localeLimit  = 300 * time.Millisecond // for the language of such a person
	emailLimit   = 8 * time.Second        // for an email, which nobody waits for in a form
	pageSize     = 500                    // people a page; Slack recommends no more than 200 to 1,000
)

// MembershipOf is what kind of member somebody is.
type Membership byte

const (
	UnknownMembership Membership = iota
	member
	Guest
	External
	Gone
)

// user is what is known of somebody.
type user struct {
	membership Membership // UnknownMembership if Slack would not say
	language   string     // of their Slack locale: "en", "ar", …; "" if it is not known
	name       string     // as others see it; "" if it is not known
	zone       string     // time zone: "Asia/Riyadh", …
	offset     int        // of the zone from UTC, in seconds
}

// Users knows who is who in the workspace. Who may do what, and who reads which
// language, is answered from memory, which is read at the start and every hour; only
// somebody who joined since costs a short call. It is the assign.People that resolves mentions.
type Users struct {
	api    *slack.Client
	groups []string
	log    zerolog.Logger

	mu         sync.RWMutex
	team       string
	enterprise string
	self       string // the bot's own user id
	known      map[string]user
	lookups    map[string]*lookup // that are under way
	grouped    map[string]group   // by id; of those that could be read
	unreached  error              // why Slack could not be asked who we are; nil once it could
	suspected  chan struct{}      // a call was answered as if the token were no good

	// Of introduce, and then of refresh: what their last readings ended with.
	membersUnread, groupsUnread error
}

// New makes a People that also keeps the members of the given user groups.
func New(api *slack.Client, groups []string, log zerolog.Logger) *Users {
	return &Users{
		api: api, groups: groups, grouped: make(map[string]group),
		known: make(map[string]user), lookups: make(map[string]*lookup),
		suspected: make(chan struct{}, 1),
		log:       log.With().Str("component", "people").Logger(),
	}
}

// Identify learns who we are, which proves the bot token and its scopes, and reads the
// workspace for the first time. It tries until it succeeds, Slack refuses for good, or
// ctx ends.
func (p *Users) Identify(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := p.recheck(ctx)
		p.mu.Lock()
		p.unreached = err
		p.mu.Unlock()
		if err == nil {
			break
		}
		if errors.As(err, new(*slackcall.Fatal)) || ctx.Err() != nil {
			return err
		}
		p.log.Warn().Err(err).Msg("Slack not reached, trying again")
		if !retry.Sleep(ctx, max(wait, slackcall.RetryAfter(err))) {
			return ctx.Err()
		}
	}
	first, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	atOnce(
		func() { p.membersUnread = p.readMembers(first) },
		func() { p.groupsUnread = p.readGroups(first) },
	)
	return nil
}

// Unreached is why introduce has not succeeded so far; nil if it has, or was not tried.
func (p *Users) Unreached() error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.unreached
}

func (p *Users) recheck(ctx context.Context) error {
	who, err := p.api.AuthTestContext(ctx)
	if err != nil {
		return refusedToken(err)
	}
	if missing := missingScopes(who.Header); len(missing) > 0 {
		return refusedFor("missing_scope", "the bot token lacks "+strings.Join(missing, ", ")+
			": update the app from manifest.yaml, install it to the workspace again, and copy the new token to SLACK_BOT_TOKEN")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.team, p.enterprise, p.self = who.TeamID, who.EnterpriseID, who.UserID
	return nil
}

// missingScopes compares what Slack says the token may do with what we need; nothing is
// missing where Slack does not say.
func missingScopes(h http.Header) (missing []string) {
	granted := h.Get("X-OAuth-Scopes")
	if granted == "" {
		return nil
	}
	have := strings.Split(strings.ReplaceAll(granted, " ", ""), ",")
	for _, s := range Scopes {
		if !slices.Contains(have, s.Name) {
			missing = append(missing, s.Name)
		}
	}
	return missing
}

// refusedToken turns the errors that no retry can mend into a *socket.Fatal.
func refusedToken(err error) error {
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) {
		return fmt.Errorf("ask Slack who we are: %w", err)
	}
	switch said.Err {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type",
		"missing_scope", "no_permission", "org_login_required", "team_disabled", "user_removed_from_team":
		return refusedFor(said.Err, "Slack refuses SLACK_BOT_TOKEN: copy the Bot User OAuth Token (xoxb-…) from "+
			"your app's page, OAuth & Permissions, after installing the app to the workspace")
	}
	return fmt.Errorf("ask Slack who we are: %w", err)
}

// KeepFresh reads the workspace again and again until ctx ends. Members and user groups
// wait for one another neither at the start nor when one of them cannot be read.
func (p *Users) KeepFresh(ctx context.Context) {
	atOnce(
		func() { reread(ctx, p.membersUnread, p.readMembers) },
		func() { reread(ctx, p.groupsUnread, p.readGroups) },
	)
}

// atOnce does all things at the same time, and waits for them.
func atOnce(things ...func()) {
	var all sync.WaitGroup
	for _, do := range things {
		all.Go(do)
	}
	all.Wait()
}

// reread reads every hour until ctx ends, and sooner after that did not work; unread is
// what it ended with before.
func reread(ctx context.Context, unread error, read func(context.Context) error) {
	for again := peopleRetry; ; unread = read(ctx) {
		wait := refreshEvery
		if unread == nil {
			again = peopleRetry
		} else {
			wait, again = max(again, slackcall.RetryAfter(unread)), min(2*again, peoplePause)
		}
		if !retry.Sleep(ctx, wait) {
			return
		}
	}
}

// readMembers replaces what is known of people by what Slack says now.
func (p *Users) readMembers(ctx context.Context) error {
	met, err := p.listMembers(ctx)
	if p.Suspect(err) != nil {
		if !errors.Is(err, context.Canceled) {
			p.log.Warn().Err(err).Msg("workspace members not read, will retry")
		}
		return err
	}
	p.log.Debug().Int("people", len(met)).Msg("workspace members read")
	p.mu.Lock()
	p.known = met // from here on lookups write to it
	p.mu.Unlock()
	return nil
}

func (p *Users) listMembers(ctx context.Context) (map[string]user, error) {
	met := make(map[string]user)
	page := p.api.GetUsersPaginated(slack.GetUsersOptionLimit(pageSize))
	for {
		var err error
		if page, err = page.Next(ctx); page.Done(err) {
			break
		} else if err != nil {
			if !retry.Sleep(ctx, slackcall.RetryAfter(err)) || slackcall.RetryAfter(err) == 0 {
				return nil, fmt.Errorf("list people: %w", err)
			}
			continue
		}
		for _, u := range page.Users {
			met[u.ID] = p.userOf(u)
		}
	}
	return met, nil
}

func (p *Users) userOf(u slack.User) user {
	return user{
		membership: p.membershipOf(u), language: texts.Language(u.Locale),
		name: cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name),
		zone: u.TZ, offset: u.TZOffset,
	}
}

func (p *Users) membershipOf(u slack.User) Membership {
	switch {
	case u.Deleted:
		return Gone
	case u.IsStranger || p.foreign(u.TeamID, u.Enterprise.EnterpriseID):
		return External
	case u.IsRestricted || u.IsUltraRestricted:
		return Guest
	}
	return member
}

// BotID is the bot's own user id; "" before introduce.
func (p *Users) BotID() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.self
}

// Team is the workspace's id; "" before Identify.
func (p *Users) Team() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.team
}

// foreign tells whether a team is another organisation's. Teams of one Enterprise
// organisation are not foreign to one another.
func (p *Users) foreign(team, enterprise string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if team == "" || p.team == "" || team == p.team || team == p.enterprise {
		return false
	}
	return p.enterprise == "" || enterprise != p.enterprise
}

// MembershipOf says what kind of member somebody is: from memory, or for somebody not met yet
// by one short call, whose error means that it is not known.
func (p *Users) MembershipOf(ctx context.Context, who payload.Person) (Membership, error) {
	if p.foreign(who.Team, who.Enterprise) {
		return External, nil
	}
	if known, _ := p.cached(who.ID); known.membership != UnknownMembership {
		return known.membership, nil
	}
	found, err := p.lookUp(who.ID).wait(ctx, lookupLimit)
	if err != nil {
		return UnknownMembership, fmt.Errorf("look up person: %w", err)
	}
	return found.membership, nil
}

// HasLeft asks Slack, whatever memory says, whether somebody's account was deactivated or
// is no more. false where Slack does not tell.
func (p *Users) HasLeft(ctx context.Context, id string) bool {
	found, err := p.lookUp(id).wait(ctx, lookupLimit)
	var said slack.SlackErrorResponse
	return err == nil && found.membership == Gone || errors.As(err, &said) && said.Err == "user_not_found"
}

// Language is that of somebody's Slack locale: "en", "ar", …; "" where it is not known,
// which costs at most localeLimit to find out.
func (p *Users) Language(ctx context.Context, id string) string {
	known, met := p.cached(id)
	if met || id == "" {
		return known.language
	}
	found, _ := p.lookUp(id).wait(ctx, localeLimit)
	return found.language
}

// Name is somebody's name; "" where it is not known, which costs at most lookupLimit to
// find out.
func (p *Users) Name(ctx context.Context, id string) string {
	known, met := p.cached(id)
	if met || id == "" {
		return known.name
	}
	found, _ := p.lookUp(id).wait(ctx, lookupLimit)
	return found.name
}

// Zone is somebody's time zone as far as memory knows, else UTC.
func (p *Users) Zone(id string) *time.Location {
	known, _ := p.cached(id)
	if known.zone == "" {
		return time.UTC
	}
	if zone, err := time.LoadLocation(known.zone); err == nil {
		return zone
	}
	return time.FixedZone(known.zone, known.offset)
}

func (p *Users) cached(id string) (user, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	a, met := p.known[id]
	return a, met
}

// Email gives somebody's Slack email. See assign.People.
func (p *Users) Email(ctx context.Context, user string) (agent.Email, error) {
	ctx, cancel := context.WithTimeout(ctx, emailLimit)
	defer cancel()
	u, err := p.api.GetUserInfoContext(ctx, user)
	switch p.Suspect(err); {
	case hidden(err):
		return agent.Email{}, agent.ErrNoEmail
	case err != nil:
		return agent.Email{}, fmt.Errorf("look up email: %w", err)
	case u.Profile.Email == "" || u.Deleted:
		return agent.Email{}, agent.ErrNoEmail
	}
	return agent.NewEmail(u.Profile.Email), nil
}

func refusedFor(code, cure string) error { return &slackcall.Fatal{Code: code, Cure: cure} }
