package slack

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
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

// channel is a conversation of any kind. Guarded by Workspace.mu.
type channel struct {
	id       string
	cfg      ChannelConfig
	im       bool
	members  map[string]bool // user ids, the bot's as well
	messages []*message
}

// AddChannel makes a channel and returns its id.
func (ws *Workspace) AddChannel(cfg ChannelConfig) string {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.addChannel(cfg).id
}

func (ws *Workspace) addChannel(cfg ChannelConfig) *channel {
	c := &channel{id: ws.ids.new("C"), cfg: cfg, members: map[string]bool{}}
	for _, p := range ws.persons {
		everybody := cfg.Members == nil && !p.cfg.Guest && !p.cfg.External
		if everybody || slices.Contains(cfg.Members, p.cfg.Handle) {
			c.members[p.id] = true
		}
	}
	if cfg.BotMember {
		c.members[BotUserID] = true
	}
	ws.notePlaces()
	ws.channels = append(ws.channels, c)
	return c
}

// Invite brings people into a channel; "bot" is the app's bot.
func (ws *Workspace) Invite(channel string, handles ...string) {
	ws.setMembers(channel, handles, true)
}

// Kick takes people out of a channel; "bot" is the app's bot.
func (ws *Workspace) Kick(channel string, handles ...string) {
	ws.setMembers(channel, handles, false)
}

func (ws *Workspace) setMembers(channel string, handles []string, in bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c := ws.place(nil, channel)
	for _, handle := range handles {
		id := BotUserID
		if handle != "bot" {
			id = ws.mustPerson(handle).id
		}
		if in {
			c.members[id] = true
		} else {
			delete(c.members, id)
		}
	}
	ws.notePlaces()
}

// ChannelID returns the id of a channel by name ("#support").
func (ws *Workspace) ChannelID(name string) string {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.place(nil, name).id
}

// Channels returns the names of the channels, with #.
func (ws *Workspace) Channels() []string {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var names []string
	for _, c := range ws.channels {
		if !c.im {
			names = append(names, "#"+c.cfg.Name)
		}
	}
	return names
}

// place finds a conversation by "#name", id or "@handle" as p names it, and
// panics if there is none: a typing error in the test.
func (ws *Workspace) place(p *Person, name string) *channel {
	if c := ws.find(p, name); c != nil {
		return c
	}
	panic(fmt.Sprintf("sandbox: there is no channel %q", name))
}

func (ws *Workspace) find(p *Person, name string) *channel {
	for _, c := range ws.channels {
		if c.id == name || (!c.im && "#"+c.cfg.Name == name) {
			return c
		}
	}
	if handle, ok := strings.CutPrefix(name, "@"); ok && p != nil {
		if handle == "bot" || handle == ws.BotName() {
			return ws.dm(p.id, BotUserID)
		}
		if other := ws.personNamed(handle); other != nil {
			return ws.dm(p.id, other.id)
		}
	}
	return nil
}

// dm returns the direct messages between two users, or of one with themselves,
// opened if need be.
func (ws *Workspace) dm(a, b string) *channel {
	members := map[string]bool{a: true, b: true}
	for _, c := range ws.channels {
		if c.im && maps.Equal(c.members, members) {
			return c
		}
	}
	c := &channel{id: ws.ids.new("D"), im: true, members: members}
	ws.notePlaces()
	ws.channels = append(ws.channels, c)
	return c
}

// appDM tells whether c is somebody's DM with the app.
func (c *channel) appDM() bool { return c.im && c.members[BotUserID] }

// nameIn is the channel_name of payloads: directmessage in DMs.
func (ws *Workspace) nameIn(c *channel) string {
	switch {
	case c.im:
		return "directmessage"
	case c.cfg.Private && !ws.cfg.Unsettled.PrivateNames:
		return "privategroup"
	}
	return c.cfg.Name
}

// title is the place as people call it.
func (ws *Workspace) title(c *channel, reader *Person) string {
	if !c.im {
		return "#" + c.cfg.Name
	}
	if c.members[BotUserID] {
		return "@" + ws.BotName()
	}
	for _, p := range ws.persons {
		if c.members[p.id] && p.id != reader.id {
			return "@" + p.cfg.Handle
		}
	}
	return "@" + reader.cfg.Handle
}

// Place is a conversation as one person sees it.
type Place struct {
	ID      string
	Name    string // without #; of the other person, or of the app, in a DM
	DM      bool
	App     bool   // the DM with the app
	With    string // handle of the other in a DM with a person
	Private bool
	Shared  bool     // with another organisation
	Bot     bool     // the app's bot is in it
	Member  bool     // the person is in it
	People  []string // the handles of those in it, the bot not counted
}

// Places returns the conversations that the person can see: all public channels
// (guests: theirs), private channels they are in, the DM with the app, and the
// DMs that have been opened.
func (p *Person) Places() []Place {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.ws.placesOf(p)
}

func (ws *Workspace) placesOf(p *Person) []Place {
	outsider := p.cfg.Guest || p.cfg.SingleGuest || p.cfg.External
	app := ws.dm(p.id, BotUserID)
	var channels, dms []Place
	for _, c := range ws.channels {
		at := ws.placeFor(p, c)
		switch {
		case c == app:
		case c.im && at.Member:
			dms = append(dms, at)
		case !c.im && (at.Member || !c.cfg.Private && !outsider):
			channels = append(channels, at)
		}
	}
	return append(append(channels, ws.placeFor(p, app)), dms...)
}

func (ws *Workspace) placeFor(p *Person, c *channel) Place {
	at := Place{ID: c.id, Name: c.cfg.Name, DM: c.im, Private: c.cfg.Private, Shared: c.cfg.Shared,
		Bot: c.members[BotUserID], Member: c.members[p.id]}
	for _, other := range ws.persons {
		if !c.members[other.id] {
			continue
		}
		at.People = append(at.People, other.cfg.Handle)
		if c.im && (other.id != p.id || at.With == "") { // oneself where there is nobody else
			at.Name, at.With = other.cfg.Name, other.cfg.Handle
		}
	}
	if c.appDM() {
		at.App, at.Name, at.With = true, ws.manifest.Name, ""
	}
	return at
}

// Place returns one conversation, named as in [Person.GoTo], as the person sees
// it; a DM is opened if need be.
func (p *Person) Place(name string) (Place, bool) {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c := ws.find(p, name)
	if c == nil || !c.members[p.id] && (c.im || c.cfg.Private) {
		return Place{}, false
	}
	return ws.placeFor(p, c), true
}

// passes applies the filter of a conversations_select
// (https://docs.slack.dev/reference/block-kit/composition-objects/conversation-filter-object).
func (c *channel) passes(filter object) bool {
	if filter == nil {
		return true
	}
	if filter.Flag("exclude_external_shared_channels") && c.cfg.Shared {
		return false
	}
	if filter.Flag("exclude_bot_users") && c.appDM() {
		return false
	}
	kind := "public"
	switch {
	case c.im:
		kind = "im"
	case c.cfg.Private:
		kind = "private"
	}
	include, _ := filter["include"].([]any)
	return len(include) == 0 || slices.Contains(include, any(kind))
}

// commandInvite is a command of Slack's own; the app is never told of it.
const commandInvite = "/invite"

// inviteTyped does "/invite @azeer": it adds those named to the channel, or to the one
// named last. Call it, and those below, with the lock held.
func (p *Person) inviteTyped(place, text string) error {
	ws := p.ws
	words := strings.Fields(text)
	if last := len(words) - 1; last >= 0 && strings.HasPrefix(words[last], "#") {
		place, words = words[last], words[:last]
	}
	c := ws.find(p, place)
	switch {
	case c == nil || !c.members[p.id]:
		return fmt.Errorf("you are not in %s", place)
	case c.im:
		return errors.New("/invite works in channels only")
	case len(words) == 0:
		return fmt.Errorf("who? Example: /invite @%s", ws.BotName())
	}
	var ids []string
	for _, word := range words {
		id, known := anyCase{names{ws}}.UserID(strings.TrimPrefix(word, "@"))
		switch {
		case !known:
			return fmt.Errorf("nobody here is called %s", word)
		case c.members[id]:
			return fmt.Errorf("%s is already in %s", word, ws.title(c, p))
		}
		ids = append(ids, id)
	}
	return p.add(c, ids)
}

// add brings people, or the app, into a channel and says so there.
func (p *Person) add(c *channel, ids []string) error {
	if p.cfg.Guest || p.cfg.SingleGuest || p.cfg.External {
		return errors.New("guests and people of other organizations can't add anybody")
	}
	for _, id := range ids {
		if c.members[id] {
			continue
		}
		c.members[id] = true
		p.ws.notePlaces()
		p.ws.post(c, &message{author: author{user: id, via: ViaJoin}, content: content{
			text: fmt.Sprintf("was added to %s by <@%s>.", p.ws.title(c, p), p.id)}})
	}
	return nil
}

var mentionPattern = regexp.MustCompile(`<@([UW][A-Z0-9]+)`)

// offerWords are what Slackbot says where somebody mentioned is absent, by language.
var offerWords = map[string]struct{ absent, add, leave string }{
	"en": {"You mentioned %s, but they’re not in this channel.", "Add to channel", "Do nothing"},
	"ar": {"أشرت إلى %s، لكن الحساب غير موجود في هذه القناة.", "إضافة إلى القناة", "تجاهل"},
}

// The buttons of Slackbot's offer.
const (
	actionAdd   = "slackbot_add"
	actionLeave = "slackbot_leave"
)

// offerToAdd has Slackbot ask the person whether those whom a message of theirs mentions
// shall be added to the channel. Only they see it.
func (p *Person) offerToAdd(c *channel, m Message) {
	ws := p.ws
	var absent []string
	for _, match := range mentionPattern.FindAllStringSubmatch(m.Text, -1) {
		if id := match[1]; !c.members[id] && !slices.Contains(absent, id) {
			absent = append(absent, id)
		}
	}
	if c.im || len(absent) == 0 || p.cfg.Guest || p.cfg.SingleGuest || p.cfg.External {
		return
	}
	say := offerWords["en"]
	if strings.HasPrefix(p.cfg.Locale, "ar") {
		say = offerWords["ar"]
	}
	text := fmt.Sprintf(say.absent, "<@"+strings.Join(absent, ">, <@")+">")
	button := func(action, label string) object {
		return object{"type": "button", "action_id": action, "text": object{"type": "plain_text", "text": label},
			"value": strings.Join(absent, " ")}
	}
	offer := messageFrom(parsed(object{"text": text, "thread_ts": m.ThreadTS, "blocks": []object{
		{"type": "section", "text": object{"type": "mrkdwn", "text": text}},
		{"type": "actions", "elements": []object{button(actionAdd, say.add), button(actionLeave, say.leave)}},
	}}), ViaSlackbot)
	offer.user, offer.only = SlackbotID, p.id
	ws.post(c, offer)
}

// answerOffer presses a button of such an offer, which goes with that.
func (p *Person) answerOffer(c *channel, offer *message, a Action) error {
	if a.ActionID == actionAdd {
		var absent []string
		for _, match := range mentionPattern.FindAllStringSubmatch(offer.text, -1) {
			absent = append(absent, match[1])
		}
		if err := p.add(c, absent); err != nil {
			return err
		}
	}
	p.ws.remove(c, offer)
	return nil
}
