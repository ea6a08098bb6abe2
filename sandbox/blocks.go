package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
)

// fieldKey names a place for input: action ids are unique within their block.
type fieldKey struct{ block, action string }

// field is an element that holds a value.
type field struct {
	fieldKey
	kind     string // type of the element
	element  object
	label    string
	input    bool // stands in an input block
	optional bool
}

// decodeBlocks reads an array of blocks, given as JSON.
func decodeBlocks(raw json.RawMessage) []object {
	var blocks []object
	_ = json.Unmarshal(raw, &blocks) // what is no array of objects has no blocks
	return blocks
}

// nameBlocks gives every block and interactive element the id it lacks, as Slack
// does. Call it with the lock held.
func (k *Slack) nameBlocks(blocks []object) []object {
	named := func(o object, key string) {
		if o.str(key) == "" {
			k.nextID++
			o[key] = fmt.Sprintf("b%04d", k.nextID)
		}
	}
	for _, b := range blocks {
		named(b, "block_id")
		for _, e := range elements(b) {
			if interactive(e.str("type")) {
				named(e, "action_id")
			}
		}
	}
	return blocks
}

// elements returns what stands in a block: accessory, element or elements.
func elements(block object) []object {
	var all []object
	for _, key := range []string{"accessory", "element"} {
		if e := block.obj(key); e != nil {
			all = append(all, e)
		}
	}
	if block.str("type") == "actions" {
		all = append(all, block.objects("elements")...)
	}
	return all
}

func interactive(kind string) bool {
	return kind == "button" || kind == "overflow" || kind == "workflow_button" || stateKey(kind) != ""
}

// stateKey is the key under which an element of this type keeps its value in
// state.values; empty for elements without one.
func stateKey(kind string) string {
	switch kind {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		return "value"
	case "static_select", "external_select", "radio_buttons":
		return "selected_option"
	case "multi_static_select", "multi_external_select", "checkboxes":
		return "selected_options"
	case "conversations_select", "channels_select", "users_select":
		return "selected_" + singular(kind)
	case "multi_conversations_select", "multi_channels_select", "multi_users_select":
		return "selected_" + singular(kind) + "s"
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	case "datetimepicker":
		return "selected_date_time"
	}
	return ""
}

// singular gives conversation, channel or user.
func singular(kind string) string {
	switch kind {
	case "conversations_select", "multi_conversations_select":
		return "conversation"
	case "channels_select", "multi_channels_select":
		return "channel"
	}
	return "user"
}

// fieldsOf returns the elements with a value, in order.
func fieldsOf(blocks []object) []field {
	var fields []field
	for _, b := range blocks {
		for _, e := range elements(b) {
			if stateKey(e.str("type")) == "" {
				continue
			}
			optional, _ := b["optional"].(bool)
			fields = append(fields, field{
				fieldKey: fieldKey{b.str("block_id"), e.str("action_id")},
				kind:     e.str("type"), element: e, label: b.plainText("label"),
				input: b.str("type") == "input", optional: optional,
			})
		}
	}
	return fields
}

// inputBlock tells whether a block of that id can bear an error
// (https://docs.slack.dev/surfaces/modals, slack-go#1013).
func inputBlock(blocks []object, id string) bool {
	return slices.ContainsFunc(blocks, func(b object) bool {
		return b.str("block_id") == id && b.str("type") == "input"
	})
}

func buttonsOf(blocks []object) []Button {
	var buttons []Button
	for _, b := range blocks {
		for _, e := range elements(b) {
			if e.str("type") == "button" {
				buttons = append(buttons, buttonOf(b, e))
			}
		}
	}
	return buttons
}

func buttonOf(block, element object) Button {
	return Button{
		Label: unescaped.Replace(element.plainText("text")), ActionID: element.str("action_id"), BlockID: block.str("block_id"),
		Value: element.str("value"), URL: element.str("url"), Style: element.str("style"),
	}
}

// action is the entry in actions[] for a pressed button.
func (b Button) action(ts string) object {
	a := object{"type": "button", "action_id": b.ActionID, "block_id": b.BlockID, "action_ts": ts,
		"text": object{"type": "plain_text", "text": b.Label, "emoji": true}}
	if b.Value != "" {
		a["value"] = b.Value
	}
	if b.Style != "" {
		a["style"] = b.Style
	}
	return a
}

// choice is an option as the app wrote it, with the label of its group.
type choice struct {
	option object
	group  string
}

// choicesOf reads options or option_groups.
func choicesOf(o object) []choice {
	var choices []choice
	for _, option := range o.objects("options") {
		choices = append(choices, choice{option: option})
	}
	for _, g := range o.objects("option_groups") {
		for _, option := range g.objects("options") {
			choices = append(choices, choice{option: option, group: g.plainText("label")})
		}
	}
	return choices
}

func optionsOf(choices []choice) []Option {
	var options []Option
	for _, c := range choices {
		options = append(options, Option{
			Text: unescaped.Replace(c.option.plainText("text")), Value: c.option.str("value"),
			Description: unescaped.Replace(c.option.plainText("description")), Group: c.group,
		})
	}
	return options
}

// chosen finds an option by its value, else by its text as read.
func chosen(choices []choice, wanted string) (object, bool) {
	for _, c := range choices {
		if c.option.str("value") == wanted {
			return c.option, true
		}
	}
	for _, c := range choices {
		if unescaped.Replace(c.option.plainText("text")) == wanted {
			return c.option, true
		}
	}
	return nil, false
}
