package blockkit

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// opaque are fields below which anything is taken, or only the outline is looked at.
var opaque = []string{"workflow", "slack_file", "elements/0/elements"}

// eachSample calls f with every sample element and block in the smallest valid modal, and with the sample
// views; markdown stands in no modal.
func eachSample(f func(name, view string)) {
	for name, sample := range samples {
		if places[name] != 0 {
			view, _ := around(name, sample)
			f(name, view)
		}
		if _, isBlock := blocks[name]; isBlock && name != "markdown" {
			f("block "+name, modalOf(sample))
		}
	}
	for name, view := range sampleViews {
		f("view "+name, view)
	}
}

// walk calls f with every value of a document and its pointer, parents first; opaque fields are left out.
func walk(at string, v any, f func(at string, v any)) {
	for _, name := range opaque {
		if strings.HasSuffix(at, "/"+name) {
			return
		}
	}
	f(at, v)
	switch parent := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(parent)) {
			walk(at+"/"+key, parent[key], f)
		}
	case []any:
		for i, item := range parent {
			walk(at+"/"+strconv.Itoa(i), item, f)
		}
	}
}

func decoded(t testing.TB, doc string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}

// neededIn tells which fields an object of Block Kit cannot do without, by what it looks like.
func neededIn(fields map[string]any) []string {
	has := func(name string) bool { _, ok := fields[name]; return ok }
	switch {
	case fields["type"] == "plain_text" || fields["type"] == "mrkdwn":
		return []string{"type", "text"}
	case has("type"):
		return []string{"type"}
	case has("deny"):
		return []string{"title", "text", "confirm", "deny"}
	case has("label"):
		return []string{"label", "options"}
	case has("value"):
		return []string{"text", "value"}
	case has("trigger_actions_on"):
		return []string{"trigger_actions_on"}
	}
	return nil
}

// Law: no object at any depth of a valid sample can lose a field it needs.
func TestNoObjectCanLoseWhatItNeeds(t *testing.T) {
	t.Parallel()
	lost := 0
	eachSample(func(name, view string) {
		walk("", decoded(t, view), func(at string, v any) {
			fields, _ := v.(map[string]any)
			for _, key := range neededIn(fields) {
				want := Problem{"missing required field: " + key, "/view" + at}
				if got := View(edited(t, view, at+"/"+key, ""), "/view"); !slices.Contains(got, want) {
					t.Errorf("%s without %s/%s: %v", name, at, key, got)
				}
				lost++
			}
		})
	})
	if lost < 120 {
		t.Errorf("only %d fields were taken away", lost)
	}
}

// Law: no object at any depth of a valid sample takes a field that Slack does not know.
func TestNoObjectTakesAnUnknownField(t *testing.T) {
	t.Parallel()
	eachSample(func(name, view string) {
		walk("", decoded(t, view), func(at string, v any) {
			if _, isObject := v.(map[string]any); !isObject {
				return
			}
			want := Problem{"invalid additional property: colour", "/view" + at}
			if strings.Contains(name, "rich_text") && strings.Contains(at, "/elements/") {
				return // only the outline of rich text is looked at
			}
			if got := View(edited(t, view, at+"/colour", `"red"`), "/view"); !slices.Contains(got, want) {
				t.Errorf("%s%s with a colour: %v", name, at, got)
			}
		})
	})
}

// Law: no value at any depth of a valid sample can be of another JSON type, or null.
func TestNoValueCanBeOfAnotherType(t *testing.T) {
	t.Parallel()
	eachSample(func(name, view string) {
		walk("", decoded(t, view), func(at string, _ any) {
			if at == "" || strings.Contains(name, "rich_text") && strings.HasSuffix(at, "/style") {
				return
			}
			for _, other := range []string{"null", "[[]]"} {
				got := View(edited(t, view, at, other), "/view")
				if len(got) == 0 {
					t.Errorf("%s%s may be %s", name, at, other)
				}
			}
		})
	})
}

// Law: a verdict depends on what is said, not on the order of fields or on white space; and every problem
// points below the root.
func FuzzVerdictIgnoresSpelling(f *testing.F) {
	eachSample(func(_, view string) { f.Add([]byte(view)) })
	f.Add([]byte(`{"type":"modal","blocks":[{"type":"divider","colour":1e400,"block_id":""},{"block_id":"","x":[{}]}],"z":1,"a":2}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		problems := View(raw, "/view")
		for _, p := range problems {
			if p.Pointer != "/view" && !strings.HasPrefix(p.Pointer, "/view/") {
				t.Errorf("%s does not stand below the root", p)
			}
		}
		var tree any
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if !json.Valid(raw) || decoder.Decode(&tree) != nil {
			return
		}
		sorted, err := json.MarshalIndent(tree, " ", "\t")
		if err != nil {
			t.Fatal(err)
		}
		for _, again := range [][]byte{sorted, backwards(t, tree)} {
			if got := View(again, "/view"); !slices.Equal(got, problems) {
				t.Errorf("%s gives %v, %s gives %v", raw, problems, again, got)
			}
		}
	})
}

// backwards writes a value with the fields of every object in falling order.
func backwards(t *testing.T, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		slices.Reverse(keys)
		out.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				out.WriteByte(',')
			}
			out.Write(backwards(t, key))
			out.WriteByte(':')
			out.Write(backwards(t, v[key]))
		}
		out.WriteByte('}')
	case []any:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			out.Write(backwards(t, item))
		}
		out.WriteByte(']')
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(raw)
	}
	return out.Bytes()
}
