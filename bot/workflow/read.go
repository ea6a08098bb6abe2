package workflow

import (
	"regexp"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/assign/prose"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
)

// The inputs of the step, as the manifest declares them; payload.InputBehalf is one more.
const (
	inputContact = "contact"
	inputMessage = "message" // see payload.Event.Message
	inputAgent   = "agent"
	inputUser    = "agent_user"
	inputGroup   = "agent_group"
	inputNote    = "note"
)

// textMost is how many bytes of a text are searched for a number.
const textMost = 16 << 10

// reader reads what a step was filled in with, for the person for whom it acts.
type reader struct {
	v      render.Renderer
	region string
}

// read makes a request of a step's inputs and the text that has the contact, or says what is wrong with them.
func (r reader) read(e payload.Event, text string) (request assign.Request, wrong string) {
	channel, _ := e.Message()
	request = assign.Request{
		Requester: e.OnBehalf(), Origin: payload.Origin{EntryPoint: payload.ByWorkflow, Channel: channel}.Encode(),
		Reply: payload.Address{Execution: e.Execution}.Encode(),
	}
	if request.Contact, wrong = r.contact(text); wrong != "" {
		return request, wrong
	}
	if request.Agent, wrong = r.agent(e); wrong != "" {
		return request, wrong
	}
	note := line.CleanNote(line.Unescape(e.Input(inputNote)))
	if utf8.RuneCountInString(note) > line.MaxNote {
		return request, r.nothing(r.v.MistakeLine(&line.Mistake{Kind: line.NoteTooLong, Typed: line.NewTyped(note), Region: r.region}))
	}
	request.Brief = assign.Brief{Note: assign.NewNote(note)}
	return request, ""
}

// contact reads a number, or finds the one number in a text.
func (r reader) contact(text string) (phone.Number, string) {
	contact, err := line.ParseContact(text, r.region)
	if err == nil {
		return contact, ""
	}
	if len(text) > textMost {
		text = text[:textMost]
	}
	switch found := prose.Find(text, r.region); len(found) {
	case 0:
		return contact, r.nothing(r.v.MistakeLine(err))
	case 1:
		return found[0].Phone, ""
	default:
		return contact, r.nothing(r.v.Texts.Plain("step_contacts_many", texts.Data{"Found": len(found)}))
	}
}

// id is what may be a person's or a group's, bare or as a mention.
var id = regexp.MustCompile(`^(?:<@|<!subteam\^)?([USW][A-Z0-9]{2,})(?:\|[^<>]*)?>?$`)

// agent reads for whom the contact is: named in exactly one of three inputs.
func (r reader) agent(e payload.Event) (who agent.Ref, wrong string) {
	named := 0
	if text := e.Input(inputAgent); text != "" {
		named++
		var err error
		if who, err = line.ParseAgent(text); err != nil {
			return who, r.nothing(r.v.MistakeLine(err))
		}
	}
	if user := id.FindStringSubmatch(e.Input(inputUser)); user != nil {
		named++
		who = agent.RefMention(user[1])
	}
	if group := id.FindStringSubmatch(e.Input(inputGroup)); group != nil {
		named++
		who = agent.RefGroup(group[1], "")
	}
	switch {
	case named == 0:
		return who, r.nothing(r.v.Texts.Plain("step_agent_missing", nil))
	case named > 1:
		return who, r.nothing(r.v.Texts.Plain("step_agent_twice", nil))
	case who.Kind == agent.ByMe && e.OnBehalf() == "":
		return who, r.nothing(r.v.Texts.Plain("step_me", nil))
	}
	return who, ""
}

// nothing says that nothing was done, and why.
func (r reader) nothing(why string) string { return nothing(r.v, why) }

func nothing(v render.Renderer, why string) string {
	return v.Texts.Plain("step_nothing", nil) + " " + why
}
