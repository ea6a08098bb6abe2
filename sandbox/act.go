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
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Where: k.title(c, p), Text: line})
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
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: "shortcut " + callbackID})
	return k.send(d)
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
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: "message shortcut " + callbackID})
	return k.send(d)
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
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c, source := p.locate(m)
	if source == nil {
		return impossible(kindActions, errors.New("the message is no longer on the screen"))
	}
	button, ok := labelled(buttonsOf(source.blocks), label)
	if !ok {
		return impossible(kindActions, fmt.Errorf("the message has no button %q", label))
	}
	d := &Delivery{Kind: kindActions, person: p, TriggerID: k.newTrigger(p, nil),
		ResponseURL: k.newResponseURL("actions", p, c, source)}
	payload := k.interaction(kindActions, p)
	container := object{"type": "message", "message_ts": source.ts, "channel_id": c.id, "is_ephemeral": source.only != ""}
	if source.thread != "" {
		container["thread_ts"] = source.thread
	}
	payload["container"] = container
	payload["channel"] = object{"id": c.id, "name": k.nameIn(c)}
	if source.only == "" { // ephemeral messages are not in the payload
		payload["message"] = source.payload()
	}
	payload["state"] = object{"values": object{}}
	payload["trigger_id"], payload["response_url"] = d.TriggerID, d.ResponseURL
	payload["actions"] = []object{button.action(k.actionTS())}
	d.Payload = encode(payload)
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Where: k.title(c, p), Text: "[" + label + "]"})
	return k.send(d)
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
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindActions, err)
	}
	button, ok := labelled(buttonsOf(v.blocks), label)
	if !ok {
		return impossible(kindActions, fmt.Errorf("the form has no button %q", label))
	}
	below := v
	if v == p.home {
		below = nil // a trigger from the Home tab opens a modal, it pushes none
	}
	d := &Delivery{Kind: kindActions, person: p, TriggerID: k.newTrigger(p, below)}
	payload := k.interaction(kindActions, p)
	payload["container"] = object{"type": "view", "view_id": v.id}
	payload["view"] = v.payload(true)
	payload["trigger_id"] = d.TriggerID
	payload["actions"] = []object{button.action(k.actionTS())}
	d.Payload = encode(payload)
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: "[" + label + "]"})
	return k.send(d)
}

func (p *Person) typeInMenu(f *Form, blockID, text string) ([]Option, *Delivery) {
	d := p.suggestion(f, blockID, text)
	if d == nil {
		return nil, nil
	}
	d.settled()
	return d.Options, d
}

// suggestion asks the app for the options of an external select.
func (p *Person) suggestion(f *Form, blockID, text string) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindSuggestion, err)
	}
	menu, ok := v.menu(blockID)
	if !ok {
		return impossible(kindSuggestion, fmt.Errorf("block %q is no menu that asks the app", blockID))
	}
	if len([]rune(text)) < menu.element.num("min_query_length", 3) {
		return nil
	}
	d := &Delivery{Kind: kindSuggestion, person: p, view: v, menu: menu.fieldKey}
	payload := k.interaction(kindSuggestion, p)
	payload["container"] = object{"type": "view", "view_id": v.id}
	payload["action_id"], payload["block_id"], payload["value"] = menu.action, menu.block, text
	payload["view"] = v.payload(true)
	d.Payload = encode(payload)
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: blockID + ": " + text})
	return k.send(d)
}

// menu finds the external select of a block.
func (v *view) menu(blockID string) (field, bool) {
	for _, f := range fieldsOf(v.blocks) {
		if f.block == blockID && strings.HasSuffix(f.kind, "external_select") {
			return f, true
		}
	}
	return field{}, false
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
	if len(v.errors) > 0 { // the client refuses by itself
		d := impossible(kindSubmission, nil)
		d.Shown = ShownRequired
		return d
	}
	d := &Delivery{Kind: kindSubmission, person: p, view: v, TriggerID: k.newTrigger(p, v)}
	payload := k.interaction(kindSubmission, p)
	payload["trigger_id"], payload["view"] = d.TriggerID, v.payload(true)
	payload["response_urls"] = k.responseURLsOf(v)
	d.Payload = encode(payload)
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: "submits " + fmt.Sprint(k.formOf(v).values)})
	return k.send(d)
}

// responseURLsOf gives out a response URL for each conversation chosen in a
// field with response_url_enabled
// (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
func (k *Slack) responseURLsOf(v *view) []object {
	urls := []object{}
	for _, f := range fieldsOf(v.blocks) {
		id := v.values[f.fieldKey].str(stateKey(f.kind))
		c := k.find(nil, id)
		if !f.element.flag("response_url_enabled") || !f.input || id == "" || c == nil {
			continue
		}
		urls = append(urls, object{"block_id": f.block, "action_id": f.action, "channel_id": id,
			"response_url": k.newResponseURL("app", v.person, c, nil)})
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
	k.record.event(Event{Kind: EventTyped, Who: p.cfg.Handle, Text: "closes the form"})
	f.Closed = true
	if !told.body.flag("notify_on_close") {
		return impossible(kindClosed, nil)
	}
	d := &Delivery{Kind: kindClosed, person: p}
	payload := k.interaction(kindClosed, p)
	payload["view"], payload["is_cleared"] = told.payload(false), all
	d.Payload = encode(payload)
	return k.send(d)
}

func (p *Person) openHome() *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Contains(k.manifest.BotEvents, "app_home_opened") || !k.manifest.HomeTab {
		return nil
	}
	event := object{"type": "app_home_opened", "user": p.id, "channel": k.dm(p.id, BotUserID).id, "tab": "home",
		"event_ts": k.actionTS()}
	if p.home != nil {
		event["view"] = p.home.payload(true)
	}
	return k.send(k.newEvent(p, event))
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
