package bot

import (
	"cmp"
	"strings"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/socket"

	"github.com/slack-go/slack"
)

// address is where an answer to the call itself goes.
func (c *call) address() payload.Address {
	return payload.Address{
		Channel: c.InChannel(), Thread: c.InThread(), URL: c.ResponseURL, Since: c.envelope.Received,
		Replace: c.kind == payload.BlockActions && c.replaces(),
	}
}

// source is that of what a call asks for.
func (c *call) source() payload.Origin {
	s := payload.Origin{EntryPoint: payload.ByCommand, Channel: c.InChannel()}
	switch {
	case c.kind == payload.EventCallback:
		s.EntryPoint = payload.ByMention
	case c.kind == payload.BlockActions && s.Channel == "":
		s.EntryPoint = payload.ByHome
	case c.kind == payload.BlockActions:
		s.EntryPoint = payload.ByButton
	}
	return s
}

// call is one envelope being dealt with.
type call struct {
	payload.Payload
	kind     payload.Kind
	envelope *socket.Envelope
	delivery *delivery
	turn     turn
	deadline time.Time
	late     bool // see isLate
}

// request is the key of what the call asks for. One that came without a key of its own, as
// none of Slack's does, is told from others by its envelope.
func (c *call) request() string { return cmp.Or(c.Key(), c.envelope.ID) }

// fromHome tells that a call was made on the Home tab.
func (c *call) fromHome() bool {
	return c.kind == payload.BlockActions && c.View.Type == string(slack.VTHomeTab)
}

// typing tells that a call is a change of a field in a form.
func (c *call) typing() bool {
	return c.kind == payload.BlockActions && c.View.CallbackID == render.FormCallback
}

// replaces tells whether the answer to a click takes the place of the clicked message:
// buttons that have done their work should not stay. A form may be closed again, and a
// list holds more than the one button.
func (c *call) replaces() bool {
	if len(c.Actions) == 0 {
		return false
	}
	switch c.Actions[0].ActionID {
	case render.ActionOpen, render.ActionFix, render.ActionRetry:
		return false
	}
	return !strings.HasPrefix(c.Actions[0].ActionID, render.ActionFixNumber)
}
