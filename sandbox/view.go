package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"azeer-slack/sandbox/blockkit"
)

// Limits of views (https://docs.slack.dev/surfaces/modals).
const (
	maxView  = blockkit.MaxViewBytes
	maxStack = 3
)

// view is a modal or Home tab before one person. Guarded by Slack.mu.
type view struct {
	id, hash       string
	root, previous string
	body           object // as the app wrote it
	sheet
	open bool

	errors   map[string]string
	banner   string
	envelope string // of the interaction that opened it or changed it last, if known
	sending  int    // submissions not yet answered
}

func (v *view) externalID() string { return v.body.str("external_id") }

// checkView applies the size limit and Block Kit to a view sent by the API; it
// answers in Slack's words.
func (k *Slack) checkView(raw json.RawMessage) (object, error) {
	if len(raw) > maxView {
		k.breach(RuleViewTooLarge, "view of %d bytes", len(raw))
		return nil, apiError{code: "view_too_large"}
	}
	if problems := describe(blockkit.View(raw, "/view")); len(problems) > 0 {
		k.breach(RuleInvalidView, "%v", problems)
		for i, p := range problems {
			problems[i] = "[ERROR] " + p
		}
		return nil, apiError{code: "invalid_arguments", more: object{"response_metadata": object{"messages": problems}}}
	}
	body, err := parseObject(raw)
	if err != nil {
		k.breach(RuleInvalidView, "no JSON object")
		return nil, apiError{code: "invalid_arguments"}
	}
	return body, nil
}

// sameExternalID tells whether another open view has the external_id of body.
func (k *Slack) sameExternalID(body object, except *view) bool {
	id := body.str("external_id")
	for _, v := range k.views {
		if id != "" && v != except && v.externalID() == id {
			return true
		}
	}
	return false
}

// newView makes a view for a person on top of another (nil: none).
func (k *Slack) newView(p *Person, body object, channel, envelope string, below *view) *view {
	v := &view{id: k.id("V"), sheet: newSheet(p, channel), open: true, envelope: envelope}
	v.root = v.id
	if below != nil {
		v.root, v.previous = below.root, below.id
	}
	k.views[v.id] = v
	k.fillView(v, body)
	return v
}

// fillView gives a view its content.
func (k *Slack) fillView(v *view, body object) {
	v.body = body
	v.lay(k, k.nameBlocks(body.objects("blocks")))
	k.nextID++
	v.hash = fmt.Sprintf("%d.%s", time.Now().Unix(), randomHex(4))
	v.errors, v.banner = nil, ""
	where := ""
	if body.str("type") == "home" {
		where = WhereHome
	}
	k.record.event(Event{Kind: EventOpened, Who: v.person.cfg.Handle, Where: where, Text: k.formOf(v).plain, Envelope: v.envelope})
	k.markView(v)
	k.notify()
}

// initialValue is what a field holds before anybody touches it.
func (k *Slack) initialValue(s *sheet, f field) object {
	key := stateKey(f.kind)
	value := object{"type": f.kind, key: nil}
	initial := map[string]string{"value": "initial_value", "selected_option": "initial_option",
		"selected_options": "initial_options", "selected_date": "initial_date", "selected_time": "initial_time",
		"selected_date_time": "initial_date_time"}[key]
	if initial == "" { // conversations, channels, users, one or several
		initial = "initial_" + key[len("selected_"):]
	}
	switch {
	case f.element[initial] != nil:
		value[key] = f.element[initial]
	case f.element.flag("default_to_current_conversation"):
		if c := k.find(nil, s.channel); c != nil && c.passes(f.element.obj("filter")) {
			value[key] = c.id
		}
	case key == "selected_options":
		value[key] = []any{}
	}
	return value
}

// passes applies the filter of a conversations_select
// (https://docs.slack.dev/reference/block-kit/composition-objects/conversation-filter-object).
func (c *channel) passes(filter object) bool {
	if filter == nil {
		return true
	}
	if filter.flag("exclude_external_shared_channels") && c.cfg.Shared {
		return false
	}
	if filter.flag("exclude_bot_users") && c.appDM() {
		return false
	}
	kind := "public"
	switch {
	case c.im:
		kind = "im"
	case c.cfg.Private:
		kind = "private"
	}
	include, _ := filter["include"].([]any)
	return len(include) == 0 || slices.Contains(include, any(kind))
}

// payload is the view as Slack shows it to the app; input values are left out of
// view_closed (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
func (v *view) payload(withState bool) object {
	o := object{
		"id": v.id, "team_id": TeamID, "app_id": AppID, "bot_id": BotID, "app_installed_team_id": TeamID,
		"hash": v.hash, "root_view_id": v.root, "previous_view_id": nil, "blocks": v.blocks,
		"callback_id": "", "external_id": "", "private_metadata": "", "clear_on_close": false, "notify_on_close": false,
		"submit": nil, "close": nil,
	}
	for _, key := range []string{"type", "callback_id", "external_id", "private_metadata", "clear_on_close",
		"notify_on_close", "title", "submit", "close"} {
		if v.body[key] != nil {
			o[key] = v.body[key]
		}
	}
	if v.previous != "" {
		o["previous_view_id"] = v.previous
	}
	values := map[string]object{}
	if withState {
		values = v.state()
	}
	o["state"] = object{"values": values}
	return o
}

// closeView takes one view off its stack.
func (k *Slack) closeView(v *view) {
	v.open = false
	delete(k.views, v.id)
	k.markView(v)
	v.person.forms = slices.DeleteFunc(v.person.forms, func(other *view) bool { return other == v })
	k.notify()
}

func (k *Slack) closeAllViews(p *Person) {
	for len(p.forms) > 0 {
		k.closeView(p.forms[len(p.forms)-1])
	}
}

// takeViewResponse does what the acknowledgement of a submission says. What
// Slack cannot use is shown to the person as trouble connecting, and to the app
// not at all (bolt-python#241, bolt-js#1978).
func (k *Slack) takeViewResponse(d *Delivery, payload json.RawMessage) {
	defer k.markView(d.view)
	d.view.envelope = d.EnvelopeID
	if !d.view.open {
		return // closed by the person in the meantime
	}
	if isEmptyJSON(payload) {
		k.closeView(d.view)
		return
	}
	problems := k.viewResponse(d.view, payload)
	if len(problems) == 0 {
		return
	}
	k.invalidAck(d, problems...)
	d.Shown = ShownTrouble
	d.view.banner = ShownTrouble
}

func (k *Slack) viewResponse(v *view, payload json.RawMessage) (problems []string) {
	var response struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if err := json.Unmarshal(payload, &response); err != nil {
		return []string{"not readable: " + err.Error()}
	}
	switch response.Action {
	case "errors":
		return v.takeErrors(response.Errors)
	case "update", "push":
		return k.takeView(v, response.Action == "push", response.View)
	case "clear":
		k.closeAllViews(v.person)
		return nil
	}
	return []string{fmt.Sprintf("response_action %q", response.Action)}
}

// takeErrors shows errors under fields: the keys must be input blocks.
func (v *view) takeErrors(errors map[string]string) (problems []string) {
	if len(errors) == 0 {
		return []string{"no errors given"}
	}
	for block, text := range errors {
		if !inputBlock(v.blocks, block) {
			problems = append(problems, fmt.Sprintf("errors: %q is no input block", block))
		}
		if text == "" {
			problems = append(problems, fmt.Sprintf("errors: empty text for %q", block))
		}
	}
	if len(problems) == 0 {
		v.errors = errors
	}
	return problems
}

func (k *Slack) takeView(v *view, push bool, raw json.RawMessage) []string {
	if len(raw) > maxView {
		return []string{"view over 250 KB"}
	}
	if problems := describe(blockkit.View(raw, "/view")); len(problems) > 0 {
		return problems
	}
	body, err := parseObject(raw)
	if err != nil {
		return []string{"view is no JSON object"}
	}
	switch {
	case push && len(v.person.forms) >= maxStack:
		k.breach(RuleViewStack, "pushed a view onto %d", maxStack)
		return []string{"push_limit_reached"}
	case push && k.sameExternalID(body, nil), !push && k.sameExternalID(body, v):
		return []string{"duplicate_external_id"}
	case push:
		above := k.newView(v.person, body, v.channel, v.envelope, v)
		v.person.forms = append(v.person.forms, above)
	default:
		k.fillView(v, body)
	}
	return nil
}
