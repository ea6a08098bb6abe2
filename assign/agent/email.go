package agent

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

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
