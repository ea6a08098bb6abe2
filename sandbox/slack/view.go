package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"azeer-slack/sandbox/blockkit"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/webapi"
)

// Limits of views (https://docs.slack.dev/surfaces/modals).
const (
	maxView  = blockkit.MaxViewBytes
	maxStack = 3
)

// WhereHome is where the app's Home tab appears, in the timeline.
const WhereHome = "Home tab"

// view is a modal or Home tab before one person. Guarded by Workspace.mu.
type view struct {
	viewIDs
	blocks.Rendered

	person  *Person
	channel string // id of the one where the person was when it came up
	body    object // as the app wrote it
	open    bool

	errors   map[string]string
	banner   string
	envelope string // of the interaction that opened it or changed it last, if known
	sending  int    // submissions not yet answered
}

type viewIDs struct{ id, hash, root, previous string }

func (v *view) isHome() bool { return v.body.Str("type") == "home" }

func (v *view) externalID() string { return v.body.Str("external_id") }

// checkView applies the size limit and Block Kit to a view sent by the API; it
// answers in Slack's words.
func (ws *Workspace) checkView(raw json.RawMessage) (object, error) {
	if len(raw) > maxView {
		ws.report.Breach(rule.ViewTooLarge, "view of %d bytes", len(raw))
		return nil, webapi.Error{Code: "view_too_large"}
	}
	if problems := describe(blockkit.View(raw, "/view")); len(problems) > 0 {
		ws.report.Breach(rule.InvalidView, "%v", problems)
		for i, p := range problems {
			problems[i] = "[ERROR] " + p
		}
		return nil, webapi.Error{Code: "invalid_arguments", More: object{"response_metadata": object{"messages": problems}}}
	}
	body, err := jsonmap.Parse(raw)
	if err != nil {
		ws.report.Breach(rule.InvalidView, "no JSON object")
		return nil, webapi.Error{Code: "invalid_arguments"}
	}
	return body, nil
}

// sameExternalID tells whether another open view has the external_id of body.
func (ws *Workspace) sameExternalID(body object, except *view) bool {
	id := body.Str("external_id")
	for _, v := range ws.views {
		if id != "" && v != except && v.externalID() == id {
			return true
		}
	}
	return false
}

// newView makes a view for a person on top of another (nil: none).
func (ws *Workspace) newView(p *Person, body object, channel, envelope string, below *view) *view {
	v := &view{viewIDs: viewIDs{id: ws.ids.new("V")}, person: p, channel: channel, open: true, envelope: envelope}
	v.root = v.id
	if below != nil {
		v.root, v.previous = below.root, below.id
	}
	ws.views[v.id] = v
	ws.fillView(v, body)
	return v
}

// fillView gives a view its content.
func (ws *Workspace) fillView(v *view, body object) {
	v.body = body
	v.Replace(ws.directoryOf(v), ws.identify(body.Objects("blocks")))
	ws.ids.next()
	v.hash = fmt.Sprintf("%d.%s", time.Now().Unix(), randomHex(4))
	v.errors, v.banner = nil, ""
	where := ""
	if v.isHome() {
		where = WhereHome
	}
	ws.report.Event(record.Event{Kind: record.Opened, Who: v.person.cfg.Handle, Where: where, Text: ws.formOf(v).plain, Envelope: v.envelope})
	ws.noteView(v)
	ws.mu.Notify()
}

// payload is the view as Slack shows it to the app; input values are left out of
// view_closed (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
func (v *view) payload(withState bool) object {
	o := object{
		"id": v.id, "team_id": TeamID, "app_id": AppID, "bot_id": BotID, "app_installed_team_id": TeamID,
		"hash": v.hash, "root_view_id": v.root, "previous_view_id": nil, "blocks": v.Blocks,
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
		values = v.State()
	}
	o["state"] = object{"values": values}
	return o
}

// closeView takes one view off its stack.
func (ws *Workspace) closeView(v *view) {
	v.open = false
	delete(ws.views, v.id)
	ws.noteView(v)
	v.person.forms = slices.DeleteFunc(v.person.forms, func(other *view) bool { return other == v })
	ws.mu.Notify()
}

func (ws *Workspace) closeAllViews(p *Person) {
	for len(p.forms) > 0 {
		ws.closeView(p.forms[len(p.forms)-1])
	}
}

// takeViewResponse does what the acknowledgement of a submission says. What
// Slack cannot use is shown to the person as trouble connecting, and to the app
// not at all (bolt-python#241, bolt-js#1978).
func (ws *Workspace) takeViewResponse(d *Delivery, payload json.RawMessage) {
	defer ws.noteView(d.view)
	d.view.envelope = d.EnvelopeID
	if !d.view.open {
		return // closed by the person in the meantime
	}
	if jsonmap.IsEmpty(payload) {
		ws.closeView(d.view)
		return
	}
	problems := ws.viewResponse(d.view, payload)
	if len(problems) == 0 {
		return
	}
	ws.invalidAck(d, problems...)
	d.Shown = ShownTrouble
	d.view.banner = ShownTrouble
}

func (ws *Workspace) viewResponse(v *view, payload json.RawMessage) (problems []string) {
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
		return ws.takeView(v, response.Action == "push", response.View)
	case "clear":
		ws.closeAllViews(v.person)
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
		if !blocks.HasInput(v.Blocks, block) {
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

func (ws *Workspace) takeView(v *view, push bool, raw json.RawMessage) []string {
	if len(raw) > maxView {
		return []string{"view over 250 KB"}
	}
	if problems := describe(blockkit.View(raw, "/view")); len(problems) > 0 {
		return problems
	}
	body, err := jsonmap.Parse(raw)
	if err != nil {
		return []string{"view is no JSON object"}
	}
	switch {
	case push && len(v.person.forms) >= maxStack:
		ws.report.Breach(rule.ViewStack, "pushed a view onto %d", maxStack)
		return []string{"push_limit_reached"}
	case push && ws.sameExternalID(body, nil), !push && ws.sameExternalID(body, v):
		return []string{"duplicate_external_id"}
	case push:
		above := ws.newView(v.person, body, v.channel, v.envelope, v)
		v.person.forms = append(v.person.forms, above)
	default:
		ws.fillView(v, body)
	}
	return nil
}
