package sandbox

import (
	"fmt"
	"time"
)

// trigger is the right to open one view before one person, for 3 s
// (https://docs.slack.dev/surfaces/modals).
type trigger struct {
	person  *Person
	born    time.Time
	used    bool
	view    *view  // the view it came from, nil outside of modals
	channel string // where the person stood

	envelope string // of the interaction it was given out with
}

// newTrigger gives one out. Call it with the lock held.
func (k *Slack) newTrigger(p *Person, v *view) string {
	k.nextID++
	id := fmt.Sprintf("%d.%d.%s", time.Now().UnixMilli(), k.nextID, randomHex(16))
	k.triggers[id] = &trigger{person: p, born: time.Now().Add(-k.triggerLag), view: v, channel: p.stand}
	return id
}

// checkTrigger finds a trigger that may still be used; it is not spent yet.
func (k *Slack) checkTrigger(id string) (*trigger, error) {
	t, known := k.triggers[id]
	switch {
	case !known:
		k.breach(RuleTriggerUnknown, "trigger_id %q was never given out", id)
		return nil, apiError{code: "invalid_trigger_id"}
	case t.used:
		k.breachOf(t.envelope, RuleTriggerUsed, "trigger_id used twice")
		return nil, apiError{code: "exchanged_trigger_id"}
	case time.Since(t.born) > k.limits.Trigger:
		k.breachOf(t.envelope, RuleTriggerExpired, "trigger_id used %s after it was given out", time.Since(t.born).Round(time.Millisecond))
		return nil, apiError{code: "expired_trigger_id"}
	}
	return t, nil
}
