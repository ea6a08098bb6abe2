package render

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// DeniedView tells somebody in a form that they may not.
func (v Renderer) DeniedView(r Denial) *slack.ModalViewRequest {
	return v.Panel("", v.Texts.Text(r.Text, r.Data))
}

// Denied tells somebody in a conversation that they may not.
func (v Renderer) Denied(r Denial) Message { return v.Notice(r.Text, r.Data) }

// Mistake tells what was wrong with what somebody typed, and offers the form with all
// of it already filled in.
//
// Where it is a question which number is meant, each has a button: choices holds what they
// do, in the order of the mistake's numbers. One without an agent opens the form.
func (v Renderer) Mistake(m *line.Mistake, d Draft, choices ...ButtonRequest) Message {
	var buttons []*slack.ButtonBlockElement
	for i, choice := range choices[:min(len(choices), numbersMost)] {
		label := plainText(v.Texts.Phone(v.contact(m.Perhaps[i])), 75)
		if m.Kind == line.PhoneUnlisted && choice.Agent != "" {
			label = plainText(v.Texts.Plain("assign_unlisted", nil), 75)
		}
		button := slack.NewButtonBlockElement(actionNumber+strconv.Itoa(i), choice.Encode(), label)
		if choice.Agent == "" {
			button = slack.NewButtonBlockElement(ActionFixNumber+strconv.Itoa(i), Draft{Contact: m.Perhaps[i].International(), Agent: d.Agent, Note: d.Note}.encode(), label)
		}
		buttons = append(buttons, button)
	}
	style := slack.StylePrimary
	if len(buttons) > 0 {
		style = slack.StyleDefault
	}
	return Paragraph(v.Texts.Text("lead_mistake", nil)+" "+v.Texts.Text(v.MistakeText(m))+v.foreignHint(d),
		append(buttons, v.button("fix_in_form", ActionFix, d.encode(), style))...)
}

// numbersMost is how many numbers, or agents, are offered as buttons: with the one that opens the
// form there are three, as many as a thumb finds below one another.
const numbersMost = 2

// MistakeText is the message for a mistake, and what fills its blanks.
func (v Renderer) MistakeText(m *line.Mistake) (string, texts.Data) {
	return "mistake_" + string(m.Kind), texts.Data{
		"Typed": texts.Typed(m.Typed.Reveal()), "Example": m.Example, "Region": v.regionName(m.Region),
		"Perhaps": v.contacts(m.Perhaps), "Count": len(m.Perhaps),
	}
}

// Outcome is how an assignment ended, as a message. before is who had the contact until then;
// more are further lines.
func (v Renderer) Outcome(a assign.Assignment, before agent.Agent, more ...string) Message {
	lead, body := v.OutcomeWords(a, before)
	for _, line := range more {
		body = strings.TrimSpace(body + "\n" + line)
	}
	if n := len(a.Outcome.Nearest.Agents); n > 0 && a.Outcome.Reason != assign.AmbiguousAgent { // which says so itself
		body += " " + v.Texts.Text("pick_below", texts.Data{"Count": n})
	}
	return Paragraph(strings.TrimSpace(lead+"\n"+body), v.outcomeButtons(a, before)...)
}

// OutcomeWords puts an outcome into words: a lead that says whether it was done, and a body that
// says why and what to do. before is who had the contact; the zero Agent if nobody, or nobody
// known.
func (v Renderer) OutcomeWords(a assign.Assignment, before agent.Agent) (lead, body string) {
	data := v.OutcomeData(a)
	if a.Outcome.Kind != assign.Assigned {
		return v.Texts.Text("lead_"+string(a.Outcome.Kind), data), v.Texts.Text(v.OutcomeText(a.Outcome), data) + v.aboutForms(a)
	}
	text := "assigned"
	switch data["Before"] = ""; {
	case a.Undoes != 0:
		text = "undone"
	case v.same(before, a.Outcome.Agent):
		text = "assigned_again"
	case !before.PlatformID.IsZero():
		data["Before"] = v.before(before, a.Outcome.Agent)
	}
	return v.Texts.Text(text, data), strings.TrimSpace(v.choiceWords(a) + v.aboutForms(a))
}

// Explanation puts an outcome into plain text that mentions nobody, for whatever a workflow does with it.
func (v Renderer) Explanation(a assign.Assignment, before agent.Agent) string {
	data := v.WithoutMentions(a, v.OutcomeData(a))
	data["NewerBy"] = ""
	if a.Outcome.Kind == assign.Assigned {
		text := "assigned"
		switch data["Before"] = ""; {
		case v.same(before, a.Outcome.Agent):
			text = "assigned_again"
		case !before.PlatformID.IsZero():
			data["Before"] = v.before(before, a.Outcome.Agent)
		}
		return v.Texts.Plain(text, data)
	}
	if a.Outcome.Agent.PlatformID.IsZero() {
		data["ToAgent"] = v.to(v.askedPlainly(a.Request))
	}
	lead := strings.ReplaceAll(v.Texts.Plain("lead_"+string(a.Outcome.Kind), data), "*", "")
	text := lead + " " + v.Texts.Plain(v.OutcomeText(a.Outcome), data)
	if names := v.NearestNames(a.Outcome.Nearest.Agents); len(names) > 0 {
		text += " " + v.Texts.Plain("did_you_mean", texts.Data{"Names": names})
	}
	return text
}

// StepData fills the blanks of what a workflow is told of a request that is not finished.
func (v Renderer) StepData(r assign.Request) texts.Data {
	return texts.Data{"Contact": v.contact(r.Contact), "ToAgent": v.to(v.askedPlainly(r))}
}

// askedPlainly is asked for where a mention would be shown as a bare id, or notify somebody.
func (v Renderer) askedPlainly(r assign.Request) any {
	if r.Agent.Kind == agent.ByMention || r.Agent.Kind == agent.ByMe {
		return v.Texts.Plain("mentioned", nil)
	}
	return v.asked(r, "")
}

// same tells whether two agents are one, by what the directory knows now.
func (v Renderer) same(a, b agent.Agent) bool {
	return !a.PlatformID.IsZero() && v.present(a).PlatformID.Equal(v.present(b).PlatformID)
}

// before names the owner until now: in full only where the name is that of the new one.
func (v Renderer) before(old, now agent.Agent) any {
	if name := v.nameOf(old); !strings.EqualFold(name, v.nameOf(now)) {
		return name
	}
	return AgentEmail(v.present(old))
}

// aboutForms says under which number Azeer knows the contact, where that is not the one
// that was typed; or, if it knows none, which ones it was asked for.
func (v Renderer) aboutForms(a assign.Assignment) string {
	forms := a.Contact.Forms()
	switch {
	case a.Outcome.Kind == assign.Assigned && !a.Outcome.Contact.IsZero() && a.Outcome.Contact.ID() != a.Contact.ID():
		return " " + v.Texts.Text("known_as", texts.Data{"ID": texts.Phone{Number: "+" + a.Outcome.Contact.ID()}})
	case a.Outcome.Reason == assign.NotFound && len(forms) > 1:
		tried := make([]texts.Phone, len(forms))
		for i, form := range forms {
			tried[i] = texts.Phone{Number: "+" + form.ID()}
		}
		return " " + v.Texts.Text("tried_forms", texts.Data{"IDs": tried})
	}
	return ""
}

// OutcomeText is the message for an outcome: the one for its kind and reason, or for its
// kind alone.
func (v Renderer) OutcomeText(o assign.Outcome) string {
	if o.Reason != assign.NoReason {
		if id := string(o.Kind) + "_" + string(o.Reason); v.Texts.Has(id) {
			return id
		}
	}
	return string(o.Kind)
}

// OutcomeData fills the blanks of what is said of an outcome.
func (v Renderer) OutcomeData(a assign.Assignment) texts.Data {
	to, asked := v.agentOf(a, a.Requester), v.asked(a.Request, a.Requester)
	data := texts.Data{
		"Contact":   v.contact(a.Contact),
		"Group":     groupOf(a),
		"Agent":     v.shown(to),
		"Asked":     v.shown(asked),
		"Named":     a.Agent.Kind == agent.ByName,
		"Mailed":    a.Agent.Kind == agent.ByEmail,
		"Self":      a.Agent.Kind == agent.ByMe,
		"Said":      Clip(a.Outcome.Said, 300),
		"Status":    a.Outcome.Status,
		"Answered":  a.Outcome.Status != 0,
		"Reference": strconv.FormatInt(a.ID, 10),
		"Admins":    v.admins,
		"Yours":     slices.Contains(v.admins, texts.Mention(a.Requester)),
		"Nearest":   len(a.Outcome.Nearest.Agents) > 0,
	}
	more := a.Outcome.Nearest.More + max(0, len(a.Outcome.Nearest.Agents)-numbersMost)
	data["More"], data["MoreCount"] = more > 0, more
	if a.Outcome.Kind != assign.Assigned { // of which no text says it, and it is a text of its own
		data["ToAgent"] = v.to(to)
	}
	var decision duty.Decision
	if a.Choice != nil {
		decision = a.Choice.Decision
	}
	maps.Copy(data, v.passedData(decision))
	if newer := a.Outcome.Newer; newer != nil {
		data["NewerBy"] = v.by(newer.Requester)
		data["ToNewer"] = v.to(v.asked(newer.Request, a.Requester))
		data["NewerMine"] = newer.Requester == a.Requester
	}
	return data
}

// InProgress fills the blanks of what is said while a request is not finished.
func (v Renderer) InProgress(r assign.Request) texts.Data {
	return texts.Data{"Contact": v.contact(r.Contact), "ToAgent": v.to(v.asked(r, r.Requester))}
}

// Interim says that an assignment is still going on, and what stands in its way.
func (v Renderer) Interim(a assign.Assignment) Message {
	data := v.InProgress(a.Request)
	data["Unreached"] = a.Outcome.Reason == assign.Unreachable
	data["PeopleAway"] = a.Outcome.Reason == assign.PeopleAway
	return v.Notice("interim", data)
}

// outcomeButtons offers what the requester may want to do next.
func (v Renderer) outcomeButtons(a assign.Assignment, before agent.Agent) []*slack.ButtonBlockElement {
	var buttons []*slack.ButtonBlockElement
	switch a.Outcome.Kind {
	case assign.Assigned:
		if !before.PlatformID.IsZero() && a.Undoes == 0 && !v.same(before, a.Outcome.Agent) {
			buttons = v.requestButton("undo", ActionUndo, RequestBack(a, before), slack.StyleDefault)
		}
		return append(buttons, v.nextButtons(a.Contact)...)
	case assign.Superseded:
		return v.nextButtons(a.Contact)
	case assign.Failed, assign.Unknown:
		buttons = v.requestButton("assign_again", actionAgain, RequestAgain(a), slack.StyleDefault)
		return append(buttons, v.nextButtons(a.Contact)...)
	case assign.Expired:
		buttons = v.requestButton("assign_now", actionAgain, RequestAgain(a), slack.StylePrimary)
		return append(buttons, v.nextButtons(a.Contact)...)
	case assign.Refused:
		if !isMendable(a.Outcome.Reason) {
			buttons = v.requestButton("assign_again", actionAgain, RequestAgain(a), slack.StyleDefault)
			return append(buttons, v.historyButton(a.Contact))
		}
		same := v.namesakesAmong(a.Outcome.Nearest.Agents)
		for i, to := range a.Outcome.Nearest.Agents[:min(len(a.Outcome.Nearest.Agents), numbersMost)] {
			wish := RequestAgain(a)
			wish.Agent = agent.RefEmail(to.PlatformID.Reveal()).Encode()
			buttons = append(buttons, slack.NewButtonBlockElement(actionPick+strconv.Itoa(i), wish.Encode(),
				plainText(v.agentLabel(to, same, 75), 75)))
		}
		if a.Outcome.Reason.IsAboutDuty() {
			buttons = v.requestButton("assign_again", actionAgain, RequestAgain(a), slack.StyleDefault)
		}
		return append(buttons, v.button("fix_in_form", ActionFix, v.draftOf(a.Request).encode(), slack.StyleDefault))
	}
	return buttons
}

// refusedFor is a request that was refused since its agent was not found.
func refusedFor(ref agent.Ref, requester string, u *agent.Unresolved) assign.Assignment {
	return assign.Assignment{
		Request: assign.Request{Requester: requester, Agent: ref},
		Outcome: assign.Outcome{Kind: assign.Refused, Reason: assign.Reason(u.Reason), Agent: u.Agent, Nearest: u.Nearest},
	}
}

// isMendable tells the refusals after which something else can be typed.
func isMendable(r assign.Reason) bool {
	switch r {
	case assign.KeyRefused, assign.PlanLimit, assign.Conflict, assign.Declined:
		return false
	}
	return true
}

// requestButton is one button, with the note if there is room for it, or none if the wish does not fit into it: an answer with a
// value too long would be refused by Slack, again and again.
func (v Renderer) requestButton(label, action string, w ButtonRequest, style slack.Style) []*slack.ButtonBlockElement {
	value := w.Encode()
	if Length(value) > valueMax {
		w.Note = ""
		value = w.Encode()
	}
	if Length(value) > valueMax {
		return nil
	}
	return []*slack.ButtonBlockElement{v.button(label, action, value, style)}
}

// Unopened says why a form did not open, and offers to open it with all that it holds.
func (v Renderer) Unopened(late bool, d Draft) Message {
	text := "form_refused"
	if late {
		text = "form_late"
	}
	return v.Notice(text, nil, v.button("open_form", ActionFix, d.encode(), slack.StylePrimary))
}

// WithoutMentions fills blanks for an error below an input, where Slack shows a mention as
// a bare id.
func (v Renderer) WithoutMentions(a assign.Assignment, data texts.Data) texts.Data {
	data["Admins"] = nil
	data["More"], data["MoreCount"] = a.Outcome.Nearest.More > 0, a.Outcome.Nearest.More // all of the nearest are named there
	if a.Choice != nil {
		data["Passed"] = v.passed(a.Choice.Decision, v.Texts.Plain)
	}
	if a.Agent.Kind == agent.ByMention {
		data["Asked"] = v.Texts.Plain("mentioned", nil)
	}
	return data
}

func (v Renderer) MistakeLine(err error) string {
	var m *line.Mistake
	if errors.As(err, &m) {
		id, data := v.MistakeText(m)
		return v.Texts.Plain(id, data)
	}
	return v.Texts.Plain("unreadable", nil)
}

// RequestBack is to give the contact of an assignment back to whom it was taken from.
func RequestBack(a assign.Assignment, before agent.Agent) ButtonRequest {
	return ButtonRequest{Contact: a.Contact.Digits(), Agent: agent.RefEmail(before.PlatformID.Reveal()).Encode(), Of: a.ID}
}

// reassignButton opens the form with the contact filled in.
func (v Renderer) reassignButton(contact phone.Number) *slack.ButtonBlockElement {
	return v.button("reassign", ActionFix, Draft{Contact: contact.International(), Reassign: true}.encode(), slack.StyleDefault)
}

// historyButton tells what was asked for a contact so far.
func (v Renderer) historyButton(contact phone.Number) *slack.ButtonBlockElement {
	value := SubcommandRequest{Command: SlashCommand, Word: HistoryCommand, Rest: "+" + contact.ID()}
	return v.button("history_open", ActionHistory, payload.Encode(value), slack.StyleDefault)
}

// nextButtons are what one may want next of a contact: another agent, or to know more.
func (v Renderer) nextButtons(contact phone.Number) []*slack.ButtonBlockElement {
	return []*slack.ButtonBlockElement{v.reassignButton(contact), v.historyButton(contact)}
}

// NotUndone says why an undo was not accepted.
func (v Renderer) NotUndone(r assign.Request, latest assign.Assignment, how assign.Acceptance, reader string) Message {
	next := v.nextButtons(r.Contact)
	data := texts.Data{
		"Contact": v.contact(r.Contact), "By": v.by(latest.Requester), "Mine": latest.Requester == reader,
		"ToAgent": v.to(v.agentOf(latest, reader)), "When": slackTime(latest.AcceptedAt), "Open": !latest.Finished(),
	}
	switch {
	case latest.ID == 0 || !latest.Contact.Equal(r.Contact): // or of another journal
		return v.Notice("undo_too_old", data, next...)
	case how == assign.Overtaken && latest.Outcome.Kind == assign.Assigned:
		return v.Notice("undo_overtaken", data, next...)
	case how == assign.Overtaken:
		return v.Notice("undo_overtaken_open", data, next...)
	case latest.Outcome.Kind == assign.Assigned:
		return v.Notice("undo_already", data, next...)
	}
	return v.UsedAlready(latest, reader)
}

// Overtaken says who has assigned the contact of a request since, and offers to carry out
// the wish all the same.
func (v Renderer) Overtaken(r assign.Request, latest assign.Assignment, w ButtonRequest) Message {
	return v.Notice("overtaken", texts.Data{
		"Contact": v.contact(r.Contact), "ToAgent": v.to(v.asked(r, r.Requester)),
		"By": v.by(latest.Requester), "ToOther": v.to(v.agentOf(latest, r.Requester)), "When": slackTime(latest.AcceptedAt),
	}, v.button("assign_anyway", actionAnyway, w.Encode(), slack.StyleDanger))
}

// UsedAlready says what came of the first click on a button that works once.
func (v Renderer) UsedAlready(a assign.Assignment, reader string) Message {
	var buttons []*slack.ButtonBlockElement
	if a.Outcome.Kind.IsProblem() {
		buttons = v.outcomeButtons(a, agent.Agent{})
	}
	used := v.Texts.Text("used_already", texts.Data{"Contact": v.contact(a.Contact)})
	return Paragraph(used+"\n"+v.status(a, reader)+"\n"+v.rowOf(a, reader), buttons...)
}
