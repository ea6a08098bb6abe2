package page

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
)

// keptCalls is how many calls to Azeer a State holds.
const keptCalls = 200

// teamName is the workspace's name.
const teamName = "Twerlo"

// notes say who is who among the people whom every sandbox has.
var notes = map[string]string{
	"manager": "On-call manager, on a phone",
	"sara":    "Team member",
	"omar":    "Team member and agent",
	"layla":   "Speaks Arabic",
	"guest":   "Guest",
	"partner": "From another organisation",
}

// begin takes in what was there before the page.
func (p *Page) begin() {
	p.noteContacts()
	p.noteOwners(p.box.Azeer.Calls())
	for _, person := range p.box.Slack.Persons() {
		p.places[person.Handle()] = placesByID(person)
	}
}

// follow tells the pages of everything that changes in the sandbox, until Close.
func (p *Page) follow() {
	for {
		c, err := p.watch.Next(p.lifetime.ctx)
		if err != nil {
			return
		}
		p.tellScreens(c.Slack)
		p.tellAzeer(c.Azeer)
		sockets := false
		for _, e := range c.Events {
			p.timeline.event(e)
			sockets = sockets || e.Kind == record.Connected || e.Kind == record.Disconnected
		}
		for _, call := range c.Azeer.Calls {
			p.timeline.call(call)
		}
		for _, b := range c.Breaches {
			wire := breachOf(b)
			p.tell(Event{Type: "breach", Breach: &wire})
			p.timeline.breach(b)
		}
		if sockets {
			p.tellTrouble()
		}
	}
}

// tellTrouble tells how the switches stand.
func (p *Page) tellTrouble() {
	now := p.troubles()
	p.tell(Event{Type: "trouble", Trouble: &now})
}

func (p *Page) tellScreens(c slack.Changes) {
	if c.People || c.Places {
		p.tellPlaces()
	}
	names := p.names()
	for _, m := range c.Messages {
		wire := names.message(m.Message)
		p.tell(Event{Type: "message", Message: &wire}, handles(m.People)...)
	}
	for _, g := range c.Gone {
		p.tell(Event{Type: "gone", IDs: []string{g.Channel + "/" + g.TS}}, handles(g.People)...)
	}
	for _, person := range c.Forms {
		forms := views(person.Forms(), "modal")
		p.live.add(told{data: encode(Event{Type: "forms", Forms: &forms}), to: []string{person.Handle()}, at: person})
	}
	for _, e := range c.Steps {
		wire := runOf(e)
		p.tell(Event{Type: "run", Run: &wire})
	}
	for _, person := range c.Homes {
		if home := person.HomeTab(); home != nil {
			wire := viewOf(home, "home")
			p.tell(Event{Type: "home", Home: &wire}, person.Handle())
		}
	}
}

// tellPlaces tells people of conversations that are new or different for them.
// Whoever sees more or fewer conversations than before reads everything again: with
// a conversation come its messages.
func (p *Page) tellPlaces() {
	people := p.box.Slack.Persons()
	p.tellPeople(people)
	for _, person := range people {
		handle := person.Handle()
		now, told := placesByID(person), p.places[handle]
		p.places[handle] = now
		for _, at := range now {
			before, known := told[at.ID]
			same := reflect.DeepEqual(before, at)
			switch {
			case !known && (at.Kind == "dm" || at.Kind == "app"), known && !same && before.Member == at.Member:
				p.tell(Event{Type: "place", Place: &at}, handle)
			case !same:
				p.tell(Event{Type: "reset"}, handle)
			}
			delete(told, at.ID)
		}
		if len(told) > 0 {
			p.tell(Event{Type: "reset"}, handle)
		}
	}
}

// tellPeople tells of those who have come; where somebody has left, everybody reads
// everything again.
func (p *Page) tellPeople(people []*slack.Person) {
	gone := maps.Clone(p.places)
	for _, person := range people {
		if _, known := p.places[person.Handle()]; !known && playable(person) {
			wire := p.person(person)
			p.tell(Event{Type: "person", Person: &wire})
		}
		delete(gone, person.Handle())
	}
	for handle := range gone {
		delete(p.places, handle)
		p.tell(Event{Type: "reset"})
	}
}

func (p *Page) tellAzeer(c azeer.Changes) {
	if c.Agents {
		p.tell(Event{Type: "agents", Agents: p.agents()})
	}
	var owners []Owner
	if c.Contacts {
		p.tell(Event{Type: "contacts", Contacts: p.contacts()})
		owners = p.noteContacts()
	}
	for _, call := range c.Calls {
		wire := callOf(call)
		p.tell(Event{Type: "call", Call: &wire})
	}
	for _, owner := range append(owners, p.noteOwners(c.Calls)...) {
		p.tell(Event{Type: "owner", Owner: &owner})
	}
}

// noteContacts notes who owned a contact before any call, and returns what is new.
func (p *Page) noteContacts() []Owner {
	owners, contacts := p.box.Azeer.Owners(), p.box.Azeer.Contacts()
	p.owners.mu.Lock()
	defer p.owners.mu.Unlock()
	var fresh []Owner
	for _, c := range contacts {
		if _, known := p.owners.byContact[c.Phone]; known || owners[c.Phone] == "" {
			continue
		}
		p.owners.byContact[c.Phone] = Owner{Contact: c.Phone, Agent: owners[c.Phone], At: c.SaidAt.UnixMilli()}
		fresh = append(fresh, p.owners.byContact[c.Phone])
	}
	return fresh
}

func (p *Page) contacts() []Contact {
	all := []Contact{}
	for _, c := range p.box.Azeer.Contacts() {
		all = append(all, Contact{Contact: c.Phone, Name: c.Name, Said: c.Said, SaidAt: c.SaidAt.UnixMilli()})
	}
	return all
}

// noteOwners notes who owns what after some calls and returns what is new.
func (p *Page) noteOwners(calls []azeer.Call) []Owner {
	p.owners.mu.Lock()
	defer p.owners.mu.Unlock()
	var fresh []Owner
	for _, call := range calls {
		if !call.Effect {
			continue
		}
		// Of two calls at once the account knows which came last.
		now := Owner{Contact: call.Contact, Agent: p.box.Azeer.Owner(call.Contact), At: call.At.UnixMilli()}
		if before := p.owners.byContact[call.Contact]; before.At > now.At || before == now {
			continue
		}
		p.owners.byContact[call.Contact] = now
		fresh = append(fresh, now)
	}
	return fresh
}

func (p *Page) serveState(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	handle := query.Get("person")
	if handle == "" {
		handle = p.box.Slack.Persons()[0].Handle()
	}
	person, ok := p.box.Slack.Find(handle)
	if !ok {
		http.Error(w, "there is nobody of that name", http.StatusNotFound)
		return
	}
	writeJSON(w, p.state(person.On(query.Get("client")), query.Get("keep") != "0"))
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // an error means that the page is gone
}

// state reads everything. The number comes first: what happens while it is read is
// told again by an event, and events may be applied twice.
func (p *Page) state(person *slack.Person, ephemeral bool) State {
	s := p.common()
	s.Me = person.Handle()
	screen := person.Snapshot()
	for _, at := range screen.Places {
		s.Places = append(s.Places, placeOf(at))
	}
	names := p.names()
	for id, messages := range screen.Messages {
		list := make([]Message, 0, len(messages))
		for _, m := range messages {
			if ephemeral || !m.Ephemeral {
				list = append(list, names.message(m))
			}
		}
		s.Messages[id] = list
	}
	s.Forms = views(screen.Forms, "modal")
	if screen.Home != nil {
		home := viewOf(screen.Home, "home")
		s.Home = &home
	}
	return s
}

// common is the part of State that is the same for everybody.
func (p *Page) common() State {
	m := p.box.Slack.Manifest()
	s := State{
		Seq:     p.live.now(),
		Team:    Team{ID: slack.TeamID, Name: teamName},
		App:     App{ID: slack.AppID, Name: m.Name, Bot: p.box.Slack.BotName(), User: slack.BotUserID},
		HomeTab: m.HomeTab,
		People:  []Person{}, Places: []Place{},
		Messages: map[string][]Message{}, Commands: []Command{}, Shortcuts: []Shortcut{}, Breaches: []Breach{},
		Interactions: p.timeline.all(), Trouble: p.troubles(), Azeer: p.azeer(), Workflow: p.workflow(),
	}
	switch {
	case m.MessagesTab && m.MessagesReadOnly:
		s.MessagesTab = "read-only"
	case m.MessagesTab:
		s.MessagesTab = "open"
	}
	for _, person := range p.box.Slack.Persons() {
		if playable(person) {
			s.People = append(s.People, p.person(person))
		}
	}
	for _, c := range m.Commands {
		s.Commands = append(s.Commands, Command{Command: c.Command, Description: c.Description, Hint: c.UsageHint})
	}
	for _, c := range m.Shortcuts {
		s.Shortcuts = append(s.Shortcuts, Shortcut{Name: c.Name, Description: c.Description, Type: c.Type, Callback: c.CallbackID})
	}
	for _, b := range p.box.Breaches() {
		s.Breaches = append(s.Breaches, breachOf(b))
	}
	return s
}

// keptRuns is how many runs of steps a State holds.
const keptRuns = 50

func (p *Page) workflow() Workflow {
	all := p.box.Slack.Executions()
	w := Workflow{Steps: []WorkflowStep{}, Groups: []Option{}, Runs: []Run{}}
	for _, f := range p.box.Slack.Manifest().Functions {
		step := WorkflowStep{Callback: f.CallbackID, Title: f.Title, Description: f.Description, Inputs: []Input{}}
		for _, in := range f.Inputs {
			step.Inputs = append(step.Inputs, Input(in))
		}
		w.Steps = append(w.Steps, step)
	}
	for _, g := range p.box.Slack.UserGroups() {
		w.Groups = append(w.Groups, Option{Text: "@" + g.Handle, Value: g.ID})
	}
	for _, e := range all[max(0, len(all)-keptRuns):] {
		w.Runs = append(w.Runs, runOf(e))
	}
	return w
}

func runOf(e slack.Execution) Run {
	r := Run{ID: e.ID, Callback: e.Function, State: string(e.State), Outputs: map[string]string{}, Error: e.Error, Interaction: e.Envelope}
	for name, value := range e.Outputs {
		r.Outputs[name] = fmt.Sprint(value)
	}
	return r
}

// playable tells whether one can be somebody.
func playable(person *slack.Person) bool {
	return !person.Config().Bot && !person.Config().Deactivated
}

func (p *Page) person(person *slack.Person) Person {
	cfg := person.Config()
	wire := Person{Handle: cfg.Handle, ID: person.ID(), Name: cfg.Name, Email: cfg.Email, Locale: cfg.Locale,
		Kind: "member", Note: p.cfg.Notes[cfg.Handle]}
	switch {
	case cfg.External:
		wire.Kind = "external"
	case cfg.Guest, cfg.SingleGuest:
		wire.Kind = "guest"
	}
	if wire.Note == "" {
		wire.Note = notes[cfg.Handle]
	}
	return wire
}

func (p *Page) azeer() Azeer {
	calls := p.box.Azeer.Calls()
	calls = calls[max(0, len(calls)-keptCalls):]
	a := Azeer{Agents: p.agents(), Contacts: p.contacts(), Owners: []Owner{}, Calls: make([]Call, len(calls))}
	for i, call := range calls {
		a.Calls[i] = callOf(call)
	}
	p.owners.mu.Lock()
	defer p.owners.mu.Unlock()
	a.Owners = slices.AppendSeq(a.Owners, maps.Values(p.owners.byContact)) // never null in JSON
	slices.SortFunc(a.Owners, func(x, y Owner) int {
		if x.At != y.At {
			return int(x.At - y.At)
		}
		return strings.Compare(x.Contact, y.Contact)
	})
	return a
}

func (p *Page) agents() []Agent {
	all := []Agent{}
	for _, a := range p.box.Azeer.Agents() {
		role := a.Role
		if role == "" {
			role = "agent"
		}
		all = append(all, Agent{ID: a.ID, PlatformID: a.PlatformID, Name: a.Name, Role: role, Inactive: a.Inactive})
	}
	return all
}

func callOf(c azeer.Call) Call {
	wire := Call{N: c.N, At: c.At.UnixMilli(), Method: c.Method, Path: c.Path, Contact: c.Contact, Agent: c.Agent,
		Status: c.Status, Effect: c.Effect, Took: -1}
	if c.Over {
		wire.Took = float64(c.Took.Microseconds()) / 1000
	}
	return wire
}

func placesByID(person *slack.Person) map[string]Place {
	all := map[string]Place{}
	for _, at := range person.Places() {
		all[at.ID] = placeOf(at)
	}
	return all
}

func placeOf(at slack.Place) Place {
	wire := Place{ID: at.ID, Name: at.Name, Kind: "channel", With: at.With, Bot: at.Bot, Member: at.Member,
		Shared: at.Shared, Members: len(at.People), People: append([]string{}, at.People...)}
	switch {
	case at.App:
		wire.Kind = "app"
	case at.DM:
		wire.Kind = "dm"
	case at.Private:
		wire.Kind = "private"
	}
	return wire
}

func views(forms []*slack.Form, kind string) []View {
	all := make([]View, len(forms))
	for i, f := range forms {
		all[i] = viewOf(f, kind)
	}
	return all
}

func viewOf(f *slack.Form, kind string) View {
	v := View{ID: f.ViewID, Type: kind, Callback: f.CallbackID, Title: f.Title, Submit: f.SubmitLabel, Close: f.CloseLabel,
		Blocks: f.Blocks, Errors: f.Errors, Banner: f.Banner, Values: map[string]json.RawMessage{}, Hash: f.Hash, Busy: f.Busy}
	var state map[string]map[string]json.RawMessage
	_ = json.Unmarshal(f.State, &state) // the sandbox's own encoding
	for block, actions := range state {
		for action, entry := range actions {
			v.Values[block+"/"+action] = entry
		}
	}
	return v
}

func handles(people []*slack.Person) []string {
	all := make([]string, len(people)) // never nil: nobody is not everybody
	for i, person := range people {
		all[i] = person.Handle()
	}
	return all
}

// names finds authors by id.
type names map[string]Author

func (p *Page) names() names {
	app := p.box.Slack.Manifest().Name
	all := names{
		slack.BotUserID:  {ID: slack.BotUserID, Handle: p.box.Slack.BotName(), Name: app, Bot: true},
		slack.SlackbotID: {ID: slack.SlackbotID, Handle: "slackbot", Name: "Slackbot"},
	}
	for _, person := range p.box.Slack.Persons() {
		cfg := person.Config()
		all[person.ID()] = Author{ID: person.ID(), Handle: cfg.Handle, Name: cfg.Name, Bot: cfg.Bot}
	}
	return all
}

func (n names) message(m slack.Message) Message {
	author, known := n[m.Author]
	if !known { // has left the workspace
		author = Author{ID: m.Author, Name: m.Author}
	}
	var files []File
	for _, f := range m.Files {
		files = append(files, File{Name: f.Name, Size: f.Size})
	}
	return Message{ID: m.Channel + "/" + m.TS, TS: m.TS, Thread: m.ThreadTS, Channel: m.Channel, Author: author,
		At: moment(m.TS), Text: m.Text, Blocks: m.Blocks, Files: files, Ephemeral: m.Ephemeral, Edited: m.Edited, Via: string(m.Via),
		Version: m.Version, Interaction: m.Envelope}
}

// moment reads the time in a message's ts: seconds, dot, microseconds.
func moment(ts string) int64 {
	whole, fraction, _ := strings.Cut(ts, ".")
	seconds, _ := strconv.ParseInt(whole, 10, 64)
	micros, _ := strconv.ParseInt(fraction, 10, 64)
	return time.Unix(seconds, micros*1000).UnixMilli()
}
