package bot

import (
	"context"
	"slices"

	"azeer-slack/bot/texts"
)

// DoorConfig says who may use the bot, and where. Empty lists let everybody in; where
// several are set, a person must pass all (users and user groups count as one list).
type DoorConfig struct {
	Channels, Users, UserGroups []string // Slack ids
	Guests, External            bool
	// Admins are named to whom is refused.
	Admins []string
}

// door decides who may use the bot.
type door struct {
	cfg    DoorConfig
	people *People
}

// refusal is why somebody may not; the zero refusal lets them in.
type refusal struct {
	text string // a message id
	data texts.Data
}

func (r refusal) refused() bool { return r.text != "" }

// admit decides whether who may use the bot in channel ("" where there is none).
func (d *door) admit(ctx context.Context, who person, channel string) refusal {
	if r := d.admitPerson(ctx, who); r.refused() {
		return r
	}
	if len(d.cfg.Channels) == 0 || slices.Contains(d.cfg.Channels, channel) {
		return refusal{}
	}
	return d.refuse("not_allowed_here", "Channels", channels(d.cfg.Channels))
}

// admitPerson decides without regard to where.
func (d *door) admitPerson(ctx context.Context, who person) refusal {
	if !d.cfg.Guests || !d.cfg.External {
		s, err := d.people.standing(ctx, who)
		switch {
		case err != nil:
			return d.refuse("not_allowed_unchecked")
		case s == external && !d.cfg.External:
			return d.refuse("not_allowed_external")
		case s == guest && !d.cfg.Guests:
			return d.refuse("not_allowed_guest")
		case s == gone:
			return d.refuse("not_allowed_person")
		}
	}
	return d.admitListed(who)
}

func (d *door) admitListed(who person) refusal {
	if len(d.cfg.Users) == 0 && len(d.cfg.UserGroups) == 0 || slices.Contains(d.cfg.Users, who.id) {
		return refusal{}
	}
	if len(d.cfg.UserGroups) > 0 {
		switch in, known := d.people.inGroups(who.id); {
		case in:
			return refusal{}
		case !known:
			return d.refuse("not_allowed_unchecked")
		}
	}
	return d.refuse("not_allowed_person")
}

// refuse fills in whom to ask, and one more blank if given.
func (d *door) refuse(text string, blank ...any) refusal {
	data := texts.Data{"Admins": mentions(d.cfg.Admins)}
	if len(blank) == 2 {
		data[blank[0].(string)] = blank[1]
	}
	return refusal{text, data}
}

func mentions(users []string) []texts.Markup { return links(users, texts.Mention) }
func channels(ids []string) []texts.Markup   { return links(ids, texts.Channel) }

func links(ids []string, link func(string) texts.Markup) []texts.Markup {
	all := make([]texts.Markup, len(ids))
	for i, id := range ids {
		all[i] = link(id)
	}
	return all
}
