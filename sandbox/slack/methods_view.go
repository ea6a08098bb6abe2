package slack

import (
	"fmt"
	"time"

	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/webapi"
)

// viewsOpen opens a modal (https://docs.slack.dev/reference/methods/views.open).
func (ws *Workspace) viewsOpen(c *webapi.Call) (object, error) {
	body, t, err := ws.viewAndTrigger(c)
	if err != nil {
		return nil, err
	}
	t.used = true
	ws.closeAllViews(t.person)
	return ws.putOnTop(t, body, nil), nil
}

// viewsPush puts a modal on top of another, at most three deep.
func (ws *Workspace) viewsPush(c *webapi.Call) (object, error) {
	body, t, err := ws.viewAndTrigger(c)
	if err != nil {
		return nil, err
	}
	switch {
	case t.view == nil:
		ws.report.Breach(rule.TriggerUnknown, "views.push with a trigger_id from outside of any modal")
		return nil, webapi.Error{Code: "invalid_trigger_id"}
	case !t.view.open:
		return nil, webapi.Error{Code: "not_found"}
	case len(t.person.forms) >= maxStack:
		ws.report.Breach(rule.ViewStack, "pushed a view onto %d", maxStack)
		return nil, webapi.Error{Code: "push_limit_reached"}
	}
	t.used = true
	return ws.putOnTop(t, body, t.view), nil
}

// viewAndTrigger checks everything that can be wrong before the trigger is spent.
func (ws *Workspace) viewAndTrigger(c *webapi.Call) (object, *trigger, error) {
	if c.Str("trigger_id") == "" {
		return nil, nil, c.Missing("trigger_id")
	}
	body, err := ws.modalOf(c)
	if err != nil {
		return nil, nil, err
	}
	if ws.sameExternalID(body, nil) {
		return nil, nil, webapi.Error{Code: "duplicate_external_id"}
	}
	t, err := ws.checkTrigger(c.Str("trigger_id"))
	return body, t, err
}

func (ws *Workspace) modalOf(c *webapi.Call) (object, error) {
	raw := c.JSON("view")
	if raw == nil {
		return nil, c.Missing("view")
	}
	body, err := ws.checkView(raw)
	if err == nil && body.Str("type") != "modal" {
		ws.report.Breach(rule.InvalidView, "view of type %q is no modal", body.Str("type"))
		return nil, c.Invalid("[ERROR] must be modal [json-pointer:/view/type]")
	}
	return body, err
}

func (ws *Workspace) putOnTop(t *trigger, body object, below *view) object {
	if t.envelope == t.person.home.cause {
		t.person.home.cause = "" // this is what came of it
	}
	v := ws.newView(t.person, body, t.channel, t.envelope, below)
	t.person.forms = append(t.person.forms, v)
	ws.noteView(v)
	ws.mu.Notify()
	return object{"view": v.payload(true)}
}

// viewsUpdate changes an open modal, found by view_id or external_id.
func (ws *Workspace) viewsUpdate(c *webapi.Call) (object, error) {
	if c.Str("view_id") == "" && c.Str("external_id") == "" {
		return nil, c.Missing("view_id")
	}
	body, err := ws.modalOf(c)
	if err != nil {
		return nil, err
	}
	v := ws.views[c.Str("view_id")]
	for _, other := range ws.views {
		if c.Str("view_id") == "" && other.externalID() == c.Str("external_id") {
			v = other
		}
	}
	if v == nil || !v.open || v.body.Str("type") != "modal" {
		return nil, webapi.Error{Code: "not_found"}
	}
	if err := ws.replaceView(c, v, body); err != nil {
		return nil, err
	}
	return object{"view": v.payload(true)}, nil
}

func (ws *Workspace) replaceView(c *webapi.Call, v *view, body object) error {
	if hash := c.Str("hash"); hash != "" && hash != v.hash {
		ws.report.Breach(rule.HashConflict, "%s with hash %s, while the view has %s", c.Method, hash, v.hash)
		return webapi.Error{Code: "hash_conflict"}
	}
	if ws.sameExternalID(body, v) {
		return webapi.Error{Code: "duplicate_external_id"}
	}
	ws.fillView(v, body)
	return nil
}

// viewsPublish sets a person's Home tab.
func (ws *Workspace) viewsPublish(c *webapi.Call) (object, error) {
	if c.Str("user_id") == "" {
		return nil, c.Missing("user_id")
	}
	raw := c.JSON("view")
	if raw == nil {
		return nil, c.Missing("view")
	}
	body, err := ws.checkView(raw)
	if err != nil {
		return nil, err
	}
	p := ws.personNamed(c.Str("user_id"))
	switch {
	case body.Str("type") != "home":
		return nil, c.Invalid("[ERROR] must be home [json-pointer:/view/type]")
	case !ws.manifest.HomeTab:
		return nil, webapi.Error{Code: "not_enabled"}
	case p == nil || p.cfg.Handle == c.Str("user_id"):
		return nil, c.Invalid("[ERROR] user_not_found [json-pointer:/user_id]")
	}
	if p.home.view != nil {
		p.home.view.envelope = p.home.cause
		if err := ws.replaceView(c, p.home.view, body); err != nil {
			return nil, err
		}
	} else {
		p.home.view = ws.newView(p, body, "", p.home.cause, nil)
		ws.mu.Notify()
	}
	p.home.cause = "" // drawn again later, it is for something else
	return object{"view": p.home.view.payload(true)}, nil
}

// trigger is the right to open one view before one person, for 3 s
// (https://docs.slack.dev/surfaces/modals).
type trigger struct {
	person  *Person
	born    time.Time
	used    bool
	view    *view  // the view it came from, nil outside of modals
	channel string // id of the one where the person was

	envelope string // of the interaction it was given out with
}

// newTrigger gives one out. Call it with the lock held.
func (ws *Workspace) newTrigger(p *Person, v *view) string {
	id := fmt.Sprintf("%d.%d.%s", time.Now().UnixMilli(), ws.ids.next(), randomHex(16))
	ws.triggers[id] = &trigger{person: p, born: time.Now().Add(-ws.triggerLag), view: v, channel: p.channel}
	return id
}

// checkTrigger finds a trigger that may still be used; it is not spent yet.
func (ws *Workspace) checkTrigger(id string) (*trigger, error) {
	t, known := ws.triggers[id]
	switch {
	case !known:
		ws.report.Breach(rule.TriggerUnknown, "trigger_id %q was never given out", id)
		return nil, webapi.Error{Code: "invalid_trigger_id"}
	case t.used:
		ws.report.BreachOf(t.envelope, rule.TriggerUsed, "trigger_id used twice")
		return nil, webapi.Error{Code: "exchanged_trigger_id"}
	case time.Since(t.born) > ws.cfg.Limits.Trigger:
		ws.report.BreachOf(t.envelope, rule.TriggerExpired, "trigger_id used %s after it was given out", time.Since(t.born).Round(time.Millisecond))
		return nil, webapi.Error{Code: "expired_trigger_id"}
	}
	return t, nil
}

// DelayTriggers ages every trigger_id given out from now on by d, as if its
// envelope had been under way that long.
func (ws *Workspace) DelayTriggers(d time.Duration) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.triggerLag = d
}
