package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strconv"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// triggerLife is how long after its arrival a trigger is tried: Slack's three seconds,
// less its delivery.
const triggerLife = 2700 * time.Millisecond

// onShortcut opens the form from anywhere.
func (b *Bot) onShortcut(ctx context.Context, c *call) {
	b.acknowledge(ctx, c, nil)
	c.turn.leave()
	if c.CallbackID != shortcutCallback {
		return
	}
	if r := b.door.admit(ctx, c.person(), ""); r.refused() {
		_ = b.openView(ctx, c, *b.speakTo(ctx, c).barred(r)) // it is logged, and no more can be told
		return
	}
	b.openForm(ctx, c, draft{}, origin{})
}

// shortcutCallback is the global shortcut that the manifest declares.
const shortcutCallback = "assign_contact"

// openForm opens the form; if that cannot be, it offers a button, whose click brings a
// fresh trigger.
func (b *Bot) openForm(ctx context.Context, c *call, d draft, from origin) {
	v := b.speakTo(ctx, c)
	form := v.form(d, from)
	if contact, err := line.ParsePhone(d.Contact, b.region); err == nil {
		b.nameOwner(ctx, v, &form, contact)
	}
	if err := b.openView(ctx, c, form); err != nil {
		b.offerForm(ctx, c, address(from), v.unopened(err, d))
	}
}

// offerForm brings a button that opens a form to where it was asked for.
func (b *Bot) offerForm(ctx context.Context, c *call, to address, offer message) {
	if err := b.post.deliver(ctx, c.person().id, to, offer); err != nil {
		b.log.Warn().Err(err).Msg("offer to open the form not delivered")
	}
}

// unopened says why a form did not open, and offers to open it with all that it holds.
func (v voice) unopened(why error, d draft) message {
	text := "form_refused"
	if outOfTime(why) {
		text = "form_late"
	}
	return v.notice(text, nil, v.button("open_form", actionFix, d.encode(), slack.StylePrimary))
}

// outOfTime tells whether a view did not open because a trigger lives for 3 s only.
func outOfTime(err error) bool {
	var said slack.SlackErrorResponse
	var network net.Error
	return errors.As(err, &said) && said.Err == "expired_trigger_id" ||
		errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}

// openView spends the call's trigger on a view, and logs why if it does not open.
func (b *Bot) openView(ctx context.Context, c *call, v slack.ModalViewRequest) error {
	if v.CallbackID == formCallback {
		b.recents.warm(ctx, c.person().id)
	}
	ctx, cancel := context.WithDeadline(ctx, c.envelope.Received.Add(triggerLife))
	defer cancel()
	_, err := b.api.OpenViewContext(ctx, c.TriggerID, v)
	var said slack.SlackErrorResponse
	switch {
	case b.people.doubt(err) == nil:
		return nil
	case errors.As(err, &said) && said.Err == "exchanged_trigger_id":
		return nil // an earlier try did open it
	case errors.As(err, &said) && said.Err == "invalid_arguments":
		b.log.Error().Strs("problems", said.ResponseMetadata.Messages).Msg("view refused by Slack")
	default:
		b.log.Warn().Err(err).Msg("view not opened")
	}
	return err
}

// onSuggestion fills the menu of agents from memory.
func (b *Bot) onSuggestion(ctx context.Context, c *call) {
	c.turn.leave()
	if c.ActionID != blockAgent || b.door.admitPerson(ctx, c.person()).refused() {
		b.acknowledge(ctx, c, noOptions)
		return
	}
	v := b.speakTo(ctx, c)
	options := v.suggest(c.Value)
	if groups := v.group(b.recents.of(ctx, c), options); len(groups) > 0 {
		b.acknowledge(ctx, c, slack.OptionGroupsResponse{OptionGroups: groups})
		return
	}
	if len(options) == 0 {
		b.acknowledge(ctx, c, noOptions)
		return
	}
	b.acknowledge(ctx, c, slack.OptionsResponse{Options: options})
}

const (
	menuMost  = 50       // options in a menu
	menuBytes = 12 << 10 // of JSON; Slack drops acknowledgements of 20 kB without a word
)

// suggest lists the agents that match what is typed in the menu. While the list may be
// partial, an email that is not in it can be picked as typed.
func (v voice) suggest(query string) []*slack.OptionBlockObject {
	var options []*slack.OptionBlockObject
	size := 0
	add := func(o *slack.OptionBlockObject) bool {
		if o == nil {
			return true
		}
		raw, err := json.Marshal(o)
		if err != nil || size+len(raw) > menuBytes {
			return false
		}
		size += len(raw) + 1
		options = append(options, o)
		return true
	}
	for _, agent := range v.agents.Search(query, menuMost) {
		if !add(v.agentOption(agent)) {
			break
		}
	}
	if len(options) == 0 && v.agents.State().Partial {
		if ref, err := line.ParseAgent(query); err == nil && ref.Kind == agent.ByEmail {
			add(newOption(v.texts.Person(texts.Person{Email: ref.Reveal()}), ref))
		}
	}
	return options
}

// Buttons.
const (
	actionOpen   = "open"   // the empty form
	actionFix    = "fix"    // the form with a draft
	actionPick   = "pick:"  // one of the nearest agents, by number
	actionAgain  = "again"  // carry out a wish, unless somebody else has since
	actionRetry  = "retry"  // the same, in a list
	actionAnyway = "anyway" // carry it out all the same
	actionUndo   = "undo"   // give a contact back, unless it has been assigned since
	actionWord   = "word"   // a sub-command
	actionSearch = "search" // look up a contact on the Home tab
	actionClose  = "close"  // take what was found away again
)

// replaces tells whether the answer to a click takes the place of the clicked message:
// buttons that have done their work should not stay. A form may be closed again, and a
// list holds more than the one button.
func (c *call) replaces() bool {
	if len(c.Actions) == 0 {
		return false
	}
	switch c.Actions[0].ActionID {
	case actionOpen, actionFix, actionRetry:
		return false
	}
	return true
}

// onClick serves the buttons below our messages, and whatever else tells us at once.
func (b *Bot) onClick(ctx context.Context, c *call) {
	if len(c.Actions) == 0 {
		b.acknowledge(ctx, c, nil)
		return
	}
	if c.typing() {
		b.onTyping(ctx, c)
		return
	}
	if c.fromHome() {
		b.homes.enter(c.person().id, c.View, time.Now())
	}
	if r := b.door.admit(ctx, c.person(), c.Channel.ID); r.refused() {
		b.acknowledge(ctx, c, nil)
		b.beside(ctx, c, b.speakTo(ctx, c).refusing(r)) // what the button belongs to stays
		if c.fromHome() {
			b.homes.publish(c.person().id, time.Time{})
		}
		return
	}
	switch chosen := c.Actions[0]; chosen.ActionID {
	case actionOpen, actionFix:
		b.acknowledge(ctx, c, nil)
		c.turn.leave()
		var d draft
		if err := json.Unmarshal([]byte(chosen.Value), &d); err != nil {
			b.log.Warn().Msg("button without a draft, opening an empty form")
		}
		from := origin(c.address())
		if c.fromHome() {
			from.Way = byHome
		}
		b.openForm(ctx, c, d, from)
	case actionWord:
		b.onErrand(ctx, c, chosen)
	case actionSearch, actionClose:
		b.acknowledge(ctx, c, nil)
		b.homes.look(c.person().id, chosen, time.Now())
	default:
		b.fulfil(ctx, c, chosen)
	}
}

// slackTime lets Slack show a moment in the reader's own time zone.
// See https://docs.slack.dev/messaging/formatting-message-text#date-formatting.
func slackTime(t time.Time) texts.Markup {
	fallback := t.UTC().Format("2006-01-02 15:04 UTC")
	return texts.Markup("<!date^" + strconv.FormatInt(t.Unix(), 10) + "^{date_short_pretty} {time}|" + fallback + ">")
}
