package reply

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// posted is what a response URL got.
type posted struct {
	Replace bool `json:"replace_original"`
	Text    string
}

func TestOnceTellsWhetherTheURLTookIt(t *testing.T) {
	var got []posted
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var p posted
		_ = json.Unmarshal(raw, &p)
		got = append(got, p)
		w.WriteHeader(status)
	}))
	defer server.Close()
	api := slack.New("xoxb-test", slack.OptionAPIURL(server.URL+"/api/"))
	s := &Sender{Api: api, Http: server.Client(), Suspect: func(err error) error { return err }, Log: zerolog.Nop()}
	to := payload.Address{URL: server.URL, Since: time.Now(), Command: true}
	if byURL, err := s.Once(t.Context(), "U0MANAGER", to, render.Message{Text: "still going on"}); !byURL || err != nil {
		t.Errorf("by URL: %v (%v)", byURL, err)
	}
	to.Replace = true
	if err := s.Deliver(t.Context(), "U0MANAGER", to, render.Message{Text: "how it ended"}); err != nil {
		t.Error(err)
	}
	if want := []posted{{false, "still going on"}, {true, "how it ended"}}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("posted %v, want %v", got, want)
	}
	status = http.StatusNotFound // used up
	if byURL, _ := s.Once(t.Context(), "U0MANAGER", to, render.Message{Text: "too late"}); byURL {
		t.Error("what the URL refused counts as gone through it")
	}
}
