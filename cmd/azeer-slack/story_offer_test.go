package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/journal/journaltest"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// offering starts a world with a channel of four, in which the bot is.
func offering(t *testing.T, changes ...change) *world {
	t.Helper()
	t.Parallel()
	w := prepare(t, changes...)
	w.Slack.AddChannel(slack.ChannelConfig{Name: "leads", Members: []string{"manager", "sara", "omar", "layla"}, BotMember: true})
	w.run()
	return w
}

// card waits for the card of an offer as everybody sees it.
func (p someone) card(words ...string) slack.Message {
	p.w.t.Helper()
	m := p.finds(words...)
	if m.Ephemeral || m.Where != "#leads" {
		p.w.t.Errorf("%s reads in %s: %q", p.Handle(), m.Where, m.Plain())
	}
	return m
}

// finds waits for a message that contains all of the words, whatever comes before it.
func (p someone) finds(words ...string) slack.Message {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.ctx, patience)
	defer cancel()
	m, err := p.See(ctx, func(m slack.Message) bool {
		for _, word := range words {
			if !strings.Contains(m.Plain(), word) {
				return false
			}
		}
		return m.Via != slack.ViaPerson
	})
	if err != nil {
		p.w.t.Fatalf("%s waited for %q: %v\n%s", p.Handle(), words, err, p.w.logs.all())
	}
	return m
}

// formSaying waits until the form on top says something.
func (p someone) formSaying(text string) *slack.Form {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.ctx, patience)
	defer cancel()
	f, err := p.FormWhere(ctx, func(f *slack.Form) bool { return strings.Contains(f.Plain(), text) })
	if err != nil {
		p.w.t.Fatalf("%s waited for a form that says %q: %v\n%s", p.Handle(), text, err, p.w.logs.all())
	}
	return f
}

// everybody has each of the four read something.
func (w *world) everybody(read func(someone)) {
	for _, handle := range []string{"manager", "sara", "omar", "layla"} {
		read(w.person(handle))
	}
}

// offers has the manager offer a contact, and gives the card.
func (w *world) offers(line string, words ...string) slack.Message {
	w.t.Helper()
	manager := w.person("manager")
	manager.types("#leads", "/assign offer "+line)
	var card slack.Message
	w.everybody(func(p someone) { card = p.card(append(words, "Who takes", "offered by @Maha Manager")...) })
	manager.finds("📣 Offered in #leads", "[Withdraw]")
	return card
}

func TestTheFirstTapGetsAnOffer(t *testing.T) {
	w := offering(t)
	card := w.offers("0544444444 note: <!channel> be quick", "…444", "<!channel> be quick", "[Take it]")
	if raw := card.Text + string(card.Blocks); strings.Contains(raw, "<!channel") || strings.Contains(raw, "54 444") {
		t.Errorf("the card says %s", raw)
	}
	sara, manager := w.person("sara"), w.person("manager")
	sara.clicks(card, "Take it")
	sara.finds("now belongs to Sara Ali")
	w.everybody(func(p someone) { p.card("☑️ @Sara Ali has it: …444") })
	manager.finds("☑️ @Sara Ali has +966 54 444 4444, which you offered")
	w.owner("966544444444", "sara@twerlo.com")
	sara.types("#leads", "/assign history 0544444444")
	m := sara.finds("by you, from an offer in #leads", "be quick")
	if strings.Contains(m.Text, "<!channel") || w.calls() != 1 {
		t.Errorf("%d calls; read %s", w.calls(), m.Text)
	}
}

// A button that is still there, as in a client that has not heard of the change, says what has happened.
func TestALateTapOnAnOfferSaysWhoHasIt(t *testing.T) {
	w := offering(t)
	sara, omar, manager := w.person("sara"), w.person("omar"), w.person("manager")
	w.Slack.FailAPI("chat.update", 2, slack.Failure{Error: "edit_window_closed"})
	card := w.offers("0544444444")
	sara.clicks(card, "Take it")
	sara.finds("now belongs to Sara Ali")
	manager.finds("which you offered")
	omar.clicks(card, "Take it")
	if m := omar.finds("☑️ @Sara Ali has it"); !m.Ephemeral {
		t.Error("everybody reads that it is late")
	}
	sara.clicks(card, "Take it")
	sara.finds("☑️ You have it already")

	manager.types("#leads", "/assign offer 0555555555")
	w.everybody(func(p someone) { card = p.card("…555", "Who takes") })
	manager.clicks(manager.finds("📣 Offered in #leads: +966 55 555 5555"), "Withdraw")
	manager.finds("🚫 Withdrawn")
	omar.clicks(card, "Take it")
	omar.finds("this is not offered any more")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestAnOfferInArabic(t *testing.T) {
	w := offering(t, with("DEFAULT_LANGUAGE", "ar"))
	layla := w.person("layla")
	layla.types("#leads", "/assign عرض ٠٥٤٤٤٤٤٤٤٤ يريد استرداد المبلغ")
	var card slack.Message
	w.everybody(func(p someone) {
		card = p.card("من يستلم هذا العميل", "…444", "يريد استرداد المبلغ", "[استلام]")
	})
	layla.finds("تم العرض في", "+966 54 444 4444")
	w.person("omar").clicks(card, "استلام")
	w.person("omar").finds("now belongs to Omar Hassan")
	w.everybody(func(p someone) { p.card("تم الإسناد إلى", "Omar Hassan") })
	layla.finds("ما عرضته أُسنِد إلى", "Omar Hassan")
}

// Where the bot is not, the card goes to the channel for that; without one, the requester is told.
func TestWhereAnOfferGoes(t *testing.T) {
	w := offering(t)
	manager := w.person("manager")
	w.Slack.AddChannel(slack.ChannelConfig{Name: "quiet", Members: []string{"manager", "sara"}})
	manager.types("#quiet", "/assign offer 0544444444")
	manager.finds("❌ Not offered: +966 54 444 4444", "/invite @azeer", "OFFER_CHANNEL")
	w.restart(func() { w.settings["OFFER_CHANNEL"] = w.Slack.ChannelID("#leads") })
	manager.types("#quiet", "/assign offer 0544444444")
	var card slack.Message
	w.everybody(func(p someone) { card = p.card("Who takes") })
	manager.finds("📣 Offered in #leads")
	w.person("omar").clicks(card, "Take it")
	w.person("omar").finds("now belongs to Omar Hassan")
	w.everybody(func(p someone) { p.card("@Omar Hassan has it") })
	manager.finds("@Omar Hassan has")
}

// Whoever does what the app says is not told that they have done so a moment ago.
func TestWhatCouldNotBeOfferedIsOfferedAgainAtOnce(t *testing.T) {
	w := offering(t)
	manager, sara := w.person("manager"), w.person("sara")
	w.Slack.AddChannel(slack.ChannelConfig{Name: "quiet", Members: []string{"manager", "sara"}})
	manager.types("#quiet", "/assign offer 0544444444")
	manager.finds("❌ Not offered: +966 54 444 4444", "/invite @azeer")
	manager.types("#quiet", "/invite @azeer")
	manager.types("#quiet", "/assign offer 0544444444")
	manager.finds("📣 Offered in #quiet")
	for _, p := range []someone{manager, sara} {
		p.finds("was added to #quiet")
		p.finds("Who takes", "offered by @Maha Manager")
	}
}

// Rights are those of who taps; and nobody takes what Azeer does not let them have.
func TestWhoMayTakeAnOffer(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.Slack.AddPerson(slack.PersonConfig{Handle: "intern", Name: "Ines Intern"})
	w.Slack.AddChannel(slack.ChannelConfig{Name: "leads", Members: []string{"manager", "sara", "intern", "omar", "layla"}, BotMember: true})
	for _, p := range []string{"manager", "sara", "omar", "layla"} {
		w.settings["ALLOWED_USERS"] += w.Slack.Person(p).ID() + ","
	}
	w.run()
	intern, manager, sara := w.person("intern"), w.person("manager"), w.person("sara")
	card := w.offers("0544444444")
	intern.card("Who takes")
	intern.clicks(card, "Take it")
	intern.finds("not on the list of people who can assign")
	manager.clicks(card, "Take it") // who is no agent
	manager.finds("Nothing was done", "no agent with your Slack email")
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 404})
	sara.clicks(card, "Take it")
	sara.finds("Not assigned")
	w.everybody(func(p someone) {
		p.card("Who takes", "↩️ @Sara Ali took it, but it could not be assigned", "[Take it]")
	})
	intern.card("Who takes")
	w.person("omar").clicks(card, "Take it")
	w.person("omar").finds("now belongs to Omar Hassan")
	w.everybody(func(p someone) { p.card("@Omar Hassan has it") })
	intern.card("@Omar Hassan has it")
	manager.finds("@Omar Hassan has")
}

// What was assigned since is not overruled.
func TestAnOfferDoesNotOverruleWhatWasAssignedSince(t *testing.T) {
	w := offering(t)
	sara, omar := w.person("sara"), w.person("omar")
	omar.types("#support", "/assign 0544444444 omar@twerlo.com") // before it counts for nothing
	omar.finds("now belongs to")
	card := w.offers("0544444444")
	sara.types("#support", "/assign 0544444444 layla@twerlo.com")
	sara.finds("now belongs to")
	omar.clicks(card, "Take it")
	w.everybody(func(p someone) { p.card("↪️ Assigned in another way since: …444") })
	omar.finds("somebody assigned this in another way since")
	w.owner("966544444444", "layla@twerlo.com")
}

func TestSeveralContactsAreOffered(t *testing.T) {
	w := offering(t)
	card := w.offers("0544444444 0555555555 0566666666 one family", "these 3 contacts", "…444, …555, …666", "one family", "[Take all 3]")
	omar, layla := w.person("omar"), w.person("layla")
	layla.types("#support", "/assign 0555555555 layla@twerlo.com")
	layla.finds("تم إسناد")
	omar.clicks(card, "Take all 3")
	omar.finds("2 of 2 contacts assigned")
	w.everybody(func(p someone) { p.card("⚠️ @Omar Hassan has 2 of 3") })
	w.person("manager").finds("@Omar Hassan took what you offered, and has 2 of 3")
	w.owner("966555555555", "layla@twerlo.com")
	w.owner("966566666666", "omar@twerlo.com")
}

// Nobody in time: the requester is asked, also after a restart.
func TestAnOfferThatNobodyTakes(t *testing.T) {
	w := offering(t, func(w *world) { w.offerAfter = 500 * time.Millisecond })
	manager := w.person("manager")
	w.offers("0544444444")
	ask := []string{"⏰ Nobody in #leads has taken +966 54 444 4444 yet", "[Open the form]", "[Wait]", "[Withdraw]"}
	m := manager.finds(ask...)
	w.restart(func() {})
	manager.clicks(m, "Wait")
	manager.finds("⏳ +966 54 444 4444 is still offered in #leads")
	m = manager.finds(ask...)
	manager.clicks(m, "Withdraw")
	manager.finds("🚫 Withdrawn")
	w.everybody(func(p someone) { p.card("🚫 Not offered any more: …444") })
	if w.calls() != 0 {
		t.Error("it was assigned")
	}
}

func TestWhatNobodyTakesGoesToWhoeverIsOnDuty(t *testing.T) {
	t.Parallel()
	w := prepare(t, func(w *world) { w.offerAfter = 300 * time.Millisecond })
	w.Slack.AddChannel(slack.ChannelConfig{Name: "leads", Members: []string{"manager", "sara", "omar", "layla"}, BotMember: true})
	w.settings["DUTY_GROUPS"] = w.Slack.AddUserGroup("support-oncall", "omar")
	w.run()
	manager := w.person("manager")
	w.offers("0544444444")
	m := manager.finds("⏰ Nobody", "[Give to @support-oncall]", "[Wait]", "[Withdraw]")
	manager.clicks(m, "Give to @support-oncall")
	manager.finds("now belongs to Omar Hassan", "on duty in @support-oncall")
	w.everybody(func(p someone) { p.card("☑️ Omar Hassan", "has it: …444") })
	w.owner("966544444444", "omar@twerlo.com")
}

// Where nobody is on duty it stays open, and the requester hears why.
func TestAnOfferStaysWhereNobodyIsOnDuty(t *testing.T) {
	t.Parallel()
	w := prepare(t, func(w *world) { w.offerAfter = 300 * time.Millisecond })
	w.Slack.AddChannel(slack.ChannelConfig{Name: "leads", Members: []string{"manager", "sara", "omar", "layla"}, BotMember: true})
	w.settings["DUTY_GROUPS"] = w.Slack.AddUserGroup("support-oncall", "manager") // who is no agent
	w.run()
	manager, omar := w.person("manager"), w.person("omar")
	card := w.offers("0544444444")
	manager.clicks(manager.finds("⏰ Nobody"), "Give to @support-oncall")
	manager.finds("Nobody in @support-oncall is available")
	manager.finds("⏰ Nobody") // asked again
	omar.clicks(card, "Take it")
	omar.finds("now belongs to Omar Hassan")
	w.everybody(func(p someone) { p.card("☑️ @Omar Hassan has it: …444") })
	manager.finds("which you offered")
}

// Fifty taps at once lead to one assignment.
func fiftyTaps(t *testing.T, w *world) {
	t.Helper()
	card := w.offers("0544444444")
	w.Azeer.Always(azeer.Misbehaviour{Latency: 300 * time.Millisecond})
	taps := make([]*slack.Delivery, 50)
	var all sync.WaitGroup
	for i := range taps {
		who := w.person([]string{"sara", "omar", "layla"}[i%3])
		all.Go(func() { taps[i] = who.Click(card, "Take it") })
	}
	all.Wait()
	for _, d := range taps {
		if d.Shown != "" || d.Err != nil {
			t.Errorf("a tap shows %q (%v)", d.Shown, d.Err)
		}
	}
	w.person("manager").card("has it: …444")
	w.person("manager").finds("which you offered")
	// Each tap is answered: one by what came of it, the others by who has it.
	answered, theirs := func() (answered, theirs int) {
		for _, handle := range []string{"sara", "omar", "layla"} {
			for _, m := range w.Slack.Person(handle).Messages("#leads") {
				if m.Ephemeral && !isInterim(m) {
					answered++
				}
				if strings.Contains(m.Plain(), "now belongs to") || strings.Contains(m.Plain(), "تم إسناد العميل") {
					theirs++
				}
			}
		}
		return answered, theirs
	}, 0
	w.until("an answer to each tap", func() bool { n, _ := answered(); return n >= len(taps) })
	if _, theirs = answered(); theirs != 1 || w.calls() != 1 {
		t.Errorf("%d were told that it is theirs; %d calls to Azeer", theirs, w.calls())
	}
	w.everybody(func(p someone) {
		for range p.unread() {
			p.reads()
		}
	})
}

func TestFiftyTapsAtOnceLeadToOneAssignment(t *testing.T) {
	w := offering(t)
	fiftyTaps(t, w)
}

func TestFiftyTapsOnTwoInstancesLeadToOneAssignment(t *testing.T) {
	w := offering(t, with("DATABASE_URL", journaltest.StartPostgres(t)))
	w.another()
	fiftyTaps(t, w)
}

// A tap is not lost, wherever the process is stopped.
func TestAnOfferOutlivesARestart(t *testing.T) {
	w := offering(t)
	card := w.offers("0544444444")
	w.restart(func() {})
	w.Azeer.Next(1, azeer.Misbehaviour{Status: 503, RetryAfter: "1"})
	w.person("omar").clicks(card, "Take it")
	w.restart(func() {})
	w.person("omar").finds("now belongs to Omar Hassan")
	w.everybody(func(p someone) {
		if m := p.card("@Omar Hassan"); strings.Contains(m.Plain(), "is taking it") {
			p.card("☑️ @Omar Hassan has it")
		}
	})
	w.person("manager").finds("@Omar Hassan has")
}

// The form has a button for it, which asks first.
func TestAnOfferFromTheForm(t *testing.T) {
	w := offering(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.types("#leads", "/assign 05444")
	sara.clicks(sara.finds("Nothing was done"), "Fix in form")
	sara.presses(sara.form(), "Offer to the team…")
	sara.CloseAll(sara.formSaying("too short"))
	sara.types("#leads", "/assign 0544444444 note: be quick")
	sara.presses(sara.form(), "Offer to the team…")
	sara.submits(sara.formSaying("Offer +966 54 444 4444 in #leads?"), nil)
	var card slack.Message
	w.everybody(func(p someone) { card = p.card("Who takes", "…444", "be quick") })
	sara.finds("📣 Offered in #leads")
	omar.clicks(card, "Take it")
	omar.finds("now belongs to Omar Hassan")
	w.everybody(func(p someone) { p.card("@Omar Hassan has it") })
	sara.finds("which you offered")
}

// From the shortcut it goes where the answer is to go, unless that is a direct message.
func TestAnOfferFromTheShortcut(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	for _, name := range []string{"deals", "team"} {
		w.Slack.AddChannel(slack.ChannelConfig{Name: name, Members: []string{"sara"}, BotMember: true})
	}
	w.settings["OFFER_CHANNEL"] = w.Slack.ChannelID("#team")
	w.run()
	sara := w.person("sara")
	for _, c := range []struct{ contact, answer, asked, place string }{
		{"0544444444", "#deals", "Offer +966 54 444 4444 in #deals?", "#deals"},
		{"0544444445", "", "Offer +966 54 444 4445?", "#team"},
		{"0544444446", "@omar", "Offer +966 54 444 4446?", "#team"},
	} {
		if d := sara.Shortcut("assign_contact"); d.Shown != "" {
			t.Fatalf("the shortcut shows %q", d.Shown)
		}
		f := sara.form()
		if err := sara.Fill(f, map[string]string{"contact": c.contact, "answer_to": c.answer}); err != nil {
			t.Fatal(err)
		}
		sara.presses(f, "Offer to the team…")
		sara.submits(sara.formSaying(c.asked), nil)
		if card := sara.finds("Who takes", c.contact[len(c.contact)-3:]); card.Where != c.place {
			t.Errorf("with the answer in %q it is offered in %s, not in %s", c.answer, card.Where, c.place)
		}
		sara.finds("📣 Offered in " + c.place)
	}
}

// So have the form for several contacts, and what is said to a list without an agent.
func TestABatchIsOffered(t *testing.T) {
	w := offering(t)
	sara, omar := w.person("sara"), w.person("omar")
	sara.types("#leads", "/assign "+strings.Join(numbers(3), " "))
	m := sara.finds("I can read 3 contacts, but no agent")
	sara.clicks(m, "Several contacts…")
	sara.presses(sara.form(), "Offer to the team…")
	sara.CloseAll(sara.formSaying("Offer +966 54 444 0000"))
	sara.clicks(m, "Offer to the team")
	var card slack.Message
	w.everybody(func(p someone) { card = p.card("these 3 contacts", "[Take all 3]") })
	sara.finds("📣 Offered in #leads")
	omar.clicks(card, "Take all 3")
	omar.finds("3 of 3 contacts assigned")
	w.everybody(func(p someone) { p.card("@Omar Hassan has it") })
	sara.finds("which you offered")
	if n := w.owns(3, "omar@twerlo.com"); n != 3 {
		t.Errorf("%d belong to Omar", n)
	}
	sara.types("#leads", "/assign "+strings.Join(numbers(30), " ")+" omar@twerlo.com")
	sara.finds("Assign 30 contacts", "[Offer to the team]")
}

func TestAnOfferThatIsNotUnderstood(t *testing.T) {
	w := offering(t)
	sara := w.person("sara")
	for line, said := range map[string]string{
		"offer":              "📣 Which contact?",
		"offer 05444":        "too short",
		"offer somebody new": "not a phone number",
	} {
		sara.types("#leads", "/assign "+line)
		sara.finds(said, "/assign offer")
	}
	for range 2 { // a second Enter
		sara.types("#leads", "/assign offer 0544444444")
	}
	sara.finds("Already on it")
	w.everybody(func(p someone) { p.card("Who takes") })
	sara.finds("📣 Offered in #leads")
}

func TestAnOfferByMention(t *testing.T) {
	w := offering(t)
	w.person("sara").Post("#leads", "@azeer offer 0544444444 be quick")
	w.everybody(func(p someone) { p.card("Who takes", "be quick") })
	w.person("sara").finds("📣 Offered in #leads")
}
