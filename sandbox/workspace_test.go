package sandbox

import (
	"slices"
	"strings"
	"testing"
)

func TestMentionsInCommandText(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	k := s.Slack
	app, omar := greet(t, s), k.Person("omar")
	d := omar.CommandAsync("#general", "/assign @sara @nobody #support #vip")
	f := app.next()
	app.ack(f, map[string]any{"text": "<#" + k.ChannelID("#support") + ">"})
	settle(t, d)
	want := "<@" + k.Person("sara").ID() + "|sara> @nobody <#" + k.ChannelID("#support") + "|support> <#" + k.ChannelID("#vip") + "|>"
	if got := f.body()["text"]; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if d.Reply.Plain() != "#support" || d.Took() <= 0 {
		t.Errorf("reads %q, took %s", d.Reply.Plain(), d.Took())
	}
}

func TestPeopleAndPlacesComeAndGo(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	k := s.Slack
	noura := k.AddPerson(PersonConfig{Handle: "noura", Name: "Noura Saleh"})
	if noura.Config().Email != "noura@twerlo.com" || !noura.Here("#general") || noura.Here("#nowhere") {
		t.Errorf("noura is %+v", noura.Config())
	}
	secret := k.AddChannel(ChannelConfig{Name: "secret", Private: true, Members: []string{"noura"}})
	if !slices.Contains(k.Channels(), "#secret") {
		t.Errorf("channels %v", k.Channels())
	}
	k.SetScopes("groups:read")
	k.Invite("#secret", "bot", "omar")
	members := func() []any {
		list, _ := wantOK(t, api(t, s, "conversations.members", map[string]any{"channel": secret}))["members"].([]any)
		return list
	}
	if got := members(); len(got) != 3 {
		t.Errorf("members %v", got)
	}
	k.Kick("#secret", "omar")
	if got := members(); len(got) != 2 {
		t.Errorf("members %v", got)
	}
	k.Kick("#secret", "bot")
	wantError(t, api(t, s, "conversations.members", map[string]any{"channel": secret}), "channel_not_found")
}

func TestPublishingHomeTabs(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	home := map[string]any{"type": "home", "blocks": []any{map[string]any{"type": "actions", "elements": []any{
		map[string]any{"type": "button", "text": plain("Assign"), "action_id": "open"}}}}}
	publish := func(args map[string]any) map[string]any { return api(t, s, "views.publish", args) }
	wantError(t, publish(map[string]any{"view": home}), "invalid_arguments")
	wantError(t, publish(map[string]any{"user_id": omar.ID()}), "invalid_arguments")
	wantError(t, publish(map[string]any{"user_id": "U404", "view": home}), "invalid_arguments")
	wantError(t, publish(map[string]any{"user_id": omar.ID(), "view": assignView()}), "invalid_arguments")
	s.TakeBreaches()
	wantOK(t, publish(map[string]any{"user_id": omar.ID(), "view": home}))
	wantError(t, publish(map[string]any{"user_id": omar.ID(), "view": home, "hash": "1.old"}), "hash_conflict")
	wantBreach(t, s, RuleHashConflict)
	wantOK(t, publish(map[string]any{"user_id": omar.ID(), "view": home}))

	tab, err := omar.Home(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	trigger := make(chan object, 1)
	go func() {
		f := app.next()
		app.ack(f, nil)
		trigger <- f.body()
	}()
	if d := omar.Press(tab, "Assign"); d.Err != nil || d.Shown != "" {
		t.Fatalf("press: %+v", d)
	}
	body := <-trigger
	if body["response_url"] != nil || body.obj("container").str("type") != "view" {
		t.Errorf("payload %v", body)
	}
	wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": body["trigger_id"], "view": assignView()}))
}

func TestEnvLeadsToTheSandbox(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	env := s.Env()
	if env["SLACK_APP_TOKEN"] != AppToken || env["SLACK_BOT_TOKEN"] != BotToken || !strings.HasPrefix(env["SLACK_API_URL"], "http://127.0.0.1:") || !strings.HasSuffix(env["SLACK_API_URL"], "/api/") {
		t.Errorf("settings %v", env)
	}
	if b := (Breach{Side: SideSlack, Rule: RuleTicket, Detail: "used twice"}); b.String() != "slack: ticket: used twice" {
		t.Errorf("breach reads %q", b)
	}
}
