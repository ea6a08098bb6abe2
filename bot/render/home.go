package render

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// HomeContent is what a Home tab shows.
type HomeContent struct {
	Reader      string
	Now         time.Time
	Search      HomeSearch
	Result      SearchResult // of Search
	Wrong, Mine []assign.Assignment
	Team        *HomeTeam // nil for those who may not see it
	// Duty is who is on duty in the groups that are shown.
	Duty []Duty
	// Several are the batches that any of the lists shows.
	Several Batches
}

// SearchResult is what is known of a contact that was looked up, or why it was not.
type SearchResult struct {
	Mistake *line.Mistake
	History
}

// HomeTeam is what an admin sees of everybody's requests.
type HomeTeam struct {
	Rows   []assign.Assignment
	Counts []assign.Count
}

func HomeView(s HomeSearch, blocks ...slack.Block) slack.HomeTabViewRequest {
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	if s.Typed != "" {
		view.PrivateMetadata = payload.Encode(s)
	}
	return view
}

// Home makes the Home tab: what is to be done first, then counts, and a line for each request.
// What needs attention is not listed twice.
func (v Renderer) Home(s HomeContent) slack.HomeTabViewRequest {
	blocks := append(v.HomeTop(s.Team != nil), v.homeDuty(s.Duty)...)
	blocks = append(blocks, v.homeFound(s.Search, s.Result, s.Reader)...)
	if s.Team != nil {
		blocks = append(blocks, v.homeCounts(s.Team.Counts)...)
	}
	blocks = append(blocks, v.homeWrong(s)...)
	if len(s.Mine) == 0 {
		blocks = append(blocks, section(v.Texts.Text("mine_none", texts.Data{"Count": v.days}), nil))
	}
	shown := make(map[int64]bool)
	for _, a := range s.Wrong {
		shown[shownAs(a)] = true
	}
	blocks = append(blocks, v.homeRows("home_mine", s.Mine, s.Several, shown, s.Reader)...)
	if s.Team != nil {
		blocks = append(blocks, v.homeRows("home_team", s.Team.Rows, s.Several, shown, "")...)
		blocks = append(blocks, v.homeDays(s.Team.Counts)...)
	}
	fresh := v.Texts.Text("home_fresh", texts.Data{"When": slackTime(s.Now)})
	blocks = append(blocks, slack.NewDividerBlock(), slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, fresh, false, false)))
	return HomeView(s.Search, blocks...)
}

// titled begins a part of the Home tab.
func (v Renderer) titled(title string, data texts.Data) []slack.Block {
	return []slack.Block{slack.NewDividerBlock(), slack.NewHeaderBlock(plainText(v.Texts.Plain(title, data), 150))}
}

// homeWrong lists what needs attention, each with a button.
func (v Renderer) homeWrong(s HomeContent) []slack.Block {
	if len(s.Wrong) == 0 {
		return nil
	}
	blocks, same := v.titled("home_wrong", nil), v.namesakesIn(s.Wrong)
	for _, a := range s.Wrong {
		if b, ok := s.Several[a.Batch]; ok {
			blocks = append(blocks, v.batchRow(b, s.Reader))
			continue
		}
		blocks = append(blocks, section(v.homeRow(a, same, s.Reader), v.retryButton(a)))
	}
	return blocks
}

// HomeTop is where to assign, for an admin also where to hand over, and where to look somebody up. Its ids stay the same, so that
// what is being typed outlives a new version of the view.
func (v Renderer) HomeTop(admin bool) []slack.Block {
	buttons := []slack.BlockElement{v.button("home_assign", ActionOpen, Draft{}.encode(), slack.StylePrimary), v.severalButton(nil)}
	if admin {
		buttons = append(buttons, v.button("home_handover", ActionHandover, "handover", slack.StyleDefault))
	}
	input := slack.NewPlainTextInputBlockElement(plainText(v.Texts.Plain("form_contact_example", texts.Data{"Phone": v.ExamplePhone()}), 150), ActionSearch)
	input.MaxLength = ContactMax
	input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	label := plainText(v.Texts.Plain("home_search", nil), 2000)
	return []slack.Block{
		slack.NewActionBlock("", buttons...),
		slack.NewInputBlock(ActionSearch, label, nil, input).WithDispatchAction(true),
	}
}

// homeFound shows what was looked up, with a button to have it away again.
func (v Renderer) homeFound(s HomeSearch, r SearchResult, reader string) []slack.Block {
	var shown Message
	switch {
	case s.Typed == "":
		return nil
	case r.Mistake != nil:
		shown = v.Notice(v.MistakeText(r.Mistake))
	case len(r.Found) == 0:
		shown = v.HistoryNone(r.Contact)
	default:
		shown = v.HistoryOf(r.History, reader)
	}
	if title, ok := shown.Blocks[0].(*slack.SectionBlock); ok {
		title.Accessory = slack.NewAccessory(v.button("form_close", ActionClose, "", slack.StyleDefault))
	}
	return append(shown.Blocks, slack.NewDividerBlock())
}

// homeRows lists assignments under a title, a line each, but for those that are shown
// already; nothing if there are none. Those of the reader alone do not say who asked.
func (v Renderer) homeRows(title string, all []assign.Assignment, several Batches, shown map[int64]bool, reader string) []slack.Block {
	var blocks []slack.Block
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			blocks = append(blocks, section(strings.Join(lines, "\n"), nil))
			lines = nil
		}
	}
	same := v.namesakesIn(all)
	for _, a := range all[:min(len(all), ListMost)] {
		b, isBatch := several[a.Batch]
		switch {
		case shown[shownAs(a)]:
		case isBatch:
			flush()
			blocks = append(blocks, v.batchRow(b, reader))
		default:
			if lines = append(lines, v.homeRow(a, same, reader)); len(lines) == rowsTogether {
				flush()
			}
		}
	}
	flush()
	if len(blocks) == 0 {
		return nil
	}
	blocks = append(v.titled(title, nil), blocks...)
	if len(all) > ListMost {
		more := v.Texts.Text("history_more", nil)
		blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, more, false, false)))
	}
	return blocks
}

// shownAs is what an assignment is listed as: a batch once, whichever of it is listed.
func shownAs(a assign.Assignment) int64 {
	if a.Batch != 0 {
		return a.Batch
	}
	return a.ID
}

// rowsTogether is how many rows share a block: more, of the longest, it could not hold.
const rowsTogether = 5

// namesakesIn are the names that several agents of some assignments have.
func (v Renderer) namesakesIn(all []assign.Assignment) namesakes {
	agents := make([]agent.Agent, len(all))
	for i, a := range all {
		agents[i] = a.Outcome.Agent
	}
	return v.namesakesAmong(agents)
}

// homeRow says in one line what became of an assignment; by whom, unless that is the reader.
func (v Renderer) homeRow(a assign.Assignment, same namesakes, reader string) string {
	who := v.agentBriefly(a, reader)
	if known, ok := who.(texts.Person); ok && known.Name != "" && !same[strings.ToLower(v.nameOf(a.Outcome.Agent))] {
		who = texts.Person{Name: known.Name}
	}
	data := texts.Data{"State": texts.Markup(v.statusWith(a, who)), "Contact": v.contact(a.Contact), "When": slackTime(a.AcceptedAt), "By": ""}
	if a.Requester != reader {
		data["By"] = v.by(a.Requester)
	}
	return v.Texts.Text("home_row", data)
}

// homeCounts draws how many assignments each agent got in all days.
func (v Renderer) homeCounts(counts []assign.Count) []slack.Block {
	if len(counts) == 0 {
		return v.titled("home_counts_none", texts.Data{"Count": TallyDays})
	}
	title := v.titled("home_counts", texts.Data{"Count": TallyDays, "Total": sum(counts)})
	if days := byDay(counts); len(days) == 1 {
		return append(title, v.homeDay(counts))
	}
	return append(title, section(v.bars(v.perAgent(counts)), nil))
}

// byDay parts counts by their days.
func byDay(counts []assign.Count) map[int64][]assign.Count {
	days := make(map[int64][]assign.Count)
	for _, c := range counts {
		days[c.Day.Unix()] = append(days[c.Day.Unix()], c)
	}
	return days
}

// homeDay draws the counts of one day.
func (v Renderer) homeDay(counts []assign.Count) slack.Block {
	title := v.Texts.Text("home_day", texts.Data{"Day": slackDay(counts[0].Day), "Total": sum(counts)})
	return section(title+"\n"+v.bars(v.perAgent(counts)), nil)
}

// homeDays draws the same day by day, the last first; nothing where there is only one.
func (v Renderer) homeDays(counts []assign.Count) []slack.Block {
	days := byDay(counts)
	if len(days) < 2 {
		return nil
	}
	blocks := v.titled("home_days", nil)
	for _, day := range slices.Backward(slices.Sorted(maps.Keys(days))) {
		blocks = append(blocks, v.homeDay(days[day]))
	}
	return blocks
}

// perAgent adds up what one agent got, by who they are now: the journal may know them by
// several addresses.
func (v Renderer) perAgent(counts []assign.Count) []assign.Count {
	total := make(map[string]assign.Count)
	for _, c := range counts {
		now := v.present(c.Agent)
		key := strings.ToLower(now.PlatformID.Reveal())
		total[key] = assign.Count{Agent: now, Assigned: total[key].Assigned + c.Assigned}
	}
	return slices.Collect(maps.Values(total))
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
	same := v.namesakesAmong(agentsOf(counts))
	named := counts[:min(len(counts), tallyMost)]
	most := max(counts[0].Assigned, sum(counts[len(named):]))
	var lines []string
	for _, c := range named {
		lines = append(lines, v.Texts.Text("home_bar", texts.Data{
			"Bar": bar(c.Assigned, most), "Number": c.Assigned, "Agent": v.barName(c.Agent, same),
		}))
	}
	if rest := counts[len(named):]; len(rest) > 0 {
		lines = append(lines, v.Texts.Text("home_bar_rest", texts.Data{"Bar": bar(sum(rest), most), "Number": sum(rest), "Count": len(rest)}))
	}
	return strings.Join(lines, "\n")
}

func agentsOf(counts []assign.Count) []agent.Agent {
	agents := make([]agent.Agent, len(counts))
	for i, c := range counts {
		agents[i] = c.Agent
	}
	return agents
}

// barName tells whose a bar is: by the name or, where others have that too, by the address.
func (v Renderer) barName(a agent.Agent, same namesakes) string {
	name := v.nameOf(a)
	if same[strings.ToLower(name)] {
		name = AgentEmail(a)
	}
	return Clip(name, RowName)
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
