package reply

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/bot/slackcall"
)

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
		if d := slackcall.RetryAfter(err); d < 0 || d > 24*time.Hour {
			t.Errorf("Retry-After %q is waited for %s", wait, d)
		}
		if status == 429 && !slackcall.IsTemporary(err) {
			t.Error("a rate limit is not waited out")
		}
	})
}
