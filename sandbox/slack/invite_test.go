package slack

import (
	"strings"
	"testing"
	"unicode"
)

func TestInviteAddsTheAppToAChannel(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, sara, manager := greet(t, s), s.Slack.Person("sara"), s.Slack.Person("manager")
	for line, want := range map[string]string{
		"/invite":                "/invite @azeer",
		"/invite @nobody":        "nobody here is called @nobody",
		"/invite @manager":       "already in #vip",
		"/invite @azeer #nobody": "not in #nobody",
	} {
		if d := sara.Command("#vip", line); d.Err == nil || !strings.Contains(d.Err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, d.Err, want)
		}
	}
	if d := sara.Command("@omar", "/invite @azeer"); d.Err == nil {
		t.Error("somebody was invited into a direct message")
	}
	if d := s.Slack.Person("omar").Command("#general", "/invite @azeer #vip"); d.Err == nil {
		t.Error("omar has invited into a channel he is not in")
	}
	settle(t, sara.Command("#general", "/invite @Azeer #vip"))
	for _, p := range []*Person{sara, manager} {
		if m := seesText(t, p, "was added to #vip by @Sara Ali."); m.Author != BotUserID || m.Via != ViaJoin || m.Where != "#vip" {
			t.Errorf("%s sees %+v", p.Handle(), m)
		}
	}
	m := sara.Post("#vip", "@azeer help")
	f := app.next()
	app.ack(f, nil)
	if event := f.body().Obj("event"); event.Str("ts") != m.TS {
		t.Errorf("the app is told %v", event)
	}
}

func TestGuestsInviteNobody(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	guest := s.Slack.Person("guest")
	if d := guest.Command("#support", "/invite @azeer"); d.Err == nil || !strings.Contains(d.Err.Error(), "guests") {
		t.Errorf("a guest invites: %v", d.Err)
	}
	if _, err := guest.TryPost("#support", "", "@azeer help"); err != nil || len(guest.Unseen()) > 0 {
		t.Errorf("%v, %v", err, guest.Unseen())
	}
}

func TestSlackbotOffersToAddWhomAMessageMentions(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	sara := s.Slack.Person("sara")
	mention := func(text string) Message {
		t.Helper()
		if _, err := sara.TryPost("#vip", "", text); err != nil {
			t.Fatal(err)
		}
		m := sees(t, sara)
		if m.Author != SlackbotID || !m.Ephemeral || m.Where != "#vip" {
			t.Errorf("sara sees %+v", m)
		}
		return m
	}
	first := mention("@azeer help")
	if got := first.Plain(); !strings.HasPrefix(got, "You mentioned @azeer, but they’re not in this channel.") {
		t.Errorf("sara reads %q", got)
	}
	settle(t, sara.Click(first, "Do nothing"))
	if d := sara.Click(first, "Add to channel"); d.Err == nil {
		t.Error("the offer is still there")
	}
	settle(t, sara.Click(mention("@Azeer, @omar and again @azeer"), "Add to channel"))
	if at, _ := sara.Place("#vip"); !at.Bot || len(at.People) != 3 {
		t.Errorf("in #vip are %+v", at)
	}
	if manager := s.Slack.Person("manager"); len(manager.Messages("#vip")) != 4 {
		t.Errorf("the manager sees %v", manager.Messages("#vip"))
	}
	if _, err := sara.TryPost("#vip", "", "@manager, look"); err != nil {
		t.Fatal(err)
	}
	for _, m := range sara.Unseen() {
		if m.Author == SlackbotID {
			t.Errorf("Slackbot says %q of somebody who is there", m.Plain())
		}
	}
	sara.SetLocale("ar-SA")
	s.Slack.Kick("#vip", "bot")
	sara.consumeAll()
	if got := mention("@azeer مساعدة").Plain(); !strings.Contains(got, "أشرت إلى") || !strings.Contains(got, "إضافة إلى القناة") || !strings.Contains(got, "تجاهل") {
		t.Errorf("sara reads %q", got)
	}
}

func TestSlackbotHasItsWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ar"} {
		say := offerWords[language]
		for _, text := range []string{say.absent, say.add, say.leave} {
			inArabic := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
			if text == "" || inArabic != (language == "ar") {
				t.Errorf("%s: %q", language, text)
			}
		}
	}
}

// consumeAll forgets what the person has not looked at.
func (p *Person) consumeAll() {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	p.feed = nil
}

func TestAnOpenFormBelongsToTheClientThatAskedForIt(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	app, omar := greet(t, s), s.Slack.Person("omar")
	open := func(at *Person) *Form {
		t.Helper()
		d := at.ShortcutAsync("assign_contact")
		f := app.next()
		app.ack(f, nil)
		wantOK(t, api(t, s, "views.open", map[string]any{"trigger_id": f.body()["trigger_id"], "view": assignView()}))
		settle(t, d)
		form, err := at.Form(testContext(t))
		if err != nil {
			t.Fatal(err)
		}
		return form
	}
	desk, phone := omar.On("desk"), omar.On("phone")
	if desk != omar.On("desk") || desk.On("") != omar || desk.Client() != "desk" {
		t.Error("a client is not found again")
	}
	onDesk := open(desk)
	if forms := append(phone.Forms(), omar.Forms()...); len(forms) > 0 {
		t.Errorf("the form is on other clients, too: %v", forms)
	}
	onPhone := open(phone)
	if len(desk.Forms()) != 1 || desk.Forms()[0].ViewID != onDesk.ViewID {
		t.Error("a form on the phone has closed the one on the desk")
	}
	if err := desk.Fill(onPhone, map[string]string{"contact": "1"}); err == nil {
		t.Error("one client fills in the form of another")
	}
	settle(t, phone.CancelAsync(onPhone))
	if len(phone.Forms()) != 0 || len(desk.Forms()) != 1 {
		t.Error("closing one form has closed another")
	}
	// Messages are the person's.
	s.Slack.Person("sara").Post("@omar", "hello")
	if sees(t, phone).Plain() != "hello" || len(desk.Unseen()) > 0 {
		t.Error("a message is not the same at every client")
	}
}
