package render

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/sandbox/blockkit"
)

// goldenHomes gives Home tabs: as little as one can hold, and as much.
func goldenHomes(v Renderer) map[string]any {
	found := goldenSights()
	found.Search, found.Result.Contact = HomeSearch{"٠٥٤٤٤٤٤٤٤٤", goldenTime}, goldenRequest.Contact
	found.Result.Found, found.Result.Owner = goldenRows()[:3], goldenRows()[2]
	mistake, nothing := HomeContent{Reader: "U0MANAGER", Now: goldenTime}, HomeContent{Reader: "U0MANAGER", Now: goldenTime}
	mistake.Search, mistake.Result.Mistake = HomeSearch{"<!channel> 05444", goldenTime}, sampleMistake(line.PhoneTooShort)
	nothing.Search, nothing.Result.Contact = HomeSearch{"+971501234567", goldenTime}, phone.New("971501234567")
	admin := goldenSights()
	admin.Team = &HomeTeam{goldenRows(), goldenCounts(3)}
	many := HomeContent{Reader: "U0ADMIN", Now: goldenTime, Team: &HomeTeam{Counts: goldenCounts(tallyMost + 3)}}
	return map[string]any{
		"home":            v.Home(goldenSights()),
		"home_empty":      v.Home(HomeContent{Reader: "U0MANAGER", Now: goldenTime}),
		"home_found":      v.Home(found),
		"home_mistake":    v.Home(mistake),
		"home_nothing":    v.Home(nothing),
		"home_admin":      v.Home(admin),
		"home_admin_many": v.Home(many),
		"home_admin_none": v.Home(HomeContent{Reader: "U0ADMIN", Now: goldenTime, Team: new(HomeTeam)}),
		"home_shut":       HomeView(HomeSearch{}, Paragraph(v.Texts.Text("not_allowed_guest", nil)).Blocks...),
	}
}

func goldenSights() HomeContent {
	rows := goldenRows()
	return HomeContent{Reader: "U0MANAGER", Now: goldenTime, Mine: rows, Wrong: []assign.Assignment{rows[3], rows[5], rows[7]}}
}

// goldenCounts is how many contacts so many agents were given in three days.
func goldenCounts(agents int) (counts []assign.Count) {
	names := []string{"Omar Hassan", "ليلى أحمد", "Sara <!channel> & Co"}
	for day := range 3 {
		for n := range agents {
			counts = append(counts, assign.Count{
				Agent:    to(names[n%len(names)], "agent"+strconv.Itoa(n)+"@twerlo.com"),
				Day:      goldenTime.AddDate(0, 0, -day),
				Assigned: 1 + (n+1)*(day+1)*7%40,
			})
		}
	}
	return counts
}

// However much there is to show, and however long the names, Slack takes the view.
func TestAFullHomeTabFits(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		rows := goldenRows()
		for i := range rows {
			rows[i].Outcome.Kind, rows[i].Outcome.Reason = assign.Unknown, assign.NotFound
			rows[i].Outcome.Agent = to(strings.Repeat("😀", 300), strings.Repeat("<", 300)+"@twerlo.com")
			rows[i].Agent = agent.RefName(strings.Repeat("&", 300))
		}
		s := HomeContent{
			Reader: "U0MANAGER", Now: goldenTime, Search: HomeSearch{strings.Repeat("\x01", ContactMax), goldenTime},
			Result: SearchResult{History: History{Contact: goldenRequest.Contact, Owner: rows[0], Found: rows}},
			Wrong:  rows[:5], Mine: rows, Team: &HomeTeam{Rows: rows},
		}
		for day := range TallyDays {
			for n := range 300 {
				s.Team.Counts = append(s.Team.Counts, assign.Count{
					Agent: to(strings.Repeat("&", 300), strconv.Itoa(n)+"@twerlo.com"), Day: goldenTime.AddDate(0, 0, -day), Assigned: 1 + n*n*1_000_000,
				})
			}
		}
		raw := []byte(payload.Encode(v.Home(s)))
		for _, problem := range blockkit.View(raw, "/view") {
			t.Errorf("%s: %s at %s", language, problem.Message, problem.Pointer)
		}
		if len(raw) > 150_000 {
			t.Errorf("%s: %d bytes", language, len(raw))
		}
	}
}

func TestBarsAreInProportion(t *testing.T) {
	for _, c := range []struct{ n, most, want int }{{0, 10, 1}, {1, 1000, 1}, {5, 10, barMost / 2}, {10, 10, barMost}, {1, 1, barMost}} {
		if got := strings.Count(string(bar(c.n, c.most)), "█"); got != c.want {
			t.Errorf("%d of %d: %d, want %d", c.n, c.most, got, c.want)
		}
	}
	v := testVoices(t).Default
	counts := goldenCounts(20)
	lines := strings.Split(v.bars(slices.Clone(counts)), "\n")
	if len(lines) != tallyMost+1 || !strings.HasPrefix(lines[0], "█") {
		t.Errorf("drawn as\n%s", strings.Join(lines, "\n"))
	}
	if !strings.Contains(lines[tallyMost], "(52 other agents)") {
		t.Errorf("the rest is drawn as %q", lines[tallyMost])
	}
}
