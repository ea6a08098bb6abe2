package slack

import (
	"strings"
	"time"
)

// PersonConfig describes somebody in the workspace. Handle is required; the rest
// has defaults made from it.
type PersonConfig struct {
	Handle      string // "omar", without @
	Name        string // real and display name
	Email       string // default <handle>@twerlo.com
	Locale      string // default en-US
	TZ          string // default Asia/Riyadh
	Guest       bool   // is_restricted: a multi-channel guest
	SingleGuest bool   // is_ultra_restricted: a single-channel guest
	External    bool   // of another organisation, here by Slack Connect
	Deactivated bool   // deleted: true
	Bot         bool   // is_bot: true
}

// Person is somebody in the workspace. Its methods do what the Slack client does
// when that person types and clicks: each is real traffic to the app.
//
// Places are named "#general", by id, "@sara" (the DM with her) or "@" and the
// bot's name (the DM with the app; "@bot" does as well).
//
// A Person sits at one client of theirs. Messages and the Home tab are on all of
// somebody's clients; an open form is on the one that asked for it. See [Person.On].
type Person struct {
	*member

	client string

	// Below: guarded by ws.mu.
	channel string  // id of the one looked at
	forms   []*view // stack of open modals, the top one last
}

// member is what is the same at every client of a person.
type member struct {
	ws   *Workspace
	id   string
	cfg  PersonConfig
	team string

	// Below: guarded by ws.mu.
	clients map[string]*Person // by name; "" is the one of whoever has no other
	home    homeTab
	feed    []*Message // not yet consumed by See
	removed bool
	idle    bool
	says    presence
}

// presence is what somebody lets others know of themselves.
type presence struct {
	text, emoji string
	until       time.Time // when the status ends; zero: never
	quiet       [2]time.Time
}

// homeTab is the app's Home tab before one person.
type homeTab struct {
	view  *view  // nil as long as the app has published none
	cause string // envelope_id of what it will be drawn for next, "" if of nothing known
}

// ID returns the Slack user id (U…).
func (p *Person) ID() string { return p.id }

// Handle returns the person's name without @.
func (p *Person) Handle() string { return p.cfg.Handle }

// On is the same person at another client: a tab of a browser, say, or a phone. The
// name is the caller's own choice; "" is the client of those who have one only.
func (p *Person) On(client string) *Person {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	there := p.clients[client]
	if there == nil {
		there = &Person{member: p.member, client: client, channel: p.channel}
		p.clients[client] = there
	}
	return there
}

// Client returns the name of the client that the person sits at.
func (p *Person) Client() string { return p.client }

// Config returns what is known of the person.
func (p *Person) Config() PersonConfig {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.cfg
}

// SetLocale changes the language of the person's Slack: the locale of users.info.
func (p *Person) SetLocale(locale string) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	p.cfg.Locale = locale
}

// GoTo moves the person to a channel. Global shortcuts are opened from there,
// and default_to_current_conversation means it. Everybody starts in #general.
func (p *Person) GoTo(channel string) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	p.channel = p.ws.place(p, channel).id
}

// Idle makes the person inactive, or active again. What chat.postEphemeral sends
// meanwhile is accepted and never shown: its delivery is not guaranteed
// (https://docs.slack.dev/reference/methods/chat.postEphemeral).
func (p *Person) Idle(idle bool) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	p.idle = idle
}

// SetStatus sets the person's status: words and an emoji such as ":palm_tree:", until a time or,
// if that is zero, until further notice.
func (p *Person) SetStatus(text, emoji string, until time.Time) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	p.says.text, p.says.emoji, p.says.until = text, emoji, until
	p.ws.notePeople()
}

// DoNotDisturb has the person not be disturbed in that time; two zero times end it.
func (p *Person) DoNotDisturb(from, until time.Time) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	p.says.quiet = [2]time.Time{from, until}
}

// Status gives the words and the emoji of the person's status.
func (p *Person) Status() (text, emoji string) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.says.text, p.says.emoji
}

type userGroup struct {
	id, handle string
	users      []string
	disabled   bool
}

// UserGroup is a user group as it is.
type UserGroup struct {
	ID, Handle string // the handle without @
	Members    []string
	Disabled   bool
}

// populate makes the people and places that every workspace has. It runs before
// anything else can, hence without the lock.
func (ws *Workspace) populate() {
	for _, cfg := range []PersonConfig{
		{Handle: "manager", Name: "Maha Manager", Locale: "en-US"},
		{Handle: "sara", Name: "Sara Ali", Locale: "en-GB"},
		{Handle: "omar", Name: "Omar Hassan", Locale: "en-US"},
		{Handle: "layla", Name: "ليلى أحمد", Locale: "ar-SA"},
		{Handle: "guest", Name: "Gus Guest", Email: "gus@guest.example", Guest: true},
		{Handle: "partner", Name: "Pat Partner", Email: "pat@partner.example", External: true},
	} {
		ws.addPerson(cfg)
	}
	ws.addChannel(ChannelConfig{Name: "general", BotMember: true})
	ws.addChannel(ChannelConfig{Name: "support", Shared: true,
		Members: []string{"manager", "sara", "omar", "layla", "guest", "partner"}})
	ws.addChannel(ChannelConfig{Name: "vip", Private: true, Members: []string{"manager", "sara"}})
	for _, p := range ws.persons {
		p.channel = ws.channels[0].id
		if p.cfg.Guest || p.cfg.External {
			p.channel = ws.channels[1].id
		}
	}
}

// Person returns somebody by handle. The workspace starts with manager, sara,
// omar, layla (Arabic), guest (a multi-channel guest) and partner (of another
// organisation). It panics if there is nobody of that name; see [Workspace.Find].
func (ws *Workspace) Person(handle string) *Person {
	p, ok := ws.Find(handle)
	if !ok {
		panic("sandbox: nobody in the workspace is called " + handle)
	}
	return p
}

// Find returns somebody by handle or id.
func (ws *Workspace) Find(handle string) (*Person, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	p := ws.personNamed(strings.TrimPrefix(handle, "@"))
	return p, p != nil
}

// Persons returns everybody who is in the workspace.
func (ws *Workspace) Persons() []*Person {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var all []*Person
	for _, p := range ws.persons {
		if !p.removed {
			all = append(all, p)
		}
	}
	return all
}

// AddPerson brings somebody into the workspace and into #general.
func (ws *Workspace) AddPerson(cfg PersonConfig) *Person {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	p := ws.addPerson(cfg)
	p.channel = ws.channels[0].id
	ws.channels[0].members[p.id] = true
	return p
}

// RemovePerson takes somebody out of the workspace: users.info does not find
// them any more, and they leave every channel.
func (ws *Workspace) RemovePerson(handle string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if p := ws.personNamed(handle); p != nil {
		p.removed = true
		ws.leave(p)
	}
}

// DeactivatePerson closes somebody's account: users.info says deleted, and they leave
// every channel.
func (ws *Workspace) DeactivatePerson(handle string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if p := ws.personNamed(handle); p != nil {
		p.cfg.Deactivated = true
		ws.leave(p)
	}
}

func (ws *Workspace) leave(p *Person) {
	ws.notePeople()
	for _, c := range ws.channels {
		delete(c.members, p.id)
	}
}

func (ws *Workspace) addPerson(cfg PersonConfig) *Person {
	setDefault := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	setDefault(&cfg.Name, cfg.Handle)
	setDefault(&cfg.Email, cfg.Handle+"@twerlo.com")
	setDefault(&cfg.Locale, "en-US")
	setDefault(&cfg.TZ, "Asia/Riyadh")
	p := &Person{member: &member{ws: ws, id: ws.ids.new("U"), cfg: cfg, team: TeamID}}
	p.clients = map[string]*Person{"": p}
	if cfg.External {
		p.team = PartnerTeamID
	}
	ws.persons = append(ws.persons, p)
	ws.notePeople()
	return p
}

// AddUserGroup makes a user group (@handle) and returns its id (S…).
func (ws *Workspace) AddUserGroup(handle string, members ...string) string {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	g := &userGroup{id: ws.ids.new("S"), handle: handle}
	for _, m := range members {
		g.users = append(g.users, ws.mustPerson(m).id)
	}
	ws.groups = append(ws.groups, g)
	return g.id
}

// SetUserGroup changes who is in a user group, and whether it is disabled.
func (ws *Workspace) SetUserGroup(id string, disabled bool, members ...string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	g := ws.groupOf(id)
	if g == nil {
		panic("sandbox: there is no user group " + id)
	}
	g.users, g.disabled = nil, disabled
	for _, m := range members {
		g.users = append(g.users, ws.mustPerson(m).id)
	}
	ws.notePeople()
}

// UserGroups returns the user groups there are, their members by handle.
func (ws *Workspace) UserGroups() []UserGroup {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var all []UserGroup
	for _, g := range ws.groups {
		shown := UserGroup{ID: g.id, Handle: g.handle, Disabled: g.disabled}
		for _, id := range g.users {
			if p := ws.personNamed(id); p != nil {
				shown.Members = append(shown.Members, p.cfg.Handle)
			}
		}
		all = append(all, shown)
	}
	return all
}

// groupOf finds a user group by id; nil if there is none.
func (ws *Workspace) groupOf(id string) *userGroup {
	for _, g := range ws.groups {
		if g.id == id {
			return g
		}
	}
	return nil
}

func (ws *Workspace) mustPerson(handle string) *Person {
	p := ws.personNamed(handle)
	if p == nil {
		panic("sandbox: nobody in the workspace is called " + handle)
	}
	return p
}

// personNamed finds by handle or id; nil if there is none.
func (ws *Workspace) personNamed(name string) *Person {
	for _, p := range ws.persons {
		if (p.cfg.Handle == name || p.id == name) && !p.removed {
			return p
		}
	}
	return nil
}
