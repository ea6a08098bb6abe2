package bot

import (
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/texts"
	"azeer-slack/bot/users"
	"context"
	"strings"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// responder answers calls, each person in their language.
type responder struct {
	people    *users.Users
	renderers render.Renderers
	post      *reply.Sender
	log       zerolog.Logger
}

// reply brings a message to whoever made a call: in the acknowledgement of a command, or,
// where that is not possible any more or no message fits there, to the call's address.
func (r *responder) reply(ctx context.Context, c *inbound.Call, m render.Message) {
	if c.Kind == payload.SlashCommand && c.Acknowledge(ctx, m) {
		return
	}
	c.Acknowledge(ctx, nil)
	c.Leave() // all is decided; the person's next need not wait for Slack to take this
	r.deliver(ctx, c, addressOf(c), m)
}

// beside answers a click without taking the place of the clicked message.
func (r *responder) beside(ctx context.Context, c *inbound.Call, m render.Message) {
	to := addressOf(c)
	to.Replace = false
	c.Leave()
	r.deliver(ctx, c, to, m)
}

// deliver brings a message to whoever made a call.
func (r *responder) deliver(ctx context.Context, c *inbound.Call, to payload.Address, m render.Message) {
	if err := r.post.Deliver(ctx, c.Sender().ID, to, m); err != nil {
		r.log.Warn().Err(err).Str("kind", string(c.Kind)).Msg("reply not delivered")
	}
}

// apologise answers a call whose handler broke.
func (r *responder) apologise(ctx context.Context, c *inbound.Call, reference string) {
	v := r.rendererOf(ctx, c)
	m := v.Notice("broken", texts.Data{"Reference": reference})
	switch c.Kind {
	case payload.SlashCommand:
		if c.Acknowledge(ctx, m) {
			return
		}
	case payload.ViewSubmission:
		if c.Acknowledge(ctx, v.Closing("broken", texts.Data{"Reference": reference})) {
			return
		}
	case payload.BlockSuggestion:
		c.Acknowledge(ctx, render.NoOptions)
		return
	default:
		c.Acknowledge(ctx, nil)
	}
	c.Leave()
	if err := r.post.Deliver(ctx, c.Sender().ID, addressOf(c), m); err != nil {
		r.log.Warn().Err(err).Str("reference", reference).Msg("apology not delivered")
	}
}

// rendererFor gives the voice for a person, in the language of their Slack locale. For somebody
// who was not met in the last day, finding that out may take 300 ms.
func (r *responder) rendererFor(ctx context.Context, user string) render.Renderer {
	if v, ok := r.renderers.ByLanguage[r.people.Language(ctx, user)]; ok {
		return v
	}
	return r.renderers.Default
}

// rendererOf is speak for whoever made a call, which must still be acknowledged in time.
func (r *responder) rendererOf(ctx context.Context, c *inbound.Call) render.Renderer {
	ctx, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	return r.rendererFor(ctx, c.Sender().ID)
}

// addressOf is where an answer to the call itself goes.
func addressOf(c *inbound.Call) payload.Address {
	return payload.Address{
		Channel: c.InChannel(), Thread: c.InThread(), URL: c.ResponseURL, Since: c.Received,
		Replace: c.Kind == payload.BlockActions && replaces(c), Command: c.Kind == payload.SlashCommand,
	}
}

// originOf is where and how something is asked for.
func originOf(c *inbound.Call) payload.Origin {
	o := payload.Origin{EntryPoint: payload.ByCommand, Channel: c.InChannel()}
	switch {
	case c.Kind == payload.EventCallback:
		o.EntryPoint = payload.ByMention
	case c.Kind == payload.MessageShortcut:
		o.EntryPoint = payload.ByMessage
	case c.Kind == payload.BlockActions && o.Channel == "":
		o.EntryPoint = payload.ByHome
	case c.Kind == payload.BlockActions:
		o.EntryPoint = payload.ByButton
	}
	return o
}

// chat is a responder to others than the bot itself.
type chat struct{ *responder }

func (r chat) RendererOf(ctx context.Context, c *inbound.Call) render.Renderer {
	return r.rendererOf(ctx, c)
}
func (r chat) Reply(ctx context.Context, c *inbound.Call, m render.Message)  { r.reply(ctx, c, m) }
func (r chat) Beside(ctx context.Context, c *inbound.Call, m render.Message) { r.beside(ctx, c, m) }
func (r chat) AddressOf(c *inbound.Call) payload.Address                     { return addressOf(c) }

// isFromHome tells that a call was made on the Home tab.
func isFromHome(c *inbound.Call) bool {
	return c.Kind == payload.BlockActions && c.View.Type == string(slack.VTHomeTab)
}

// replaces tells whether the answer to a click takes the place of the clicked message:
// buttons that have done their work should not stay. A form may be closed again, and a
// list holds more than the one button.
func replaces(c *inbound.Call) bool {
	if len(c.Actions) == 0 {
		return false
	}
	switch c.Actions[0].ActionID {
	case render.ActionOpen, render.ActionFix, render.ActionRetry, render.ActionBatchShow, render.ActionBatchStop, render.ActionSeveral,
		render.ActionHandover, render.ActionHandoverShow, render.ActionHistory, render.ActionHave, render.ActionNotMe, render.ActionTake:
		return false
	}
	return !strings.HasPrefix(c.Actions[0].ActionID, render.ActionFixNumber)
}
