package render

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// knowing is a renderer that has an agent in memory, by platform id and email.
func knowing(t *testing.T, known agent.Agent) Renderer {
	t.Helper()
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(catalogue, Config{Region: "SA", Known: func(id agent.Email) (agent.Agent, bool) {
		return known, id.Equal(known.PlatformID) || id.Equal(known.Email)
	}}).Default
}

// An assignment that was carried out before the list of agents was read knows an address only.
func TestAnAgentAppearsByTheirPresentName(t *testing.T) {
	noura := agent.Agent{PlatformID: agent.NewEmail("7003"), Email: agent.NewEmail("noura@twerlo.com"), Name: "Noura Saleh"}
	nameless := to("noura@twerlo.com", "noura@twerlo.com")
	v := knowing(t, noura)
	a := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: nameless})
	home := v.Home(HomeContent{
		Reader: a.Requester, Now: goldenTime, Mine: []assign.Assignment{a},
		Team: &HomeTeam{Counts: []assign.Count{{Agent: nameless, Day: goldenTime, Assigned: 2}, {Agent: noura, Day: goldenTime, Assigned: 3}}},
	})
	for what, text := range map[string]string{
		"the answer": v.Outcome(a, agent.Agent{}).Text, "mine": v.Mine([]assign.Assignment{a}, nil).Text, "Home": payload.Encode(home),
	} {
		if !strings.Contains(text, "Noura Saleh") || strings.Contains(strings.ReplaceAll(text, "(noura@twerlo.com)", ""), "noura@") {
			t.Errorf("%s says %s", what, text)
		}
	}
	if n := strings.Count(payload.Encode(home), "█ 5 Noura Saleh"); n != 1 {
		t.Errorf("her bar is drawn %d times: %s", n, payload.Encode(home))
	}
	if m := v.Outcome(a, noura); !strings.Contains(m.Text, "already belonged to") {
		t.Errorf("she took it from herself: %s", m.Text)
	}
}

// A phone of 360 pixels shows no more than the beginning of a label.
func TestNamesakesAreToldApartByTheBeginning(t *testing.T) {
	v := testVoices(t).Default
	agents := []agent.Agent{to("Noura Saleh", "noura@twerlo.com"), to("noura saleh", "noura.s@twerlo.com"), to("Omar Hassan", "omar@twerlo.com")}
	var labels []string
	for _, o := range v.Suggest("", agents, false) {
		labels = append(labels, o.Text.Text)
	}
	if got := strings.Join(labels, "; "); got != "noura@twerlo.com (Noura Saleh); noura.s@twerlo.com (noura saleh); Omar Hassan (omar@twerlo.com)" {
		t.Errorf("the menu offers %s", got)
	}
	groups := v.Group(nil, agents[:1], v.Suggest("", agents, false))
	if got := groups[0].Options[0].Text.Text; got != "noura@twerlo.com (Noura Saleh)" {
		t.Errorf("on top stands %s", got)
	}
}

// Placeholders are cut on a phone, so they hold nothing but the example.
func TestPlaceholdersHoldTheExampleAlone(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		shown := []string{v.contactInput("").(*slack.InputBlock).Element.(*slack.PlainTextInputBlockElement).Placeholder.Text}
		shown = append(shown, v.HomeTop(false)[1].(*slack.InputBlock).Element.(*slack.PlainTextInputBlockElement).Placeholder.Text)
		for _, got := range shown {
			if clean := strings.Trim(got, "\u2066\u2069\u200f"); clean != "0544444444" {
				t.Errorf("%s: %q", language, got)
			}
		}
	}
}

// Azeer shows Western digits, and so does all that we print; any may be typed.
func TestDigitsAreAllOfOneKind(t *testing.T) {
	v := testVoices(t).ByLanguage["ar"]
	for name, m := range goldenMessages(v) {
		if strings.ContainsAny(m.Text, "٠١٢٣٤٥٦٧٨٩") {
			t.Errorf("%s: %s", name, m.Text)
		}
	}
}

func TestWhatNeedsAttentionIsListedOnce(t *testing.T) {
	v := testVoices(t).Default
	rows := goldenRows()
	s := HomeContent{Reader: "U0MANAGER", Now: goldenTime, Mine: rows, Wrong: rows[3:4], Team: &HomeTeam{rows, goldenCounts(2)}}
	home := v.Home(s)
	var order []string
	lines := 0
	for _, block := range home.Blocks.BlockSet {
		switch b := block.(type) {
		case *slack.HeaderBlock:
			order = append(order, b.Text.Text)
		case *slack.SectionBlock:
			if strings.Contains(b.Text.Text, " · ") {
				lines += 1 + strings.Count(b.Text.Text, "\n")
			}
		}
	}
	if want := "Needs your attention; Your last requests; The team's last requests; Day by day"; !strings.HasSuffix(strings.Join(order, "; "), want) || !strings.HasPrefix(order[0], "Last 7 days") {
		t.Errorf("the parts are %q", order)
	}
	if want := 1 + 2*(ListMost-1); lines != want {
		t.Errorf("%d lines, want %d: one a request", lines, want)
	}
	s.Team.Counts = []assign.Count{{Agent: to("Omar Hassan", "omar@twerlo.com"), Day: goldenTime, Assigned: 1}}
	if n := strings.Count(payload.Encode(v.Home(s)), "█ 1 "); n != 1 {
		t.Errorf("on the first day the chart is drawn %d times", n)
	}
	s.Team.Counts = append(s.Team.Counts, assign.Count{Agent: s.Team.Counts[0].Agent, Day: goldenTime.Add(24 * time.Hour), Assigned: 1})
	if n := strings.Count(payload.Encode(v.Home(s)), "Omar Hassan\""); n < 3 {
		t.Errorf("on the second day it is drawn %d times", n)
	}
}
