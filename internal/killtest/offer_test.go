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

// Wherever the process is killed, an offer is shown, whoever took it has it, by one assignment, and the card
// says so: never none, and two cards only where Slack's yes to the first was not noted.
func TestOffersOutliveKills(t *testing.T) {
	t.Parallel()
	p := plan{database: "sqlite://" + filepath.Join(t.TempDir(), "journal.db")}
	w := open(t, &p)
	ctx, cancel := context.WithTimeout(t.Context(), awaitAll)
	defer cancel()
	w.box.Azeer.AddAgent(azeer.Agent{Name: "Omar Hassan", PlatformID: "omar@twerlo.com"})
	w.box.Slack.AddChannel(slack.ChannelConfig{Name: "leads", Members: []string{"sara", "omar"}, BotMember: true})
	sara, omar := w.box.Slack.Person("sara"), w.box.Slack.Person("omar")
	connected := func() bool { return w.box.Slack.Connections() > 0 }
	cards := func(end, words string) (all []slack.Message) {
		for _, m := range omar.Messages("#leads") {
			if !m.Ephemeral && strings.Contains(m.Plain(), end) && strings.Contains(m.Plain(), words) {
				all = append(all, m)
			}
		}
		return all
	}
	for n, c := range []struct {
		at   string
		most int // cards
	}{
		{"offer_stored", 1}, {"offer_shown", 2}, {"offer_taken", 1}, {"stored", 1}, {"sent", 1}, {"offer_settled", 1},
	} {
		number := fmt.Sprintf("05444441%02d", 10+n)
		end := fmt.Sprintf("…1%02d", 10+n)
		child := w.start(kill{how: c.at, nth: 1})
		w.until(ctx, "a socket", connected)
		sara.Command("#leads", "/assign offer "+number)
		taps := c.at != "offer_stored" && c.at != "offer_shown"
		if taps {
			w.until(ctx, c.at+": the card", func() bool { return len(cards(end, "Take it")) > 0 })
			omar.Click(cards(end, "Take it")[0], "Take it")
		}
		<-child.gone
		w.forget(child)
		child = w.start(kill{})
		w.until(ctx, "a socket", connected)
		if !taps {
			w.until(ctx, c.at+": the card", func() bool { return len(cards(end, "Take it")) > 0 })
			all := cards(end, "Take it")
			d := omar.Click(all[len(all)-1], "Take it")
			for d.Shown != "" { // as on a slow machine
				d = omar.Click(all[len(all)-1], "Take it")
			}
			if d.Err != nil {
				t.Fatal(d.Err)
			}
		}
		w.until(ctx, c.at+": the card to say who has it", func() bool { return len(cards(end, "has it")) > 0 })
		if got := w.box.Azeer.Owner("966" + number[1:]); got != "omar@twerlo.com" {
			t.Errorf("%s: it belongs to %q", c.at, got)
		}
		w.until(ctx, c.at+": the answer", func() bool {
			for _, m := range omar.Messages("#leads") {
				if m.Ephemeral && strings.Contains(m.Plain(), "now belongs to") && strings.Contains(m.Plain(), number[len(number)-3:]) {
					return true
				}
			}
			return false
		})
		w.terminate(child)
		w.until(ctx, "the sockets to go", func() bool { return w.box.Slack.Connections() == 0 })
		if got := len(cards(end, "")); got > c.most {
			t.Errorf("%s: %d cards", c.at, got)
		}
	}
}
