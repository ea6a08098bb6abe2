package steps

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"azeer-slack/sandbox/manifest"
)

// fits tells whether values are those that were declared: no other, none missing, each of its type
// (https://docs.slack.dev/workflows/workflow-steps and the page of each type).
func (r *Runner) fits(declared []manifest.Parameter, values map[string]any) error {
	for _, p := range declared {
		if _, given := values[p.Name]; p.Required && !given {
			return fmt.Errorf("%s is required", p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(declared, func(p manifest.Parameter) bool { return p.Name == name })
		if i < 0 {
			return fmt.Errorf("%s is not declared", name)
		}
		if err := r.isOf(declared[i].Type, values[name]); err != nil {
			return fmt.Errorf("%s must be %s: %w", name, declared[i].Type, err)
		}
	}
	return nil
}

var (
	errOtherType = errors.New("it is of another type")
	errNoSuch    = errors.New("there is none of that id")

	messageTS = regexp.MustCompile(`^\d{10}\.\d{6}$`)
	dateText  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// isOf checks a value as it comes out of JSON.
func (r *Runner) isOf(kind string, value any) error {
	text, isText := value.(string)
	fields, isObject := value.(map[string]any)
	ok := false
	switch strings.TrimPrefix(kind, "slack#/types/") {
	case "string", "credential/oauth2":
		ok = isText
	case "integer", "timestamp":
		n, isNumber := number(value)
		ok = isNumber && n == math.Trunc(n)
	case "number":
		_, ok = number(value)
	case "boolean":
		_, ok = value.(bool)
	case "array", "blocks":
		_, ok = value.([]any)
	case "user_id", "channel_id", "usergroup_id", "user_context":
		if isObject && kind == "slack#/types/user_context" {
			text, isText = fields["id"].(string)
		}
		if ok = isText; ok && !r.cfg.Knows(text) {
			return errNoSuch
		}
	case "message_ts":
		ok = isText && messageTS.MatchString(text)
	case "message_context":
		ts, _ := fields["message_ts"].(string)
		ok = messageTS.MatchString(ts)
	case "date":
		ok = isText && dateText.MatchString(text)
	default: // object, rich_text, interactivity and their like
		ok = isObject
	}
	if !ok {
		return errOtherType
	}
	return nil
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}
