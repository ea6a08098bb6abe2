//go:build slow

package pagetest

import "testing"

// The workspace and Azeer are alive before anybody has done anything.
func TestTheDemoIsAliveFromTheFirstSecond(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.show("azeer")
		card := func(desk string) thing {
			return css(`.az-desk[data-desk="` + desk + `"] .az-contact[data-contact="` + contact + `"]`)
		}
		v.see(card("noura@twerlo.com").says("Salma Haddad +966 54 444 4444").its(".az-said").says("Is anybody there?"))
		v.see(css(`.az-desk[data-desk=""] .az-contact`).says("خالد العتيبي"))
		v.show("chat")
		v.see(message("العميل خالد ٠٥٥٥٥٥٥٥٥٥"))

		// Assign this contact finds a number in #general, the card moves, and #audit has it.
		row := message("+965 500 12345")
		v.see(row)
		v.messageMenu(row)
		v.press(css(`[role="menu"] [data-callback="assign_from_message"]`))
		v.see(dialog)
		v.pick(field("agent"), "omar", "omar@twerlo.com")
		v.submit()
		v.gone(dialog)
		v.answered("now belongs to Omar Hassan")
		v.owned("96550012345", "omar@twerlo.com")
		v.say(line)
		v.answered("+966 54 444 4444 now belongs to Omar Hassan")
		v.show("azeer")
		v.see(card("omar@twerlo.com").its(".az-before").says("before: Noura Saleh"))
		v.gone(card("noura@twerlo.com"))
		v.show("chat")
		v.visitPlace("audit")
		v.see(message("Omar Hassan"))
	})
}
