package sandbox

import (
	"encoding/json"
	"strings"
)

// message is a message in a channel. Guarded by Slack.mu.
type message struct {
	ts, thread string
	author     string
	text       string
	blocks     []object
	raw        json.RawMessage // blocks as the app sent them
	only       string          // user id of the one who sees an ephemeral message
	via        Via
	edited     bool
	bot, team  string            // of the author, where they are an integration or not of this workspace
	attached   []object          // attachments
	replies    int               // in the thread that it began
	mention    *Delivery         // the newest event about it
	version    int               // 1, and one more with each change
	named      json.RawMessage   // blocks with the ids that Slack gives; nil until asked for
	plain      string            // as a person reads it
	envelope   string            // of the interaction that it answers, if known
	sheets     map[string]*sheet // by the id of the person before whom it lies
}

// messageFrom reads the body of a message by the app.
func messageFrom(body object, via Via) *message {
	m := &message{author: BotUserID, via: via, thread: body.str("thread_ts")}
	m.setContent(body)
	return m
}

func (m *message) setContent(body object) {
	m.text = body.str("text")
	if m.text == "" {
		m.text = body.str("markdown_text")
	}
	m.raw, m.blocks, m.attached = nil, nil, body.objects("attachments")
	if list, ok := body["blocks"].([]any); ok && len(list) > 0 {
		m.raw = encode(list)
		m.blocks = decodeBlocks(m.raw)
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
	o := object{"type": "message", "ts": m.ts, "text": m.text, "user": m.author, "team": firstOf(m.team, TeamID)}
	switch {
	case m.author == BotUserID:
		o["bot_id"], o["app_id"] = BotID, AppID
	case m.bot != "":
		o["bot_id"], o["subtype"] = m.bot, "bot_message"
	case m.via == ViaPerson:
		o["client_msg_id"] = uuid()
	}
	if m.edited && m.via == ViaPerson {
		o["edited"] = object{"user": m.author, "ts": m.ts}
	}
	if len(m.attached) > 0 {
		o["attachments"] = m.attached
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
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
func (k *Slack) post(c *channel, m *message) {
	m.ts = k.ts()
	m.thread = c.rootOf(m.thread)
	m.blocks = k.nameBlocks(m.blocks)
	began := c.messageAt(m.thread, "")
	if m.via == ViaPostEphemeral && (k.personNamed(m.only).idle || m.thread != "" && began.replies == 0) {
		return // accepted and never shown; in a thread only where there is one already
	}
	if began != nil && m.only == "" {
		began.replies++
	}
	c.messages = append(c.messages, m)
	k.show(c, m)
}

// show brings a new or changed message before everybody who can see it.
func (k *Slack) show(c *channel, m *message) {
	m.version++
	m.named, m.plain = nil, k.plainMessage(m)
	k.markMessage(c, m)
	for _, p := range k.persons {
		if p.removed || p.id == m.author || !m.visible(p, c) {
			continue
		}
		seen := k.seenBy(p, c, m)
		p.feed = append(p.feed, &seen)
		k.record.event(Event{Kind: EventSeen, Who: p.cfg.Handle, From: m.author, Where: seen.Where, Text: seen.plain, Envelope: m.envelope})
	}
	k.notify()
}

// remove takes a message off every screen.
func (k *Slack) remove(c *channel, m *message) {
	k.markGone(c, m)
	for i, other := range c.messages {
		if other == m {
			c.messages = append(c.messages[:i:i], c.messages[i+1:]...)
			break
		}
	}
	k.notify()
}

// seenBy copies a message as one person sees it.
func (k *Slack) seenBy(p *Person, c *channel, m *message) Message {
	seen := k.copyOf(c, m)
	seen.Where, seen.Blocks = k.title(c, p), m.raw
	return seen
}

// copyOf copies a message with the blocks as Slack's own clients have them: with
// every id.
func (k *Slack) copyOf(c *channel, m *message) Message {
	if m.named == nil && len(m.blocks) > 0 {
		m.named = encode(m.blocks)
	}
	return Message{
		TS: m.ts, ThreadTS: m.thread, Channel: c.id, Author: m.author,
		Text: m.text, Blocks: m.named, Ephemeral: m.only != "", Edited: m.edited, Via: m.via, Version: m.version,
		Buttons: buttonsOf(m.blocks), plain: m.plain,
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

func (k *Slack) plainMessage(m *message) string {
	plain := plainText(m.text, lookup{k})
	if len(m.blocks) > 0 {
		plain = plainBlocks(m.blocks, lookup{k}, nil)
	}
	for _, a := range m.attached {
		plain = strings.TrimPrefix(plain+"\n"+plainText(firstOf(a.str("fallback"), a.str("text")), lookup{k}), "\n")
	}
	return plain
}

// lookup answers for the workspace what turning text into Slack's markup and back
// needs to know. Use it with the lock held.
type lookup struct{ *Slack }

func (l lookup) userID(handle string) (string, bool) {
	if handle == l.botName() {
		return BotUserID, true
	}
	if p := l.personNamed(handle); p != nil {
		return p.id, true
	}
	return "", false
}

func (l lookup) channelID(name string) (id string, public, ok bool) {
	if c := l.find(nil, "#"+name); c != nil {
		return c.id, !c.cfg.Private, true
	}
	return "", false, false
}

func (l lookup) userName(id string) (string, bool) {
	if id == BotUserID {
		return l.botName(), true
	}
	for _, p := range l.persons {
		if p.id == id {
			return p.cfg.Name, true
		}
	}
	return "", false
}

func (l lookup) channelName(id string) (string, bool) {
	if c := l.find(nil, id); c != nil && !c.im {
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
