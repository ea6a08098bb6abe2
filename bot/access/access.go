// Package access decides who may use the bot, and where. It does not know what for.
package access

import (
	"context"
	"slices"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/users"
)

// Config says who may use the bot, and where. Empty lists let everybody in; where
// several are set, a person must pass all (users and user groups count as one list).
type Config struct {
	Channels, Users, UserGroups []string // Slack ids
	Guests, External            bool
	// Admins are named to whom is refused.
	Admins []string
}

// Policy decides who may use the bot.
type Policy struct {
	cfg    Config
	people *users.Users
}

// New makes a Policy for the people of a workspace.
func New(cfg Config, people *users.Users) *Policy { return &Policy{cfg, people} }

// IsAdmin tells whether somebody is one of the admins.
func (p *Policy) IsAdmin(user string) bool { return slices.Contains(p.cfg.Admins, user) }

// Check decides whether who may use the bot in channel ("" where there is none).
func (p *Policy) Check(ctx context.Context, who payload.Person, channel string) render.Denial {
	if r := p.CheckPerson(ctx, who); r.IsDenied() {
		return r
	}
	if len(p.cfg.Channels) == 0 || slices.Contains(p.cfg.Channels, channel) {
		return render.Denial{}
	}
	return render.DenialOf("not_allowed_here", p.cfg.Admins, p.cfg.Channels)
}

// CheckPerson decides without regard to where.
func (p *Policy) CheckPerson(ctx context.Context, who payload.Person) render.Denial {
	if !p.cfg.Guests || !p.cfg.External {
		s, err := p.people.MembershipOf(ctx, who)
		switch {
		case err != nil:
			return p.refuse("not_allowed_unchecked")
		case s == users.External && !p.cfg.External:
			return p.refuse("not_allowed_external")
		case s == users.Guest && !p.cfg.Guests:
			return p.refuse("not_allowed_guest")
		case s == users.Gone:
			return p.refuse("not_allowed_person")
		}
	}
	return p.checkListed(who)
}

// IsOpen tells whether no list says who may use the bot, or where. What acts for nobody may then, too.
func (p *Policy) IsOpen() bool {
	return len(p.cfg.Users) == 0 && len(p.cfg.UserGroups) == 0 && len(p.cfg.Channels) == 0
}

func (p *Policy) checkListed(who payload.Person) render.Denial {
	if len(p.cfg.Users) == 0 && len(p.cfg.UserGroups) == 0 || slices.Contains(p.cfg.Users, who.ID) {
		return render.Denial{}
	}
	if len(p.cfg.UserGroups) > 0 {
		switch in, known := p.people.InGroups(who.ID); {
		case in:
			return render.Denial{}
		case !known:
			return p.refuse("not_allowed_unchecked")
		}
	}
	return p.refuse("not_allowed_person")
}

// refuse fills in whom to ask.
func (p *Policy) refuse(text string) render.Denial {
	return render.DenialOf(text, p.cfg.Admins, nil)
}
