package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	azeerslack "azeer-slack"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/users"
	"azeer-slack/sandbox/manifest"
)

// need is one thing of the manifest without which part of the program does not work.
type need struct {
	what  string
	holds func(*manifest.Manifest) bool
	cure  string
}

// needs lists what the program relies on.
func needs() []need {
	list := []need{
		{"Socket Mode", func(m *manifest.Manifest) bool { return m.SocketMode },
			"settings.socket_mode_enabled: true"},
		{"interactivity, for the form and the buttons", func(m *manifest.Manifest) bool { return m.Interactivity },
			"settings.interactivity.is_enabled: true"},
		{"a bot user", func(m *manifest.Manifest) bool { return m.BotName != "" },
			"features.bot_user.display_name: azeer"},
		{"the Messages tab, for answers by direct message", func(m *manifest.Manifest) bool { return m.MessagesTab },
			"features.app_home.messages_tab_enabled: true"},
		{"the command /assign", func(m *manifest.Manifest) bool { _, ok := m.Command("/assign"); return ok },
			"features.slash_commands: an item with command: /assign"},
		{"escaped mentions in /assign", func(m *manifest.Manifest) bool { c, ok := m.Command("/assign"); return ok && c.ShouldEscape },
			"should_escape: true on the command /assign; without it a mention is only a name"},
		{"a usage hint on /assign", func(m *manifest.Manifest) bool { c, ok := m.Command("/assign"); return ok && c.UsageHint != "" },
			"usage_hint on the command /assign"},
		{"the global shortcut assign_contact", func(m *manifest.Manifest) bool {
			s, ok := m.Shortcut("assign_contact")
			return ok && s.Type == "global"
		}, "features.shortcuts: an item with type: global and callback_id: assign_contact"},
		{"the message shortcut assign_from_message", func(m *manifest.Manifest) bool {
			s, ok := m.Shortcut("assign_from_message")
			return ok && s.Type == "message"
		}, "features.shortcuts: an item with type: message and callback_id: assign_from_message"},
		{"the message shortcut take_from_message", func(m *manifest.Manifest) bool {
			s, ok := m.Shortcut("take_from_message")
			return ok && s.Type == "message"
		}, "features.shortcuts: an item with type: message and callback_id: take_from_message"},
		{"the Home tab", func(m *manifest.Manifest) bool { return m.HomeTab },
			"features.app_home.home_tab_enabled: true"},
	}
	for _, e := range payload.Events {
		list = append(list, need{
			what:  "the event " + e.Type + ", for " + e.For,
			holds: func(m *manifest.Manifest) bool { return slices.Contains(m.BotEvents, e.Type) },
			cure:  "settings.event_subscriptions.bot_events: add " + e.Type,
		})
	}
	for _, s := range users.Scopes {
		list = append(list, need{
			what:  "the scope " + s.Name + ", for " + s.Why,
			holds: func(m *manifest.Manifest) bool { return slices.Contains(m.BotScopes, s.Name) },
			cure:  "oauth_config.scopes.bot: add " + s.Name,
		})
	}
	return list
}

// workflowStep is what only the manifest with the step for Workflow Builder has.
var workflowStep = need{
	"the step assign_contact_step", func(m *manifest.Manifest) bool {
		_, ok := m.Function("assign_contact_step")
		return ok && m.OrgDeploy && m.FunctionRuntime == "remote" && slices.Contains(m.BotEvents, "function_executed")
	}, "functions.assign_contact_step, with settings.org_deploy_enabled: true, function_runtime: remote and the event function_executed",
}

// The files that an app may be made from.
const (
	plainFile    = "manifest.yaml"
	workflowFile = "manifest.workflow.yaml"
)

// examineManifest gives the manifest that the app should be made from; nil where there is none.
func (d *doctor) examineManifest() *manifest.Manifest {
	m := d.examineFile(plainFile, azeerslack.Manifest, needs())
	if _, err := os.Stat(workflowFile); err == nil {
		if steps := d.examineFile(workflowFile, nil, append(needs(), workflowStep)); steps != nil {
			m = steps // it asks for all that the other does
		}
	} else {
		d.note("for workflows that assign contacts, make the app from manifest.workflow.yaml in place of manifest.yaml (paid plans of Slack)")
	}
	d.note("of the app itself only the scopes can be seen from here; for the rest compare it to manifest.yaml: slack manifest diff (Slack's CLI, 4.6 or later)")
	return m
}

// examineFile gives what is in a file of the working directory, or else built into the program; nil where that
// is none.
func (d *doctor) examineFile(file string, builtIn []byte, all []need) *manifest.Manifest {
	anew := "take " + file + " of this version of azeer-slack, and paste it at https://api.slack.com/apps → your app → App Manifest"
	doc, name, err := readManifest(file, builtIn)
	if err != nil {
		d.bad(file+" cannot be read: "+err.Error(), anew)
		return nil
	}
	m, err := manifest.Parse(doc)
	if err != nil {
		d.bad(name+" is not one that Slack would take: "+err.Error(), anew)
		return nil
	}
	met := 0
	for _, n := range all {
		if n.holds(m) {
			met++
			continue
		}
		d.bad(name+" lacks "+n.what, n.cure+"; then update the app at https://api.slack.com/apps → App Manifest, and reinstall it")
	}
	if met == len(all) {
		d.good("%s has all %d things that the program needs", name, met)
	}
	return m
}

// readManifest reads a file of the working directory, or else takes the one built into the
// program, and says which.
func readManifest(file string, builtIn []byte) (doc []byte, name string, err error) {
	doc, err = os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return builtIn, "the manifest in this program", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read manifest: %w", err)
	}
	return doc, file + " in this folder", nil
}
