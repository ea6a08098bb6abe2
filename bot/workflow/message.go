package workflow

import (
	"context"
	"encoding/json"
	"errors"

	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"

	"github.com/slack-go/slack"
)

// textOf is what has the contact of a step: its text, or that of the message it names. wrong is the text that says
// why there is none.
func (s *Steps) textOf(ctx context.Context, c *inbound.Call) (text, wrong string) {
	typed := c.Event.Input(inputContact)
	channel, ts := c.Event.Message()
	switch {
	case ts == "":
		return typed, ""
	case typed != "":
		return "", "step_contact_twice"
	}
	reading, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	found, _, _, err := s.cfg.API.GetConversationRepliesContext(reading, &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: ts})
	if said, ok := errors.AsType[slack.SlackErrorResponse](s.cfg.Suspect(err)); ok && said.Err == "missing_scope" {
		return "", "step_message_not_granted"
	}
	for _, m := range found {
		if m.Timestamp != ts {
			continue
		}
		raw, err := json.Marshal(m)
		if err == nil {
			return payload.Text(raw), ""
		}
	}
	s.cfg.Logger.Warn().Err(err).Msg("message of a step not read")
	return "", "step_message_unread"
}
