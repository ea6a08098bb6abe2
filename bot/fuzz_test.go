package bot

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/sandbox/blockkit"

	"github.com/slack-go/slack"
)

// FuzzDecode: every JSON value is a payload, whatever the types of its fields; nothing
// else is. A payload's key is short, and the envelope's type alone makes it a command.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"command":"/assign","text":"0544444444 omar@twerlo.com","user_id":"U1","trigger_id":"1.2.a"}`,
		`{"type":"view_submission","view":{"state":{"values":{"contact":{"contact":{"value":"1"}},"agent":{"agent":{"selected_option":{"value":"me:"}}}}}}}`,
		`{"type":"block_actions","actions":[{"action_id":"again","value":"{}"}],"response_urls":[{}]}`,
		`{"type":"view_submission","view":{"state":{"values":[]}},"response_urls":{},"user":[],"actions":{}}`,
		`{"type":5,"text":["x"],"trigger_id":{"a":1},"view":"x"}`, `{"text":"a","text":5,"TEXT":"b"}`,
		`null`, `[]`, `"x"`, `1e999`, `{`, ``, `{"text":"\ud800"}`, strings.Repeat(`{"view":`, 20_000),
	} {
		for _, kind := range []string{"slash_commands", "interactive", "events_api", "hologram"} {
			f.Add(kind, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, envelopeType string, raw []byte) {
		k, p, err := decode(envelopeType, raw)
		if (err == nil) != json.Valid(raw) {
			t.Fatalf("%q: error %v", raw, err)
		}
		if (k == command) != (envelopeType == "slash_commands") {
			t.Errorf("a %q is taken for %s", envelopeType, k)
		}
		if len(p.key()) > keyMost {
			t.Errorf("a key of %d bytes is kept", len(p.key()))
		}
		_, _, _, _, _ = p.person(), p.channel(), p.responseURLs(), p.field(blockContact), p.field(agentBlock(p))
		_, _ = p.thread(), written(p.Message)
	})
}

// FuzzAddress: an address that can be read reads as itself when written again.
func FuzzAddress(f *testing.F) {
	f.Add(address{Channel: "C1", URL: "https://hooks.example.com/x", Since: time.Unix(1_800_000_000, 5).UTC(), Replace: true, View: "V1"}.encode())
	for _, seed := range []string{``, `{}`, `null`, `[]`, `{"since":"never"}`, `{"since":5}`, `{"channel":null,"url":"\u0000<>"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := decodeAddress(s)
		if err != nil {
			return
		}
		again, err := decodeAddress(a.encode())
		if err != nil || !again.Since.Equal(a.Since) {
			t.Fatalf("%q: %+v, then %+v, %v", s, a, again, err)
		}
		if again.Since = a.Since; again != a {
			t.Errorf("%q reads as %+v, then as %+v", s, a, again)
		}
	})
}

// FuzzDraft: a draft fits into a button, and what is read back is the start of each half.
func FuzzDraft(f *testing.F) {
	f.Add("0544444444", "omar@twerlo.com")
	f.Add(strings.Repeat("<", 500), strings.Repeat("\x01", 500))
	f.Add(strings.Repeat("😀", 500), "\xff\xfe")
	f.Fuzz(func(t *testing.T, contact, agent string) {
		value := draft{Contact: contact, Agent: agent}.encode()
		if n := utf8.RuneCountInString(value); n > valueMax {
			t.Fatalf("value of %d characters", n)
		}
		var d draft
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

// FuzzReadAgent: what a form holds is an agent that reads back as itself, or a mistake
// that can be shown.
func FuzzReadAgent(f *testing.F) {
	for _, seed := range []string{"", "me:", "email:omar@twerlo.com", "mention:U1> <!channel", "name:عمر", "sms:1", "omar@twerlo.com", "0544444444"} {
		f.Add(true, seed)
		f.Add(false, seed)
	}
	v := testBot(f, loadedDesk()).voices.usual
	f.Fuzz(func(t *testing.T, picked bool, value string) {
		block := blockEmail
		if picked {
			block = blockAgent
		}
		ref, err := readAgent(block, value)
		if err != nil {
			if line := v.mistakeLine(err); line == "" || strings.HasPrefix(line, "mistake_") {
				t.Errorf("%q is refused with %q", value, line)
			}
			return
		}
		if ref.IsZero() {
			return // the service refuses it
		}
		again, err := agent.DecodeRef(ref.Encode())
		if err != nil || !again.Equal(ref) {
			t.Errorf("%q reads as %q, then as %q: %v", value, ref.Encode(), again.Encode(), err)
		}
	})
}

// FuzzCheckPosted: an answer counts as delivered only if its status says so and its body
// does not deny it; no wait that Slack asks for is negative or without end.
func FuzzCheckPosted(f *testing.F) {
	for _, body := range []string{"ok", `{"ok":true}`, `{"ok":false,"error":"used_url"}`, `{}`, `[]`, ``, `{"ok":"yes"}`} {
		f.Add(200, "", []byte(body))
	}
	f.Add(429, "30", []byte{})
	f.Add(429, "99999999999999999999", []byte{})
	f.Add(429, "-5", []byte{})
	f.Fuzz(func(t *testing.T, status int, wait string, body []byte) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {wait}},
			Body: io.NopCloser(strings.NewReader(string(body)))}
		err := checkPosted(resp)
		var said struct{ OK bool }
		denied := json.Unmarshal(body, &said) == nil && !said.OK && len(body) < 64<<10
		if err == nil && (status >= 300 || denied) {
			t.Errorf("status %d with %q counts as delivered", status, body)
		}
		if d := retryAfter(err); d < 0 || d > 24*time.Hour {
			t.Errorf("Retry-After %q is waited for %s", wait, d)
		}
		if status == 429 && !passing(err) {
			t.Error("a rate limit is not waited out")
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
	b := testBot(f, loadedDesk())
	languages := slices.Sorted(maps.Keys(b.voices.speaks))
	kinds := []assign.OutcomeKind{assign.Assigned, assign.Refused, assign.Failed, assign.Unknown, assign.Superseded, assign.Expired}
	refs := []func(string) agent.Ref{agent.RefEmail, agent.RefName, agent.RefMention}
	f.Fuzz(func(t *testing.T, typed, other string, n byte) {
		v := b.voices.speaks[languages[int(n)%len(languages)]]
		reading, err := line.Parse(typed, b.region)
		d := draft{Contact: reading.TypedContact, Agent: reading.TypedAgent}
		if mistake := (*line.Mistake)(nil); errors.As(err, &mistake) {
			checkMessage(t, v.mistaken(mistake, d))
		}
		checkView(t, v.form(d, origin{Channel: "C1"}))
		checkView(t, v.form(draft{Contact: typed, Agent: other}, origin{}))

		ref, _ := agent.DecodeRef(refs[int(n)%len(refs)](typed).Encode())
		who := to(clip(other, 300), "omar@twerlo.com")
		a := assign.Assignment{ID: int64(n), Request: assign.Request{Requester: other, Contact: phone.New("966544444444"), Agent: ref},
			Outcome: assign.Outcome{Kind: kinds[int(n)%len(kinds)], Reason: assign.NoSuchAgent, Said: typed, Nearest: []agent.Agent{who}}}
		a.Outcome.Newer = &assign.Assignment{Request: a.Request}
		if n%2 == 0 {
			a.Outcome.Agent = who
		}
		checkMessage(t, v.outcome(a, agent.Agent{}))
		if v.language == "ar" {
			checkDirections(t, v.outcome(a, agent.Agent{}))
			checkDirections(t, v.form(draft{Contact: typed, Agent: other}, origin{}))
		}
		checkMessage(t, v.notice("interim", v.onItsWay(a.Request)))
		checkView(t, *v.panel(v.told(a, agent.Agent{})))
	})
}

func checkMessage(t *testing.T, m message) {
	t.Helper()
	raw := encode(m)
	for _, problem := range blockkit.Message([]byte(raw)) {
		t.Errorf("%s at %s in %s", problem.Message, problem.Pointer, raw)
	}
	checkInactive(t, m.Text)
	checkMarkup(t, raw)
}

func checkView(t *testing.T, v slack.ModalViewRequest) {
	t.Helper()
	raw := encode(v)
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
