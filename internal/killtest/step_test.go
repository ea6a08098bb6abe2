//go:build slow || long

package killtest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"azeer-slack/bot/workflow"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack/steps"
)

// completions counts how often Slack was told that a step ended well.
func (w *world) completions(id string) (n int) {
	for _, c := range w.box.Slack.APICalls("functions.completeSuccess") {
		if c.Args["function_execution_id"] == id {
			n++
		}
	}
	return n
}

// Wherever the process is killed, a workflow's step ends, once, and truly: what is stored and not acknowledged Slack
// sends again, and what is acknowledged the journal has.
func TestStepsEndThroughKills(t *testing.T) {
	t.Parallel()
	p := plan{database: "sqlite://" + filepath.Join(t.TempDir(), "journal.db")}
	w := open(t, &p)
	ctx, cancel := context.WithTimeout(t.Context(), awaitAll)
	defer cancel()
	w.box.Azeer.AddAgent(azeer.Agent{Name: "Omar Hassan", PlatformID: "omar@twerlo.com"})
	connected := func() bool { return w.box.Slack.Connections() > 0 }
	for n, at := range []string{"stored", "sent", "azeer_answered", "outcome_stored", "answer_posted"} {
		for who, word := range map[string]string{"sara": "now belongs to Omar Hassan", "layla": "تم إسناد العميل"} {
			contact := fmt.Sprintf("+9665444450%d%d", n, len(who))
			child := w.start(kill{how: at, nth: 1})
			w.until(ctx, "a socket", connected)
			e, err := w.box.Slack.RunStep(who, workflow.Callback, map[string]any{
				"contact": contact, "agent": "omar@twerlo.com", "on_behalf_of": w.box.Slack.Person(who).ID(),
			})
			if err != nil {
				t.Fatal(err)
			}
			<-child.gone
			w.forget(child)
			w.until(ctx, "the sockets to go", func() bool { return w.box.Slack.Connections() == 0 })
			child = w.start(kill{})
			if e, err = w.box.Slack.Await(ctx, e.ID); err != nil {
				t.Fatalf("%s: the step of %s has not ended: %v\n%s", at, who, err, child.log.String())
			}
			explanation, _ := e.Outputs["explanation"].(string)
			if e.State != steps.Completed || e.Outputs["outcome"] != "assigned" || e.Outputs["contact"] != contact || !strings.Contains(explanation, word) {
				t.Errorf("%s: the step of %s ended with %+v", at, who, e)
			}
			if owner := w.box.Azeer.Owner(strings.TrimPrefix(contact, "+")); owner != "omar@twerlo.com" {
				t.Errorf("%s: %s belongs to %q", at, contact, owner)
			}
			if at == "answer_posted" { // which the next process does not know, and says again
				w.until(ctx, "the step to be completed again", func() bool { return w.completions(e.ID) == 2 })
			}
			w.terminate(child)
			w.until(ctx, "the sockets to go", func() bool { return w.box.Slack.Connections() == 0 })
		}
	}
	for _, c := range w.box.Slack.APICalls("functions.completeSuccess") {
		if c.Error != "" && c.Error != "execution_not_in_running_state" {
			t.Errorf("Slack refused %v: %s", c.Args, c.Error)
		}
	}
}
