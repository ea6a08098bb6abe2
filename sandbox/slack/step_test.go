package slack

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/steps"
)

// runStep has a workflow come to the step, and gives what the app is told.
func runStep(t *testing.T, s *box, app *rawSocket) (Execution, object) {
	t.Helper()
	e, err := s.Slack.RunStep("omar", "assign_step", map[string]any{"contact": "0544444444", "agent": s.Slack.Person("sara").ID()})
	if err != nil {
		t.Fatal(err)
	}
	f := app.next()
	app.ack(f, nil)
	return e, f.body()
}

func complete(t *testing.T, s *box, id string, outputs any) map[string]any {
	t.Helper()
	return api(t, s, "functions.completeSuccess", map[string]any{"function_execution_id": id, "outputs": outputs})
}

func TestAStepIsToldAndCompleted(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	e, body := runStep(t, s, app)
	event := body.Obj("event")
	if event.Str("type") != "function_executed" || event.Str("function_execution_id") != e.ID || event.Obj("inputs").Str("contact") != "0544444444" ||
		!strings.HasPrefix(event.Str("bot_access_token"), "xwfp-") || event.Str("event_ts") == "" || !strings.HasPrefix(event.Str("workflow_execution_id"), "Wx") {
		t.Errorf("event %v", event)
	}
	f := event.Obj("function")
	if f.Str("callback_id") != "assign_step" || f.Str("type") != "app" || len(f.Objects("input_parameters")) != 2 || f.Objects("output_parameters")[0].Str("name") != "outcome" {
		t.Errorf("function %v", f)
	}
	wantOK(t, complete(t, s, e.ID, map[string]any{"outcome": "assigned", "attempts": 2}))
	now, err := s.Slack.Await(testContext(t), e.ID)
	if err != nil || now.State != steps.Completed || now.Outputs["outcome"] != "assigned" || now.By != "omar" {
		t.Errorf("execution %+v: %v", now, err)
	}
	// A second word on it is refused, whichever it is.
	wantError(t, complete(t, s, e.ID, map[string]any{"outcome": "assigned"}), "execution_not_in_running_state")
	wantError(t, api(t, s, "functions.completeError", map[string]any{"function_execution_id": e.ID, "error": "no"}), "execution_not_in_running_state")
}

func TestOutputsAreCheckedAgainstTheDeclaration(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	e, _ := runStep(t, s, greet(t, s))
	for _, outputs := range []map[string]any{
		{}, {"outcome": 5}, {"outcome": "x", "attempts": "2"}, {"outcome": "x", "attempts": 1.5}, {"outcome": "x", "more": "y"},
	} {
		wantError(t, complete(t, s, e.ID, outputs), "parameter_validation_failed")
		wantBreach(t, s, rule.StepOutputs)
	}
	for _, outputs := range []any{nil, "", []string{"x"}} {
		wantError(t, complete(t, s, e.ID, outputs), "invalid_arguments")
		wantBreach(t, s, rule.BadRequest)
	}
	wantError(t, complete(t, s, "", map[string]any{}), "invalid_arguments")
	wantError(t, api(t, s, "functions.completeError", map[string]any{"function_execution_id": e.ID}), "invalid_arguments")
	wantBreach(t, s, rule.BadRequest, rule.BadRequest)
	wantError(t, complete(t, s, "Fx404", map[string]any{"outcome": "x"}), "function_execution_not_found")
	wantOK(t, api(t, s, "functions.completeError", map[string]any{"function_execution_id": e.ID, "error": "no number"}))
	if now, _ := s.Slack.Execution(e.ID); now.State != steps.Failed || now.Error != "no number" {
		t.Errorf("execution %+v", now)
	}
}

// The token that comes with a step is good for everything until the step is over, and for that step only.
func TestTheTokenOfAStepEndsWithIt(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	e, body := runStep(t, s, app)
	_, other := runStep(t, s, app)
	call := func(token, method, args string) map[string]any {
		reply, _, _ := post(t, s, method, token, "application/json; charset=utf-8", args)
		return reply
	}
	mine, theirs := body.Obj("event").Str("bot_access_token"), other.Obj("event").Str("bot_access_token")
	wantOK(t, call(mine, "auth.test", "{}"))
	done := `{"function_execution_id":"` + e.ID + `","outputs":{"outcome":"assigned"}}`
	wantError(t, call(theirs, "functions.completeSuccess", done), "access_denied")
	wantOK(t, call(mine, "functions.completeSuccess", done))
	wantError(t, call(mine, "auth.test", "{}"), "invalid_auth")
	wantOK(t, call(theirs, "auth.test", "{}"))
}

func TestWorkflowBuilderOffersOnlyWhatIsDeclared(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	for _, c := range []struct {
		step   string
		inputs map[string]any
		why    string
	}{
		{"no_step", nil, "declares no step"},
		{"assign_step", nil, "contact is required"},
		{"assign_step", map[string]any{"contact": 5}, "contact must be string"},
		{"assign_step", map[string]any{"contact": "x", "agent": "U404"}, "none of that id"},
		{"assign_step", map[string]any{"contact": "x", "colour": "red"}, "colour is not declared"},
	} {
		if _, err := s.Slack.RunStep("", c.step, c.inputs); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%v: %v", c, err)
		}
	}
	for _, c := range []struct{ old, new, why string }{
		{"function_runtime: remote", "function_runtime: slack", "function_runtime"},
		{"org_deploy_enabled: true", "org_deploy_enabled: false", "org_deploy_enabled"},
		{"app_mention, function_executed]", "app_mention]", "function_executed"},
	} {
		lacking := begin(t, Config{Manifest: []byte(strings.Replace(testManifest, c.old, c.new, 1))})
		if _, err := lacking.Slack.RunStep("", "assign_step", map[string]any{"contact": "x"}); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", c.new, err)
		}
	}
}

// A step is an event like any other: without a socket, or an answer, it is sent again.
func TestAStepIsSentAgain(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: quick})
	app := greet(t, s)
	e, err := s.Slack.RunStep("", "assign_step", map[string]any{"contact": "x"})
	if err != nil {
		t.Fatal(err)
	}
	first := app.next()
	again := app.next()
	app.ack(again, nil)
	for _, f := range []frame{first, again} {
		if f.body().Obj("event").Str("function_execution_id") != e.ID {
			t.Errorf("frame %+v", f)
		}
	}
	awaitBreach(t, s, rule.AckMissing)
}

func TestMessagesAreReadWhereTheBotIs(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	omar := s.Slack.Person("omar")
	root := omar.Post("#general", "0544444444")
	reply, away := omar.Reply(root, "0555555555"), omar.Post("#support", "0566666666")
	read := func(m Message, ts string) map[string]any {
		return api(t, s, "conversations.replies", map[string]any{"channel": m.Channel, "ts": ts})
	}
	wantError(t, read(root, root.TS), "missing_scope")
	s.Slack.SetScopes("channels:history")
	for m, want := range map[*Message][]string{&root: {"0544444444", "0555555555"}, &reply: {"0555555555"}} {
		var texts []string
		for _, one := range object(wantOK(t, read(*m, m.TS))).Objects("messages") {
			texts = append(texts, one.Str("text"))
		}
		if strings.Join(texts, " ") != strings.Join(want, " ") {
			t.Errorf("read %q, want %q", texts, want)
		}
	}
	wantError(t, read(away, away.TS), "not_in_channel")
	wantError(t, read(root, "1700000000.000001"), "thread_not_found")
	wantError(t, api(t, s, "conversations.replies", map[string]any{"channel": "C404", "ts": root.TS}), "channel_not_found")
	wantError(t, api(t, s, "conversations.replies", map[string]any{"channel": root.Channel}), "invalid_arguments")
	s.TakeBreaches()
}
