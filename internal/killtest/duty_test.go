//go:build slow || long

package killtest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// Wherever the process is killed, who of a group was chosen stays chosen: Azeer is never asked to give a contact to
// one and then to another, and the answer names who has it.
func TestAChoiceOutlivesKills(t *testing.T) {
	t.Parallel()
	p := plan{database: "sqlite://" + filepath.Join(t.TempDir(), "journal.db")}
	w := open(t, &p)
	ctx, cancel := context.WithTimeout(t.Context(), awaitAll)
	defer cancel()
	for _, name := range []string{"Omar", "Sara"} {
		w.box.Azeer.AddAgent(azeer.Agent{Name: name, PlatformID: strings.ToLower(name) + "@twerlo.com"})
	}
	w.box.Slack.AddUserGroup("on-duty", "omar", "sara")
	connected := func() bool { return w.box.Slack.Connections() > 0 }
	for n, at := range []string{"stored", "acknowledged", "sent", "azeer_answered", "outcome_stored", "answer_posted"} {
		for who, words := range map[string]string{"sara": "now belongs to", "layla": "تم إسناد العميل"} {
			number := fmt.Sprintf("05444445%d%d", n, len(who))
			child := w.start(kill{how: at, nth: 1})
			w.until(ctx, "a socket", connected)
			person := w.box.Slack.Person(who)
			person.Command("#support", "/assign "+number+" @on-duty")
			<-child.gone
			w.forget(child)
			child = w.start(kill{})
			answers := func() (all []slack.Message) {
				for _, m := range person.Messages("#support") {
					if strings.Contains(m.Plain(), words) && strings.Contains(m.Plain(), number[len(number)-4:]) {
						all = append(all, m)
					}
				}
				return all
			}
			want := 1
			if at == "answer_posted" { // which the next process does not know, and says again
				want = 2
			}
			w.until(ctx, at+": the answer", func() bool { return len(answers()) == want })
			answer := answers()[0]
			owner := w.box.Azeer.Owner("966" + number[1:])
			if !strings.Contains(answer.Plain(), owner) && !strings.Contains(strings.ToLower(answer.Plain()), strings.TrimSuffix(owner, "@twerlo.com")) {
				t.Errorf("%s: it belongs to %q, and %s was told %q", at, owner, who, answer.Plain())
			}
			for _, call := range w.box.Azeer.Calls() {
				if call.Contact == "966"+number[1:] && call.Agent != owner {
					t.Errorf("%s: Azeer was asked for %s and %s", at, call.Agent, owner)
				}
			}
			w.terminate(child)
			w.until(ctx, "the sockets to go", func() bool { return w.box.Slack.Connections() == 0 })
		}
	}
}
