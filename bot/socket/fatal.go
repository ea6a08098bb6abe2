package socket

import (
	"errors"

	"azeer-slack/bot/slackcall"

	"github.com/slack-go/slack"
)

const (
	tokenPage = "api.slack.com/apps → your app → Basic Information → App-Level Tokens"

	newToken   = "SLACK_APP_TOKEN is not accepted; make a new token with the scope connections:write: " + tokenPage
	setToken   = "SLACK_APP_TOKEN did not reach Slack; set it to the xapp-… token found at " + tokenPage
	wrongToken = "SLACK_APP_TOKEN must be the app-level token, which begins with xapp-; find it at " + tokenPage
	addScope   = "SLACK_APP_TOKEN needs the scope connections:write; make a token that has it: " + tokenPage
	noTeam     = "the workspace or the app's installation is no longer active; ask a workspace admin, " +
		"or install the app again: api.slack.com/apps → your app → Install App"
	askAdmin = "the workspace does not let this app connect; ask a workspace admin to approve it"
	askLogin = "the workspace asks for another way of signing in before apps may connect; ask a workspace admin"
	switchOn = "Socket Mode is switched off; switch it on and start again: api.slack.com/apps → your app → Socket Mode"
)

// cures has the answers of apps.connections.open, and the disconnect reason, that no retry
// can change. See https://docs.slack.dev/reference/methods/apps.connections.open.
var cures = map[string]string{
	"not_authed":                setToken,
	"missing_args":              setToken,
	"invalid_auth":              newToken,
	"token_revoked":             newToken,
	"token_expired":             newToken,
	"not_allowed_token_type":    wrongToken,
	"missing_scope":             addScope,
	"no_permission":             addScope,
	"account_inactive":          noTeam,
	"team_disabled":             noTeam,
	"user_removed_from_team":    noTeam,
	"access_denied":             askAdmin,
	"forbidden_team":            askAdmin,
	"team_access_not_granted":   askAdmin,
	"ekm_access_denied":         askAdmin,
	"org_login_required":        askLogin,
	"two_factor_setup_required": askLogin,
	"link_disabled":             switchOn,
}

// asFatal gives the *Fatal that an error from an Opener amounts to, or nil.
func asFatal(err error) *slackcall.Fatal {
	var refusal slack.SlackErrorResponse
	if !errors.As(err, &refusal) {
		return nil
	}
	cure, ok := cures[refusal.Err]
	if !ok {
		return nil
	}
	return &slackcall.Fatal{Code: refusal.Err, Cure: cure}
}
