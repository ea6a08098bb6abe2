package azeer

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// bodies are answers of every shape the decoders know, and some they don't.
var bodies = []string{
	``, `null`, `{}`, `[]`, `7`, `"x"`, `<html><b>no</b></html>`, `{"success":true}`, `{"success":true,"data":null}`,
	`{"message":"assignment completed successfully","success":true}`,
	`{"success":false,"message":"no","errors":[{"msg":"x"}],"error":{"message":"y"},"detail":"z"}`,
	`{"success":true,"staff":[{"id":1}]}`, `{"queued":1}`, `{"error":"no"}`,
	`{"id":1,"platform_id":"1234567890","platform":"WhatsApp","is_agent":true,"business_id":"b"}`,
	`[{"agent_id":"123","profile":{"email":"o@x.com","name":"O"},"status":"Inactive"},{"is_agent":false},7]`,
	`{"data":{"agents":[{"id":9223372036854775807,"email":"o@x.com","enabled":"0","role":"admin"}],"total":9},"has_more":true}`,
	`{"data":[{"id":1,"name":"ليلى","active":0,"x":{"y":[1]}}],"meta":{"last_page":3}}`,
}

// An empty list is never made out of an answer that does not itself say "none".
func FuzzDecodeList(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := decodeList(body)
		if err != nil {
			checkDecodeError(t, body, err)
			return
		}
		for _, agent := range list.Agents {
			if agent.ID+agent.PlatformID+agent.Email == "" {
				t.Errorf("an agent without any identity: %+v", agent)
			}
		}
		// Escapes can hide the words; only a body without any is judged.
		if len(list.Agents) == 0 && !bytes.ContainsRune(body, '\\') && !saysNone.Match(body) {
			t.Errorf("an empty list out of %q", body)
		}
		again, err := decodeList(encodeAgents(t, list.Agents))
		if err != nil && len(list.Agents) > 0 {
			t.Fatalf("decode what was encoded: %v", err)
		}
		if diff := cmp.Diff(list.Agents, again.Agents, cmpopts.EquateEmpty(), rawAsText); diff != "" {
			t.Errorf("decoding what was encoded differs (-once +twice):\n%s", diff)
		}
	})
}

var saysNone = regexp.MustCompile(`\[\s*\]|"success"|"is_agent"`)

// Reading an agent alone and reading it out of a list of one agree.
func FuzzDecodeAgent(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		agent, err := decodeAgent(body)
		if errors.Is(err, ErrNotAgent) {
			return
		}
		if err != nil {
			checkDecodeError(t, body, err)
			return
		}
		list, err := decodeList(encodeAgents(t, []Agent{agent}))
		if err != nil || len(list.Agents) != 1 {
			t.Fatalf("the same agent in a list gave %+v, %v", list, err)
		}
		if diff := cmp.Diff(agent, list.Agents[0], cmpopts.EquateEmpty(), rawAsText); diff != "" {
			t.Errorf("alone and in a list differ (-alone +list):\n%s", diff)
		}
	})
}

// What says success:false is never a confirmation, and neither is what is no JSON object,
// save no body at all.
func FuzzDecodeConfirmation(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := decodeConfirmation(body)
		var said map[string]any
		_ = json.Unmarshal(body, &said)
		switch {
		case said["success"] == false && err == nil:
			t.Errorf("%q was taken for a yes", body)
		case said["success"] == true && err != nil:
			t.Errorf("%q was taken for a no: %v", body, err)
		case err != nil:
			checkDecodeError(t, body, err)
		}
		empty := len(bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))) == 0
		if raw, parseErr := parse(body); !empty && (parseErr != nil || first(raw) != '{') && err == nil {
			t.Errorf("%q is no JSON object and gave %q", body, text)
		}
		if empty && err != nil {
			t.Errorf("no body is refused: %v", err)
		}
	})
}

// Whatever a server says becomes one short line of plain text without the key.
func FuzzMessage(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Add([]byte("<title>&lt;b&gt;</title><xmp><i></xmp>&amp;lt;u&amp;gt; sand\u202abox-key"))
	f.Add([]byte(`{"message":"` + strings.Repeat("long ", 100) + `"}`))
	f.Add([]byte("<\u200fA0 <<b"))
	client, err := New("sandbox-key", Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := client.clean(message(body))
		if n := utf8.RuneCountInString(got); n > maxMessage || !utf8.ValidString(got) {
			t.Errorf("%d characters or bad UTF-8: %q", n, got)
		}
		if regexp.MustCompile(`<[A-Za-z/!?]`).MatchString(got) {
			t.Errorf("a tag in %q", got)
		}
		if strings.Contains(got, "sandbox-key") {
			t.Errorf("the key in %q", got)
		}
		if strings.ContainsFunc(got, unicode.IsControl) || strings.TrimSpace(got) != got {
			t.Errorf("control characters or stray space in %q", got)
		}
	})
}

// A pause is never negative and never over a day; seconds mean the same at any time, and a
// date made from a pause gives that pause back.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "0", "120", "-1", "1.5", "99999999999999999999", "Sun, 06 Nov 1994 08:49:37 GMT", "soon"} {
		f.Add(value, int64(1_800_000_000))
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix%4_000_000_000, 0).UTC()
		got := retryAfter(value, now)
		if got < 0 || got > maxRetryAfter {
			t.Errorf("%q gave %s", value, got)
		}
		date := now.Add(got)
		if date.Year() < 1970 || date.Year() > 9999 {
			return
		}
		if back := retryAfter(date.Format(http.TimeFormat), now); back.Truncate(time.Second) != got.Truncate(time.Second) {
			t.Errorf("%q gave %s, as a date %s", value, got, back)
		}
	})
}

// checkDecodeError holds an error to its promise: one of two kinds, and no values of the
// body in its text.
func checkDecodeError(t *testing.T, body []byte, err error) {
	t.Helper()
	var no *refusal
	if !errors.As(err, &no) && !errors.Is(err, ErrUnrecognised) {
		t.Errorf("%q gave an error of no known kind: %v", body, err)
	}
	if strings.ContainsAny(err.Error(), "@+<>\"") || len(err.Error()) > 600 || regexp.MustCompile(`\d{9}`).MatchString(err.Error()) {
		t.Errorf("error %q may quote the answer", err)
	}
}

// rawAsText compares raw fields by what they mean: the encoder may compact them.
var rawAsText = cmp.Transformer("text", func(raw json.RawMessage) string {
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return string(raw)
	}
	return compact.String()
})

// encodeAgents writes agents as a server with tidy field names would.
func encodeAgents(t *testing.T, agents []Agent) []byte {
	t.Helper()
	list := []any{}
	for _, a := range agents {
		o := map[string]any{}
		for key, raw := range a.Extra {
			o[key] = raw
		}
		o["id"], o["platform_id"], o["email"], o["display_name"] = a.ID, a.PlatformID, a.Email, a.Name
		o["role"], o["status"], o["active"] = a.Role, a.Status, a.Active
		list = append(list, o)
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(list); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}
