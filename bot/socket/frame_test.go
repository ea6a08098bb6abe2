package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
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

func TestPatience(t *testing.T) {
	t.Parallel()
	cfg := Config{}.withDefaults()
	lost := errors.New("lost")

	t.Run("pauses double up to the limit", func(t *testing.T) {
		t.Parallel()
		p := patience{cfg: cfg}
		for n, step := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
			step *= time.Millisecond
			if got := p.after(lost, 0); got > step || got < step/2 {
				t.Errorf("pause %d: %s, want %s to %s", n+1, got, step/2, step)
			}
		}
		p.failures = 1 << 40
		if got := p.after(lost, 0); got > cfg.RetryMax || got < cfg.RetryMax/2 {
			t.Errorf("after very many: %s", got)
		}
	})
	t.Run("a settled socket is replaced at once, however many failed before it", func(t *testing.T) {
		t.Parallel()
		p := patience{cfg: cfg, failures: 9}
		if got := p.after(lost, time.Minute); got != 0 {
			t.Error(got)
		}
	})
	t.Run("sockets that die young are replaced at once only the first time", func(t *testing.T) {
		t.Parallel()
		p := patience{cfg: cfg}
		if got := p.after(lost, time.Second); got != 0 {
			t.Error(got)
		}
		if got := p.after(lost, time.Second); got < cfg.RetryMin/2 {
			t.Error(got)
		}
	})
	t.Run("too many sockets is never tried again soon", func(t *testing.T) {
		t.Parallel()
		p := patience{cfg: cfg}
		if got := p.after(errCrowded, time.Hour); got < time.Minute || got > 90*time.Second {
			t.Error(got)
		}
	})
	t.Run("Slack's own wish is honoured", func(t *testing.T) {
		t.Parallel()
		p := patience{cfg: cfg}
		if got := p.after(&busyError{429, time.Minute}, 0); got != time.Minute {
			t.Error(got)
		}
	})
}
