package render

import (
	"strings"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/texts"
)

// reader stands for the agent where that is whoever reads the message.
type reader struct{}

// present gives an agent as the directory knows them now, else as they come.
func (v Renderer) present(a agent.Agent) agent.Agent {
	if v.known != nil && !a.PlatformID.IsZero() {
		if now, ok := v.known(a.PlatformID); ok {
			return now
		}
	}
	return a
}

// Person shows an agent as "Name (email)", by the name that they have now.
func (v Renderer) Person(a agent.Agent) texts.Person {
	a = v.present(a)
	return texts.Person{Name: a.Name, Email: AgentEmail(a)}
}

// AgentEmail is the address by which people know an agent.
func AgentEmail(a agent.Agent) string {
	if !a.Email.IsZero() {
		return a.Email.Reveal()
	}
	return a.PlatformID.Reveal()
}

// nameOf is the name of an agent alone, for where they need not be told from others.
func (v Renderer) nameOf(a agent.Agent) string {
	who := v.Person(a)
	if who.Name == "" {
		return who.Email
	}
	return who.Name
}

// agentOf names the agent of an assignment, for whoever reads it: as Azeer knows them, else
// as asked for.
func (v Renderer) agentOf(a assign.Assignment, by string) any {
	if a.Outcome.Agent.PlatformID.IsZero() {
		return v.asked(a.Request, by)
	}
	return v.Person(a.Outcome.Agent)
}

// asked repeats, for whoever reads it, how the agent was named: "me" is whoever asked.
func (v Renderer) asked(r assign.Request, by string) any {
	switch {
	case r.Agent.Kind == agent.ByMention:
		return texts.Mention(r.Agent.Reveal())
	case r.Agent.Kind == agent.ByMe && r.Requester == by:
		return reader{}
	case r.Agent.Kind == agent.ByMe:
		return texts.Mention(r.Requester)
	case r.Agent.Kind == agent.ByName:
		return texts.Quoted(r.Agent.Reveal())
	case r.Agent.Kind == agent.ByGroup:
		return groupName(r.Agent)
	}
	return r.Agent.Reveal()
}

// shown is who as a blank holds them.
func (v Renderer) shown(who any) any {
	if _, ok := who.(reader); ok {
		return v.Texts.Text("you", nil)
	}
	return who
}

// to says whom something is given to, as a part of a sentence: "to Omar", "to you".
func (v Renderer) to(who any) texts.Markup {
	if _, ok := who.(reader); ok {
		return texts.Markup(v.Texts.Text("to_you", nil))
	}
	return texts.Markup(v.Texts.Text("to_agent", texts.Data{"Agent": who}))
}

// typedAgain writes a reference as a person would type it.
func (v Renderer) typedAgain(ref agent.Ref) string {
	switch ref.Kind {
	case agent.ByMention:
		return "<@" + ref.Reveal() + ">"
	case agent.ByGroup:
		id, handle := ref.Group()
		return "<!subteam^" + id + "|@" + handle + ">"
	case agent.ByMe:
		return v.Texts.Plain("me", nil)
	}
	return ref.Reveal()
}

// namesakes are the names, folded, that several of some agents have.
type namesakes map[string]bool

func (v Renderer) namesakesAmong(agents []agent.Agent) namesakes {
	first, several := make(map[string]string), make(namesakes)
	for _, a := range agents {
		who := v.Person(a)
		name, email := strings.ToLower(who.Name), strings.ToLower(who.Email)
		if other, seen := first[name]; seen && other != email {
			several[name] = true
		}
		first[name] = email
	}
	return several
}

// agentLabel shows an agent in a plain text of at most limit characters, for which the name
// may be cut. Where others have that name, the address comes first: a phone shows no more
// than the beginning.
func (v Renderer) agentLabel(a agent.Agent, same namesakes, limit int) string {
	who := v.Person(a)
	if same[strings.ToLower(who.Name)] {
		return Clip(v.Texts.Person(texts.Person{Name: who.Email, Email: who.Name}), limit)
	}
	label := v.Texts.Person(who)
	if over := Length(label) - limit; over > 0 {
		who.Name = Clip(who.Name, max(Length(who.Name)-over, 2))
		label = Clip(v.Texts.Person(who), limit)
	}
	return label
}

// NearestNames lists the agents that may have been meant.
func (v Renderer) NearestNames(agents []agent.Agent) []texts.Person {
	names := make([]texts.Person, len(agents))
	for i, a := range agents {
		names[i] = v.Person(a)
	}
	return names
}

// ShortPerson cuts a name and an address to what a list has room for.
func ShortPerson(who texts.Person) texts.Person {
	return texts.Person{Name: Clip(who.Name, RowName), Email: Clip(who.Email, RowEmail)}
}
