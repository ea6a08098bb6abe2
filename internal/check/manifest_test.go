package check

import (
	"slices"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/users"
	"azeer-slack/sandbox/manifest"
)

func TestManifestHasWhatTheProgramNeeds(t *testing.T) {
	t.Parallel()
	m, err := manifest.Parse(azeerslack.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range needs() {
		if !n.holds(m) {
			t.Errorf("manifest.yaml lacks %s: %s", n.what, n.cure)
		}
	}
	for _, s := range users.OptionalScopes {
		if !slices.Contains(m.OptionalBotScopes, s.Name) {
			t.Errorf("manifest.yaml does not offer the scope %s", s.Name)
		}
	}
	if len(m.OptionalBotScopes) != len(users.OptionalScopes) {
		t.Errorf("manifest.yaml offers %v, and the program uses %v", m.OptionalBotScopes, users.OptionalScopes)
	}
	if len(m.BotEvents) != len(payload.Events) {
		t.Errorf("manifest.yaml subscribes to %v, and the program uses %v", m.BotEvents, payload.Events)
	}
	if len(m.BotScopes) != len(users.Scopes) {
		t.Errorf("manifest.yaml asks for the scopes %v, and the program uses %v", m.BotScopes, users.Scopes)
	}
}

func TestTheManifestForWorkflowsHasTheStepBesides(t *testing.T) {
	t.Parallel()
	m, err := manifest.Parse(azeerslack.WorkflowManifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range append(needs(), workflowStep) {
		if !n.holds(m) {
			t.Errorf("%s lacks %s: %s", workflowFile, n.what, n.cure)
		}
	}
	if plain, err := manifest.Parse(azeerslack.Manifest); err != nil || workflowStep.holds(plain) {
		t.Errorf("%s is taken to have %s (%v)", plainFile, workflowStep.what, err)
	}
}

func TestEachNeedIsMissedWhenItIsNotThere(t *testing.T) {
	t.Parallel()
	bare, err := manifest.Parse([]byte("display_information: {name: Bare}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range needs() {
		if n.holds(bare) {
			t.Errorf("a bare manifest is taken to have %s", n.what)
		}
	}
}
