package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	webAddress  = regexp.MustCompile(`^https?://`)
	hexColour   = regexp.MustCompile(`^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$`)
	commandName = regexp.MustCompile(`^/\S+$`)
	botName     = regexp.MustCompile(`^[a-z0-9._-]*$`)
	snakeCase   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)
	anyKey      = regexp.MustCompile(`.`)
	ipv4Range   = regexp.MustCompile(`^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])(\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}(/(3[0-2]|[12]\d|\d))?$`)
)

// manifestShape is what can be told from the document alone; serverRules has the rest.
var manifestShape = record(
	may("$schema", text(1, 3000)),
	may("_metadata", record(
		may("schema_version", whole()),
		may("min_version", whole()),
		may("major_version", whole()),
		may("minor_version", whole()),
	)),
	must("display_information", record(
		must("name", text(1, 35)),
		may("description", text(1, 140)),
		may("long_description", text(175, 4000)),
		may("background_color", like(4, 7, hexColour)),
	)),
	may("features", featuresShape),
	may("oauth_config", record(
		may("redirect_urls", set(0, 1000, text(0, 2500))),
		may("scopes", record(
			may("bot", list(0, 255, text(1, 50))),
			may("bot_optional", list(0, 255, text(1, 50))),
			may("user", list(0, 255, text(1, 50))),
			may("user_optional", list(0, 255, text(1, 50))),
		)),
		may("token_management_enabled", flag()),
		may("pkce_enabled", flag()),
	)),
	may("settings", settingsShape),
	may("functions", table(50, snakeCase, record(
		must("title", text(1, 255)),
		must("description", text(0, 4000)),
		must("input_parameters", parametersShape),
		must("output_parameters", parametersShape),
	))),
	may("app_directory", absent()),
	may("datastores", absent()),
	may("external_auth_providers", absent()),
	may("mcp_servers", absent()),
	may("outgoing_domains", absent()),
	may("types", absent()),
	may("workflows", absent()),
)

var featuresShape = record(
	may("app_home", record(
		may("home_tab_enabled", flag()),
		may("messages_tab_enabled", flag()),
		may("messages_tab_read_only_enabled", flag()),
	)),
	may("bot_user", record(
		must("display_name", like(1, 80, botName)),
		may("always_online", flag()),
	)),
	may("slash_commands", list(1, 50, record(
		must("command", like(2, 32, commandName)),
		must("description", text(1, 2000)),
		may("url", like(1, 3000, webAddress)),
		may("usage_hint", text(1, 1000)),
		may("should_escape", flag()),
	))),
	may("shortcuts", list(1, 10, record(
		must("name", text(1, 24)),
		must("type", oneOf("global", "message")),
		must("callback_id", text(1, 255)),
		must("description", text(1, 150)),
	))),
	may("agent_view", absent()),
	may("assistant_view", absent()),
	may("functions", absent()),
	may("unfurl_domains", absent()),
	may("workflow_steps", absent()),
)

var settingsShape = record(
	may("socket_mode_enabled", flag()),
	may("org_deploy_enabled", flag()),
	may("token_rotation_enabled", flag()),
	may("is_hosted", flag()),
	may("is_mcp_enabled", flag()),
	may("function_runtime", oneOf("remote", "slack")),
	may("hermes_app_type", text(0, 50)),
	may("interactivity", record(
		must("is_enabled", flag()),
		may("request_url", like(1, 3500, webAddress)),
		may("message_menu_options_url", like(1, 3500, webAddress)),
	)),
	may("event_subscriptions", record(
		may("request_url", like(1, 3500, webAddress)),
		may("bot_events", set(0, 100, text(1, 50))),
		may("user_events", set(0, 100, text(1, 50))),
		may("metadata_subscriptions", absent()),
	)),
	may("allowed_ip_address_ranges", set(1, 10, like(1, 18, ipv4Range))),
	may("incoming_webhooks", absent()),
	may("siws_links", absent()),
)

var parametersShape = record(
	must("properties", table(50, anyKey, record(
		must("type", oneOf(parameterTypes...)),
		may("title", text(0, 255)),
		may("description", text(0, 4000)),
		may("is_required", flag()),
		may("is_hidden", flag()),
		may("hint", text(0, 255)),
	))),
	may("required", list(0, 50, text(1, 255))),
)

var parameterTypes = []string{
	"string", "integer", "number", "boolean", "object", "array",
	"slack#/types/user_id", "slack#/types/user_context", "slack#/types/user_permission",
	"slack#/types/channel_id", "slack#/types/usergroup_id", "slack#/types/timestamp", "slack#/types/date",
	"slack#/types/blocks", "slack#/types/rich_text", "slack#/types/interactivity",
	"slack#/types/credential/oauth2", "slack#/types/form_input", "slack#/types/form_input_object",
	"slack#/types/message_ts", "slack#/types/message_context",
}

// events are those that a bot may subscribe to here, each with the scope that it needs
// (https://docs.slack.dev/reference/events).
var events = map[string]string{
	"app_home_opened":   "",
	"app_mention":       "app_mentions:read",
	"app_uninstalled":   "",
	"function_executed": "",
	"message.channels":  "channels:history",
	"message.groups":    "groups:history",
	"message.im":        "im:history",
	"message.mpim":      "mpim:history",
	"team_join":         "users:read",
	"tokens_revoked":    "",
	"user_change":       "users:read",
}

// otherEvents are more of Slack's. Whether a manifest has the scopes for them is not looked at.
var otherEvents = strings.Fields(`
	assistant_thread_context_changed assistant_thread_started call_rejected channel_archive channel_created channel_deleted
	channel_history_changed channel_id_changed channel_left channel_rename channel_shared channel_unarchive channel_unshared
	dnd_updated_user email_domain_changed emoji_changed file_change file_created file_deleted file_public file_shared
	file_unshared grid_migration_finished grid_migration_started group_archive group_deleted group_history_changed
	group_left group_rename group_unarchive invite_requested link_shared member_joined_channel member_left_channel
	pin_added pin_removed reaction_added reaction_removed user_huddle_changed user_profile_changed user_status_changed`)

// serverRules are those that Slack's server adds: one part of the manifest needs another.
func (w *wire) serverRules() []error {
	var errs []error
	refuse := func(when bool, path, format string, args ...any) {
		if when {
			errs = append(errs, wrong(path, format, args...)...)
		}
	}
	s, f, scopes := w.Settings, w.Features, w.OAuth.Scopes.Bot
	refuse(s.Interactivity.Enabled && !s.SocketMode && s.Interactivity.RequestURL == "",
		"settings.interactivity", "Interactivity requires a Request URL")
	refuse(len(s.Events.Bot)+len(s.Events.User) > 0 && !s.SocketMode && s.Events.RequestURL == "",
		"settings.event_subscriptions", "Event Subscription requires either Request URL or Socket Mode Enabled")
	refuse(len(f.Commands)+len(f.Shortcuts) > 0 && !slices.Contains(scopes, "commands"),
		"oauth_config.scopes.bot", "slash commands and shortcuts need the scope commands")
	refuse(len(f.Shortcuts) > 0 && !s.Interactivity.Enabled,
		"features.shortcuts", "shortcuts need settings.interactivity")
	refuse(len(scopes) > 0 && f.BotUser.DisplayName == "", "features.bot_user", "is required by the bot scopes")
	refuse(f.AppHome.Home && len(scopes) == 0, "features.app_home", "a Home tab needs at least one scope")
	for i, event := range s.Events.Bot {
		path := fmt.Sprintf("settings.event_subscriptions.bot_events[%d]", i)
		scope, known := events[event]
		refuse(!known && !slices.Contains(otherEvents, event), path, "%s is not an event that the sandbox knows", event)
		refuse(scope != "" && !slices.Contains(scopes, scope), path, "%s needs the scope %s", event, scope)
	}
	refuse(len(w.Functions) > 0 && s.FunctionRuntime == "", "settings.function_runtime", "is required by functions")
	for _, f := range w.Functions {
		path := "functions." + f.name
		errs = append(errs, f.value.Inputs.known(path+".input_parameters.required")...)
		errs = append(errs, f.value.Outputs.known(path+".output_parameters.required")...)
	}
	return append(errs, w.repeats()...)
}

// known refuses what is required and not declared.
func (p parameters) known(path string) (errs []error) {
	for i, name := range p.Required {
		if !slices.ContainsFunc(p.list(), func(one Parameter) bool { return one.Name == name }) {
			errs = append(errs, wrong(fmt.Sprintf("%s[%d]", path, i), "%s is no parameter", name)...)
		}
	}
	return errs
}

// repeats are names that must stand for one thing only, and limits per kind of shortcut.
func (w *wire) repeats() []error {
	var errs []error
	commands, callbacks, kinds := map[string]bool{}, map[string]bool{}, map[string]int{}
	for i, c := range w.Features.Commands {
		path := fmt.Sprintf("features.slash_commands[%d]", i)
		if commands[c.Command] {
			errs = append(errs, wrong(path+".command", "%s is declared twice", c.Command)...)
		}
		if c.URL == "" && !w.Settings.SocketMode {
			errs = append(errs, wrong(path+".url", "is required without Socket Mode")...)
		}
		commands[c.Command] = true
	}
	for i, s := range w.Features.Shortcuts {
		path := fmt.Sprintf("features.shortcuts[%d]", i)
		if callbacks[s.CallbackID] {
			errs = append(errs, wrong(path+".callback_id", "%s is declared twice", s.CallbackID)...)
		}
		if kinds[s.Type]++; kinds[s.Type] == 6 {
			errs = append(errs, wrong(path, "at most 5 %s shortcuts", s.Type)...)
		}
		callbacks[s.CallbackID] = true
	}
	return errs
}
