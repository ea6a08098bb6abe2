package render

import (
	"fmt"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/bot/payload"

	"github.com/slack-go/slack"
)

// everyAbsence is one of each, with words that must not do harm.
var everyAbsence = []duty.Passed{
	{Name: "Sara Ali", Absence: duty.Absence{Reason: duty.Away, Says: "On holiday <!channel> & *bold*"}},
	{Name: "Nora", Absence: duty.Absence{Reason: duty.Away}},
	{Name: "ليلى أحمد", Absence: duty.Absence{Reason: duty.Undisturbed}},
	{Name: "Dana", Absence: duty.Absence{Reason: duty.Deactivated}},
	{Name: "Faisal", Absence: duty.Absence{Reason: duty.NotAnAgent}},
	{Name: "Huda", Absence: duty.Absence{Reason: duty.Inactive}},
	{Name: "<@U1>", Absence: duty.Absence{Reason: duty.Unread}},
	{Name: "Huda Karim", Absence: duty.Absence{Reason: duty.HasIt}},
}

var goldenGroup = agent.RefGroup("S0ONCALL", "support-oncall")

// goldenChoice is how a group's contact ended.
func goldenChoice(o assign.Outcome, d duty.Decision) assign.Assignment {
	a := goldenOutcome(o)
	d.Group = "support-oncall"
	a.Agent, a.Choice = goldenGroup, &duty.Choice{Agent: o.Agent, Decision: d}
	return a
}

func goldenDuty(v Renderer) map[string]Message {
	omar, layla := to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")
	done := assign.Outcome{Kind: assign.Assigned, Agent: omar}
	messages := make(map[string]Message)
	for _, why := range []duty.Why{duty.Alone, duty.Fewest, duty.Longest, duty.Turn} {
		messages["duty_"+string(why)] = v.Outcome(goldenChoice(done, duty.Decision{Why: why, Given: 2}), agent.Agent{})
	}
	messages["duty_first"] = v.Outcome(goldenChoice(done, duty.Decision{Why: duty.Longest}), layla)
	messages["duty_passed"] = v.Outcome(goldenChoice(done, duty.Decision{Why: duty.Fewest, Passed: everyAbsence, More: 3}), agent.Agent{})
	messages["duty_nobody"] = v.Outcome(goldenChoice(assign.Outcome{Kind: assign.Refused, Reason: assign.NobodyOnDuty}, duty.Decision{Passed: everyAbsence, More: 3}), agent.Agent{})
	messages["duty_no_group"] = v.Outcome(goldenChoice(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchGroup}, duty.Decision{}), agent.Agent{})
	messages["duty_interim"] = v.Interim(assign.Assignment{Request: assign.Request{Requester: "U0MANAGER", Contact: goldenRequest.Contact, Agent: goldenGroup}})
	messages["duty_audit"] = v.Audited(goldenChoice(done, duty.Decision{Why: duty.Fewest}), false, "Sara Ali", ShortPerson(v.Person(omar)))
	for name, absence := range map[string]duty.Absence{
		"away":             {Reason: duty.Away, Says: "On holiday <!channel>"},
		"away_until":       {Reason: duty.Away, Says: ":palm_tree:", Until: goldenTime},
		"away_undisturbed": {Reason: duty.Undisturbed, Until: goldenTime},
	} {
		messages[name] = v.Outcome(goldenOutcome(done), agent.Agent{}, v.AwayLine(omar, absence))
	}
	b := goldenBatch(7, done, assign.Outcome{Kind: assign.Assigned, Agent: layla}, done, assign.Outcome{Kind: assign.Refused, Reason: assign.NobodyOnDuty})
	for i, m := range b.Members {
		b.Members[i].Agent = goldenGroup
		b.Members[i].Choice = &duty.Choice{Agent: m.Outcome.Agent, Decision: duty.Decision{Group: "support-oncall", Passed: everyAbsence[:2]}}
	}
	messages["duty_batch"] = v.BatchOutcome(b)
	messages["duty_batch_audit"] = v.BatchAudited(b, "Sara Ali", "@support-oncall")
	messages["duty_now"] = v.DutyNow(goldenDuties())
	messages["duty_unset"] = v.DutyNow(nil)
	return messages
}

// goldenDuties are groups in every state.
func goldenDuties() []Duty {
	omar, layla := to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")
	group := func(handle string, passed ...duty.Passed) duty.Found {
		return duty.Found{Group: duty.Group{Handle: handle}, Decision: duty.Decision{Group: handle, Passed: passed}}
	}
	off := group("retired")
	off.Group.Disabled = true
	return []Duty{
		{Ref: goldenGroup, Found: group("support-oncall", everyAbsence[0]), Loads: []duty.Load{{Agent: layla, Given: 4}, {Agent: omar, Given: 2}}, Next: 1},
		{Ref: agent.RefGroup("S0NIGHT", ""), Found: group("night"), Loads: []duty.Load{{Agent: layla}}},
		{Ref: agent.RefGroup("S0EMPTY", ""), Found: group("empty", everyAbsence...), Next: -1},
		{Ref: agent.RefGroup("S0OFF", ""), Found: off, Next: -1},
		{Ref: agent.RefGroup("S0UNREAD", ""), Next: -1, Unread: true},
	}
}

// goldenDutyMenu is the menu of the form as Slack asks for it.
func goldenDutyMenu(v Renderer) string {
	groups := v.Group(v.DutyOptions(goldenDuties()), nil, v.Suggest("", sampleAgents(), false))
	return payload.Encode(groups)
}

// goldenDutyForms are the form whose agent is away, and the one with its menu open.
func goldenDutyForms(v Renderer, from payload.Address) map[string]any {
	away := v.Form(starting(Draft{Contact: "+971501234567", Agent: "omar@twerlo.com"}), from)
	InsertLines(&away, v.AwayBlock(to("Omar Hassan", "omar@twerlo.com"), duty.Absence{Reason: duty.Away, Says: "On holiday", Until: goldenTime}))
	menu := v.Form(starting(Draft{}), from)
	for _, block := range menu.Blocks.BlockSet {
		if input, ok := block.(*slack.InputBlock); ok && input.BlockID == BlockAgent {
			groups := v.Group(v.DutyOptions(goldenDuties()), nil, v.Suggest("", sampleAgents(), false))
			input.Element = slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, nil, BlockAgent, groups...)
		}
	}
	return map[string]any{
		"form_away": away, "form_duty": menu, "form_group": v.Form(starting(Draft{Agent: v.typedAgain(goldenGroup)}), from),
		"home_duty": v.Home(HomeContent{Reader: "U0MANAGER", Now: goldenTime, Duty: goldenDuties()}),
	}
}

func TestWhoIsOnDutyIsOnTopOfTheMenu(t *testing.T) {
	v := testVoices(t).ByLanguage["en"]
	menu := goldenDutyMenu(v)
	menu = strings.NewReplacer("\u2068", "", "\u2069", "").Replace(menu)
	for _, want := range []string{
		`"label":{"type":"plain_text","text":"On duty",`, `"On duty: @support-oncall (Omar Hassan, ليلى أحمد)"`, `"group:S0ONCALL|support-oncall"`,
		`"On duty: @night (ليلى أحمد)"`, `"On duty: @empty (nobody)"`, `"On duty: @S0UNREAD"`, `"text":"All others"`,
	} {
		if !strings.Contains(menu, want) {
			t.Errorf("the menu lacks %s:\n%s", want, menu)
		}
	}
	for typed, want := range map[string]int{"": 5, "@sup": 1, "NIGHT": 1, "omar": 0} {
		if got := len(DutyCalled(goldenDuties(), typed)); got != want {
			t.Errorf("%q means %d groups, want %d", typed, got, want)
		}
	}
	if groups := v.Group(nil, nil, v.Suggest("", sampleAgents(), false)); groups != nil {
		t.Errorf("groups of nothing: %v", groups)
	}
	many := make([]Duty, 40)
	for i := range many {
		many[i] = goldenDuties()[0]
		many[i].Ref = agent.RefGroup(fmt.Sprint("S0", i), "support-oncall")
	}
	if size := len(payload.Encode(v.Group(v.DutyOptions(many), sampleAgents(), v.Suggest("", sampleAgents(), false)))); size > 20_000 {
		t.Errorf("the menu has %d bytes", size)
	}
}

// A mention of a group would notify all of it.
func TestNobodyOfAGroupIsNotified(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		for name, m := range goldenDuty(v) {
			if text := payload.Encode(m); strings.Contains(text, "<!subteam") && !strings.Contains(text, `\"a\":`) && !strings.Contains(text, `\"c\":`) || strings.Contains(text, "<!channel>") {
				t.Errorf("%s: %s notifies: %s", language, name, text)
			}
		}
	}
}

func TestWhoMayHaveAGroupsContactIsMeantAgain(t *testing.T) {
	omar := to("Omar Hassan", "omar@twerlo.com")
	unknown := goldenChoice(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Agent: omar}, duty.Decision{})
	if got := RequestAgain(unknown).Agent; got != "email:omar@twerlo.com" {
		t.Errorf("again for %s", got)
	}
	failed := goldenChoice(assign.Outcome{Kind: assign.Failed, Reason: assign.Busy, Agent: omar}, duty.Decision{})
	if got := RequestAgain(failed).Agent; got != goldenGroup.Encode() {
		t.Errorf("again for %s", got)
	}
}

// A group as it was typed is what the form starts with.
func TestAGroupSurvivesTheForm(t *testing.T) {
	v := testVoices(t).ByLanguage["en"]
	form := payload.Encode(v.Form(FormContent{Draft: Draft{Agent: v.typedAgain(goldenGroup)}}, payload.Address{Channel: "C1"}))
	if !strings.Contains(form, `"group:S0ONCALL|support-oncall"`) || strings.Contains(form, "You typed") {
		t.Errorf("the form is %s", form)
	}
}
