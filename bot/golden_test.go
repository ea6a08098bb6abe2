package bot

import (
	"bytes"
	"context"
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
	"azeer-slack/assign/prose"
	"azeer-slack/bot/texts"
	"azeer-slack/sandbox/blockkit"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every message and view has a golden file in every language, which can be pasted into
// Block Kit Builder, and which the sandbox's validator accepts.

// inEachLanguage gives what a language adds to the name of a golden file.
var inEachLanguage = map[string]string{"en": "", "ar": ".ar"}

func TestMessagesAreAsGolden(t *testing.T) {
	for language, suffix := range inEachLanguage {
		v := testBot(t, loadedDesk()).voices.speaks[language]
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

func goldenMessages(v voice) map[string]message {
	omar, layla := to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")
	outcome := func(o assign.Outcome) message { return v.outcome(goldenOutcome(o), agent.Agent{}) }
	newer := assign.Assignment{ID: 18, AcceptedAt: goldenTime, Request: assign.Request{Requester: "U0SARA", Agent: agent.RefEmail("sara@twerlo.com")}}
	messages := map[string]message{
		"assigned":             outcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}),
		"assigned_arabic_name": outcome(assign.Outcome{Kind: assign.Assigned, Agent: layla}),
		"no_such_agent": outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent,
			Nearest: []agent.Agent{omar, layla}}),
		"not_found_hostile": outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NotFound, Status: 404, Agent: omar,
			Said: "<!channel> no & <https://example.com|such> contact " + strings.Repeat("x", 5000)}),
		"key_refused":        outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.KeyRefused, Status: 401, Agent: omar}),
		"server_error":       outcome(assign.Outcome{Kind: assign.Failed, Reason: assign.ServerError, Status: 502, Agent: omar}),
		"unknown":            outcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Agent: omar}),
		"expired":            outcome(assign.Outcome{Kind: assign.Expired, Agent: omar}),
		"superseded":         outcome(assign.Outcome{Kind: assign.Superseded, Agent: omar, Newer: &newer}),
		"unknown_answered":   outcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Status: 409, Said: "assigned already", Agent: omar}),
		"superseded_no_word": outcome(assign.Outcome{Kind: assign.Superseded, Reason: assign.NoReply, Agent: omar, Newer: &newer}),
		"interim":            v.notice("interim", v.onItsWay(goldenRequest)),
		"joined":             v.notice("joined", v.onItsWay(assign.Request{Requester: "U0MANAGER", Contact: goldenRequest.Contact, Agent: agent.RefMe()})),
		"not_stored":         v.notStored(goldenRequest),
		"broken":             v.notice("broken", texts.Data{"Reference": "ABCD1234"}),
		"overtaken":          v.overtaken(goldenRequest, newer, wishFor(newer)),
		"form_late":          v.unopened(context.DeadlineExceeded, draft{Contact: "0544444444"}),
		"form_refused":       v.unopened(slack.SlackErrorResponse{Err: "token_revoked"}, draft{Contact: "0544444444"}),
		"help":               v.help("/assign"),
		"mention_help":       v.mentionHelp("U0AZEER"),
		"mention_late":       v.mentionLate(goldenRequest, wishFor(newer)),
		"no_such_word":       v.perhapsMeant("histroy", errand{"/assign", wordHistory, "0544444444"}, "/assign history 0544444444"),
	}
	for name, typed := range map[string]string{
		"hostile": "<!channel> 05444 omar@", "phone": "05444 omar@twerlo.com", "two_contacts": "0544444444 0555555555",
	} {
		var m *line.Mistake
		reading, err := line.Parse(typed, "SA")
		if errors.As(err, &m) {
			messages["mistake_"+name] = v.mistaken(m, draft{Contact: reading.TypedContact, Agent: reading.TypedAgent})
		}
	}
	maps.Copy(messages, goldenRefusals(v))
	maps.Copy(messages, goldenUndo(v))
	maps.Copy(messages, goldenHistory(v))
	maps.Copy(messages, goldenAudit(v))
	maps.Copy(messages, goldenComforts(v))
	return messages
}

// goldenRefusals tells people that they may not, with and without somebody to ask.
func goldenRefusals(v voice) map[string]message {
	messages := make(map[string]message)
	for suffix, admins := range map[string][]string{"": nil, "_ask": {"U0ADMIN"}} {
		d := &door{cfg: DoorConfig{Admins: admins}}
		for _, text := range []string{"not_allowed_person", "not_allowed_guest", "not_allowed_external", "not_allowed_unchecked"} {
			messages[text+suffix] = v.refusing(d.refuse(text))
		}
		messages["not_allowed_here"+suffix] = v.refusing(d.refuse("not_allowed_here", "Channels", channels([]string{"C0SUPPORT", "C0SALES"})))
	}
	return messages
}

// goldenLists are messages of one kind, each kind in a file to be read as a whole: mistakes,
// ways of ending, how lists and the audit channel tell of these, and what is said under a
// field, as a message so that it can be looked at.
func goldenLists(v voice) map[string]map[string]message {
	mistakes, outcomes, states := make(map[string]message), make(map[string]message), make(map[string]message)
	for _, kind := range line.AllMistakeKinds() {
		mistakes[string(kind)] = v.mistaken(sampleMistake(kind), draft{})
	}
	for _, o := range allOutcomes() {
		outcomes[v.outcomeText(o)] = v.outcome(goldenOutcome(o), agent.Agent{})
		if o.Reason != assign.NoReason && o.Kind == likelyEnd(o.Reason) {
			o.Agent, o.At = to("Omar Hassan", "omar@twerlo.com"), goldenTime
			states[string(o.Reason)] = v.audited(goldenOutcome(o), false, "Sara Ali", short(agentPerson(o.Agent)))
		}
	}
	nearest := nearestNames([]agent.Agent{to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")})
	return map[string]map[string]message{
		"mistakes": mistakes, "outcomes": outcomes, "states": states,
		"fields": {
			"unreadable":   say(v.mistakeLine(errors.New("of another time"))),
			"did_you_mean": say(v.texts.Plain("did_you_mean", texts.Data{"Names": nearest})),
		},
	}
}

func TestListsOfMessagesAreAsGolden(t *testing.T) {
	for language, suffix := range inEachLanguage {
		v := testBot(t, loadedDesk()).voices.speaks[language]
		for name, messages := range goldenLists(v) {
			t.Run(name+suffix, func(t *testing.T) {
				golden(t, name+suffix, messages)
				for id, m := range messages {
					checkGoldenMessage(t, id, []byte(encode(m)))
					if language == "ar" {
						checkDirections(t, m)
					}
				}
			})
		}
	}
}

func TestViewsAreAsGolden(t *testing.T) {
	for language, suffix := range inEachLanguage {
		loaded, empty := testBot(t, loadedDesk()).voices.speaks[language], testBot(t, &desk{}).voices.speaks[language]
		for name, view := range goldenViews(loaded, empty) {
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

// goldenViews gives all views, from a voice that knows the agents and one that does not.
func goldenViews(loaded, empty voice) map[string]any {
	from := origin{Channel: "C0SUPPORT", URL: "https://hooks.slack.com/commands/T/1/x", Since: goldenTime}
	fromMessage := origin{Channel: "C0SUPPORT", Thread: "1795340000.000100", URL: "https://hooks.slack.com/app-actions/T/1/x", Since: goldenTime, Way: "message"}
	views := map[string]any{
		"form":           loaded.form(draft{}, from),
		"form_prefilled": loaded.form(draft{Contact: "٠٥٤٤٤٤٤٤٤٤", Agent: "omar@twerlo.com"}, from),
		"form_long":      loaded.form(draft{Contact: strings.Repeat("0", 4000), Agent: strings.Repeat("ب", 4000)}, from),
		"form_me":        loaded.form(draft{Agent: loaded.typedAgain(agent.RefMe())}, from),
		"form_mentioned": loaded.form(draft{Agent: loaded.typedAgain(agent.RefMention("U0SARA"))}, from),
		"form_menu":      openedMenu(loaded, from),
		"form_shortcut":  loaded.form(draft{}, origin{}),
		"form_no_list":   empty.form(draft{Agent: "omar@twerlo.com"}, from),
		"assigning":      loaded.closing("form_assigning", loaded.onItsWay(goldenRequest)).View,
		"barred":         loaded.barred((&door{}).refuse("not_allowed_guest")),
		"message_none":   loaded.formFound(nil, fromMessage),
		"message_one":    loaded.formFound(prose.Find("0544444444", "SA"), fromMessage),
		"message_two":    loaded.formFound(prose.Find("0544444444 or +971 50 123 4567", "SA"), fromMessage),
		"message_many":   loaded.formFound(manyFound(120), fromMessage),
	}
	maps.Copy(views, goldenHomes(loaded))
	maps.Copy(views, goldenForms(loaded, from))
	return views
}

// openedMenu is a form of which the menu of agents, that Slack asks for when it is opened,
// stands in the view.
func openedMenu(v voice, from origin) slack.ModalViewRequest {
	form := v.form(draft{}, from)
	omar := to("Omar Hassan", "omar@twerlo.com")
	for _, block := range form.Blocks.BlockSet {
		if input, ok := block.(*slack.InputBlock); ok && input.BlockID == blockAgent {
			menu := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, nil, blockAgent, v.group([]agent.Agent{omar}, v.suggest(""))...)
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
		t.Fatalf("%v (go test ./bot -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("differs from %s (-update accepts):\n%s", file, diff)
	}
	return b.Bytes()
}
