package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// groupName is what people call a group: @support-oncall. It is no mention, which would notify
// all of them.
func groupName(ref agent.Ref) string {
	id, handle := ref.Group()
	return "@" + cmp.Or(handle, id)
}

// groupOf names the group that an assignment was for; "" if it was for none.
func groupOf(a assign.Assignment) string {
	switch {
	case a.Choice != nil && a.Choice.Decision.Group != "":
		return "@" + a.Choice.Decision.Group
	case a.Agent.Kind == agent.ByGroup:
		return groupName(a.Agent)
	}
	return ""
}

// choiceWords say why just this member of a group got the contact, and who was passed over.
func (v Renderer) choiceWords(a assign.Assignment) string {
	if a.Choice == nil || a.Choice.Agent.PlatformID.IsZero() {
		return ""
	}
	d := a.Choice.Decision
	text := v.Texts.Text("chosen_"+string(d.Why), texts.Data{
		"Name": v.nameOf(a.Choice.Agent), "Group": groupOf(a), "Given": d.Given, "None": d.Given == 0,
	})
	if len(d.Passed) > 0 {
		text += " " + v.Texts.Text("chosen_passed", v.passedData(d))
	}
	return text
}

// passedData names those who were passed over, each with the reason.
func (v Renderer) passedData(d duty.Decision) texts.Data {
	return texts.Data{"Passed": v.passed(d, v.Texts.Text), "AnyPassed": len(d.Passed) > 0, "Unnamed": d.More > 0, "UnnamedCount": d.More}
}

func (v Renderer) passed(d duty.Decision, say func(string, texts.Data) string) []texts.Markup {
	all := make([]texts.Markup, len(d.Passed))
	for i, p := range d.Passed {
		all[i] = texts.Markup(say("passed_"+string(p.Reason), texts.Data{"Name": Clip(p.Name, RowName), "Says": texts.Quoted(Clip(p.Says, saysMost)), "Told": p.Says != ""}))
	}
	return all
}

// saysMost is how much of somebody's status is shown.
const saysMost = 100

// AwayLine says that whoever got a contact is away by their own word; "" if they are not.
func (v Renderer) AwayLine(who agent.Agent, a duty.Absence) string {
	if a.IsZero() {
		return ""
	}
	data := texts.Data{"Name": v.nameOf(who), "Says": texts.Quoted(Clip(a.Says, saysMost)), "Told": a.Says != "", "Until": "", "Ends": !a.Until.IsZero()}
	if !a.Until.IsZero() {
		data["Until"] = slackTime(a.Until)
	}
	return v.Texts.Text("away_"+string(a.Reason), data)
}

// AwayBlock is AwayLine in a form.
func (v Renderer) AwayBlock(who agent.Agent, a duty.Absence) slack.Block {
	line := v.AwayLine(who, a)
	if line == "" {
		return nil
	}
	return slack.NewContextBlock(blockAway, slack.NewTextBlockObject(slack.MarkdownType, Clip(line, 2000), false, false))
}

// spread says how many of a batch for a group each of its members got; "" of other batches.
func (v Renderer) spread(b assign.Batch) string {
	counts := make(map[string]int)
	var names []string
	var nobody *duty.Decision
	for _, a := range b.Members {
		if a.Choice == nil {
			continue
		}
		if a.Outcome.Kind == assign.Assigned {
			name := v.nameOf(a.Outcome.Agent)
			if counts[name]++; counts[name] == 1 {
				names = append(names, name)
			}
		} else if a.Outcome.Reason == assign.NobodyOnDuty {
			nobody = &a.Choice.Decision
		}
	}
	var lines []string
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	shares := make([]string, len(names))
	for i, name := range names {
		shares[i] = Clip(name, RowName) + ": " + strconv.Itoa(counts[name])
	}
	if len(shares) > 0 {
		lines = append(lines, v.Texts.Text("batch_spread", texts.Data{"Group": groupOf(b.First()), "Shares": shares}))
	}
	if nobody != nil && len(nobody.Passed) > 0 {
		lines = append(lines, v.Texts.Text("chosen_passed", v.passedData(*nobody)))
	}
	return strings.Join(lines, "\n")
}

// Duty is a group as it is now, for showing.
type Duty struct {
	Ref   agent.Ref
	Found duty.Found
	Loads []duty.Load // of those who are free
	Next  int         // of Loads; -1 if nobody is free
	// Unread: the rest could not be read.
	Unread bool
}

// DutyNow tells who is on duty in the groups, and who would be next.
func (v Renderer) DutyNow(groups []Duty) Message {
	if len(groups) == 0 {
		return v.Notice("duty_unset", texts.Data{"Admins": v.admins})
	}
	lines := []string{v.Texts.Text("duty_title", nil)}
	for _, g := range groups {
		lines = append(lines, v.dutyLines(g))
	}
	return Paragraph(strings.Join(lines, "\n"), v.button("open_form", ActionOpen, Draft{}.encode(), slack.StyleDefault))
}

func (v Renderer) dutyLines(g Duty) string {
	data := v.passedData(g.Found.Decision)
	data["Group"] = v.nameOfDuty(g)
	switch {
	case g.Unread:
		return v.Texts.Text("duty_unread", data)
	case g.Found.Group.Disabled:
		return v.Texts.Text("duty_disabled", data)
	case g.Next < 0:
		return v.Texts.Text("duty_nobody", data)
	}
	people := make([]string, len(g.Loads))
	for i, l := range g.Loads {
		people[i] = v.nameOf(l.Agent) + " (" + strconv.Itoa(l.Given) + ")"
	}
	data["People"], data["Next"], data["Several"] = people, v.nameOf(g.Loads[g.Next].Agent), len(people) > 1
	return v.Texts.Text("duty_people", data)
}

func (v Renderer) nameOfDuty(g Duty) string {
	if g.Found.Group.Handle != "" {
		return "@" + g.Found.Group.Handle
	}
	return groupName(g.Ref)
}

// dutyLabel names a group and those on duty in it, whoever is next first.
func (v Renderer) dutyLabel(g Duty) string {
	names := make([]string, 0, len(g.Loads))
	for i := range g.Loads {
		names = append(names, v.nameOf(g.Loads[(max(g.Next, 0)+i)%len(g.Loads)].Agent))
	}
	data := texts.Data{"Group": v.nameOfDuty(g), "Names": names, "Any": len(names) > 0, "Unread": g.Unread}
	return v.Texts.Plain("duty_label", data)
}

// DutyOptions offers groups in the menu of agents.
func (v Renderer) DutyOptions(groups []Duty) (options []*slack.OptionBlockObject) {
	for _, g := range groups {
		id, _ := g.Ref.Group()
		ref := g.Ref
		if g.Found.Group.Handle != "" {
			ref = agent.RefGroup(id, g.Found.Group.Handle)
		}
		if option := newOption(v.dutyLabel(g), ref); option != nil {
			options = append(options, option)
		}
	}
	return options
}

// DutyCalled leaves out the groups that are not meant by what is typed in the menu.
func DutyCalled(groups []Duty, typed string) (all []Duty) {
	typed = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "@"))
	for _, g := range groups {
		if strings.Contains(strings.ToLower(g.Found.Group.Handle), typed) {
			all = append(all, g)
		}
	}
	return all
}

// homeDuty tells on the Home tab who is on duty.
func (v Renderer) homeDuty(groups []Duty) []slack.Block {
	if len(groups) == 0 {
		return nil
	}
	var lines []string
	for _, g := range groups {
		lines = append(lines, "🛎️ "+texts.Escape(v.dutyLabel(g)))
	}
	return []slack.Block{section(strings.Join(lines, "\n"), nil)}
}
