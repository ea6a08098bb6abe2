package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/mrkdwn"
)

// Message is a message as one person sees it: a copy, which does not change.
type Message struct {
	TS        string
	ThreadTS  string
	Channel   string // id
	Where     string // name of the place: "#general", "@azeer"
	Ephemeral bool   // only this person sees it
	Edited    bool   // a later version of a message already shown
	Version   int    // counts up from 1 with each change

	MessageSource
	MessageContent
}

// MessageSource is where a message came from.
type MessageSource struct {
	Author   string // user id; the bot's for what the app posts
	Via      Via    // how it came
	Envelope string // envelope_id of the interaction that it answers, "" if of none that is known
}

// MessageContent is what a message says.
type MessageContent struct {
	Text    string          // as sent, in mrkdwn
	Blocks  json.RawMessage // as sent, or nil
	Buttons []Button
	Files   []File // without their content

	plain string
}

// Via says how a message came about.
type Via string

// The ways of a message.
const (
	ViaAck           Via = "ack"
	ViaResponseURL   Via = "response_url"
	ViaPostEphemeral Via = "postEphemeral"
	ViaPostMessage   Via = "postMessage"
	ViaUpdate        Via = "update"
	ViaPerson        Via = "person"   // typed by somebody
	ViaJoin          Via = "join"     // Slack's note that its author was added to the channel
	ViaSlackbot      Via = "slackbot" // what Slack itself says to one person
)

// Plain returns the message as a person reads it: the text of the blocks, or the
// text where there are none, with mentions as names, links as their labels,
// entities unescaped and formatting marks dropped. Buttons stand in brackets.
func (m Message) Plain() string { return m.plain }

// What stands in a message or form; see package blocks.
type (
	Button = blocks.Button
	Option = blocks.Option
	Action = blocks.Action
)

// See waits for the oldest message not yet seen that matches, visible to this
// person anywhere, and consumes it. An edited message counts as a new one. match is called
// without the lock.
func (p *Person) See(ctx context.Context, match func(Message) bool) (Message, error) {
	ws := p.ws
	for {
		ws.mu.Lock()
		feed, changed := slices.Clone(p.feed), ws.mu.Changed()
		ws.mu.Unlock()
		for _, m := range feed {
			if match(*m) && p.consume(m) {
				return *m, nil
			}
		}
		if err := ws.mu.AwaitChange(ctx, changed); err != nil {
			var texts []string
			for _, m := range feed {
				texts = append(texts, m.plain)
			}
			return Message{}, fmt.Errorf("wait for a message to %s: %w; not matching: %q", p.cfg.Handle, err, texts)
		}
	}
}

// consume takes a message out of the feed; false if somebody else has.
func (p *Person) consume(m *Message) bool {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	at := slices.Index(p.feed, m)
	if at < 0 {
		return false
	}
	p.feed = slices.Delete(p.feed, at, at+1)
	return true
}

// Unseen returns the messages that See has not consumed, oldest first.
func (p *Person) Unseen() []Message {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	var all []Message
	for _, m := range p.feed {
		all = append(all, *m)
	}
	return all
}

// Messages returns what is on the person's screen in a channel now.
func (p *Person) Messages(channel string) []Message {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c := ws.place(p, channel)
	var all []Message
	for _, m := range c.messages {
		if m.visible(p, c) {
			all = append(all, ws.seenBy(p, c, m))
		}
	}
	return all
}

// Reload restarts the person's client: ephemeral messages vanish.
func (p *Person) Reload() {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, c := range ws.channels {
		for _, m := range c.messages {
			if m.only == p.id {
				ws.noteGone(c, m)
			}
		}
		c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return m.only == p.id })
	}
	ws.mu.Notify()
}

// message is a message in a channel. Guarded by Workspace.mu.
type message struct {
	content
	author
	appearance

	ts, thread string
	only       string // user id of the one who sees an ephemeral message
	edited     bool
	replies    int       // in the thread that it began
	mention    *Delivery // the newest event about it
	envelope   string    // of the interaction that it answers, if known
}

// content is what a message says.
type content struct {
	text     string
	blocks   []object
	raw      json.RawMessage // blocks as the app sent them
	attached []object        // attachments
	files    []object
}

// author is who sent a message, and how.
type author struct {
	user      string // id
	via       Via
	bot, team string // where the author is an integration or not of this workspace
}

// appearance is a message on the screens.
type appearance struct {
	version  int                         // 1, and one more with each change
	named    json.RawMessage             // blocks with the ids that Slack gives; nil until asked for
	plain    string                      // as a person reads it
	rendered map[string]*blocks.Rendered // by the id of the person before whom it lies
}

// messageFrom reads the body of a message by the app.
func messageFrom(body object, via Via) *message {
	m := &message{author: author{user: BotUserID, via: via}, thread: body.Str("thread_ts")}
	m.setContent(body)
	return m
}

func (m *message) setContent(body object) {
	m.text = body.Str("text")
	if m.text == "" {
		m.text = body.Str("markdown_text")
	}
	m.raw, m.blocks, m.attached, m.files = nil, nil, body.Objects("attachments"), body.Objects("files")
	if list, ok := body["blocks"].([]any); ok && len(list) > 0 {
		m.raw = jsonmap.Encode(list)
		m.blocks = blocks.Decode(m.raw)
	}
}

func (m *message) empty() bool {
	return strings.TrimSpace(m.text) == "" && len(m.blocks) == 0 && len(m.attached) == 0
}

// visible tells whether a person has the message on their screen.
func (m *message) visible(p *Person, c *channel) bool {
	if m.only != "" {
		return m.only == p.id
	}
	return c.members[p.id]
}

// payload is the message as Slack shows it to the app.
func (m *message) payload() object {
	o := object{"type": "message", "ts": m.ts, "text": m.text, "user": m.user, "team": cmp.Or(m.team, TeamID)}
	switch {
	case m.user == BotUserID:
		o["bot_id"], o["app_id"] = BotID, AppID
	case m.bot != "":
		o["bot_id"], o["subtype"] = m.bot, "bot_message"
	case m.via == ViaPerson:
		o["client_msg_id"] = uuid()
	}
	if m.edited && m.via == ViaPerson {
		o["edited"] = object{"user": m.user, "ts": m.ts}
	}
	if len(m.attached) > 0 {
		o["attachments"] = m.attached
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
	}
	if len(m.files) > 0 {
		o["files"] = m.files
	}
	switch {
	case m.thread != "":
		o["thread_ts"] = m.thread
	case m.replies > 0:
		o["thread_ts"], o["reply_count"] = m.ts, m.replies
	}
	return o
}

// post puts a new message in a channel. Call it with the lock held.
func (ws *Workspace) post(c *channel, m *message) {
	m.ts = ws.ids.ts()
	m.thread = c.rootOf(m.thread)
	m.blocks = ws.identify(m.blocks)
	began := c.messageAt(m.thread, "")
	if m.via == ViaPostEphemeral && (ws.personNamed(m.only).idle || m.thread != "" && began.replies == 0) {
		return // accepted and never shown; in a thread only where there is one already
	}
	if began != nil && m.only == "" {
		began.replies++
	}
	c.messages = append(c.messages, m)
	ws.show(c, m)
}

// show brings a new or changed message before everybody who can see it.
func (ws *Workspace) show(c *channel, m *message) {
	m.version++
	m.named, m.plain = nil, ws.plainMessage(m)
	ws.noteMessage(c, m)
	for _, p := range ws.persons {
		if p.removed || p.id == m.user || !m.visible(p, c) {
			continue
		}
		seen := ws.seenBy(p, c, m)
		p.feed = append(p.feed, &seen)
		ws.report.Event(record.Event{Kind: record.Seen, Who: p.cfg.Handle, From: m.user, Where: seen.Where, Text: seen.plain, Envelope: m.envelope})
	}
	ws.mu.Notify()
}

// remove takes a message off every screen.
func (ws *Workspace) remove(c *channel, m *message) {
	ws.noteGone(c, m)
	for i, other := range c.messages {
		if other == m {
			c.messages = append(c.messages[:i:i], c.messages[i+1:]...)
			break
		}
	}
	ws.mu.Notify()
}

// seenBy copies a message as one person sees it.
func (ws *Workspace) seenBy(p *Person, c *channel, m *message) Message {
	seen := ws.copyOf(c, m)
	seen.Where, seen.Blocks = ws.title(c, p), m.raw
	return seen
}

// copyOf copies a message with the blocks as Slack's own clients have them: with
// every id.
func (ws *Workspace) copyOf(c *channel, m *message) Message {
	if m.named == nil && len(m.blocks) > 0 {
		m.named = jsonmap.Encode(m.blocks)
	}
	return Message{
		TS: m.ts, ThreadTS: m.thread, Channel: c.id, Ephemeral: m.only != "", Edited: m.edited, Version: m.version,
		MessageSource:  MessageSource{m.user, m.via, m.envelope},
		MessageContent: MessageContent{m.text, m.named, blocks.ButtonsOf(m.blocks), filesOf(m.files), m.plain},
	}
}

// rootOf finds the message that began the thread of the one at ts.
func (c *channel) rootOf(ts string) string {
	if ts == "" {
		return ""
	}
	if m := c.messageAt(ts, ""); m != nil && m.thread != "" {
		return m.thread
	}
	return ts
}

func (ws *Workspace) plainMessage(m *message) string {
	plain := mrkdwn.PlainText(m.text, names{ws})
	if len(m.blocks) > 0 {
		plain = blocks.Plain(m.blocks, names{ws}, nil)
	}
	for _, a := range m.attached {
		plain = strings.TrimPrefix(plain+"\n"+mrkdwn.PlainText(cmp.Or(a.Str("fallback"), a.Str("text")), names{ws}), "\n")
	}
	for _, f := range m.files {
		plain = strings.TrimPrefix(plain+"\n["+f.Str("name")+"]", "\n")
	}
	return plain
}

// names answers for the workspace what turning text into Slack's markup and back
// needs to know. Use it with the lock held.
type names struct{ *Workspace }

func (n names) UserID(handle string) (string, bool) {
	if handle == n.BotName() {
		return BotUserID, true
	}
	if p := n.personNamed(handle); p != nil {
		return p.id, true
	}
	return "", false
}

func (n names) GroupID(handle string) (string, bool) {
	for _, g := range n.groups {
		if strings.EqualFold(g.handle, handle) && !g.disabled {
			return g.id, true
		}
	}
	return "", false
}

func (n names) GroupHandle(id string) (string, bool) {
	if g := n.groupOf(id); g != nil {
		return g.handle, true
	}
	return "", false
}

func (n names) ChannelID(name string) (id string, public, ok bool) {
	if c := n.find(nil, "#"+name); c != nil {
		return c.id, !c.cfg.Private, true
	}
	return "", false, false
}

func (n names) UserName(id string) (string, bool) {
	if id == BotUserID {
		return n.BotName(), true
	}
	for _, p := range n.persons {
		if p.id == id {
			return p.cfg.Name, true
		}
	}
	return "", false
}

func (n names) ChannelName(id string) (string, bool) {
	if c := n.find(nil, id); c != nil && !c.im {
		return c.cfg.Name, true
	}
	return "", false
}

// messageAt finds a message by its timestamp; ephemeral ones only for whom they
// are. The reader "" stands for the app, which cannot touch ephemeral messages.
func (c *channel) messageAt(ts, reader string) *message {
	for _, m := range c.messages {
		if m.ts == ts && (m.only == "" || m.only == reader) {
			return m
		}
	}
	return nil
}

// identify gives every block and interactive element the id it lacks. Call it with the
// lock held.
func (ws *Workspace) identify(list []object) []object {
	return blocks.Identify(list, func() string { return fmt.Sprintf("b%04d", ws.ids.next()) })
}

// renderedFor returns the blocks of a message as a person has them before them, and what
// their fields need to know.
func (ws *Workspace) renderedFor(p *Person, c *channel, m *message) (*blocks.Rendered, directory) {
	dir := directory{ws, p, c.id}
	r := m.rendered[p.id]
	if r == nil {
		r = &blocks.Rendered{}
		if m.rendered == nil {
			m.rendered = map[string]*blocks.Rendered{}
		}
		m.rendered[p.id] = r
	}
	if r.Version != m.version {
		r.Version = m.version
		r.Replace(dir, m.blocks)
	}
	return r, dir
}
