package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"
	"azeer-slack/sandbox/blockkit"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every message and view has a golden file in every language, which can be pasted into
// Block Kit Builder, and which the sandbox's validator accepts.

// inEachLanguage gives what each language of the catalogue adds to the name of a golden file.
func inEachLanguage(t *testing.T) map[string]string {
	t.Helper()
	suffixes := make(map[string]string)
	for language := range testVoices(t).ByLanguage {
		suffixes[language] = "." + language
	}
	suffixes["en"] = ""
	return suffixes
}

func TestMessagesAreAsGolden(t *testing.T) {
	for language, suffix := range inEachLanguage(t) {
		v := testVoices(t).ByLanguage[language]
		for name, m := range goldenMessages(v) {
			t.Run(name+suffix, func(t *testing.T) {
				checkGoldenMessage(t, name, golden(t, "message_"+name+suffix, m))
				if language == "ar" {
					checkDirections(t, m)
				}
			})
		}
	}
}

func checkGoldenMessage(t *testing.T, name string, raw []byte) {
	t.Helper()
	for _, problem := range blockkit.Message(raw) {
		t.Errorf("%s at %s", problem.Message, problem.Pointer)
	}
	if strings.Contains(string(raw), "<!channel>") && !strings.Contains(name, "hostile") {
		t.Error("pings the channel")
	}
}

// goldenRequest is what the golden messages are about.
var goldenRequest = assign.Request{Requester: "U0MANAGER", Contact: phone.New("966544444444"), Agent: agent.RefEmail("omar@twerlo.com")}

var goldenTime = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func goldenOutcome(o assign.Outcome) assign.Assignment {
	return assign.Assignment{ID: 17, AcceptedAt: goldenTime, Outcome: o, Request: goldenRequest}
}

func goldenMessages(v Renderer) map[string]Message {
	omar, layla := to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")
	outcome := func(o assign.Outcome) Message { return v.Outcome(goldenOutcome(o), agent.Agent{}) }
	newer := assign.Assignment{ID: 18, AcceptedAt: goldenTime, Request: assign.Request{Requester: "U0SARA", Agent: agent.RefEmail("sara@twerlo.com")}}
	messages := map[string]Message{
		"assigned":             outcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}),
		"assigned_arabic_name": outcome(assign.Outcome{Kind: assign.Assigned, Agent: layla}),
		"no_such_agent": outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent,
			Nearest: agent.Nearest{Agents: []agent.Agent{omar, layla}}}),
		"not_found_hostile": outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NotFound, Status: 404, Agent: omar,
			Said: "<!channel> no & <https://example.com|such> contact " + strings.Repeat("x", 5000)}),
		"key_refused":        outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.KeyRefused, Status: 401, Agent: omar}),
		"server_error":       outcome(assign.Outcome{Kind: assign.Failed, Reason: assign.ServerError, Status: 502, Agent: omar}),
		"unknown":            outcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Agent: omar}),
		"expired":            outcome(assign.Outcome{Kind: assign.Expired, Agent: omar}),
		"superseded":         outcome(assign.Outcome{Kind: assign.Superseded, Agent: omar, Newer: &newer}),
		"unknown_answered":   outcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Status: 409, Said: "assigned already", Agent: omar}),
		"superseded_no_word": outcome(assign.Outcome{Kind: assign.Superseded, Reason: assign.NoReply, Agent: omar, Newer: &newer}),
		"interim":            v.Interim(assign.Assignment{Request: goldenRequest}),
		"interim_unreached":  v.Interim(assign.Assignment{Request: goldenRequest, Outcome: assign.Outcome{Reason: assign.Unreachable}}),
		"undo_where":         v.UndoWhere("/assign"),
		"history_which":      v.HistoryWhich("/assign"),
		"assigned_again":     v.Outcome(goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}), omar),
		"joined":             v.Notice("joined", v.InProgress(assign.Request{Requester: "U0MANAGER", Contact: goldenRequest.Contact, Agent: agent.RefMe()})),
		"not_stored":         v.NotStored(goldenRequest, false),
		"stored_late":        v.NotStored(goldenRequest, true),
		"broken":             v.Notice("broken", texts.Data{"Reference": "ABCD1234"}),
		"overtaken":          v.Overtaken(goldenRequest, newer, RequestAgain(newer)),
		"form_late":          v.Unopened(true, Draft{Contact: "0544444444"}),
		"form_refused":       v.Unopened(false, Draft{Contact: "0544444444"}),
		"help":               v.Help("/assign"),
		"mention_help":       v.MentionHelp("U0AZEER"),
		"mention_late":       v.MentionLate(goldenRequest, RequestAgain(newer)),
		"late":               v.Late(goldenRequest, RequestAgain(newer)),
		"late_click":         v.Notice("late_click", nil),
		"no_such_word":       v.PerhapsMeant("histroy", SubcommandRequest{"/assign", HistoryCommand, "0544444444"}, "/assign history 0544444444"),
	}
	maps.Copy(messages, goldenBatches(v))
	admin := goldenOutcome(assign.Outcome{Kind: assign.Refused, Reason: assign.KeyRefused, Status: 401, Agent: omar})
	of := v
	of.admins = mentions([]string{admin.Requester})
	messages["key_refused_admin"] = of.Outcome(admin, agent.Agent{})
	named := admin
	named.Agent, named.Outcome = agent.RefName("omr"), assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent}
	messages["no_such_agent_name"] = v.Outcome(named, agent.Agent{})
	named.Agent, named.Outcome = agent.RefName("omar"), assign.Outcome{Kind: assign.Refused, Reason: assign.AmbiguousAgent,
		Nearest: agent.Nearest{Agents: []agent.Agent{omar, to("Omar Hassan", "omar.h@twerlo.com")}}}
	messages["ambiguous_namesakes"] = v.Outcome(named, agent.Agent{})
	named.Agent, named.Outcome = agent.RefMe(), assign.Outcome{Kind: assign.Refused, Reason: assign.NotAnAgent}
	messages["me_no_agent"] = v.Outcome(named, agent.Agent{})
	messages["me_no_agent_admin"] = of.Outcome(named, agent.Agent{})
	mexican := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar, Contact: phone.New("5215512345678")})
	mexican.Contact = phone.New("525512345678")
	messages["assigned_other_form"] = v.Outcome(mexican, agent.Agent{})
	mexican.Outcome = assign.Outcome{Kind: assign.Refused, Reason: assign.NotFound, Status: 404, Agent: omar}
	messages["not_found_forms"] = v.Outcome(mexican, agent.Agent{})
	for name, typed := range map[string]string{
		"hostile": "<!channel> 05444 omar@", "phone": "05444 omar@twerlo.com", "two_contacts": "0544444444 0555555555",
	} {
		var m *line.Mistake
		reading, err := line.Parse(typed, "SA")
		if errors.As(err, &m) {
			messages["mistake_"+name] = v.Mistake(m, Draft{Contact: reading.TypedContact, Agent: reading.TypedAgent})
		}
	}
	for name, typed := range map[string]string{"likely": "966966544444444 omar@twerlo.com", "unlisted": "0521234567 omar@twerlo.com",
		"rows": "971 0501234567 omar@twerlo.com", "likely_alone": "++966544444444"} {
		reading, err := line.Parse(typed, "SA")
		m, _ := errors.AsType[*line.Mistake](err)
		var choices []ButtonRequest
		for _, contact := range m.Perhaps {
			choices = append(choices, ButtonRequest{Contact: contact.ID(), Agent: reading.Agent.Encode()})
		}
		messages["question_"+name] = v.Mistake(m, Draft{Contact: reading.TypedContact, Agent: reading.TypedAgent}, choices...)
	}
	maps.Copy(messages, goldenRefusals(v))
	maps.Copy(messages, goldenUndo(v))
	maps.Copy(messages, goldenHistory(v))
	maps.Copy(messages, goldenAudit(v))
	maps.Copy(messages, goldenComforts(v))
	maps.Copy(messages, goldenNotices(v))
	maps.Copy(messages, goldenDuty(v))
	maps.Copy(messages, goldenOffers(v))
	return messages
}

// goldenRefusals tells people that they may not, with and without somebody to ask.
func goldenRefusals(v Renderer) map[string]Message {
	messages := make(map[string]Message)
	for suffix, admins := range map[string][]string{"": nil, "_ask": {"U0ADMIN"}} {
		for _, text := range []string{"not_allowed_person", "not_allowed_guest", "not_allowed_external", "not_allowed_unchecked"} {
			messages[text+suffix] = v.Denied(DenialOf(text, admins, nil))
		}
		messages["not_allowed_here"+suffix] = v.Denied(DenialOf("not_allowed_here", admins, []string{"C0SUPPORT", "C0SALES"}))
	}
	return messages
}

// goldenLists are messages of one kind, each kind in a file to be read as a whole: mistakes,
// ways of ending, how lists and the audit channel tell of these, and what is said under a
// field, as a message so that it can be looked at.
func goldenLists(v Renderer) map[string]map[string]Message {
	mistakes, outcomes, states := make(map[string]Message), make(map[string]Message), make(map[string]Message)
	for _, kind := range line.AllMistakeKinds() {
		mistakes[string(kind)] = v.Mistake(sampleMistake(kind), Draft{})
	}
	for _, o := range allOutcomes() {
		outcomes[v.OutcomeText(o)] = v.Outcome(goldenOutcome(o), agent.Agent{})
		if o.Reason != assign.NoReason && o.Kind == likelyEnd(o.Reason) {
			o.Agent, o.At = to("Omar Hassan", "omar@twerlo.com"), goldenTime
			states[string(o.Reason)] = v.Audited(goldenOutcome(o), false, "Sara Ali", ShortPerson(v.Person(o.Agent)))
		}
	}
	mentioned := goldenOutcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent})
	mentioned.Agent = agent.RefMention("U0SARA")
	nearest := v.NearestNames([]agent.Agent{to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")})
	return map[string]map[string]Message{
		"mistakes": mistakes, "outcomes": outcomes, "states": states, "steps": goldenSteps(v),
		"fields": {
			"mentioned":    Paragraph(v.Texts.Plain("refused_no_such_agent", v.WithoutMentions(mentioned, v.OutcomeData(mentioned)))),
			"unreadable":   Paragraph(v.MistakeLine(errors.New("of another time"))),
			"choose_one":   Paragraph(v.Texts.Plain("choose_one", nil)),
			"did_you_mean": Paragraph(v.Texts.Plain("did_you_mean", texts.Data{"Names": nearest})),
		},
	}
}

// goldenSteps is what a workflow is told of its step, as a message so that it can be looked at.
func goldenSteps(v Renderer) map[string]Message {
	omar := to("Omar Hassan", "omar@twerlo.com")
	messages := make(map[string]Message)
	for _, text := range []string{
		"step_agent_missing", "step_agent_twice", "step_contact_twice", "step_message_not_granted", "step_message_unread",
		"step_contacts_many", "step_denied", "step_denied_here", "step_denied_unchecked", "step_late", "step_me",
		"step_needs_person", "step_unknown",
	} {
		why := v.Texts.Plain(text, texts.Data{"Found": 2})
		messages[text] = Paragraph(v.Texts.Plain("step_nothing", nil) + " " + why)
	}
	for _, text := range []string{"step_joined", "step_overtaken"} {
		messages[text] = Paragraph(v.Texts.Plain(text, v.StepData(goldenRequest)))
	}
	byMention := goldenOutcome(assign.Outcome{Kind: assign.Superseded, Newer: &assign.Assignment{Request: assign.Request{Requester: "U0SARA", Agent: agent.RefMe()}}})
	byMention.Agent = agent.RefMention("U0OMAR")
	noName := goldenOutcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent, Nearest: agent.Nearest{Agents: []agent.Agent{omar}}})
	noName.Agent = agent.RefName("omr")
	for name, a := range map[string]assign.Assignment{
		"step_assigned":    goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}),
		"step_unknown_end": goldenOutcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Agent: omar}),
		"step_superseded":  byMention,
		"step_refused":     noName,
	} {
		messages[name] = Paragraph(v.Explanation(a, to("Sara Ali", "sara@twerlo.com")))
	}
	alone := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar})
	alone.Requester, alone.Origin = "", "workflow"
	messages["step_history"] = v.HistoryOf(History{Contact: goldenRequest.Contact, Owner: alone, Found: []assign.Assignment{alone}}, "U0MANAGER")
	return messages
}

func TestListsOfMessagesAreAsGolden(t *testing.T) {
	for language, suffix := range inEachLanguage(t) {
		v := testVoices(t).ByLanguage[language]
		for name, messages := range goldenLists(v) {
			t.Run(name+suffix, func(t *testing.T) {
				golden(t, name+suffix, messages)
				for id, m := range messages {
					checkGoldenMessage(t, id, []byte(payload.Encode(m)))
					if language == "ar" {
						checkDirections(t, m)
					}
				}
			})
		}
	}
}

func TestViewsAreAsGolden(t *testing.T) {
	for language, suffix := range inEachLanguage(t) {
		v := testVoices(t).ByLanguage[language]
		for name, view := range goldenViews(v) {
			t.Run(name+suffix, func(t *testing.T) {
				raw := golden(t, "view_"+name+suffix, view)
				for _, problem := range blockkit.View(raw, "/view") {
					t.Errorf("%s at %s", problem.Message, problem.Pointer)
				}
				if language == "ar" {
					checkDirections(t, view)
				}
			})
		}
	}
}

// goldenViews gives all views.
func goldenViews(loaded Renderer) map[string]any {
	from := payload.Address{Channel: "C0SUPPORT", URL: "https://hooks.slack.com/commands/T/1/x", Since: goldenTime}
	fromMessage := payload.Address{Channel: "C0SUPPORT", Thread: "1795340000.000100", URL: "https://hooks.slack.com/app-actions/T/1/x", Since: goldenTime, EntryPoint: "message"}
	views := map[string]any{
		"form":           loaded.Form(starting(Draft{}), from),
		"form_prefilled": loaded.Form(starting(Draft{Contact: "٠٥٤٤٤٤٤٤٤٤", Agent: "omar@twerlo.com"}), from),
		"form_long":      loaded.Form(starting(Draft{Contact: strings.Repeat("0", 4000), Agent: strings.Repeat("ب", 4000)}), from),
		"form_me":        loaded.Form(starting(Draft{Agent: loaded.typedAgain(agent.RefMe())}), from),
		"form_mentioned": loaded.Form(starting(Draft{Agent: loaded.typedAgain(agent.RefMention("U0SARA"))}), from),
		"form_menu":      openedMenu(loaded, from),
		"form_shortcut":  loaded.Form(starting(Draft{}), payload.Address{}),
		"form_no_list":   loaded.Form(FormContent{Draft: Draft{Agent: "omar@twerlo.com"}, NoList: true}, from),
		"assigning":      loaded.Closing("form_assigning", loaded.InProgress(goldenRequest)).View,
		"barred":         loaded.DeniedView(DenialOf("not_allowed_guest", nil, nil)),
		"offer_confirm":  *goldenOfferView(loaded, 1),
		"offer_many":     *goldenOfferView(loaded, 12),
		"message_none":   loaded.FormFound(nil, FormContent{}, fromMessage),
		"message_one":    loaded.FormFound(manyFound(1), FormContent{}, fromMessage),
		"message_two":    loaded.FormFound([]phone.Number{phone.New("966544444444"), phone.New("971501234567")}, FormContent{}, fromMessage),
		"message_many":   loaded.FormFound(manyFound(37), FormContent{}, fromMessage),
		"message_list":   loaded.FormFound(manyFound(120), FormContent{}, fromMessage),
		"take_one":       loaded.FormFound(manyFound(1), FormContent{Mine: true}, fromMessage),
		"take_two":       loaded.FormFound(manyFound(2), FormContent{Mine: true}, fromMessage),
		"take_many":      loaded.FormFound(manyFound(60), FormContent{Mine: true}, fromMessage),
	}
	views["form_unlisted"] = loaded.FormConfirm(sent(loaded.Form(starting(Draft{Contact: "0521234567", Agent: "omar@twerlo.com"}), from)), phone.New("966521234567"))
	maps.Copy(views, goldenBatchViews(loaded))
	maps.Copy(views, goldenHomes(loaded))
	maps.Copy(views, goldenForms(loaded, from))
	told := loaded.WantingReceipts(true)
	told.notify = true
	views["form_receipt"] = told.Form(starting(Draft{Contact: "0544444444", Note: "wants a refund"}), from)
	views["not_me"] = loaded.NotMeForm(goldenNotice(1, assign.NoticeTold), true, false)
	views["not_me_only"] = loaded.NotMeForm(goldenNotice(3, assign.NoticeTold), false, false)
	maps.Copy(views, goldenDutyForms(loaded, from))
	return views
}

// sent is a form as Slack sends it back.
func sent(form slack.ModalViewRequest) (v payload.View) {
	if err := json.Unmarshal([]byte(payload.Encode(form)), &v); err != nil {
		panic(err)
	}
	return v
}

// openedMenu is a form of which the menu of agents, that Slack asks for when it is opened,
// stands in the view.
func openedMenu(v Renderer, from payload.Address) slack.ModalViewRequest {
	form := v.Form(starting(Draft{}), from)
	omar := to("Omar Hassan", "omar@twerlo.com")
	for _, block := range form.Blocks.BlockSet {
		if input, ok := block.(*slack.InputBlock); ok && input.BlockID == BlockAgent {
			menu := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, nil, BlockAgent, v.Group(nil, []agent.Agent{omar}, v.Suggest("", sampleAgents(), false))...)
			input.Element = menu
		}
	}
	return form
}

// golden compares v, as JSON without HTML escapes, to a file, and gives the JSON.
func golden(t *testing.T, name string, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".golden.json")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./bot/render -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("differs from %s (-update accepts):\n%s", file, diff)
	}
	return b.Bytes()
}
