package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// Say posts what the person types in a conversation they are in. The app is told of it
// (app_mention) where it is mentioned as @ and its name, is in the conversation, has
// subscribed to that and has the scope; in a direct message it never is
// (https://docs.slack.dev/reference/events/app_mention). It panics where the person
// cannot post: an error in the test.
func (p *Person) Say(place, text string) Message {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	return p.say(p.slack.place(p, place), "", text)
}

// SayInThread is Say as a reply to m, or to the message that m replies to.
func (p *Person) SayInThread(m Message, text string) Message {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	return p.say(p.slack.place(p, m.Channel), firstOf(m.ThreadTS, m.TS), text)
}

// Edit changes a message of the person's. Slack tells of its mention again then, as a new
// event that says by whom and when the message was edited (slack-go#1256).
func (p *Person) Edit(m Message, text string) Message {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c, edited := p.locate(m)
	if edited == nil || edited.author != p.id {
		panic("sandbox: " + p.cfg.Handle + " cannot edit that message")
	}
	k.edit(c, edited, k.typedBody(text, lookup{k}), ViaPerson)
	k.mention(p, c, edited)
	return k.seenBy(p, c, edited)
}

// Post posts a message as an integration does: body holds text, blocks, attachments and
// thread_ts as they are sent. It panics where Say does.
func (p *Person) Post(place string, body map[string]any) Message {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	return p.post(p.slack.place(p, place), object(body))
}

// Mentioned returns the newest event by which the app was told of m; nil if it was not.
func (k *Slack) Mentioned(m Message) *Delivery {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.find(nil, m.Channel); c != nil {
		if told := c.messageAt(m.TS, ""); told != nil {
			return told.mention
		}
	}
	return nil
}

func (p *Person) say(c *channel, thread, text string) Message {
	return p.sayAs(c, thread, text, lookup{p.slack})
}

func (p *Person) sayAs(c *channel, thread, text string, who names) Message {
	body := p.slack.typedBody(text, who)
	body["thread_ts"] = thread
	p.slack.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Where: p.slack.title(c, p), Text: text})
	return p.post(c, body)
}

func (p *Person) post(c *channel, body object) Message {
	k := p.slack
	if !c.members[p.id] {
		panic(fmt.Sprintf("sandbox: %s is not in %s", p.cfg.Handle, k.title(c, p)))
	}
	m := messageFrom(parsed(body), ViaPerson)
	m.author, m.team = p.id, p.team
	if p.cfg.Bot {
		m.bot = "B" + strings.TrimPrefix(p.id, "U")
	}
	k.post(c, m)
	k.mention(p, c, m)
	return k.seenBy(p, c, m)
}

// parsed gives a body as it looks after a way over the network.
func parsed(body object) object {
	o, err := parseObject(encode(body))
	if err != nil {
		panic("sandbox: message: " + err.Error())
	}
	return o
}

// mention tells the app of a message that mentions it. Call it with the lock held.
func (k *Slack) mention(p *Person, c *channel, m *message) {
	subscribed := slices.Contains(k.manifest.BotEvents, "app_mention") && k.inScope([]string{"app_mentions:read"}) == nil
	if !subscribed || c.im || !c.members[BotUserID] || !strings.Contains(m.text, "<@"+BotUserID+">") {
		return
	}
	event := m.payload()
	event["type"], event["channel"], event["event_ts"] = "app_mention", c.id, m.ts
	delete(event, "subtype")
	if p.cfg.External {
		event["user_team"], event["source_team"] = p.team, p.team
	}
	m.mention = k.sendTyped(k.newEvent(p, event), k.title(c, p), plainText(m.text, lookup{k}))
}

// typedBody makes a message of what somebody types: mrkdwn, and the rich text that the
// client sends beside it.
func (k *Slack) typedBody(text string, who names) object {
	var mrkdwn strings.Builder
	var leaves []any
	leaf := func(text string) {
		if text != "" {
			leaves = append(leaves, object{"type": "text", "text": text})
			mrkdwn.WriteString(escapeEntities(text))
		}
	}
	last := 0
	for _, m := range linkable.FindAllStringSubmatchIndex(text, -1) {
		group := slices.IndexFunc([]int{1, 2, 3, 4, 5}, func(g int) bool { return m[2*g] >= 0 }) + 1
		if group == 0 || insideWord(text, m[0], m[1]) {
			continue // numbers stay as they are typed
		}
		link, rest := wrapLink(group, text[m[0]:m[1]], who, escaping{Bare: group == 3 || group == 4})
		if link == "" {
			continue
		}
		leaf(text[last:m[0]])
		last = m[1] - len(rest)
		leaves = append(leaves, richLink(link))
		mrkdwn.WriteString(link)
	}
	leaf(text[last:])
	return object{"text": mrkdwn.String(), "blocks": []any{object{"type": "rich_text",
		"elements": []any{object{"type": "rich_text_section", "elements": leaves}}}}}
}

// richLink is the leaf of a rich text for a link in mrkdwn.
func richLink(link string) object {
	target, label, _ := strings.Cut(strings.Trim(link, "<>"), "|")
	switch target[0] {
	case '@':
		return object{"type": "user", "user_id": target[1:]}
	case '#':
		return object{"type": "channel", "channel_id": target[1:]}
	}
	leaf := object{"type": "link", "url": unescaped.Replace(target)}
	if label != "" {
		leaf["text"] = unescaped.Replace(label)
	}
	return leaf
}
