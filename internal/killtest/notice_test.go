//go:build slow || long

package killtest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// told are the direct messages to omar about a contact.
func told(w *world, contact string) (all []slack.Message) {
	for _, m := range w.box.Slack.Person("omar").Messages("@azeer") {
		if strings.Contains(m.Plain(), contact) {
			all = append(all, m)
		}
	}
	return all
}

// Wherever the process is killed, the new owner is told, and what they have said is noted: never less than
// once, and a telling twice only where Slack's yes was not noted.
func TestNewOwnersAreToldThroughKills(t *testing.T) {
	t.Parallel()
	p := plan{database: "sqlite://" + filepath.Join(t.TempDir(), "journal.db"), env: []string{"NOTIFY_AGENTS=true"}}
	w := open(t, &p)
	ctx, cancel := context.WithTimeout(t.Context(), awaitAll)
	defer cancel()
	w.box.Azeer.AddAgent(azeer.Agent{Name: "Omar Hassan", PlatformID: "omar@twerlo.com"})
	sara, omar := w.box.Slack.Person("sara"), w.box.Slack.Person("omar")
	connected := func() bool { return w.box.Slack.Connections() > 0 }
	for n, c := range []struct {
		kill kill
		most int
	}{
		// What is told while the process is being killed may be told again.
		{kill{how: "outcome_stored", nth: 1}, 2}, {kill{how: "answer_posted", nth: 1}, 2},
		{kill{how: "owner_told", nth: 1}, 2}, {kill{how: "notice_kept", nth: 1}, 1},
		{kill{how: "notice_kept", nth: 2}, 1}, // the owner's click is in the journal, and not acknowledged
	} {
		contact := fmt.Sprintf("+966 54 444 44%d", 10+n)
		child := w.start(c.kill)
		w.until(ctx, "a socket", connected)
		sara.Command("#support", "/assign "+strings.ReplaceAll(contact, " ", "")+" omar@twerlo.com")
		if c.kill.nth == 2 {
			w.until(ctx, "the new owner to be told", func() bool { return len(told(w, contact)) > 0 })
			omar.Click(told(w, contact)[0], "I have it")
		}
		<-child.gone
		w.forget(child)
		child = w.start(kill{})
		w.until(ctx, "a socket", connected)
		w.until(ctx, c.kill.how+": the new owner to be told", func() bool { return len(told(w, contact)) > 0 })
		if c.kill.nth != 2 {
			messages := told(w, contact)
			for d := omar.Click(messages[len(messages)-1], "I have it"); d.Shown != ""; { // as on a slow machine
				d = omar.Click(messages[len(messages)-1], "I have it")
			}
		}
		w.until(ctx, c.kill.how+": the receipt to be noted", func() bool {
			return slices.ContainsFunc(told(w, contact), func(m slack.Message) bool { return strings.Contains(m.Plain(), "You have it") })
		})
		w.terminate(child)
		w.until(ctx, "the sockets to go", func() bool { return w.box.Slack.Connections() == 0 })
		if got := len(told(w, contact)); got > c.most {
			t.Errorf("%v: told %d times", c.kill, got)
		}
	}
}
