// Package phone is about phone numbers: reading one from digits, printing it for people, and
// the country that it is of. It knows nothing of lines, agents, Slack or Azeer.
package phone

import (
	"fmt"
	"io"

	"github.com/nyaruka/phonenumbers"
)

// Number is a contact's number in E.164. It masks itself wherever it is formatted or
// encoded; Digits and International are the only ways to read it.
//
// The number sits behind a closure because fmt cannot call methods on unexported
// struct fields, and would print a plain string there in clear.
type Number struct{ reveal func() string }

// New takes E.164 digits without the plus, as Azeer writes them (966544444444).
// It does not check them: that is ParsePhone's work.
func New(digits string) Number { return Number{func() string { return digits }} }

// Digits gives the E.164 digits without the plus: Azeer's platform_id of the contact.
func (p Number) Digits() string {
	if p.reveal == nil {
		return ""
	}
	return p.reveal()
}

// IsZero tells whether there is no number at all.
func (p Number) IsZero() bool { return p.Digits() == "" }

// Equal compares the numbers themselves.
func (p Number) Equal(o Number) bool { return p.Digits() == o.Digits() }

// String masks all but the last three digits.
func (p Number) String() string { return Mask(p.Digits()) }

// MarshalText masks, so that no encoder leaks the number.
func (p Number) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Format masks under every verb of fmt.
func (p Number) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// Mask keeps the last three digits of a number of at least seven, else nothing.
func Mask(digits string) string {
	switch {
	case digits == "":
		return ""
	case len(digits) < 7:
		return "…"
	}
	return "…" + digits[len(digits)-3:]
}

// International writes the number as people read it: +966 54 444 4444.
func (p Number) International() string {
	if p.IsZero() {
		return ""
	}
	number, err := phonenumbers.Parse("+"+p.Digits(), "ZZ")
	if err != nil {
		return "+" + p.Digits()
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// Region is the ISO 3166 code of the country that the number is of; "001" if it is of none,
// as freephone numbers for the whole world are, and "" if that is not known.
func (p Number) Region() string {
	number, err := phonenumbers.Parse("+"+p.Digits(), "ZZ")
	if p.IsZero() || err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(number); region != "ZZ" {
		return region
	}
	return ""
}
