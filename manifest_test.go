package azeerslack_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/sandbox/manifest"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// Whatever is changed in one of the manifests has to be changed in the other: they differ in what steps need,
// and in nothing else.
func TestTheManifestsStayInStep(t *testing.T) {
	t.Parallel()
	var plain, steps map[string]any
	for doc, tree := range map[*map[string]any][]byte{&plain: azeerslack.Manifest, &steps: azeerslack.WorkflowManifest} {
		if err := yaml.Unmarshal(tree, doc); err != nil {
			t.Fatal(err)
		}
		if _, err := manifest.Parse(tree); err != nil {
			t.Error(err)
		}
	}
	settings, events := steps["settings"].(map[string]any), func(m map[string]any) map[string]any {
		return m["settings"].(map[string]any)["event_subscriptions"].(map[string]any)
	}
	if settings["org_deploy_enabled"] != true || settings["function_runtime"] != "remote" {
		t.Error("Slack offers no steps of such an app")
	}
	bot := events(steps)["bot_events"].([]any)
	if at := slices.Index(bot, any("function_executed")); at < 0 {
		t.Error("the app does not hear of its steps")
	} else {
		events(steps)["bot_events"] = slices.Delete(bot, at, at+1)
	}
	scopes := steps["oauth_config"].(map[string]any)["scopes"].(map[string]any)
	optional := scopes["bot_optional"].([]any)
	scopes["bot_optional"] = slices.DeleteFunc(optional, func(scope any) bool { return scope == "channels:history" || scope == "groups:history" })
	about := steps["display_information"].(map[string]any)
	about["long_description"] = strings.NewReplacer("mention it, those", "mention it and those", ` on, and those that a workflow names. It`, ` on, and it`).
		Replace(about["long_description"].(string))
	settings["org_deploy_enabled"] = false
	delete(settings, "function_runtime")
	if names := slices.Collect(maps.Keys(steps["functions"].(map[string]any))); !slices.Equal(names, []string{"assign_contact_step"}) {
		t.Errorf("steps %v", names)
	}
	delete(steps, "functions")
	if diff := cmp.Diff(plain, steps); diff != "" {
		t.Errorf("manifest.yaml and manifest.workflow.yaml differ:\n%s", diff)
	}
}
