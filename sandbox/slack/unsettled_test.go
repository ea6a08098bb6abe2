package slack

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack/rule"
)

// TestUnsettledPoints has a row for each switch that changes a command's payload.
func TestUnsettledPoints(t *testing.T) {
	t.Parallel()
	text := func(o object) any { return o["text"] }
	flag := func(o object) any { return o["is_enterprise_install"] }
	for name, c := range map[string]struct {
		set  Unsettled
		read func(object) any
		want any
	}{
		"bare links":      {Unsettled{BareLinks: true}, text, "<mailto:omar@twerlo.com>"},
		"plain addresses": {Unsettled{PlainAddresses: true}, text, "omar@twerlo.com"},
		"flag as bool":    {Unsettled{CommandFlag: "bool"}, flag, false},
		"flag as null":    {Unsettled{CommandFlag: "null"}, flag, nil},
		"flag absent":     {Unsettled{CommandFlag: "absent"}, flag, nil},
		"private names":   {Unsettled{PrivateNames: true}, func(o object) any { return o["channel_name"] }, "vip"},
		"no name":         {Unsettled{}, func(o object) any { return o["channel_name"] }, "privategroup"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{Unsettled: c.set})
			app := greet(t, s)
			d := s.Slack.Person("sara").CommandAsync("#vip", "/assign omar@twerlo.com")
			f := app.next()
			app.ack(f, nil)
			settle(t, d)
			if got := c.read(f.body()); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestResponseURLMayAnswerInText(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Unsettled: Unsettled{ResponseURLText: true}})
	app := greet(t, s)
	d, f := typed(t, s, app)
	app.ack(f, nil)
	settle(t, d)
	if status, text := respondTo(t, d.ResponseURL, map[string]any{"text": "x"}); status != 200 || strings.TrimSpace(text) != "ok" {
		t.Errorf("answers %d %q", status, text)
	}
}

func TestOptionsThatSlackCannotUse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		payload any
		set     Unsettled
		shown   string
		breach  bool
	}{
		"none":                  {map[string]any{"options": []any{}}, Unsettled{}, "", false},
		"nothing":               {map[string]any{}, Unsettled{}, "", false},
		"nothing, taken as bad": {map[string]any{}, Unsettled{EmptyOptionsFail: true}, ShownNoResult, false},
		"too long":              {map[string]any{"options": []any{option(strings.Repeat("x", 76), "v")}}, Unsettled{}, ShownNoResult, true},
		"not an object":         {"x", Unsettled{}, ShownNoResult, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{Unsettled: c.set})
			app := greet(t, s)
			form := opened(t, s, app, assignView())
			go func() { app.ack(app.next(), c.payload) }()
			options, d := s.Slack.Person("omar").Type(form, "agent", "om")
			if len(options) > 0 || d.Shown != c.shown {
				t.Errorf("options %v, shown %q", options, d.Shown)
			}
			if c.breach {
				wantBreach(t, s, rule.AckInvalid)
			}
		})
	}
}
