package blocks

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"

	"azeer-slack/sandbox/slack/mrkdwn"
)

// Required is what a person reads under a required field left empty.
const Required = "Please complete this required field."

// Key names a place for input: action ids are unique within their block.
type Key struct{ Block, Action string }

// Field is an element that holds a value.
type Field struct {
	Key
	Kind     string // type of the element
	Element  object
	Input    bool // stands in an input block
	optional bool
}

// Directory is what fields need to know of the workspace.
type Directory interface {
	// Choose finds the conversation or person for a field, as the person before it names it.
	Choose(f Field, name string) (id string, err error)
	// Current is the conversation in which the blocks came up, if a filter lets it pass.
	Current(filter object) (id string, ok bool)
	// Called gives the name of a conversation or person; other text as it is.
	Called(id string) string
}

// FieldsOf returns the elements with a value, in order.
func FieldsOf(blocks []object) []Field {
	var fields []Field
	for _, b := range blocks {
		for _, e := range elements(b) {
			if stateKey(e.Str("type")) == "" {
				continue
			}
			optional, _ := b["optional"].(bool)
			fields = append(fields, Field{
				Key: Key{b.Str("block_id"), e.Str("action_id")}, Kind: e.Str("type"), Element: e,
				Input: b.Str("type") == "input", optional: optional,
			})
		}
	}
	return fields
}

// StateKey is the key under which the field keeps its value in state.values.
func (f Field) StateKey() string { return stateKey(f.Kind) }

// Holds tells what a select of the workspace's holds: "conversation", "channel" or "user".
func (f Field) Holds() string { return singular(f.Kind) }

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

// initial is what the field holds before anybody touches it.
func (f Field) initial(dir Directory) object {
	key := f.StateKey()
	value := object{"type": f.Kind, key: nil}
	initial := map[string]string{"value": "initial_value", "selected_option": "initial_option",
		"selected_options": "initial_options", "selected_date": "initial_date", "selected_time": "initial_time",
		"selected_date_time": "initial_date_time"}[key]
	if initial == "" { // conversations, channels, users, one or several
		initial = "initial_" + key[len("selected_"):]
	}
	switch {
	case f.Element[initial] != nil:
		value[key] = f.Element[initial]
	case f.Element.Flag("default_to_current_conversation"):
		if id, ok := dir.Current(f.Element.Obj("filter")); ok {
			value[key] = id
		}
	case key == "selected_options":
		value[key] = []any{}
	}
	return value
}

// problem is what the client itself finds wrong with what the field holds.
func (f Field) problem(held object) string {
	value := held[f.StateKey()]
	several, _ := value.([]any)
	text, _ := value.(string)
	switch {
	case value == nil || value == "" || strings.HasPrefix(f.StateKey(), "selected_") && several != nil && len(several) == 0:
		if f.optional {
			return ""
		}
		return Required
	case f.Kind == "email_text_input":
		if _, err := mail.ParseAddress(text); err != nil {
			return "Please enter a valid email address."
		}
	case f.Kind == "url_text_input":
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			return "Please enter a valid URL."
		}
	case f.Kind == "plain_text_input":
		length := len([]rune(text))
		if least := f.Element.Num("min_length", 0); length < least {
			return fmt.Sprintf("Please enter at least %d characters.", least)
		}
		if most := f.Element.Num("max_length", 3000); length > most {
			return fmt.Sprintf("Please enter at most %d characters.", most)
		}
	}
	return ""
}

// read is what a person reads in the field, and its value: text, the text of options, ids.
func (f Field) read(dir Directory, held object) (shown, value string) {
	switch key := f.StateKey(); key {
	case "selected_option":
		text := mrkdwn.Unescape(held.Obj(key).PlainText("text"))
		return text, text
	case "selected_options":
		var texts []string
		for _, o := range held.Objects(key) {
			texts = append(texts, mrkdwn.Unescape(o.PlainText("text")))
		}
		text := strings.Join(texts, ", ")
		return text, text
	default:
		switch v := held[key].(type) {
		case string:
			return dir.Called(v), v
		case int64, float64:
			return fmt.Sprint(v), fmt.Sprint(v)
		case []any:
			var shown, ids []string
			for _, one := range v {
				id, _ := one.(string)
				shown, ids = append(shown, dir.Called(id)), append(ids, id)
			}
			return strings.Join(shown, ", "), strings.Join(ids, ", ")
		}
	}
	return "", ""
}
