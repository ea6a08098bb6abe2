package users

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// grouping is a Slack without sockets, so that hours pass in it at once: it knows user
// groups, and one person.
type grouping struct {
	mu      sync.Mutex
	members map[string][]string // nil: the group cannot be read
	deleted bool                // whether the person is deactivated
	asked   int                 // for people
}

func (g *grouping) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	asked, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	answer := map[string]any{"ok": true}
	switch members := g.members[asked.Get("usergroup")]; {
	case strings.HasSuffix(r.URL.Path, "/users.list"):
		g.asked++
		answer["members"] = []map[string]any{{"id": "U0MANAGER", "deleted": g.deleted}}
	case members == nil:
		answer = map[string]any{"ok": false, "error": "no_such_subteam"}
	default:
		answer["users"] = members
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

// holds changes who is in a group; nobody at all: it cannot be read.
func (g *grouping) holds(group string, members ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members[group] = members
}

// livesIn has a People know the workspace of g from now on, and lets it begin.
func livesIn(t *testing.T, g *grouping, groups ...string) *Users {
	t.Helper()
	p := New(slack.New("xoxb-1", slack.OptionHTTPClient(g)), groups, zerolog.Nop())
	p.membersUnread, p.groupsUnread = p.readMembers(t.Context()), p.readGroups(t.Context())
	ctx, stop := context.WithCancel(t.Context())
	var refreshing sync.WaitGroup
	refreshing.Go(func() { p.KeepFresh(ctx) })
	t.Cleanup(func() {
		stop()
		refreshing.Wait()
	})
	return p
}

func wantIn(t *testing.T, p *Users, id string, in, known bool) {
	t.Helper()
	if gotIn, gotKnown := p.InGroups(id); gotIn != in || gotKnown != known {
		t.Errorf("%s: in %t, known %t; want %t, %t", id, gotIn, gotKnown, in, known)
	}
}

// Who was in a group is let in for some hours after it was read last, and not for ever.
func TestAGroupThatCannotBeReadIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grouping{members: map[string][]string{"S1": {"U1"}, "S2": {"U2"}}}
		p := livesIn(t, g, "S1", "S2")
		wantIn(t, p, "U1", true, true)
		wantIn(t, p, "U3", false, true)
		g.holds("S1")
		retry.Sleep(t.Context(), groupsLife-time.Minute)
		wantIn(t, p, "U1", true, true)
		retry.Sleep(t.Context(), 2*time.Minute)
		wantIn(t, p, "U1", false, false)
		wantIn(t, p, "U2", true, true)
		wantIn(t, p, "U3", false, false)
		g.holds("S1", "U3")
		retry.Sleep(t.Context(), peoplePause+time.Second)
		wantIn(t, p, "U1", false, true)
		wantIn(t, p, "U3", true, true)
	})
}

// A group that could not be read at the start is read soon.
func TestAGroupIsTriedAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grouping{members: map[string][]string{}}
		p := livesIn(t, g, "S1")
		wantIn(t, p, "U1", false, false)
		g.holds("S1", "U1")
		retry.Sleep(t.Context(), peopleRetry+time.Millisecond)
		wantIn(t, p, "U1", true, true)
	})
}

// What is known of people is of the last hour, whatever becomes of the groups, and is not
// asked for more often because of them.
func TestPeopleAreReadWhateverTheGroupsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grouping{members: map[string][]string{}}
		p := livesIn(t, g, "S404")
		if known, _ := p.cached("U0MANAGER"); known.membership != member {
			t.Errorf("at first %v", known.membership)
		}
		g.mu.Lock()
		g.deleted = true
		g.mu.Unlock()
		retry.Sleep(t.Context(), refreshEvery+time.Second)
		if known, _ := p.cached("U0MANAGER"); known.membership != Gone {
			t.Errorf("after an hour %v", known.membership)
		}
		if g.asked != 2 {
			t.Errorf("asked for people %d times", g.asked)
		}
	})
}
