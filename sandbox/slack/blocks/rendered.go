package blocks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Rendered is blocks before one person, with what that person has entered in their fields.
// It has no lock of its own.
type Rendered struct {
	Blocks  []object
	Version int // of the message whose blocks these are

	values  map[Key]object   // entries of state.values
	offered map[Key][]Choice // options last offered by the app
}

// Replace takes other blocks. What was entered survives where block_id, action_id and
// element stay the same (https://docs.slack.dev/surfaces/modals).
func (r *Rendered) Replace(dir Directory, blocks []object) {
	kept := r.values
	r.Blocks, r.values = blocks, map[Key]object{}
	for _, f := range FieldsOf(blocks) {
		old, same := kept[f.Key]
		if same && old.Str("type") == f.Kind {
			r.values[f.Key] = old
			continue
		}
		r.values[f.Key] = f.initial(dir)
	}
}

// State is state.values as the app is sent it.
func (r *Rendered) State() map[string]object {
	values := map[string]object{}
	for key, value := range r.values {
		if values[key.Block] == nil {
			values[key.Block] = object{}
		}
		values[key.Block][key.Action] = value
	}
	return values
}

// Held is the entry of a field in state.values.
func (r *Rendered) Held(key Key) object { return r.values[key] }

// Read is what a person reads in a field, and its value: typed text, the text of the
// chosen option, the id of the chosen conversation or person.
func (r *Rendered) Read(dir Directory, f Field) (shown, value string) {
	return f.read(dir, r.values[f.Key])
}

// Problems is what the client itself finds wrong before submitting, by block.
func (r *Rendered) Problems() map[string]string {
	wrong := map[string]string{}
	for _, f := range FieldsOf(r.Blocks) {
		if text := f.problem(r.values[f.Key]); f.Input && text != "" {
			wrong[f.Block] = text
		}
	}
	return wrong
}

// Menu finds the menu of a block that asks the app for its options.
func (r *Rendered) Menu(blockID string) (Field, bool) {
	for _, f := range FieldsOf(r.Blocks) {
		if f.Block == blockID && strings.HasSuffix(f.Kind, "external_select") {
			return f, true
		}
	}
	return Field{}, false
}

// Offer puts the app's options into a menu.
func (r *Rendered) Offer(key Key, choices []Choice) {
	if r.offered == nil {
		r.offered = map[Key][]Choice{}
	}
	if menu, ok := r.Menu(key.Block); ok && menu.StateKey() == "selected_options" {
		choices = append(choices, r.offered[key]...) // several are chosen by several searches
	}
	r.offered[key] = choices
}

// NotOffered returns the options wanted of a menu that the app has not offered.
func (r *Rendered) NotOffered(blockID, text string) (missing []string) {
	menu, ok := r.Menu(blockID)
	if !ok {
		return nil
	}
	wanted := []string{text}
	if menu.StateKey() == "selected_options" {
		wanted = strings.Split(text, ",")
	}
	for _, one := range wanted {
		one = strings.TrimSpace(one)
		_, offered := chosen(r.offered[menu.Key], one)
		if _, held := r.heldOption(menu, one); one != "" && !offered && !held {
			missing = append(missing, one)
		}
	}
	return missing
}

// heldOption finds the option already chosen in a menu.
func (r *Rendered) heldOption(f Field, wanted string) (object, bool) {
	value := r.values[f.Key]
	choices := []Choice{}
	if one := value.Obj("selected_option"); one != nil {
		choices = append(choices, Choice{option: one})
	}
	for _, one := range value.Objects("selected_options") {
		choices = append(choices, Choice{option: one})
	}
	return chosen(choices, wanted)
}

// Action is what a person does to one element of a message, form or Home tab.
type Action struct {
	BlockID  string // empty: whichever block has the action
	ActionID string
	Value    string // chosen or typed; buttons need none
}

// Labelled is the pressing of the button with a label.
func (r *Rendered) Labelled(label string) (Action, error) {
	for _, b := range ButtonsOf(r.Blocks) {
		if b.Label == label {
			return Action{BlockID: b.BlockID, ActionID: b.ActionID}, nil
		}
	}
	return Action{}, fmt.Errorf("there is no button %q", label)
}

// find returns the element that a names and its block.
func (r *Rendered) find(a Action) (block, element object, err error) {
	for _, b := range r.Blocks {
		if a.BlockID != "" && b.Str("block_id") != a.BlockID {
			continue
		}
		for _, e := range elements(b) {
			if interactive(e.Str("type")) && e.Str("action_id") == a.ActionID {
				return b, e, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("there is no element %q in block %q", a.ActionID, a.BlockID)
}

// Do does a and returns its entry in actions[], with a word for the timeline
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
func (r *Rendered) Do(dir Directory, a Action, ts string) (entry object, summary string, err error) {
	block, element, err := r.find(a)
	if err != nil {
		return nil, "", err
	}
	kind := element.Str("type")
	if key := stateKey(kind); key != "" {
		return r.change(dir, block, element, a.Value, ts)
	}
	if kind == "overflow" {
		option, ok := chosen(ChoicesOf(element), a.Value)
		if !ok {
			return nil, "", fmt.Errorf("there is no option %q", a.Value)
		}
		return object{"type": kind, "action_id": element.Str("action_id"), "block_id": block.Str("block_id"),
			"action_ts": ts, "selected_option": option}, "[" + option.PlainText("text") + "]", nil
	}
	b := buttonOf(block, element)
	return b.payload(ts), "[" + b.Label + "]", nil
}

// change enters a value into an element that tells the app at once.
func (r *Rendered) change(dir Directory, block, element object, text, ts string) (entry object, summary string, err error) {
	fields := FieldsOf([]object{block})
	at := slices.IndexFunc(fields, func(f Field) bool { return f.Action == element.Str("action_id") })
	f := fields[at]
	if f.Input && !block.Flag("dispatch_action") {
		return nil, "", errors.New("the field tells the app nothing before the form is submitted")
	}
	value, err := r.entered(dir, f, text)
	if err != nil {
		return nil, "", fmt.Errorf("choose in %q: %w", f.Block, err)
	}
	entry, summary = r.set(dir, f, value, ts)
	return entry, summary, nil
}

// set puts a value into a field and returns the entry in actions[] that tells of it.
func (r *Rendered) set(dir Directory, f Field, value any, ts string) (entry object, summary string) {
	key := f.StateKey()
	r.values[f.Key] = object{"type": f.Kind, key: value}
	shown, _ := r.Read(dir, f)
	return object{"type": f.Kind, "action_id": f.Action, "block_id": f.Block, "action_ts": ts, key: value},
		f.Block + ": " + shown
}
