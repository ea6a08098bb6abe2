package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ChannelConfig describes a channel. Name is required, without #.
type ChannelConfig struct {
	Name      string
	Private   bool
	Shared    bool // with another organisation (Slack Connect)
	Archived  bool
	Members   []string // handles; nil means everybody but guests and partners
	BotMember bool     // whether the app's bot is in it
}

// channel is a conversation of any kind. Guarded by Slack.mu.
type channel struct {
	id       string
	cfg      ChannelConfig
	im       bool
	members  map[string]bool // user ids, the bot's as well
	messages []*message
}

type userGroup struct {
	id, handle string
	users      []string
}

// populate makes the people and places that every workspace has. It runs before
// anything else can, hence without the lock.
func (k *Slack) populate() {
	for _, cfg := range []PersonConfig{
		{Handle: "manager", Name: "Maha Manager", Locale: "en-US"},
		{Handle: "sara", Name: "Sara Ali", Locale: "en-GB"},
		{Handle: "omar", Name: "Omar Hassan", Locale: "en-US"},
		{Handle: "layla", Name: "ليلى أحمد", Locale: "ar-SA"},
		{Handle: "guest", Name: "Gus Guest", Email: "gus@guest.example", Guest: true},
		{Handle: "partner", Name: "Pat Partner", Email: "pat@partner.example", External: true},
	} {
		k.addPerson(cfg)
	}
	k.addChannel(ChannelConfig{Name: "general", BotMember: true})
	k.addChannel(ChannelConfig{Name: "support", Shared: true,
		Members: []string{"manager", "sara", "omar", "layla", "guest", "partner"}})
	k.addChannel(ChannelConfig{Name: "vip", Private: true, Members: []string{"manager", "sara"}})
	for _, p := range k.persons {
		p.stand = k.channels[0].id
		if p.cfg.Guest || p.cfg.External {
			p.stand = k.channels[1].id
		}
	}
}

// Person returns somebody by handle. The workspace starts with manager, sara,
// omar, layla (Arabic), guest (a multi-channel guest) and partner (of another
// organisation). It panics if there is nobody of that name; see [Slack.Find].
func (k *Slack) Person(handle string) *Person {
	p, ok := k.Find(handle)
	if !ok {
		panic("sandbox: nobody in the workspace is called " + handle)
	}
	return p
}

// Find returns somebody by handle or id.
func (k *Slack) Find(handle string) (*Person, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.personNamed(strings.TrimPrefix(handle, "@"))
	return p, p != nil
}

// Persons returns everybody who is in the workspace.
func (k *Slack) Persons() []*Person {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []*Person
	for _, p := range k.persons {
		if !p.removed {
			all = append(all, p)
		}
	}
	return all
}

// AddPerson brings somebody into the workspace and into #general.
func (k *Slack) AddPerson(cfg PersonConfig) *Person {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.addPerson(cfg)
	p.stand = k.channels[0].id
	k.channels[0].members[p.id] = true
	return p
}

// RemovePerson takes somebody out of the workspace: users.info does not find
// them any more, and they leave every channel.
func (k *Slack) RemovePerson(handle string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p := k.personNamed(handle); p != nil {
		p.removed = true
		k.leave(p)
	}
}

// DeactivatePerson closes somebody's account: users.info says deleted, and they leave
// every channel.
func (k *Slack) DeactivatePerson(handle string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p := k.personNamed(handle); p != nil {
		p.cfg.Deactivated = true
		k.leave(p)
	}
}

func (k *Slack) leave(p *Person) {
	k.markPeople()
	for _, c := range k.channels {
		delete(c.members, p.id)
	}
}

func (k *Slack) addPerson(cfg PersonConfig) *Person {
	setDefault := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	setDefault(&cfg.Name, cfg.Handle)
	setDefault(&cfg.Email, cfg.Handle+"@twerlo.com")
	setDefault(&cfg.Locale, "en-US")
	setDefault(&cfg.TZ, "Asia/Riyadh")
	p := &Person{slack: k, id: k.id("U"), cfg: cfg, team: TeamID}
	if cfg.External {
		p.team = PartnerTeamID
	}
	k.persons = append(k.persons, p)
	k.markPeople()
	return p
}

// AddChannel makes a channel and returns its id.
func (k *Slack) AddChannel(cfg ChannelConfig) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.addChannel(cfg).id
}

func (k *Slack) addChannel(cfg ChannelConfig) *channel {
	c := &channel{id: k.id("C"), cfg: cfg, members: map[string]bool{}}
	for _, p := range k.persons {
		everybody := cfg.Members == nil && !p.cfg.Guest && !p.cfg.External
		if everybody || slices.Contains(cfg.Members, p.cfg.Handle) {
			c.members[p.id] = true
		}
	}
	if cfg.BotMember {
		c.members[BotUserID] = true
	}
	k.markPlaces()
	k.channels = append(k.channels, c)
	return c
}

// Invite brings people into a channel; "bot" is the app's bot.
func (k *Slack) Invite(channel string, handles ...string) {
	k.setMembers(channel, handles, true)
}

// Kick takes people out of a channel; "bot" is the app's bot.
func (k *Slack) Kick(channel string, handles ...string) {
	k.setMembers(channel, handles, false)
}

func (k *Slack) setMembers(channel string, handles []string, in bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.place(nil, channel)
	for _, handle := range handles {
		id := BotUserID
		if handle != "bot" {
			id = k.mustPerson(handle).id
		}
		if in {
			c.members[id] = true
		} else {
			delete(c.members, id)
		}
	}
	k.markPlaces()
}

// ChannelID returns the id of a channel by name ("#support").
func (k *Slack) ChannelID(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.place(nil, name).id
}

// Channels returns the names of the channels, with #.
func (k *Slack) Channels() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var names []string
	for _, c := range k.channels {
		if !c.im {
			names = append(names, "#"+c.cfg.Name)
		}
	}
	return names
}

// AddUserGroup makes a user group (@handle) and returns its id (S…).
func (k *Slack) AddUserGroup(handle string, members ...string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	g := &userGroup{id: k.id("S"), handle: handle}
	for _, m := range members {
		g.users = append(g.users, k.mustPerson(m).id)
	}
	k.groups = append(k.groups, g)
	return g.id
}

func (k *Slack) mustPerson(handle string) *Person {
	p := k.personNamed(handle)
	if p == nil {
		panic("sandbox: nobody in the workspace is called " + handle)
	}
	return p
}

// personNamed finds by handle or id; nil if there is none.
func (k *Slack) personNamed(name string) *Person {
	for _, p := range k.persons {
		if (p.cfg.Handle == name || p.id == name) && !p.removed {
			return p
		}
	}
	return nil
}

// place finds a conversation by "#name", id or "@handle" as p names it, and
// panics if there is none: a typing error in the test.
func (k *Slack) place(p *Person, name string) *channel {
	if c := k.find(p, name); c != nil {
		return c
	}
	panic(fmt.Sprintf("sandbox: there is no channel %q", name))
}

func (k *Slack) find(p *Person, name string) *channel {
	for _, c := range k.channels {
		if c.id == name || (!c.im && "#"+c.cfg.Name == name) {
			return c
		}
	}
	if handle, ok := strings.CutPrefix(name, "@"); ok && p != nil {
		if handle == "bot" || handle == k.botName() {
			return k.dm(p.id, BotUserID)
		}
		if other := k.personNamed(handle); other != nil {
			return k.dm(p.id, other.id)
		}
	}
	return nil
}

// Here tells whether a place named so exists for the person, as [Person.Stand]
// and [Person.Command] need.
func (p *Person) Here(channel string) bool {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	return p.slack.find(p, channel) != nil
}

// dm returns the direct messages between two users, or of one with themselves,
// opened if need be.
func (k *Slack) dm(a, b string) *channel {
	members := map[string]bool{a: true, b: true}
	for _, c := range k.channels {
		if c.im && maps.Equal(c.members, members) {
			return c
		}
	}
	c := &channel{id: k.id("D"), im: true, members: members}
	k.markPlaces()
	k.channels = append(k.channels, c)
	return c
}

// appDM tells whether c is somebody's DM with the app.
func (c *channel) appDM() bool { return c.im && c.members[BotUserID] }

// nameIn is the channel_name of payloads: directmessage in DMs.
func (k *Slack) nameIn(c *channel) string {
	switch {
	case c.im:
		return "directmessage"
	case c.cfg.Private && !k.unsettled.PrivateNames:
		return "privategroup"
	}
	return c.cfg.Name
}

// title is the place as people call it.
func (k *Slack) title(c *channel, reader *Person) string {
	if !c.im {
		return "#" + c.cfg.Name
	}
	if c.members[BotUserID] {
		return "@" + k.botName()
	}
	for _, p := range k.persons {
		if c.members[p.id] && p != reader {
			return "@" + p.cfg.Handle
		}
	}
	return "@" + reader.cfg.Handle
}

func (k *Slack) botName() string {
	if k.manifest.BotName != "" {
		return k.manifest.BotName
	}
	return k.manifest.Name
}
