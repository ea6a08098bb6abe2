package webapi

import (
	"slices"
	"strings"

	"azeer-slack/sandbox/slack/rule"
)

// Tokens are the app's tokens.
type Tokens struct{ App, Bot string }

// access is what the app may do.
type access struct {
	tokens                 Tokens
	scopes                 []string
	justInTime             map[string]bool // good as long as what they came with is under way
	botRevoked, appRevoked bool
}

// AddToken makes a just-in-time token as good as the bot's, and RemoveToken ends that. Call them with the
// lock held.
func (a *API) AddToken(token string)    { a.access.justInTime[token] = true }
func (a *API) RemoveToken(token string) { delete(a.access.justInTime, token) }

// RevokeBotToken makes every call with the bot token answer token_revoked.
func (a *API) RevokeBotToken() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.access.botRevoked = true
}

// RevokeAppToken makes apps.connections.open answer invalid_auth.
func (a *API) RevokeAppToken() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.access.appRevoked = true
}

// SetScopes replaces the bot's scopes, as after an installation with others.
func (a *API) SetScopes(scopes ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.access.scopes = scopes
}

// Scopes returns the bot's scopes.
func (a *API) Scopes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.access.scopes...)
}

// authorize checks the token, its place, and the scopes.
func (a *API) authorize(c *Call, m Method) error {
	token, _ := c.args["token"].(string)
	if token != "" && (m.App || !c.form) {
		a.report.Breach(rule.TokenPlace, "%s: token in the body", c.Method)
		return Error{Code: "not_authed"}
	}
	if c.header != "" {
		token = c.header
	}
	tokens := a.access.tokens
	wanted, revoked := tokens.Bot, a.access.botRevoked
	if a.access.justInTime[token] {
		wanted = token
	}
	if m.App {
		wanted, revoked = tokens.App, a.access.appRevoked
	}
	switch {
	case token == "" && m.App:
		a.report.Breach(rule.TokenPlace, "%s: no token in the Authorization header", c.Method)
		return Error{Code: "missing_args"}
	case token == "":
		a.report.Breach(rule.TokenPlace, "%s: no token", c.Method)
		return Error{Code: "not_authed"}
	case token != wanted && (token == tokens.Bot || token == tokens.App):
		a.report.Breach(rule.TokenPlace, "%s: wants the other kind of token", c.Method)
		return Error{Code: "not_allowed_token_type"}
	case token != wanted:
		return Error{Code: "invalid_auth"}
	case revoked && m.App:
		return Error{Code: "invalid_auth"}
	case revoked:
		return Error{Code: "token_revoked"}
	}
	return a.InScope(m.AnyScope...)
}

// InScope is missing_scope unless the bot has one of these scopes. Call it with the lock
// held.
func (a *API) InScope(anyOf ...string) error {
	for _, scope := range anyOf {
		if slices.Contains(a.access.scopes, scope) {
			return nil
		}
	}
	if len(anyOf) == 0 {
		return nil
	}
	return Error{Code: "missing_scope", More: object{
		"needed": strings.Join(anyOf, ","), "provided": strings.Join(a.access.scopes, ",")}}
}
