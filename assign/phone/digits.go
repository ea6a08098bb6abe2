package phone

import (
	"strings"
	"unicode"
)

func IsDash(r rune) bool { return unicode.Is(unicode.Pd, r) || r == '\u2212' }

// ASCII replaces the decimal digits of every script by ASCII ones, and the plus
// signs of other shapes by +.
func ASCII(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return rune(DigitValue(r))
		case r == '\u207a' || r == '\ufe62' || r == '\u2795':
			return '+'
		}
		return r
	}, text)
}

// DigitValue gives the ASCII digit for a decimal digit of any script. Unicode keeps the
// ten of a script together and in order, so the runs of them end where a ten ends.
func DigitValue(r rune) byte {
	before := 0
	for unicode.IsDigit(r - rune(before) - 1) {
		before++
	}
	return '0' + byte(before%10)
}
