package pagetest

import "testing"

// card is the newest of those that everybody in a conversation sees.
func card(says string) thing {
	return css(`#place .msg:not(.is-private)[data-author="azeer"]`).says(says).newest()
}

// One offers a customer, another has it with one tap, and everybody sees who.
func TestAnOfferIsTakenWithOneTap(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say("/assign offer 0544444444 wants a refund")
		v.answered("Offered in")
		v.see(card("Who takes this contact?"))
		v.be("sara")
		v.visitPlace("general")
		v.press(card("wants a refund").its("button").says("Take it"))
		v.answered("now belongs to Sara Ali")
		v.see(card("@Sara Ali has it: …444"))
		v.gone(card("Who takes this contact?"))
		v.owned("966544444444", "sara@twerlo.com")
	})
}
