package slack

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/rule"
)

func TestMentionsInCommandText(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	ws := s.Slack
	app, omar := greet(t, s), ws.Person("omar")
	d := omar.CommandAsync("#general", "/assign @sara @nobody #support #vip")
	f := app.next()
	app.ack(f, map[string]any{"text": "<#" + ws.ChannelID("#support") + ">"})
	settle(t, d)
	want := "<@" + ws.Person("sara").ID() + "|sara> @nobody <#" + ws.ChannelID("#support") + "|support> <#" + ws.ChannelID("#vip") + "|>"
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
	ws := s.Slack
	noura := ws.AddPerson(PersonConfig{Handle: "noura", Name: "Noura Saleh"})
	if noura.Config().Email != "noura@twerlo.com" {
		t.Errorf("noura is %+v", noura.Config())
	}
	secret := ws.AddChannel(ChannelConfig{Name: "secret", Private: true, Members: []string{"noura"}})
	if !slices.Contains(ws.Channels(), "#secret") {
		t.Errorf("channels %v", ws.Channels())
	}
	ws.SetScopes("groups:read")
	ws.Invite("#secret", "bot", "omar")
	members := func() []any {
		list, _ := wantOK(t, api(t, s, "conversations.members", map[string]any{"channel": secret}))["members"].([]any)
		return list
	}
	if got := members(); len(got) != 3 {
		t.Errorf("members %v", got)
	}
	ws.Kick("#secret", "omar")
	if got := members(); len(got) != 2 {
		t.Errorf("members %v", got)
	}
	ws.Kick("#secret", "bot")
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
	wantBreach(t, s, rule.HashConflict)
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
	if body["response_url"] != nil || body.Obj("container").Str("type") != "view" {
		t.Errorf("payload %v", body)
	}
	wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": body["trigger_id"], "view": assignView()}))
}

func TestTimelineTellsTheStory(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	told := make(chan record.Event, 100)
	stop := s.Subscribe(func(e record.Event) { told <- e })
	defer stop()
	app := greet(t, s)
	d, f := typed(t, s, app)
	app.ack(f, map[string]any{"text": "done"})
	settle(t, d)
	var kinds []record.Kind
	for e := range told {
		kinds = append(kinds, e.Kind)
		if e.At.IsZero() {
			t.Errorf("event without a time: %+v", e)
		}
		if e.Kind == record.Seen {
			break
		}
	}
	want := []record.Kind{record.Connected, record.Typed, record.Delivered, record.Acked, record.Seen}
	if !slices.Equal(kinds, want) {
		t.Errorf("told %v, want %v", kinds, want)
	}
	if all := s.Events(); len(all) != len(want) || all[1].Text != "/assign" || all[1].Where != "#general" {
		t.Errorf("events %v", all)
	}
}

// TestCloseLeavesNothing is not parallel: it counts goroutines by what they run.
func TestCloseLeavesNothing(t *testing.T) {
	s, err := start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	app := greet(t, s)
	d, _ := typed(t, s, app)
	s.Slack.SlowAPI("auth.test", time.Hour)
	s.Slack.SendEvent(map[string]any{"type": "x"})
	s.Slack.Warn(time.Hour)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Wait(testContext(t)); err != nil || d.Shown == "" {
		t.Errorf("delivery %+v: %v", d, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	// A goroutine that has reported its end may still have an instruction to go.
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if len(ours()) == 0 {
			return
		}
		<-tick.C
	}
	t.Errorf("left over:\n%s", strings.Join(ours(), "\n\n"))
}

// ours returns the stacks of goroutines that run the workspace.
func ours() []string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var found []string
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		for _, owner := range []string{"slack.(*Workspace)", "socketmode.(*Conn)", "webapi.(*API)", "monitor.(*Monitor)",
			"loopback.(*Server)", "record.(*Recorder)"} {
			if strings.Contains(stack, owner) {
				found = append(found, stack)
				break
			}
		}
	}
	return found
}
