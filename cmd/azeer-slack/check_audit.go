package main

import (
	"azeer-slack/bot/audit"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"
)

// examineAuditChannel tells whether the bot may post to the audit channel. Nobody sees
// anything of it: the bot shows a message to nobody but itself.
//
// Slack's answers: https://docs.slack.dev/reference/methods/chat.postEphemeral. That the
// bot cannot be shown anything comes after the question whether it may post there.
func (d *doctor) examineAuditChannel(ctx context.Context) {
	switch {
	case d.cfg.AuditChannel == "": // none is wanted, or it is named among the settings
		return
	case d.wrong["SLACK_BOT_TOKEN"] || d.wrong["SLACK_API_URL"]:
		d.bad("the audit channel was not tried", "mend the settings above first")
		return
	}
	api := slack.New(d.cfg.SlackBotToken.Reveal(), slack.OptionAPIURL(d.cfg.SlackAPIURL),
		slack.OptionHTTPClient(&http.Client{Timeout: checkTimeout}))
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		return // Name above
	}
	_, err = api.PostEphemeralContext(ctx, d.cfg.AuditChannel, who.UserID, slack.MsgOptionText("azeer-slack check", false))
	refused, said := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case err == nil, said && refused.Err == "user_not_in_channel":
		d.good("outcomes can be posted to AUDIT_CHANNEL %s", d.cfg.AuditChannel)
	case said:
		d.bad(fmt.Sprintf("outcomes cannot be posted to AUDIT_CHANNEL %s: Slack says %s", d.cfg.AuditChannel, refused.Err), audit.Cure(err))
	default:
		d.bad("AUDIT_CHANNEL: Slack could not be asked: "+err.Error(), "check the network, proxies, and SLACK_API_URL ("+d.cfg.SlackAPIURL+")")
	}
}
