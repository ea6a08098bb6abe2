package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const example = `
display_information: {name: Azeer}
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false}
  bot_user: {display_name: azeer, always_online: true}
  slash_commands:
    - {command: /assign, description: Assign a contact, usage_hint: phone agent, should_escape: true}
  shortcuts:
    - {name: Assign contact, type: global, callback_id: assign_contact, description: Hand a contact over}
oauth_config:
  scopes: {bot: [commands, "chat:write"]}
settings:
  interactivity: {is_enabled: true}
  event_subscriptions: {bot_events: [app_home_opened]}
  socket_mode_enabled: true
  org_deploy_enabled: true
  function_runtime: remote
functions:
  assign_step:
    title: Assign
    description: Assigns a contact
    input_parameters: {properties: {phone: {type: string}, agent: {type: slack#/types/user_id, title: Agent, description: Who, is_required: true}}, required: [phone]}
    output_parameters: {properties: {}}
`

func TestParseReadsWhatIsDeclared(t *testing.T) {
	t.Parallel()
	got, err := Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	want := &Manifest{
		Name: "Azeer", BotName: "azeer",
		Commands:  []SlashCommand{{"/assign", "Assign a contact", "phone agent", true}},
		Shortcuts: []Shortcut{{"Assign contact", "global", "assign_contact", "Hand a contact over"}},
		Functions: []Function{{CallbackID: "assign_step", Title: "Assign", Description: "Assigns a contact",
			Inputs: []Parameter{
				{Name: "phone", Type: "string", Required: true},
				{Name: "agent", Type: "slack#/types/user_id", Title: "Agent", Description: "Who", Required: true},
			}}},
		BotScopes: []string{"commands", "chat:write"}, BotEvents: []string{"app_home_opened"},
		HomeTab: true, MessagesTab: true, Interactivity: true, SocketMode: true,
		FunctionRuntime: "remote", OrgDeploy: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, ok := got.Command("/assign"); !ok {
		t.Error("the command is not found by its name")
	}
	if _, ok := got.Shortcut("assign_contact"); !ok {
		t.Error("the shortcut is not found by its callback id")
	}
	if f, ok := got.Function("assign_step"); !ok || f.Title != "Assign" {
		t.Error("the step is not found by its callback id")
	}
	if _, ok := got.Command("/unassign"); ok {
		t.Error("found a command that was not declared")
	}
}

// broken are changes to the example, each of which must be refused with an error naming the path.
var broken = []struct{ old, new, path string }{
	{"display_information: {name: Azeer}", "", "display_information"},
	{"{name: Azeer}", "{}", "display_information.name"},
	{"{name: Azeer}", "{name: ''}", "display_information.name"},
	{"{name: Azeer}", "{name: 42}", "display_information.name"},
	{"{name: Azeer}", "{name: " + strings.Repeat("é", 36) + "}", "display_information.name"},
	{"{name: Azeer}", "{name: Azeer, colour: '#fff'}", "display_information.colour"},
	{"{name: Azeer}", "{name: Azeer, description: ''}", "display_information.description"},
	{"{name: Azeer}", "{name: Azeer, description: " + strings.Repeat("d", 141) + "}", "display_information.description"},
	{"{name: Azeer}", "{name: Azeer, long_description: " + strings.Repeat("d", 174) + "}", "display_information.long_description"},
	{"{name: Azeer}", "{name: Azeer, background_color: '#ff'}", "display_information.background_color"},
	{"{name: Azeer}", "{name: Azeer, background_color: 'green'}", "display_information.background_color"},
	{"features:", "extra: 1\nfeatures:", "extra"},
	{"features:", "workflows: {w: {}}\nfeatures:", "workflows"},
	{"features:", "_metadata: {major_version: two}\nfeatures:", "_metadata.major_version"},
	{"home_tab_enabled: true,", "home_tab_enabled: 'yes',", "features.app_home.home_tab_enabled"},
	{"home_tab_enabled: true,", "home_tab: true,", "features.app_home.home_tab"},
	{"{display_name: azeer, ", "{", "features.bot_user.display_name"},
	{"display_name: azeer", "display_name: Azeer Bot", "features.bot_user.display_name"},
	{"display_name: azeer", "display_name: " + strings.Repeat("a", 81), "features.bot_user.display_name"},
	{"  bot_user: {display_name: azeer, always_online: true}\n", "", "features.bot_user"},
	{"command: /assign, ", "", "features.slash_commands[0].command"},
	{"command: /assign", "command: assign", "features.slash_commands[0].command"},
	{"command: /assign", "command: /", "features.slash_commands[0].command"},
	{"command: /assign", "command: /a b", "features.slash_commands[0].command"},
	{"command: /assign", "command: /" + strings.Repeat("a", 32), "features.slash_commands[0].command"},
	{"description: Assign a contact, ", "", "features.slash_commands[0].description"},
	{"usage_hint: phone agent", "usage_hint: ''", "features.slash_commands[0].usage_hint"},
	{"usage_hint: phone agent", "usage_hint: " + strings.Repeat("u", 1001), "features.slash_commands[0].usage_hint"},
	{"should_escape: true", "should_escape: 1", "features.slash_commands[0].should_escape"},
	{"should_escape: true", "url: 'ftp://example.com'", "features.slash_commands[0].url"},
	{"  shortcuts:", "    - {command: /assign, description: again}\n  shortcuts:", "features.slash_commands[1].command"},
	{"name: Assign contact", "name: Assign contact to an agent", "features.shortcuts[0].name"},
	{"type: global", "type: local", "features.shortcuts[0].type"},
	{"callback_id: assign_contact, ", "", "features.shortcuts[0].callback_id"},
	{"callback_id: assign_contact", "callback_id: " + strings.Repeat("c", 256), "features.shortcuts[0].callback_id"},
	{"description: Hand a contact over", "description: " + strings.Repeat("d", 151), "features.shortcuts[0].description"},
	{"oauth_config:", "    - {name: A, type: global, callback_id: assign_contact, description: d}\noauth_config:", "features.shortcuts[1].callback_id"},
	{"{bot: [commands,", "{bot: [", "oauth_config.scopes.bot"},
	{"{bot: [commands,", "{bot: [commands, " + strings.Repeat("s", 51) + ",", "oauth_config.scopes.bot[1]"},
	{"{bot: [commands,", "{bots: [commands,", "oauth_config.scopes.bots"},
	{"scopes: {", "redirect_urls: [a, a]\n  scopes: {", "oauth_config.redirect_urls[1]"},
	{"{is_enabled: true}", "{}", "settings.interactivity.is_enabled"},
	{"{is_enabled: true}", "{is_enabled: false}", "features.shortcuts"},
	{"{is_enabled: true}", "{is_enabled: true, request_url: nowhere}", "settings.interactivity.request_url"},
	{"socket_mode_enabled: true", "socket_mode_enabled: false", "Interactivity requires a Request URL"},
	{"socket_mode_enabled: true", "socket_mode_enabled: false", "Event Subscription requires either Request URL or Socket Mode Enabled"},
	{"socket_mode_enabled: true", "socket_mode_enabled: false", "features.slash_commands[0].url"},
	{"[app_home_opened]", "[app_home_opened, app_home_opened]", "settings.event_subscriptions.bot_events[1]"},
	{"[app_home_opened]", "[app_mention]", "app_mention needs the scope app_mentions:read"},
	{"[app_home_opened]", "[app_closed]", "app_closed is not an event"},
	{"[app_home_opened]", "app_home_opened", "settings.event_subscriptions.bot_events"},
	{"socket_mode_enabled: true", "socket_mode_enabled: true\n  allowed_ip_address_ranges: [127.0.0.256]", "settings.allowed_ip_address_ranges[0]"},
	{"function_runtime: remote", "function_runtime: nearby", "settings.function_runtime"},
	{"  function_runtime: remote\n", "", "settings.function_runtime"},
	{"    title: Assign\n", "", "functions.assign_step.title"},
	{"type: string", "type: phone", "functions.assign_step.input_parameters.properties.phone.type"},
	{"required: [phone]", "required: [phone, nobody]", "functions.assign_step.input_parameters.required[1]"},
	{"{properties: {}}", "{}", "functions.assign_step.output_parameters.properties"},
	{"assign_step:", "Assign Step:", "functions.Assign Step"},
}

func TestParseRefusesWhatBreaksARule(t *testing.T) {
	t.Parallel()
	for _, c := range broken {
		doc := strings.Replace(example, c.old, c.new, 1)
		if doc == example {
			t.Fatalf("%q does not stand in the manifest", c.old)
		}
		if _, err := Parse([]byte(doc)); err == nil {
			t.Errorf("%s: accepted %q", c.path, c.new)
		} else if !strings.Contains(err.Error(), c.path) {
			t.Errorf("the error for %q does not name %s: %v", c.new, c.path, err)
		}
	}
	for _, doc := range []string{"", "[]", "name", "a: [", "a: 1\n---\nb: 2", "1: 2", example + "\nfeatures: {}"} {
		if _, err := Parse([]byte(doc)); err == nil {
			t.Errorf("accepted %q", doc)
		}
	}
}

func TestParseNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte("display_information: {name: ''}\nsettings: {socket: true}\nnonsense: 1"))
	for _, path := range []string{"display_information.name", "settings.socket", "nonsense"} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s is missing in: %v", path, err)
		}
	}
}

// Whatever Slack's published schema refuses, Parse refuses too. The schema belongs to Slack and lies
// outside this project; where it is absent there is nothing to compare with.
func TestParseIsAtLeastAsStrictAsSlacksSchema(t *testing.T) {
	t.Parallel()
	schema := slackSchema(t)
	if schema == nil {
		return
	}
	if err := schema.Validate(asJSON(t, example)); err != nil {
		t.Fatalf("the schema refuses the example: %v", err)
	}
	refused := 0
	for _, c := range broken {
		doc := strings.Replace(example, c.old, c.new, 1)
		if schema.Validate(asJSON(t, doc)) == nil {
			continue // one of the rules that only the documentation or the server has
		}
		refused++
		if _, err := Parse([]byte(doc)); err == nil {
			t.Errorf("the schema refuses %q, Parse accepts it", c.new)
		}
	}
	if refused < 35 {
		t.Errorf("the schema refuses only %d of the broken manifests: is it the right schema?", refused)
	}
}

func TestTheProjectsManifestsAreAccepted(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"../../manifest.yaml", "../../manifest.workflow.yaml"} {
		doc, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(doc); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if schema := slackSchema(t); schema != nil {
			if err := schema.Validate(asJSON(t, string(doc))); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// Law: what Parse accepts has a name, and whoever reads it finds every command under its own name.
func FuzzParse(f *testing.F) {
	f.Add(example)
	for _, c := range broken {
		f.Add(strings.Replace(example, c.old, c.new, 1))
	}
	f.Fuzz(func(t *testing.T, doc string) {
		m, err := Parse([]byte(doc))
		if err == nil && m.Name == "" {
			t.Errorf("accepted a manifest without a name: %q", doc)
		}
	})
}

func slackSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const path = "../../../shared/reference/slack/manifest.schema.2.0.0.json"
	doc, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(withoutLookahead)
	if err := compiler.AddResource("manifest.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// withoutLookahead drops the one construct of the schema's patterns that Go's regexp lacks. It occurs only
// for domains, which Parse refuses altogether.
func withoutLookahead(pattern string) (jsonschema.Regexp, error) {
	return regexp.Compile(strings.ReplaceAll(pattern, `(?![\.\-])`, ""))
}

func asJSON(t *testing.T, doc string) any {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal([]byte(doc), &tree); err != nil {
		t.Fatal(fmt.Errorf("%w in %s", err, doc))
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
