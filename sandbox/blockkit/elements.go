package blockkit

import (
	"math"
	"regexp"
	"slices"
	"strconv"
)

// A place is where in a block an element stands.
type place int

const (
	accessory place = 1 << iota // of a section
	actions
	input
	context
)

// places says where each element may stand.
var places = map[string]place{
	"button": accessory | actions, "overflow": accessory | actions, "workflow_button": accessory | actions,
	"image": accessory | context,

	"checkboxes": accessory | actions | input, "radio_buttons": accessory | actions | input,
	"datepicker": accessory | actions | input, "timepicker": accessory | actions | input,
	"static_select": accessory | actions | input, "multi_static_select": accessory | actions | input,
	"external_select": accessory | actions | input, "multi_external_select": accessory | actions | input,
	"users_select": accessory | actions | input, "multi_users_select": accessory | actions | input,
	"conversations_select": accessory | actions | input, "multi_conversations_select": accessory | actions | input,
	"channels_select": accessory | actions | input, "multi_channels_select": accessory | actions | input,

	"datetimepicker": actions | input, "rich_text_input": actions | input,

	"plain_text_input": input, "email_text_input": input, "url_text_input": input,
	"number_input": input, "file_input": input,
}

func elementIn(where place) rule {
	allowed := func(_ *checker, name string) bool { return places[name]&where != 0 }
	return oneKind(elements, allowed).and(oneFocus, responseURLPlace(where))
}

// oneFocus wants at most one element of a view to ask for the cursor.
func oneFocus(c *checker, at string, v any) {
	if focus, _ := field(v, "focus_on_load").(bool); focus {
		if c.focused {
			c.fail(at+"/focus_on_load", "only one element can have focus_on_load")
		}
		c.focused = true
	}
}

func responseURLPlace(where place) rule {
	return func(c *checker, at string, v any) {
		if field(v, "response_url_enabled") != nil && (where != input || c.surface != OnModal) {
			c.fail(at+"/response_url_enabled", "response_url_enabled is only for input blocks of modals")
		}
	}
}

var elements = map[string]kind{
	"button": {[]part{
		actionID, confirm,
		must("text", plain(75)),
		may("value", str(0, 2000)),
		may("url", str(1, 3000)),
		may("style", oneOf("primary", "danger")),
		may("accessibility_label", str(1, 75)),
	}, nil},
	"workflow_button": {[]part{
		actionID,
		must("text", plain(75)),
		must("workflow", anything),
		may("style", oneOf("primary", "danger")),
		may("accessibility_label", str(1, 75)),
	}, nil},
	"overflow": {[]part{actionID, confirm, must("options", list(1, 5, linkOption))}, nil},
	"image": {[]part{
		must("alt_text", str(1, 2000)),
		may("image_url", str(1, 3000)),
		may("slack_file", anything),
	}, []rule{exactlyOne("image_url", "slack_file")}},
	"checkboxes": {[]part{
		actionID, confirm, focus,
		must("options", list(1, 10, markedOption)),
		may("initial_options", list(1, 10, markedOption)),
	}, []rule{initialAmong("initial_options")}},
	"radio_buttons": {[]part{
		actionID, confirm, focus,
		must("options", list(1, 10, markedOption)),
		may("initial_option", markedOption),
	}, []rule{initialAmong("initial_option")}},

	"datepicker":     {[]part{actionID, confirm, focus, placeholder, may("initial_date", like(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`, "a date like 2026-11-22"))}, nil},
	"timepicker":     {[]part{actionID, confirm, focus, placeholder, may("initial_time", like(`^([01]\d|2[0-3]):[0-5]\d$`, "a time like 22:10")), may("timezone", str(1, 255))}, nil},
	"datetimepicker": {[]part{actionID, confirm, focus, may("initial_date_time", whole(1e9, 9999999999))}, nil},

	"plain_text_input": {[]part{
		actionID, dispatch, focus, placeholder,
		may("initial_value", str(0, 3000)),
		may("multiline", flag),
		may("min_length", whole(0, 3000)),
		may("max_length", whole(1, 3000)),
	}, []rule{inOrder("min_length", "max_length")}},
	"email_text_input": {[]part{actionID, dispatch, focus, placeholder, may("initial_value", str(0, 3000))}, nil},
	"url_text_input":   {[]part{actionID, dispatch, focus, placeholder, may("initial_value", str(0, 3000))}, nil},
	"number_input": {[]part{
		actionID, dispatch, focus, placeholder,
		must("is_decimal_allowed", flag),
		may("initial_value", decimal), may("min_value", decimal), may("max_value", decimal),
	}, []rule{inOrder("min_value", "max_value")}},
	"file_input": {[]part{
		actionID,
		may("filetypes", list(1, 100, str(1, 50))),
		may("max_files", whole(1, 10)),
	}, nil},
	"rich_text_input": {[]part{actionID, dispatch, focus, placeholder, may("initial_value", anything)}, nil},

	"static_select":              {menu(may("options", list(1, 100, option)), groups, may("initial_option", option)), optionsOrGroups("initial_option")},
	"multi_static_select":        {menu(may("options", list(1, 100, option)), groups, may("initial_options", list(1, 100, option)), mostPicked), optionsOrGroups("initial_options")},
	"external_select":            {menu(minQuery, may("initial_option", option)), nil},
	"multi_external_select":      {menu(minQuery, may("initial_options", list(1, 100, option)), mostPicked), nil},
	"users_select":               {menu(may("initial_user", str(1, 255))), nil},
	"multi_users_select":         {menu(may("initial_users", list(1, 100, str(1, 255))), mostPicked), nil},
	"channels_select":            {menu(may("initial_channel", str(1, 255)), may("response_url_enabled", flag)), nil},
	"multi_channels_select":      {menu(may("initial_channels", list(1, 100, str(1, 255))), mostPicked), nil},
	"conversations_select":       {menu(may("initial_conversation", str(1, 255)), currentByDefault, filter, may("response_url_enabled", flag)), nil},
	"multi_conversations_select": {menu(may("initial_conversations", list(1, 100, str(1, 255))), currentByDefault, filter, mostPicked), nil},
}

// menu is what all select menus have, and more.
func menu(more ...part) []part { return append([]part{actionID, confirm, focus, placeholder}, more...) }

var (
	actionID         = may("action_id", str(1, 255))
	focus            = may("focus_on_load", flag)
	placeholder      = may("placeholder", plain(150))
	minQuery         = may("min_query_length", whole(0, math.MaxInt32))
	mostPicked       = may("max_selected_items", whole(1, math.MaxInt32))
	currentByDefault = may("default_to_current_conversation", flag)
	groups           = may("option_groups", list(1, 100, optionGroup))

	confirm = may("confirm", object(
		must("title", plain(100)),
		must("text", text(300)),
		must("confirm", plain(30)),
		must("deny", plain(30)),
		may("style", oneOf("primary", "danger")),
	))
	dispatch = may("dispatch_action_config", object(
		must("trigger_actions_on", list(1, 2, oneOf("on_enter_pressed", "on_character_entered"))),
	))
	filter = may("filter", object(
		may("include", list(1, 4, oneOf("im", "mpim", "private", "public"))),
		may("exclude_external_shared_channels", flag),
		may("exclude_bot_users", flag),
	).and(notEmpty))
)

func notEmpty(c *checker, at string, v any) {
	if fields, ok := v.(map[string]any); ok && len(fields) == 0 {
		c.fail(at, "must provide at least 1 items")
	}
}

// Options: plain text in menus, marked text also in checkboxes and radio buttons, a link only in overflow.
// Slack's pages say 150 characters of value, its types 75; the larger is accepted.
var (
	option       = optionWith(plain(75))
	markedOption = optionWith(text(75))
	linkOption   = optionWith(plain(75), may("url", str(1, 3000)))
	optionGroup  = object(must("label", plain(75)), must("options", list(1, 100, option)))
)

func optionWith(words rule, more ...part) rule {
	parts := []part{must("text", anyOf(words)), must("value", str(1, 150)), may("description", words)}
	return object(append(parts, more...)...)
}

var suggestions = object(
	may("options", list(0, 100, option)),
	may("option_groups", list(0, 100, optionGroup)),
).and(exactlyOne("options", "option_groups"))

func optionsOrGroups(initial string) []rule {
	return []rule{exactlyOne("options", "option_groups"), initialAmong(initial)}
}

// initialAmong wants what is picked from the start to be one of the options, field by field.
func initialAmong(name string) rule {
	return func(c *checker, at string, v any) {
		initial := field(v, name)
		if initial == nil {
			return
		}
		options, _ := field(v, "options").([]any)
		groups, _ := field(v, "option_groups").([]any)
		for _, g := range groups {
			inGroup, _ := field(g, "options").([]any)
			options = append(slices.Clone(options), inGroup...)
		}
		picked, several := initial.([]any)
		if !several {
			picked = []any{initial}
		}
		for _, p := range picked {
			if !contains(options, p) {
				c.fail(at+"/"+name, "%s must match one of the options", name)
			}
		}
	}
}

var decimalForm = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// decimal takes a number written as a string.
func decimal(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok || !decimalForm.MatchString(s) {
		c.fail(at, "must be a number as a string")
	}
}

// inOrder wants the first of two numbers not to be above the second.
func inOrder(low, high string) rule {
	number := func(v any) (float64, bool) {
		s, ok := v.(string)
		if n, isNumber := v.(interface{ String() string }); isNumber {
			s, ok = n.String(), true
		}
		f, err := strconv.ParseFloat(s, 64)
		return f, ok && err == nil
	}
	return func(c *checker, at string, v any) {
		a, okA := number(field(v, low))
		b, okB := number(field(v, high))
		if okA && okB && a > b {
			c.fail(at+"/"+low, "%s must not be above %s", low, high)
		}
	}
}

// plain takes a plain_text object of 1 to most characters, text also mrkdwn.
func plain(most int) rule { return oneKind(textKinds(most), isPlain) }
func text(most int) rule  { return oneKind(textKinds(most), nil) }

func isPlain(_ *checker, name string) bool { return name == "plain_text" }

func textKinds(most int) map[string]kind {
	return map[string]kind{
		"plain_text": {[]part{must("text", str(1, most)), may("emoji", flag)}, nil},
		"mrkdwn":     {[]part{must("text", str(1, most)), may("verbatim", flag)}, nil},
	}
}
