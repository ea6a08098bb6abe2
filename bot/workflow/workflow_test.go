package workflow

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
	"azeer-slack/sandbox/manifest"
)

// What the program reads and writes is what the manifest declares, and all of it.
func TestTheManifestDeclaresTheStep(t *testing.T) {
	m, err := manifest.Parse(azeerslack.WorkflowManifest)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := m.Function(Callback)
	if !ok {
		t.Fatalf("the manifest declares no %s", Callback)
	}
	names := func(all []manifest.Parameter) (sorted []string) {
		for _, p := range all {
			sorted = append(sorted, p.Name)
		}
		slices.Sort(sorted)
		return sorted
	}
	if inputs := inputsOf(t); !slices.Equal(names(f.Inputs), inputs) {
		t.Errorf("inputs %v, declared %v", inputs, names(f.Inputs))
	}
	a := assign.Assignment{Request: assign.Request{Contact: phone.New("966544444444")}}
	a.Outcome = assign.Outcome{Kind: assign.Assigned, Agent: agent.Agent{PlatformID: agent.NewEmail("omar@twerlo.com")}}
	if outputs := slices.Sorted(maps.Keys(endOf(a, "done").outputs)); !slices.Equal(names(f.Outputs), outputs) {
		t.Errorf("outputs %v, declared %v", outputs, names(f.Outputs))
	}
	for _, p := range f.Outputs {
		if p.Type != "string" {
			t.Errorf("%s is a %s, and the program sends strings", p.Name, p.Type)
		}
	}
}

// inputsOf are the inputs that read.go has names for, and the one that payload has.
func inputsOf(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("read.go")
	if err != nil {
		t.Fatal(err)
	}
	inputs := []string{payload.InputBehalf}
	for _, found := range regexp.MustCompile(`(?m)^\tinput[A-Z]\w* += "(\w+)"`).FindAllSubmatch(source, -1) {
		inputs = append(inputs, string(found[1]))
	}
	slices.Sort(inputs)
	return inputs
}

// A workflow that only looks whether its step failed must not take for done what was not.
func TestOnlyWhatMayBeDoneEndsWell(t *testing.T) {
	for _, kind := range assign.OutcomeKinds {
		how := endOf(assign.Assignment{Outcome: assign.Outcome{Kind: kind}}, "why")
		want := map[assign.OutcomeKind]string{
			assign.Assigned: assigned, assign.Unknown: unknown, assign.Expired: unknown, assign.Superseded: superseded,
		}[kind]
		if how.outputs["outcome"] != want || (want == "") != (how.failed == "why") {
			t.Errorf("%s ends with %+v", kind, how)
		}
	}
	noReply := assign.Assignment{Outcome: assign.Outcome{Kind: assign.Superseded, Reason: assign.NoReply}}
	if how := endOf(noReply, "why"); how.outputs["outcome"] != unknown {
		t.Errorf("superseded after no reply ends with %+v", how)
	}
}

func testReader(t testing.TB) reader {
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return reader{render.New(catalogue, render.Config{}).Default, "SA"}
}

// Law: whatever a step is filled in with, it is read as a request in full, or refused with a reason.
func FuzzInputs(f *testing.F) {
	for _, seed := range []string{
		`{"contact":"0544444444","agent":"omar@twerlo.com"}`, `{"contact":"call 0544444444 now","agent_user":"U0OMAR","note":"be quick"}`,
		`{"contact":5,"agent":null}`, `{"contact":"0544444444 0555555555","agent_group":"S0DUTY"}`, `{"contact":"0544444444","agent":"me","on_behalf_of":{"id":"U1"}}`,
	} {
		f.Add([]byte(seed))
	}
	r := testReader(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := payload.Event{Type: Executed, Execution: "Fx1"}
		if json.Unmarshal(raw, &e.Inputs) != nil {
			return
		}
		request, wrong := r.read(e, e.Input(inputContact))
		if wrong == "" && (request.Contact.IsZero() || request.Agent.IsZero() || request.Reply == "") {
			t.Errorf("%s is read as %+v", raw, request)
		}
	})
}
