package main

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// onDuty begins a world with the group @support-oncall, which is shown; before changes it first.
func onDuty(t *testing.T, members []string, before func(w *world), changes ...change) *world {
	t.Helper()
	t.Parallel()
	w := prepare(t, changes...)
	if len(members) > 0 {
		w.settings["DUTY_GROUPS"] = w.Slack.AddUserGroup("support-oncall", members...)
	}
	before(w)
	w.run()
	w.awaitSockets(2)
	return w
}

func asItIs(*world) {}

// isAway has somebody be away by their status.
func (w *world) isAway(handle, text, emoji string) {
	w.Slack.Person(handle).SetStatus(text, emoji, time.Time{})
}

func TestAContactGoesToWhoeverIsOnDuty(t *testing.T) {
	w := onDuty(t, []string{"omar", "sara"}, asItIs)
	manager, layla := w.person("manager"), w.person("layla")
	manager.types("#support", "/assign 0544444444 @support-oncall")
	manager.reads("now belongs to Omar Hassan", "Omar Hassan, on duty in @support-oncall", "no contacts in the last 24 hours", "Reassign…")
	manager.types("#support", "/assign 0555555555 @support-oncall")
	manager.reads("now belongs to Sara Ali", "on duty in @support-oncall")
	w.owner("966544444444", "omar@twerlo.com")
	w.owner("966555555555", "sara@twerlo.com")
	manager.types("#support", "/assign 0566666666 omar@twerlo.com")
	manager.reads("now belongs to Omar Hassan")
	layla.types("#support", "/assign 0577777777 @support-oncall") // Sara had the last one
	layla.readsArabic("تم إسناد العميل", "من المناوبين في", "ولا يُسنَد عميلان على التوالي إلى الموظف نفسه")
	w.owner("966577777777", "omar@twerlo.com")
	layla.types("#support", "/assign 0588888888 @support-oncall")
	layla.readsArabic("تم إسناد العميل", "من المناوبين في", "ولديه أقل عدد من العملاء في آخر يوم")
	w.owner("966588888888", "sara@twerlo.com")
}

// A handle may arrive as mere text, and a mention of the group without its label.
func TestAGroupIsUnderstoodHoweverItArrives(t *testing.T) {
	w := onDuty(t, []string{"omar"}, asItIs, unsettled(slack.Unsettled{BareLinks: true}))
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 @Support-OnCall")
	manager.reads("now belongs to Omar Hassan", "on duty in @support-oncall", "nobody else is available")
	manager.types("#support", "/assign 0555555555 support-oncall")
	manager.reads("now belongs to Omar Hassan", "on duty in @support-oncall")
	manager.types("#support", "/assign 0555555555 @support-offcall")
	manager.reads("Azeer has no agent", "support-offcall")
	manager.Post("#general", "@azeer 0566666666 @support-oncall")
	manager.reads("now belongs to Omar Hassan", "on duty in @support-oncall")
}

func TestABatchIsSpreadOverThoseOnDuty(t *testing.T) {
	w := onDuty(t, []string{"omar", "sara", "layla"}, asItIs)
	manager := w.person("manager")
	manager.types("#support", "/assign "+strings.Join(numbers(9), " ")+" @support-oncall")
	manager.reads("9 of 9 contacts assigned to @support-oncall", "On duty in @support-oncall", "Omar Hassan: 3", "Sara Ali: 3", "ليلى أحمد: 3", "Undo all")
	for _, who := range []string{"omar@twerlo.com", "sara@twerlo.com", "layla@twerlo.com"} {
		if n := w.owns(9, who); n != 3 {
			t.Errorf("%s owns %d", who, n)
		}
	}
}

func TestWhoIsAwayIsPassedOverAndNamed(t *testing.T) {
	w := onDuty(t, []string{"omar", "sara", "layla", "manager"}, func(w *world) {
		w.Slack.SetScopes(append(w.Slack.Scopes(), "dnd:read")...)
		w.isAway("omar", "out of office until Monday", ":calendar:")
		w.Slack.Person("sara").DoNotDisturb(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 @support-oncall")
	manager.reads("now belongs to \u2068ليلى أحمد\u2069", "nobody else is available", "Not available: Omar Hassan (status: “out of office until Monday”), Sara Ali (do not disturb), "+
		"Maha Manager (not an agent in Azeer)")
	if calls := w.Slack.APICalls("dnd.teamInfo"); len(calls) != 1 || strings.Count(calls[0].Args["users"].(string), ",") != 3 {
		t.Errorf("asked who may be disturbed by %v", calls)
	}
}

func TestNobodyOnDutyIsLeft(t *testing.T) {
	var empty string
	w := onDuty(t, []string{"omar"}, func(w *world) {
		w.isAway("omar", "", ":palm_tree:")
		empty = w.Slack.AddUserGroup("nights")
		w.Slack.SetUserGroup(w.Slack.AddUserGroup("retired"), true, "sara")
	})
	manager, layla := w.person("manager"), w.person("layla")
	manager.types("#support", "/assign 0544444444 @support-oncall")
	m := manager.reads("Not assigned", "Nobody in @support-oncall is available: Omar Hassan (status: “:palm_tree:”)", "Assign again", "Fix in form")
	layla.types("#support", "/assign 0555555555 @nights")
	layla.readsArabic("لم يُسنَد العميل", "لا أعضاء في", "@nights")
	manager.types("#support", "/assign 0566666666 retired")
	manager.reads("Not assigned", "@retired is turned off in Slack")
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
	w.Slack.SetUserGroup(empty, false, "sara")
	w.restart(func() {}) // which forgets what is known of the groups
	w.isAway("omar", "", "")
	manager.clicks(m, "Assign again")
	manager.reads("now belongs to Omar Hassan")
}

// A manager knows more: who is named gets the contact, and it is said that they are away.
func TestWhoIsNamedGetsItThoughTheyAreAway(t *testing.T) {
	w := onDuty(t, nil, func(w *world) {
		w.isAway("omar", "On holiday", "")
		w.isAway("layla", "في إجازة", ":palm_tree:")
	})
	manager, layla := w.person("manager"), w.person("layla")
	for _, name := range []string{"omar@twerlo.com", "@omar", "Omar"} {
		manager.types("#support", "/assign 0544444444 "+name)
		manager.reads("Omar Hassan", "may be away. Slack status: “On holiday”", "Reassign…")
	}
	layla.types("#support", "/assign 0555555555 omar@twerlo.com")
	layla.readsArabic("تم إسناد العميل", "ربما كان", "غائبًا", "On holiday")
	layla.types("#support", "/assign 0566666666 me") // who knows it themselves
	if m := layla.readsArabic("تم إسناد العميل"); strings.Contains(m.Plain(), "الحالة") {
		t.Errorf("told oneself: %s", m.Plain())
	}
	manager.types("#support", "/assign 0577777777 sara@twerlo.com")
	if m := manager.reads("Sara Ali"); strings.Contains(m.Plain(), "away") {
		t.Errorf("told %s", m.Plain())
	}
}

func TestTheFormWarnsOfWhoIsAway(t *testing.T) {
	w := onDuty(t, []string{"sara", "layla"}, func(w *world) { w.isAway("omar", "On holiday", "") })
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 ")
	f := manager.form()
	options := manager.picks(f, "agent", "")
	if options[0].Text != "On duty: @support-oncall (\u2068ليلى أحمد\u2069, Sara Ali)" {
		t.Errorf("on top of the menu is %q", options[0].Text)
	}
	options = manager.picks(f, "agent", "omar")
	manager.UseInAsync(f, slack.Action{BlockID: "agent", ActionID: "agent", Value: options[0].Text})
	f, err := manager.FormWhere(w.ctx, func(f *slack.Form) bool { return strings.Contains(f.Plain(), "may be away") })
	if err != nil {
		t.Fatal(err)
	}
	options = manager.picks(f, "agent", "support")
	manager.submits(f, map[string]string{"agent": options[0].Text})
	manager.reads("now belongs to \u2068ليلى أحمد\u2069", "on duty in @support-oncall")
}

func TestWhoIsOnDutyIsTold(t *testing.T) {
	w := onDuty(t, []string{"omar", "sara"}, asItIs)
	manager, layla := w.person("manager"), w.person("layla")
	manager.types("#support", "/assign 0544444444 @support-oncall")
	manager.reads("Omar Hassan")
	manager.types("#support", "/assign duty")
	manager.reads("On duty now", "@support-oncall: Omar Hassan (1), Sara Ali (0). Next: Sara Ali.")
	layla.types("#support", "/assign المناوبة")
	layla.readsArabic("المناوبون الآن", "@support-oncall", "التالي", "Sara Ali")
	manager.OpenHome()
	w.until("the Home tab", func() bool {
		home := manager.HomeTab()
		return home != nil && strings.Contains(home.Plain(), "On duty: @support-oncall (Sara Ali, Omar Hassan)")
	})
}

func TestWithoutGroupsDutyIsExplained(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign duty")
	manager.reads("No duty groups are set here", "DUTY_GROUPS")
}

// What was chosen stands, through Azeer's troubles and a kill.
func TestTheChoiceOutlivesARestart(t *testing.T) {
	w := onDuty(t, []string{"omar", "sara"}, asItIs)
	manager := w.person("manager")
	w.Azeer.Next(3, azeer.Misbehaviour{Status: 503})
	manager.types("#support", "/assign 0544444444 @support-oncall")
	w.untilAzeer(1)
	w.restart(func() { w.Slack.SetUserGroup(w.settings["DUTY_GROUPS"], false, "sara") })
	manager.reads("now belongs to Omar Hassan", "on duty in @support-oncall")
	w.owner("966544444444", "omar@twerlo.com")
}

// untilAzeer waits until Azeer was called n times.
func (w *world) untilAzeer(n int) { w.until("a call to Azeer", func() bool { return w.calls() >= n }) }

func TestWhoIsOnDutyTakesOver(t *testing.T) {
	w := onDuty(t, []string{"sara", "layla"}, asItIs)
	manager := w.person("manager")
	manager.types("#support", "/assign "+strings.Join(numbers(4), " ")+" omar@twerlo.com")
	manager.reads("4 of 4 contacts")
	manager.types("#support", "/assign handover omar @support-oncall")
	m := manager.reads("Nothing is done yet", "Omar Hassan", "4 contacts", "to @support-oncall")
	manager.clicks(m, "Hand over all 4")
	manager.reads("4 of 4 contacts assigned to @support-oncall", "Sara Ali: 2")
	if w.owns(4, "sara@twerlo.com") != 2 || w.owns(4, "layla@twerlo.com") != 2 {
		t.Error("the contacts are not spread")
	}
}
