package blocks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a text field with dispatch_action can tell the app of
// (https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object).
const (
	OnEnter     = "on_enter_pressed"
	OnCharacter = "on_character_entered"
)

// Enter fills in the field of a block.
func (r *Rendered) Enter(dir Directory, blockID, text string) error {
	fields := FieldsOf(r.Blocks)
	at := slices.IndexFunc(fields, func(f Field) bool { return f.Block == blockID })
	if at < 0 {
		return fmt.Errorf("the form has no field in block %q", blockID)
	}
	f := fields[at]
	value, err := r.entered(dir, f, text)
	if err != nil {
		return fmt.Errorf("fill in %q: %w", blockID, err)
	}
	r.values[f.Key] = object{"type": f.Kind, f.StateKey(): value}
	return nil
}

// entered turns what a person enters into the value in state.values.
func (r *Rendered) entered(dir Directory, f Field, text string) (any, error) {
	switch key := f.StateKey(); key {
	case "value", "selected_date", "selected_time":
		if text == "" {
			return nil, nil
		}
		return text, nil
	case "selected_option":
		if text == "" {
			return nil, nil
		}
		return r.option(f, text)
	case "selected_options":
		return each(text, func(one string) (any, error) { return r.option(f, one) })
	case "selected_date_time":
		if text == "" {
			return nil, nil
		}
		return strconv.ParseInt(text, 10, 64)
	default:
		choose := func(one string) (any, error) {
			id, err := dir.Choose(f, one)
			if err != nil {
				return nil, err
			}
			return id, nil
		}
		if strings.HasSuffix(key, "s") {
			return each(text, choose)
		}
		if text == "" {
			return nil, nil
		}
		return choose(text)
	}
}

func each(text string, one func(string) (any, error)) (any, error) {
	all := []any{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		value, err := one(part)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}

// option finds the option a person picks: by value or text, among what the
// element lists or the app last offered; a single offer is picked in any case.
func (r *Rendered) option(f Field, wanted string) (any, error) {
	if held, ok := r.heldOption(f, wanted); ok {
		return held, nil
	}
	choices := ChoicesOf(f.Element)
	if strings.HasSuffix(f.Kind, "external_select") {
		choices = r.offered[f.Key]
		if len(choices) == 1 {
			return choices[0].option, nil
		}
	}
	if option, ok := chosen(choices, wanted); ok {
		return option, nil
	}
	return nil, fmt.Errorf("there is no option %q among %d", wanted, len(choices))
}

// Keystrokes are the texts on the way from one to another, without the first: what is
// held beyond the beginning of the other is taken away first.
func Keystrokes(from, to string) (texts []string) {
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

// Typed is what the text field of a block holds.
func (r *Rendered) Typed(blockID string) (string, error) {
	f, err := r.textField(blockID)
	if err != nil {
		return "", err
	}
	return r.values[f.Key].Str("value"), nil
}

// Type changes what a text field holds and returns the entry in actions[] that tells of
// it; nil where the field does not tell the app of such a key.
func (r *Rendered) Type(dir Directory, blockID, on, text, ts string) (entry object, summary string, err error) {
	f, err := r.textField(blockID)
	if err != nil {
		return nil, "", err
	}
	var value any
	if text != "" {
		value = text
	}
	entry, summary = r.set(dir, f, value, ts)
	if !slices.Contains(r.tellsOn(f), on) {
		return nil, "", nil
	}
	return entry, summary, nil
}

// textField is the field to type in that stands in a block.
func (r *Rendered) textField(blockID string) (Field, error) {
	for _, f := range FieldsOf(r.Blocks) {
		if f.Block == blockID && f.StateKey() == "value" {
			return f, nil
		}
	}
	return Field{}, fmt.Errorf("there is no field to type in in block %q", blockID)
}

// tellsOn are the keys that a text field tells the app of; none without dispatch_action.
func (r *Rendered) tellsOn(f Field) []string {
	at := slices.IndexFunc(r.Blocks, func(b object) bool { return b.Str("block_id") == f.Block })
	if !r.Blocks[at].Flag("dispatch_action") {
		return nil
	}
	listed, given := f.Element.Obj("dispatch_action_config")["trigger_actions_on"].([]any)
	if !given {
		return []string{OnEnter}
	}
	var keys []string
	for _, one := range listed {
		if name, ok := one.(string); ok {
			keys = append(keys, name)
		}
	}
	return keys
}
