package users

import (
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign/duty"

	"github.com/slack-go/slack"
)

// status is what somebody says of themselves in Slack.
type status struct {
	text  string
	emoji string // with its colons
	until int64  // seconds since 1970; 0: until they take it away
}

func statusOf(u slack.User) status {
	return status{u.Profile.StatusText, u.Profile.StatusEmoji, int64(u.Profile.StatusExpiration)}
}

// awayWords begin the text of a status that says that somebody is away, as isAway folds it:
// those that people write, and those that Slack suggests.
var awayWords = []string{
	"out of office", "out of the office", "ooo", "off sick", "out sick", "sick leave", "on sick leave", "on holiday", "on holidays", "on vacation",
	"vacationing", "annual leave", "on leave", "on annual leave", "day off", "off today", "dnd", "do not disturb", "don't disturb",
	"خارج المكتب", "خارج الدوام", "اجازه", "في اجازه", "باجازه", "مجاز", "مريض", "مريضه", "عطله", "في عطله", "عدم الازعاج",
	"الرجاء عدم الازعاج", "يرجى عدم الازعاج",
}

// awayEmoji are those that Slack suggests for a vacation and for the sick.
var awayEmoji = []string{":palm_tree:", ":face_with_thermometer:"}

// isAway tells whether a status says that somebody is away. Presence says nothing: a phone in a
// pocket looks away.
func (s status) isAway(now time.Time) bool {
	if s.until != 0 && !now.Before(time.Unix(s.until, 0)) {
		return false
	}
	for _, emoji := range awayEmoji {
		if s.emoji == emoji {
			return true
		}
	}
	text := foldStatus(s.text)
	for _, words := range awayWords {
		if rest, ok := strings.CutPrefix(text, words); ok && (rest == "" || !isWordRune(rest)) {
			return true
		}
	}
	return false
}

func isWordRune(rest string) bool {
	r := []rune(rest)[0]
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// foldStatus writes all spellings of a word alike: in small letters, without vowel signs, and
// with the plain form of the Arabic letters that are written in several ways.
func foldStatus(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf, unicode.Variation_Selector), r == 'ـ':
			return -1
		case r == '\u2019':
			return '\''
		case strings.ContainsRune("أإآٱ", r):
			return 'ا'
		case r == 'ة':
			return 'ه'
		}
		return unicode.ToLower(r)
	}, text)
	return strings.Join(strings.Fields(strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })), " ")
}

// absence is what a status says, as a reason to pass somebody over.
func (s status) absence(now time.Time) duty.Absence {
	if !s.isAway(now) {
		return duty.Absence{}
	}
	says := s.text
	if strings.TrimSpace(says) == "" {
		says = s.emoji
	}
	a := duty.Absence{Reason: duty.Away, Says: says}
	if s.until != 0 {
		a.Until = time.Unix(s.until, 0)
	}
	return a
}
