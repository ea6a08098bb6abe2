package texts

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Marks of the Unicode Bidirectional Algorithm: https://www.unicode.org/reports/tr9/.
const (
	rlm = "\u200f" // right-to-left mark: an invisible right-to-left letter
	lrm = "\u200e" // left-to-right mark: an invisible left-to-right letter
	lri = "\u2066" // left-to-right isolate
	fsi = "\u2068" // first strong isolate: its direction is that of its first letter
	pdi = "\u2069" // end of an isolate
)

// isolate keeps s from reordering the words and numbers beside it. In a language written
// from left to right that takes nothing for what is written so too; among right-to-left
// words even digits need it, which is why "+966 54" would be shown as "54 966+" there.
func (p Printer) isolate(s string) string {
	s = controls.Replace(s)
	switch {
	case s == "":
		return ""
	case hasRTL(s):
		return fsi + s + pdi
	case p.rtl:
		return lri + s + pdi
	}
	return s
}

// controls takes out what would end an isolate early, or have words read backwards.
var controls = strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	lri, "", "\u2067", "", fsi, "", pdi, "")

// Open gives what must follow text so that no isolate in it stays open.
func Open(text []rune) []rune {
	var ends []rune
	for _, r := range text {
		switch class(r) {
		case bidi.LRI, bidi.RLI, bidi.FSI:
			ends = append(ends, []rune(pdi)...)
		case bidi.PDI:
			ends = ends[:max(len(ends)-1, 0)]
		}
	}
	return ends
}

// enclose isolates what Slack will show in place of s: a name or a time, of which the
// direction is not known here.
func (p Printer) enclose(s string) string {
	if s == "" || !p.rtl {
		return s
	}
	return fsi + s + pdi
}

// quote begins a line that Slack shows as quoted, if nothing stands before it.
const quote = "> "

// turn makes every line of a right-to-left message begin so that it is shown from the
// right: clients go by the first letter, which may be that of an email.
func (p Printer) turn(text string) string {
	if !p.rtl {
		return text
	}
	lines := strings.Split(closeUp.Replace(text), "\n")
	for i, line := range lines {
		if said, quoted := strings.CutPrefix(line, quote); !beginsRTL(line) {
			lines[i] = rlm + said
			if quoted {
				lines[i] = quote + lines[i]
			}
		}
	}
	return strings.Join(lines, "\n")
}

// closeUp takes away one of two spaces around code. Slack knows code by its backticks and
// the space around them, and whether it takes an isolate for space is not documented, so
// code has its spaces inside.
var closeUp = strings.NewReplacer(" "+lri+" `", lri+" `", "` "+pdi+" ", "` "+pdi)

// beginsRTL tells whether the first letter of a line is a right-to-left one. What stands
// in an isolate does not count, but not every client knows that.
func beginsRTL(line string) bool {
	for _, r := range line {
		switch class(r) {
		case bidi.R, bidi.AL:
			return true
		case bidi.L, bidi.LRI, bidi.RLI, bidi.FSI:
			return false
		}
	}
	return line == ""
}

func hasRTL(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return class(r) == bidi.R || class(r) == bidi.AL
	})
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}
