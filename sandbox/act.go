package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CommandAsync is Command without waiting for the acknowledgement.
func (p *Person) CommandAsync(channel, line string) *Delivery {
	k := p.slack
	name, text, _ := strings.Cut(line, " ")
	k.mu.Lock()
	defer k.mu.Unlock()
	at := slices.IndexFunc(k.manifest.Commands, func(c SlashCommand) bool { return c.Command == name })
	if at < 0 {
		return impossible(kindCommand, fmt.Errorf("%s is not a valid command: the manifest declares no such", name))
	}
	c := k.find(p, channel)
	if c == nil || !c.members[p.id] {
		return impossible(kindCommand, fmt.Errorf("%s is not in %s", p.cfg.Handle, channel))
	}
	if k.manifest.Commands[at].ShouldEscape {
		text = escapeCommandText(text, lookup{k}, escaping{Bare: k.unsettled.BareLinks, PlainAddresses: k.unsettled.PlainAddresses})
	}
	p.stand = c.id
	d := &Delivery{Kind: kindCommand, person: p, channel: c, line: line,
		TriggerID: k.newTrigger(p, nil), ResponseURL: k.newResponseURL("commands", p, c, nil)}
	payload := object{
		"token": "deprecated", "team_id": p.team, "team_domain": "sandbox", "channel_id": c.id, "channel_name": k.nameIn(c),
		"user_id": p.id, "user_name": p.cfg.Handle, "command": name, "text": text, "api_app_id": AppID,
		"response_url": d.ResponseURL, "trigger_id": d.TriggerID,
	}
	switch k.unsettled.CommandFlag {
	case "", "string":
		payload["is_enterprise_install"] = "false"
	case "bool":
		payload["is_enterprise_install"] = false
	case "null":
		payload["is_enterprise_install"] = nil
	}
	d.Payload = encode(payload)
	return k.sendTyped(d, k.title(c, p), line)
}

// sendTyped sends what a person has just done, as the timeline says it.
func (k *Slack) sendTyped(d *Delivery, where, text string) *Delivery {
	if d.EnvelopeID == "" {
		d.EnvelopeID = uuid()
	}
	k.record.event(Event{Kind: EventTyped, Who: d.who(), Where: where, Text: text, Envelope: d.EnvelopeID})
	return k.send(d)
}

// interaction is what every interaction payload holds.
func (k *Slack) interaction(kind string, p *Person) object {
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

func (k *Slack) actionTS() string {
	now := time.Now().UnixMicro()
	return fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
}

// declared tells whether the manifest has a shortcut of that type.
func (k *Slack) declared(kind, callbackID string) error {
	for _, s := range k.manifest.Shortcuts {
		if s.CallbackID == callbackID && s.Type == kind {
			return nil
		}
	}
	return fmt.Errorf("the manifest declares no %s shortcut %q", kind, callbackID)
}

// ShortcutAsync is Shortcut without waiting. Guests may not see global
// shortcuts: for them it is impossible.
func (p *Person) ShortcutAsync(callbackID string) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.declared("global", callbackID); err != nil {
		return impossible(kindShortcut, err)
	}
	if p.cfg.Guest || p.cfg.SingleGuest {
		return impossible(kindShortcut, errors.New("guests do not see global shortcuts"))
	}
	d := &Delivery{Kind: kindShortcut, person: p, TriggerID: k.newTrigger(p, nil)}
	payload := k.interaction(kindShortcut, p)
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callbackID, d.TriggerID, k.actionTS()
	d.Payload = encode(payload)
	return k.sendTyped(d, "", "shortcut "+callbackID)
}

func (p *Person) messageShortcut(callbackID string, m Message) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.declared("message", callbackID); err != nil {
		return impossible(kindMessageShortcut, err)
	}
	c, source := p.locate(m)
	if source == nil || source.only != "" {
		return impossible(kindMessageShortcut, errors.New("no shortcut on a message that is ephemeral or gone"))
	}
	d := &Delivery{Kind: kindMessageShortcut, person: p, TriggerID: k.newTrigger(p, nil),
		ResponseURL: k.newResponseURL("app-actions", p, c, source)}
	payload := k.interaction(kindMessageShortcut, p)
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callbackID, d.TriggerID, k.actionTS()
	payload["response_url"], payload["message_ts"], payload["message"] = d.ResponseURL, source.ts, source.payload()
	payload["channel"] = object{"id": c.id, "name": k.nameIn(c)}
	d.Payload = encode(payload)
	return k.sendTyped(d, "", "message shortcut "+callbackID)
}

// locate finds the message behind a copy, if it is still on the screen.
func (p *Person) locate(m Message) (*channel, *message) {
	c := p.slack.find(nil, m.Channel)
	if c == nil || !c.members[p.id] {
		return nil, nil
	}
	return c, c.messageAt(m.TS, p.id)
}

func (p *Person) click(m Message, label string) *Delivery {
	return p.touchMessage(m, func(s *sheet) (Touch, error) { return buttonLabelled(s, label) })
}

// touchMessage does to a message what find says.
func (p *Person) touchMessage(m Message, find func(*sheet) (Touch, error)) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c, source := p.locate(m)
	if source == nil {
		return impossible(kindActions, errors.New("the message is no longer on the screen"))
	}
	s := k.sheetOf(p, c, source)
	action, said, err := k.found(s, find)
	if err != nil {
		return impossible(kindActions, err)
	}
	d := &Delivery{Kind: kindActions, person: p, TriggerID: k.newTrigger(p, nil),
		ResponseURL: k.newResponseURL("actions", p, c, source)}
	payload := k.interaction(kindActions, p)
	k.fromMessage(payload, c, source)
	payload["state"] = object{"values": s.state()}
	payload["trigger_id"], payload["response_url"] = d.TriggerID, d.ResponseURL
	payload["actions"] = []object{action}
	d.Payload = encode(payload)
	return k.sendTyped(d, k.title(c, p), said)
}

// fromMessage adds to a payload which message it came from.
func (k *Slack) fromMessage(payload object, c *channel, source *message) {
	container := object{"type": "message", "message_ts": source.ts, "channel_id": c.id, "is_ephemeral": source.only != ""}
	if source.thread != "" {
		container["thread_ts"] = source.thread
	}
	payload["container"] = container
	payload["channel"] = object{"id": c.id, "name": k.nameIn(c)}
	if source.only == "" { // ephemeral messages are not in the payload
		payload["message"] = source.payload()
	}
}

// found does what find says and returns its entry in actions[].
func (k *Slack) found(s *sheet, find func(*sheet) (Touch, error)) (action object, said string, err error) {
	t, err := find(s)
	if err != nil {
		return nil, "", err
	}
	return k.touch(s, t)
}

func buttonLabelled(s *sheet, label string) (Touch, error) {
	button, ok := labelled(buttonsOf(s.blocks), label)
	if !ok {
		return Touch{}, fmt.Errorf("there is no button %q", label)
	}
	return Touch{BlockID: button.BlockID, ActionID: button.ActionID}, nil
}

func labelled(buttons []Button, label string) (Button, bool) {
	for _, b := range buttons {
		if b.Label == label {
			return b, true
		}
	}
	return Button{}, false
}

// before returns the view behind a form if the person still has it open.
func (p *Person) before(f *Form) (*view, error) {
	v := p.slack.views[f.ViewID]
	switch {
	case v == nil || !v.open || v.person != p:
		return nil, errors.New("the form is no longer open")
	case len(p.forms) > 0 && v != p.home && p.forms[len(p.forms)-1] != v:
		return nil, errors.New("another form lies on top")
	}
	return v, nil
}

func (p *Person) press(f *Form, label string) *Delivery {
	return p.touchForm(f, func(s *sheet) (Touch, error) { return buttonLabelled(s, label) })
}

// touchForm does to a modal or the Home tab what find says.
func (p *Person) touchForm(f *Form, find func(*sheet) (Touch, error)) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindActions, err)
	}
	action, said, err := k.found(&v.sheet, find)
	if err != nil {
		return impossible(kindActions, err)
	}
	return k.sendAction(p, v, action, said)
}

// sendAction tells the app what was done in a modal or the Home tab.
func (k *Slack) sendAction(p *Person, v *view, action object, said string) *Delivery {
	below := v
	if v == p.home {
		below = nil // a trigger from the Home tab opens a modal, it pushes none
	}
	d := &Delivery{Kind: kindActions, EnvelopeID: uuid(), person: p, TriggerID: k.newTrigger(p, below)}
	if v == p.home {
		p.homeFor = d.EnvelopeID
	} else {
		v.envelope = d.EnvelopeID
	}
	payload := k.interaction(kindActions, p)
	payload["container"] = object{"type": "view", "view_id": v.id}
	payload["view"] = v.payload(true)
	payload["trigger_id"] = d.TriggerID
	payload["actions"] = []object{action}
	d.Payload = encode(payload)
	k.markView(v)
	return k.sendTyped(d, "", said)
}

// offers waits for the options that a suggestion brings.
func (d *Delivery) offers() ([]Option, *Delivery) {
	if d == nil {
		return nil, nil
	}
	d.settled()
	return d.Options, d
}

// suggestion asks the app for the options of an external select in a form; nil if
// too little is typed.
func (p *Person) suggestion(f *Form, blockID, text string) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindSuggestion, err)
	}
	return k.suggest(&v.sheet, blockID, text, func(payload object) {
		payload["container"] = object{"type": "view", "view_id": v.id}
		payload["view"] = v.payload(true)
	})
}

// suggestionIn is suggestion for a select in a message.
func (p *Person) suggestionIn(m Message, blockID, text string) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c, source := p.locate(m)
	if source == nil {
		return impossible(kindSuggestion, errors.New("the message is no longer on the screen"))
	}
	return k.suggest(k.sheetOf(p, c, source), blockID, text, func(payload object) { k.fromMessage(payload, c, source) })
}

func (k *Slack) suggest(s *sheet, blockID, text string, from func(payload object)) *Delivery {
	menu, ok := s.menu(blockID)
	if !ok {
		return impossible(kindSuggestion, fmt.Errorf("block %q is no menu that asks the app", blockID))
	}
	if len([]rune(text)) < menu.element.num("min_query_length", 3) {
		return nil
	}
	d := &Delivery{Kind: kindSuggestion, person: s.person, sheet: s, menu: menu.fieldKey}
	payload := k.interaction(kindSuggestion, s.person)
	from(payload)
	payload["action_id"], payload["block_id"], payload["value"] = menu.action, menu.block, text
	d.Payload = encode(payload)
	return k.sendTyped(d, "", blockID+": "+text)
}

func (p *Person) submit(f *Form, values map[string]string) *Delivery {
	if err := p.Fill(f, values); err != nil {
		return impossible(kindSubmission, err)
	}
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindSubmission, err)
	}
	if v.body.plainText("submit") == "" {
		return impossible(kindSubmission, errors.New("the form has no submit button"))
	}
	v.errors, v.banner = v.refusals(), ""
	k.markView(v)
	if len(v.errors) > 0 { // the client refuses by itself
		d := impossible(kindSubmission, nil)
		d.Shown = ShownRequired
		return d
	}
	d := &Delivery{Kind: kindSubmission, EnvelopeID: uuid(), person: p, view: v, TriggerID: k.newTrigger(p, v)}
	payload := k.interaction(kindSubmission, p)
	payload["trigger_id"], payload["view"] = d.TriggerID, v.payload(true)
	v.sending++
	payload["response_urls"] = k.responseURLsOf(v, d.EnvelopeID)
	d.Payload = encode(payload)
	return k.sendTyped(d, "", "submits "+fmt.Sprint(k.formOf(v).values))
}

// responseURLsOf gives out a response URL for each conversation chosen in a
// field with response_url_enabled
// (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
func (k *Slack) responseURLsOf(v *view, envelope string) []object {
	urls := []object{}
	for _, f := range fieldsOf(v.blocks) {
		id := v.values[f.fieldKey].str(stateKey(f.kind))
		c := k.find(nil, id)
		if !f.element.flag("response_url_enabled") || !f.input || id == "" || c == nil {
			continue
		}
		u := k.newResponseURL("app", v.person, c, nil)
		k.ownResponseURL(u, envelope)
		urls = append(urls, object{"block_id": f.block, "action_id": f.action, "channel_id": id, "response_url": u})
	}
	return urls
}

// closeForms closes the top view, or all of them; the app is told where the view
// asked for it.
func (p *Person) closeForms(f *Form, all bool) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindClosed, err)
	}
	told := v
	if all { // the initial view is the one reported
		told = p.forms[0]
		k.closeAllViews(p)
	} else {
		k.closeView(v)
	}
	f.Closed = true
	if !told.body.flag("notify_on_close") {
		k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: "closes the form"})
		return impossible(kindClosed, nil)
	}
	d := &Delivery{Kind: kindClosed, person: p}
	payload := k.interaction(kindClosed, p)
	payload["view"], payload["is_cleared"] = told.payload(false), all
	d.Payload = encode(payload)
	return k.sendTyped(d, "", "closes the form")
}

// openApp opens a tab of the app: home or messages. It is nil where the app has no
// such tab or does not want to know.
func (p *Person) openApp(tab string) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	there := map[string]bool{"home": k.manifest.HomeTab, "messages": k.manifest.MessagesTab}[tab]
	if !slices.Contains(k.manifest.BotEvents, "app_home_opened") || !there {
		return nil
	}
	event := object{"type": "app_home_opened", "user": p.id, "channel": k.dm(p.id, BotUserID).id, "tab": tab,
		"event_ts": k.actionTS()}
	if p.home != nil {
		event["view"] = p.home.payload(true)
	}
	d := k.sendTyped(k.newEvent(p, event), "", "opens the app’s "+tab+" tab")
	if tab == "home" {
		p.homeFor = d.EnvelopeID
	}
	return d
}

// SendEvent delivers an event of the Events API, whether or not the app has
// subscribed to it, and returns at once.
func (k *Slack) SendEvent(event map[string]any) *Delivery {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.send(k.newEvent(nil, event))
}

func (k *Slack) newEvent(p *Person, event object) *Delivery {
	c := k.find(nil, event.str("channel"))
	payload := object{"type": "event_callback", "token": "deprecated", "team_id": TeamID, "api_app_id": AppID,
		"event": event, "event_id": k.id("Ev"), "event_time": time.Now().Unix(),
		"authorizations": []object{{"enterprise_id": nil, "team_id": TeamID, "user_id": BotUserID, "is_bot": true,
			"is_enterprise_install": false}},
		"is_ext_shared_channel": c != nil && c.cfg.Shared}
	return &Delivery{Kind: kindEvent, person: p, Payload: json.RawMessage(encode(payload))}
}
