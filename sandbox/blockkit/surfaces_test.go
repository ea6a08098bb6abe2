package blockkit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestBlocksStandOnEverySurfaceThatTakesThem(t *testing.T) {
	t.Parallel()
	for name := range blocks {
		for surface, most := range map[Surface]int{OnMessage: 50, OnModal: 100, OnHome: 100} {
			got := Blocks(json.RawMessage("["+samples[name]+"]"), "/blocks", surface)
			if allowed := name != "markdown" || surface == OnMessage; allowed != (got == nil) {
				t.Errorf("%s on surface %d: %v", name, surface, got)
			}
			if name != "divider" {
				continue
			}
			if got := Blocks(json.RawMessage(items(most, `{"type":"divider"}`)), "/blocks", surface); got != nil {
				t.Errorf("%d blocks on surface %d: %v", most, surface, got)
			}
			if got := Blocks(json.RawMessage(items(most+1, `{"type":"divider"}`)), "/blocks", surface); len(got) != 1 {
				t.Errorf("%d blocks on surface %d: %v", most+1, surface, got)
			}
		}
	}
}

func TestElementsStandTheSameOnEverySurface(t *testing.T) {
	t.Parallel()
	frames := map[place][2]string{
		accessory: {`[{"type":"section","text":{"type":"mrkdwn","text":"T"},"accessory":`, `}]`},
		actions:   {`[{"type":"actions","elements":[`, `]}]`},
		input:     {`[{"type":"input","label":{"type":"plain_text","text":"L"},"element":`, `}]`},
		context:   {`[{"type":"context","elements":[`, `]}]`},
	}
	for name, allowed := range places {
		for where, frame := range frames {
			for _, surface := range []Surface{OnMessage, OnModal, OnHome} {
				got := Blocks(json.RawMessage(frame[0]+samples[name]+frame[1]), "/blocks", surface)
				if (allowed&where != 0) != (got == nil) {
					t.Errorf("%s at place %d of surface %d: %v", name, where, surface, got)
				}
			}
		}
	}
}

// refused are documents with one fault each that no limit of a single value covers.
var refused = map[string]struct{ blocks, pointer, message string }{
	"a section of nothing":                {`{"type":"section"}`, "/0", "missing required field: text or fields"},
	"a section with no fields":            {`{"type":"section","fields":[]}`, "/0/fields", "must provide at least 1 items"},
	"an empty section text":               {`{"type":"section","text":` + plainOf(0) + `}`, "/0/text/text", "must be more than 0 characters"},
	"an empty field":                      {`{"type":"section","fields":[` + plainOf(0) + `]}`, "/0/fields/0/text", "must be more than 0 characters"},
	"an empty header":                     {`{"type":"header","text":` + plainOf(0) + `}`, "/0/text/text", "must be more than 0 characters"},
	"a header in mrkdwn":                  {`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "/0/text/type", "unsupported type: mrkdwn"},
	"a header with verbatim":              {`{"type":"header","text":{"type":"plain_text","text":"x","verbatim":true}}`, "/0/text", "invalid additional property: verbatim"},
	"emoji in mrkdwn":                     {`{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, "/0/text", "invalid additional property: emoji"},
	"an empty context text":               {`{"type":"context","elements":[` + plainOf(0) + `]}`, "/0/elements/0/text", "must be more than 0 characters"},
	"a button in a context":               {`{"type":"context","elements":[` + samples["button"] + `]}`, "/0/elements/0/type", "unsupported type: button"},
	"no actions":                          {`{"type":"actions","elements":[]}`, "/0/elements", "must provide at least 1 items"},
	"an unknown element":                  {`{"type":"actions","elements":[{"type":"slider"}]}`, "/0/elements/0/type", "unsupported type: slider"},
	"an element without a type":           {`{"type":"actions","elements":[{}]}`, "/0/elements/0", "missing required field: type"},
	"an element that is a string":         {`{"type":"actions","elements":["button"]}`, "/0/elements/0", "must provide an object"},
	"an empty label":                      {inputOf(samples["email_text_input"], `"label":`+plainOf(0)), "/0/label/text", "must be more than 0 characters"},
	"a label in mrkdwn":                   {inputOf(samples["email_text_input"], `"label":{"type":"mrkdwn","text":"x"}`), "/0/label/type", "unsupported type: mrkdwn"},
	"an empty hint":                       {inputOf(samples["email_text_input"], `"hint":`+plainOf(0)), "/0/hint/text", "must be more than 0 characters"},
	"a placeholder in mrkdwn":             {inputOf(`{"type":"users_select","placeholder":{"type":"mrkdwn","text":"x"}}`, ""), "/0/element/placeholder/type", "unsupported type: mrkdwn"},
	"an empty placeholder":                {inputOf(`{"type":"users_select","placeholder":`+plainOf(0)+`}`, ""), "/0/element/placeholder/text", "must be more than 0 characters"},
	"an empty action_id":                  {inputOf(`{"type":"users_select","action_id":""}`, ""), "/0/element/action_id", "must be more than 0 characters"},
	"an option in mrkdwn in a menu":       {inputOf(`{"type":"static_select","options":[{"text":{"type":"mrkdwn","text":"x"},"value":"1"}]}`, ""), "/0/element/options/0/text/type", "unsupported type: mrkdwn"},
	"an empty option":                     {inputOf(`{"type":"static_select","options":[{"text":`+plainOf(0)+`,"value":"1"}]}`, ""), "/0/element/options/0/text/text", "must be more than 0 characters"},
	"an option in mrkdwn in an overflow":  {actionsOf(`{"type":"overflow","options":[{"text":{"type":"mrkdwn","text":"x"},"value":"1"}]}`), "/0/elements/0/options/0/text/type", "unsupported type: mrkdwn"},
	"a link in radio buttons":             {actionsOf(`{"type":"radio_buttons","options":[{"text":` + plainOf(1) + `,"value":"1","url":"https://example.com"}]}`), "/0/elements/0/options/0", "invalid additional property: url"},
	"eleven radio buttons":                {actionsOf(`{"type":"radio_buttons","options":` + items(11, aOption) + `}`), "/0/elements/0/options", "no more than 10 items allowed"},
	"no check boxes":                      {actionsOf(`{"type":"checkboxes","options":[]}`), "/0/elements/0/options", "must provide at least 1 items"},
	"no option groups":                    {actionsOf(`{"type":"static_select","option_groups":[]}`), "/0/elements/0/option_groups", "must provide at least 1 items"},
	"101 option groups":                   {actionsOf(`{"type":"static_select","option_groups":` + items(101, aGroup) + `}`), "/0/elements/0/option_groups", "no more than 100 items allowed"},
	"an empty group label":                {actionsOf(`{"type":"static_select","option_groups":[{"label":` + plainOf(0) + `,"options":[` + aOption + `]}]}`), "/0/elements/0/option_groups/0/label/text", "must be more than 0 characters"},
	"a first choice outside of groups":    {actionsOf(`{"type":"static_select","option_groups":[` + aGroup + `],"initial_option":{"text":` + plainOf(2) + `,"value":"1"}}`), "/0/elements/0/initial_option", "initial_option must match one of the options"},
	"a first choice with more words":      {actionsOf(`{"type":"static_select","options":[` + aOption + `],"initial_option":{"text":{"type":"plain_text","text":"One"},"value":"1","description":` + plainOf(1) + `}}`), "/0/elements/0/initial_option", "initial_option must match one of the options"},
	"first choices of which one is wrong": {actionsOf(`{"type":"multi_static_select","options":[` + aOption + `],"initial_options":[` + aOption + `,{"text":` + plainOf(1) + `,"value":"2"}]}`), "/0/elements/0/initial_options", "initial_options must match one of the options"},
	"min_query_length below nothing":      {actionsOf(`{"type":"external_select","min_query_length":-1}`), "/0/elements/0/min_query_length", "must be at least 0"},
	"options in an external select":       {actionsOf(`{"type":"external_select","options":[` + aOption + `]}`), "/0/elements/0", "invalid additional property: options"},
	"several with one initial user":       {actionsOf(`{"type":"multi_users_select","initial_user":"U1"}`), "/0/elements/0", "invalid additional property: initial_user"},
	"one with a highest number":           {actionsOf(`{"type":"users_select","max_selected_items":1}`), "/0/elements/0", "invalid additional property: max_selected_items"},
	"a filter of nobody":                  {actionsOf(`{"type":"conversations_select","filter":{"include":[]}}`), "/0/elements/0/filter/include", "must provide at least 1 items"},
	"a response URL for actions":          {actionsOf(`{"type":"conversations_select","response_url_enabled":true}`), "/0/elements/0/response_url_enabled", "response_url_enabled is only for input blocks of modals"},
	"a response URL for several":          {inputOf(`{"type":"multi_conversations_select","response_url_enabled":true}`, ""), "/0/element", "invalid additional property: response_url_enabled"},
	"no file at all":                      {inputOf(`{"type":"file_input","max_files":0}`, ""), "/0/element/max_files", "must be at least 1"},
	"a file with a placeholder":           {inputOf(`{"type":"file_input","placeholder":`+plainOf(1)+`}`, ""), "/0/element", "invalid additional property: placeholder"},
	"min_length over 3000":                {inputOf(`{"type":"plain_text_input","min_length":3001}`, ""), "/0/element/min_length", "must be at most 3000"},
	"max_length with a fraction":          {inputOf(`{"type":"plain_text_input","max_length":1.5}`, ""), "/0/element/max_length", "must provide an integer"},
	"a number that is none":               {inputOf(`{"type":"number_input","is_decimal_allowed":true,"initial_value":"NaN"}`, ""), "/0/element/initial_value", "must be a number as a string"},
	"a number in hexadecimal":             {inputOf(`{"type":"number_input","is_decimal_allowed":true,"max_value":"0x1p4"}`, ""), "/0/element/max_value", "must be a number as a string"},
	"a day no month has":                  {inputOf(`{"type":"datepicker","initial_date":"2026-11-32"}`, ""), "/0/element/initial_date", "must be a date like 2026-11-22"},
	"an hour no day has":                  {inputOf(`{"type":"timepicker","initial_time":"24:00"}`, ""), "/0/element/initial_time", "must be a time like 22:10"},
	"an unknown trigger":                  {inputOf(`{"type":"plain_text_input","dispatch_action_config":{"trigger_actions_on":["on_blur"]}}`, ""), "/0/element/dispatch_action_config/trigger_actions_on/0", "must be a valid enum value (on_enter_pressed, on_character_entered)"},
	"a confirm text that is empty":        {actionsOf(confirmed(`"text":` + plainOf(0))), "/0/elements/0/confirm/text/text", "must be more than 0 characters"},
	"a confirm title in mrkdwn":           {actionsOf(confirmed(`"title":{"type":"mrkdwn","text":"x"}`)), "/0/elements/0/confirm/title/type", "unsupported type: mrkdwn"},
	"a confirm style of its own":          {actionsOf(confirmed(`"style":"default"`)), "/0/elements/0/confirm/style", "must be a valid enum value (primary, danger)"},
	"an image without words":              {`{"type":"image","image_url":"https://example.com/i.png","alt_text":""}`, "/0/alt_text", "must be more than 0 characters"},
	"an image from nowhere":               {`{"type":"image","alt_text":"x"}`, "/0", "missing required field: image_url or slack_file"},
	"an image title in mrkdwn":            {`{"type":"image","image_url":"https://example.com/i.png","alt_text":"x","title":{"type":"mrkdwn","text":"x"}}`, "/0/title/type", "unsupported type: mrkdwn"},
	"an empty block_id":                   {`{"type":"divider","block_id":""}`, "/0/block_id", "must be more than 0 characters"},
	"a block_id used for another kind":    {`{"type":"divider","block_id":"a"},{"type":"header","block_id":"a","text":` + plainOf(1) + `}`, "/1/block_id", "block_id must be unique: a is used twice"},
}

const aGroup = `{"label":{"type":"plain_text","text":"All"},"options":[` + aOption + `]}`

// inputOf puts an element into an input block with more fields, of which a label replaces its own.
func inputOf(element, more string) string {
	if !strings.Contains(more, `"label"`) {
		more = strings.Trim(more+`,"label":{"type":"plain_text","text":"L"}`, ",")
	}
	return `{"type":"input","element":` + element + `,` + more + `}`
}

func actionsOf(element string) string { return `{"type":"actions","elements":[` + element + `]}` }

// confirmed is a button with a question, one field of which is given.
func confirmed(field string) string {
	fields := []string{field}
	for _, name := range []string{"title", "text", "confirm", "deny"} {
		if !strings.HasPrefix(field, `"`+name+`"`) {
			fields = append(fields, `"`+name+`":`+plainOf(1))
		}
	}
	return `{"type":"button","text":` + plainOf(1) + `,"confirm":{` + strings.Join(fields, ",") + `}}`
}

func TestOneFaultIsOneProblem(t *testing.T) {
	t.Parallel()
	for name, c := range refused {
		got := slices.DeleteFunc(Blocks(json.RawMessage("["+c.blocks+"]"), "/blocks", OnModal), func(p Problem) bool {
			return p.Message == "failed to match all allowed schemas"
		})
		if want := (Problem{c.message, "/blocks" + c.pointer}); !slices.Equal(got, []Problem{want}) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestAnActionIDIsUniqueOnlyInItsBlock(t *testing.T) {
	t.Parallel()
	button := `{"type":"button","action_id":"a","text":` + plainOf(1) + `}`
	two := "[" + actionsOf(button) + "," + actionsOf(button) + "]"
	if got := Blocks(json.RawMessage(two), "/blocks", OnMessage); got != nil {
		t.Errorf("in two blocks: %v", got)
	}
	nameless := "[" + actionsOf(`{"type":"users_select"},{"type":"users_select"}`) + `,{"type":"divider"},{"type":"divider"}]`
	if got := Blocks(json.RawMessage(nameless), "/blocks", OnMessage); got != nil {
		t.Errorf("without ids: %v", got)
	}
}

func TestAFormWithoutInputsNeedsNoSubmit(t *testing.T) {
	t.Parallel()
	for view, allowed := range map[string]bool{
		`{"type":"modal","title":` + plainOf(24) + `,"blocks":[{"type":"divider"}]}`:                                            true,
		`{"type":"modal","title":` + plainOf(24) + `,"blocks":[` + inputOf(samples["users_select"], "") + `]}`:                  false,
		`{"type":"modal","title":` + plainOf(24) + `,"blocks":[{"type":"divider"},` + inputOf(samples["file_input"], "") + `]}`: false,
		`{"type":"modal","title":` + plainOf(0) + `,"blocks":[]}`:                                                               false,
		`{"type":"modal","title":{"type":"mrkdwn","text":"x"},"blocks":[]}`:                                                     false,
		`{"type":"home","blocks":[` + inputOf(samples["users_select"], "") + `]}`:                                               true,
	} {
		if got := View(json.RawMessage(view), "/view"); allowed != (got == nil) {
			t.Errorf("%s: %v", view, got)
		}
	}
}
