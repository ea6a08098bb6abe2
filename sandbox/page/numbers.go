package page

import (
	"regexp"
	"strings"
	"unicode"
)

// fewestDigits is the length from which digits in a row are taken for a phone number.
const fewestDigits = 7

// numbersIn finds what may be phone numbers in a text: their digits, without what
// stands before the country code or the area code. It is meant for finding what belongs
// together, and nothing else.
func numbersIn(text string) []string {
	var all []string
	var digits strings.Builder
	gap := 0
	end := func() {
		if n := strings.TrimLeft(digits.String(), "0"); len(n) >= fewestDigits {
			all = append(all, n)
		}
		digits.Reset()
		gap = 0
	}
	for _, r := range text {
		switch value := digit(r); {
		case value >= 0:
			digits.WriteByte(byte('0' + value))
			gap = 0
		case unicode.Is(unicode.Cf, r): // direction marks and the like
		case strings.ContainsRune(" \u00a0-.()/", r) && gap < 2:
			gap++
		default:
			end()
		}
	}
	end()
	return all
}

// digit is the value of a digit as people at the page write them: European, Arabic or
// Persian; -1 for anything else.
func digit(r rune) int {
	for _, zero := range []rune{'0', '٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return int(r - zero)
		}
	}
	return -1
}

// sameNumber tells whether two of numbersIn may be one: with and without country code.
func sameNumber(a, b string) bool {
	return len(a) >= fewestDigits && len(b) >= fewestDigits && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a))
}

var (
	emailPattern   = regexp.MustCompile(`[\p{L}0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`)
	mentionPattern = regexp.MustCompile(`<@([UW][A-Z0-9]+)`)
	mePattern      = regexp.MustCompile(`(?i)(?:^|\s)me(?:\s|$)`)
)

// agentsIn finds the emails of agents in what somebody entered. Emails of people whom it
// mentions count as well; emailOf gives them by user id, or "", and by "" that of the
// person who entered it.
func agentsIn(text string, emailOf func(userID string) string) []string {
	var all []string
	note := func(email string) {
		if email != "" {
			all = append(all, strings.ToLower(email))
		}
	}
	for _, email := range emailPattern.FindAllString(text, -1) {
		note(email)
	}
	for _, mention := range mentionPattern.FindAllStringSubmatch(text, -1) {
		note(emailOf(mention[1]))
	}
	if mePattern.MatchString(text) {
		note(emailOf(""))
	}
	return all
}
