package slack

import (
	"slices"

	"azeer-slack/sandbox/slack/steps"
)

// Changes is what is different on the screens: each thing once, as it is now.
type Changes struct {
	Messages []Shown   // new or changed, in the order of the changes
	Gone     []Gone    // no longer on any screen; they come after Messages
	Forms    []*Person // whose stack of forms is different
	Homes    []*Person // whose Home tab is
	Places   bool      // conversations or their members
	People   bool      // who is in the workspace
	Steps    []Execution
}

// Execution is one run of a workflow's step.
type Execution = steps.Execution

// Shown is a message with those who have it on their screen. It stands for all of
// them: Where is empty.
type Shown struct {
	Message

	People []*Person
}

// Gone is a message that has left the screens of People.
type Gone struct {
	Channel, TS string
	People      []*Person
}

// What is noted in the record.
type (
	messageChanged struct {
		channel *channel
		message *message
	}
	messageGone   struct{ *Gone }
	formsChanged  struct{ person *Person }
	homeChanged   struct{ person *Person }
	placesChanged struct{}
	peopleChanged struct{}
)

// Changes reads again what the workspace has noted, and leaves out what others have.
func (ws *Workspace) Changes(noted []any) Changes {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var c Changes
	for _, thing := range noted {
		if e, ok := steps.Changed(thing); ok {
			c.Steps = append(c.Steps, e)
			continue
		}
		switch thing := thing.(type) {
		case messageChanged:
			c.Messages = append(c.Messages, Shown{Message: ws.copyOf(thing.channel, thing.message),
				People: ws.viewers(thing.channel, thing.message)})
		case messageGone:
			c.Gone = append(c.Gone, *thing.Gone)
		case formsChanged:
			c.Forms = append(c.Forms, thing.person)
		case homeChanged:
			c.Homes = append(c.Homes, thing.person)
		case placesChanged:
			c.Places = true
		case peopleChanged:
			c.People, c.Places = true, true
		}
	}
	return c
}

// viewers are those who have a message on their screen.
func (ws *Workspace) viewers(c *channel, m *message) []*Person {
	return slices.DeleteFunc(slices.Clone(ws.persons), func(p *Person) bool { return p.removed || !m.visible(p, c) })
}

// noteMessage notes a new or changed message. This and the next ones are called
// with the lock held.
func (ws *Workspace) noteMessage(c *channel, m *message) { ws.report.Note(messageChanged{c, m}) }

func (ws *Workspace) noteGone(c *channel, m *message) {
	ws.report.Note(messageGone{&Gone{Channel: c.id, TS: m.ts, People: ws.viewers(c, m)}})
}

// noteView notes that a view, or the stack it stands in, is different.
func (ws *Workspace) noteView(v *view) {
	if v.isHome() {
		ws.report.Note(homeChanged{v.person})
	} else {
		ws.report.Note(formsChanged{v.person})
	}
}

func (ws *Workspace) notePlaces() { ws.report.Note(placesChanged{}) }

func (ws *Workspace) notePeople() { ws.report.Note(peopleChanged{}) }

// Snapshot is what a person has before them, all of one moment.
type Snapshot struct {
	Places   []Place              // channels, the DM with the app, DMs
	Messages map[string][]Message // by the id of the place, oldest first; blocks with the ids that Slack gives
	Forms    []*Form              // open modals, the top one last
	Home     *Form                // nil as long as the app has published none
}

// Snapshot returns what the person has before them.
func (p *Person) Snapshot() Snapshot {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	s := Snapshot{Places: ws.placesOf(p), Messages: map[string][]Message{}}
	for _, c := range ws.channels {
		for _, m := range c.messages {
			if m.visible(p, c) {
				s.Messages[c.id] = append(s.Messages[c.id], ws.copyOf(c, m))
			}
		}
	}
	s.Forms, s.Home = ws.formsOf(p), ws.homeOf(p)
	return s
}
