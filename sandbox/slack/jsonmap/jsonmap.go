// Package jsonmap reads decoded JSON objects leniently. It knows nothing of what they mean.
package jsonmap

import "encoding/json"

// Object is a decoded JSON object, read leniently: what is absent or of another
// type is the zero value.
type Object map[string]any

// Parse decodes one object.
func Parse(raw []byte) (Object, error) {
	var o Object
	err := json.Unmarshal(raw, &o)
	return o, err
}

func asObject(v any) Object {
	switch o := v.(type) {
	case Object:
		return o
	case map[string]any:
		return o
	}
	return nil
}

// Str returns the string under key.
func (o Object) Str(key string) string {
	s, _ := o[key].(string)
	return s
}

// Obj returns the object under key.
func (o Object) Obj(key string) Object { return asObject(o[key]) }

// Flag reads booleans as Slack does in answers to response URLs: true or "true".
func (o Object) Flag(key string) bool { return o[key] == true || o[key] == "true" }

// Num returns the number under key, or absent.
func (o Object) Num(key string, absent int) int {
	if n, ok := o[key].(float64); ok {
		return int(n)
	}
	return absent
}

// Objects returns the objects in the array under key.
func (o Object) Objects(key string) []Object {
	list, _ := o[key].([]any)
	var all []Object
	for _, item := range list {
		if one := asObject(item); one != nil {
			all = append(all, one)
		}
	}
	return all
}

// PlainText returns the text of a text object under key.
func (o Object) PlainText(key string) string { return o.Obj(key).Str("text") }

// Encode encodes a value of our own, which cannot fail.
func Encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("jsonmap: encode: " + err.Error())
	}
	return raw
}

// IsEmpty tells whether a payload says nothing: absent, null, {} or "".
func IsEmpty(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "{}", `""`:
		return true
	}
	return false
}
