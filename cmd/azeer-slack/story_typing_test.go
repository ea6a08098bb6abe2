package main

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// keys types into the number of a form key by key; each key that is told must be
// acknowledged with nothing.
func (p someone) keys(f *slack.Form, text string) {
	p.w.t.Helper()
	told := p.Keys(f, "contact", text)
	if len(told) == 0 {
		p.w.t.Fatal("no key is told")
	}
	for _, d := range told {
		p.acknowledged(d)
	}
}

func (p someone) acknowledged(d *slack.Delivery) {
	p.w.t.Helper()
	if err := d.Wait(p.w.ctx); err != nil || d.Err != nil || d.Shown != "" {
		p.w.t.Fatalf("Slack says %q (%v, %v)\n%s", d.Shown, d.Err, err, p.w.logs.all())
	}
}

// seesForm waits until the form says all of the words.
func (p someone) seesForm(words ...string) *slack.Form {
	p.w.t.Helper()
	return p.formWhere(strings.Join(words, ", "), func(f *slack.Form) bool {
		for _, word := range words {
			if !strings.Contains(f.Plain(), word) {
				return false
			}
		}
		return true
	})
}

// seesPlainForm waits until the form says nothing about its number.
func (p someone) seesPlainForm() *slack.Form {
	p.w.t.Helper()
	return p.formWhere("nothing about the number", func(f *slack.Form) bool { return !strings.Contains(string(f.Blocks), `"context"`) })
}

func (p someone) formWhere(what string, match func(*slack.Form) bool) *slack.Form {
	p.w.t.Helper()
	f, err := p.FormWhere(p.w.ctx, match)
	if err != nil {
		p.w.t.Fatalf("waiting for the form to say %s: %v\n%s", what, err, p.w.logs.all())
	}
	return f
}

// updates counts the calls by which the form was changed.
func (w *world) updates() int { return len(w.Slack.APICalls("views.update")) }

// emptyForms are the ways to a form in which the number is still to be typed.
var emptyForms = map[string]func(p someone) *slack.Form{
	"command": func(p someone) *slack.Form {
		p.types("#support", "/assign")
		return p.form()
	},
	"shortcut": func(p someone) *slack.Form {
		p.GoTo("#support")
		p.acknowledged(p.ShortcutAsync("assign_contact"))
		return p.form()
	},
	"message": func(p someone) *slack.Form {
		return p.shortcut(p.w.Slack.Person("sara").Post("#support", "who calls back?"))
	},
	"Home": func(p someone) *slack.Form {
		home := p.opensHome()
		p.presses(home, map[string]string{"manager": "Assign a contact", "layla": "إسناد عميل"}[p.Handle()])
		return p.form()
	},
}

func TestATypedNumberFromAbroadShowsItsCountryBeforeItIsSent(t *testing.T) {
	t.Parallel()
	for way, opened := range emptyForms {
		for handle, says := range map[string]string{
			"manager": "International number: 🇦🇪 +971 50 123 4567 (United Arab Emirates). Is that right?",
			"layla":   "رقم دولي: \u2066🇦🇪 +971 50 123 4567\u2069 (\u2068الإمارات العربية المتحدة\u2069). هل هو صحيح؟",
		} {
			t.Run(way+" by "+handle, func(t *testing.T) {
				w := begin(t)
				p := w.person(handle)
				f := opened(p)
				if err := p.Fill(f, map[string]string{"agent": "omar@twerlo.com"}); err != nil {
					t.Fatal(err)
				}
				p.keys(f, "+971 50 123 4567")
				f = p.seesForm(says)
				if held := f.Values(); held["contact"] != "+971 50 123 4567" || !strings.Contains(held["agent"], "Omar Hassan") {
					t.Errorf("what was entered became %v", held)
				}
				p.keys(f, "0544444444")
				f = p.seesPlainForm()
				p.keys(f, "٠٠٩٧١٥٠١٢٣٤٥٦٧")
				f = p.seesForm(says)
				p.submits(f, nil)
				p.reads("🇦🇪 +971 50 123 4567", "Omar Hassan")
				w.owner("971501234567", "omar@twerlo.com")
				if n := w.calls(); n != 1 {
					t.Errorf("%d calls of Azeer", n)
				}
			})
		}
	}
}

func TestTheOwnerOfATypedNumberShowsBeforeItIsSent(t *testing.T) {
	t.Parallel()
	for handle, says := range map[string]string{
		"manager": "Last assigned here: Sara Ali (sara@twerlo.com), ",
		"layla":   "آخر إسناد من هنا: \u2066Sara Ali\u2069",
	} {
		t.Run(handle, func(t *testing.T) {
			w := begin(t)
			p := w.person(handle)
			w.person("omar").assigned("#support", "sara@twerlo.com")
			p.types("#support", "/assign")
			f := p.form()
			p.keys(f, "٠٥٤٤٤٤٤٤٤٤")
			f = p.seesForm(says)
			p.keys(f, "0555555555")
			f = p.seesPlainForm()
			// The bot remembers nothing that it needs.
			w.restart(func() {})
			p.keys(f, "0544444444")
			f = p.seesForm(says)
			p.keys(f, "054444444") // not a number any more
			f = p.seesPlainForm()
			p.keys(f, "0544444444")
			f = p.seesForm(says)
			p.submits(f, map[string]string{"agent": "omar@twerlo.com"})
			p.reads("Omar Hassan", "Sara Ali")
			w.owner("966544444444", "omar@twerlo.com")
		})
	}
}

// A number from here that nobody owns is what is usually typed: the form stays as it is.
func TestANumberFromHereChangesNothingInTheForm(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign")
	f := manager.form()
	manager.keys(f, "0544444444")
	manager.keys(f, "+966 55 555 5555")
	manager.keys(f, "")
	if err := w.halt(); err != nil { // after which nothing is on its way
		t.Fatal(err)
	}
	if now := manager.form(); now.Hash != f.Hash || w.updates() != 0 {
		t.Errorf("%d updates:\n%s", w.updates(), now.Plain())
	}
}

// A form that opens with a number from abroad says so until that is another one, and is
// not updated to say the same.
func TestWhatAFormOpensWithIsFollowedToo(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.types("#support", "/assign +971501234567")
	f := manager.seesForm("🇦🇪 +971 50 123 4567")
	manager.keys(f, "+971501234567 ")
	manager.keys(f, "+97150123456")
	f = manager.formWhere("no country", func(f *slack.Form) bool { return !strings.Contains(f.Plain(), "International") })
	if strings.Contains(f.Plain(), "You typed") {
		t.Errorf("the form says what its field shows:\n%s", f.Plain())
	}
	manager.keys(f, "+201001234567")
	manager.seesForm("🇪🇬 +20 10 01234567 (Egypt)")
	if n := w.updates(); n != 2 {
		t.Errorf("%d updates for two changes", n)
	}
}

func TestTheChosenOneOfSeveralNumbersShowsItsCountryAndOwner(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	manager.assigned("#support", "sara@twerlo.com")
	few := "0544444444, 0555555555 or +971 50 123 4567"
	many := few
	for _, end := range []string{"01", "02", "03", "04", "05", "06", "07", "08"} {
		many += ", 05666666" + end
	}
	for _, c := range []struct {
		p                                     someone
		text, owned, abroad, owner, countries string
	}{
		{manager, few, "+966 54 444 4444", "🇦🇪 +971 50 123 4567 (United Arab Emirates)", "Last assigned here: Sara Ali", "International number"},
		{layla, many, "\u2066+966 54 444 4444\u2069", "\u2066🇦🇪 +971 50 123 4567\u2069 (\u2068الإمارات العربية المتحدة\u2069)", "آخر إسناد من هنا", "رقم دولي"},
	} {
		f := c.p.shortcut(w.Slack.Person("sara").Post("#support", c.text))
		choose := func(number string) {
			t.Helper()
			c.p.acknowledged(c.p.UseInAsync(f, slack.Action{BlockID: "contact", ActionID: "contact", Value: number}))
		}
		choose("+971501234567")
		f = c.p.seesForm(c.countries, c.abroad)
		choose("+966544444444")
		f = c.p.seesForm(c.owner)
		if strings.Contains(f.Plain(), c.countries) || !strings.Contains(f.Values()["contact"], c.owned) {
			t.Errorf("the form says\n%s", f.Plain())
		}
		choose("+966555555555")
		f = c.p.seesPlainForm()
		choose("+971501234567")
		f = c.p.seesForm(c.countries)
		c.p.Cancel(f)
	}
}

// However keys and updates overtake one another, what is left belongs to the last key.
func TestTheLastKeyWins(t *testing.T) {
	w := begin(t)
	w.Slack.SlowAPI("views.update", 50*time.Millisecond)
	manager := w.person("manager")
	manager.types("#support", "/assign")
	f := manager.form()
	for _, text := range []string{"+971501234567", "+97150123456789", "+201001234567", "0544444444", "+97336001234"} {
		manager.keys(f, text)
	}
	f = manager.seesForm("🇧🇭 +973 3600 1234 (Bahrain)")
	manager.keys(f, "+9733600123")
	if err := w.halt(); err != nil {
		t.Fatal(err)
	}
	if f = manager.seesPlainForm(); f.Values()["contact"] != "+9733600123" {
		t.Errorf("the form says\n%s", f.Plain())
	}
}

// Whether or not an update is on its way, what is submitted is done, and what the form says
// of that stays.
func TestSubmittingRacesWithTyping(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slack, azeer time.Duration
		status       int
	}{
		"done at once":          {slack: 100 * time.Millisecond},
		"done before an update": {slack: time.Second},
		"Azeer is slow":         {azeer: 3 * time.Second, slack: 2200 * time.Millisecond},
		"Azeer refuses":         {status: 404, slack: 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			manager := w.person("manager")
			manager.types("#support", "/assign omar@twerlo.com")
			f := manager.form()
			w.Slack.SlowAPI("views.update", c.slack)
			w.Azeer.Next(1, azeer.Misbehaviour{Latency: c.azeer, Status: c.status})
			keys := manager.Keys(f, "contact", "+971501234567")
			if c.status != 0 {
				for _, d := range keys {
					manager.acknowledged(d)
				}
			}
			manager.submits(f, nil)
			for _, d := range keys {
				manager.acknowledged(d)
			}
			if c.status != 0 {
				if !strings.Contains(f.Errors["contact"], "does not know the contact") {
					t.Errorf("the form says\n%s", f.Plain())
				}
				if err := w.halt(); err != nil {
					t.Fatal(err)
				}
				if f = manager.form(); f.Errors["contact"] == "" {
					t.Errorf("the error is gone:\n%s", f.Plain())
				}
				return
			}
			manager.reads("🇦🇪 +971 50 123 4567", "now belongs to Omar Hassan")
			w.owner("971501234567", "omar@twerlo.com")
			if c.azeer != 0 {
				manager.Cancel(manager.seesForm("now belongs to Omar Hassan"))
			}
			if err := w.halt(); err != nil {
				t.Fatal(err)
			}
			w.TakeBreaches() // an update may have come too late, and says by its hash that it does
		})
	}
}

// What somebody may not know they do not learn by typing, and nobody talks to them of it.
func TestWhoMayNotLearnsNothingByTyping(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.assigned("#support", "sara@twerlo.com")
	manager.types("#support", "/assign")
	f := manager.form()
	w.settings["ALLOWED_USERS"] = w.person("omar").ID()
	w.restart(func() {})
	manager.keys(f, "0544444444")
	manager.keys(f, "+971501234567")
	if err := w.halt(); err != nil {
		t.Fatal(err)
	}
	if now := manager.form(); now.Hash != f.Hash {
		t.Errorf("the form says\n%s", now.Plain())
	}
}

// Where Slack does not take an update, the form stays as it is and works.
func TestAnUpdateThatFailsDisturbsNobody(t *testing.T) {
	w := begin(t)
	w.Slack.FailAPI("views.update", 1, slack.Failure{Status: 500})
	manager := w.person("manager")
	manager.types("#support", "/assign omar@twerlo.com")
	f := manager.form()
	manager.keys(f, "+971501234567")
	w.untilLogged("form not updated while somebody typed in it", 1)
	manager.keys(f, "+971501234567 ")
	f = manager.seesForm("🇦🇪 +971 50 123 4567")
	manager.submits(f, nil)
	manager.reads("now belongs to Omar Hassan")
}
