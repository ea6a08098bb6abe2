package pagetest

import (
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox/page"
)

const (
	line    = "/assign 0544444444 omar@twerlo.com"
	contact = "966544444444"
)

func TestCommandIsAnsweredAndSeenEverywhere(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.press(composer)
		v.write("/")
		v.see(css(`[role="listbox"][data-kind="slash"] [role="option"][data-value="/assign"]`))
		v.write("as")
		if v.device.touch {
			v.press(css(`[role="option"][data-value="/assign"]`))
		} else {
			v.key(enter)
		}
		v.see(css(`.composer-hint`).says("[phone]"))
		if text := v.see(composer).Value; text != "/assign " {
			v.Errorf("the menu has written %q", text)
		}
		v.write("0544444444 omar@twerlo.com")
		v.gone(css(`.composer-hint`).says("[phone]"))
		v.key(enter)

		v.answered("+966 54 444 4444 now belongs to Omar Hassan")
		if text := v.see(composer).Value; text != "" {
			v.Errorf("%q was sent and is still there", text)
		}
		v.owned(contact, "omar@twerlo.com")

		v.show("timeline")
		mine := interaction(line)
		v.see(css(`.tl-item[data-outcome="seen"]`).says(line))
		for _, name := range []string{"typed", "delivered", "stored", "acknowledged", "sent", "answered", "seen"} {
			v.see(mine.its(`.tl-step[data-step~="` + name + `"]`))
		}
		v.press(mine.its(".tl-more"))
		v.see(mine.its(`[data-json="sent"] pre`).says(`"command": "/assign"`))
		v.see(css(`.tl-breaches[data-breaches="0"]`))
	})
}

// Azeer's side shows a contact as Azeer knows it, which may be an older form of the number.
func TestAzeersSideShowsTheFormOfANumber(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say("/assign +521 55 1234 5678 omar@twerlo.com")
		v.answered("+52 55 1234 5678 (Mexico) now belongs to Omar Hassan")
		v.show("azeer")
		v.see(css(`.az-contact[data-contact="5215512345678"][data-owner="omar@twerlo.com"]`).says("+5215512345678"))
	})
}

func TestFormWithTypeAhead(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say("/assign ")
		v.see(dialog)
		v.fill(field("contact"), "054")
		v.pick(field("agent"), "nou", "noura.s@twerlo.com")
		v.submit()
		v.see(dialog.its(`[data-error-for="contact"]`).says("too short"))

		v.fill(field("contact"), "٠٥٤٤٤٤٤٤٤٤")
		v.gone(dialog.its(`[data-error-for="contact"]`))
		v.fill(field("agent"), "nobody of that name")
		v.see(dialog.its(".bk-none"))
		v.pick(field("agent"), "lay", "layla@twerlo.com")
		v.submit()
		v.gone(dialog)
		v.answered("now belongs to")
		v.owned(contact, "layla@twerlo.com")
	})
}

func TestMistakeIsMendedInTheForm(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say("/assign 12 omar@twerlo.com")
		v.answered("Nothing was done.")
		v.press(message("Nothing was done.").its(`button[data-action]`).says("Fix in form"))
		v.see(dialog)
		if typed := v.see(field("contact")).Value; typed != "12" {
			v.Errorf("what was typed is not in the form, but %q", typed)
		}
		v.fill(field("contact"), "0544444444")
		v.submit()
		v.gone(dialog)
		v.answered("now belongs to Omar Hassan")
		v.owned(contact, "omar@twerlo.com")
	})
}

func TestPrivateAnswersGoWithTheReloadUnlessKept(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say(line)
		v.answered("now belongs to")
		v.reload()
		v.see(message("Good morning"))
		v.gone(css(".msg.is-private"))
		v.press(css(`#place .place-note [data-act="keep"]`))
		v.answered("now belongs to")
		v.reload()
		v.answered("now belongs to")
		v.gone(css(`#place .place-note [data-act="keep"]`))

		v.be("sara")
		v.see(message("Good morning"))
		v.gone(message("now belongs to"))
	})
}

func TestDismissedAnswersStayAway(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		dismissed := func() {
			v.reload()
			v.see(message("Good morning"))
			v.gone(css(".msg.is-private"))
			v.gone(css(`#place .place-note [data-act="keep"]`))
		}
		v.say(line)
		v.answered("now belongs to")
		v.press(message("now belongs to").its(`[data-act="dismiss"]`))
		v.gone(css(".msg.is-private"))
		dismissed()

		// In another tab of this browser.
		v.say("/assign 0544444444 sara@twerlo.com")
		v.answered("now belongs to Sara Ali")
		eval[bool](v, `(() => {
			const frame = document.body.appendChild(document.createElement('iframe'));
			const ids = [...document.querySelectorAll('.msg.is-private')].map((row) => row.dataset.message);
			frame.contentWindow.localStorage.setItem('dismissed', JSON.stringify([...JSON.parse(localStorage.getItem('dismissed')), ...ids]));
			frame.remove();
			return true;
		})()`)
		v.gone(css(".msg.is-private"))
		dismissed()
	})
}

func TestWhatWasTypedInAFormSurvivesAReloadAtOnce(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say("/assign ")
		v.see(dialog)
		v.fill(field("contact"), "0544444444")
		v.reload()
		v.see(dialog)
		if kept := v.see(field("contact")).Value; kept != "0544444444" {
			v.Errorf("the form holds %q", kept)
		}
	})
}

func TestArabicSpeakerReadsFromRightToLeft(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.be("layla")
		space := v.see(css(`.workspace[dir="rtl"][lang|="ar"]`))
		if !v.device.touch {
			side := v.see(css(".side"))
			if side.X < space.X+space.Width/2 {
				v.Errorf("the list of conversations stands at %.0f, on the left", side.X)
			}
			if panels := v.see(css(`.panels:dir(rtl)`)); panels.X > space.X {
				v.Error("the panels have not changed sides")
			}
		}
		v.say("/assign ٠٥٤٤٤٤٤٤٤٤ omar@twerlo.com")
		answer := v.answered("omar@twerlo.com")
		if !strings.Contains(answer.Text, "\u2066+966 54 444 4444\u2069") {
			v.Errorf("the number is not kept from turning round in %q", answer.Text)
		}
		v.see(css(".msg-private").says("مرئية لك وحدك"))
		v.owned(contact, "omar@twerlo.com")

		v.say("/assign ")
		if form := v.see(dialog); form.Attributes["dir"] != "rtl" {
			v.Errorf("the form runs %q", form.Attributes["dir"])
		}
		v.press(dialog.its(".modal-x"))
		v.gone(dialog)
	})
}

func TestWhoMayNotIsTold(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		for _, one := range []struct{ handle, place, told string }{
			{"guest", "support", "Guests can't assign"},
			{"intern", "general", "You are not on the list"},
			{"partner", "support", "People from other organizations can't assign"},
		} {
			v.be(one.handle)
			v.visitPlace(one.place)
			v.say(line)
			v.answered(one.told)
		}
		v.owned(contact, "noura@twerlo.com") // as before
	})
}

func TestSlowAzeerIsAnsweredTwice(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.turn("azeer_slow")
		v.say(line)
		v.answered("Still assigning")
		v.answered("now belongs to")
		v.show("timeline")
		v.see(interaction(line).its(".tl-sums .is-azeer").says("5."))
	})
}

func TestDeadBotIsSlacksErrorAndComesBack(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.killBot()
		v.say(line)
		v.see(message("/assign failed with the error"))
		v.show("timeline")
		v.see(css(`.tl-item[data-outcome="failed"]`).says(line))
		v.show("chat")
		v.startBot()
		v.say(line)
		v.answered("now belongs to")
	})
}

func TestWhatWasAcceptedSurvivesAKill(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.turn("azeer_hang")
		v.say(line)
		v.show("timeline")
		v.see(interaction(line).its(`.tl-step[data-step~="sent"]`))
		v.show("chat")
		v.killBot()
		v.turn("azeer_hang")
		v.startBot()
		v.answered("now belongs to")
		v.owned(contact, "omar@twerlo.com")
		v.show("timeline")
		v.see(css(`.tl-item[data-outcome="seen"]`).says(line))
	})
}

func TestMessageMenuHasWhatTheAppOffers(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		row := message("Good morning")
		v.see(row)
		v.messageMenu(row)
		v.see(css(`[role="menu"] [data-act="reply"]`))
		v.see(css(`[role="menu"] [data-act="copy"]`))
		for _, offered := range v.demo.state("manager").Shortcuts {
			if offered.Type == "message" {
				v.see(css(`[role="menu"] [data-act="message-shortcut"][data-callback="` + offered.Callback + `"]`).says(offered.Name))
			}
		}
		v.key(escape)
		v.gone(css(`[role="menu"]`))
	})
}

func TestThread(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		row := message("Good morning")
		v.see(row)
		if v.device.touch {
			v.press(row.its(`[data-act="message-menu"]`))
			v.press(css(`[role="menu"] [data-act="reply"]`))
		} else {
			v.point(row)
			v.press(row.its(`[data-act="reply"]`))
		}
		pane := css("#thread")
		reply := css(`textarea[data-composer-input="thread"]`)
		v.see(pane.its(".msg").says("Good morning"))
		v.fill(reply, "I take them")
		v.key(enter)
		v.see(pane.its(".msg").says("I take them"))

		v.fill(reply, line)
		v.key(enter)
		v.see(pane.its(`[role="alert"]`).says("/assign is not supported in threads. Sorry!"))

		v.press(pane.its(`[data-act="close-thread"]`))
		v.gone(pane)
		v.see(row.its(`[data-act="thread"]`).says("1 reply"))
		v.gone(message("I take them"))
	})
}

func TestDirectMessage(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.visitPlace("@sara")
		v.say("Did you reach the hotel?")
		v.see(message("Did you reach the hotel?"))
		v.say(line)
		v.answered("now belongs to")

		v.be("sara")
		v.visitPlace("@manager")
		v.see(message("Did you reach the hotel?"))
		v.gone(message("now belongs to"))
	})
}

func TestChannelWithoutTheBot(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.visitPlace("vip")
		absent := css("#place [data-absent]").evenHidden()
		v.see(absent)
		v.say(line)
		v.answered("now belongs to")

		offer := css(`#place .msg.is-private[data-author="slackbot"]`).says("You mentioned").newest()
		v.say("@azeer assign 0544444444 sara@twerlo.com")
		v.press(offer.its("button").says("Do nothing"))
		v.gone(offer)
		v.see(absent)
		v.say("@azeer assign 0544444444 sara@twerlo.com")
		v.press(offer.its("button").says("Add to channel"))
		v.see(message("was added to"))
		v.gone(absent)
		v.say("@azeer assign 0544444444 sara@twerlo.com")
		v.answered("now belongs to Sara Ali")
	})
}

func TestAppsTabsAreThoseOfTheManifest(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		now := v.demo.state("manager")
		v.visitApp(now)
		if now.HomeTab {
			v.see(css("#home [data-block]"))
			v.gone(css("#home .bk-unknown"))
			v.press(css(`[data-act="tab"][data-tab="messages"]`))
		}
		v.gone(css("#home"))
		if now.MessagesTab == "open" {
			v.say(line)
			v.answered("now belongs to")
		} else {
			v.see(css(".place-closed").says("Sending messages to this app has been turned off."))
		}
	})
}

// visitApp opens the conversation with the app, which begins with its Home tab.
func (v *visit) visitApp(now page.State) {
	v.Helper()
	at := slices.IndexFunc(now.Places, func(p page.Place) bool { return p.Kind == "app" })
	v.visitPlace(now.Places[at].Name)
}

func TestHomeTabIsTheReceipt(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say(line)
		v.answered("now belongs to Omar Hassan")
		v.visitApp(v.demo.state("manager"))
		home := css("#home")
		row := func(says string) thing { return home.its("[data-block]").says(says) }
		v.see(row("Assigned to Omar Hassan"))

		v.press(home.its(`button[data-action="open"]`))
		v.see(dialog)
		v.fill(field("contact"), "0555555555")
		v.pick(field("agent"), "sara", "sara@twerlo.com")
		v.submit()
		v.gone(dialog)
		v.see(row("Assigned to Sara Ali"))

		v.fill(home.its(`input[data-action="search"]`), "0544444444")
		v.key(enter)
		v.see(row("History of +966 54 444 4444"))
	})
}

func TestShortcutAsksWhereToAnswer(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.press(css(`#place [data-act="shortcuts"]`))
		v.press(css(`[role="menu"] [data-act="shortcut"]`).says("Assign contact"))
		v.see(dialog)
		v.fill(field("contact"), "0544444444")
		v.pick(field("agent"), "sara", "sara@twerlo.com")
		v.submit()
		v.gone(dialog)
		v.owned(contact, "sara@twerlo.com")
	})
}

// While one writes several lines the newest messages stay in sight.
func TestAnswerToManyLinesIsInSight(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.demo.flood(40)
		v.see(message("customer"))
		v.press(composer)
		v.paste("0544444444\n0555555555\n0566666666\n\n\n")
		v.write("and more")
		v.key(enter)
		v.see(message("and more"))
		v.paste("/assign 0544444444\n\n\n\n\n")
		v.write("omar@twerlo.com")
		v.key(enter)
		v.see(css(".msg.is-private"))
		v.gone(css(`[data-act="latest"]`))
		v.until(`eyes.one(%s).getBoundingClientRect().bottom <= eyes.one({css: '#messages .feed-scroll'}).getBoundingClientRect().bottom`, css("#place .msg.is-private").newest())
	})
}

func TestMentionsAndManyLines(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.press(composer)
		v.write("/assign 0544444444 @om")
		v.press(css(`[role="listbox"][data-kind="people"] [role="option"][data-value="omar"]`))
		v.key(enter)
		v.answered("now belongs to Omar Hassan")

		v.press(composer)
		v.paste("one\ntwo\nthree")
		if box := v.see(composer); box.Value != "one\ntwo\nthree" {
			v.Errorf("pasted %q", box.Value)
		}
		v.key(enter)
		v.see(message("one two three"))
	})
}

func TestInviteWorksAsInSlack(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.be("layla")
		v.visitPlace("support")
		v.press(composer)
		v.write("/inv")
		v.press(css(`[data-kind="slash"] [role="option"][data-value="/invite"]`))
		v.write("@az")
		v.press(css(`[data-kind="people"] [role="option"][data-value="azeer"]`))
		v.key(enter)
		v.see(message("تمت الإضافة إلى"))
		v.gone(css("#place [data-absent]").evenHidden())
		v.say("/invite @azeer ")
		v.see(css("#place .composer-error").says("موجود في \u2068#support\u2069 من قبل"))
	})
}
