package phone

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// tidy takes away what stands beside a number and says nothing: a tatweel, an emoji, and
// what a spreadsheet has made of it without losing digits (0544444444.0, 966,544,444,444,
// 9.66544444444E+11).
func tidy(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\u0640' || unicode.In(r, unicode.So, unicode.Sk, unicode.Me, unicode.Variation_Selector) && r != '`' && r != '^' {
			return -1
		}
		return r
	}, text))
	if fromSpreadsheet.MatchString(text) {
		return decimals.ReplaceAllString(text, "$1$2")
	}
	if thousands.MatchString(text) {
		return strings.NewReplacer(",", "", "٬", "").Replace(text)
	}
	if found := scientific.FindStringSubmatch(text); found != nil && strconv.Itoa(len(found[2])) == found[3] {
		return found[1] + found[2]
	}
	return text
}

// fromSpreadsheet is a text of nothing but numbers without gaps, some perhaps with decimal
// places. Elsewhere a zero behind a stop may be a number's own.
var fromSpreadsheet = regexp.MustCompile(`^(?:\+?\d{7,}(?:[.٫,]0{1,2})?(?:\s+|$))+$`)

// thousands is a number in groups of three, as spreadsheets show it.
var thousands = regexp.MustCompile(`^\d{1,3}(?:[,٬]\d{3}){2,4}$`)

var decimals = regexp.MustCompile(`(\d)[.٫,]0{1,2}(?:$|(\s))`)

// scientific is how spreadsheets show long numbers. Mostly the digits behind are lost.
var scientific = regexp.MustCompile(`(?i)^\+?(\d)(?:[.,٫](\d+))?e\+?(\d{1,2})$`)

// readSpoiled reads what is nearly a number: with letters that look like digits, one plus
// too many, or the country code twice. It gives the number as a question, and no problem
// where nothing is spoiled.
func readSpoiled(text, region string) ([]Number, Problem) {
	if scientific.MatchString(text) {
		return nil, Scientific
	}
	for _, mend := range []func(string) string{lettersAsDigits, onePlus, oneCode} {
		mended := mend(text)
		if mended == text {
			continue
		}
		pieces, problem := piecesOf(mended)
		if problem != "" {
			continue
		}
		if found := distinctWays(newJoiner(pieces, region).all()); len(found) == 1 && len(found[0].numbers) == 1 && len(found[0].aside) == 0 {
			return found[0].numbers, Likely
		}
	}
	return nil, ""
}

// lookalikes are letters that people and scanners take for digits.
var lookalikes = strings.NewReplacer("O", "0", "o", "0", "Q", "0", "l", "1", "I", "1", "|", "1")

// lettersAsDigits reads letters as the digits they look like, if most of the text is digits.
func lettersAsDigits(text string) string {
	letters, digits := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		}
	}
	if letters == 0 || letters > 3 || digits < 6 {
		return text
	}
	return lookalikes.Replace(text)
}

var manyPluses = regexp.MustCompile(`^\s*\+(?:\s*\+)+`)

func onePlus(text string) string { return manyPluses.ReplaceAllString(text, "+") }

// oneCode takes away the second of two equal country codes.
func oneCode(text string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	plain = strings.TrimPrefix(plain, "00")
	for n := 1; n <= 3 && len(plain) > 2*n+6; n++ {
		if rest := plain[n:]; plain[:n] == rest[:n] && isValid(rest) && len(strings.Fields(text)) <= 4 {
			return "+" + rest
		}
	}
	return text
}
