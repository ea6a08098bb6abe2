package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"azeer-slack/sandbox/manifest"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/mrkdwn"
	"azeer-slack/sandbox/slack/steps"
)

// Command types a line such as "/assign 0544444444 omar@twerlo.com" in a channel
// and returns when it is acknowledged or has failed.
func (p *Person) Command(channel, line string) *Delivery {
	return p.CommandAsync(channel, line).settled()
}

// CommandAsync is Command without waiting for the acknowledgement.
func (p *Person) CommandAsync(channel, line string) *Delivery {
	ws := p.ws
	name, text, _ := strings.Cut(line, " ")
	ws.mu.Lock()
	defer ws.mu.Unlock()
	at := slices.IndexFunc(ws.manifest.Commands, func(c manifest.SlashCommand) bool { return c.Command == name })
	if at < 0 && name == commandInvite {
		return impossible(kindCommand, p.inviteTyped(channel, text))
	}
	if at < 0 {
		return impossible(kindCommand, fmt.Errorf("%s is not a valid command: the manifest declares no such", name))
	}
	c := ws.find(p, channel)
	if c == nil || !c.members[p.id] {
		return impossible(kindCommand, fmt.Errorf("%s is not in %s", p.cfg.Handle, channel))
	}
	if ws.manifest.Commands[at].ShouldEscape {
		text = mrkdwn.EscapeCommand(text, names{ws}, mrkdwn.Escaping{Bare: ws.cfg.Unsettled.BareLinks, PlainAddresses: ws.cfg.Unsettled.PlainAddresses})
	}
	p.channel = c.id
	d := &Delivery{Kind: kindCommand, origin: origin{person: p, channel: c, line: line},
		TriggerID: ws.newTrigger(p, nil), ResponseURL: ws.newResponseURL("commands", p, c, nil)}
	payload := object{
		"token": "deprecated", "team_id": p.team, "team_domain": "sandbox", "channel_id": c.id, "channel_name": ws.nameIn(c),
		"user_id": p.id, "user_name": p.cfg.Handle, "command": name, "text": text, "api_app_id": AppID,
		"response_url": d.ResponseURL, "trigger_id": d.TriggerID,
	}
	switch ws.cfg.Unsettled.CommandFlag {
	case "", "string":
		payload["is_enterprise_install"] = "false"
	case "bool":
		payload["is_enterprise_install"] = false
	case "null":
		payload["is_enterprise_install"] = nil
	}
	return ws.sendInteraction(d, payload, ws.title(c, p), line)
}

// sendInteraction sends what a person has just done, with its payload.
func (ws *Workspace) sendInteraction(d *Delivery, payload object, where, text string) *Delivery {
	d.Payload = jsonmap.Encode(payload)
	return ws.sendTyped(d, where, text)
}

// sendTyped sends what a person has just done, as the timeline says it.
func (ws *Workspace) sendTyped(d *Delivery, where, text string) *Delivery {
	if d.EnvelopeID == "" {
		d.EnvelopeID = uuid()
	}
	ws.report.Event(record.Event{Kind: record.Typed, Who: d.who(), Where: where, Text: text, Envelope: d.EnvelopeID})
	return ws.send(d)
}

// interaction is what every interaction payload holds.
func (ws *Workspace) interaction(kind string, p *Person) object {
	domain := "sandbox"
	if p.team == PartnerTeamID {
		domain = "partner"
	}
	return object{
		"type": kind, "token": "deprecated", "api_app_id": AppID, "enterprise": nil, "is_enterprise_install": false,
		"team": object{"id": TeamID, "domain": domain},
		"user": object{"id": p.id, "username": p.cfg.Handle, "name": p.cfg.Handle, "team_id": p.team},
	}
}

// now is the action_ts of payloads.
func now() string { return timestamp(time.Now().UnixMicro()) }

// declared tells whether the manifest has a shortcut of that type.
func (ws *Workspace) declared(kind, callbackID string) error {
	for _, s := range ws.manifest.Shortcuts {
		if s.CallbackID == callbackID && s.Type == kind {
			return nil
		}
	}
	return fmt.Errorf("the manifest declares no %s shortcut %q", kind, callbackID)
}

// Shortcut starts a global shortcut where the person stands and returns when it
// is acknowledged or has failed.
func (p *Person) Shortcut(callbackID string) *Delivery {
	return p.ShortcutAsync(callbackID).settled()
}

// ShortcutAsync is Shortcut without waiting. Guests may not see global
// shortcuts: for them it is impossible.
func (p *Person) ShortcutAsync(callbackID string) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if err := ws.declared("global", callbackID); err != nil {
		return impossible(kindShortcut, err)
	}
	if p.cfg.Guest || p.cfg.SingleGuest {
		return impossible(kindShortcut, errors.New("guests do not see global shortcuts"))
	}
	d := &Delivery{Kind: kindShortcut, origin: origin{person: p}, TriggerID: ws.newTrigger(p, nil)}
	payload := ws.interaction(kindShortcut, p)
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callbackID, d.TriggerID, now()
	return ws.sendInteraction(d, payload, "", "shortcut "+callbackID)
}

// MessageShortcut starts a message shortcut on m and returns when it is settled.
// Slack does not offer it on ephemeral messages.
func (p *Person) MessageShortcut(callbackID string, m Message) *Delivery {
	return p.MessageShortcutAsync(callbackID, m).settled()
}

// MessageShortcutAsync is MessageShortcut without waiting.
func (p *Person) MessageShortcutAsync(callbackID string, m Message) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if err := ws.declared("message", callbackID); err != nil {
		return impossible(kindMessageShortcut, err)
	}
	c, source := p.locate(m)
	if source == nil || source.only != "" {
		return impossible(kindMessageShortcut, errors.New("no shortcut on a message that is ephemeral or gone"))
	}
	d := &Delivery{Kind: kindMessageShortcut, origin: origin{person: p}, TriggerID: ws.newTrigger(p, nil),
		ResponseURL: ws.newResponseURL("app-actions", p, c, source)}
	payload := ws.interaction(kindMessageShortcut, p)
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callbackID, d.TriggerID, now()
	payload["response_url"], payload["message_ts"], payload["message"] = d.ResponseURL, source.ts, source.payload()
	payload["channel"] = object{"id": c.id, "name": ws.nameIn(c)}
	return ws.sendInteraction(d, payload, "", "message shortcut "+callbackID)
}

// locate finds the message behind a copy, if it is still on the screen.
func (p *Person) locate(m Message) (*channel, *message) {
	c := p.ws.find(nil, m.Channel)
	if c == nil || !c.members[p.id] {
		return nil, nil
	}
	return c, c.messageAt(m.TS, p.id)
}

// Click presses the button of a message that bears this label and returns when
// the click is acknowledged or has failed.
func (p *Person) Click(m Message, label string) *Delivery { return p.ClickAsync(m, label).settled() }

// ClickAsync is Click without waiting.
func (p *Person) ClickAsync(m Message, label string) *Delivery {
	return p.actInMessage(m, func(r *blocks.Rendered) (Action, error) { return r.Labelled(label) })
}

// Use does something to any element of a message, and returns when that is
// acknowledged or has failed.
func (p *Person) Use(m Message, a Action) *Delivery { return p.UseAsync(m, a).settled() }

// UseAsync is Use without waiting.
func (p *Person) UseAsync(m Message, a Action) *Delivery {
	return p.actInMessage(m, func(*blocks.Rendered) (Action, error) { return a, nil })
}

// actInMessage does to a message what find says.
func (p *Person) actInMessage(m Message, find func(*blocks.Rendered) (Action, error)) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c, source := p.locate(m)
	if source == nil {
		return impossible(kindActions, errors.New("the message is no longer on the screen"))
	}
	r, dir := ws.renderedFor(p, c, source)
	a, err := find(r)
	if err != nil {
		return impossible(kindActions, err)
	}
	if source.user == SlackbotID {
		return impossible(kindActions, p.answerOffer(c, source, a))
	}
	entry, summary, err := r.Do(dir, a, now())
	if err != nil {
		return impossible(kindActions, err)
	}
	d := &Delivery{Kind: kindActions, origin: origin{person: p}, TriggerID: ws.newTrigger(p, nil),
		ResponseURL: ws.newResponseURL("actions", p, c, source)}
	payload := ws.interaction(kindActions, p)
	ws.fromMessage(payload, c, source)
	payload["state"] = object{"values": r.State()}
	payload["trigger_id"], payload["response_url"] = d.TriggerID, d.ResponseURL
	payload["actions"] = []object{entry}
	return ws.sendInteraction(d, payload, ws.title(c, p), summary)
}

// fromMessage adds to a payload which message it came from.
func (ws *Workspace) fromMessage(payload object, c *channel, source *message) {
	container := object{"type": "message", "message_ts": source.ts, "channel_id": c.id, "is_ephemeral": source.only != ""}
	if source.thread != "" {
		container["thread_ts"] = source.thread
	}
	payload["container"] = container
	payload["channel"] = object{"id": c.id, "name": ws.nameIn(c)}
	if source.only == "" { // ephemeral messages are not in the payload
		payload["message"] = source.payload()
	}
}

// Press presses a button inside a modal or the Home tab.
func (p *Person) Press(f *Form, label string) *Delivery {
	d := p.actInForm(f, func(r *blocks.Rendered) (Action, error) { return r.Labelled(label) }).settled()
	f.refresh()
	return d
}

// UseIn does something to any element of a modal or the Home tab that tells the
// app at once: not to fields that are only submitted, see [Person.Fill].
func (p *Person) UseIn(f *Form, a Action) *Delivery {
	d := p.UseInAsync(f, a).settled()
	f.refresh()
	return d
}

// UseInAsync is UseIn without waiting; f is not refreshed.
func (p *Person) UseInAsync(f *Form, a Action) *Delivery {
	return p.actInForm(f, func(*blocks.Rendered) (Action, error) { return a, nil })
}

// actInForm does to a modal or the Home tab what find says.
func (p *Person) actInForm(f *Form, find func(*blocks.Rendered) (Action, error)) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return impossible(kindActions, err)
	}
	a, err := find(&v.Rendered)
	if err != nil {
		return impossible(kindActions, err)
	}
	entry, summary, err := v.Do(ws.directoryOf(v), a, now())
	if err != nil {
		return impossible(kindActions, err)
	}
	return ws.sendAction(p, v, entry, summary)
}

// sendAction tells the app what was done in a modal or the Home tab.
func (ws *Workspace) sendAction(p *Person, v *view, entry object, summary string) *Delivery {
	below := v
	if v.isHome() {
		below = nil // a trigger from the Home tab opens a modal, it pushes none
	}
	d := &Delivery{Kind: kindActions, EnvelopeID: uuid(), origin: origin{person: p}, TriggerID: ws.newTrigger(p, below)}
	if v.isHome() {
		p.home.cause = d.EnvelopeID
	} else {
		v.envelope = d.EnvelopeID
	}
	payload := ws.interaction(kindActions, p)
	payload["container"] = object{"type": "view", "view_id": v.id}
	payload["view"] = v.payload(true)
	payload["trigger_id"] = d.TriggerID
	payload["actions"] = []object{entry}
	ws.noteView(v)
	return ws.sendInteraction(d, payload, "", summary)
}

// Keys types text into a text field of a form or the Home tab, key by key as a person
// does: what the field holds beyond the beginning of text is taken away first. Each key
// tells the app of the field as it is then, where the field's block has dispatch_action
// and its element asks for on_character_entered; the deliveries of those come back
// without waiting for their acknowledgements, the last one last.
// Slack does not say whether it leaves out keys that follow fast: here none is.
func (p *Person) Keys(f *Form, blockID, text string) []*Delivery {
	held, err := p.typedIn(f, blockID)
	if err != nil {
		return []*Delivery{impossible(kindActions, err)}
	}
	var told []*Delivery
	for _, typed := range blocks.Keystrokes(held, text) {
		if d := p.key(f, blockID, blocks.OnCharacter, typed); d != nil {
			told = append(told, d)
		}
	}
	return told
}

// Enter presses Enter in a text field, which tells the app where the field asks for
// on_enter_pressed, as it does if it has no dispatch_action_config; nil if nobody is told.
func (p *Person) Enter(f *Form, blockID string) *Delivery {
	held, err := p.typedIn(f, blockID)
	if err != nil {
		return impossible(kindActions, err)
	}
	return p.key(f, blockID, blocks.OnEnter, held)
}

// typedIn gives what a text field holds.
func (p *Person) typedIn(f *Form, blockID string) (string, error) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return "", err
	}
	return v.Typed(blockID)
}

// key presses one key in a text field, which holds text then; nil if the app is told
// nothing.
func (p *Person) key(f *Form, blockID, on, text string) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return impossible(kindActions, err)
	}
	entry, summary, err := v.Type(ws.directoryOf(v), blockID, on, text, now())
	if err != nil {
		return impossible(kindActions, err)
	}
	if entry == nil {
		ws.noteView(v)
		return nil
	}
	return ws.sendAction(p, v, entry, summary)
}

// Type types text into the menu (external_select) of a block and returns the
// options that the app offers; below min_query_length nothing is sent, the
// delivery is nil and there are no options.
func (p *Person) Type(f *Form, blockID, text string) ([]Option, *Delivery) {
	d := p.TypeAsync(f, blockID, text)
	if d == nil {
		return nil, nil
	}
	return d.settled().Options, d
}

// TypeAsync is Type without waiting: the options are in the delivery once it is
// settled.
func (p *Person) TypeAsync(f *Form, blockID, text string) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return impossible(kindSuggestion, err)
	}
	return ws.suggest(p, &v.Rendered, blockID, text, func(payload object) {
		payload["container"] = object{"type": "view", "view_id": v.id}
		payload["view"] = v.payload(true)
	})
}

// TypeInAsync is TypeAsync for a menu in a message.
func (p *Person) TypeInAsync(m Message, blockID, text string) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c, source := p.locate(m)
	if source == nil {
		return impossible(kindSuggestion, errors.New("the message is no longer on the screen"))
	}
	r, _ := ws.renderedFor(p, c, source)
	return ws.suggest(p, r, blockID, text, func(payload object) { ws.fromMessage(payload, c, source) })
}

// suggest asks the app for the options of an external select; nil if too little is typed.
func (ws *Workspace) suggest(p *Person, r *blocks.Rendered, blockID, text string, from func(payload object)) *Delivery {
	menu, ok := r.Menu(blockID)
	if !ok {
		return impossible(kindSuggestion, fmt.Errorf("block %q is no menu that asks the app", blockID))
	}
	if len([]rune(text)) < menu.Element.Num("min_query_length", 3) {
		return nil
	}
	d := &Delivery{Kind: kindSuggestion, origin: origin{person: p, rendered: r, menu: menu.Key}}
	payload := ws.interaction(kindSuggestion, p)
	from(payload)
	payload["action_id"], payload["block_id"], payload["value"] = menu.Action, menu.Block, text
	return ws.sendInteraction(d, payload, "", blockID+": "+text)
}

// Submit fills in the blocks named in values, presses the submit button and
// returns when the app has answered. Blocks not named keep what they hold. A
// value is the text typed, the text or value of an option (for an external
// select: one of the options last offered), or the name or id of a conversation
// or person; several, for multi-selects and checkboxes, are separated by commas;
// "" empties the field.
//
// Afterwards f is what is on the screen: with Errors, updated, or Closed. What
// the client itself refuses (an empty required field, a bad email) is shown in
// Errors and never sent: then Delivery.Sent is zero.
func (p *Person) Submit(f *Form, values map[string]string) *Delivery {
	d := p.SubmitAsync(f, values).settled()
	f.refresh()
	return d
}

// SubmitAsync is Submit without waiting; f is not refreshed.
func (p *Person) SubmitAsync(f *Form, values map[string]string) *Delivery {
	if err := p.Fill(f, values); err != nil {
		return impossible(kindSubmission, err)
	}
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return impossible(kindSubmission, err)
	}
	if v.body.PlainText("submit") == "" {
		return impossible(kindSubmission, errors.New("the form has no submit button"))
	}
	v.errors, v.banner = v.Problems(), ""
	ws.noteView(v)
	if len(v.errors) > 0 { // the client refuses by itself
		d := impossible(kindSubmission, nil)
		d.Shown = ShownRequired
		return d
	}
	d := &Delivery{Kind: kindSubmission, EnvelopeID: uuid(), origin: origin{person: p, view: v}, TriggerID: ws.newTrigger(p, v)}
	payload := ws.interaction(kindSubmission, p)
	payload["trigger_id"], payload["view"] = d.TriggerID, v.payload(true)
	v.sending++
	payload["response_urls"] = ws.responseURLsOf(v, d.EnvelopeID)
	return ws.sendInteraction(d, payload, "", "submits "+fmt.Sprint(ws.formOf(v).values))
}

// responseURLsOf gives out a response URL for each conversation chosen in a
// field with response_url_enabled
// (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
func (ws *Workspace) responseURLsOf(v *view, envelope string) []object {
	urls := []object{}
	for _, f := range blocks.FieldsOf(v.Blocks) {
		id := v.Held(f.Key).Str(f.StateKey())
		c := ws.find(nil, id)
		if !f.Element.Flag("response_url_enabled") || !f.Input || id == "" || c == nil {
			continue
		}
		u := ws.newResponseURL("app", v.person, c, nil)
		ws.ownResponseURL(u, envelope)
		urls = append(urls, object{"block_id": f.Block, "action_id": f.Action, "channel_id": id, "response_url": u})
	}
	return urls
}

// Cancel presses Cancel in the top modal. The delivery is settled at once unless
// the view asked for notify_on_close.
func (p *Person) Cancel(f *Form) *Delivery { return p.CancelAsync(f).settled() }

// CancelAsync is Cancel without waiting.
func (p *Person) CancelAsync(f *Form) *Delivery { return p.closeForms(f, false) }

// CloseAll closes the whole stack with the ×.
func (p *Person) CloseAll(f *Form) *Delivery { return p.CloseAllAsync(f).settled() }

// CloseAllAsync is CloseAll without waiting.
func (p *Person) CloseAllAsync(f *Form) *Delivery { return p.closeForms(f, true) }

// closeForms closes the top view, or all of them; the app is told where the view
// asked for it.
func (p *Person) closeForms(f *Form, all bool) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return impossible(kindClosed, err)
	}
	told := v
	if all { // the initial view is the one reported
		told = p.forms[0]
		ws.closeAllViews(p)
	} else {
		ws.closeView(v)
	}
	f.Closed = true
	if !told.body.Flag("notify_on_close") {
		ws.report.Event(record.Event{Kind: record.Typed, Who: p.cfg.Handle, Text: "closes the form"})
		return impossible(kindClosed, nil)
	}
	d := &Delivery{Kind: kindClosed, origin: origin{person: p}}
	payload := ws.interaction(kindClosed, p)
	payload["view"], payload["is_cleared"] = told.payload(false), all
	return ws.sendInteraction(d, payload, "", "closes the form")
}

// OpenHome opens the app's Home tab and sends app_home_opened where the app has
// subscribed to it; nil if it has not.
func (p *Person) OpenHome() *Delivery {
	d := p.openApp("home")
	if d == nil {
		return nil
	}
	return d.settled()
}

// OpenHomeAsync is OpenHome without waiting.
func (p *Person) OpenHomeAsync() *Delivery { return p.openApp("home") }

// OpenMessagesAsync is OpenHomeAsync for the app's Messages tab, of which the app is
// told by the same event.
func (p *Person) OpenMessagesAsync() *Delivery { return p.openApp("messages") }

// openApp opens a tab of the app: home or messages. It is nil where the app has no
// such tab or does not want to know.
func (p *Person) openApp(tab string) *Delivery {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	there := map[string]bool{"home": ws.manifest.HomeTab, "messages": ws.manifest.MessagesTab}[tab]
	if !slices.Contains(ws.manifest.BotEvents, "app_home_opened") || !there {
		return nil
	}
	event := object{"type": "app_home_opened", "user": p.id, "channel": ws.dm(p.id, BotUserID).id, "tab": tab,
		"event_ts": now()}
	if p.home.view != nil {
		event["view"] = p.home.view.payload(true)
	}
	d := ws.sendTyped(ws.newEvent(p, event), "", "opens the app’s "+tab+" tab")
	if tab == "home" {
		p.home.cause = d.EnvelopeID
	}
	return d
}

// SendEvent delivers an event of the Events API, whether or not the app has
// subscribed to it, and returns at once.
func (ws *Workspace) SendEvent(event map[string]any) *Delivery {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.send(ws.newEvent(nil, event))
}

// sendStep tells the app that a workflow has come to a step. Call it, and knows, with the lock held.
func (ws *Workspace) sendStep(by, step string, event map[string]any) (envelope string) {
	return ws.sendTyped(ws.newEvent(ws.personNamed(by), event), steps.Where, step).EnvelopeID
}

// knows tells whether there is a person, channel or user group of an id.
func (ws *Workspace) knows(id string) bool {
	c, p := ws.find(nil, id), ws.personNamed(id)
	return c != nil && c.id == id || p != nil && p.id == id || ws.groupOf(id) != nil
}

func (ws *Workspace) newEvent(p *Person, event object) *Delivery {
	c := ws.find(nil, event.Str("channel"))
	payload := object{"type": "event_callback", "token": "deprecated", "team_id": TeamID, "api_app_id": AppID,
		"event": event, "event_id": ws.ids.new("Ev"), "event_time": time.Now().Unix(),
		"authorizations": []object{{"enterprise_id": nil, "team_id": TeamID, "user_id": BotUserID, "is_bot": true,
			"is_enterprise_install": false}},
		"is_ext_shared_channel": c != nil && c.cfg.Shared}
	return &Delivery{Kind: kindEvent, origin: origin{person: p}, Payload: json.RawMessage(jsonmap.Encode(payload))}
}
