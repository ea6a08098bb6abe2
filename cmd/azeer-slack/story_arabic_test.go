package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// isolated is what stands in a direction isolate: numbers, emails, names, commands.
var isolated = regexp.MustCompile(`[\x{2066}\x{2067}\x{2068}][^\x{2069}]*\x{2069}`)

// latin is a word in Latin letters; the products are called by their names.
var latin = regexp.MustCompile(`[A-Za-z]{2,}`)

var products = strings.NewReplacer("Azeer", "", "Slack", "")

// checkArabic fails the story if a text holds a word or a number that is neither Arabic
// nor isolated.
func (w *world) checkArabic(text string) {
	w.t.Helper()
	rest := products.Replace(isolated.ReplaceAllString(text, ""))
	if found := latin.FindString(rest); found != "" || strings.ContainsAny(rest, "0123456789") {
		w.t.Errorf("not all Arabic: %q in %q", found, text)
	}
}

// readsArabic is reads for a message that must be in Arabic from end to end.
func (p someone) readsArabic(words ...string) slack.Message {
	p.w.t.Helper()
	m := p.reads(words...)
	p.w.checkArabic(m.Plain())
	return m
}

func TestEachReadsTheirOwnLanguageInOneChannel(t *testing.T) {
	w := begin(t)
	layla, manager := w.person("layla"), w.person("manager")

	layla.types("#support", "/assign ٠٥٤٤٤٤٤٤٤٤ omar@twerlo.com")
	m := layla.readsArabic("تم إسناد العميل", "\u2066+966 54 444 4444\u2069", "تم إسناد العميل", "\u2066Omar Hassan\u2069 (\u2066omar@twerlo.com\u2069)")
	if !m.Ephemeral || m.Where != "#support" {
		t.Errorf("answered in %s, ephemeral %v", m.Where, m.Ephemeral)
	}
	manager.types("#support", "/assign 0544444444 layla@twerlo.com")
	manager.reads("now belongs to", "+966 54 444 4444 now belongs to \u2068ليلى أحمد\u2069 (layla@twerlo.com)")
	w.owner("966544444444", "layla@twerlo.com")

	layla.types("#support", "/assign 05444 omar@twerlo.com")
	layla.readsArabic("لم يتم أي إجراء", "«\u206605444\u2069» قصير جدًا", "تصحيح في النموذج")
	manager.types("#support", "/assign 05444 omar@twerlo.com")
	manager.reads("Nothing was done", "too short", "Fix in form")
}

func TestArabicAnswersToWhatGoesWrong(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.types("#support", "/assign 0544444444 omer@twerlo.com")
	m := layla.readsArabic("لم يُسنَد العميل", "لا يوجد في Azeer موظف", "\u2066omer@twerlo.com\u2069", "هل هذا هو المقصود؟")
	if d := layla.Click(m, "\u2066Omar Hassan\u2069 (\u2066omar@twerlo.com\u2069)"); d.Shown != "" {
		t.Fatalf("the button shows %q", d.Shown)
	}
	layla.readsArabic("تم إسناد العميل", "Omar Hassan")

	layla.Post("#general", "@azeer 0544444444 omar@twerlo.com\nعفوًا 0555555555")
	layla.readsArabic("هذان رقمان: \u2066+966 54 444 4444\u2069، \u2066+966 55 555 5555\u2069")

	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404, Body: `{"message":"contact 12 unknown"}`})
	layla.types("#support", "/assign 0544444444 omar@twerlo.com")
	layla.readsArabic("لم يُسنَد العميل", "رد Azeer: «\u2066contact 12 unknown\u2069»")
}

func TestArabicWhileAzeerIsSlow(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 4 * time.Second})
	layla.types("#support", "/assign 0544444444 أنا")
	layla.types("#support", "/assign 0544444444 أنا")
	layla.readsArabic("الطلب قيد التنفيذ", "\u2066+966 54 444 4444\u2069 \u2068إليك")
	layla.readsArabic(interimArabic, "استجابة Azeer بطيئة")
	layla.readsArabic("تم إسناد العميل", "layla@twerlo.com")
}

func TestTheFormIsInArabic(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.types("#support", "/assign")
	f := layla.form()
	if f.Title != "إسناد عميل" || f.SubmitLabel != "إسناد" || f.CloseLabel != "إلغاء" {
		t.Errorf("the form is called %q, with the buttons %q and %q", f.Title, f.SubmitLabel, f.CloseLabel)
	}
	w.checkArabic(f.Plain())

	const omar = "\u2066Omar Hassan\u2069 (\u2066omar@twerlo.com\u2069)"
	layla.picks(f, "agent", "om")
	layla.submits(f, map[string]string{"contact": "٠٥٤٤", "agent": omar})
	if wrong := f.Errors["contact"]; !strings.Contains(wrong, "قصير جدًا") {
		t.Errorf("errors: %v", f.Errors)
	}
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	layla.submits(f, map[string]string{"contact": "٠٥٤٤٤٤٤٤٤٤"})
	if wrong := f.Errors["contact"]; !strings.Contains(wrong, "غير معروف لدى Azeer") {
		t.Errorf("errors: %v", f.Errors)
	}
	for _, wrong := range f.Errors {
		w.checkArabic(wrong)
	}

	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 4 * time.Second})
	layla.submits(f, nil)
	if !strings.Contains(f.Plain(), "جارٍ إسناد \u2066+966 54 444 4444\u2069") {
		t.Errorf("the form says:\n%s", f.Plain())
	}
	w.checkArabic(f.Plain())
	layla.readsArabic("تم إسناد العميل", "Omar Hassan")
	settled, err := layla.FormWhere(w.ctx, func(f *slack.Form) bool { return strings.Contains(f.Plain(), "تم إسناد العميل") })
	if err != nil {
		t.Fatalf("the form stays as it was: %v", err)
	}
	w.checkArabic(settled.Plain())
	layla.Cancel(settled)
}

func TestHelpInArabicTeachesByExample(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	for _, line := range []string{"/assign مساعدة", "/assign help", "/assign شيء غير معروف"} {
		layla.types("#support", line)
		m := layla.readsArabic("/assign 0544444444 omar@example.com", "/assign سجل\u200e 0544444444", "فتح النموذج")
		if d := layla.Click(m, "فتح النموذج"); d.Shown != "" {
			t.Fatalf("the button shows %q", d.Shown)
		}
		f := layla.form()
		w.checkArabic(f.Plain())
		layla.Cancel(f)
	}
}

func TestWhoMayNotIsToldInArabic(t *testing.T) {
	w := begin(t, with("ALLOWED_USERS", "U0SOMEBODY1"), with("ADMIN_USERS", "U0ADMIN0001,U0ADMIN0002"))
	layla := w.person("layla")
	layla.types("#support", "/assign 0544444444 omar@twerlo.com")
	layla.readsArabic("ليس في قائمة من يمكنهم", "، ")
	layla.Shortcut("assign_contact")
	f := layla.form()
	if !strings.Contains(f.Plain(), "ليس في قائمة من يمكنهم") {
		t.Errorf("the form says:\n%s", f.Plain())
	}
	w.checkArabic(f.Plain())
	layla.Cancel(f)
}

func TestAWordThatIsNearlyOneOfOursIsOffered(t *testing.T) {
	w := begin(t)
	layla, manager := w.person("layla"), w.person("manager")
	manager.types("#support", "/assign halp")
	m := manager.reads("“halp”", "Nothing was done", "Did you mean /assign help?")
	if d := manager.Click(m, "/assign help"); d.Shown != "" {
		t.Fatalf("the button shows %q", d.Shown)
	}
	manager.reads("assign a WhatsApp contact", "/assign 0544444444 omar@example.com")

	layla.types("#support", "/assign مساعدت")
	m = layla.readsArabic("مساعدت", "لم يتم أي إجراء", "/assign مساعدة")
	if d := layla.Click(m, m.Buttons[0].Label); d.Shown != "" {
		t.Fatalf("the button shows %q", d.Shown)
	}
	layla.readsArabic("/assign 0544444444 omar@example.com")
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer", n)
	}
}

// Agents whose name is like a word of ours are agents.
func TestNoAgentIsTakenForAWordOfOurs(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.Azeer.AddAgent(azeer.Agent{Name: "Mine Kaya", PlatformID: "mine@twerlo.com"})
	w.Azeer.AddAgent(azeer.Agent{Name: "Halp Jensen", PlatformID: "halp@twerlo.com"})
	w.run()
	manager := w.person("manager")
	for name, email := range map[string]string{"mine": "mine@twerlo.com", "halp": "halp@twerlo.com"} {
		manager.types("#support", "/assign "+name)
		f := manager.form()
		if got := f.Values()["agent"]; !strings.Contains(got, email) {
			t.Errorf("%s opens the form with %q", name, got)
		}
		manager.Cancel(f)
		manager.types("#support", "/assign "+name+" 0544444444")
		manager.reads("now belongs to", email)
	}
}

func TestPeopleOfOtherLanguagesReadTheDefaultOne(t *testing.T) {
	t.Parallel()
	w := prepare(t, with("DEFAULT_LANGUAGE", "ar"))
	w.Slack.AddPerson(slack.PersonConfig{Handle: "amelie", Locale: "fr-FR"})
	w.run()
	for _, handle := range []string{"amelie", "layla"} {
		p := w.person(handle)
		p.types("#general", "/assign 05444 omar@twerlo.com")
		p.readsArabic("قصير جدًا")
	}
	manager := w.person("manager")
	manager.types("#general", "/assign 05444 omar@twerlo.com")
	manager.reads("too short")
}

func TestTheLanguageComesWithTheRights(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.types("#general", "/assign 0544444444 omar@twerlo.com")
	layla.readsArabic("تم إسناد العميل")
	asked := slices.DeleteFunc(w.Slack.APICalls("users.info"), func(c slack.APICall) bool { return c.Args["user"] != layla.ID() })
	if n := len(asked); n != 1 {
		t.Errorf("asked %d times who layla is", n)
	}
}

// A Slack that does not say who somebody is costs them their language, not their answer.
func TestNobodyWaitsForTheirLanguage(t *testing.T) {
	w := begin(t, with("ALLOW_GUESTS", "true"), with("ALLOW_EXTERNAL", "true"))
	w.Slack.SlowAPI("users.info", time.Minute)
	layla := w.person("layla")
	layla.types("#general", "/assign 05444 omar@twerlo.com")
	layla.reads("too short")
	w.Slack.SlowAPI("users.info", 0)
	for {
		layla.types("#general", "/assign 05444 omar@twerlo.com")
		if m := layla.reads(); strings.Contains(m.Plain(), "قصير جدًا") {
			break
		} else if !strings.Contains(m.Plain(), "too short") {
			t.Fatalf("layla reads %q", m.Plain())
		}
	}
}

func TestALanguageChangedMeanwhileIsPickedUp(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.types("#support", "/assign 05444 omar@twerlo.com")
	layla.readsArabic("قصير جدًا")
	w.restart(func() { layla.SetLocale("en-GB") })
	layla.types("#support", "/assign 05444 omar@twerlo.com")
	layla.reads("too short")
}
