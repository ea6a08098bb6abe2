package sandbox

import (
	"errors"
	"fmt"
	"strings"
)

// Write is Say and SayInThread for somebody at a screen, who picks names from a list as
// they type: thread is the ts of the message to answer, or empty. What the person cannot
// post is an error.
func (p *Person) Write(place, thread, text string) (Message, error) {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.find(p, place)
	if err := k.writable(p, c, place, thread, text); err != nil {
		return Message{}, err
	}
	return p.sayAs(c, thread, text, anyCase{lookup{k}}), nil
}

func (k *Slack) writable(p *Person, c *channel, name, thread, text string) error {
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
