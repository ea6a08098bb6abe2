package slack

import (
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/blocks"
)

// told are the texts that the deliveries told the app, in their order.
func told(t *testing.T, app *rawSocket, deliveries []*Delivery) (texts []string) {
	t.Helper()
	for _, d := range deliveries {
		action, body := used(t, app, d)
		held := body.Obj("view").Obj("state").Obj("values").Obj(action.Str("block_id")).Obj(action.Str("action_id"))
		if held.Str("value") != action.Str("value") || action.Str("type") != "plain_text_input" {
			t.Errorf("action %v, state %v", action, held)
		}
		texts = append(texts, action.Str("value"))
	}
	return texts
}

// asking is an input block that tells the app of what triggers says; nil: it says nothing.
func asking(id string, triggers ...any) map[string]any {
	element := map[string]any{"type": "plain_text_input"}
	if triggers != nil {
		element["dispatch_action_config"] = map[string]any{"trigger_actions_on": triggers}
	}
	b := input(id, element)
	b["dispatch_action"] = true
	return b
}

func TestKeysTellTheAppWhereTheFieldAsks(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	quiet := asking("quiet", blocks.OnCharacter)
	quiet["dispatch_action"] = false
	form := opened(t, s, app, assignView(func(v map[string]any) {
		v["blocks"] = []any{asking("keys", blocks.OnCharacter), asking("enter"), asking("both", blocks.OnEnter, blocks.OnCharacter), quiet}
	}))
	for _, c := range []struct {
		block string
		keys  []string
		enter bool
	}{
		{"keys", []string{"+", "+9", "+97"}, false},
		{"enter", nil, true},
		{"both", []string{"+", "+9", "+97"}, true},
		{"quiet", nil, false},
	} {
		if got := told(t, app, omar.Keys(form, c.block, "+97")); !slices.Equal(got, c.keys) {
			t.Errorf("%s tells %q", c.block, got)
		}
		if d := omar.Enter(form, c.block); d != nil != c.enter {
			t.Errorf("%s tells of Enter: %v", c.block, d != nil)
		} else if d != nil {
			if got := told(t, app, []*Delivery{d}); got[0] != "+97" {
				t.Errorf("%s tells %q on Enter", c.block, got)
			}
		}
		if held := omar.Forms()[0].Values()[c.block]; held != "+97" {
			t.Errorf("%s holds %q", c.block, held)
		}
	}
	if got := told(t, app, omar.Keys(form, "keys", "+66")); !slices.Equal(got, []string{"+9", "+", "+6", "+66"}) {
		t.Errorf("a correction tells %q", got)
	}
	if got := told(t, app, omar.Keys(form, "keys", "")); len(got) != 3 || got[2] != "" {
		t.Errorf("emptying tells %q", got)
	}
	for _, wrong := range [][]*Delivery{omar.Keys(form, "none", "x"), {omar.Enter(form, "none")}} {
		if len(wrong) != 1 || wrong[0].Err == nil {
			t.Errorf("typing where there is no field: %v", wrong)
		}
	}
	omar.Cancel(form)
	if late := omar.Keys(form, "keys", "x"); len(late) != 1 || late[0].Err == nil {
		t.Errorf("typing in a closed form: %v", late)
	}
}

// An update between two keys takes nothing of what was typed away, and the next key is
// told with the new hash.
func TestTypedKeysOutliveAnUpdate(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) { v["blocks"] = []any{asking("keys", blocks.OnCharacter)} }))
	told(t, app, omar.Keys(form, "keys", "12"))
	wantOK(t, api(t, s, "views.update", map[string]any{"view_id": form.ViewID, "hash": form.Hash,
		"view": assignView(func(v map[string]any) {
			v["blocks"] = []any{map[string]any{"type": "section", "text": plain("Twelve")}, asking("keys", blocks.OnCharacter)}
		})}))
	_, body := used(t, app, omar.Keys(form, "keys", "123")[0])
	view := body.Obj("view")
	if view.Str("hash") == form.Hash || view.Obj("state").Obj("values").Obj("keys").Obj("keys_input").Str("value") != "123" {
		t.Errorf("view %v", view)
	}
	if plain := omar.Forms()[0].Plain(); !strings.Contains(plain, "Twelve") || !strings.Contains(plain, "[123]") {
		t.Errorf("the form reads\n%s", plain)
	}
}
