package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// sheet is blocks before one person, with what that person has entered in their
// fields. Guarded by Slack.mu.
type sheet struct {
	person  *Person
	channel string // where the person stood when it came up
	blocks  []object
	values  map[fieldKey]object   // entries of state.values
	offered map[fieldKey][]choice // Options last offered by the app
	version int                   // of the message whose blocks these are
}

func newSheet(p *Person, channel string) sheet {
	return sheet{person: p, channel: channel, values: map[fieldKey]object{}, offered: map[fieldKey][]choice{}}
}

// lay puts other blocks on the sheet. What was entered survives where block_id,
// action_id and element stay the same (https://docs.slack.dev/surfaces/modals).
func (s *sheet) lay(k *Slack, blocks []object) {
	kept := s.values
	s.blocks, s.values = blocks, map[fieldKey]object{}
	for _, f := range fieldsOf(blocks) {
		old, same := kept[f.fieldKey]
		if same && old.str("type") == f.kind {
			s.values[f.fieldKey] = old
			continue
		}
		s.values[f.fieldKey] = k.initialValue(s, f)
	}
}

// state is state.values as the app is sent it.
func (s *sheet) state() map[string]object {
	values := map[string]object{}
	for key, value := range s.values {
		if values[key.block] == nil {
			values[key.block] = object{}
		}
		values[key.block][key.action] = value
	}
	return values
}

// menu finds the menu of a block that asks the app for its options.
func (s *sheet) menu(blockID string) (field, bool) {
	for _, f := range fieldsOf(s.blocks) {
		if f.block == blockID && strings.HasSuffix(f.kind, "external_select") {
			return f, true
		}
	}
	return field{}, false
}

// held finds the option already chosen in a menu.
func (s *sheet) held(f field, wanted string) (object, bool) {
	value := s.values[f.fieldKey]
	choices := []choice{}
	if one := value.obj("selected_option"); one != nil {
		choices = append(choices, choice{option: one})
	}
	for _, one := range value.objects("selected_options") {
		choices = append(choices, choice{option: one})
	}
	return chosen(choices, wanted)
}

// sheetOf returns a message as a person has it before them.
func (k *Slack) sheetOf(p *Person, c *channel, m *message) *sheet {
	s := m.sheets[p.id]
	if s == nil {
		fresh := newSheet(p, c.id)
		s = &fresh
		if m.sheets == nil {
			m.sheets = map[string]*sheet{}
		}
		m.sheets[p.id] = s
	}
	if s.version != m.version {
		s.version = m.version
		s.lay(k, m.blocks)
	}
	return s
}

// Touch is what a person does to one element of a message, form or Home tab.
type Touch struct {
	BlockID  string // empty: whichever block has the action
	ActionID string
	Value    string // chosen or typed, as in [Person.Submit]; buttons need none
}

// find returns the element that t names and its block.
func (s *sheet) find(t Touch) (block, element object, err error) {
	for _, b := range s.blocks {
		if t.BlockID != "" && b.str("block_id") != t.BlockID {
			continue
		}
		for _, e := range elements(b) {
			if interactive(e.str("type")) && e.str("action_id") == t.ActionID {
				return b, e, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("there is no element %q in block %q", t.ActionID, t.BlockID)
}

// touch does t and returns its entry in actions[], with a word for the timeline
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
func (k *Slack) touch(s *sheet, t Touch) (action object, said string, err error) {
	block, element, err := s.find(t)
	if err != nil {
		return nil, "", err
	}
	kind := element.str("type")
	if key := stateKey(kind); key != "" {
		return k.change(s, block, element, t.Value)
	}
	if kind == "overflow" {
		option, ok := chosen(choicesOf(element), t.Value)
		if !ok {
			return nil, "", fmt.Errorf("there is no option %q", t.Value)
		}
		return object{"type": kind, "action_id": element.str("action_id"), "block_id": block.str("block_id"),
			"action_ts": k.actionTS(), "selected_option": option}, "[" + option.plainText("text") + "]", nil
	}
	b := buttonOf(block, element)
	return b.action(k.actionTS()), "[" + b.Label + "]", nil
}

// change enters a value into an element that tells the app at once.
func (k *Slack) change(s *sheet, block, element object, text string) (action object, said string, err error) {
	fields := fieldsOf([]object{block})
	at := slices.IndexFunc(fields, func(f field) bool { return f.action == element.str("action_id") })
	f := fields[at]
	if f.input && !block.flag("dispatch_action") {
		return nil, "", errors.New("the field tells the app nothing before the form is submitted")
	}
	value, err := k.entered(s, f, text)
	if err != nil {
		return nil, "", fmt.Errorf("choose in %q: %w", f.block, err)
	}
	key := stateKey(f.kind)
	s.values[f.fieldKey] = object{"type": f.kind, key: value}
	shown, _ := k.reading(f, s.values[f.fieldKey])
	return object{"type": f.kind, "action_id": f.action, "block_id": f.block, "action_ts": k.actionTS(), key: value},
		f.block + ": " + shown, nil
}
