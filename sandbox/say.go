package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Say posts a plain message, as a person types it: @names and #channels become
// mentions. thread is the ts of the message that it answers, or empty. The app is
// told as far as its manifest subscribes to it and its bot is in the conversation:
// app_mention, and message.channels, message.groups or message.im.
func (p *Person) Say(channel, thread, text string) (Message, []*Delivery, error) {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.find(p, channel)
	if err := k.sayable(p, c, channel, thread, text); err != nil {
		return Message{}, nil, err
	}
	m := &message{author: p.id, thread: thread, via: ViaPerson,
		text: escapeCommandText(text, anyCase{lookup{k}}, escaping{BareNames: true})}
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Where: k.title(c, p), Text: text})
	k.post(c, m)
	return k.seenBy(p, c, m), k.tellApp(p, c, m), nil
}

func (k *Slack) sayable(p *Person, c *channel, name, thread, text string) error {
	switch {
	case c == nil || !c.members[p.id]:
		return fmt.Errorf("%s is not in %s", p.cfg.Handle, name)
	case c.cfg.Archived:
		return fmt.Errorf("%s is archived", name)
	case c.appDM() && (!k.manifest.MessagesTab || k.manifest.MessagesReadOnly):
		return errors.New("sending messages to this app has been turned off")
	case strings.TrimSpace(text) == "":
		return errors.New("there is nothing to send")
	case len([]rune(text)) > maxText:
		return fmt.Errorf("the message is longer than %d characters", maxText)
	case thread != "" && c.messageAt(thread, "") == nil:
		return errors.New("the message to answer is gone")
	}
	return nil
}

// anyCase finds names however they are written, as the list that Slack's client
// offers while one types.
type anyCase struct{ lookup }

func (l anyCase) userID(handle string) (string, bool) {
	if strings.EqualFold(handle, l.botName()) || strings.EqualFold(handle, l.manifest.Name) {
		return BotUserID, true
	}
	for _, p := range l.persons {
		if strings.EqualFold(p.cfg.Handle, handle) && !p.removed {
			return p.id, true
		}
	}
	return "", false
}

// tellApp sends the events that a message means to the app
// (https://docs.slack.dev/reference/events/app_mention, …/message).
func (k *Slack) tellApp(p *Person, c *channel, m *message) []*Delivery {
	var told []*Delivery
	if !c.members[BotUserID] {
		return nil
	}
	send := func(subscription, scope, kind string, more object) {
		if !slices.Contains(k.manifest.BotEvents, subscription) || k.inScope([]string{scope}) != nil {
			return
		}
		event := object{"type": kind, "user": p.id, "text": m.text, "ts": m.ts, "event_ts": m.ts, "channel": c.id, "team": p.team}
		if m.thread != "" {
			event["thread_ts"] = m.thread
		}
		for key, value := range more {
			event[key] = value
		}
		told = append(told, k.send(k.newEvent(p, event)))
	}
	if !c.im && strings.Contains(m.text, "<@"+BotUserID+">") {
		send("app_mention", "app_mentions:read", "app_mention", nil)
	}
	switch {
	case c.im:
		send("message.im", "im:history", "message", object{"channel_type": "im"})
	case c.cfg.Private:
		send("message.groups", "groups:history", "message", object{"channel_type": "group"})
	default:
		send("message.channels", "channels:history", "message", object{"channel_type": "channel"})
	}
	return told
}
