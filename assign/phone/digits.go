package phone

import (
	"regexp"
	"strconv"
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

// dateSpan is a span of days, as 05.11-09.11.26 and 5/11/2026 – 9/11/2026.
var dateSpan = regexp.MustCompile(`^(\d{1,2})[./](\d{1,2})(?:[./](?:\d{2}){1,2})?\s*[\p{Pd}\x{2212}]\s*(\d{1,2})[./](\d{1,2})(?:[./](?:\d{2}){1,2})?$`)

// IsDateSpan tells whether text, in ASCII digits, is from one day to another.
func IsDateSpan(text string) bool {
	found := dateSpan.FindStringSubmatch(text)
	if found == nil {
		return false
	}
	inYear := func(a, b string) bool {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return min(x, y) >= 1 && min(x, y) <= 12 && max(x, y) <= 31
	}
	return inYear(found[1], found[2]) && inYear(found[3], found[4])
}
