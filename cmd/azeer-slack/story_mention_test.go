package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

func TestAMentionAssignsAndAnswersPrivatelyWhereItWas(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	manager.Post("#general", "@azeer assign 0544444444 omar@twerlo.com")
	if m := manager.reads("now belongs to", "Omar Hassan"); !m.Ephemeral || m.Where != "#general" || m.ThreadTS != "" || m.Via != slack.ViaPostEphemeral {
		t.Errorf("answered by %s in %s, thread %q", m.Via, m.Where, m.ThreadTS)
	}
	root := sara.Post("#general", "who takes 0544444444?")
	manager.Reply(root, "@azeer please transfer +966 54 444 4444 to @sara, thanks")
	if m := manager.reads("now belongs to", "Sara Ali"); !m.Ephemeral || m.ThreadTS != root.TS {
		t.Errorf("answered in %s, thread %q", m.Where, m.ThreadTS)
	}
	w.Slack.Invite("#vip", "bot")
	sara.Post("#vip", "@azeer 0544444444 me")
	if m := sara.reads("already belonged to", "Sara Ali"); m.Where != "#vip" || !m.Ephemeral {
		t.Errorf("answered in %s", m.Where)
	}
	if n := w.calls(); n != 3 {
		t.Errorf("%d calls to Azeer, want 3", n)
	}
}

// Where the bot is not, Slack tells it of nothing.
func TestAMentionElsewhereIsNotHeard(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	for _, place := range []string{"#support", "#vip", "@manager", "@azeer"} {
		if m := sara.Post(place, "@azeer assign 0544444444 omar@twerlo.com"); w.Slack.Mentioned(m) != nil {
			t.Errorf("heard in %s", place)
		}
	}
}

func TestMistakesInAMentionAreAnsweredTheSameWay(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	root := w.person("sara").Post("#general", "who takes this?")
	for _, c := range []struct{ said, told, contact string }{
		{"@azeer assign 05444 omar@twerlo.com", "too short", "05444"},
		{"@azeer 0544444444", "Which agent?", "0544444444"},
		{"@azeer omar@twerlo.com", "Which contact?", ""},
	} {
		manager.Reply(root, c.said)
		m := manager.reads("Nothing was done", c.told)
		if !m.Ephemeral || m.ThreadTS != root.TS {
			t.Errorf("%q: answered in thread %q", c.said, m.ThreadTS)
		}
		manager.Click(m, "Fix in form")
		f := manager.form()
		if got := f.Values()["contact"]; got != c.contact {
			t.Errorf("%q: the form starts with %q", c.said, got)
		}
		manager.Cancel(f)
	}
	manager.Reply(root, "@azeer 0544444444 omer@twerlo.com")
	m := manager.reads("no agent", "omer@twerlo.com")
	manager.Click(m, "Omar Hassan (omar@twerlo.com)")
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestAMentionOfNothingGetsHelp(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.Post("#general", "@azeer")
	m := manager.reads("@azeer 0544444444 omar@example.com", "/assign help")
	manager.Click(m, "Open the form")
	manager.assigns(manager.form(), map[string]string{"contact": "0544444444"})
	manager.reads("now belongs to")
	manager.Post("#general", "thank you @azeer!")
	manager.reads("Mention me with a number and an agent")
	manager.Post("#general", "@azeer how are you today")
	manager.reads("Mention me with a number and an agent")
	manager.Post("#general", "@azeer help")
	manager.reads("/assign 0544444444 omar@example.com")
}

func TestAnEventThatComesTwiceIsOneRequest(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	d := w.Slack.Mentioned(manager.Post("#general", "@azeer assign 0544444444 omar@twerlo.com"))
	manager.reads("now belongs to")
	w.Slack.Redeliver(d)
	manager.types("#general", "/assign help") // comes after it
	manager.reads("/assign 0544444444")
	w.restart(func() {})
	w.Slack.Redeliver(d) // cached from the journal
	manager.types("#general", "/assign help")
	manager.reads("/assign 0544444444")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestIntegrationsAndEditsAskForNothing(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	crm := w.Slack.AddPerson(slack.PersonConfig{Handle: "crm", Bot: true})
	crm.Post("#general", "@azeer assign 0544444444 omar@twerlo.com")
	m := manager.Post("#general", "thanks to Azeer")
	manager.Edit(m, "@azeer assign 0544444444 omar@twerlo.com")
	for _, id := range []*slack.Delivery{w.Slack.Mentioned(m)} {
		if err := id.Wait(w.ctx); err != nil {
			t.Fatal(err)
		}
	}
	manager.types("#general", "/assign help") // comes after them
	manager.reads("/assign 0544444444")
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

func TestWhoMayNotMentionsInVain(t *testing.T) {
	w := begin(t, with("ALLOW_GUESTS", "false"))
	w.Slack.Invite("#support", "bot")
	root := w.person("sara").Post("#support", "who takes 0544444444?")
	for person, told := range map[string]string{"guest": "Guests can't", "partner": "other organizations can't"} {
		p := w.person(person)
		p.Reply(root, "@azeer assign 0544444444 omar@twerlo.com")
		if m := p.reads(told); !m.Ephemeral || m.ThreadTS != root.TS {
			t.Errorf("%s was told in thread %q", person, m.ThreadTS)
		}
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

// Users write to the bot as to one another, and mention it where they like.
func TestASentenceIsUnderstood(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	for _, said := range []string{
		"@azeer could you assign 0544444444 to omar@twerlo.com?",
		"@azeer please assign the customer 0544444444 to omar@twerlo.com",
		"@azeer assign contact 0544444444 to omar@twerlo.com",
		"@azeer أسند العميل 0544444444 إلى omar@twerlo.com",
		"@azeer أسند الرقم 0544444444 إلى omar@twerlo.com",
		"@azeer ممكن تسند 0544444444 إلى omar@twerlo.com",
		"assign 0544444444 @azeer to omar@twerlo.com",
		"0544444444 @azeer omar@twerlo.com",
	} {
		manager.Post("#general", said)
		manager.reads("belong", "Omar Hassan")
	}
	manager.Post("#general", "thanks omar! @azeer assign 0544444444")
	manager.reads("Which agent?")
}

func TestAMentionIsUnderstoodInArabic(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.Post("#general", "@azeer عيّن ٠٥٤٤٤٤٤٤٤٤ إلى omar@twerlo.com لو سمحت")
	if m := layla.reads("تم", "+966 54 444 4444", "Omar Hassan"); !m.Ephemeral {
		t.Errorf("answered by %s", m.Via)
	}
	w.owner("966544444444", "omar@twerlo.com")
	layla.Post("#general", "@azeer ٠٥٤٤٤ أنا")
	layla.reads("لم يتم أي إجراء")
	layla.Post("#general", "@azeer")
	layla.reads("0544444444", "/assign مساعدة")
}

func TestWhereNothingCanBeShownADirectMessageAnswers(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	w.Slack.FailAPI("chat.postEphemeral", -1, slack.Failure{Error: "not_in_channel"})
	manager.Post("#general", "@azeer assign 0544444444 omar@twerlo.com")
	if m := manager.reads("now belongs to"); m.Via != slack.ViaPostMessage || m.Where != "@azeer" {
		t.Errorf("answered by %s in %s", m.Via, m.Where)
	}
}

// heardAt delivers a mention by manager as if it had been written so long ago.
func (w *world) heardAt(ago time.Duration) *slack.Delivery {
	written := time.Now().Add(-ago)
	return w.Slack.SendEvent(map[string]any{"type": "app_mention", "user": w.person("manager").ID(), "channel": w.Slack.ChannelID("#general"),
		"ts":   fmt.Sprintf("%d.000100", written.Unix()),
		"text": "<@" + slack.BotUserID + "> assign 0544444444 omar@twerlo.com"})
}

// Slack delivers late what it could not deliver at once. It must not overrule what was
// asked for in between.
func TestAMentionThatComesLateOverrulesNothing(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	w.heardAt(2 * time.Minute)
	manager.reads("now belongs to", "Omar Hassan")
	sara.types("#general", "/assign 0544444444 me")
	sara.reads("now belongs to", "Sara Ali")

	w.heardAt(3 * time.Minute)
	m := manager.reads("A newer request", "Sara Ali", "anyway?")
	w.owner("966544444444", "sara@twerlo.com")
	manager.Click(m, "Assign anyway")
	manager.reads("now belongs to", "Omar Hassan")
}

// A mention that was done is not asked about, when Slack tells of it once more.
func TestAMentionThatComesTwiceAndLateIsOneRequest(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	heard := w.heardAt(time.Minute)
	manager.reads("now belongs to", "Omar Hassan")
	w.restart(func() {})
	w.Slack.Redeliver(heard)
	manager.types("#general", "/assign help") // comes after it
	manager.reads("/assign 0544444444")
	sara.assigned("#general", "sara@twerlo.com")
	w.restart(func() {})
	w.Slack.Redeliver(heard)
	manager.types("#general", "/assign help")
	manager.reads("/assign 0544444444")
	if n := w.calls(); n != 2 {
		t.Errorf("%d calls to Azeer, want 2", n)
	}
}

func TestAMentionThatComesMuchTooLateAsksFirst(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	w.heardAt(11 * time.Minute)
	m := manager.reads("Not assigned", "ten minutes", "Assign it now?")
	if n := w.calls(); n != 0 || !strings.Contains(m.Plain(), "+966 54 444 4444") {
		t.Errorf("%d calls; %s", n, m.Plain())
	}
	manager.Click(m, "Assign now")
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestAMentionNamesSeveralContacts(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	root := w.person("sara").Post("#general", "who takes these?")
	manager.Reply(root, "@azeer assign 0544444444, 0555555555 and +966 56 666 6666 to @omar please")
	if m := manager.reads("3 of 3 contacts assigned to Omar Hassan", "Undo all"); !m.Ephemeral || m.ThreadTS != root.TS {
		t.Errorf("answered in thread %q", m.ThreadTS)
	}
	w.owner("966566666666", "omar@twerlo.com")
	layla.Post("#general", "@azeer أسند إلى ليلى:\n٠٥٤٤٤٤٤٤٤٤\n٠٥٥٥٥٥٥٥٥٥")
	layla.readsArabic("✅ تم الإسناد", "ليلى أحمد")
	w.owner("966555555555", "layla@twerlo.com")
	manager.Post("#general", "@azeer 0544444444 0555555555")
	manager.reads("Nothing was done", "2 contacts, but no agent")
	manager.Post("#general", "@azeer "+strings.Join(numbers(26), " ")+" to omar@twerlo.com")
	m := manager.reads("Nothing is done yet", "Assign all 26")
	manager.clicks(m, "Assign all 26")
	manager.reads("26 of 26 contacts assigned")
}

// A sentence may hold numbers that are no contact's, and a mention may come late: then it is asked.
func TestAMentionOfSeveralIsAskedAboutWhereItIsNotSure(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.Post("#general", "@azeer assign 0544444444 to omar@twerlo.com, order number 0512345678")
	manager.reads("Nothing was done", "2 numbers")
	manager.Post("#general", "@azeer 0544444444 omar@twerlo.com\nsorry, 0555555555")
	manager.reads("Nothing was done", "2 numbers")
	text := "<@" + slack.BotUserID + "> assign 0544444444 0555555555 omar@twerlo.com"
	late := w.Slack.SendEvent(map[string]any{"type": "app_mention", "user": manager.ID(), "channel": w.Slack.ChannelID("#general"),
		"ts": fmt.Sprintf("%d.000100", time.Now().Add(-time.Minute).Unix()), "text": text})
	m := manager.reads("Nothing is done yet", "Assign all 2")
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
	manager.clicks(m, "Assign all 2")
	manager.reads("2 of 2 contacts assigned")
	if late.Err != nil {
		t.Error(late.Err)
	}
}

// A mention of several that was done is not asked about, when Slack tells of it once more.
func TestAMentionOfSeveralThatComesTwiceIsOneRequest(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	heard := w.Slack.Mentioned(manager.Post("#general", "@azeer assign 0544444444 0555555555 omar@twerlo.com"))
	manager.reads("2 of 2 contacts assigned")
	w.restart(func() {})
	w.Slack.Redeliver(heard)
	manager.types("#general", "/assign help") // comes after it
	manager.reads("/assign 0544444444")
	if n := w.calls(); n != 2 {
		t.Errorf("%d calls to Azeer, want 2", n)
	}
}
