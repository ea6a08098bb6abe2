package line

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxNote is how many characters a note may have.
const MaxNote = 500

// noteWord begins a note: what follows is not part of the request.
var noteWord = regexp.MustCompile(`(?i)(?:^|[\s,،;؛.(\x{200e}\x{200f}])[\x{200e}\x{200f}]*(?:note|ملاحظة|ملاحظه)\s*[:：]`)

// CutNote parts a line from the note to the agent that it ends with: "0544444444 omar note: be
// quick". The note is as the person who typed it saw it.
func CutNote(text string) (request, note string) {
	at := noteWord.FindStringIndex(text)
	if at == nil {
		return text, ""
	}
	raw := SlackMark.ReplaceAllStringFunc(text[at[1]:], func(mark string) string { return ReadMark(mark).Typed })
	return text[:at[0]], CleanNote(Unescape(raw))
}

// CleanNote drops from a note what cannot be seen and would confuse what stands around it: marks
// of direction, control characters, lines without a letter.
func CleanNote(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u200c' || r == '\u200d':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, lineBreaks.Replace(strings.ToValidUTF8(text, "\ufffd")))
	var kept []string
	for each := range strings.SplitSeq(text, "\n") {
		if each = strings.TrimSpace(each); each != "" {
			kept = append(kept, each)
		}
	}
	return strings.Join(kept, "\n")
}

// checkNote tells a note that is too long.
func checkNote(note, region string) *Mistake {
	if utf8.RuneCountInString(note) <= MaxNote {
		return nil
	}
	return newMistake(NoteTooLong, PartWhole, note, region)
}
