package main

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

func TestAReceiptIsNoted(t *testing.T) {
	t.Parallel()
	w := prepare(t, with("NOTIFY_AGENTS", "true"))
	w.settings["AUDIT_CHANNEL"] = w.Slack.AddChannel(slack.ChannelConfig{Name: "audit", Private: true, Members: []string{"manager"}, BotMember: true})
	w.settings["ADMIN_USERS"] = w.Slack.Person("manager").ID()
	w.run()
	w.awaitSockets(2)
	sara, omar, manager := w.person("sara"), w.person("omar"), w.person("manager")
	sara.assigned("#support", "omar@twerlo.com")
	manager.readsAudit("Assigned to Omar Hassan")
	m := omar.isTold("📥")
	omar.clicks(m, "I have it")
	if m := omar.isTold("☑️ You have it"); len(m.Buttons) != 2 {
		t.Errorf("buttons %v", m.Buttons)
	}
	manager.readsAudit("☑️ Omar Hassan has …444")
	// Sara did not ask for it; an admin need not.
	manager.types("#support", "/assign 0555555555 omar@twerlo.com")
	manager.reads("now belongs to")
	manager.readsAudit("Assigned to Omar Hassan")
	omar.clicks(omar.isTold("📥"), "I have it")
	omar.isTold("☑️")
	manager.isTold("☑️ Omar Hassan has the contact +966 55 555 5555")
	manager.readsAudit("☑️ Omar Hassan has …555")
	sara.types("#support", "/assign history 0544444444")
	sara.reads("☑️ Omar Hassan has it")
}

// A button that is still there, as in a client that has not heard of the change, says what was noted.
func TestASecondTapSaysThatItIsNoted(t *testing.T) {
	t.Parallel()
	for button, noted := range map[string]string{"I have it": "☑️ That is noted already", "Not me…": "✋ That is noted already"} {
		t.Run(button, func(t *testing.T) {
			w := notifying(t)
			sara, omar := w.person("sara"), w.person("omar")
			w.Slack.FailAPI("chat.update", 1, slack.Failure{Error: "edit_window_closed"})
			sara.assigned("#support", "omar@twerlo.com")
			m := omar.isTold("📥")
			omar.clicks(m, button)
			if button == "Not me…" {
				omar.submits(omar.form(), map[string]string{"reason": "not mine"})
				sara.isTold("✋")
			}
			omar.clicks(m, "I have it")
			omar.reads(noted)
		})
	}
}

func TestAReceiptIsAskedForInTheForm(t *testing.T) {
	w := notifying(t)
	layla, omar := w.person("layla"), w.person("omar")
	layla.types("#general", "/assign 0544444444")
	f := layla.form()
	layla.picks(f, "agent", "omar")
	layla.submits(f, map[string]string{"agent": "omar@twerlo.com", "receipt": "wanted"})
	layla.reads("تم إسناد العميل")
	m := omar.isTold("📥")
	w.restart(func() {})
	omar.clicks(m, "I have it")
	omar.isTold("☑️")
	layla.isTold("☑️ أكد", "استلام", "العميل")
}

// An owner for whom it is not says so, and why; the requester hears of it.
func TestAnOwnerSaysNotMe(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	m := omar.isTold("📥")
	omar.clicks(m, "Not me…")
	f := omar.form()
	omar.submits(f, map[string]string{"reason": "<!here> not my region"})
	omar.isTold("✋ You said that it is not for you: “<!here> not my region”")
	sara.isTold("✋ Omar Hassan says that the contact +966 54 444 4444 is not for them: “<!here> not my region”. It still belongs to Omar Hassan.", "[Reassign…]")
	w.owner("966544444444", "omar@twerlo.com")
	sara.types("#support", "/assign history 0544444444")
	sara.reads("✋ Not for Omar Hassan: “<!here> not my region”")
}

func TestAnOwnerGivesItToSomebodyElse(t *testing.T) {
	w := notifying(t)
	sara, omar, layla := w.person("sara"), w.person("omar"), w.person("layla")
	sara.assigned("#support", "omar@twerlo.com")
	m := omar.isTold("📥")
	omar.clicks(m, "Not me…")
	f := omar.form()
	omar.picks(f, "agent", "layla")
	omar.submits(f, map[string]string{"reason": "speaks Arabic", "agent": "layla@twerlo.com"})
	sara.isTold("✋ Omar Hassan says", "They asked to assign it to")
	layla.isTold("📥 أسند إليك", "speaks Arabic")
	for range 3 { // what became of it, what they said, and that it is Layla's: in whichever order
		omar.reads()
	}
	w.owner("966544444444", "layla@twerlo.com")
}

// For whom it is not may leave it to whoever else is on duty.
func TestAnOwnerGivesItToWhoeverIsOnDuty(t *testing.T) {
	w := onDuty(t, []string{"omar", "layla"}, asItIs, with("NOTIFY_AGENTS", "true"))
	sara, omar, layla := w.person("sara"), w.person("omar"), w.person("layla")
	sara.assigned("#support", "omar@twerlo.com")
	omar.clicks(omar.isTold("📥"), "Not me…")
	f := omar.form()
	options := omar.picks(f, "agent", "support")
	omar.submits(f, map[string]string{"reason": "my shift is over", "agent": options[0].Text})
	sara.isTold("✋ Omar Hassan says", "my shift is over", "They asked to assign it to @support-oncall")
	layla.isTold("📥 أسند إليك", "my shift is over")
	for range 3 { // what became of it, what they said, and that it is Layla's: in whichever order
		omar.reads()
	}
	w.owner("966544444444", "layla@twerlo.com")
}

// A tap that comes late says what has happened since, and changes nothing.
func TestALateTapSaysWhatHasHappened(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	m := omar.isTold("📥")
	omar.clicks(m, "Not me…")
	f := omar.form()
	w.Slack.FailAPI("chat.update", 1, slack.Failure{Error: "edit_window_closed"}) // so its buttons stay
	sara.assigned("#support", "layla@twerlo.com")
	w.person("layla").isTold("📥")
	omar.isTold("Not yours any more")
	omar.clicks(m, "I have it")
	omar.reads("↪️ Too late: @Sara Ali assigned the contact +966 54 444 4444 to")
	omar.picks(f, "agent", "sara")
	omar.submits(f, map[string]string{"reason": "x", "agent": "sara@twerlo.com"})
	if f := omar.form(); !strings.Contains(f.Plain(), "Too late") {
		t.Errorf("the form says %s", f.Plain())
	}
	w.owner("966544444444", "layla@twerlo.com")
}

// Whoever does not say in time that they have it: the requester is asked, also after a restart.
func TestAMissingReceiptIsAskedAbout(t *testing.T) {
	w := notifying(t, func(w *world) { w.receiptAfter = 500 * time.Millisecond })
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	omar.isTold("📥")
	m := sara.isTold("⏰ Omar Hassan has not confirmed the contact +966 54 444 4444 yet", "[Remind]", "[Reassign…]")
	w.restart(func() { w.receiptAfter = time.Hour })
	sara.clicks(m, "Remind")
	sara.reads("🔔 I am asking Omar Hassan once more")
	m = omar.reads("🔔 @Sara Ali asks whether you have the contact")
	omar.reads("📥") // which has no buttons any more
	omar.clicks(m, "I have it")
	omar.isTold("☑️ You have it")
	sara.isTold("☑️ Omar Hassan has the contact")
}

func TestAMissingReceiptInArabic(t *testing.T) {
	w := notifying(t, func(w *world) { w.receiptAfter = 300 * time.Millisecond })
	layla := w.person("layla")
	layla.types("#general", "/assign 0544444444 omar@twerlo.com")
	layla.reads("تم إسناد العميل")
	w.person("omar").isTold("📥")
	m := layla.isTold("⏰ لم يؤكد", "العميل", "[تذكير]", "[تغيير الموظف…]")
	w.checkArabic(m.Plain())
}

// Who was told may say so, though they may not assign.
func TestAnOwnerWithoutRightsMaySayThatTheyHaveIt(t *testing.T) {
	t.Parallel()
	w := prepare(t, with("NOTIFY_AGENTS", "true"))
	w.settings["ALLOWED_USERS"] = w.Slack.Person("sara").ID()
	w.run()
	w.awaitSockets(2)
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	m := omar.isTold("📥")
	omar.clicks(m, "Not me…")
	if f := omar.form(); strings.Contains(f.Plain(), "Who should have it?") {
		t.Errorf("the form offers others: %s", f.Plain())
	}
	omar.clicks(m, "I have it")
	omar.isTold("☑️ You have it")
}

// What its owner does not take goes to somebody else on duty, also after a restart.
func TestTheNextOnDutyGetsIt(t *testing.T) {
	w := onDuty(t, []string{"omar", "layla"}, func(w *world) { w.receiptAfter = 500 * time.Millisecond }, with("NOTIFY_AGENTS", "true"))
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	omar.isTold("📥")
	m := sara.isTold("⏰ Omar Hassan has not confirmed", "[Remind]", "[Reassign…]", "[Next on duty]")
	w.restart(func() { w.receiptAfter = time.Hour })
	sara.clicks(m, "Next on duty")
	sara.reads("now belongs to \u2068ليلى أحمد\u2069", "(was Omar Hassan)", "nobody else is available", "Not available: Omar Hassan (has the contact already)")
	w.person("layla").isTold("📥 أسند إليك")
	omar.isTold("Not yours any more")
	w.owner("966544444444", "layla@twerlo.com")
}

// The next on duty is not asked where the contact is somebody else's already.
func TestTheNextOnDutyComesTooLate(t *testing.T) {
	w := onDuty(t, []string{"omar", "layla"}, func(w *world) { w.receiptAfter = 500 * time.Millisecond }, with("NOTIFY_AGENTS", "true"))
	sara, manager := w.person("sara"), w.person("manager")
	sara.assigned("#support", "omar@twerlo.com")
	w.person("omar").isTold("📥")
	m := sara.isTold("⏰ Omar Hassan has not confirmed", "[Next on duty]")
	manager.assigned("#support", "sara@twerlo.com")
	w.person("omar").isTold("Not yours any more")
	sara.isTold("📥")
	sara.clicks(m, "Next on duty")
	sara.reads("↪️ Too late: @Maha Manager assigned the contact +966 54 444 4444 to Sara Ali")
	w.owner("966544444444", "sara@twerlo.com")
}

// A group for which several contacts were is asked again, and the note goes along.
func TestSeveralGoToTheNextOnDuty(t *testing.T) {
	w := onDuty(t, []string{"omar", "sara"}, func(w *world) { w.receiptAfter = 500 * time.Millisecond }, with("NOTIFY_AGENTS", "true"))
	layla, omar := w.person("layla"), w.person("omar")
	layla.types("#general", "/assign 0544444444 0555555555 omar@twerlo.com note: VIP")
	layla.readsArabic("2")
	omar.isTold("📥", "VIP")
	m := layla.isTold("⏰ لم يؤكد", "[المناوب التالي]")
	layla.clicks(m, "المناوب التالي")
	layla.readsArabic("المناوبون في", "Sara Ali: 2")
	w.person("sara").isTold("📥", "VIP")
	omar.isTold("Not yours any more")
	w.owner("966544444444", "sara@twerlo.com")
	w.owner("966555555555", "sara@twerlo.com")
}
