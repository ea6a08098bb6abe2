package sandbox

import (
	"fmt"
	"slices"
)

// Keys types text into a text field of a form or the Home tab, key by key as a person
// does: what the field holds beyond the beginning of text is taken away first. Each key
// tells the app of the field as it is then, where the field's block has dispatch_action
// and its element asks for on_character_entered; the deliveries of those come back
// without waiting for their acknowledgements, the last one last
// (https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object).
// Slack does not say whether it leaves out keys that follow fast: here none is.
func (p *Person) Keys(f *Form, blockID, text string) []*Delivery {
	held, err := p.reads(f, blockID)
	if err != nil {
		return []*Delivery{impossible(kindActions, err)}
	}
	var told []*Delivery
	for _, now := range keystrokes(held, text) {
		if d := p.key(f, blockID, triggerCharacter, func(string) string { return now }); d != nil {
			told = append(told, d)
		}
	}
	return told
}

// Enter presses Enter in a text field, which tells the app where the field asks for
// on_enter_pressed, as it does if it has no dispatch_action_config; nil if nobody is told.
func (p *Person) Enter(f *Form, blockID string) *Delivery {
	return p.key(f, blockID, triggerEnter, func(held string) string { return held })
}

const (
	triggerEnter     = "on_enter_pressed"
	triggerCharacter = "on_character_entered"
)

// keystrokes are the texts on the way from one to another, without the first.
func keystrokes(from, to string) (texts []string) {
	have, want := []rune(from), []rune(to)
	same := 0
	for same < min(len(have), len(want)) && have[same] == want[same] {
		same++
	}
	for n := len(have) - 1; n >= same; n-- {
		texts = append(texts, string(have[:n]))
	}
	for n := same + 1; n <= len(want); n++ {
		texts = append(texts, string(want[:n]))
	}
	return texts
}

// reads gives what a text field holds.
func (p *Person) reads(f *Form, blockID string) (string, error) {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return "", err
	}
	field, err := v.textField(blockID)
	if err != nil {
		return "", err
	}
	return v.values[field.fieldKey].str("value"), nil
}

// key presses one key in a text field; nil if the app is told nothing.
func (p *Person) key(f *Form, blockID, trigger string, change func(held string) string) *Delivery {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v, err := p.before(f)
	if err != nil {
		return impossible(kindActions, err)
	}
	field, err := v.textField(blockID)
	if err != nil {
		return impossible(kindActions, err)
	}
	var value any
	if text := change(v.values[field.fieldKey].str("value")); text != "" {
		value = text
	}
	v.values[field.fieldKey] = object{"type": field.kind, "value": value}
	if !slices.Contains(v.triggersOf(field), trigger) {
		k.markView(v)
		return nil
	}
	action := object{"type": field.kind, "action_id": field.action, "block_id": field.block, "action_ts": k.actionTS(), "value": value}
	shown, _ := k.reading(field, v.values[field.fieldKey])
	return k.sendAction(p, v, action, field.block+": "+shown)
}

// textField is the field to type in that stands in a block.
func (s *sheet) textField(blockID string) (field, error) {
	for _, f := range fieldsOf(s.blocks) {
		if f.block == blockID && stateKey(f.kind) == "value" {
			return f, nil
		}
	}
	return field{}, fmt.Errorf("there is no field to type in in block %q", blockID)
}

// triggersOf are what a text field tells the app of; none without dispatch_action.
func (s *sheet) triggersOf(f field) []string {
	at := slices.IndexFunc(s.blocks, func(b object) bool { return b.str("block_id") == f.block })
	if !s.blocks[at].flag("dispatch_action") {
		return nil
	}
	listed, given := f.element.obj("dispatch_action_config")["trigger_actions_on"].([]any)
	if !given {
		return []string{triggerEnter}
	}
	var triggers []string
	for _, one := range listed {
		if name, ok := one.(string); ok {
			triggers = append(triggers, name)
		}
	}
	return triggers
}
