package sandbox

import "encoding/json"

// object is a decoded JSON object, read leniently: what is absent or of another
// type is the zero value.
type object map[string]any

func parseObject(raw []byte) (object, error) {
	var o object
	err := json.Unmarshal(raw, &o)
	return o, err
}

func asObject(v any) object {
	switch o := v.(type) {
	case object:
		return o
	case map[string]any:
		return o
	}
	return nil
}

func (o object) str(key string) string {
	s, _ := o[key].(string)
	return s
}

func (o object) obj(key string) object { return asObject(o[key]) }

// flag reads booleans as Slack does in answers to response URLs: true or "true".
func (o object) flag(key string) bool { return o[key] == true || o[key] == "true" }

func (o object) num(key string, absent int) int {
	if n, ok := o[key].(float64); ok {
		return int(n)
	}
	return absent
}

// objects returns the objects in the array under key.
func (o object) objects(key string) []object {
	list, _ := o[key].([]any)
	var all []object
	for _, item := range list {
		if one := asObject(item); one != nil {
			all = append(all, one)
		}
	}
	return all
}

// plainText returns the text of a text object under key.
func (o object) plainText(key string) string { return o.obj(key).str("text") }

func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("sandbox: encode own value: " + err.Error())
	}
	return raw
}

// isEmptyJSON tells whether a payload says nothing: absent, null, {} or "".
func isEmptyJSON(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "{}", `""`:
		return true
	}
	return false
}
