package check

import (
	"context"
	"errors"
	"fmt"

	"azeer-slack/bot/audit"

	"github.com/slack-go/slack"
)

// examineAuditChannel tells whether the bot may post to the audit channel. Nobody sees
// anything of it: the bot shows a message to nobody but itself.
//
// Slack's answers: https://docs.slack.dev/reference/methods/chat.postEphemeral. That the
// bot cannot be shown anything comes after the question whether it may post there.
func (d *doctor) examineAuditChannel(ctx context.Context) {
	switch {
	case d.AuditChannel == "": // none is wanted, or it is named among the settings
		return
	case d.who == nil:
		d.skip("the audit channel", "the bot token did not work")
		return
	}
	_, err := d.slack().PostEphemeralContext(ctx, d.AuditChannel, d.who.UserID, slack.MsgOptionText("azeer-slack check", false))
	refused, said := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case err == nil, said && refused.Err == "user_not_in_channel":
		d.good("outcomes can be posted to AUDIT_CHANNEL %s", d.AuditChannel)
	case said:
		d.bad(fmt.Sprintf("outcomes cannot be posted to AUDIT_CHANNEL %s: Slack says %s", d.AuditChannel, refused.Err), audit.Cure(err))
	default:
		d.bad("AUDIT_CHANNEL: Slack could not be asked: "+err.Error(), networkCure(err, d.SlackURL, "SLACK_API_URL"))
	}
}
