package bot

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/users"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// The outcome takes the place of the interim answer, in clients that do so; it never takes
// that of the message whose button was clicked, where that is to stay.
func TestTheOutcomeTakesThePlaceOfTheInterimAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		to       payload.Address
		interim  bool
		replaces bool
	}{
		"command":                    {payload.Address{Command: true}, true, true},
		"command without an interim": {payload.Address{Command: true}, false, false},
		"button that is done with":   {payload.Address{Replace: true}, true, true},
		"button in a list":           {payload.Address{}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			var replaces []bool
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/hook" {
					_, _ = io.WriteString(w, `{"ok":false,"error":"user_not_found"}`)
					return
				}
				var got struct {
					Replace bool `json:"replace_original"`
				}
				raw, _ := io.ReadAll(r.Body)
				_ = json.Unmarshal(raw, &got)
				replaces = append(replaces, got.Replace)
			}))
			defer server.Close()
			l := newLedger(t)
			api := slack.New("xoxb-test", slack.OptionAPIURL(server.URL+"/api/"))
			l.answers.people = users.New(api, nil, zerolog.Nop())
			l.answers.post = &reply.Sender{
				Api: api, Http: server.Client(),
				Suspect: func(err error) error { return err }, Log: zerolog.Nop(),
			}
			a := l.ends("omar@twerlo.com", assign.Assigned)
			c.to.URL, c.to.Since = server.URL+"/hook", time.Now()
			a.Reply = c.to.Encode()
			if c.interim {
				l.answers.Interim(t.Context(), a)
			}
			if err := l.answers.Answer(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			if got := replaces[len(replaces)-1]; got != c.replaces {
				t.Errorf("the outcome replaces: %v, want %v", got, c.replaces)
			}
			if len(replaces) > 5 {
				t.Errorf("the URL is used %d times", len(replaces))
			}
			if _, left := l.answers.interims.Load(a.ID); left {
				t.Error("an interim answer is remembered for ever")
			}
		})
	}
}
