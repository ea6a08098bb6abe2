package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// opensHome opens the Home tab, and waits until what the bot has published for that says all
// of the words.
func (p someone) opensHome(words ...string) *slack.Form {
	p.w.t.Helper()
	if d := p.OpenHome(); d == nil || d.Err != nil {
		p.w.t.Fatalf("%s cannot open the Home tab", p.Handle())
	}
	return p.seesHome(words...)
}

// seesHome waits until the Home tab says all of the words.
func (p someone) seesHome(words ...string) *slack.Form {
	p.w.t.Helper()
	return p.homeWhere(strings.Join(words, ", "), func(home *slack.Form) bool {
		for _, word := range words {
			if !strings.Contains(home.Plain(), word) {
				return false
			}
		}
		return true
	})
}

func (p someone) homeWhere(what string, match func(*slack.Form) bool) (home *slack.Form) {
	p.w.t.Helper()
	defer func() {
		if shown := p.HomeTab(); p.w.t.Failed() && shown != nil {
			p.w.t.Logf("the Home tab of %s:\n%s", p.Handle(), shown.Plain())
		}
	}()
	p.w.until("the Home tab of "+p.Handle()+" to say "+what, func() bool {
		home = p.HomeTab()
		return home != nil && match(home)
	})
	return home
}

// presses presses a button of the Home tab, which must be acknowledged.
func (p someone) presses(home *slack.Form, label string) {
	p.w.t.Helper()
	if d := p.Press(home, label); d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("the button %q shows %q (%v)\n%s", label, d.Shown, d.Err, p.w.logs.all())
	}
}

// looksUp types into the search of the Home tab, and presses Enter.
func (p someone) looksUp(home *slack.Form, text string) {
	p.w.t.Helper()
	if d := p.UseIn(home, slack.Action{ActionID: "search", Value: text}); d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("the search shows %q (%v)\n%s", d.Shown, d.Err, p.w.logs.all())
	}
}

func (w *world) published() int { return len(w.Slack.APICalls("views.publish")) }

func TestTheHomeTabFollowsOnesRequests(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	home := manager.opensHome("Assign a contact", "Look up a contact", "You have no requests")
	if strings.Contains(home.Plain(), "team") {
		t.Errorf("somebody who is no admin sees the team:\n%s", home.Plain())
	}

	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 2500 * time.Millisecond})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.seesHome("Assigning to omar@twerlo.com", "+966 54 444 4444")
	manager.reads("now belongs to")
	manager.seesHome("Assigned to Omar Hassan · +966 54 444 4444")

	manager.presses(manager.HomeTab(), "Assign a contact")
	f := manager.form()
	manager.picks(f, "agent", "sara")
	manager.submits(f, map[string]string{"contact": "0555555555", "agent": "Sara Ali (sara@twerlo.com)", "answer_to": ""})
	if m := manager.reads("now belongs to", "Sara Ali"); m.Where != "@azeer" {
		t.Errorf("answered in %s", m.Where)
	}
	home = manager.seesHome("Assigned to Sara Ali", "+966 55 555 5555")
	w.inOrder(home.Plain(), "Assigned to Sara Ali", "Assigned to Omar Hassan")
}

func TestWhatWentWrongCanBeTriedAgainFromHome(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("Not assigned")
	manager.types("#support", "/assign 0555555555 omer@twerlo.com")
	manager.reads("no agent")

	home := manager.opensHome("Needs your attention", "[Retry]", "[Fix in form]")
	manager.presses(home, "Fix in form")
	f := manager.form()
	if got := f.Values()["contact"]; got != "+966 55 555 5555" {
		t.Errorf("the form starts with %q", got)
	}
	manager.Cancel(f)
	manager.presses(home, "Retry")
	manager.reads("now belongs to", "Omar Hassan")
	home = manager.homeWhere("no Retry", func(f *slack.Form) bool { return !strings.Contains(f.Plain(), "[Retry]") })
	if !strings.Contains(home.Plain(), "Assigned to Omar Hassan") || !strings.Contains(home.Plain(), "[Fix in form]") {
		t.Errorf("the Home tab says\n%s", home.Plain())
	}
	w.owner("966544444444", "omar@twerlo.com")

	// A Retry that somebody else has overtaken in the meantime does nothing unasked.
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	manager.types("#support", "/assign 0544444444 sara@twerlo.com")
	manager.reads("Not assigned")
	home = manager.seesHome("[Retry]")
	sara.types("#support", "/assign 0544444444 layla@twerlo.com")
	sara.reads("now belongs to")
	manager.presses(home, "Retry")
	manager.reads("A newer request", "@Sara Ali asked to assign", "anyway")
	w.owner("966544444444", "layla@twerlo.com")
}

func TestAContactIsLookedUpOnHome(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	manager.assigned("#support", "omar@twerlo.com")
	home := sara.opensHome("Look up a contact")
	sara.looksUp(home, "٠٥٤ ٤٤٤ ٤٤٤٤")
	home = sara.seesHome("History of +966 54 444 4444", "Last assigned here: Omar Hassan", "by @Maha Manager", "[Reassign…]", "[Close]")
	if values := home.Values()["search"]; values != "٠٥٤ ٤٤٤ ٤٤٤٤" {
		t.Errorf("what was typed became %q", values)
	}
	sara.looksUp(home, "05444")
	sara.seesHome("“05444” is too short")
	sara.looksUp(sara.HomeTab(), "+971 50 123 4567")
	home = sara.seesHome("No requests for 🇦🇪 +971 50 123 4567 (United Arab Emirates)")
	sara.presses(home, "Open the form")
	f := sara.form()
	if got := f.Values()["contact"]; got != "+971 50 123 4567" {
		t.Errorf("the form starts with %q", got)
	}
	sara.Cancel(f)
	sara.looksUp(home, "<!channel> 0544444444")
	home = sara.seesHome("Close")
	if strings.Contains(string(home.Blocks), "<!channel>") {
		t.Errorf("what was typed is not escaped: %s", home.Blocks)
	}

	// It is still there after a restart, and goes away when asked.
	sara.looksUp(sara.HomeTab(), "0544444444")
	sara.seesHome("History of +966 54 444 4444")
	w.restart(func() { manager.Reload() })
	home = sara.opensHome("History of +966 54 444 4444")
	sara.presses(home, "Close")
	sara.homeWhere("nothing looked up", func(f *slack.Form) bool { return !strings.Contains(f.Plain(), "History of") })
}

func TestTheHomeTabInArabic(t *testing.T) {
	w := begin(t, with("ADMIN_USERS", "U0SOMEBODY1"))
	layla := w.person("layla")
	w.checkArabic(layla.opensHome("إسناد عميل", "البحث عن عميل", "لا توجد طلبات منك").Plain())
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	layla.types("#support", "/assign 0544444444 omar@twerlo.com")
	layla.readsArabic("غير معروف لدى Azeer")
	home := layla.seesHome("طلبات بحاجة إلى متابعة", "إعادة المحاولة", "لم يُسنَد \u2068إلى \u2066Omar Hassan\u2069")
	layla.looksUp(home, "٠٥٤٤٤٤٤٤٤٤")
	home = layla.seesHome("سجل العميل", "إغلاق")
	w.checkArabic(withoutChannels.ReplaceAllString(home.Plain(), ""))
	layla.presses(home, "إعادة المحاولة")
	layla.readsArabic("تم إسناد العميل", "Omar Hassan")
	layla.seesHome("أُسنِد \u2068إلى \u2066Omar Hassan\u2069")
}

// withoutChannels finds channels and people, whose names are not ours to translate.
var withoutChannels = regexp.MustCompile(`[#@][\p{L} ]+`)

func TestAnAdminSeesTheTeam(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.Slack.AddPerson(slack.PersonConfig{Handle: "noura", Name: "نورة", Locale: "ar", TZ: "Pacific/Auckland"})
	w.settings["ADMIN_USERS"] = w.Slack.Person("manager").ID() + "," + w.Slack.Person("noura").ID()
	w.run()
	manager, sara, layla, noura := w.person("manager"), w.person("sara"), w.person("layla"), w.person("noura")
	manager.opensHome("No contact was assigned in the last 7 days")
	for _, contact := range []string{"0544444441", "0544444442", "0544444443", "0544444444"} {
		sara.types("#support", "/assign "+contact+" omar@twerlo.com")
		sara.reads("now belongs to")
	}
	layla.assigned("#general", "layla@twerlo.com")
	sara.types("#support", "/assign 0544444444 omer@twerlo.com")
	sara.reads("no agent")

	home := manager.opensHome("You have no requests", "Last 7 days: 5 assigned")
	w.inOrder(home.Plain(), "Last 7 days: 5 assigned", "████████████ 4 Omar Hassan", "███ 1 \u2068ليلى أحمد\u2069",
		"The team's last requests", "Not assigned to omer@twerlo.com", "@Sara Ali", "Assigned to \u2068ليلى أحمد\u2069", "@ليلى أحمد", "+966 54 444 4441")
	if n := strings.Count(home.Plain(), "4 Omar Hassan"); n != 1 {
		t.Errorf("on the first day the counts are drawn %d times:\n%s", n, home.Plain())
	}
	auckland, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	for p, zone := range map[someone]*time.Location{manager: time.FixedZone("Asia/Riyadh", 3*60*60), noura: auckland} {
		home := p.opensHome("████████████")
		year, month, day := time.Now().In(zone).Date()
		noon := time.Date(year, month, day, 12, 0, 0, 0, zone)
		if !strings.Contains(string(home.Blocks), "!date^"+itoa(noon.Unix())+"^{date_short_pretty}|"+noon.Format(time.DateOnly)) {
			t.Errorf("%s sees another day than %s:\n%s", p.Handle(), noon, home.Blocks)
		}
	}
	home = noura.seesHome("آخر طلبات الفريق", "آخر \u20667\u2069 أيام")
	w.checkArabic(withoutChannels.ReplaceAllString(home.Plain(), ""))
	if home := sara.opensHome("Your last requests"); strings.Contains(home.Plain(), "team") || strings.Contains(home.Plain(), "█") {
		t.Errorf("somebody who is no admin sees\n%s", home.Plain())
	}
}

func TestWhoMayNotIsToldSoOnHome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, person string
		set          change
		told         string
	}{
		{"guest", "guest", func(*world) {}, "Guests can't"},
		{"other organisation", "partner", func(*world) {}, "other organizations can't"},
		{"not on the list", "sara", with("ALLOWED_USERS", "U0SOMEBODY1"), "not on the list"},
		{"not on the list, in Arabic", "layla", with("ALLOWED_USERS", "U0SOMEBODY1"), "ليس في قائمة"},
		{"not here", "sara", with("ALLOWED_CHANNELS", "C0ELSEWHERE"), "only in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, c.set)
			home := w.person(c.person).opensHome(c.told)
			if len(home.Buttons) != 0 || len(home.Values()) != 0 {
				t.Errorf("there is something to do:\n%s", home.Plain())
			}
		})
	}
}

// Who may no longer is told so at the next click.
func TestWhoMayNoLongerIsStoppedOnHome(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	home := sara.opensHome("Look up a contact")
	w.restart(func() { w.settings["ALLOWED_USERS"] = w.person("layla").ID() })
	sara.looksUp(home, "0544444444")
	sara.reads("not on the list")
	sara.seesHome("not on the list")
}

// Nobody's Home tab is published who has not opened it, and nothing is while nothing
// happens.
func TestHomeTabsCostNothingWhileNobodyLooks(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.assigned("#support", "omar@twerlo.com")
	manager.opensHome("Assigned to Omar Hassan")
	manager.OpenMessagesAsync()
	sara := w.person("sara")
	sara.assigned("#support", "sara@twerlo.com")
	sara.types("#support", "/assign help")
	sara.reads("assign a WhatsApp contact")
	if n := w.published(); n != 1 {
		t.Errorf("published %d times, want once", n)
	}
}

// A burst of changes is one publication or a few, and none is missed.
func TestABurstOfChangesIsPublishedTogether(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.opensHome("You have no requests")
	start := time.Now()
	for n := range 20 {
		manager.types("#support", "/assign 05444444"+itoa(int64(10+n))+" omar@twerlo.com")
	}
	for range 20 {
		manager.reads("now belongs to")
	}
	manager.homeWhere("the last ten as done", func(f *slack.Form) bool {
		return strings.Count(f.Plain(), "✅ Assigned to Omar Hassan") == 10 && strings.Contains(f.Plain(), "+966 54 444 4429")
	})
	if n, most := w.published(), 3+int(time.Since(start)/(2*time.Second)); n > most {
		t.Errorf("published %d times, want at most %d: every two seconds", n, most)
	}
}

func TestHomeTabsOutliveTroubleWithSlack(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]slack.Failure{
		"error": {Status: 500}, "rate limit": {Status: 429, RetryAfter: time.Second}, "no answer": {Reset: true},
		"answer lost": {Status: 503, AfterDoing: true}, "newer view": {Error: "hash_conflict"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			manager := w.person("manager")
			manager.opensHome("You have no requests")
			w.Slack.FailAPI("views.publish", 2, f)
			manager.assigned("#support", "omar@twerlo.com")
			manager.seesHome("Assigned to Omar Hassan")
		})
	}
}

// Slack hanging over a Home tab keeps no command waiting.
func TestASlowHomeTabHoldsUpNothing(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	w.Slack.SlowAPI("views.publish", time.Minute)
	manager.OpenHome()
	start := time.Now()
	manager.assigned("#support", "omar@twerlo.com")
	if took := time.Since(start); took > 9*time.Second {
		t.Errorf("took %s", took)
	}
	if err := w.Slack.Restore(); err != nil {
		t.Fatal(err)
	}
	manager.opensHome("Assigned to Omar Hassan")
}

// What was under way at a restart does not stay so on the Home tab of whoever looks at it.
func TestTheHomeTabIsSettledAfterARestart(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.opensHome("You have no requests")
	w.Azeer.Always(azeer.Misbehaviour{Status: 503})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.seesHome("Assigning to omar@twerlo.com")
	w.restart(w.Azeer.Behave)
	manager.reads("now belongs to", "Omar Hassan")
	manager.seesHome("Assigned to Omar Hassan")
}
