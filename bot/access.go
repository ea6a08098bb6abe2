package bot

import (
	"context"
	"slices"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/users"
)

// AccessConfig says who may use the bot, and where. Empty lists let everybody in; where
// several are set, a person must pass all (users and user groups count as one list).
type AccessConfig struct {
	Channels, Users, UserGroups []string // Slack ids
	Guests, External            bool
	// Admins are named to whom is refused.
	Admins []string
}

// accessPolicy decides who may use the bot.
type accessPolicy struct {
	cfg    AccessConfig
	people *users.Users
}

// check decides whether who may use the bot in channel ("" where there is none).
func (d *accessPolicy) check(ctx context.Context, who payload.Person, channel string) render.Denial {
	if r := d.checkPerson(ctx, who); r.IsDenied() {
		return r
	}
	if len(d.cfg.Channels) == 0 || slices.Contains(d.cfg.Channels, channel) {
		return render.Denial{}
	}
	return render.DenialOf("not_allowed_here", d.cfg.Admins, d.cfg.Channels)
}

// checkPerson decides without regard to where.
func (d *accessPolicy) checkPerson(ctx context.Context, who payload.Person) render.Denial {
	if !d.cfg.Guests || !d.cfg.External {
		s, err := d.people.MembershipOf(ctx, who)
		switch {
		case err != nil:
			return d.refuse("not_allowed_unchecked")
		case s == users.External && !d.cfg.External:
			return d.refuse("not_allowed_external")
		case s == users.Guest && !d.cfg.Guests:
			return d.refuse("not_allowed_guest")
		case s == users.Gone:
			return d.refuse("not_allowed_person")
		}
	}
	return d.checkListed(who)
}

func (d *accessPolicy) checkListed(who payload.Person) render.Denial {
	if len(d.cfg.Users) == 0 && len(d.cfg.UserGroups) == 0 || slices.Contains(d.cfg.Users, who.ID) {
		return render.Denial{}
	}
	if len(d.cfg.UserGroups) > 0 {
		switch in, known := d.people.InGroups(who.ID); {
		case in:
			return render.Denial{}
		case !known:
			return d.refuse("not_allowed_unchecked")
		}
	}
	return d.refuse("not_allowed_person")
}

// refuse fills in whom to ask.
func (d *accessPolicy) refuse(text string) render.Denial {
	return render.DenialOf(text, d.cfg.Admins, nil)
}
