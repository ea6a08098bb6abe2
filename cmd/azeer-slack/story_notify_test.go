package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

// notifying starts a world in which new owners are told.
func notifying(t *testing.T, changes ...change) *world {
	t.Helper()
	return begin(t, append([]change{with("NOTIFY_AGENTS", "true")}, changes...)...)
}

// isTold waits for a direct message of the app.
func (p someone) isTold(words ...string) slack.Message {
	p.w.t.Helper()
	m := p.reads(words...)
	if m.Where != "@azeer" || m.Ephemeral || m.Via != slack.ViaPostMessage && m.Via != slack.ViaUpdate {
		p.w.t.Errorf("%s reads in %s by %s: %q", p.Handle(), m.Where, m.Via, m.Plain())
	}
	return m
}

func TestTheNewOwnerIsTold(t *testing.T) {
	w := notifying(t, with("INBOX_URL", "https://inbox.example/contacts/{phone}"))
	sara, omar := w.person("sara"), w.person("omar")
	sara.types("#support", "/assign 0544444444 omar@twerlo.com note: "+hostileNote)
	sara.reads("now belongs to", "Omar Hassan")
	m := omar.isTold("📥 @Sara Ali gave you the contact +966 54 444 4444.", "<!channel> wants a refund & more", "calm them first",
		"[I have it]", "[Not me…]", "[Reassign…]", "[History]", "[Open in Azeer]")
	if raw := m.Text + string(m.Blocks); strings.Contains(raw, "<!channel") {
		t.Errorf("pings: %s", raw)
	}
	if !strings.Contains(string(m.Blocks), "https://inbox.example/contacts/966544444444") {
		t.Errorf("no link: %s", m.Blocks)
	}
	omar.clicks(m, "Open in Azeer")
	omar.clicks(m, "History")
	omar.reads("History of +966 54 444 4444", "by @Sara Ali")
	omar.clicks(m, "Reassign…")
	f := omar.form()
	omar.picks(f, "agent", "sara")
	omar.submits(f, map[string]string{"agent": "sara@twerlo.com"})
	// What is Omar's no more says so, and Sara is told.
	for range 2 {
		if m := omar.reads("Sara Ali"); m.Via == slack.ViaUpdate && !strings.Contains(m.Plain(), "Not yours any more: @Omar Hassan assigned it to Sara Ali") {
			t.Errorf("read %q", m.Plain())
		}
	}
	sara.isTold("📥 @Omar Hassan gave you the contact")
}

func TestTheNewOwnerIsToldInArabic(t *testing.T) {
	w := notifying(t, with("DEFAULT_LANGUAGE", "ar"))
	sara, layla := w.person("sara"), w.person("layla")
	sara.types("#general", "/assign 0544444444 layla@twerlo.com note: يريد استرداد المبلغ")
	sara.reads("now belongs to")
	m := layla.isTold("📥 أسند إليك", "العميل", "يريد استرداد المبلغ", "[استلمت]", "[ليس لي…]", "[تغيير الموظف…]", "[السجل]")
	w.checkArabic(strings.NewReplacer("@Sara Ali", "", "> ", "").Replace(m.Plain()))
	sara.types("#general", "/assign 0544444444 omar@twerlo.com")
	sara.reads("now belongs to", "was")
	m = layla.isTold("لم يعد لديك", "Omar Hassan")
	if m.Via != slack.ViaUpdate || len(m.Buttons) != 0 {
		t.Errorf("by %s: %q", m.Via, m.Plain())
	}
	w.person("omar").isTold("📥")
}

// Nobody is told what they do themselves, nor anybody where it is not wanted.
func TestWhoIsNotTold(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	omar.isTold("📥 @Sara Ali gave you")
	sara.types("#support", "/assign 0544444444 me")
	sara.reads("now belongs to")
	omar.isTold("Not yours any more: @Sara Ali assigned it to Sara Ali")
	w.restart(func() { w.settings["NOTIFY_AGENTS"] = "false" })
	sara.assigned("#support", "omar@twerlo.com")
	w.restart(func() { w.settings["NOTIFY_AGENTS"] = "true" })
	sara.assigned("#support", "layla@twerlo.com")
	w.person("layla").isTold("📥")
}

// An undo gives back, and says so to both.
func TestAnUndoIsToldToBoth(t *testing.T) {
	w := notifying(t)
	sara, omar, layla := w.person("sara"), w.person("omar"), w.person("layla")
	sara.assigned("#support", "omar@twerlo.com")
	omar.isTold("📥 @Sara Ali gave you")
	sara.types("#support", "/assign 0544444444 layla@twerlo.com")
	m := sara.reads("now belongs to")
	layla.isTold("📥")
	omar.isTold("Not yours any more")
	sara.clicks(m, "Undo")
	sara.reads("Undone")
	layla.isTold("لم يعد لديك")
	omar.isTold("📥 @Sara Ali gave you back the contact")
}

func TestWhoHasNoSlackAccountIsNamed(t *testing.T) {
	w := notifying(t, with("AGENT_ALIASES", "omar@twerlo.com=o.hassan@azeer.example"))
	sara, omar := w.person("sara"), w.person("omar")
	w.agent("Noura Saleh", "noura@twerlo.com")
	w.agent("Omar H", "o.hassan@azeer.example")
	w.restart(func() {}) // which reads the agents anew
	sara.types("#support", "/assign 0544444444 noura@twerlo.com")
	sara.reads("now belongs to", "noura@twerlo.com")
	sara.reads("has no Slack account here", "was not told about the contact +966 54 444 4444")
	// Aliases are followed backwards.
	sara.types("#support", "/assign 0555555555 o.hassan@azeer.example")
	sara.reads("now belongs to", "o.hassan@azeer.example")
	omar.isTold("📥 @Sara Ali gave you the contact +966 55 555 5555")
}

func TestABatchIsOneMessage(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.types("#support", "/assign 0544444444 0555555555 0566666666 omar@twerlo.com note: one family")
	sara.reads("3 of 3")
	m := omar.isTold("📥 @Sara Ali gave you 3 contacts.", "+966 54 444 4444", "one family", "[I have it]", "[Show all]")
	omar.clicks(m, "Show all")
	if f := omar.form(); !strings.Contains(f.Plain(), "+966 56 666 6666") {
		t.Errorf("the list is %s", f.Plain())
	}
	sara.types("#support", "/assign 0555555555 layla@twerlo.com")
	sara.reads("now belongs to")
	omar.isTold("Not yours any more: 1 of them", "+966 55 555 5555", "[I have it]")
	w.person("layla").isTold("📥")
	omar.clicks(m, "I have it")
	omar.isTold("☑️ You have it")
	sara.isTold("☑️ Omar Hassan has 3 contacts")
}

// Slack's troubles and the end of the process keep nobody from being told.
func TestTellingOutlivesTroubleAndRestarts(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]slack.Failure{
		"error": {Status: http.StatusInternalServerError}, "rate limit": {Status: http.StatusTooManyRequests, RetryAfter: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := notifying(t)
			sara, omar := w.person("sara"), w.person("omar")
			w.Slack.FailAPI("chat.postMessage", 1, f)
			sara.assigned("#support", "omar@twerlo.com")
			w.untilLogged("new owner not told, will retry", 1)
			if name == "error" {
				w.restart(func() {})
			}
			omar.isTold("📥 @Sara Ali gave you")
		})
	}
}

// What cannot be known to have arrived is said again rather than never.
func TestATellingWhoseAnswerIsLostComesTwice(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	w.Slack.FailAPI("chat.postMessage", 1, slack.Failure{Reset: true, AfterDoing: true})
	sara.assigned("#support", "omar@twerlo.com")
	for range 2 {
		omar.isTold("📥")
	}
}

// Where a message cannot be changed any more, who lost the contact reads it in another.
func TestALossIsToldWhereNothingCanBeEdited(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.assigned("#support", "omar@twerlo.com")
	omar.isTold("📥")
	w.Slack.FailAPI("chat.update", 1, slack.Failure{Error: "edit_window_closed"})
	sara.assigned("#support", "layla@twerlo.com")
	if m := omar.isTold("Not yours any more: @Sara Ali assigned the contact +966 54 444 4444"); m.Via != slack.ViaPostMessage {
		t.Errorf("by %s", m.Via)
	}
	w.person("layla").isTold("📥")
}

// Telling is beside the answers: while Slack takes no direct message, they come as ever.
func TestTellingDelaysNoAnswer(t *testing.T) {
	w := notifying(t)
	sara, omar := w.person("sara"), w.person("omar")
	w.Slack.FailAPI("users.lookupByEmail", 3, slack.Failure{Status: http.StatusServiceUnavailable})
	sara.assigned("#support", "omar@twerlo.com")
	sara.types("#support", "/assign 0555555555 omar@twerlo.com")
	sara.reads("now belongs to")
	w.restart(func() {})
	omar.isTold("📥")
	omar.isTold("📥")
}

func TestCheckLooksForTheAgentsInSlack(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	_, out, _ := started(t, values, "check")
	if want := "· new owners are not told: NOTIFY_AGENTS=true"; !strings.Contains(out, want) {
		t.Errorf("no %q in\n%s", want, out)
	}
	values["RECEIPT_AFTER"] = "15m"
	_, out, _ = started(t, values, "check")
	if want := "✗ RECEIPT_AFTER has no effect without NOTIFY_AGENTS"; !strings.Contains(out, want) {
		t.Errorf("no %q in\n%s", want, out)
	}
	values["NOTIFY_AGENTS"] = "true"
	box.Azeer.SetAgents(azeerAgent("Omar Hassan", "omar@twerlo.com"), azeerAgent("Noura Saleh", "noura@nowhere.example"))
	_, out, _ = started(t, values, "check")
	for _, want := range []string{"✓ 1 of 2 agents have a Slack account", "· no Slack account has the email of n…@nowhere.example"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
