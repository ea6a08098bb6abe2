package azeer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object whose members are not read yet, so that one member of an odd
// type spoils only itself.
type object = map[string]json.RawMessage

// parse checks that body is one JSON value. Otherwise the error is ErrUnrecognised.
func parse(body []byte) (json.RawMessage, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch {
	case len(body) == 0:
		return nil, fmt.Errorf("%w: empty", ErrUnrecognised)
	case first(body) == '<':
		return nil, ErrWebPage
	case !json.Valid(body):
		return nil, fmt.Errorf("%w: not JSON, %d bytes", ErrUnrecognised, len(body))
	}
	return body, nil
}

func asObject(raw json.RawMessage) (object, bool) {
	var o object
	if first(raw) != '{' || json.Unmarshal(raw, &o) != nil {
		return nil, false
	}
	return o, true
}

func asArray(raw json.RawMessage) ([]json.RawMessage, bool) {
	var list []json.RawMessage
	if first(raw) != '[' || json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	return list, true
}

// asText gives a string without the space around it, and "" for every other type.
func asText(raw json.RawMessage) string {
	var text string
	if !isString(raw) || json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// asID gives a string as asText does, and a positive integer of up to 64 bits in digits. It
// never goes through a float, which would round long ids.
func asID(raw json.RawMessage) string {
	if n, ok := asNumber(raw); ok && n > 0 {
		return strconv.FormatUint(n, 10)
	}
	return asText(raw)
}

func asNumber(raw json.RawMessage) (uint64, bool) {
	n, err := strconv.ParseUint(string(raw), 10, 64)
	return n, err == nil
}

// asTruth reads a boolean, 0 or 1, or a word for one.
func asTruth(raw json.RawMessage) (value, known bool) {
	word := asText(raw)
	if !isString(raw) {
		word = string(raw)
	}
	switch strings.ToLower(word) {
	case "true", "1", "yes":
		return true, true
	case "false", "0", "no":
		return false, true
	}
	return false, false
}

func isString(raw json.RawMessage) bool { return first(raw) == '"' }

// isNull tells that a member is missing or null.
func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func first(raw json.RawMessage) byte {
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}

func sortedKeys(o object) []string { return slices.Sorted(maps.Keys(o)) }

// fieldName is what a key of an answer must look like to be named in an error. Some APIs
// make keys out of data.
var fieldName = regexp.MustCompile(`^[A-Za-z_][A-Za-z_-]{0,31}$`)

const maxKeysNamed = 12

// unrecognised is the error about an answer that is JSON but of no known shape.
func unrecognised(raw json.RawMessage) error {
	if list, ok := asArray(raw); ok {
		return fmt.Errorf("%w: an array of %d", ErrUnrecognised, len(list))
	}
	o, ok := asObject(raw)
	if !ok {
		return fmt.Errorf("%w: neither object nor array", ErrUnrecognised)
	}
	var named []string
	for _, key := range sortedKeys(o) {
		if fieldName.MatchString(key) && len(named) < maxKeysNamed {
			named = append(named, key)
		}
	}
	if others := len(o) - len(named); others > 0 {
		named = append(named, fmt.Sprintf("and %d more", others))
	}
	return fmt.Errorf("%w: an object with keys [%s]", ErrUnrecognised, strings.Join(named, ", "))
}

// refusal is a 2xx answer that says no.
type refusal struct{ message string }

func (*refusal) Error() string { return "refused by azeer" }

// checkSuccess gives a *refusal if the answer says success:false.
func checkSuccess(raw json.RawMessage) error {
	top, ok := asObject(raw)
	if !ok {
		return nil
	}
	if yes, known := asTruth(top["success"]); known && !yes {
		return &refusal{message: firstText(top, maxDepth)}
	}
	return nil
}
