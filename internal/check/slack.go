package check

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"azeer-slack/bot/users"
	"azeer-slack/internal/inbox"
	"azeer-slack/sandbox/manifest"

	"github.com/slack-go/slack"
)

// Where the keys are to be had.
const (
	GetAppToken = "https://api.slack.com/apps → your app → Basic Information → App-Level Tokens → Generate, with the scope connections:write"
	GetBotToken = "https://api.slack.com/apps → your app → OAuth & Permissions → Bot User OAuth Token (install the app first)"
	GetAzeerKey = inbox.GetKey
)

// slackCures says what to do about Slack's error codes.
var slackCures = map[string]string{
	"not_authed":             "the token did not arrive: copy it again",
	"account_inactive":       "the app was uninstalled, or its owner deactivated: reinstall it, OAuth & Permissions → Install",
	"token_revoked":          "the token was revoked: reinstall the app and copy the new one, from " + GetBotToken,
	"token_expired":          "the token has expired, as those of apps with token rotation do: make an app without it, from manifest.yaml",
	"not_allowed_token_type": "that is another kind of token: the two may be swapped",
	"missing_scope":          "generate an app-level token with the scope connections:write: " + GetAppToken,
	"forbidden_team":         "the app does not belong to this workspace, or Socket Mode is off: https://api.slack.com/apps → your app → Socket Mode",
}

// slackFailed reports that Slack refused a call, or could not be asked.
func (d *doctor) slackFailed(what, get string, err error) {
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		d.deaf = true
		d.bad(what+": Slack could not be asked: "+err.Error(), networkCure(err, d.SlackURL, "SLACK_API_URL"))
		return
	}
	cure := slackCures[refused.Err]
	if cure == "" {
		cure = "copy it again; get it: " + get
	}
	d.bad(fmt.Sprintf("%s: Slack says %s", what, refused.Err), cure)
}

func (d *doctor) examineBotToken(ctx context.Context, m *manifest.Manifest) {
	if why := d.unusable("SLACK_BOT_TOKEN", "SLACK_API_URL", "HTTPS_PROXY", "SSL_CERT_FILE"); why != "" {
		d.skip("the bot token and its scopes", why)
		return
	}
	var granted string
	// https://docs.slack.dev/authentication/installing-with-oauth: what the token may do.
	api := d.slack(slack.OptionOnResponseHeaders(func(_ string, h http.Header) { granted = h.Get("X-OAuth-Scopes") }))
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		d.slackFailed("SLACK_BOT_TOKEN", GetBotToken, err)
		d.skip("the scopes of the bot token", "the bot token did not work")
		return
	}
	d.who = who
	d.good("Slack takes the bot token: %s in %s", who.User, who.Team)
	d.examineScopes(m, granted)
}

// examineScopes tells the scopes without which the bot does not start from those that the manifest
// calls optional.
func (d *doctor) examineScopes(m *manifest.Manifest, header string) {
	granted := strings.Split(strings.ReplaceAll(header, " ", ""), ",")
	var named []string
	for _, s := range users.Scopes {
		named = append(named, s.Name)
		if slices.Contains(granted, s.Name) {
			d.good("scope %s is granted", s.Name)
			continue
		}
		d.bad("scope "+s.Name+" is not granted, and the bot does not start without it",
			"https://api.slack.com/apps → your app → OAuth & Permissions → Bot Token Scopes: add it, then reinstall the app")
	}
	if m == nil {
		return
	}
	optional := slices.Clone(users.OptionalScopes)
	for _, s := range users.StepScopes {
		if slices.Contains(m.OptionalBotScopes, s.Name) {
			optional = append(optional, s)
		}
	}
	for _, s := range optional {
		named = append(named, s.Name)
		if slices.Contains(granted, s.Name) {
			d.good("optional scope %s is granted", s.Name)
			continue
		}
		d.note("optional scope %s is not granted: %s", s.Name, s.Without)
	}
	for _, scope := range append(slices.Clone(m.BotScopes), m.OptionalBotScopes...) {
		switch {
		case slices.Contains(named, scope) || slices.Contains(granted, scope):
		case slices.Contains(m.OptionalBotScopes, scope):
			d.note("optional scope %s is not granted; nothing of this version needs it", scope)
		default:
			d.note("scope %s stands in the manifest and is not granted; nothing of this version needs it", scope)
		}
		named = append(named, scope)
	}
}
