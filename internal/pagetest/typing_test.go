//go:build slow

package pagetest

import "testing"

// caret is where the next key goes in a field that has the focus, and what it holds.
type caret struct {
	At    int    `json:"at"`
	Value string `json:"value"`
	Same  bool   `json:"same"` // the element is the one that was marked
}

func (v *visit) mark(field thing) {
	v.Helper()
	eval[bool](v, `eyes.one(%s).marked = true`, field)
}

func (v *visit) caretIn(field thing) caret {
	v.Helper()
	v.onFocus(field)
	return eval[caret](v, `(() => {
		const field = document.activeElement;
		return {at: field.selectionStart, value: field.value, same: field.marked === true};
	})()`)
}

func TestATypedNumberShowsItsCountryAndOwnerInTheForm(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say(line)
		v.answered("now belongs to Omar Hassan")
		abroad, owner := dialog.its(`[data-block="foreign"]`), dialog.its(`[data-block="owner"]`)
		number := field("contact")
		v.say("/assign ")
		v.see(dialog)
		v.gone(abroad)
		v.press(number)
		v.mark(number)
		for _, key := range "+971501234567" {
			v.write(string(key))
		}
		v.see(abroad.says("🇦🇪 +971 50 123 4567 (United Arab Emirates)"))
		if got := v.caretIn(number); got != (caret{13, "+971501234567", true}) {
			v.Errorf("after the form changed: %+v", got)
		}

		// In the middle of the number, too, and while the form changes.
		eval[bool](v, `(document.activeElement.setSelectionRange(1, 4), true)`)
		v.write("20")
		v.see(abroad.says("🇪🇬 +20 50 1234567 (Egypt)"))
		if got := v.caretIn(number); got != (caret{3, "+20501234567", true}) {
			v.Errorf("in the middle: %+v", got)
		}
		v.fill(number, "0544444444")
		v.see(owner.says("Last assigned here: Omar Hassan"))
		if got := v.caretIn(number); got != (caret{10, "0544444444", true}) {
			v.Errorf("with an owner: %+v", got)
		}

		// Whatever is on its way when the form is sent, it is sent as it stands.
		v.pick(field("agent"), "sara", "sara@twerlo.com")
		v.fill(number, "+971501234567")
		v.submit()
		v.gone(dialog)
		v.answered("🇦🇪 +971 50 123 4567 (United Arab Emirates) now belongs to Sara Ali")
		v.owned("971501234567", "sara@twerlo.com")

		v.show("timeline")
		v.gone(css(`.tl-item`).says("Enters"))
		v.press(css(`.tl-typing`))
		v.see(css(`.tl-item`).says("Enters “+971501234567” into contact"))
	})
}

func TestAChosenNumberShowsItsCountryInTheForm(t *testing.T) {
	onEachDevice(t, func(v *visit) {
		v.say("Call 0544444444, or +971 50 123 4567.")
		row := message("Call 0544444444")
		v.see(row)
		v.messageMenu(row)
		v.press(css(`[role="menu"] [data-act="message-shortcut"][data-callback="assign_from_message"]`))
		v.see(dialog)
		abroad := dialog.its(`[data-block="foreign"]`)
		choice := func(says string) thing { return dialog.its("label.bk-choice").says(says) }
		v.press(choice("+971 50 123 4567"))
		v.see(abroad.says("United Arab Emirates"))
		v.press(choice("+966 54 444 4444"))
		v.gone(abroad)
		v.press(choice("+966 54 444 4444"))
		v.see(abroad.says("United Arab Emirates"))
		v.until(`eyes.one(%s).querySelector('input:checked')?.value === '+971501234567'`, field("contact"))
	})
}
