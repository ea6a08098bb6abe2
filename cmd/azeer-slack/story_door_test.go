package main

import (
	"strings"
	"testing"

	"azeer-slack/sandbox/slack"
)

// ways are all the ways in; each must be shut to who may not. They give what the person
// was told.
var ways = map[string]func(w *world, p someone) string{
	"command": func(w *world, p someone) string {
		p.types("#support", "/assign 0544444444 omar@twerlo.com")
		return p.reads().Plain()
	},
	"bare command": func(w *world, p someone) string {
		p.types("#support", "/assign")
		return p.reads().Plain()
	},
	"help": func(w *world, p someone) string {
		p.types("#support", "/assign help")
		return p.reads().Plain()
	},
	"history": func(w *world, p someone) string {
		p.types("#support", "/assign history 0544444444")
		return p.reads().Plain()
	},
	"mine": func(w *world, p someone) string {
		p.types("#support", "/assign mine")
		return p.reads().Plain()
	},
	"shortcut": func(w *world, p someone) string {
		p.GoTo("#support")
		p.Shortcut("assign_contact")
		f := p.form()
		defer p.Cancel(f)
		return f.Plain()
	},
	"message": func(w *world, p someone) string {
		f := p.shortcut(w.Slack.Person("omar").Post("#support", "call 0544444444"))
		defer p.Cancel(f)
		return f.Plain()
	},
	"mention": func(w *world, p someone) string {
		w.Slack.Invite("#support", "bot")
		p.Post("#support", "@azeer assign 0544444444 omar@twerlo.com")
		return p.reads().Plain()
	},
}

func TestWhoMayNotIsToldSoPolitely(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		person string
		set    change
		told   string
	}{
		{"guest", "guest", func(*world) {}, "Guests can't"},
		{"other organisation", "partner", func(*world) {}, "other organizations can't"},
		{"not on the list", "sara", with("ALLOWED_USERS", "U0SOMEBODY1"), "not on the list"},
		{"not in the group", "sara", func(w *world) { w.settings["ALLOWED_USERGROUPS"] = w.Slack.AddUserGroup("support", "manager") }, "not on the list"},
		{"not in this channel", "sara", with("ALLOWED_CHANNELS", "C0ELSEWHERE"), "only in"},
	} {
		for way, enter := range ways {
			if c.person == "guest" && way == "shortcut" {
				continue // Slack does not offer guests any
			}
			t.Run(c.name+" by "+way, func(t *testing.T) {
				t.Parallel()
				w := prepare(t, with("ADMIN_USERS", "U0ADMIN0001"))
				c.set(w)
				w.run()
				told := enter(w, w.person(c.person))
				if !strings.Contains(told, c.told) || !strings.Contains(strings.ToLower(told), "ask") {
					t.Errorf("told %q", told)
				}
				if n := w.calls(); n != 0 {
					t.Errorf("%d calls to Azeer", n)
				}
			})
		}
	}
}

func TestWhoMayIsLetIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, person string
		set          change
	}{
		{"guest allowed", "guest", func(w *world) { w.settings["ALLOW_GUESTS"] = "true" }},
		{"on the list", "sara", func(w *world) { w.settings["ALLOWED_USERS"] = w.Slack.Person("sara").ID() }},
		{"in the group", "sara", func(w *world) {
			w.settings["ALLOWED_USERGROUPS"] = w.Slack.AddUserGroup("support", "sara")
		}},
		{"on the list though not in the group", "sara", func(w *world) {
			w.settings["ALLOWED_USERGROUPS"] = w.Slack.AddUserGroup("support", "manager")
			w.settings["ALLOWED_USERS"] = w.Slack.Person("sara").ID()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := prepare(t)
			c.set(w)
			w.run()
			p := w.person(c.person)
			p.types("#support", "/assign 0544444444 omar@twerlo.com")
			p.reads("now belongs to")
		})
	}
}

// While it is not known who is in a group, nobody is let in by it, and everybody is told
// that; it is asked for again until it is known.
func TestAGroupThatCannotBeReadLetsNobodyIn(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.settings["ALLOWED_USERGROUPS"] = w.Slack.AddUserGroup("support", "manager")
	w.Slack.FailAPI("usergroups.users.list", -1, slack.Failure{Error: "service_unavailable"})
	w.run()
	manager, guest := w.person("manager"), w.person("guest")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("could not tell me whether you can", "Nothing was done")
	guest.types("#support", "/assign 0544444444 omar@twerlo.com")
	guest.reads("Guests can't")
	w.Slack.Restore()
	w.untilLogged("user groups read", 1)
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	if n := len(w.Slack.APICalls("users.info")); n != 3 {
		t.Errorf("asked %d times who the two are, and whether the agent is away", n)
	}
}

// Nobody is looked up before they are met, and whoever was met needs no Slack.
func TestWhoIsMetIsLookedUpOnce(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	for _, method := range []string{"users.list", "users.info"} {
		if n := len(w.Slack.APICalls(method)); n != 0 {
			t.Errorf("%d calls of %s before anybody was met", n, method)
		}
	}
	sara.types("#support", "/assign 0544444444 omar@twerlo.com")
	sara.reads("now belongs to")
	w.Slack.FailAPI("users.info", -1, slack.Failure{Status: 500})
	sara.types("#support", "/assign 0544444444 sara@twerlo.com")
	sara.reads("now belongs to", "Sara Ali")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("could not tell me whether you can", "Nothing was done")
	w.untilLogged("person not looked up", 1)
}

// Who was let in and no longer may is stopped at the next step: in the menu, the form and
// at the buttons.
func TestWhoMayNoLongerIsStoppedEverywhere(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	manager.picks(f, "agent", "om")
	if err := manager.Fill(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"}); err != nil {
		t.Fatal(err)
	}
	sara.types("#support", "/assign 0544444444 omer@twerlo.com")
	m := sara.reads("no agent")
	w.restart(func() { w.settings["ALLOWED_USERS"] = w.person("layla").ID() })

	if found := manager.picks(f, "agent", ""); len(found) != 0 {
		t.Errorf("the menu still offers %v", found)
	}
	manager.submits(f, nil)
	if !strings.Contains(f.Plain(), "not on the list") {
		t.Errorf("the form says:\n%s", f.Plain())
	}
	for _, label := range []string{"Fix in form", "Omar Hassan (omar@twerlo.com)"} {
		sara.Click(m, label)
		sara.reads("not on the list")
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}
