package render

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// HomeContent is what a Home tab shows.
type HomeContent struct {
	Reader string
	Search HomeSearch
	Now    time.Time

	Contact phone.Number // looked up
	Mistake *line.Mistake
	Owner   assign.Assignment
	Found   []assign.Assignment

	Wrong, Mine []assign.Assignment

	Admin  bool
	Team   []assign.Assignment
	Counts []assign.Count
}

func HomeView(s HomeSearch, blocks ...slack.Block) slack.HomeTabViewRequest {
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	if s.Typed != "" {
		view.PrivateMetadata = payload.Encode(s)
	}
	return view
}

func (v Renderer) Home(s HomeContent) slack.HomeTabViewRequest {
	blocks := append(v.HomeTop(), v.homeFound(s)...)
	blocks = append(blocks, v.homeRows("home_wrong", s.Wrong, func(a assign.Assignment) *slack.SectionBlock {
		return section(v.status(a, s.Reader)+"\n"+v.rowMine(a), v.retryButton(a))
	})...)
	if len(s.Mine) == 0 {
		blocks = append(blocks, Paragraph(v.Texts.Text("mine_none", nil)).Blocks...)
	}
	blocks = append(blocks, v.homeRows("mine_title", s.Mine, func(a assign.Assignment) *slack.SectionBlock {
		return section(v.status(a, s.Reader)+"\n"+v.rowMine(a), nil)
	})...)
	if s.Admin {
		blocks = append(blocks, slack.NewDividerBlock())
		blocks = append(blocks, v.homeRows("home_team", s.Team, func(a assign.Assignment) *slack.SectionBlock {
			return section(v.status(a, s.Reader)+"\n"+v.teamRow(a, v.contact(a.Contact), a.AcceptedAt, texts.Mention(a.Requester)), nil)
		})...)
		blocks = append(blocks, v.homeCounts(s.Counts)...)
	}
	fresh := v.Texts.Text("home_fresh", texts.Data{"When": slackTime(s.Now)})
	blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, fresh, false, false)))
	return HomeView(s.Search, blocks...)
}

// HomeTop is where to assign, and where to look somebody up. Its ids stay the same, so that
// what is being typed outlives a new version of the view.
func (v Renderer) HomeTop() []slack.Block {
	input := slack.NewPlainTextInputBlockElement(plainText(v.Texts.Plain("form_contact_example", texts.Data{"Phone": v.ExamplePhone()}), 150), ActionSearch)
	input.MaxLength = ContactMax
	input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	label := plainText(v.Texts.Plain("home_search", nil), 2000)
	return []slack.Block{
		slack.NewActionBlock("", v.button("home_assign", ActionOpen, Draft{}.encode(), slack.StylePrimary)),
		slack.NewInputBlock(ActionSearch, label, nil, input).WithDispatchAction(true),
	}
}

// homeFound shows what was looked up, with a button to have it away again.
func (v Renderer) homeFound(s HomeContent) []slack.Block {
	var shown Message
	switch {
	case s.Search.Typed == "":
		return nil
	case s.Mistake != nil:
		shown = v.Notice(v.MistakeText(s.Mistake))
	case len(s.Found) == 0:
		shown = v.HistoryNone(s.Contact)
	default:
		shown = v.HistoryOf(s.Contact, s.Owner, s.Found, s.Reader)
	}
	if title, ok := shown.Blocks[0].(*slack.SectionBlock); ok {
		title.Accessory = slack.NewAccessory(v.button("form_close", ActionClose, "", slack.StyleDefault))
	}
	return append(shown.Blocks, slack.NewDividerBlock())
}

// homeRows lists assignments under a title; nothing if there are none.
func (v Renderer) homeRows(title string, all []assign.Assignment, row func(assign.Assignment) *slack.SectionBlock) []slack.Block {
	if len(all) == 0 {
		return nil
	}
	blocks := []slack.Block{section(v.Texts.Text(title, nil), nil)}
	for _, a := range all[:min(len(all), ListMost)] {
		blocks = append(blocks, row(a))
	}
	if len(all) > ListMost {
		more := v.Texts.Text("history_more", nil)
		blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, more, false, false)))
	}
	return blocks
}

// teamRow says which contact was asked for, when, by whom and from where.
func (v Renderer) teamRow(a assign.Assignment, contact any, at time.Time, by any) string {
	return v.Texts.Text("team_row", texts.Data{
		"Contact": contact, "When": slackTime(at), "By": by, "From": v.from(payload.DecodeOrigin(a.Origin)),
	})
}

// homeCounts draws how many assignments each agent got: in all days, and day by day,
// the last first.
func (v Renderer) homeCounts(counts []assign.Count) []slack.Block {
	if len(counts) == 0 {
		return []slack.Block{section(v.Texts.Text("home_counts_none", texts.Data{"Count": TallyDays}), nil)}
	}
	total := make(map[string]assign.Count)
	days := make(map[int64][]assign.Count)
	for _, c := range counts {
		days[c.Day.Unix()] = append(days[c.Day.Unix()], c)
		key := strings.ToLower(c.Agent.PlatformID.Reveal())
		total[key] = assign.Count{Agent: c.Agent, Assigned: total[key].Assigned + c.Assigned}
	}
	all := slices.Collect(maps.Values(total))
	title := v.Texts.Text("home_counts", texts.Data{"Count": TallyDays, "Total": sum(all)})
	blocks := []slack.Block{section(title+"\n"+v.bars(all), nil)}
	for _, day := range slices.Backward(slices.Sorted(maps.Keys(days))) {
		title := v.Texts.Text("home_day", texts.Data{"Day": slackDay(days[day][0].Day), "Total": sum(days[day])})
		blocks = append(blocks, section(title+"\n"+v.bars(days[day]), nil))
	}
	return blocks
}

func sum(counts []assign.Count) (total int) {
	for _, c := range counts {
		total += c.Assigned
	}
	return total
}

// bars draws counts, the largest first, a line each. Those beyond tallyMost share one.
func (v Renderer) bars(counts []assign.Count) string {
	slices.SortFunc(counts, func(a, b assign.Count) int {
		return cmp.Or(cmp.Compare(b.Assigned, a.Assigned),
			strings.Compare(a.Agent.PlatformID.Reveal(), b.Agent.PlatformID.Reveal()))
	})
	named := counts[:min(len(counts), tallyMost)]
	most := max(counts[0].Assigned, sum(counts[len(named):]))
	var lines []string
	for _, c := range named {
		lines = append(lines, v.Texts.Text("home_bar", texts.Data{
			"Bar": bar(c.Assigned, most), "Number": c.Assigned, "Agent": Clip(cmp.Or(c.Agent.Name, AgentEmail(c.Agent)), RowName),
		}))
	}
	if rest := counts[len(named):]; len(rest) > 0 {
		lines = append(lines, v.Texts.Text("home_bar_rest", texts.Data{"Bar": bar(sum(rest), most), "Number": sum(rest), "Count": len(rest)}))
	}
	return strings.Join(lines, "\n")
}

// bar draws n where most is as long as a bar can be. What there is shows.
func bar(n, most int) texts.Markup {
	return texts.Markup(strings.Repeat("█", max(1, (n*barMost+most/2)/most)))
}

// slackDay lets Slack name a day as the reader does. noon is that of the day in their time
// zone.
func slackDay(noon time.Time) texts.Markup {
	return texts.Markup("<!date^" + strconv.FormatInt(noon.Unix(), 10) + "^{date_short_pretty}|" + noon.Format(time.DateOnly) + ">")
}

const (
	// TallyDays is how many days are counted, today included. For each, and for all of
	// them, the tallyMost agents with the most are named.
	TallyDays = 7
	tallyMost = 8
	// barMost is the longest bar, in characters: a line of it fits on a phone.
	barMost = 12
)

// HomeSearch is what somebody looked up. It travels in the view's private metadata.
type HomeSearch struct {
	Typed string    `json:"s,omitempty"`
	Since time.Time `json:"t,omitzero"`
}
