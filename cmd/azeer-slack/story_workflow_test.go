package main

import (
	"strings"
	"testing"
	"time"

	azeerslack "azeer-slack"
	"azeer-slack/bot/workflow"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
	"azeer-slack/sandbox/slack/steps"
)

// withSteps has the app be made from manifest.workflow.yaml.
func withSteps(w *world) { w.cfg.Manifest = azeerslack.WorkflowManifest }

// inputs are those of a step; each pair is a name and its value.
func inputs(pairs ...string) map[string]any {
	all := make(map[string]any)
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

// comes has a workflow come to the step.
func (w *world) comes(in map[string]any) slack.Execution {
	w.t.Helper()
	e, err := w.Slack.RunStep("", workflow.Callback, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// ends waits until a step is over.
func (w *world) ends(e slack.Execution) slack.Execution {
	w.t.Helper()
	now, err := w.Slack.Await(w.ctx, e.ID)
	if err != nil {
		w.t.Fatalf("the step did not end: %v\n%s", err, w.logs.all())
	}
	return now
}

// completes has a workflow go through the step, which must end with that outcome and an explanation that contains
// all of the words.
func (w *world) completes(in map[string]any, outcome string, words ...string) slack.Execution {
	w.t.Helper()
	e := w.ends(w.comes(in))
	explanation, _ := e.Outputs["explanation"].(string)
	if e.State != steps.Completed || e.Outputs["outcome"] != outcome {
		w.t.Fatalf("the step ended with %+v\n%s", e, w.logs.all())
	}
	w.mentionsNobody(explanation, words)
	return e
}

// fails is completes for a step that must fail.
func (w *world) fails(in map[string]any, words ...string) slack.Execution {
	w.t.Helper()
	e := w.ends(w.comes(in))
	if e.State != steps.Failed {
		w.t.Fatalf("the step ended with %+v\n%s", e, w.logs.all())
	}
	w.mentionsNobody(e.Error, words)
	return e
}

// mentionsNobody also checks the words. What a workflow does with a text nobody knows.
func (w *world) mentionsNobody(text string, words []string) {
	w.t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			w.t.Errorf("the step says %q, which lacks %q", text, word)
		}
	}
	if strings.ContainsAny(text, "<>*") {
		w.t.Errorf("the step says %q", text)
	}
}

func TestAWorkflowAssignsAContact(t *testing.T) {
	w := begin(t, withSteps)
	sara, layla := w.person("sara"), w.person("layla")
	e := w.completes(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "on_behalf_of", sara.ID(), "note", "be quick"), "assigned",
		"✅ +966 54 444 4444 now belongs to Omar Hassan (omar@twerlo.com)")
	if e.Outputs["contact"] != "+966544444444" || e.Outputs["agent"] != "omar@twerlo.com" {
		t.Errorf("outputs %v", e.Outputs)
	}
	w.owner("966544444444", "omar@twerlo.com")
	e = w.completes(inputs("contact", "٠٥٤٤٤٤٤٤٤٤", "agent", "أنا", "on_behalf_of", layla.ID()), "assigned", "تم إسناد العميل", "كان لدى")
	w.checkArabic(e.Outputs["explanation"].(string))
	w.owner("966544444444", "layla@twerlo.com")
	w.completes(inputs("contact", "0544444444", "agent", "Sara Ali"), "assigned", "now belongs to Sara Ali")
	sara.types("#general", "/assign history 0544444444")
	m := sara.reads("by you, in a workflow", "by Workflow Builder, in a workflow", "be quick")
	if !strings.Contains(m.Plain(), "by @ليلى أحمد, in a workflow") {
		t.Errorf("the history does not name for whom it was: %s", m.Plain())
	}
	layla.types("#general", "/assign history 0544444444")
	layla.readsArabic("بطلب منك، ", "في سير عمل", "\u2066Workflow Builder\u2069")
}

// Nobody but the workflow is told, in whatever way the agent is named.
func TestAStepTakesAnAgentInEveryForm(t *testing.T) {
	w := onDuty(t, []string{"sara", "layla"}, asItIs, withSteps)
	omar, group := w.Slack.Person("omar").ID(), w.Slack.UserGroups()[0].ID
	w.completes(inputs("contact", "0544444444", "agent_user", omar), "assigned", "Omar Hassan")
	w.completes(inputs("contact", "0555555555", "agent_group", group), "assigned", "now belongs to")
	w.completes(inputs("contact", "0566666666", "agent", "@support-oncall"), "assigned", "now belongs to")
	w.completes(inputs("contact", "0577777777", "agent", "<@"+omar+">"), "assigned", "Omar Hassan")
	for _, owner := range []string{w.Azeer.Owner("966555555555"), w.Azeer.Owner("966566666666")} {
		if owner != "sara@twerlo.com" && owner != "layla@twerlo.com" {
			t.Errorf("a contact for those on duty belongs to %q", owner)
		}
	}
}

// The answers of a form, or the text of a message, hold a number somewhere.
func TestAStepFindsTheNumberInAText(t *testing.T) {
	w := begin(t, withSteps)
	for _, text := range []string{
		"Khalid 0544444444", "Please call <tel:+966544444444|+966 54 444 4444> about order 0512345678", "الاسم: خالد\nالجوال: ٠٥٤٤٤٤٤٤٤٤\nالمدينة: جدة",
		strings.Repeat("long ", 200) + "phone 0544444444",
	} {
		w.completes(inputs("contact", text, "agent", "omar@twerlo.com"), "assigned", "+966 54 444 4444")
	}
	w.fails(inputs("contact", "call 0544444444 or 0555555555", "agent", "omar@twerlo.com"), "Nothing was done", "one phone number", "there are 2")
}

// inputsOf names a message in place of a number.
func inputsOf(m slack.Message, pairs ...string) map[string]any {
	all := inputs(pairs...)
	all["message"] = map[string]any{"channel_id": m.Channel, "message_ts": m.TS}
	return all
}

// mayRead grants the scopes with which messages can be read.
func (w *world) mayRead() {
	w.Slack.SetScopes(append(w.Slack.Scopes(), "channels:history", "groups:history")...)
}

// As where a workflow starts with an emoji on a message.
func TestAStepFindsTheNumberInAMessage(t *testing.T) {
	w := begin(t, withSteps)
	sara := w.person("sara")
	w.mayRead()
	m := sara.Post("#general", "Who calls 0544444444 about order 0512345678?")
	e := w.completes(inputsOf(m, "agent", "omar@twerlo.com", "on_behalf_of", sara.ID()), "assigned", "now belongs to Omar Hassan")
	if e.Outputs["contact"] != "+966544444444" {
		t.Errorf("outputs %v", e.Outputs)
	}
	reply := sara.Reply(m, "and then ٠٥٥٥٥٥٥٥٥٥")
	w.completes(inputsOf(reply, "agent", "omar@twerlo.com"), "assigned", "+966 55 555 5555")
	sara.types("#general", "/assign history 0544444444")
	sara.reads("by you, in a workflow in #general")
	w.fails(inputsOf(m, "agent", "omar@twerlo.com", "contact", "0544444444"), "Nothing was done", "only one of")
	w.fails(inputsOf(sara.Post("#general", "0544444444 and 0555555555"), "agent", "omar@twerlo.com"), "Nothing was done", "there are 2")
	w.fails(inputsOf(sara.Post("#general", "who?"), "agent", "omar@twerlo.com"), "Nothing was done")
}

func TestAMessageThatCannotBeReadIsSaidSo(t *testing.T) {
	w := begin(t, withSteps)
	sara, layla := w.person("sara"), w.Slack.Person("layla").ID()
	m := sara.Post("#support", "0544444444")
	w.fails(inputsOf(m, "agent", "omar@twerlo.com"), "Nothing was done", "channels:history")
	w.checkArabic(w.fails(inputsOf(m, "agent", "omar@twerlo.com", "on_behalf_of", layla), "لم يتم أي إجراء").Error)
	w.mayRead()
	w.fails(inputsOf(m, "agent", "omar@twerlo.com"), "Nothing was done", "must be in its channel") // which it is not
	w.checkArabic(w.fails(inputsOf(m, "agent", "omar@twerlo.com", "on_behalf_of", layla), "لم يتم أي إجراء").Error)
	w.Slack.Invite("#support", "bot")
	w.completes(inputsOf(m, "agent", "omar@twerlo.com"), "assigned")
}

func TestAStepThatIsFilledInWrongFails(t *testing.T) {
	w := begin(t, withSteps)
	layla, omar := w.Slack.Person("layla").ID(), w.Slack.Person("omar").ID()
	w.fails(inputs("contact", "0544444444"), "Nothing was done", "who gets the contact")
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "agent_user", omar), "Nothing was done", "more than once")
	w.fails(inputs("contact", "05444", "agent", "omar@twerlo.com"), "Nothing was done", "too short")
	w.fails(inputs("contact", "", "agent", "omar@twerlo.com"), "Nothing was done")
	w.fails(inputs("contact", "0544444444", "agent", "me"), "Nothing was done", "On behalf of")
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "note", strings.Repeat("x", 501)), "Nothing was done", "500")
	for _, in := range []map[string]any{
		inputs("contact", "0544444444", "on_behalf_of", layla), inputs("contact", "05444", "agent", "omar@twerlo.com", "on_behalf_of", layla),
		inputs("contact", "0544444444 0555555555", "agent", "omar@twerlo.com", "on_behalf_of", layla),
	} {
		w.checkArabic(w.fails(in, "لم يتم أي إجراء").Error)
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

// A workflow that goes on must not tell people of what was not done.
func TestAStepFailsWhereTheContactWasNotAssigned(t *testing.T) {
	w := begin(t, withSteps)
	layla := w.Slack.Person("layla").ID()
	w.fails(inputs("contact", "0544444444", "agent", "omr"), "Not assigned: +966 54 444 4444", "no agent called “omr”", "Did you mean Omar Hassan")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404, Body: `{"message":"<!channel> unknown"}`})
	if e := w.ends(w.comes(inputs("contact", "0544444444", "agent", "omar@twerlo.com"))); e.State != steps.Failed || !strings.Contains(e.Error, "Azeer says") {
		t.Errorf("the step ended with %+v", e)
	}
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404, Body: `{"message":"unknown"}`})
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "on_behalf_of", layla), "لم يُسنَد العميل")
}

// Not known is what it is, and not a failure.
func TestAStepSaysWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	w := prepare(t, withSteps)
	w.azeerTimeout = 100 * time.Millisecond
	w.run()
	w.Azeer.Always(azeer.Misbehaviour{Hang: true})
	first := w.comes(inputs("contact", "0544444444", "agent", "omar@twerlo.com"))
	if err := w.Azeer.WaitAssigns(w.ctx, 1); err != nil {
		t.Fatal(err)
	}
	layla := inputs("contact", "0544444444", "agent", "sara@twerlo.com", "on_behalf_of", w.Slack.Person("layla").ID())
	e := w.completes(layla, "unknown", "غير مؤكد", "Sara Ali")
	w.checkArabic(e.Outputs["explanation"].(string))
	if e := w.ends(first); e.Outputs["outcome"] != "unknown" || e.Outputs["agent"] != "omar@twerlo.com" {
		t.Errorf("the first step ended with %+v", e)
	}
}

func TestANewerRequestReplacesAStep(t *testing.T) {
	w := begin(t, withSteps)
	sara := w.person("sara")
	w.Azeer.Always(azeer.Misbehaviour{Status: 503})
	e := w.comes(inputs("contact", "0544444444", "agent", "omar@twerlo.com"))
	if err := w.Azeer.WaitAssigns(w.ctx, 1); err != nil {
		t.Fatal(err)
	}
	w.Azeer.Behave()
	sara.types("#general", "/assign 0544444444 me")
	sara.reads("now belongs to Sara Ali")
	if e = w.ends(e); e.Outputs["outcome"] != "superseded" || !strings.Contains(e.Outputs["explanation"].(string), "Replaced by a newer request") {
		t.Errorf("the step ended with %+v", e)
	}
	w.owner("966544444444", "sara@twerlo.com")
}

// A step for somebody has their rights, and is in no channel.
func TestAStepHasTheRightsOfThePerson(t *testing.T) {
	t.Parallel()
	w := prepare(t, withSteps)
	sara, layla, omar := w.Slack.Person("sara").ID(), w.Slack.Person("layla").ID(), w.Slack.Person("omar").ID()
	w.settings["ALLOWED_USERS"] = sara + "," + w.Slack.Person("guest").ID()
	w.run()
	may := func(who string) map[string]any {
		return inputs("contact", "0544444444", "agent_user", omar, "on_behalf_of", who)
	}
	w.completes(may(sara), "assigned")
	w.fails(may(omar), "Nothing was done", "can't assign contacts")
	w.fails(may(w.Slack.Person("guest").ID()), "Nothing was done", "can't assign contacts")
	w.checkArabic(w.fails(may(layla), "لم يتم أي إجراء").Error)
	w.fails(inputs("contact", "0544444444", "agent_user", omar), "Nothing was done", "Fill in “On behalf of”")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestAStepIsInTheChannelOfItsMessageOnly(t *testing.T) {
	t.Parallel()
	w := prepare(t, withSteps)
	w.settings["ALLOWED_CHANNELS"] = w.Slack.ChannelID("#support")
	w.run()
	w.mayRead()
	w.Slack.Invite("#support", "bot")
	sara := w.Slack.Person("sara").ID()
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "on_behalf_of", sara), "Nothing was done", "only in certain channels")
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com"), "Nothing was done", "On behalf of")
	there, elsewhere := w.Slack.Person("sara").Post("#support", "0544444444"), w.Slack.Person("sara").Post("#general", "0544444444")
	w.completes(inputsOf(there, "agent", "omar@twerlo.com", "on_behalf_of", sara), "assigned")
	w.fails(inputsOf(elsewhere, "agent", "omar@twerlo.com", "on_behalf_of", sara), "Nothing was done", "only in certain channels")
}

// Guests may start workflows: what these do for them is as if they asked themselves.
func TestAStepForAGuestIsRefused(t *testing.T) {
	w := begin(t, withSteps)
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "on_behalf_of", w.Slack.Person("guest").ID()), "can't assign contacts")
	w.Slack.FailAPI("users.info", -1, slack.Failure{Error: "fatal_error"})
	w.fails(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "on_behalf_of", w.Slack.Person("sara").ID()), "Slack could not tell me", "again in a minute")
}

// The same step, sent again, is one request; the same request of another workflow is told that it is under way.
func TestAStepIsCarriedOutOnce(t *testing.T) {
	w := begin(t, withSteps)
	w.Azeer.Always(azeer.Misbehaviour{Hang: true})
	in := inputs("contact", "0544444444", "agent", "omar@twerlo.com")
	first := w.comes(in)
	if err := w.Azeer.WaitAssigns(w.ctx, 1); err != nil {
		t.Fatal(err)
	}
	again, _ := w.Slack.Delivery(first.Envelope)
	w.Slack.Redeliver(&again)
	w.completes(in, "joined", "Already on it", "+966 54 444 4444")
	w.restart(w.Azeer.Behave)
	w.Slack.Redeliver(&again) // to a process that has only the journal
	if e := w.ends(first); e.Outputs["outcome"] != "assigned" {
		t.Errorf("the step ended with %+v", e)
	}
	w.completes(inputs("contact", "0555555555", "agent", "omar@twerlo.com"), "assigned") // comes after it
	if n := len(w.Slack.APICalls("functions.completeSuccess")); n != 3 {
		t.Errorf("completed %d times, want 3", n)
	}
}

// What is accepted is completed, through a restart and whatever Slack says to it.
func TestAStepIsCompletedInTheEnd(t *testing.T) {
	w := begin(t, withSteps)
	for _, failure := range []slack.Failure{{Error: "internal_error"}, {Status: 503}, {Reset: true}, {Reset: true, AfterDoing: true}} {
		w.Slack.FailAPI("functions.completeSuccess", 2, failure)
		w.completes(inputs("contact", "0544444444", "agent", "omar@twerlo.com"), "assigned")
		w.Slack.FailAPI("functions.completeSuccess", 0, slack.Failure{})
	}
	w.Slack.FailAPI("functions.completeError", 5, slack.Failure{Error: "service_unavailable"})
	w.fails(inputs("contact", "05444", "agent", "omar@twerlo.com"), "too short")

	w.Azeer.Always(azeer.Misbehaviour{Status: 503})
	e := w.comes(inputs("contact", "0544444444", "agent", "sara@twerlo.com", "on_behalf_of", w.Slack.Person("layla").ID()))
	if err := w.Azeer.WaitAssigns(w.ctx, 5); err != nil {
		t.Fatal(err)
	}
	w.restart(w.Azeer.Behave)
	if e = w.ends(e); e.Outputs["outcome"] != "assigned" || !strings.Contains(e.Outputs["explanation"].(string), "تم إسناد العميل") {
		t.Errorf("the step ended with %+v", e)
	}
}

// Slack sends an event for minutes to an app that is away. What was asked for since has the last word.
func TestALateStepDoesNotOverruleWhatCameSince(t *testing.T) {
	w := begin(t, withSteps, limits(slack.Limits{Retries: []time.Duration{time.Millisecond, 4 * time.Second, 5 * time.Second}}))
	sara := w.person("sara")
	w.Slack.Mute()
	e := w.comes(inputs("contact", "0544444444", "agent", "omar@twerlo.com"))
	other := w.comes(inputs("contact", "0555555555", "agent", "omar@twerlo.com"))
	w.restart(func() { w.Slack.Unmute() })
	sara.types("#general", "/assign 0544444444 me")
	sara.reads("now belongs to Sara Ali")
	if e = w.ends(e); e.Outputs["outcome"] != "superseded" || !strings.Contains(e.Outputs["explanation"].(string), "newer request") {
		t.Errorf("the step ended with %+v", e)
	}
	if e = w.ends(other); e.Outputs["outcome"] != "assigned" { // nothing stands in its way
		t.Errorf("the other step ended with %+v", e)
	}
	w.owner("966544444444", "sara@twerlo.com")
	w.TakeBreaches()
}

// In the audit channel, and to new owners, a workflow for nobody is called by its name.
func TestAWorkflowIsNamedWhereNobodyAsked(t *testing.T) {
	w := beginAudit(t, true, withSteps, with("NOTIFY_AGENTS", "true"))
	manager, omar := w.person("manager"), w.person("omar")
	w.completes(inputs("contact", "0544444444", "agent", "omar@twerlo.com", "note", "He waits since Monday"), "assigned")
	manager.readsAudit("Assigned to Omar Hassan", "by Workflow Builder, in a workflow")
	m := omar.reads("Workflow Builder gave you", "+966 54 444 4444", "He waits since Monday")
	omar.clicks(m, "I have it")
	omar.reads("You have it")
	manager.readsAudit("Omar Hassan")
}

// An app made from another version's manifest may send what this version does not know.
func TestAnUnknownStepFails(t *testing.T) {
	w := begin(t, func(w *world) {
		w.cfg.Manifest = []byte(strings.Replace(string(azeerslack.WorkflowManifest), workflow.Callback+":", "another_step:", 1))
	})
	e, err := w.Slack.RunStep("", "another_step", inputs("contact", "0544444444"))
	if err != nil {
		t.Fatal(err)
	}
	if e = w.ends(e); e.State != steps.Failed || !strings.Contains(e.Error, "no such step") {
		t.Errorf("the step ended with %+v", e)
	}
}
