package render

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/sandbox/blockkit"

	"github.com/slack-go/slack"
)

// FuzzDraft: a draft fits into a button, and what is read back is the start of each half.
func FuzzDraft(f *testing.F) {
	f.Add("0544444444", "omar@twerlo.com")
	f.Add(strings.Repeat("<", 500), strings.Repeat("\x01", 500))
	f.Add(strings.Repeat("😀", 500), "\xff\xfe")
	f.Fuzz(func(t *testing.T, contact, agent string) {
		value := Draft{Contact: contact, Agent: agent}.encode()
		if n := utf8.RuneCountInString(value); n > valueMax {
			t.Fatalf("value of %d characters", n)
		}
		var d Draft
		if err := json.Unmarshal([]byte(value), &d); err != nil {
			t.Fatal(err)
		}
		for got, typed := range map[string]string{d.Contact: contact, d.Agent: agent} {
			if !strings.HasPrefix(strings.ToValidUTF8(typed, "\ufffd"), strings.TrimSuffix(got, "…")) && utf8.ValidString(typed) {
				t.Errorf("%q came back as %q", typed, got)
			}
		}
	})
}

// FuzzMessages: whatever is typed, or stands in Azeer's answer, a message or a form made
// of it keeps Slack's rules and holds no active markup but mentions of user ids; and in
// Arabic no number and no address stands outside an isolate.
func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		"<!channel> 05444 omar@", "0544444444 <@U1|x> <!here>", "<https://example.com|x>", "&lt;!channel&gt;", "<@U1> > <#C1>",
		"*bold* `code` \u202e", strings.Repeat("<", 499), strings.Repeat("&amp;", 99), "\x00\xff", "0544444444 ليلى", "me",
	} {
		for kind := range byte(6) {
			f.Add(seed, seed, kind)
		}
	}
	voices := testVoices(f).ByLanguage
	languages := slices.Sorted(maps.Keys(voices))
	refs := []func(string) agent.Ref{agent.RefEmail, agent.RefName, agent.RefMention}
	f.Fuzz(func(t *testing.T, typed, other string, n byte) {
		v := voices[languages[int(n)%len(languages)]]
		reading, err := line.Parse(typed, "SA")
		d := Draft{Contact: reading.TypedContact, Agent: reading.TypedAgent}
		if mistake := (*line.Mistake)(nil); errors.As(err, &mistake) {
			checkMessage(t, v.Mistake(mistake, d))
		}
		checkView(t, v.Form(starting(d), payload.Address{Channel: "C1"}))
		checkView(t, v.Form(starting(Draft{Contact: typed, Agent: other}), payload.Address{}))

		ref, _ := agent.DecodeRef(refs[int(n)%len(refs)](typed).Encode())
		who := to(Clip(other, 300), "omar@twerlo.com")
		a := assign.Assignment{ID: int64(n), Request: assign.Request{Requester: other, Contact: phone.New("966544444444"), Agent: ref},
			Outcome: assign.Outcome{Kind: assign.OutcomeKinds[int(n)%len(assign.OutcomeKinds)], Reason: assign.NoSuchAgent, Said: typed, Nearest: agent.Nearest{Agents: []agent.Agent{who}}}}
		a.Outcome.Newer = &assign.Assignment{Request: a.Request}
		if n%2 == 0 {
			a.Outcome.Agent = who
		}
		checkMessage(t, v.Outcome(a, agent.Agent{}))
		if v.language == "ar" {
			checkDirections(t, v.Outcome(a, agent.Agent{}))
			checkDirections(t, v.Form(starting(Draft{Contact: typed, Agent: other}), payload.Address{}))
		}
		checkMessage(t, v.Interim(a))
		checkView(t, *v.Panel(v.OutcomeWords(a, agent.Agent{})))
	})
}

func checkMessage(t *testing.T, m Message) {
	t.Helper()
	raw := payload.Encode(m)
	for _, problem := range blockkit.Message([]byte(raw)) {
		t.Errorf("%s at %s in %s", problem.Message, problem.Pointer, raw)
	}
	checkInactive(t, m.Text)
	checkMarkup(t, raw)
}

func checkView(t *testing.T, v slack.ModalViewRequest) {
	t.Helper()
	raw := payload.Encode(v)
	for _, problem := range blockkit.View([]byte(raw), "view") {
		t.Errorf("%s at %s in %s", problem.Message, problem.Pointer, raw)
	}
	checkMarkup(t, raw)
}

// checkMarkup looks into every piece of mrkdwn.
func checkMarkup(t *testing.T, raw string) {
	t.Helper()
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
				checkInactive(t, text)
			}
			for _, each := range v {
				walk(each)
			}
		}
	}
	var whole any
	if err := json.Unmarshal([]byte(raw), &whole); err != nil {
		t.Fatal(err)
	}
	walk(whole)
}

var userMention = regexp.MustCompile(`<@[A-Z0-9]+>`)

func checkInactive(t *testing.T, mrkdwn string) {
	t.Helper()
	if rest := userMention.ReplaceAllString(mrkdwn, ""); strings.ContainsAny(rest, "<>") {
		t.Errorf("active markup in %s", strconv.Quote(mrkdwn))
	}
}
