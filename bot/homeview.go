package bot

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

const (
	// wrongMost is how many assignments that went wrong are shown, and wrongLife how
	// long; of so many it is asked whether they still matter.
	wrongMost, wrongAsked = 5, 20
	wrongLife             = 7 * 24 * time.Hour
	// tallyDays is how many days are counted, today included. For each, and for all of
	// them, the tallyMost agents with the most are named.
	tallyDays = 7
	tallyMost = 8
	// barMost is the longest bar, in characters: a line of it fits on a phone.
	barMost = 12
)

// sights is what a Home tab shows.
type sights struct {
	reader string
	search search
	now    time.Time

	contact phone.Number // looked up
	mistake *line.Mistake
	owner   assign.Assignment
	found   []assign.Assignment

	wrong, mine []assign.Assignment

	admin  bool
	team   []assign.Assignment
	counts []assign.Count
}

// home makes somebody's Home tab of what the journal knows now.
func (b *Bot) home(ctx context.Context, user string, s search) slack.HomeTabViewRequest {
	v := b.speak(ctx, user)
	if r := b.door.admit(ctx, person{id: user}, ""); r.refused() {
		return homeOf(search{}, say(v.texts.Text(r.text, r.data)).Blocks...)
	}
	reading, cancel := context.WithTimeout(ctx, readLate)
	defer cancel()
	seen, err := b.sights(reading, user, s)
	if err != nil {
		if ctx.Err() == nil {
			b.log.Error().Err(err).Msg("history not read")
		}
		return homeOf(s, append(v.homeTop(), say(v.texts.Text("history_unread", nil)).Blocks...)...)
	}
	return v.home(seen)
}

// sights reads what somebody may see.
func (b *Bot) sights(ctx context.Context, user string, s search) (sights, error) {
	seen := sights{reader: user, search: s, now: time.Now(), admin: slices.Contains(b.cfg.Door.Admins, user)}
	var errs [5]error
	if s.Typed != "" {
		errs[0] = b.lookUp(ctx, &seen)
	}
	seen.wrong, errs[1] = b.unresolved(ctx, user, seen.now)
	seen.mine, errs[2] = b.history.List(ctx, assign.Query{Requester: user, Limit: listMost + 1})
	if seen.admin {
		seen.team, errs[3] = b.history.List(ctx, assign.Query{Limit: listMost})
		year, month, day := seen.now.In(b.people.zone(user)).Date()
		since := time.Date(year, month, day-tallyDays+1, 0, 0, 0, 0, b.people.zone(user))
		seen.counts, errs[4] = b.history.Tally(ctx, since)
	}
	return seen, errors.Join(errs[:]...)
}

// lookUp reads what is known of the contact that was typed.
func (b *Bot) lookUp(ctx context.Context, seen *sights) error {
	contact, err := line.ParsePhone(seen.search.Typed, b.region)
	if errors.As(err, &seen.mistake) {
		return nil
	}
	seen.contact = contact
	if seen.found, err = b.history.List(ctx, assign.Query{Contact: contact, Limit: listMost + 1}); err != nil {
		return err
	}
	owner, known, err := b.history.Owner(ctx, contact)
	if known {
		seen.owner = owner
	}
	return err
}

// unresolved gives what went wrong for somebody lately and nobody has seen to since: there
// is no newer request for the contact.
func (b *Bot) unresolved(ctx context.Context, user string, now time.Time) ([]assign.Assignment, error) {
	candidates, err := b.history.List(ctx, assign.Query{Requester: user, Problems: true, Limit: wrongAsked})
	if err != nil {
		return nil, err
	}
	var open []assign.Assignment
	for _, a := range candidates {
		if len(open) == wrongMost || now.Sub(a.AcceptedAt) > wrongLife {
			break
		}
		latest, _, err := b.service.Latest(ctx, a.Contact)
		if err != nil {
			return nil, err
		}
		if latest.ID == a.ID {
			open = append(open, a)
		}
	}
	return open, nil
}

func homeOf(s search, blocks ...slack.Block) slack.HomeTabViewRequest {
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	if s.Typed != "" {
		view.PrivateMetadata = encode(s)
	}
	return view
}

func (v voice) home(s sights) slack.HomeTabViewRequest {
	blocks := append(v.homeTop(), v.homeFound(s)...)
	blocks = append(blocks, v.homeRows("home_wrong", s.wrong, func(a assign.Assignment) *slack.SectionBlock {
		return section(v.state(a, s.reader)+"\n"+v.rowMine(a), v.retryButton(a))
	})...)
	if len(s.mine) == 0 {
		blocks = append(blocks, say(v.texts.Text("mine_none", nil)).Blocks...)
	}
	blocks = append(blocks, v.homeRows("mine_title", s.mine, func(a assign.Assignment) *slack.SectionBlock {
		return section(v.state(a, s.reader)+"\n"+v.rowMine(a), nil)
	})...)
	if s.admin {
		blocks = append(blocks, slack.NewDividerBlock())
		blocks = append(blocks, v.homeRows("home_team", s.team, func(a assign.Assignment) *slack.SectionBlock {
			return section(v.state(a, s.reader)+"\n"+v.teamRow(a, v.contact(a.Contact), a.AcceptedAt, texts.Mention(a.Requester)), nil)
		})...)
		blocks = append(blocks, v.homeCounts(s.counts)...)
	}
	fresh := v.texts.Text("home_fresh", texts.Data{"When": slackTime(s.now)})
	blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, fresh, false, false)))
	return homeOf(s.search, blocks...)
}

// homeTop is where to assign, and where to look somebody up. Its ids stay the same, so that
// what is being typed outlives a new version of the view.
func (v voice) homeTop() []slack.Block {
	input := slack.NewPlainTextInputBlockElement(plainText(v.texts.Plain("form_contact_example", texts.Data{"Phone": v.examplePhone()}), 150), actionSearch)
	input.MaxLength = contactMax
	input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	label := plainText(v.texts.Plain("home_search", nil), 2000)
	return []slack.Block{
		slack.NewActionBlock("", v.button("home_assign", actionOpen, draft{}.encode(), slack.StylePrimary)),
		slack.NewInputBlock(actionSearch, label, nil, input).WithDispatchAction(true),
	}
}

// homeFound shows what was looked up, with a button to have it away again.
func (v voice) homeFound(s sights) []slack.Block {
	var shown message
	switch {
	case s.search.Typed == "":
		return nil
	case s.mistake != nil:
		shown = v.notice(v.mistakeText(s.mistake))
	case len(s.found) == 0:
		shown = v.historyNone(s.contact)
	default:
		shown = v.historyOf(s.contact, s.owner, s.found, s.reader)
	}
	if title, ok := shown.Blocks[0].(*slack.SectionBlock); ok {
		title.Accessory = slack.NewAccessory(v.button("form_close", actionClose, "", slack.StyleDefault))
	}
	return append(shown.Blocks, slack.NewDividerBlock())
}

// homeRows lists assignments under a title; nothing if there are none.
func (v voice) homeRows(title string, all []assign.Assignment, row func(assign.Assignment) *slack.SectionBlock) []slack.Block {
	if len(all) == 0 {
		return nil
	}
	blocks := []slack.Block{section(v.texts.Text(title, nil), nil)}
	for _, a := range all[:min(len(all), listMost)] {
		blocks = append(blocks, row(a))
	}
	if len(all) > listMost {
		more := v.texts.Text("history_more", nil)
		blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, more, false, false)))
	}
	return blocks
}

// teamRow says which contact was asked for, when, by whom and from where.
func (v voice) teamRow(a assign.Assignment, contact any, at time.Time, by any) string {
	return v.texts.Text("team_row", texts.Data{
		"Contact": contact, "When": slackTime(at), "By": by, "From": v.from(decodeSource(a.Origin)),
	})
}

// homeCounts draws how many assignments each agent got: in all days, and day by day,
// the last first.
func (v voice) homeCounts(counts []assign.Count) []slack.Block {
	if len(counts) == 0 {
		return []slack.Block{section(v.texts.Text("home_counts_none", texts.Data{"Count": tallyDays}), nil)}
	}
	total := make(map[string]assign.Count)
	days := make(map[int64][]assign.Count)
	for _, c := range counts {
		days[c.Day.Unix()] = append(days[c.Day.Unix()], c)
		key := strings.ToLower(c.Agent.PlatformID.Reveal())
		total[key] = assign.Count{Agent: c.Agent, Assigned: total[key].Assigned + c.Assigned}
	}
	all := slices.Collect(maps.Values(total))
	title := v.texts.Text("home_counts", texts.Data{"Count": tallyDays, "Total": sum(all)})
	blocks := []slack.Block{section(title+"\n"+v.bars(all), nil)}
	for _, day := range slices.Backward(slices.Sorted(maps.Keys(days))) {
		title := v.texts.Text("home_day", texts.Data{"Day": slackDay(days[day][0].Day), "Total": sum(days[day])})
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
func (v voice) bars(counts []assign.Count) string {
	slices.SortFunc(counts, func(a, b assign.Count) int {
		return cmp.Or(cmp.Compare(b.Assigned, a.Assigned),
			strings.Compare(a.Agent.PlatformID.Reveal(), b.Agent.PlatformID.Reveal()))
	})
	named := counts[:min(len(counts), tallyMost)]
	most := max(counts[0].Assigned, sum(counts[len(named):]))
	var lines []string
	for _, c := range named {
		lines = append(lines, v.texts.Text("home_bar", texts.Data{
			"Bar": bar(c.Assigned, most), "Number": c.Assigned, "Agent": clip(cmp.Or(c.Agent.Name, agentEmail(c.Agent)), rowName),
		}))
	}
	if rest := counts[len(named):]; len(rest) > 0 {
		lines = append(lines, v.texts.Text("home_bar_rest", texts.Data{"Bar": bar(sum(rest), most), "Number": sum(rest), "Count": len(rest)}))
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
