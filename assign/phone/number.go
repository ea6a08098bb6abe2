// Package phone is about phone numbers: reading one from digits, printing it for people, and
// the country that it is of. It knows nothing of lines, agents, Slack or Azeer.
package phone

import (
	"fmt"
	"io"
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// Number is a contact's number in E.164, of today's numbering plan. It may come with the id
// by which WhatsApp knows the contact, where that is another: see Forms. It masks itself
// wherever it is formatted or encoded; Digits, ID and International are the only ways to
// read it.
//
// The number sits behind a closure because fmt cannot call methods on unexported
// struct fields, and would print a plain string there in clear.
type Number struct{ reveal func() (digits, id string) }

// New takes E.164 digits without the plus, as Azeer writes them (966544444444), of today's
// numbering plan or an older one. It does not check them: that is Read's work.
func New(digits string) Number {
	now := today(digits)
	return Number{func() (string, string) { return now, now }}.WithID(digits)
}

// Digits gives the E.164 digits without the plus. They are the same for all forms of a
// number.
func (p Number) Digits() string {
	if p.reveal == nil {
		return ""
	}
	digits, _ := p.reveal()
	return digits
}

// ID gives the digits as they were typed or are to be sent: one of Forms, or Digits.
func (p Number) ID() string {
	if p.reveal == nil {
		return ""
	}
	_, id := p.reveal()
	return id
}

// WithID gives the same number in another form; p itself where id is none of its forms.
func (p Number) WithID(id string) Number {
	digits := p.Digits()
	if forms, _ := formsOf(digits); !slices.Contains(forms, id) {
		return p
	}
	return Number{func() (string, string) { return digits, id }}
}

// IsZero tells whether there is no number at all.
func (p Number) IsZero() bool { return p.Digits() == "" }

// Equal compares the numbers themselves, whatever their forms.
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
	printed, ok := p.print()
	if !ok {
		return "+" + p.Digits()
	}
	return printed.international
}

// national writes the number as people in its country do.
func (p Number) national() string {
	number, err := phonenumbers.Parse("+"+p.Digits(), "ZZ")
	if err != nil {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.NATIONAL)
}

// Region is the ISO 3166 code of the country that the number is of; "001" if it is of none,
// as freephone numbers for the whole world are, and "" if that is not known.
func (p Number) Region() string {
	if printed, ok := p.print(); ok && printed.region != "ZZ" {
		return printed.region
	}
	return ""
}
