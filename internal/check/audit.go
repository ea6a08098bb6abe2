package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	d.examineChannel(ctx, "AUDIT_CHANNEL", d.AuditChannel, "outcomes")
}

// examineOfferChannel tells the same of the channel for offers.
func (d *doctor) examineOfferChannel(ctx context.Context) {
	switch {
	case d.OfferChannel == "" && !d.wrong["OFFER_CHANNEL"]:
		d.note("offers are posted only where the bot is a member: OFFER_CHANNEL is where the others would go")
	case d.OfferChannel == "":
	case d.who == nil:
		d.skip("the channel for offers", "the bot token did not work")
	default:
		d.examineChannel(ctx, "OFFER_CHANNEL", d.OfferChannel, "offers")
	}
}

// examineChannel tells whether the bot may post to the channel of a setting what is for there.
func (d *doctor) examineChannel(ctx context.Context, setting, channel, what string) {
	_, err := d.slack().PostEphemeralContext(ctx, channel, d.who.UserID, slack.MsgOptionText("azeer-slack check", false))
	refused, said := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case err == nil, said && refused.Err == "user_not_in_channel":
		d.good("%s can be posted to %s %s", what, setting, channel)
	case said:
		d.bad(fmt.Sprintf("%s cannot be posted to %s %s: Slack says %s", what, setting, channel, refused.Err), strings.ReplaceAll(audit.Cure(err), "AUDIT_CHANNEL", setting))
	default:
		d.bad(setting+": Slack could not be asked: "+err.Error(), networkCure(err, d.SlackURL, "SLACK_API_URL"))
	}
}
