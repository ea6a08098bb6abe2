package line

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// Typed is something that a person typed, of unknown content. It masks itself like Phone
// and Email; Reveal is the only way to read it.
type Typed struct{ reveal func() string }

// NewTyped takes the words as they were typed.
func NewTyped(text string) Typed { return Typed{func() string { return text }} }

// Reveal gives the words in clear. They must be escaped before they go back to a chat.
func (t Typed) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// String keeps the last three digits of a number, the domain of a single address, and
// the first letter of anything else.
func (t Typed) String() string {
	text := t.Reveal()
	var digits strings.Builder
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits.WriteByte(phone.DigitValue(r))
		}
	}
	switch {
	case wrongEmail(text) == "":
		return agent.MaskEmail(text)
	case digits.Len() > 0:
		return phone.Mask(digits.String())
	case text == "":
		return ""
	}
	return string([]rune(text)[:1]) + "…"
}

// MarshalText masks, so that no encoder leaks the words.
func (t Typed) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Format masks under every verb of fmt.
func (t Typed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }
