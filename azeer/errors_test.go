package azeer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"azeer-slack/azeer"
)

func TestAssignEffectOfEachStatus(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct {
		effect azeer.Effect
		hint   string
	}{
		301: {azeer.Refused, "redirect"}, 304: {azeer.Refused, "redirect"},
		400: {azeer.Refused, "contact or agent unknown, or a bad phone"},
		401: {azeer.Refused, "wrong, revoked or read-only"},
		402: {azeer.Refused, "plan or of its seats"},
		403: {azeer.Refused, "wrong, revoked or read-only"},
		404: {azeer.Refused, "contact or agent unknown, or a bad phone"},
		405: {azeer.Refused, ""}, 408: {azeer.Perhaps, ""},
		409: {azeer.Refused, ""}, 422: {azeer.Refused, ""},
		429: {azeer.NotDone, "too many"},
		500: {azeer.Perhaps, "a fault at azeer, or contact or agent unknown"},
		502: {azeer.Perhaps, "fault at azeer"}, 503: {azeer.NotDone, "fault at azeer"},
		504: {azeer.Perhaps, "fault at azeer"}, 599: {azeer.Perhaps, "fault at azeer"},
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			calls := make(chan struct{}, 8)
			_, err := assign(serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls <- struct{}{}
				w.WriteHeader(status)
			}))
			f := wantEffect(t, err, c.effect)
			if f.Status != status || f.Op != "assign contact" || f.Unwrap() != nil {
				t.Errorf("got %#v", f)
			}
			if !strings.Contains(f.Hint(), c.hint) || !strings.Contains(f.Error(), f.Hint()) {
				t.Errorf("hint %q, error %q; want %q in both", f.Hint(), f, c.hint)
			}
			if len(calls) != 1 {
				t.Errorf("%d calls were made, want 1: Assign never repeats", len(calls))
			}
		})
	}
}

func TestErrorMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 1000)
	for name, c := range map[string]struct{ body, want string }{
		"message":                 {`{"success":false,"message":"no such contact","error":"x"}`, "no such contact"},
		"message as a list":       {`{"message":["too short","no digits"]}`, "too short; no digits"},
		"error as a string":       {`{"error":"no such contact"}`, "no such contact"},
		"error as an object":      {`{"message":"","error":{"code":7,"message":"no such contact"}}`, "no such contact"},
		"error of odd type":       {`{"error":true,"detail":"no such contact"}`, "no such contact"},
		"errors as strings":       {`{"errors":["one","two","three","four"]}`, "one; two; three"},
		"errors as objects":       {`{"errors":[{"msg":"one"},{"detail":"two"},{"message":"one"}]}`, "one; two"},
		"errors by field":         {`{"errors":{"b":["two"],"a":["one"]}}`, "one; two"},
		"errors empty":            {`{"errors":[],"msg":"m"}`, "m"},
		"detail":                  {`{"detail":"no such contact"}`, "no such contact"},
		"detail as a list":        {`{"detail":[{"loc":["body"],"msg":"required"}]}`, "required"},
		"msg":                     {`{"msg":"no such contact"}`, "no such contact"},
		"nothing known":           {`{"code":17}`, `{"code":17}`},
		"an empty object":         {`{}`, ""},
		"null":                    {`null`, ""},
		"a JSON string":           {`"no such contact"`, "no such contact"},
		"a JSON array":            {`["no such","contact"]`, "no such; contact"},
		"empty":                   {``, ""},
		"plain text":              {"no such\r\n\tcontact\n", "no such contact"},
		"broken JSON":             {`{"message":"no such`, `{"message":"no such`},
		"HTML":                    {`<!DOCTYPE html><html><head><style>a{}</style><script>x("<b>")</script></head><body><h1>Bad&nbsp;Gateway</h1><hr>nginx</body>`, "Bad Gateway nginx"},
		"HTML in JSON":            {`{"message":"<b>no</b> such <i>contact</i>"}`, "no such contact"},
		"HTML in a title":         {`<title><b>no</b> such contact</title>`, "no such contact"},
		"HTML hidden in entities": {`<p>&lt;script&gt;x&lt;/script&gt;no such contact</p>`, "no such contact"},
		"less and greater":        {`{"message":"digits < 8 or > 15"}`, "digits < 8 or > 15"},
		"the key echoed":          {`{"message":"bad key sandbox-key"}`, "bad key [key]"},
		"the key in entities":     {`<p>bad key &#115;andbox-key</p>`, "bad key [key]"},
		"bad UTF-8":               {"no such \xffcontact", "no such contact"},
		"direction overrides":     {"\u202eno such\u2066 contact", "no such contact"},
		"Arabic":                  {`{"message":"جهة الاتصال غير موجودة"}`, "جهة الاتصال غير موجودة"},
		"long":                    {long, strings.TrimSpace(long[:299]) + "…"},
		"huge":                    {strings.Repeat("x", 1<<20), strings.Repeat("x", 299) + "…"},
		"deep":                    {strings.Repeat(`{"error":`, 50) + `"x"` + strings.Repeat(`}`, 50), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := assign(serve(t, says(400, c.body)))
			f := fault(t, err)
			if name == "deep" {
				if utf8.RuneCountInString(f.Message) > 300 {
					t.Errorf("message has %d characters", len(f.Message))
				}
				return
			}
			if f.Message != c.want {
				t.Errorf("message is %q, want %q", f.Message, c.want)
			}
			if c.want != "" && strings.Contains(f.Error(), c.want) {
				t.Errorf("error %q quotes the vendor", f)
			}
		})
	}
}

func TestErrorRetryAfter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value    string
		min, max time.Duration
	}{
		"seconds":        {"7", 7 * time.Second, 7 * time.Second},
		"spaces":         {" 7 ", 7 * time.Second, 7 * time.Second},
		"a date":         {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), 50 * time.Second, time.Minute},
		"a past date":    {"Sun, 06 Nov 1994 08:49:37 GMT", 0, 0},
		"an old format":  {"Sunday, 06-Nov-94 08:49:37 GMT", 0, 0},
		"a far date":     {"Fri, 31 Dec 9999 23:59:59 GMT", 24 * time.Hour, 24 * time.Hour},
		"a huge number":  {strings.Repeat("9", 40), 24 * time.Hour, 24 * time.Hour},
		"a negative one": {"-5", 0, 0},
		"words":          {"soon", 0, 0},
		"nothing":        {"", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{429, 503} {
				_, err := assign(serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", c.value)
					w.WriteHeader(status)
				}))
				if got := wantEffect(t, err, azeer.NotDone).RetryAfter; got < c.min || got > c.max {
					t.Errorf("RetryAfter is %s, want %s to %s", got, c.min, c.max)
				}
			}
		})
	}
}

func TestErrorOfReadSaysNothingOfContacts(t *testing.T) {
	t.Parallel()
	for status, want := range map[int][2]string{
		400: {"list agents: status 400 Bad Request: check the base URL", "read agent: status 400 Bad Request: agent unknown"},
		404: {"list agents: status 404 Not Found: check the base URL", "read agent: status 404 Not Found: agent unknown"},
		500: {"list agents: status 500 Internal Server Error: a fault at azeer", "read agent: status 500 Internal Server Error: a fault at azeer"},
	} {
		client := serve(t, says(status, ""))
		_, listErr := client.Agents(context.Background())
		_, readErr := client.Agent(context.Background(), "1")
		if got := [2]string{listErr.Error(), readErr.Error()}; got != want {
			t.Errorf("errors are %q, want %q", got, want)
		}
	}
}

func TestErrorHoldsNoResponse(t *testing.T) {
	t.Parallel()
	_, err := assign(serve(t, says(401, `{"message":"bad key"}`)))
	encoded, jsonErr := json.Marshal(err)
	if text := fmt.Sprintf("%+v %#v %s", err, err, encoded); jsonErr != nil || strings.Contains(text, key) {
		t.Errorf("the key can be read from the error: %s (%v)", text, jsonErr)
	}
}

func TestErrorOfReadHoldsNoID(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"a status":      says(404, "no omar@twerlo.com here"),
		"a lost answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a bad redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://omar:%zz")
			w.WriteHeader(302)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := serve(t, handler).Agent(context.Background(), omar)
			if f := fault(t, err); f.Op != "read agent" {
				t.Errorf("op is %q", f.Op)
			}
		})
	}
}
