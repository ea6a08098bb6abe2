package socket

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// The law: a JSON object whose envelope_id is a non-empty string (and which is no hello or
// disconnect) is an envelope with that very id, type and payload. Of what is no JSON, only
// an id that stands in it can make an envelope.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","num_connections":1}`,
		`{"type":"disconnect","reason":"warning"}`,
		`{"type":"slash_commands","envelope_id":"e","payload":{"a":[1,"<"]},"accepts_response_payload":true}`,
		`{"type":"events_api","envelope_id":"e","payload":null,"retry_attempt":"1","retry_reason":0}`,
		`{"type":["x"],"envelope_id":"e"}`, `{"envelope_id":{"b":1},"type":"t"}`, `[{"type":"x"}]`, `{"type":"\ud800","envelope_id":"é"}`,
		`{"Type":"x","ENVELOPE_ID":"y"}`, `{"envelope_id":"e","payload":{"a":[`, `{"envelope_id":"e"}`, "{", "", strings.Repeat("[", 20000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, kind := decode(data)
		if !json.Valid(data) {
			if kind == envelope && !bytes.Contains(bytes.ToLower(data), []byte("envelope_id")) && !bytes.ContainsAny(data, "\\\u017f") {
				t.Fatalf("an envelope was made of %q", data)
			}
			return
		}
		fields, unique := members(data)
		if !unique {
			return // what a doubled name means is anybody's guess
		}
		id, typ := text(fields["envelope_id"]), text(fields["type"])
		want := id != "" && typ != "hello" && typ != "disconnect"
		if (kind == envelope) != want {
			t.Fatalf("kind %d, want envelope: %v", kind, want)
		}
		if want && (got.EnvelopeID != id || got.Type != typ || !bytes.Equal(got.Payload, fields["payload"])) {
			t.Fatalf("got %+v of %s", got, data)
		}
	})
}

// members reads a JSON object another way. unique is false if two names differ at most in case.
func members(data []byte) (fields map[string]json.RawMessage, unique bool) {
	if !json.Valid(data) {
		return nil, true
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if open, _ := d.Token(); open != json.Delim('{') {
		return nil, true
	}
	fields = make(map[string]json.RawMessage)
	for d.More() {
		name, _ := d.Token()
		for known := range fields {
			if strings.EqualFold(known, name.(string)) {
				return nil, false
			}
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, false
		}
		fields[canonical(name.(string))] = value
	}
	return fields, true
}

// canonical: names count in any case, as everywhere in encoding/json.
func canonical(name string) string {
	for _, known := range []string{"envelope_id", "type", "payload"} {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return name
}

func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

func TestADamagedEnvelopeKeepsItsID(t *testing.T) {
	t.Parallel()
	const head = `{"envelope_id":"e","type":"slash_commands","payload":`
	deep := strings.Repeat("[", 20_000)
	for name, data := range map[string]string{
		"cut off in the payload":        head + `{"user":{"id":"U1`,
		"cut off behind the id":         `{"type":"slash_commands","envelope_id":"e"`,
		"nested too deep":               head + deep + strings.ReplaceAll(deep, "[", "]") + "}",
		"nested too deep before the id": `{"payload":` + deep + strings.ReplaceAll(deep, "[", "]") + `,"type":"slash_commands","envelope_id":"e"}`,
		"not a number":                  head + `NaN}`,
		"braces that do not match":      head + `{]}`,
	} {
		if f, kind := decode([]byte(data)); kind != envelope || f.EnvelopeID != "e" || f.Type != "slash_commands" {
			t.Errorf("%s: kind %d, id %q, type %q", name, kind, f.EnvelopeID, f.Type)
		}
	}
	for _, data := range []string{`{"payload":{"envelope_id":"inner","type":"x"},`, `{"type":"hello",`, `{"a":"envelope_id","b":["envelope_id","e"],`, `["envelope_id","e"`} {
		if f, kind := decode([]byte(data)); kind != ignored {
			t.Errorf("%s: kind %d, id %q", data, kind, f.EnvelopeID)
		}
	}
}
