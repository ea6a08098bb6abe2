package assign

import (
	"fmt"
	"github.com/nyaruka/phonenumbers"
	"io"
)

// Phone is a contact's number in E.164. It masks itself wherever it is formatted or
// encoded; Digits and International are the only ways to read it.
//
// The number sits behind a closure because fmt cannot call methods on unexported
// struct fields, and would print a plain string there in clear.
type Phone struct{ reveal func() string }

// NewPhone takes E.164 digits without the plus, as Azeer writes them (966544444444).
// It does not check them: that is ParsePhone's work.
func NewPhone(digits string) Phone { return Phone{func() string { return digits }} }

// Digits gives the E.164 digits without the plus: Azeer's platform_id of the contact.
func (p Phone) Digits() string {
	if p.reveal == nil {
		return ""
	}
	return p.reveal()
}

// IsZero tells whether there is no number at all.
func (p Phone) IsZero() bool { return p.Digits() == "" }

// Equal compares the numbers themselves.
func (p Phone) Equal(o Phone) bool { return p.Digits() == o.Digits() }

// String masks all but the last three digits.
func (p Phone) String() string { return MaskPhone(p.Digits()) }

// MarshalText masks, so that no encoder leaks the number.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Format masks under every verb of fmt.
func (p Phone) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// MaskPhone keeps the last three digits of a number of at least seven, else nothing.
func MaskPhone(digits string) string {
	switch {
	case digits == "":
		return ""
	case len(digits) < 7:
		return "…"
	}
	return "…" + digits[len(digits)-3:]
}

// International writes the number as people read it: +966 54 444 4444.
func (p Phone) International() string {
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
func (p Phone) Region() string {
	number, err := phonenumbers.Parse("+"+p.Digits(), "ZZ")
	if p.IsZero() || err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(number); region != "ZZ" {
		return region
	}
	return ""
}
