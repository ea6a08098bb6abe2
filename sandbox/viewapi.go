package sandbox

// viewsOpen opens a modal (https://docs.slack.dev/reference/methods/views.open).
func (k *Slack) viewsOpen(c *call) (object, error) {
	body, t, err := k.viewAndTrigger(c)
	if err != nil {
		return nil, err
	}
	t.used = true
	k.closeAllViews(t.person)
	return k.putOnTop(t, body, nil), nil
}

// viewsPush puts a modal on top of another, at most three deep.
func (k *Slack) viewsPush(c *call) (object, error) {
	body, t, err := k.viewAndTrigger(c)
	if err != nil {
		return nil, err
	}
	switch {
	case t.view == nil:
		k.breach(RuleTriggerUnknown, "views.push with a trigger_id from outside of any modal")
		return nil, apiError{code: "invalid_trigger_id"}
	case !t.view.open:
		return nil, apiError{code: "not_found"}
	case len(t.person.forms) >= maxStack:
		k.breach(RuleViewStack, "pushed a view onto %d", maxStack)
		return nil, apiError{code: "push_limit_reached"}
	}
	t.used = true
	return k.putOnTop(t, body, t.view), nil
}

// viewAndTrigger checks everything that can be wrong before the trigger is spent.
func (k *Slack) viewAndTrigger(c *call) (object, *trigger, error) {
	if c.str("trigger_id") == "" {
		return nil, nil, c.missing("trigger_id")
	}
	body, err := k.modalOf(c)
	if err != nil {
		return nil, nil, err
	}
	if k.sameExternalID(body, nil) {
		return nil, nil, apiError{code: "duplicate_external_id"}
	}
	t, err := k.checkTrigger(c.str("trigger_id"))
	return body, t, err
}

func (k *Slack) modalOf(c *call) (object, error) {
	raw := c.json("view")
	if raw == nil {
		return nil, c.missing("view")
	}
	body, err := k.checkView(raw)
	if err == nil && body.str("type") != "modal" {
		k.breach(RuleInvalidView, "view of type %q is no modal", body.str("type"))
		return nil, c.invalid("[ERROR] must be modal [json-pointer:/view/type]")
	}
	return body, err
}

func (k *Slack) putOnTop(t *trigger, body object, below *view) object {
	if t.envelope == t.person.homeFor {
		t.person.homeFor = "" // this is what came of it
	}
	v := k.newView(t.person, body, t.channel, t.envelope, below)
	t.person.forms = append(t.person.forms, v)
	k.markView(v)
	k.notify()
	return object{"view": v.payload(true)}
}

// viewsUpdate changes an open modal, found by view_id or external_id.
func (k *Slack) viewsUpdate(c *call) (object, error) {
	if c.str("view_id") == "" && c.str("external_id") == "" {
		return nil, c.missing("view_id")
	}
	body, err := k.modalOf(c)
	if err != nil {
		return nil, err
	}
	v := k.views[c.str("view_id")]
	for _, other := range k.views {
		if c.str("view_id") == "" && other.externalID() == c.str("external_id") {
			v = other
		}
	}
	if v == nil || !v.open || v.body.str("type") != "modal" {
		return nil, apiError{code: "not_found"}
	}
	if err := k.replaceView(c, v, body); err != nil {
		return nil, err
	}
	return object{"view": v.payload(true)}, nil
}

func (k *Slack) replaceView(c *call, v *view, body object) error {
	if hash := c.str("hash"); hash != "" && hash != v.hash {
		k.breach(RuleHashConflict, "%s with hash %s, while the view has %s", c.method, hash, v.hash)
		return apiError{code: "hash_conflict"}
	}
	if k.sameExternalID(body, v) {
		return apiError{code: "duplicate_external_id"}
	}
	k.fillView(v, body)
	return nil
}

// viewsPublish sets a person's Home tab.
func (k *Slack) viewsPublish(c *call) (object, error) {
	if c.str("user_id") == "" {
		return nil, c.missing("user_id")
	}
	raw := c.json("view")
	if raw == nil {
		return nil, c.missing("view")
	}
	body, err := k.checkView(raw)
	if err != nil {
		return nil, err
	}
	p := k.personNamed(c.str("user_id"))
	switch {
	case body.str("type") != "home":
		return nil, c.invalid("[ERROR] must be home [json-pointer:/view/type]")
	case !k.manifest.HomeTab:
		return nil, apiError{code: "not_enabled"}
	case p == nil || p.cfg.Handle == c.str("user_id"):
		return nil, c.invalid("[ERROR] user_not_found [json-pointer:/user_id]")
	}
	if p.home != nil {
		p.home.envelope = p.homeFor
		if err := k.replaceView(c, p.home, body); err != nil {
			return nil, err
		}
	} else {
		p.home = k.newView(p, body, "", p.homeFor, nil)
		k.notify()
	}
	p.homeFor = "" // drawn again later, it is for something else
	return object{"view": p.home.payload(true)}, nil
}
