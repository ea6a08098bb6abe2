package sandbox

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
	Members int      // people in it, the bot not counted
	People  []string // their handles
}

// Screen is what a person has before them, all of one moment.
type Screen struct {
	Places   []Place              // channels, the DM with the app, DMs
	Messages map[string][]Message // by the id of the place, oldest first; blocks with the ids that Slack gives
	Forms    []*Form              // open modals, the top one last
	Home     *Form                // nil as long as the app has published none
}

// Screen returns what the person has before them.
func (p *Person) Screen() Screen {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	s := Screen{Places: k.placesOf(p), Messages: map[string][]Message{}}
	for _, c := range k.channels {
		for _, m := range c.messages {
			if m.visible(p, c) {
				s.Messages[c.id] = append(s.Messages[c.id], k.copyOf(c, m))
			}
		}
	}
	for _, v := range p.forms {
		s.Forms = append(s.Forms, k.formOf(v))
	}
	if p.home != nil {
		s.Home = k.formOf(p.home)
	}
	return s
}

// HomeTab returns what the app has published for the person so far, or nil.
func (p *Person) HomeTab() *Form {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	if p.home == nil {
		return nil
	}
	return p.slack.formOf(p.home)
}

// Places returns the conversations that the person can see: all public channels
// (guests: theirs), private channels they are in, the DM with the app, and the
// DMs that have been opened.
func (p *Person) Places() []Place {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	return p.slack.placesOf(p)
}

func (k *Slack) placesOf(p *Person) []Place {
	outsider := p.cfg.Guest || p.cfg.SingleGuest || p.cfg.External
	app := k.dm(p.id, BotUserID)
	var channels, dms []Place
	for _, c := range k.channels {
		at := k.placeFor(p, c)
		switch {
		case c == app:
		case c.im && at.Member:
			dms = append(dms, at)
		case !c.im && (at.Member || !c.cfg.Private && !outsider):
			channels = append(channels, at)
		}
	}
	return append(append(channels, k.placeFor(p, app)), dms...)
}

func (k *Slack) placeFor(p *Person, c *channel) Place {
	at := Place{ID: c.id, Name: c.cfg.Name, DM: c.im, Private: c.cfg.Private, Shared: c.cfg.Shared,
		Bot: c.members[BotUserID], Member: c.members[p.id]}
	for _, other := range k.persons {
		if !c.members[other.id] {
			continue
		}
		at.Members++
		at.People = append(at.People, other.cfg.Handle)
		if c.im && (other != p || at.With == "") { // oneself where there is nobody else
			at.Name, at.With = other.cfg.Name, other.cfg.Handle
		}
	}
	if c.appDM() {
		at.App, at.Name, at.With = true, k.manifest.Name, ""
	}
	return at
}

// Place returns one conversation, named as in [Person.Stand], as the person sees
// it; a DM is opened if need be.
func (p *Person) Place(name string) (Place, bool) {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.find(p, name)
	if c == nil || !c.members[p.id] && (c.im || c.cfg.Private) {
		return Place{}, false
	}
	return k.placeFor(p, c), true
}

// Manifest returns what the app has declared about itself; it must not be changed.
func (k *Slack) Manifest() *Manifest { return k.manifest }

// BotName returns the handle of the app's bot, without @.
func (k *Slack) BotName() string { return k.botName() }

// Delivery returns a copy of the delivery with that envelope_id as it is now.
func (k *Slack) Delivery(envelopeID string) (Delivery, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, known := k.deliveries[envelopeID]
	if !known {
		return Delivery{}, false
	}
	return *d, true
}
