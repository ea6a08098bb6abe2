package blockkit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// samples has one rich, valid example of every block and element.
var samples = map[string]string{
	"section":   `{"type":"section","block_id":"b","text":{"type":"mrkdwn","text":"*hello*","verbatim":true},"fields":[{"type":"plain_text","text":"one"}],"accessory":{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}},"expand":true}`,
	"header":    `{"type":"header","text":{"type":"plain_text","text":"Title","emoji":true}}`,
	"divider":   `{"type":"divider","block_id":"line"}`,
	"context":   `{"type":"context","elements":[{"type":"mrkdwn","text":"_small_"},{"type":"image","image_url":"https://example.com/i.png","alt_text":"a dot"}]}`,
	"actions":   `{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}},{"type":"button","action_id":"b","text":{"type":"plain_text","text":"Stop"}}]}`,
	"input":     `{"type":"input","block_id":"contact","label":{"type":"plain_text","text":"Contact"},"hint":{"type":"plain_text","text":"0544444444"},"element":{"type":"plain_text_input","action_id":"a"},"optional":true,"dispatch_action":true}`,
	"markdown":  `{"type":"markdown","text":"**bold**"}`,
	"video":     `{"type":"video","alt_text":"a film","title":{"type":"plain_text","text":"Film"},"thumbnail_url":"https://example.com/t.png","video_url":"https://example.com/v"}`,
	"rich_text": `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hi"}]},{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[]}]}]}`,

	"button":          `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"},"value":"v","style":"primary","accessibility_label":"go on","confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"mrkdwn","text":"Really?"},"confirm":{"type":"plain_text","text":"Yes"},"deny":{"type":"plain_text","text":"No"},"style":"danger"}}`,
	"workflow_button": `{"type":"workflow_button","text":{"type":"plain_text","text":"Run"},"workflow":{"trigger":{"url":"https://example.com"}}}`,
	"overflow":        `{"type":"overflow","options":[{"text":{"type":"plain_text","text":"One"},"value":"1","url":"https://example.com"}]}`,
	"image":           `{"type":"image","alt_text":"a dot","image_url":"https://example.com/i.png"}`,
	"checkboxes":      `{"type":"checkboxes","options":[{"text":{"type":"mrkdwn","text":"*One*"},"value":"1","description":{"type":"mrkdwn","text":"first"}}],"initial_options":[{"text":{"type":"mrkdwn","text":"*One*"},"value":"1","description":{"type":"mrkdwn","text":"first"}}]}`,
	"radio_buttons":   `{"type":"radio_buttons","options":[{"text":{"type":"mrkdwn","text":"*One*"},"value":"1"}],"initial_option":{"text":{"type":"mrkdwn","text":"*One*"},"value":"1"}}`,

	"datepicker":     `{"type":"datepicker","initial_date":"2026-11-22","placeholder":{"type":"plain_text","text":"When"}}`,
	"timepicker":     `{"type":"timepicker","initial_time":"22:10","timezone":"Asia/Riyadh"}`,
	"datetimepicker": `{"type":"datetimepicker","initial_date_time":1795385400}`,

	"plain_text_input": `{"type":"plain_text_input","action_id":"a","initial_value":"0544444444","multiline":false,"min_length":1,"max_length":40,"placeholder":{"type":"plain_text","text":"phone"},"focus_on_load":true,"dispatch_action_config":{"trigger_actions_on":["on_enter_pressed"]}}`,
	"email_text_input": `{"type":"email_text_input","initial_value":"omar@twerlo.com"}`,
	"url_text_input":   `{"type":"url_text_input","initial_value":"https://example.com"}`,
	"number_input":     `{"type":"number_input","is_decimal_allowed":false,"min_value":"1","max_value":"9","initial_value":"5"}`,
	"file_input":       `{"type":"file_input","filetypes":["png"],"max_files":10}`,
	"rich_text_input":  `{"type":"rich_text_input","action_id":"a"}`,

	"static_select":              `{"type":"static_select","options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}],"initial_option":{"text":{"type":"plain_text","text":"One"},"value":"1"}}`,
	"multi_static_select":        `{"type":"multi_static_select","option_groups":[{"label":{"type":"plain_text","text":"All"},"options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}]}],"initial_options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}],"max_selected_items":1}`,
	"external_select":            `{"type":"external_select","action_id":"agent","min_query_length":0,"initial_option":{"text":{"type":"plain_text","text":"Omar"},"value":"omar@twerlo.com"},"placeholder":{"type":"plain_text","text":"name"}}`,
	"multi_external_select":      `{"type":"multi_external_select","max_selected_items":3}`,
	"users_select":               `{"type":"users_select","initial_user":"U1"}`,
	"multi_users_select":         `{"type":"multi_users_select","initial_users":["U1"]}`,
	"channels_select":            `{"type":"channels_select","initial_channel":"C1"}`,
	"multi_channels_select":      `{"type":"multi_channels_select","initial_channels":["C1"]}`,
	"conversations_select":       `{"type":"conversations_select","default_to_current_conversation":true,"filter":{"include":["im","public"],"exclude_bot_users":true}}`,
	"multi_conversations_select": `{"type":"multi_conversations_select","filter":{"exclude_external_shared_channels":true}}`,
}

var sampleViews = map[string]string{
	"modal": `{"type":"modal","callback_id":"assign","external_id":"x1","private_metadata":"{}","clear_on_close":false,"notify_on_close":true,
		"title":{"type":"plain_text","text":"Assign"},"submit":{"type":"plain_text","text":"Assign"},"close":{"type":"plain_text","text":"Cancel"},
		"blocks":[` + samples["input"] + `]}`,
	"home": `{"type":"home","callback_id":"home","blocks":[` + samples["header"] + `]}`,
}

// around puts an element into a block of a view, at the first place that takes it, and gives the pointer
// at which it stands.
func around(name, element string) (view, pointer string) {
	block, inner := "", ""
	switch {
	case places[name]&input != 0:
		block = `{"type":"input","label":{"type":"plain_text","text":"L"},"element":` + element + `}`
		inner = "/element"
	case places[name]&accessory != 0:
		block = `{"type":"section","text":{"type":"mrkdwn","text":"T"},"accessory":` + element + `}`
		inner = "/accessory"
	}
	return modalOf(block), "/view/blocks/0" + inner
}

func modalOf(blocks string) string {
	return `{"type":"modal","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":[` + blocks + `]}`
}

// edited returns doc with the value at pointer (below the root) replaced, or removed if value is empty.
func edited(t testing.TB, doc, pointer, value string) json.RawMessage {
	t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(doc), &tree); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	keys := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	at, ok := resolve(tree, keys[:len(keys)-1])
	if !ok {
		t.Fatalf("no %s in %s", pointer, doc)
	}
	last := keys[len(keys)-1]
	switch parent := at.(type) {
	case map[string]any:
		delete(parent, last)
		if value != "" {
			parent[last] = json.RawMessage(value)
		}
	case []any:
		i, err := strconv.Atoi(last)
		if err != nil {
			t.Fatal(err)
		}
		parent[i] = json.RawMessage(value)
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func resolve(v any, keys []string) (any, bool) {
	for _, key := range keys {
		switch parent := v.(type) {
		case map[string]any:
			next, ok := parent[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(parent) {
				return nil, false
			}
			v = parent[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// quoted is a JSON string of n letters; texts and options are objects of that length, or that many items.
func quoted(n int) string  { return `"` + strings.Repeat("x", n) + `"` }
func plainOf(n int) string { return `{"type":"plain_text","text":` + quoted(n) + `}` }
func items(n int, item string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

// numbered is an array of items that differ where the format has a %d.
func numbered(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return "[" + strings.Join(all, ",") + "]"
}
