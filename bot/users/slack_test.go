package users

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// workspace is a Slack without sockets, so that hours pass in it at once.
type workspace struct {
	members int // U0, U1, …, all of them alike

	mu      sync.Mutex
	locale  string              // of all members
	guests  bool                // whether all are
	groups  map[string][]string // by id; one that is not in it cannot be read
	latency time.Duration       // of users.info
	ailing  bool                // users.info fails
	calls   map[string]int      // by method
}

// knows gives a Users of the workspace that has not asked it anything yet.
func (w *workspace) knows(groups ...string) *Users {
	w.calls = make(map[string]int)
	return New(slack.New("xoxb-1", slack.OptionHTTPClient(w)), groups, zerolog.Nop())
}

// becomes changes the workspace.
func (w *workspace) becomes(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *workspace) wantCalls(t *testing.T, method string, want int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.calls[method]; n != want {
		t.Errorf("%d calls of %s, want %d", n, method, want)
	}
}

// Do carries out a call of the Web API.
func (w *workspace) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	args, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	answer, wait := w.answer(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], args)
	if !retry.Sleep(r.Context(), wait) {
		return nil, r.Context().Err()
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(string(raw))),
	}, nil
}

// answer is what a method gives, and how long that takes.
func (w *workspace) answer(method string, args url.Values) (map[string]any, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[method]++
	refuse := func(code string) map[string]any { return map[string]any{"ok": false, "error": code} }
	switch method {
	case "auth.test":
		return map[string]any{"ok": true, "team_id": "T1", "user_id": "U0BOT"}, 0
	case "users.info":
		if w.ailing {
			return refuse("internal_error"), w.latency
		}
		return map[string]any{"ok": true, "user": w.member(args.Get("user"))}, w.latency
	case "users.list":
		return w.page(args), 0
	case "usergroups.list":
		var groups []map[string]any
		for id, members := range w.groups {
			groups = append(groups, map[string]any{"id": id, "handle": strings.ToLower(id), "users": members, "date_delete": 0})
		}
		return map[string]any{"ok": true, "usergroups": groups}, 0
	case "usergroups.users.list":
		if members, ok := w.groups[args.Get("usergroup")]; ok {
			return map[string]any{"ok": true, "users": members}, 0
		}
		return refuse("no_such_subteam"), 0
	}
	return refuse("unknown_method"), 0
}

func (w *workspace) member(id string) map[string]any {
	return map[string]any{"id": id, "team_id": "T1", "is_restricted": w.guests, "locale": w.locale, "real_name": "Member " + id, "tz": "Asia/Riyadh"}
}

// page is one of users.list.
func (w *workspace) page(args url.Values) map[string]any {
	from, _ := strconv.Atoi(args.Get("cursor")) // "": the first
	limit, _ := strconv.Atoi(args.Get("limit"))
	to, next := min(from+max(limit, 1), w.members), ""
	if to < w.members {
		next = strconv.Itoa(to)
	}
	var found []map[string]any
	for n := from; n < to; n++ {
		found = append(found, w.member("U"+strconv.Itoa(n)))
	}
	return map[string]any{"ok": true, "members": found, "response_metadata": map[string]any{"next_cursor": next}}
}
