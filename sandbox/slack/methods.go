package slack

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"azeer-slack/sandbox/blockkit"
	"azeer-slack/sandbox/slack/webapi"
)

var historyScopes = []string{"channels:history", "groups:history", "im:history", "mpim:history"}

var conversationScopes = []string{"channels:read", "groups:read", "im:read", "mpim:read"}

// methods are the Web API methods there are (https://docs.slack.dev/reference/methods).
func (ws *Workspace) methods() map[string]webapi.Method {
	write, people := []string{"chat:write"}, []string{"users:read"}
	groups, emails := []string{"usergroups:read"}, []string{"users:read.email"}
	dms := []string{"im:write", "mpim:write", "groups:write", "channels:manage"}
	return map[string]webapi.Method{
		"apps.connections.open": {Do: ws.appsConnectionsOpen, PerMinute: 50, Post: true, App: true},
		"auth.test":             {Do: ws.authTest, PerMinute: 300},
		"blocks.validate":       {Do: ws.blocksValidate, PerMinute: 600, Post: true},
		"chat.postMessage":      {Do: ws.chatPostMessage, AnyScope: write, PerMinute: 300, Post: true},
		"chat.postEphemeral":    {Do: ws.chatPostEphemeral, AnyScope: write, PerMinute: 100, Post: true},
		"chat.update":           {Do: ws.chatUpdate, AnyScope: write, PerMinute: 50, Post: true},
		"conversations.open":    {Do: ws.conversationsOpen, AnyScope: dms, PerMinute: 50, Post: true},
		"conversations.info":    {Do: ws.conversationsInfo, AnyScope: conversationScopes, PerMinute: 50},
		"conversations.members": {Do: ws.conversationsMembers, AnyScope: conversationScopes, PerMinute: 100},
		"conversations.replies": {Do: ws.conversationsReplies, AnyScope: historyScopes, PerMinute: 50},
		"dnd.teamInfo":          {Do: ws.dndTeamInfo, AnyScope: []string{"dnd:read"}, PerMinute: 20},
		"usergroups.list":       {Do: ws.usergroupsList, AnyScope: groups, PerMinute: 20},
		"usergroups.users.list": {Do: ws.usergroupsUsersList, AnyScope: groups, PerMinute: 20},
		"users.info":            {Do: ws.usersInfo, AnyScope: people, PerMinute: 100},
		"users.list":            {Do: ws.usersList, AnyScope: people, PerMinute: 20},
		"users.lookupByEmail":   {Do: ws.usersLookupByEmail, AnyScope: emails, PerMinute: 50},
		"views.open":            {Do: ws.viewsOpen, PerMinute: 100, Post: true},
		"views.publish":         {Do: ws.viewsPublish, PerMinute: 100, Post: true},
		"views.push":            {Do: ws.viewsPush, PerMinute: 100, Post: true},
		"views.update":          {Do: ws.viewsUpdate, PerMinute: 100, Post: true},
	}
}

// appsConnectionsOpen hands out a socket URL
// (https://docs.slack.dev/reference/methods/apps.connections.open).
func (ws *Workspace) appsConnectionsOpen(*webapi.Call) (object, error) {
	if !ws.manifest.SocketMode {
		return nil, webapi.Error{Code: "forbidden_team"}
	}
	return object{"url": ws.TicketURL(ws.server.Addr()), "response_metadata": object{
		"scopes": []string{"connections:write"}, "acceptedScopes": []string{"connections:write"}}}, nil
}

// maxValidated is how many characters blocks.validate takes.
const maxValidated = 100_000

// blocksValidate tells what is wrong with blocks, a message or a view
// (https://docs.slack.dev/reference/methods/blocks.validate). Asking breaks no rule.
func (ws *Workspace) blocksValidate(c *webapi.Call) (object, error) {
	kind, raw := "", json.RawMessage(nil)
	for _, name := range []string{"blocks", "view", "message"} {
		given := c.JSON(name)
		if given != nil && kind != "" {
			return nil, c.Invalid("[ERROR] only one of blocks, view and message may be provided")
		}
		if given != nil {
			kind, raw = name, given
		}
	}
	if kind == "" {
		return nil, c.Missing("blocks, view or message")
	}
	if utf8.RuneCount(raw) > maxValidated {
		return nil, c.Invalid("[ERROR] must be less than 100001 characters [json-pointer:/" + kind + "]")
	}
	var found []blockkit.Problem
	switch kind {
	case "blocks":
		found = blockkit.Blocks(raw, "", blockkit.OnMessage)
	case "view":
		found = blockkit.View(raw, "")
	case "message":
		found = blockkit.Message(raw)
	}
	if len(found) == 0 {
		return object{}, nil
	}
	errors := make([]any, len(found))
	for i, p := range found {
		errors[i] = object{"pointer": p.Pointer, "code": "failed_constraint", "message": p.Message}
	}
	return nil, webapi.Error{Code: "invalid_" + kind, More: object{"errors": errors}}
}

func (ws *Workspace) authTest(*webapi.Call) (object, error) {
	return object{"url": "https://sandbox.slack.example/", "team": "Sandbox", "user": ws.BotName(), "team_id": TeamID,
		"user_id": BotUserID, "bot_id": BotID, "is_enterprise_install": false}, nil
}

// usersInfo tells of one person.
func (ws *Workspace) usersInfo(c *webapi.Call) (object, error) {
	id := c.Str("user")
	if id == "" {
		return nil, c.Missing("user")
	}
	if id == BotUserID {
		return object{"user": ws.botUser()}, nil
	}
	p := ws.personNamed(id)
	if p == nil || p.id != id {
		return nil, webapi.Error{Code: "user_not_found"}
	}
	return object{"user": ws.user(p, c.Flag("include_locale"))}, nil
}

// usersList tells of everybody, page by page: bots, Slackbot (not marked as a
// bot, as at Slack), guests and the deactivated included.
func (ws *Workspace) usersList(c *webapi.Call) (object, error) {
	users := []any{slackbot(), ws.botUser()}
	for _, p := range ws.persons {
		if !p.removed {
			users = append(users, ws.user(p, c.Flag("include_locale")))
		}
	}
	return c.Page("members", users)
}

// usersLookupByEmail finds somebody active by email, whatever its case.
func (ws *Workspace) usersLookupByEmail(c *webapi.Call) (object, error) {
	for _, p := range ws.persons {
		if strings.EqualFold(p.cfg.Email, c.Str("email")) && !p.removed && !p.cfg.Deactivated && !p.cfg.Bot {
			return object{"user": ws.user(p, c.Flag("include_locale"))}, nil
		}
	}
	return nil, webapi.Error{Code: "users_not_found"}
}

// user is a person as users.info shows them; the email only with its scope.
func (ws *Workspace) user(p *Person, locale bool) object {
	offset := 0
	if zone, err := time.LoadLocation(p.cfg.TZ); err == nil {
		_, offset = time.Now().In(zone).Zone()
	}
	profile := object{"real_name": p.cfg.Name, "display_name": p.cfg.Name, "team": p.team,
		"status_text": p.says.text, "status_emoji": p.says.emoji, "status_expiration": seconds(p.says.until),
		"real_name_normalized": p.cfg.Name, "display_name_normalized": p.cfg.Name}
	if ws.InScope("users:read.email") == nil && !p.cfg.Bot {
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

func (ws *Workspace) botUser() object {
	return object{"id": BotUserID, "team_id": TeamID, "name": ws.BotName(), "real_name": ws.manifest.Name, "deleted": false,
		"is_bot": true, "is_app_user": false, "profile": object{"real_name": ws.manifest.Name, "display_name": "",
			"api_app_id": AppID, "bot_id": BotID, "team": TeamID}}
}

func slackbot() object {
	return object{"id": SlackbotID, "team_id": TeamID, "name": "slackbot", "real_name": "Slackbot", "deleted": false,
		"is_bot": false, "profile": object{"real_name": "Slackbot", "display_name": "Slackbot", "team": TeamID}}
}

// usergroupsList tells of the user groups, with their people if asked.
func (ws *Workspace) usergroupsList(c *webapi.Call) (object, error) {
	groups := []object{}
	for _, g := range ws.groups {
		deleted := 0
		if g.disabled {
			deleted = 1700000000
		}
		if g.disabled && !c.Flag("include_disabled") {
			continue
		}
		o := object{"id": g.id, "team_id": TeamID, "is_usergroup": true, "handle": g.handle, "name": g.handle,
			"date_delete": deleted, "user_count": len(g.users)}
		if c.Flag("include_users") {
			o["users"] = append([]string{}, g.users...)
		}
		groups = append(groups, o)
	}
	return object{"usergroups": groups}, nil
}

func (ws *Workspace) usergroupsUsersList(c *webapi.Call) (object, error) {
	g := ws.groupOf(c.Str("usergroup"))
	if g == nil || g.disabled && !c.Flag("include_disabled") {
		return nil, webapi.Error{Code: "no_such_subteam"}
	}
	return object{"users": append([]string{}, g.users...)}, nil
}

// mostDND is of how many people dnd.teamInfo tells at once.
const mostDND = 50

// dndTeamInfo tells when people do not want to be disturbed
// (https://docs.slack.dev/reference/methods/dnd.teamInfo).
func (ws *Workspace) dndTeamInfo(c *webapi.Call) (object, error) {
	ids := strings.Split(c.Str("users"), ",")
	if c.Str("users") == "" {
		return nil, c.Missing("users")
	}
	if len(ids) > mostDND {
		return nil, webapi.Error{Code: "too_many_users"}
	}
	all := object{}
	for _, id := range ids {
		p := ws.personNamed(id)
		if p == nil || p.id != id {
			continue
		}
		quiet := p.says.quiet
		all[id] = object{"dnd_enabled": !quiet[1].IsZero(), "next_dnd_start_ts": max(seconds(quiet[0]), 1), "next_dnd_end_ts": max(seconds(quiet[1]), 1)}
	}
	return object{"users": all, "cached": true}, nil
}

// seconds is a time as Slack gives it; 0 for none.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
