package slack

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

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
		return fmt.Errorf("whom? Example: /invite @%s", ws.BotName())
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
