package assign

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
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

// Email is an agent's address, or whatever else identifies a person in Azeer. It masks
// itself like Phone; Reveal is the only way to read it.
type Email struct{ reveal func() string }

// NewEmail takes the address as it shall be sent and shown.
func NewEmail(address string) Email { return Email{func() string { return address }} }

// Reveal gives the address in clear.
func (e Email) Reveal() string {
	if e.reveal == nil {
		return ""
	}
	return e.reveal()
}

// IsZero tells whether there is no address.
func (e Email) IsZero() bool { return e.Reveal() == "" }

// Equal compares addresses without regard to case.
func (e Email) Equal(o Email) bool { return strings.EqualFold(e.Reveal(), o.Reveal()) }

// String shows the first letter and the domain.
func (e Email) String() string { return MaskEmail(e.Reveal()) }

// MarshalText masks, so that no encoder leaks the address.
func (e Email) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Format masks under every verb of fmt.
func (e Email) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

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

// MaskEmail keeps the first letter and the domain.
func MaskEmail(address string) string {
	if address == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(address)
	masked := address[:size] + "…"
	if at := strings.LastIndexByte(address, '@'); at > 0 {
		masked += address[at:]
	}
	return masked
}
