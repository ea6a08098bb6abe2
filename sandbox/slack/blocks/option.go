package blocks

import "azeer-slack/sandbox/slack/mrkdwn"

// Button is something to press.
type Button struct {
	Label    string
	ActionID string
	BlockID  string
	Value    string
	URL      string
	Style    string
}

// ButtonsOf returns the buttons in blocks, in order.
func ButtonsOf(blocks []object) []Button {
	var buttons []Button
	for _, b := range blocks {
		for _, e := range elements(b) {
			if e.Str("type") == "button" {
				buttons = append(buttons, buttonOf(b, e))
			}
		}
	}
	return buttons
}

func buttonOf(block, element object) Button {
	return Button{
		Label: mrkdwn.Unescape(element.PlainText("text")), ActionID: element.Str("action_id"), BlockID: block.Str("block_id"),
		Value: element.Str("value"), URL: element.Str("url"), Style: element.Str("style"),
	}
}

// payload is the entry in actions[] for a pressed button.
func (b Button) payload(ts string) object {
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

// Option is one choice of a menu.
type Option struct {
	Text        string
	Value       string
	Description string
	Group       string // label of its group, if grouped
}

// Choice is an option as the app wrote it, with the label of its group.
type Choice struct {
	option object
	group  string
}

// ChoicesOf reads options or option_groups.
func ChoicesOf(o object) []Choice {
	var choices []Choice
	for _, option := range o.Objects("options") {
		choices = append(choices, Choice{option: option})
	}
	for _, g := range o.Objects("option_groups") {
		for _, option := range g.Objects("options") {
			choices = append(choices, Choice{option: option, group: g.PlainText("label")})
		}
	}
	return choices
}

// OptionsOf returns choices as a person reads them.
func OptionsOf(choices []Choice) []Option {
	var options []Option
	for _, c := range choices {
		options = append(options, Option{
			Text: mrkdwn.Unescape(c.option.PlainText("text")), Value: c.option.Str("value"),
			Description: mrkdwn.Unescape(c.option.PlainText("description")), Group: c.group,
		})
	}
	return options
}

// chosen finds an option by its value, else by its text as read.
func chosen(choices []Choice, wanted string) (object, bool) {
	for _, c := range choices {
		if c.option.Str("value") == wanted {
			return c.option, true
		}
	}
	for _, c := range choices {
		if mrkdwn.Unescape(c.option.PlainText("text")) == wanted {
			return c.option, true
		}
	}
	return nil, false
}
