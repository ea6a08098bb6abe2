//go:build slow

package pagetest

import (
	"testing"
)

func TestAStepIsFilledInAndRun(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		run := css(`[data-act="run-step"]`)
		v.show("workflow")
		v.press(run)
		v.see(css(`.wf-one[data-state="failed"]`).says("Nothing was done"))
		v.fill(stepInput("contact"), "Khalid 0544444444")
		v.fill(stepInput("agent"), "omar@twerlo.com")
		v.press(run)
		v.see(css(`.wf-one[data-state="failed"]`).says("Fill in “On behalf of”"))
		v.choosesIn(stepInput("on_behalf_of"), "Maha Manager")
		v.press(run)
		v.see(output("outcome").says("assigned"))
		v.see(output("explanation").says("now belongs to Omar Hassan"))
		v.owned(contact, "omar@twerlo.com")

		// A message of the conversation that is shown, in place of a number.
		v.show("workflow")
		v.fill(stepInput("contact"), "0") // and nothing in place of it
		v.key('\b')
		v.choosesIn(stepInput("message"), "Sara Ali: Amal Farouk, +965 500 12345, wants our prices")
		v.press(run)
		v.see(output("contact").says("+96550012345"))
		v.choosesIn(stepInput("message"), "None")
		v.fill(stepInput("contact"), "Khalid 0544444444")

		// What was filled in stays, also in the other language; the bot completes what it has accepted when it is back.
		v.turn("azeer_slow")
		v.be("layla")
		v.show("workflow")
		if text := v.see(stepInput("contact")).Value; text != "Khalid 0544444444" {
			v.Errorf("the contact is %q now", text)
		}
		v.fill(stepInput("agent"), "أنا")
		v.choosesIn(stepInput("on_behalf_of"), "ليلى أحمد")
		v.press(run.says("تشغيل الخطوة"))
		v.see(css(`.wf-one[data-state="running"]`).says("قيد التشغيل"))
		v.show("timeline")
		v.see(interaction("الخطوة «").its(`.tl-step[data-step~="acknowledged"]`))
		v.killBot()
		v.turn("azeer_slow")
		v.startBot()
		v.show("workflow")
		v.see(output("explanation").says("تم إسناد العميل"))
		v.press(css(`.wf-one:first-child .wf-link`))
		v.see(css(`[role="tabpanel"][data-panel="timeline"] .tl-item`).says("الخطوة «"))
		v.owned(contact, "layla@twerlo.com")
	})
}
