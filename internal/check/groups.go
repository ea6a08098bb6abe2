package check

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

// examineDuty looks whether somebody is on duty in each group of DUTY_GROUPS.
func (d *doctor) examineDuty(ctx context.Context) {
	if len(d.DutyGroups) == 0 {
		return
	}
	if d.who == nil {
		d.skip("the groups of those on duty", "the bot token did not work")
		return
	}
	list, err := d.slack().GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true), slack.GetUserGroupsOptionIncludeDisabled(true))
	if refused, said := errors.AsType[slack.SlackErrorResponse](err); said {
		d.bad("DUTY_GROUPS: Slack says "+refused.Err, "see the scopes above")
		return
	}
	if err != nil {
		d.bad("DUTY_GROUPS: Slack could not be asked: "+err.Error(), networkCure(err, d.SlackURL, "SLACK_API_URL"))
		return
	}
	for _, id := range d.DutyGroups {
		at := slices.IndexFunc(list, func(g slack.UserGroup) bool { return g.ID == id })
		switch {
		case at < 0:
			d.bad("there is no user group "+id+" of DUTY_GROUPS", "correct the id, or take it out")
		case list[at].DateDelete != 0:
			d.note("@%s of DUTY_GROUPS is turned off: what is assigned to it is not done until it is turned on", list[at].Handle)
		case len(list[at].Users) == 0:
			d.note("@%s of DUTY_GROUPS has no members: what is assigned to it is not done until it has", list[at].Handle)
		default:
			d.good("@%s of DUTY_GROUPS has %d members", list[at].Handle, len(list[at].Users))
		}
	}
}
