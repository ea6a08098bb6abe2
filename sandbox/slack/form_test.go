package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/rule"
)

func plain(text string) map[string]any { return map[string]any{"type": "plain_text", "text": text} }

func option(text, value string) map[string]any {
	return map[string]any{"text": plain(text), "value": value}
}

func input(block string, element map[string]any) map[string]any {
	element["action_id"] = block + "_input"
	return map[string]any{"type": "input", "block_id": block, "label": plain(block), "element": element}
}

// assignView is the kind of form an app would open.
func assignView(change ...func(map[string]any)) map[string]any {
	where := input("where", map[string]any{"type": "conversations_select", "response_url_enabled": true,
		"default_to_current_conversation": true})
	where["optional"] = true
	v := map[string]any{
		"type": "modal", "callback_id": "assign", "title": plain("Assign contact"), "submit": plain("Assign"),
		"close": plain("Cancel"), "private_metadata": "meta",
		"blocks": []any{
			map[string]any{"type": "section", "block_id": "intro", "text": map[string]any{"type": "mrkdwn", "text": "*Who* gets it?"}},
			input("contact", map[string]any{"type": "plain_text_input"}),
			input("agent", map[string]any{"type": "external_select", "min_query_length": 2}),
			where,
		},
	}
	for _, f := range change {
		f(v)
	}
	return v
}

// opened has omar start the shortcut standing in #support, and opens the view.
func opened(t *testing.T, s *box, app *rawSocket, view map[string]any) *Form {
	t.Helper()
	omar := s.Slack.Person("omar")
	omar.GoTo("#support")
	d := omar.ShortcutAsync("assign_contact")
	f := app.next()
	app.ack(f, nil)
	wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": f.body()["trigger_id"], "view": view}))
	settle(t, d)
	form, err := omar.Form(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// offer answers the next suggestion in the background.
func offer(app *rawSocket, options ...any) <-chan frame {
	got := make(chan frame, 1)
	go func() {
		f := app.next()
		app.ack(f, map[string]any{"options": options})
		got <- f
	}()
	return got
}

func TestFormGoesRound(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView())
	if got := form.Plain(); !strings.Contains(got, "Assign contact\nWho gets it?\ncontact:") || !strings.Contains(got, "#support") {
		t.Errorf("form reads\n%s", got)
	}

	if options, d := omar.Type(form, "agent", "o"); d != nil || options != nil {
		t.Error("sent below min_query_length")
	}
	asked := offer(app, option("Omar Hassan", "omar@twerlo.com"), option("Sara Ali", "sara@twerlo.com"))
	options, _ := omar.Type(form, "agent", "om")
	if len(options) != 2 || options[0].Text != "Omar Hassan" {
		t.Errorf("options %v", options)
	}
	if body := (<-asked).body(); body["value"] != "om" || body["block_id"] != "agent" || body["trigger_id"] != nil || body["response_url"] != nil {
		t.Errorf("suggestion %v", body)
	}

	d := omar.SubmitAsync(form, map[string]string{"contact": "0544444444", "agent": "Omar Hassan"})
	f := app.next()
	if !f.AcceptsPayload || f.body()["type"] != "view_submission" {
		t.Errorf("envelope %+v", f)
	}
	values := f.body().Obj("view").Obj("state").Obj("values")
	if got := values.Obj("contact").Obj("contact_input").Str("value"); got != "0544444444" {
		t.Errorf("contact %q", got)
	}
	if got := values.Obj("agent").Obj("agent_input").Obj("selected_option").Str("value"); got != "omar@twerlo.com" {
		t.Errorf("agent %q", got)
	}
	urls := f.body().Objects("response_urls")
	if len(urls) != 1 || urls[0].Str("channel_id") != s.Slack.ChannelID("#support") {
		t.Fatalf("response_urls %v", urls)
	}
	app.ack(f, nil)
	settle(t, d)
	if err := omar.FormsGone(testContext(t)); err != nil {
		t.Error(err)
	}
	_, _ = respondTo(t, urls[0].Str("response_url"), map[string]any{"text": "done"})
	if m := sees(t, omar); !m.Ephemeral || m.Where != "#support" {
		t.Errorf("message %+v", m)
	}
}

func TestDMWithTheAppIsNoDefaultWhereBotsAreExcluded(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	view := assignView(func(v map[string]any) {
		where := v["blocks"].([]any)[3].(map[string]any)["element"].(map[string]any)
		where["filter"] = map[string]any{"exclude_bot_users": true}
	})
	d := omar.CommandAsync("@bot", "/assign")
	f := app.next()
	app.ack(f, nil)
	wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": d.TriggerID, "view": view}))
	form, err := omar.Form(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := form.Values()["where"]; got != "" {
		t.Errorf("where = %q", got)
	}
	sub := omar.SubmitAsync(form, map[string]string{"contact": "1"})
	if sub.Shown != ShownRequired || !sub.Sent.IsZero() {
		t.Errorf("an empty agent was sent: %+v", sub)
	}
}

// submitted fills the form in and submits it; the app answers with the payload.
func submitted(t *testing.T, s *box, app *rawSocket, form *Form, payload any) *Delivery {
	t.Helper()
	omar := s.Slack.Person("omar")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			f := app.next()
			if f.body()["type"] == "view_submission" {
				app.ack(f, payload)
				return
			}
			app.ack(f, map[string]any{"options": []any{option("Omar", "omar@twerlo.com")}})
		}
	}()
	d := omar.Submit(form, map[string]string{"contact": "0544444444", "agent": "omar@twerlo.com"})
	<-done
	if d.Err != nil {
		t.Fatal(d.Err)
	}
	return d
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	simple := map[string]any{"type": "modal", "title": plain("Next"), "blocks": []any{map[string]any{"type": "divider"}}}
	bad := map[string]any{"type": "modal", "title": plain(strings.Repeat("t", 25)), "blocks": []any{}}
	for name, c := range map[string]struct {
		payload any
		shown   string
		breach  record.Rule
		check   func(f *Form, open []*Form) bool
	}{
		"empty closes":     {nil, "", "", func(f *Form, open []*Form) bool { return f.Closed && len(open) == 0 }},
		"clear closes all": {map[string]any{"response_action": "clear"}, "", "", func(f *Form, open []*Form) bool { return f.Closed && len(open) == 0 }},
		"errors are shown": {map[string]any{"response_action": "errors", "errors": map[string]string{"contact": "bad number"}}, "", "", func(f *Form, open []*Form) bool {
			return f.Errors["contact"] == "bad number" && strings.Contains(f.Plain(), "! bad number") && f.Values()["contact"] == "0544444444"
		}},
		"update":            {map[string]any{"response_action": "update", "view": simple}, "", "", func(f *Form, open []*Form) bool { return f.Title == "Next" && len(open) == 1 }},
		"push":              {map[string]any{"response_action": "push", "view": simple}, "", "", func(f *Form, open []*Form) bool { return f.Title == "Assign contact" && len(open) == 2 }},
		"errors by action":  {map[string]any{"response_action": "errors", "errors": map[string]string{"contact_input": "x"}}, ShownTrouble, rule.AckInvalid, func(f *Form, open []*Form) bool { return f.Banner == ShownTrouble && len(f.Errors) == 0 }},
		"errors by section": {map[string]any{"response_action": "errors", "errors": map[string]string{"intro": "x"}}, ShownTrouble, rule.AckInvalid, nil},
		"no errors":         {map[string]any{"response_action": "errors", "errors": map[string]string{}}, ShownTrouble, rule.AckInvalid, nil},
		"invalid view":      {map[string]any{"response_action": "update", "view": bad}, ShownTrouble, rule.AckInvalid, nil},
		"unknown action":    {map[string]any{"response_action": "close"}, ShownTrouble, rule.AckInvalid, nil},
		"a message":         {map[string]any{"text": "done"}, ShownTrouble, rule.AckInvalid, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, Config{})
			app := greet(t, s)
			form := opened(t, s, app, assignView())
			d := submitted(t, s, app, form, c.payload)
			if d.Shown != c.shown {
				t.Errorf("shown %q, want %q", d.Shown, c.shown)
			}
			if open := s.Slack.Person("omar").Forms(); c.check != nil && !c.check(form, open) {
				t.Errorf("form %+v, open %d", form, len(open))
			}
			if c.breach != "" {
				wantBreach(t, s, c.breach)
			}
		})
	}
}

func TestSubmissionNotAckedShowsTrouble(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{Ack: 500 * time.Millisecond}})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) { v["blocks"] = v["blocks"].([]any)[:2] }))
	d := omar.Submit(form, map[string]string{"contact": "1"})
	if d.Shown != ShownTrouble || form.Banner != ShownTrouble || form.Closed {
		t.Errorf("delivery %+v, form %+v", d, form)
	}
	wantBreach(t, s, rule.AckMissing)
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{Limits: Limits{Trigger: time.Minute}})
	app, omar := greet(t, s), s.Slack.Person("omar")
	trigger := func() string {
		d := omar.ShortcutAsync("assign_contact")
		app.ack(app.next(), nil)
		return settle(t, d).TriggerID
	}
	open := func(id string, view map[string]any) map[string]any {
		return api(t, s, "views.open", map[string]any{"trigger_id": id, "view": view})
	}

	id := trigger()
	wantError(t, open(id, assignView(func(v map[string]any) { v["title"] = plain(strings.Repeat("t", 25)) })), "invalid_arguments")
	wantBreach(t, s, rule.InvalidView)
	wantOK(t, open(id, assignView())) // the refused view has not spent it
	wantError(t, open(id, assignView()), "exchanged_trigger_id")
	wantBreach(t, s, rule.TriggerUsed)
	wantError(t, open("1.2.made-up", assignView()), "invalid_trigger_id")
	wantBreach(t, s, rule.TriggerUnknown)
	wantError(t, open("", assignView()), "invalid_arguments")
	wantBreach(t, s, rule.BadRequest)
	wantError(t, open(trigger(), map[string]any{"type": "modal", "title": plain("x"), "blocks": strings.Repeat("x", maxView)}), "view_too_large")
	wantBreach(t, s, rule.ViewTooLarge)

	s.Slack.DelayTriggers(2 * time.Minute)
	wantError(t, open(trigger(), assignView()), "expired_trigger_id")
	wantBreach(t, s, rule.TriggerExpired)
}

func TestViewErrorsAreInSlacksWords(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app := greet(t, s)
	d := s.Slack.Person("omar").ShortcutAsync("assign_contact")
	app.ack(app.next(), nil)
	settle(t, d)
	reply := object(api(t, s, "views.open", map[string]any{"trigger_id": d.TriggerID,
		"view": assignView(func(v map[string]any) { v["title"] = plain(strings.Repeat("t", 25)) })}))
	messages, _ := reply.Obj("response_metadata")["messages"].([]any)
	if !slices.Contains(messages, any("[ERROR] must be less than 25 characters [json-pointer:/view/title/text]")) {
		t.Errorf("messages %v", messages)
	}
	wantBreach(t, s, rule.InvalidView)
}

func TestUpdatingViews(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) { v["external_id"] = "mine" }))
	if err := omar.Fill(form, map[string]string{"contact": "0544444444"}); err != nil {
		t.Fatal(err)
	}
	update := func(args map[string]any) map[string]any {
		args["view"] = assignView(func(v map[string]any) { v["title"] = plain("Changed") })
		return api(t, s, "views.update", args)
	}
	wantError(t, update(map[string]any{"view_id": form.ViewID, "hash": "1.old"}), "hash_conflict")
	wantBreach(t, s, rule.HashConflict)
	wantError(t, update(map[string]any{"external_id": "other"}), "not_found")
	wantError(t, update(map[string]any{}), "invalid_arguments")
	wantBreach(t, s, rule.BadRequest)
	wantOK(t, update(map[string]any{"external_id": "mine", "hash": form.Hash}))
	changed, err := omar.FormWhere(testContext(t), func(f *Form) bool { return f.Title == "Changed" })
	if err != nil {
		t.Fatal(err)
	}
	if got := changed.Values()["contact"]; got != "0544444444" {
		t.Errorf("typed text is lost: %q", got)
	}
	omar.Cancel(changed)
	wantError(t, update(map[string]any{"view_id": form.ViewID}), "not_found")
	if _, err := omar.Form(canceled(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a form: %v", err)
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestPushingViews(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	deeper := func(v map[string]any) {
		v["blocks"] = []any{map[string]any{"type": "actions", "elements": []any{
			map[string]any{"type": "button", "text": plain("Deeper"), "action_id": "deeper"}}}}
		v["notify_on_close"] = true
		delete(v, "submit")
	}
	form := opened(t, s, app, assignView(deeper))
	push := func(f *Form) map[string]any {
		trigger := make(chan string, 1)
		go func() {
			e := app.next()
			app.ack(e, nil)
			trigger <- e.body().Str("trigger_id")
		}()
		if d := omar.Press(f, "Deeper"); d.Err != nil || d.Shown != "" {
			t.Fatalf("press: %+v", d)
		}
		return api(t, s, "views.push", map[string]any{"trigger_id": <-trigger, "view": assignView(deeper)})
	}
	second := object(wantOK(t, push(form))).Obj("view")
	if second.Str("previous_view_id") != form.ViewID || second.Str("root_view_id") != form.ViewID {
		t.Errorf("view %v", second)
	}
	top := func() *Form { forms := omar.Forms(); return forms[len(forms)-1] }
	wantOK(t, push(top()))
	wantError(t, push(top()), "push_limit_reached")
	wantBreach(t, s, rule.ViewStack)

	closed := make(chan frame, 2)
	go func() {
		for range 2 {
			e := app.next()
			app.ack(e, nil)
			closed <- e
		}
	}()
	omar.Cancel(top())
	if body := (<-closed).body(); body["type"] != "view_closed" || body["is_cleared"] != false {
		t.Errorf("payload %v", body)
	}
	omar.CloseAll(top())
	if body := (<-closed).body(); body["is_cleared"] != true || body.Obj("view").Str("id") != form.ViewID {
		t.Errorf("payload %v", body)
	}
}

func TestExternalIDsAreUnique(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara := greet(t, s), s.Slack.Person("sara")
	view := assignView(func(v map[string]any) { v["external_id"] = "mine" })
	opened(t, s, app, view)
	d := sara.ShortcutAsync("assign_contact")
	app.ack(app.next(), nil)
	settle(t, d)
	wantError(t, api(t, s, "views.open", map[string]any{"trigger_id": d.TriggerID, "view": view}), "duplicate_external_id")
}

func TestTheClientRefusesByItself(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	form := opened(t, s, app, assignView(func(v map[string]any) {
		v["blocks"] = []any{
			input("contact", map[string]any{"type": "plain_text_input", "min_length": 3}),
			input("email", map[string]any{"type": "email_text_input"}),
		}
	}))
	d := omar.Submit(form, map[string]string{"contact": "1", "email": "no email"})
	if !d.Sent.IsZero() || len(form.Errors) != 2 {
		t.Errorf("delivery %+v, errors %v", d, form.Errors)
	}
	if d := omar.Submit(form, map[string]string{"nonsense": "1"}); d.Err == nil {
		t.Error("filled in a block that is not there")
	}
}

func TestHomeTab(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	go func() { app.ack(app.next(), nil) }()
	if d := omar.OpenHome(); d == nil || d.Acked.IsZero() {
		t.Fatalf("delivery %+v", d)
	}
	home := map[string]any{"type": "home", "blocks": []any{map[string]any{"type": "section", "text": plain("Hello")}}}
	wantOK(t, api(t, s, "views.publish", map[string]any{"user_id": omar.ID(), "view": home}))
	f, err := omar.Home(testContext(t))
	if err != nil || f.Plain() != "Hello" {
		t.Errorf("home %v, %v", f, err)
	}
}
