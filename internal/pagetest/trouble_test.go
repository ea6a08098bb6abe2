//go:build slow

package pagetest

import (
	"testing"
)

func TestTroubleOfAzeerIsToldTruly(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.turn("azeer_401")
		v.say(line)
		v.answered("Azeer does not accept this app's key")
		v.turn("azeer_unknown_agent") // takes the place of the other
		v.say(line)
		v.answered("Not assigned: +966 54 444 4444. Azeer says:")

		// What is not final is tried again, and gets through when Azeer is well.
		v.turn("azeer_429")
		v.say("/assign 0544444444 sara@twerlo.com")
		v.show("timeline")
		v.see(css(`.tl-item[data-outcome="retrying"]`).says("sara@twerlo.com"))
		v.turn("azeer_429")
		v.answered("now belongs to Sara Ali")
		v.turn("azeer_down")
		v.say("/assign 0544444444 layla@twerlo.com")
		v.answered("Still assigning +966 54 444 4444 to layla@twerlo.com")
		v.turn("azeer_down")
		v.owned(contact, "layla@twerlo.com")

		v.turn("azeer_hang")
		v.say(line)
		v.answered("Still assigning +966 54 444 4444 to omar@twerlo.com")
		v.turn("azeer_hang")
		v.owned(contact, "omar@twerlo.com")

		// The answer is lost, and yet the owner is another.
		v.turn("azeer_answer_lost")
		v.say("/assign 0544444444 noura@twerlo.com")
		v.owned(contact, "noura@twerlo.com")
		v.show("azeer")
		v.see(css(".az-effect").says("done all the same"))
		v.show("trouble")
		v.press(button("All well again"))
		v.see(css(`[data-switch="azeer_answer_lost"][aria-checked="false"]`))
		v.show("chat")
		v.answered("noura@twerlo.com")
	})
}

// Whoever may not assign is told, and everything is well again all the same.
func TestNothingIsLeftOfASurvivalThatFails(t *testing.T) {
	t.Parallel()
	v := open(t, desktop)
	v.prefer("light")
	v.press(css(`[data-act="steps-off"]`))
	v.be("intern")
	v.show("trouble")
	eval[bool](v, `(() => { const set = window.setTimeout; window.setTimeout = (act, ms, ...rest) => set(act, ms === 20000 ? 2000 : ms, ...rest); return true; })()`)
	v.press(button("Watch it survive"))
	v.see(css(`.toast[data-toast="error"]`).says("It did not work this time"))
	v.see(css(`[data-switch="all_well"]:disabled`))
	v.press(css(`.toast button`))
	v.be("sara")
	v.press(button("Watch it survive"))
	v.see(css(`.toast[data-toast="good"]`).says("nothing was lost"))
	v.owned("966566666666", "omar@twerlo.com")
}

func TestAllIsWellAgainWithTheBotStarted(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.turn("azeer_401")
		v.killBot()
		v.show("trouble")
		v.press(button("All well again"))
		v.see(css(`.tr-status[data-bot="running"]`))
		v.see(css(`[data-switch="azeer_401"][aria-checked="false"]`))
		v.see(css(`[data-switch="all_well"]:disabled`))
	})
}

// An event is sent again for minutes to an app that is not there: nothing may wait for it.
func TestHomeIsDrawnWhenTheBotIsBack(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.killBot()
		v.visitApp(v.demo.state("manager"))
		v.see(css("#home .home-empty").says("is drawing its Home tab"))
		v.see(css("#home .home-empty").says("did not respond"))
		for range 6 {
			v.chooseTab("messages")
			v.chooseTab("home")
		}
		v.show("timeline")
		v.see(interaction("Opens the app’s home tab").its(`.tl-step[data-step~="typed"]`))
		v.show("chat")
		v.chooseTab("messages")
		v.say(line)
		v.see(message("/assign failed with the error"))
		v.chooseTab("home")
		v.startBot()
		v.see(css("#home [data-block]"))
		v.chooseTab("messages")
		v.say(line)
		v.answered("now belongs to Omar Hassan")

		v.killBot()
		v.be("layla")
		v.visitApp(v.demo.state("layla"))
		v.chooseTab("home")
		v.see(css("#home .home-empty").says("لم يستجب"))
	})
}

// chooseTab opens one of the app's tabs: home or messages.
func (v *visit) chooseTab(name string) {
	v.Helper()
	v.press(css(`[data-act="tab"][data-tab="` + name + `"]`))
	v.see(css(`[data-act="tab"][data-tab="` + name + `"][aria-selected="true"]`))
}

func TestTroubleOfSlackLosesNothing(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.bothSocketsUp()
		v.turn("slack_refresh")
		v.say(line)
		v.answered("now belongs to Omar Hassan")

		v.turn("slack_refuse_answers")
		v.say("/assign 0544444444 sara@twerlo.com")
		v.answered("now belongs to Sara Ali")
		v.turn("slack_refuse_answers")

		v.turn("slack_rate_limits")
		v.say("/assign 0544444444 layla@twerlo.com")
		v.answered("layla@twerlo.com")
		v.turn("slack_rate_limits")

		// Deaf sockets: Slack says so at once; new ones hear again.
		v.bothSocketsUp() // one that came later would hear
		v.turn("slack_silent")
		v.say("/assign 0544444444 noura@twerlo.com")
		v.see(message("/assign failed with the error"))
		v.killBot()
		v.startBot()
		v.show("trouble")
		v.see(css(`[data-switch="slack_silent"][aria-checked="false"]`))
		v.show("chat")
		v.say("/assign 0544444444 noura@twerlo.com")
		v.answered("noura@twerlo.com")
	})
}

// bothSocketsUp waits until the bot has its two sockets, and none on its way out.
func (v *visit) bothSocketsUp() {
	v.Helper()
	v.show("trouble")
	v.see(css(`.tr-status[data-bot="running"][data-sockets="2"]`))
	v.show("chat")
}

// button is something to press, by its name.
func button(name string) thing {
	return thing{CSS: `button, [role="button"], [role="menuitem"], [role="menuitemradio"], [role="menuitemcheckbox"], [role="tab"], [role="switch"]`, Name: name}
}
