package check

import (
	"slices"
	"strings"

	"azeer-slack/assign/agent"
)

// Stray is a name in the environment or in .env that is no setting, and nearly one.
type Stray struct{ Name, Meant string }

// What says what is wrong.
func (s Stray) What() string { return s.Name + " is no setting, so its value has no effect" }

// Cure says what to do.
func (s Stray) Cure() string { return "write " + s.Meant + ", if that is meant; or take it out" }

// otherNames are what people call settings that are named otherwise here.
var otherNames = map[string]string{
	"SLACK_TOKEN": "SLACK_BOT_TOKEN", "SLACK_API_TOKEN": "SLACK_BOT_TOKEN", "BOT_TOKEN": "SLACK_BOT_TOKEN", "SLACK_BOT_USER_TOKEN": "SLACK_BOT_TOKEN",
	"SLACK_APP_LEVEL_TOKEN": "SLACK_APP_TOKEN", "APP_TOKEN": "SLACK_APP_TOKEN", "SLACK_XAPP_TOKEN": "SLACK_APP_TOKEN",
	"AZEER_KEY": "AZEER_API_KEY", "AZEER_TOKEN": "AZEER_API_KEY", "AZEER_API_TOKEN": "AZEER_API_KEY", "MOTTASL_API_KEY": "AZEER_API_KEY",
	"AZEER_URL": "AZEER_BASE_URL", "AZEER_API_URL": "AZEER_BASE_URL",
	"ALLOWED_GROUPS": "ALLOWED_USERGROUPS", "ALLOWED_USER_GROUPS": "ALLOWED_USERGROUPS", "ADMINS": "ADMIN_USERS", "ONCALL_GROUPS": "DUTY_GROUPS", "DUTY_USERGROUPS": "DUTY_GROUPS",
	"LOGLEVEL": "LOG_LEVEL", "LOGFORMAT": "LOG_FORMAT",
}

// StrayNames finds among names those that are nearly one of the settings. Names of settings that are
// set rightly as well are passed over: they have their effect.
func StrayNames(settings, names []string) (stray []Stray) {
	names = slices.Sorted(slices.Values(names))
	for _, name := range slices.Compact(names) {
		meant := meantBy(name, settings)
		if meant != "" && !slices.Contains(names, meant) {
			stray = append(stray, Stray{name, meant})
		}
	}
	return stray
}

// meantBy gives the setting that a name is a typo for; empty: it is one itself, or none.
func meantBy(name string, settings []string) string {
	upper := strings.ToUpper(name)
	if slices.Contains(settings, name) || strings.HasSuffix(upper, "_PROXY") {
		return ""
	}
	if slices.Contains(settings, upper) {
		return upper
	}
	if meant := otherNames[upper]; meant != "" {
		return meant
	}
	nearest, least := "", 3 // two letters: with more, other programs' names come near
	for _, s := range settings {
		if n, few := agent.EditDistance(upper, s); few && n < least {
			nearest, least = s, n
		}
	}
	return nearest
}
