package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// beginAudit starts a world with the private channel #audit, which the manager is in.
func beginAudit(t *testing.T, bot bool, changes ...change) *world {
	t.Helper()
	t.Parallel()
	w := prepare(t, changes...)
	w.settings["AUDIT_CHANNEL"] = w.Slack.AddChannel(slack.ChannelConfig{Name: "audit", Private: true, Members: []string{"manager"}, BotMember: bot})
	w.run()
	return w
}

// readsAudit waits for a message in the audit channel, and checks that it notifies nobody.
func (p someone) readsAudit(words ...string) slack.Message {
	p.w.t.Helper()
	m := p.reads(words...)
	if m.Where != "#audit" || m.Via != slack.ViaPostMessage || m.Ephemeral || len(m.Buttons) != 0 {
		p.w.t.Errorf("read in %s by %s: %q", m.Where, m.Via, m.Plain())
	}
	if raw := m.Text + string(m.Blocks); strings.Contains(raw, "<@") || strings.Contains(raw, "<!channel") || strings.Contains(raw, "<!here") {
		p.w.t.Errorf("notifies somebody: %s", raw)
	}
	if strings.Contains(strings.ReplaceAll(m.Text, " ", ""), "54444") {
		p.w.t.Errorf("shows a phone: %s", m.Text)
	}
	return m
}

func TestEachOutcomeIsAuditedOnce(t *testing.T) {
	w := beginAudit(t, true)
	manager, sara, layla := w.person("manager"), w.person("sara"), w.person("layla")
	sara.assigned("#support", "omar@twerlo.com")
	m := manager.readsAudit("Assigned to Omar Hassan (omar@twerlo.com)", "…444", "by Sara Ali", "/assign in #support")
	if !strings.Contains(m.Text, "<!date^") {
		t.Errorf("it does not say when: %s", m.Text)
	}
	// In the default language, whatever the person's.
	layla.types("#general", "/assign 0544444444 أنا")
	m = layla.reads("تم إسناد العميل", "layla@twerlo.com")
	manager.readsAudit("Assigned to \u2068ليلى أحمد\u2069 (layla@twerlo.com)", "…444", "by \u2068ليلى أحمد\u2069", "in #general")
	layla.clicks(m, "تراجع")
	layla.reads("تم التراجع")
	manager.readsAudit("Undone: given back to Omar Hassan", "with a button")

	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404, Body: `{"message":"contact 0544444444 unknown"}`})
	sara.assigned("#support", "omar@twerlo.com")
	if m := manager.readsAudit("Not assigned to Omar Hassan", "does not know the contact"); strings.Contains(m.Text, "unknown") {
		t.Errorf("quotes Azeer: %s", m.Text)
	}
	sara.types("#support", "/assign 0544444444 omer@twerlo.com")
	sara.reads("no agent")
	manager.readsAudit("Not assigned to omer@twerlo.com: Azeer has no such agent")
	sara.types("#support", "/assign 0544444444 @guest")
	sara.reads("no agent")
	manager.readsAudit("Not assigned to Gus Guest")
	sara.types("#support", "/assign help")
	sara.reads("assign a WhatsApp contact")
	if n := len(manager.Messages("#audit")); n != 6 {
		t.Errorf("%d messages in the audit channel, want 6", n)
	}
}

func TestTheAuditInArabicWithWholeNumbers(t *testing.T) {
	w := beginAudit(t, true, with("DEFAULT_LANGUAGE", "ar"), with("AUDIT_FULL_PHONE", "true"))
	manager, sara := w.person("manager"), w.person("sara")
	sara.types("#support", "/assign +971 50 123 4567 omar@twerlo.com")
	sara.reads("now belongs to")
	m := manager.reads("أُسنِد \u2068إلى \u2066Omar Hassan\u2069", "\u2066🇦🇪 +971 50 123 4567\u2069 (\u2068الإمارات العربية المتحدة\u2069)", "بطلب من \u2066Sara Ali\u2069", "/assign")
	w.checkArabic(withoutChannels.ReplaceAllString(m.Plain(), ""))
}

// The audit waits for Slack, however long; a finish or a restart does not make it forget.
func TestTheAuditOutlivesTroubleAndRestarts(t *testing.T) {
	w := beginAudit(t, false)
	w.expectError("outcomes cannot be reported to the audit channel")
	manager, sara := w.person("manager"), w.person("sara")
	sara.assigned("#support", "omar@twerlo.com")
	w.untilLogged("outcomes cannot be reported", 1)
	sara.assigned("#support", "sara@twerlo.com")
	w.untilLogged("audit channel still cannot be posted to", 1)
	if n := strings.Count(w.logs.all(), "outcomes cannot be reported"); n != 1 {
		t.Errorf("complained %d times within the hour", n)
	}
	if log := w.logs.all(); !strings.Contains(log, "/invite @azeer") {
		t.Error("the log does not say what to do")
	}
	w.restart(func() { w.Slack.Invite("#audit", "bot") })
	manager.readsAudit("Assigned to Omar Hassan")
	manager.readsAudit("Assigned to Sara Ali")
	w.restart(func() {})
	sara.assigned("#support", "layla@twerlo.com")
	manager.readsAudit("Assigned to \u2068ليلى أحمد\u2069")
	if n := len(manager.Messages("#audit")); n != 3 {
		t.Errorf("%d messages in the audit channel, want 3", n)
	}
}

func TestTheAuditIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]slack.Failure{
		"error": {Status: http.StatusInternalServerError}, "rate limit": {Status: http.StatusTooManyRequests, RetryAfter: time.Second},
		"busy": {Error: "service_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			w := beginAudit(t, true)
			manager, sara := w.person("manager"), w.person("sara")
			w.Slack.FailAPI("chat.postMessage", 1, f)
			sara.assigned("#support", "omar@twerlo.com")
			manager.readsAudit("Assigned to Omar Hassan")
		})
	}
}

// What nobody can know to have arrived is said again rather than never.
func TestAnAuditWhoseAnswerIsLostComesTwice(t *testing.T) {
	w := beginAudit(t, true)
	manager, sara := w.person("manager"), w.person("sara")
	w.Slack.FailAPI("chat.postMessage", 1, slack.Failure{Reset: true, AfterDoing: true})
	sara.assigned("#support", "omar@twerlo.com")
	for range 2 {
		manager.readsAudit("Assigned to Omar Hassan")
	}
}

// A burst keeps to Slack's one message a second, and loses none.
func TestABurstIsAuditedInOrder(t *testing.T) {
	w := beginAudit(t, true)
	w.Slack.RateLimits(true)
	manager, sara := w.person("manager"), w.person("sara")
	for n := range 6 {
		sara.types("#support", "/assign 05444444"+itoa(int64(10+n))+" omar@twerlo.com")
		sara.reads("now belongs to")
	}
	for n := range 6 {
		manager.reads("Assigned to Omar Hassan", "…4"+itoa(int64(10+n)))
	}
}

// What ends while the bot is being stopped is reported before it is gone.
func TestTheLastOutcomesAreAudited(t *testing.T) {
	w := beginAudit(t, true)
	manager, sara := w.person("manager"), w.person("sara")
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Second})
	sara.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	if err := w.halt(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	sara.reads("now belongs to")
	manager.readsAudit("Assigned to Omar Hassan")
}

func TestNothingIsAuditedWhereNoneIsWanted(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	sara.assigned("#support", "omar@twerlo.com")
	if n := len(w.Slack.APICalls("chat.postMessage")); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestCheckTriesTheAuditChannel(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	private := box.Slack.AddChannel(slack.ChannelConfig{Name: "audit", Private: true, Members: []string{"manager"}})
	for _, c := range []struct{ channel, want, cure string }{
		{box.Slack.ChannelID("#general"), "✓ outcomes can be posted to AUDIT_CHANNEL", ""},
		{box.Slack.ChannelID("#support"), "Slack says not_in_channel", "/invite @azeer"},
		{private, "Slack says channel_not_found", "/invite @azeer"},
		{"C0NOWHERE00", "Slack says channel_not_found", "correct AUDIT_CHANNEL"},
	} {
		values["AUDIT_CHANNEL"] = c.channel
		_, out, _ := started(t, values, "check")
		if !strings.Contains(out, c.want) || !strings.Contains(out, c.cure) {
			t.Errorf("no %q in\n%s", c.want, out)
		}
	}
	for _, p := range box.Slack.Persons() {
		if n := len(p.Unseen()); n != 0 {
			t.Errorf("%s sees %d messages of the check", p.Handle(), n)
		}
	}
}
