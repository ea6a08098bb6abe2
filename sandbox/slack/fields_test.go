package slack

import (
	"fmt"
	"testing"

	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
)

// TestFields has a row for each kind of element: what is entered, what the app
// reads in state.values, and what the person reads.
func TestFields(t *testing.T) {
	t.Parallel()
	options := []any{option("One", "1"), option("Two", "2")}
	for kind, c := range map[string]struct {
		more    map[string]any
		entered string
		key     string
		want    func(ws *Workspace) any
		reads   string
	}{
		"plain_text_input":     {nil, "hello", "value", fixed("hello"), "hello"},
		"url_text_input":       {nil, "https://azeer.example/x", "value", fixed("https://azeer.example/x"), "https://azeer.example/x"},
		"number_input":         {map[string]any{"is_decimal_allowed": false}, "7", "value", fixed("7"), "7"},
		"datepicker":           {nil, "2026-11-22", "selected_date", fixed("2026-11-22"), "2026-11-22"},
		"static_select":        {map[string]any{"options": options}, "Two", "selected_option", fixed(options[1]), "Two"},
		"radio_buttons":        {map[string]any{"options": options}, "1", "selected_option", fixed(options[0]), "One"},
		"checkboxes":           {map[string]any{"options": options}, "One, Two", "selected_options", fixed(options), "One, Two"},
		"multi_static_select":  {map[string]any{"options": options}, "2", "selected_options", fixed(options[1:]), "Two"},
		"users_select":         {nil, "@sara", "selected_user", func(ws *Workspace) any { return ws.Person("sara").ID() }, "@Sara Ali"},
		"multi_users_select":   {nil, "sara", "selected_users", func(ws *Workspace) any { return []any{ws.Person("sara").ID()} }, "@Sara Ali"},
		"channels_select":      {nil, "#general", "selected_channel", func(ws *Workspace) any { return ws.ChannelID("#general") }, "#general"},
		"conversations_select": {nil, "@sara", "selected_conversation", nil, "a direct message"},
		"multi_conversations_select": {nil, "#general,#support", "selected_conversations", func(ws *Workspace) any {
			return []any{ws.ChannelID("#general"), ws.ChannelID("#support")}
		}, "#general, #support"},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{})
			app, omar := greet(t, s), s.Slack.Person("omar")
			element := map[string]any{"type": kind}
			for key, value := range c.more {
				element[key] = value
			}
			form := opened(t, s, app, assignView(func(v map[string]any) { v["blocks"] = []any{input("it", element)} }))
			d := omar.SubmitAsync(form, map[string]string{"it": c.entered})
			if d.Err != nil || d.Shown != "" {
				t.Fatalf("delivery %+v", d)
			}
			f := app.next()
			app.ack(f, map[string]any{"response_action": "errors", "errors": map[string]string{"it": "again"}})
			settle(t, d)
			got := f.body().Obj("view").Obj("state").Obj("values").Obj("it").Obj("it_input")[c.key]
			if c.want != nil && fmt.Sprint(got) != fmt.Sprint(c.want(s.Slack)) {
				t.Errorf("%s = %v, want %v", c.key, got, c.want(s.Slack))
			}
			if form := omar.Forms()[0]; form.Plain() != "Assign contact\nit:\n["+c.reads+"]\n! again\n[Cancel]\n[Assign]" {
				t.Errorf("form reads\n%s", form.Plain())
			}
			if err := omar.Fill(form, map[string]string{"it": ""}); err != nil {
				t.Errorf("empty the field: %v", err)
			}
			if d := omar.Submit(form, nil); d.Shown != ShownRequired {
				t.Errorf("submitted an empty field: %+v", d)
			}
		})
	}
}

func fixed(v any) func(*Workspace) any { return func(*Workspace) any { return v } }

func TestWhatCannotBePicked(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) {
		v["blocks"] = []any{
			input("one", map[string]any{"type": "static_select", "options": []any{option("One", "1")}}),
			input("who", map[string]any{"type": "users_select"}),
			input("where", map[string]any{"type": "conversations_select", "filter": map[string]any{"include": []any{"private"}}}),
		}
	}))
	for block, value := range map[string]string{"one": "Two", "who": "nobody", "where": "#general", "absent": "x"} {
		if err := omar.Fill(form, map[string]string{block: value}); err == nil {
			t.Errorf("picked %q in %s", value, block)
		}
	}
	if err := omar.Fill(form, map[string]string{"where": "#vip"}); err == nil {
		t.Error("picked a private channel without being in it")
	}
}

func TestHowMessagesRead(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara := s.Slack.Person("sara")
	mrkdwn := func(text string) object { return object{"type": "mrkdwn", "text": text} }
	for name, c := range map[string]struct {
		block object
		want  string
	}{
		"section":   {object{"type": "section", "text": mrkdwn("*Done*: <mailto:a@b.example|a@b.example> &lt;3")}, "Done: a@b.example <3"},
		"fields":    {object{"type": "section", "fields": []any{mrkdwn("one"), mrkdwn("_two_")}}, "one\ntwo"},
		"context":   {object{"type": "context", "elements": []any{mrkdwn("by"), mrkdwn("<@" + sara.ID() + ">")}}, "by @Sara Ali"},
		"header":    {object{"type": "header", "text": plain("*As is*")}, "*As is*"},
		"divider":   {object{"type": "divider"}, "———"},
		"image":     {object{"type": "image", "image_url": "https://azeer.example/x.png", "alt_text": "a cat"}, "a cat"},
		"rich text": {object{"type": "rich_text", "elements": []any{object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": "for "}, object{"type": "user", "user_id": sara.ID()}}}}}, "for @Sara Ali"},
	} {
		t.Run(name, func(t *testing.T) {
			list := blocks.Decode(jsonmap.Encode([]any{c.block}))
			s.Slack.mu.Lock()
			defer s.Slack.mu.Unlock()
			if got := blocks.Plain(list, names{s.Slack}, nil); got != c.want {
				t.Errorf("reads %q, want %q", got, c.want)
			}
		})
	}
}
