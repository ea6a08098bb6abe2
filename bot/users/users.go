// Package users knows who somebody is: member, guest or of another organisation, their
// language, time zone and user groups. It does not know what they may do.
//
// People are asked for one by one, when they are met, and kept in a bounded cache. No event
// tells of changes: Slack would send one for every status that any member sets.
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

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
)

// Scopes are the bot token's scopes that the program uses, each with what for. The
// manifest asks for these and no others.
var Scopes = []struct{ Name, Why string }{
	{"commands", "/assign and the shortcuts"},
	{"chat:write", "answers that cannot go through the command's own reply"},
	{"users:read", "who is a guest or of another organisation"},
	{"users:read.email", "which agent a mentioned person is"},
	{"usergroups:read", "ALLOWED_USERGROUPS, and who is on duty"},
	{"app_mentions:read", "requests that mention the bot"},
}

// OptionalScopes are those without which the program only does less, each with what is missing.
var OptionalScopes = []struct{ Name, Without string }{
	{"files:read", "the numbers in a CSV or text file are not read"},
	{dndScope, "people on duty who do not want to be disturbed are given contacts all the same"},
}

// StepScopes are those besides that only an app with a step for workflows asks for.
var StepScopes = []struct{ Name, Without string }{
	{"channels:history", "a workflow's step finds no number in a message of a public channel"},
	{"groups:history", "a workflow's step finds no number in a message of a private channel"},
}

// dndScope is for asking who does not want to be disturbed.
const dndScope = "dnd:read"

const (
	rightsLimit   = time.Second            // for who somebody is, where they must be asked for first
	languageLimit = 300 * time.Millisecond // for their language
	emailLimit    = 8 * time.Second        // for an email, which nobody waits for in a form
)

// Membership is what kind of member somebody is.
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
	email      string     // "" if it cannot be seen
	status     status
	zone       string    // time zone: "Asia/Riyadh", …
	offset     int       // of the zone from UTC, in seconds
	asked      time.Time // when Slack was asked for all that
}

// Users knows who is who in the workspace. Slack is asked for somebody when they are first
// met, and again now and then as long as they are met: what that costs depends on how many
// use the app, not on how many are in the workspace. It is the agent.People that resolves
// mentions.
type Users struct {
	api       *slack.Client
	log       zerolog.Logger
	known     *lru.Cache[string, user] // by id
	lookups   singleflight.Group       // one at a time for each person
	suspected chan struct{}            // a call was answered as if the token were no good
	asking    chan struct{}            // taken by whoever asks Slack who we are

	mu        sync.RWMutex
	bot       identity
	unreached error // why Slack could not be asked who we are; nil once it could
	groups    groups
	rota      *rota
}

// identity is who we are.
type identity struct{ team, enterprise, user string }

// New makes a Users that also keeps the members of the user groups of those ids.
func New(api *slack.Client, groupIDs []string, log zerolog.Logger) *Users {
	known, err := lru.New[string, user](knownMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Users{
		api: api, known: known, suspected: make(chan struct{}, 1), asking: make(chan struct{}, 1),
		groups: groups{ids: groupIDs, read: make(map[string]group)}, rota: newRota(),
		log: log.With().Str("component", "people").Logger(),
	}
}

// Identify learns who we are, which proves the bot token and its scopes, and reads the user
// groups for the first time. It tries until it succeeds, Slack refuses for good, or ctx ends. Once
// it has succeeded, it does nothing more.
func (p *Users) Identify(ctx context.Context) error {
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.Team() != "" {
		return nil
	}
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
	p.groups.unread = p.readGroups(first)
	return nil
}

// Unreached is why Identify has not succeeded so far; nil if it has, or was not tried.
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
	p.rota.seesDND.Store(slices.Contains(grantedScopes(who.Header), dndScope))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bot = identity{who.TeamID, who.EnterpriseID, who.UserID}
	return nil
}

// grantedScopes is what Slack says the token may do.
func grantedScopes(h http.Header) []string {
	return strings.Split(strings.ReplaceAll(h.Get("X-OAuth-Scopes"), " ", ""), ",")
}

// missingScopes compares what Slack says the token may do with what we need; nothing is
// missing where Slack does not say.
func missingScopes(h http.Header) (missing []string) {
	if h.Get("X-OAuth-Scopes") == "" {
		return nil
	}
	have := grantedScopes(h)
	for _, s := range Scopes {
		if !slices.Contains(have, s.Name) {
			missing = append(missing, s.Name)
		}
	}
	return missing
}

// refusedToken turns the errors that no retry can mend into a *slackcall.Fatal.
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

func (p *Users) userOf(u slack.User, asked time.Time) user {
	return user{
		membership: p.membershipOf(u), language: texts.Language(u.Locale),
		name:  cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name),
		email: u.Profile.Email, status: statusOf(u),
		zone: u.TZ, offset: u.TZOffset, asked: asked,
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

// BotID is the bot's own user id; "" before Identify.
func (p *Users) BotID() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.bot.user
}

// Team is the workspace's id; "" before Identify.
func (p *Users) Team() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.bot.team
}

// foreign tells whether a team is another organisation's. Teams of one Enterprise
// organisation are not foreign to one another.
func (p *Users) foreign(team, enterprise string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	us := p.bot
	if team == "" || us.team == "" || team == us.team || team == us.enterprise {
		return false
	}
	return us.enterprise == "" || enterprise != us.enterprise
}

// MembershipOf says what kind of member somebody is. An error means that it is not known:
// Slack did not say within rightsLimit, and what memory holds is too old to let them in.
func (p *Users) MembershipOf(ctx context.Context, who payload.Person) (Membership, error) {
	if p.foreign(who.Team, who.Enterprise) {
		return External, nil
	}
	found, err := p.find(ctx, who.ID, rightsLimit)
	if err == nil && found.membership == UnknownMembership {
		found, err = p.lookUp(ctx, who.ID, rightsLimit) // Slack has hidden them so far
	}
	if err != nil {
		return UnknownMembership, fmt.Errorf("look up person: %w", err)
	}
	return found.membership, nil
}

// HasLeft asks Slack, whatever memory says, whether somebody's account was deactivated or
// is no more. false where Slack does not tell.
func (p *Users) HasLeft(ctx context.Context, id string) bool {
	found, err := p.lookUp(ctx, id, rightsLimit)
	var said slack.SlackErrorResponse
	return err == nil && found.membership == Gone || errors.As(err, &said) && said.Err == "user_not_found"
}

// Language is that of somebody's Slack locale: "en", "ar", …; "" where it is not known,
// which costs at most languageLimit to find out.
func (p *Users) Language(ctx context.Context, id string) string {
	found, _ := p.find(ctx, id, languageLimit)
	return found.language
}

// Name is somebody's name; "" where it is not known, which costs at most rightsLimit to
// find out.
func (p *Users) Name(ctx context.Context, id string) string {
	found, _ := p.find(ctx, id, rightsLimit)
	return found.name
}

// Zone is somebody's time zone as far as memory knows, else UTC.
func (p *Users) Zone(id string) *time.Location {
	known, _ := p.known.Get(id)
	if known.zone == "" {
		return time.UTC
	}
	if zone, err := time.LoadLocation(known.zone); err == nil {
		return zone
	}
	return time.FixedZone(known.zone, known.offset)
}

// Email gives somebody's Slack email. See agent.People.
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

// ByEmail gives the id of who has an email in Slack; "" if nobody has, or none who is active.
func (p *Users) ByEmail(ctx context.Context, email agent.Email) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, emailLimit)
	defer cancel()
	u, err := p.api.GetUserByEmailContext(ctx, email.Reveal())
	var said slack.SlackErrorResponse
	switch p.Suspect(err); {
	case errors.As(err, &said) && (said.Err == "users_not_found" || hidden(err)):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look up person by email: %w", err)
	case u.Deleted || u.IsBot:
		return "", nil
	}
	return u.ID, nil
}

func refusedFor(code, cure string) error { return &slackcall.Fatal{Code: code, Cure: cure} }
