package blockkit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestEveryBlockAndElementHasAValidSample(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Concat(slices.Collect(maps.Keys(blocks)), slices.Collect(maps.Keys(elements))) {
		if samples[name] == "" {
			t.Errorf("no sample of %s", name)
		}
	}
	for name, sample := range samples {
		if _, isBlock := blocks[name]; isBlock {
			in := OnModal
			if name == "markdown" {
				in = OnMessage
			}
			if got := Blocks(json.RawMessage("["+sample+"]"), "/blocks", in); got != nil {
				t.Errorf("block %s: %v", name, got)
			}
		}
		if _, isElement := elements[name]; isElement {
			view, _ := around(name, sample)
			if got := View(json.RawMessage(view), "/view"); got != nil {
				t.Errorf("element %s: %v", name, got)
			}
		}
	}
	for name, view := range sampleViews {
		if got := View(json.RawMessage(view), "/view"); got != nil {
			t.Errorf("view %s: %v", name, got)
		}
	}
}

func TestWhatIsRequiredMayNotBeMissing(t *testing.T) {
	t.Parallel()
	check := func(doc, at string, parts []part) {
		for _, p := range append([]part{must("type", nil)}, parts...) {
			if !p.required {
				continue
			}
			raw := edited(t, doc, strings.TrimPrefix(at, "/view")+"/"+p.name, "")
			want := Problem{"missing required field: " + p.name, at}
			if got := View(raw, "/view"); !slices.Contains(got, want) {
				t.Errorf("%s without %s: %v", at, p.name, got)
			}
		}
	}
	for name, k := range elements {
		view, at := around(name, samples[name])
		check(view, at, k.parts)
	}
	for name, k := range blocks {
		if name != "markdown" {
			check(modalOf(samples[name]), "/view/blocks/0", k.parts)
		}
	}
	for name, k := range views {
		check(sampleViews[name], "/view", k.parts)
	}
}

func TestElementsStandOnlyWhereTheyMay(t *testing.T) {
	t.Parallel()
	for name := range elements {
		for _, c := range []struct {
			in            place
			before, after string
		}{
			{accessory, `{"type":"section","text":{"type":"mrkdwn","text":"T"},"accessory":`, `}`},
			{actions, `{"type":"actions","elements":[`, `]}`},
			{input, `{"type":"input","label":{"type":"plain_text","text":"L"},"element":`, `}`},
			{context, `{"type":"context","elements":[`, `]}`},
		} {
			got := View(json.RawMessage(modalOf(c.before+samples[name]+c.after)), "/view")
			if allowed := places[name]&c.in != 0; allowed != (got == nil) {
				t.Errorf("%s at place %d: %v", name, c.in, got)
			} else if text := "unsupported type: " + name; !allowed && !strings.Contains(got[len(got)-1].Message, text) {
				t.Errorf("%s at place %d: %v", name, c.in, got)
			}
		}
	}
}

const aOption = `{"text":{"type":"plain_text","text":"One"},"value":"1"}`

// limits change one value of a sample element so that it is just allowed, and then just not.
var limits = []struct{ element, path, good, bad, pointer, message string }{
	{"button", "/text", plainOf(75), plainOf(76), "/text/text", "must be less than 76 characters"},
	{"button", "/text", plainOf(1), plainOf(0), "/text/text", "must be more than 0 characters"},
	{"button", "/text", plainOf(1), `{"type":"mrkdwn","text":"x"}`, "/text/type", "unsupported type: mrkdwn"},
	{"button", "/text", plainOf(37), `{"type":"plain_text","text":"` + strings.Repeat("😀", 38) + `"}`, "/text/text", "must be less than 76 characters"},
	{"button", "/value", quoted(2000), quoted(2001), "/value", "must be less than 2001 characters"},
	{"button", "/url", quoted(3000), quoted(3001), "/url", "must be less than 3001 characters"},
	{"button", "/style", `"danger"`, `"default"`, "/style", "must be a valid enum value (primary, danger)"},
	{"button", "/accessibility_label", quoted(75), quoted(76), "/accessibility_label", "must be less than 76 characters"},
	{"button", "/action_id", quoted(255), quoted(256), "/action_id", "must be less than 256 characters"},
	{"button", "/colour", "", `"red"`, "", "invalid additional property: colour"},
	{"button", "/confirm/title", plainOf(100), plainOf(101), "/confirm/title/text", "must be less than 101 characters"},
	{"button", "/confirm/text", plainOf(300), plainOf(301), "/confirm/text/text", "must be less than 301 characters"},
	{"button", "/confirm/confirm", plainOf(30), plainOf(31), "/confirm/confirm/text", "must be less than 31 characters"},
	{"button", "/confirm/deny", plainOf(30), plainOf(31), "/confirm/deny/text", "must be less than 31 characters"},
	{"button", "/confirm/deny", plainOf(30), "", "/confirm", "missing required field: deny"},
	{"overflow", "/options", items(5, aOption), items(6, aOption), "/options", "no more than 5 items allowed"},
	{"overflow", "/options", items(1, aOption), "[]", "/options", "must provide at least 1 items"},
	{"overflow", "/options/0/url", quoted(3000), quoted(3001), "/options/0/url", "must be less than 3001 characters"},
	{"checkboxes", "/options", items(10, samplesOption), items(11, samplesOption), "/options", "no more than 10 items allowed"},
	{"checkboxes", "/initial_options/0/value", `"1"`, `"2"`, "/initial_options", "initial_options must match one of the options"},
	{"radio_buttons", "/initial_option/value", `"1"`, `"2"`, "/initial_option", "initial_option must match one of the options"},
	{"image", "/alt_text", quoted(2000), quoted(2001), "/alt_text", "must be less than 2001 characters"},
	{"image", "/image_url", quoted(3000), quoted(3001), "/image_url", "must be less than 3001 characters"},
	{"image", "/image_url", quoted(3000), "", "", "missing required field: image_url or slack_file"},
	{"datepicker", "/initial_date", `"2026-01-01"`, `"tomorrow"`, "/initial_date", "must be a date like 2026-11-22"},
	{"timepicker", "/initial_time", `"09:00"`, `"9"`, "/initial_time", "must be a time like 22:10"},
	{"datetimepicker", "/initial_date_time", "1795385400", "99", "/initial_date_time", "must be at least 1000000000"},
	{"plain_text_input", "/placeholder", plainOf(150), plainOf(151), "/placeholder/text", "must be less than 151 characters"},
	{"plain_text_input", "/initial_value", quoted(3000), quoted(3001), "/initial_value", "must be less than 3001 characters"},
	{"plain_text_input", "/max_length", "3000", "3001", "/max_length", "must be at most 3000"},
	{"plain_text_input", "/max_length", "1", "0", "/max_length", "must be at least 1"},
	{"plain_text_input", "/min_length", "40", "41", "/min_length", "min_length must not be above max_length"},
	{"plain_text_input", "/min_length", "0", "-1", "/min_length", "must be at least 0"},
	{"plain_text_input", "/multiline", "true", `"true"`, "/multiline", "must provide a boolean"},
	{"plain_text_input", "/dispatch_action_config/trigger_actions_on", `["on_character_entered"]`, "[]", "/dispatch_action_config/trigger_actions_on", "must provide at least 1 items"},
	{"number_input", "/min_value", `"-1.5"`, "1", "/min_value", "must be a number as a string"},
	{"number_input", "/max_value", `"1"`, `"0"`, "/min_value", "min_value must not be above max_value"},
	{"file_input", "/max_files", "1", "11", "/max_files", "must be at most 10"},
	{"static_select", "/options", items(100, aOption), items(101, aOption), "/options", "no more than 100 items allowed"},
	{"static_select", "/options", items(1, aOption), "[]", "/options", "must provide at least 1 items"},
	{"static_select", "/options", items(1, aOption), "", "", "missing required field: options or option_groups"},
	{"static_select", "/option_groups", "", `[{"label":` + plainOf(1) + `,"options":[` + aOption + `]}]`, "", "only one of options and option_groups may be provided"},
	{"static_select", "/initial_option/value", `"1"`, `"2"`, "/initial_option", "initial_option must match one of the options"},
	{"static_select", "/initial_option", aOption, "null", "/initial_option", "must provide an object"},
	{"multi_static_select", "/option_groups/0/label", plainOf(75), plainOf(76), "/option_groups/0/label/text", "must be less than 76 characters"},
	{"multi_static_select", "/option_groups/0/options", items(100, aOption), items(101, aOption), "/option_groups/0/options", "no more than 100 items allowed"},
	{"multi_static_select", "/max_selected_items", "1", "0", "/max_selected_items", "must be at least 1"},
	{"external_select", "/initial_option/text", plainOf(75), plainOf(76), "/initial_option/text/text", "must be less than 76 characters"},
	{"external_select", "/initial_option/value", quoted(150), quoted(151), "/initial_option/value", "must be less than 151 characters"},
	{"external_select", "/initial_option/value", quoted(1), quoted(0), "/initial_option/value", "must be more than 0 characters"},
	{"external_select", "/initial_option/description", plainOf(75), plainOf(76), "/initial_option/description/text", "must be less than 76 characters"},
	{"external_select", "/initial_option/url", "", quoted(1), "/initial_option", "invalid additional property: url"},
	{"external_select", "/min_query_length", "1", `"1"`, "/min_query_length", "must provide an integer"},
	{"conversations_select", "/filter", `{"include":["mpim"]}`, `{"include":["all"]}`, "/filter/include/0", "must be a valid enum value (im, mpim, private, public)"},
	{"conversations_select", "/filter", `{"exclude_bot_users":false}`, "{}", "/filter", "must provide at least 1 items"},
}

const samplesOption = `{"text":{"type":"mrkdwn","text":"*One*"},"value":"1","description":{"type":"mrkdwn","text":"first"}}`

func TestElementsKeepTheirLimits(t *testing.T) {
	t.Parallel()
	for _, c := range limits {
		view, at := around(c.element, samples[c.element])
		below := strings.TrimPrefix(at, "/view")
		if c.good != "" {
			if got := View(edited(t, view, below+c.path, c.good), "/view"); got != nil {
				t.Errorf("%s%s, just allowed: %v", c.element, c.path, got)
			}
		}
		want := Problem{c.message, at + c.pointer}
		if got := View(edited(t, view, below+c.path, c.bad), "/view"); !slices.Contains(got, want) {
			t.Errorf("%s%s: got %v, want %v", c.element, c.path, got, want)
		}
	}
}

func TestBlocksKeepTheirLimits(t *testing.T) {
	t.Parallel()
	button := `{"type":"button","action_id":"a%d","text":{"type":"plain_text","text":"Go"}}`
	for _, c := range []struct{ block, path, good, bad, pointer, message string }{
		{"section", "/text", plainOf(3000), plainOf(3001), "/text/text", "must be less than 3001 characters"},
		{"section", "/text/type", "", `"html"`, "/text/type", "unsupported type: html"},
		{"section", "/fields", items(10, plainOf(2000)), items(11, plainOf(1)), "/fields", "no more than 10 items allowed"},
		{"section", "/fields/0", plainOf(2000), plainOf(2001), "/fields/0/text", "must be less than 2001 characters"},
		{"section", "/block_id", quoted(255), quoted(256), "/block_id", "must be less than 256 characters"},
		{"header", "/text", plainOf(150), plainOf(151), "/text/text", "must be less than 151 characters"},
		{"divider", "/text", "", plainOf(1), "", "invalid additional property: text"},
		{"context", "/elements", items(10, plainOf(1)), items(11, plainOf(1)), "/elements", "no more than 10 items allowed"},
		{"context", "/elements", items(1, plainOf(1)), "[]", "/elements", "must provide at least 1 items"},
		{"actions", "/elements", numbered(25, button), numbered(26, button), "/elements", "no more than 25 items allowed"},
		{"actions", "/elements/1/action_id", `"c"`, `"a"`, "/elements/1/action_id", "action_id must be unique: a is used twice"},
		{"image", "/title", plainOf(2000), plainOf(2001), "/title/text", "must be less than 2001 characters"},
		{"image", "/slack_file", "", `{"id":"F1"}`, "", "only one of image_url and slack_file may be provided"},
		{"input", "/label", plainOf(2000), plainOf(2001), "/label/text", "must be less than 2001 characters"},
		{"input", "/hint", plainOf(2000), plainOf(2001), "/hint/text", "must be less than 2001 characters"},
		{"input", "/element", samples["rich_text_input"], samples["file_input"], "/dispatch_action", "dispatch_action is not allowed with file_input"},
		{"markdown", "/text", quoted(12000), quoted(12001), "/text", "must be less than 12001 characters"},
		{"video", "/video_url", `"https://example.com"`, `"http://example.com"`, "/video_url", "must be a URL with https"},
		{"rich_text", "/elements/0/type", `"rich_text_quote"`, `"text"`, "/elements/0/type", "must be a valid enum value (rich_text_section, rich_text_list, rich_text_preformatted, rich_text_quote)"},
		{"rich_text", "/elements/0/elements/0/type", `"emoji"`, "7", "/elements/0/elements/0", "missing required field: type"},
	} {
		doc := "[" + samples[c.block] + "]"
		if c.good != "" {
			if got := Blocks(edited(t, doc, "/0"+c.path, c.good), "/blocks", OnMessage); got != nil {
				t.Errorf("%s%s, just allowed: %v", c.block, c.path, got)
			}
		}
		want := Problem{c.message, "/blocks/0" + c.pointer}
		if got := Blocks(edited(t, doc, "/0"+c.path, c.bad), "/blocks", OnMessage); !slices.Contains(got, want) {
			t.Errorf("%s%s: got %v, want %v", c.block, c.path, got, want)
		}
	}
}

func TestViewsKeepTheirLimits(t *testing.T) {
	t.Parallel()
	twice := `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`
	focused := `{"type":"input","label":` + plainOf(1) + `,"element":` + samples["plain_text_input"] + `}`
	withURL := `{"type":"%s","label":` + plainOf(1) + `,"element":{"type":"conversations_select","response_url_enabled":true}}`
	for _, c := range []struct{ view, path, good, bad, pointer, message string }{
		{"modal", "/title", plainOf(24), plainOf(25), "/title/text", "must be less than 25 characters"},
		{"modal", "/submit", plainOf(24), plainOf(25), "/submit/text", "must be less than 25 characters"},
		{"modal", "/submit", plainOf(24), "", "", "missing required field: submit (there are input blocks)"},
		{"modal", "/close", plainOf(24), plainOf(25), "/close/text", "must be less than 25 characters"},
		{"modal", "/private_metadata", quoted(3000), quoted(3001), "/private_metadata", "must be less than 3001 characters"},
		{"modal", "/callback_id", quoted(255), quoted(256), "/callback_id", "must be less than 256 characters"},
		{"modal", "/notify_on_close", "false", "1", "/notify_on_close", "must provide a boolean"},
		{"modal", "/state", "", "{}", "", "invalid additional property: state"},
		{"modal", "/type", "", `"workflow_step"`, "/type", "unsupported type: workflow_step"},
		{"modal", "/blocks", items(100, `{"type":"divider"}`), items(101, `{"type":"divider"}`), "/blocks", "no more than 100 items allowed"},
		{"modal", "/blocks", items(1, focused), items(2, focused), "/blocks/1/element/focus_on_load", "only one element can have focus_on_load"},
		{"modal", "/blocks", strings.Replace(twice, `"a"`, `"b"`, 1), twice, "/blocks/1/block_id", "block_id must be unique: a is used twice"},
		{"modal", "/blocks/0", strings.ReplaceAll(withURL, "%s", "input"), samples["markdown"], "/blocks/0/type", "unsupported type: markdown"},
		{"home", "/title", "", plainOf(1), "", "invalid additional property: title"},
		{"home", "/blocks/0", samples["input"], strings.ReplaceAll(withURL, "%s", "input"), "/blocks/0/element/response_url_enabled", "response_url_enabled is only for input blocks of modals"},
		{"home", "/blocks", "[]", "{}", "/blocks", "must provide an array"},
	} {
		if c.good != "" {
			if got := View(edited(t, sampleViews[c.view], c.path, c.good), "/view"); got != nil {
				t.Errorf("%s%s, just allowed: %v", c.view, c.path, got)
			}
		}
		want := Problem{c.message, "/view" + c.pointer}
		if got := View(edited(t, sampleViews[c.view], c.path, c.bad), "/view"); !slices.Contains(got, want) {
			t.Errorf("%s%s: got %v, want %v", c.view, c.path, got, want)
		}
	}
}

func TestProblemsAreWordedAndOrderedAsSlackDoes(t *testing.T) {
	t.Parallel()
	view := modalOf(samples["divider"] + `,` + samples["header"] + `,{"type":"input","label":` + plainOf(1) +
		`,"element":{"type":"static_select","options":[{"text":` + plainOf(76) + `,"value":"v"}]}}`)
	var got []string
	for _, p := range View(json.RawMessage(view), "/view") {
		got = append(got, "[ERROR] "+p.String())
	}
	want := []string{
		"[ERROR] failed to match all allowed schemas [json-pointer:/view]",
		"[ERROR] failed to match all allowed schemas [json-pointer:/view/blocks/2/element/options/0/text]",
		"[ERROR] must be less than 76 characters [json-pointer:/view/blocks/2/element/options/0/text/text]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		message, want string
	}{
		{`{"text":"hi"}`, ""},
		{`{"text":"hi","blocks":null,"response_type":"ephemeral"}`, ""},
		{`{"blocks":` + items(50, `{"type":"divider"}`) + `}`, ""},
		{`{"blocks":` + items(51, `{"type":"divider"}`) + `}`, "no more than 50 items allowed [json-pointer:/blocks]"},
		{`{"blocks":[{"type":"file"}]}`, "unsupported type: file [json-pointer:/blocks/0/type]"},
		{`{"blocks":["divider"]}`, "must provide an object [json-pointer:/blocks/0]"},
		{`{"blocks":[{}]}`, "missing required field: type [json-pointer:/blocks/0]"},
		{`{"text":7}`, "must provide a string [json-pointer:/text]"},
		{`{"text":` + quoted(40001) + `}`, "must be less than 40001 characters [json-pointer:/text]"},
		{`[]`, "must provide an object [json-pointer:]"},
		{`null`, "must provide valid JSON [json-pointer:]"},
		{`{} {}`, "must provide valid JSON [json-pointer:]"},
	} {
		got := ""
		for _, p := range Message(json.RawMessage(c.message)) {
			got += p.String()
		}
		if got != c.want {
			t.Errorf("%.60s: %q, want %q", c.message, got, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer, want string
	}{
		{`{"options":[]}`, ""},
		{`{"options":` + items(100, aOption) + `}`, ""},
		{`{"option_groups":[{"label":` + plainOf(75) + `,"options":[` + aOption + `]}]}`, ""},
		{`{}`, "missing required field: options or option_groups [json-pointer:]"},
		{`{"options":` + items(101, aOption) + `}`, "no more than 100 items allowed [json-pointer:/options]"},
		{`{"options":[],"option_groups":[]}`, "only one of options and option_groups may be provided [json-pointer:]"},
		{`{"options":[{"text":` + plainOf(1) + `}]}`, "missing required field: value [json-pointer:/options/0]"},
	} {
		got := ""
		for _, p := range Options(json.RawMessage(c.answer)) {
			got += p.String()
		}
		if got != c.want {
			t.Errorf("%.60s: %q, want %q", c.answer, got, c.want)
		}
	}
}

// Law: every problem points at a value that exists in the document, and what has no problem is an object
// of a known type.
func FuzzView(f *testing.F) {
	for _, view := range sampleViews {
		f.Add([]byte(view))
	}
	for name, sample := range samples {
		if places[name] != 0 {
			view, _ := around(name, sample)
			f.Add([]byte(view))
		} else {
			f.Add([]byte(modalOf(sample)))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var tree any
		broken := json.Unmarshal(raw, &tree) != nil || tree == nil
		problems := View(raw, "/view")
		if kind := field(tree, "type"); len(problems) == 0 && kind != "modal" && kind != "home" {
			t.Errorf("no problem with %q", raw)
		}
		for _, p := range problems {
			keys := strings.Split(p.Pointer, "/")[2:]
			if _, ok := resolve(tree, keys); !ok && !broken {
				t.Errorf("%s: no such place in %q", p, raw)
			}
		}
	})
}
