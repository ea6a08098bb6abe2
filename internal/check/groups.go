package check

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"
)

// examineGroups reads the members of each user group that may assign, as the bot does.
func (d *doctor) examineGroups(ctx context.Context) {
	if len(d.UserGroups) == 0 {
		return // none is wanted, or they are named among the settings
	}
	if d.who == nil {
		d.skip("the user groups", "the bot token did not work")
		return
	}
	for _, id := range d.UserGroups {
		members, err := d.slack().GetUserGroupMembersContext(ctx, id)
		refused, said := errors.AsType[slack.SlackErrorResponse](err)
		switch {
		case err == nil:
			d.good("user group %s of ALLOWED_USERGROUPS has %d members", id, len(members))
		case said:
			d.bad(fmt.Sprintf("user group %s of ALLOWED_USERGROUPS cannot be read: Slack says %s", id, refused.Err),
				"correct the id: while one of them is wrong, all are refused who are in none of the others")
		default:
			d.bad("ALLOWED_USERGROUPS: Slack could not be asked: "+err.Error(), networkCure(err, d.SlackURL, "SLACK_API_URL"))
		}
	}
}
