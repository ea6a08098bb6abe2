package sandbox

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// defaultPage is how many items a page has where the app names no limit.
const defaultPage = 200

// page cuts a list by limit and cursor (https://docs.slack.dev/apis/web-api/pagination).
func (c *call) page(key string, items []any) (object, error) {
	from, limit := 0, defaultPage
	if cursor := c.str("cursor"); cursor != "" {
		raw, err := base64.StdEncoding.DecodeString(cursor)
		from, _ = strconv.Atoi(strings.TrimPrefix(string(raw), "from:"))
		if err != nil || from <= 0 || from > len(items) {
			return nil, apiError{code: "invalid_cursor"}
		}
	}
	if given := c.str("limit"); given != "" && given != "0" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > 1000 {
			return nil, apiError{code: "invalid_limit"}
		}
		limit = n
	}
	to := min(from+limit, len(items))
	next := ""
	if to < len(items) {
		next = base64.StdEncoding.EncodeToString([]byte("from:" + strconv.Itoa(to)))
	}
	return object{key: append([]any{}, items[from:to]...), "response_metadata": object{"next_cursor": next}}, nil
}

// usersInfo tells of one person.
func (k *Slack) usersInfo(c *call) (object, error) {
	id := c.str("user")
	if id == "" {
		return nil, c.missing("user")
	}
	if id == BotUserID {
		return object{"user": k.botUser()}, nil
	}
	p := k.personNamed(id)
	if p == nil || p.id != id {
		return nil, apiError{code: "user_not_found"}
	}
	return object{"user": k.user(p, c.locale())}, nil
}

// usersList tells of everybody, page by page: bots, Slackbot (not marked as a
// bot, as at Slack), guests and the deactivated included.
func (k *Slack) usersList(c *call) (object, error) {
	users := []any{slackbot(), k.botUser()}
	for _, p := range k.persons {
		if !p.removed {
			users = append(users, k.user(p, c.locale()))
		}
	}
	return c.page("members", users)
}

// usersLookupByEmail finds somebody active by email, whatever its case.
func (k *Slack) usersLookupByEmail(c *call) (object, error) {
	for _, p := range k.persons {
		if strings.EqualFold(p.cfg.Email, c.str("email")) && !p.removed && !p.cfg.Deactivated && !p.cfg.Bot {
			return object{"user": k.user(p, c.locale())}, nil
		}
	}
	return nil, apiError{code: "users_not_found"}
}

func (c *call) locale() bool {
	return c.str("include_locale") == "true" || c.str("include_locale") == "1"
}

// user is a person as users.info shows them; the email only with its scope.
func (k *Slack) user(p *Person, locale bool) object {
	offset := 0
	if zone, err := time.LoadLocation(p.cfg.TZ); err == nil {
		_, offset = time.Now().In(zone).Zone()
	}
	profile := object{"real_name": p.cfg.Name, "display_name": p.cfg.Name, "team": p.team,
		"real_name_normalized": p.cfg.Name, "display_name_normalized": p.cfg.Name}
	if k.inScope([]string{"users:read.email"}) == nil && !p.cfg.Bot {
		profile["email"] = p.cfg.Email
	}
	u := object{
		"id": p.id, "team_id": p.team, "name": p.cfg.Handle, "real_name": p.cfg.Name, "deleted": p.cfg.Deactivated,
		"tz": p.cfg.TZ, "tz_label": p.cfg.TZ, "tz_offset": offset, "profile": profile,
		"is_admin": false, "is_owner": false, "is_primary_owner": false, "is_bot": p.cfg.Bot, "is_app_user": false,
		"is_restricted": p.cfg.Guest || p.cfg.SingleGuest, "is_ultra_restricted": p.cfg.SingleGuest,
		"is_stranger": p.cfg.External, "updated": 1700000000,
	}
	if locale {
		u["locale"] = p.cfg.Locale
	}
	return u
}

func (k *Slack) botUser() object {
	return object{"id": BotUserID, "team_id": TeamID, "name": k.botName(), "real_name": k.manifest.Name, "deleted": false,
		"is_bot": true, "is_app_user": false, "profile": object{"real_name": k.manifest.Name, "display_name": "",
			"api_app_id": AppID, "bot_id": BotID, "team": TeamID}}
}

func slackbot() object {
	return object{"id": "USLACKBOT", "team_id": TeamID, "name": "slackbot", "real_name": "Slackbot", "deleted": false,
		"is_bot": false, "profile": object{"real_name": "Slackbot", "display_name": "Slackbot", "team": TeamID}}
}

// usergroupsList tells of the user groups, with their people if asked.
func (k *Slack) usergroupsList(c *call) (object, error) {
	groups := []object{}
	for _, g := range k.groups {
		o := object{"id": g.id, "team_id": TeamID, "is_usergroup": true, "handle": g.handle, "name": g.handle,
			"date_delete": 0, "user_count": len(g.users)}
		if c.str("include_users") == "true" || c.str("include_users") == "1" {
			o["users"] = g.users
		}
		groups = append(groups, o)
	}
	return object{"usergroups": groups}, nil
}

func (k *Slack) usergroupsUsersList(c *call) (object, error) {
	for _, g := range k.groups {
		if g.id == c.str("usergroup") {
			return object{"users": g.users}, nil
		}
	}
	return nil, apiError{code: "no_such_subteam"}
}
