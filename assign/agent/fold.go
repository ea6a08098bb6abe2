package agent

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings spellings together that people take for the same: case, accents, width,
// the forms of alef, yeh and teh marbuta, vowel signs, tatweel, Arabic and Persian
// digits, direction marks, and runs of space.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), r == '\u0640':
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(foldRune(r))
	}
	return b.String()
}

func foldRune(r rune) rune {
	switch {
	case r >= '\u0660' && r <= '\u0669': // Arabic-Indic digits
		return r - '\u0660' + '0'
	case r >= '\u06f0' && r <= '\u06f9': // Persian digits
		return r - '\u06f0' + '0'
	}
	switch r {
	case '\u0671': // alef wasla; hamza and madda are marks after decomposition
		return '\u0627'
	case '\u0649', '\u06cc': // alef maksura, Persian yeh
		return '\u064a'
	case '\u0629': // teh marbuta
		return '\u0647'
	case '\u06a9': // Persian kaf
		return '\u0643'
	}
	return unicode.ToLower(r)
}

// words splits a folded name.
func words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
