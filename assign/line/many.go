package line

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

const (
	// MaxManyTyped is how many characters may be typed for several contacts.
	MaxManyTyped = 8000
	// MaxInLine is how many contacts one line may name.
	MaxInLine = 100
)

// Many is what somebody typed for several contacts.
type Many struct {
	// Contacts are the numbers, each once, in the order typed. Repeated counts those that were
	// typed once more.
	Contacts []phone.Number
	Repeated int
	// Unread is what should be a number and cannot be read as one.
	Unread []Unread
	Agent  agent.Ref
	Note   Typed
}

// Unread is a piece of a list that cannot be read.
type Unread struct {
	Line  int // counted from 1
	Typed Typed
	Wrong MistakeKind
}

// Format leaves out what was typed, under every verb of fmt.
func (m Many) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{contacts: %v, repeated: %d, unread: %d, agent: %v}", m.Contacts, m.Repeated, len(m.Unread), m.Agent)
}

// MarshalJSON leaves out what was typed.
func (m Many) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(m)) }

// ErrNotMany says that a text does not name several contacts, so that it is to be read by Parse.
var ErrNotMany = errors.New("text does not name several contacts")

// ParseMany reads a line that names several contacts and an agent, who may be missing: numbers
// with blanks, commas, line breaks or "and" between. Errors are ErrNotMany and *Mistake, which
// is about the agent; numbers that cannot be read are Unread.
func ParseMany(text, region string) (Many, error) {
	text, note := CutNote(text)
	if m := checkNote(note, region); m != nil {
		return Many{}, m
	}
	m, err := parseMany(text, region)
	m.Note = NewTyped(note)
	return m, err
}

// parseMany is ParseMany for a line without a note.
func parseMany(text, region string) (Many, error) {
	if utf8.RuneCountInString(text) > MaxManyTyped {
		return Many{}, ErrNotMany
	}
	var m Many
	var all halves
	for i, each := range lines(withoutOrder(parted(text))) {
		l := sortHalves(each, region)
		for _, c := range l.contacts {
			m.addHalf(i+1, c, region)
		}
		all.agents = append(all.agents, l.agents...)
	}
	if len(m.Contacts) < 2 {
		return Many{}, ErrNotMany
	}
	for _, a := range all.agents {
		if a.wrong != "" {
			return m, newMistake(a.wrong, partOf(a.wrong, PartAgent), a.typed, region)
		}
	}
	refs, typed := all.refs()
	if len(refs) > 1 {
		return m, newMistake(ManyAgents, PartAgent, strings.Join(typed, ", "), region)
	}
	if len(refs) == 1 {
		m.Agent = refs[0]
	}
	return m, nil
}

// ands are the words between two numbers, the Arabic one perhaps without a blank behind it, and
// Slack may have made links of the numbers.
var ands = regexp.MustCompile(`(?i)([\s,،;؛]|^)(?:and\s+|&(?:amp;)?\s*|و\s*)(\+?\(?\p{Nd}|<tel:)`)

// parted puts a comma for every "and" before a number.
func parted(text string) string { return ands.ReplaceAllString(text, "$1, $2") }

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// lines parts a text where it was broken into lines.
func lines(text string) []string {
	return strings.Split(lineBreaks.Replace(text), "\n")
}

// addHalf takes in text that looks like numbers: all of it, or else what can be told apart.
func (m *Many) addHalf(at int, c contactHalf, region string) {
	if c.wrong == "" {
		m.add(c.phones)
		return
	}
	for _, piece := range pieces(c.typed, region) {
		if phones, wrong := phone.ReadAll(trimWord(piece), region); wrong == "" {
			m.add(phones)
		} else {
			m.Unread = append(m.Unread, Unread{at, NewTyped(shorten(piece)), MistakeKind(wrong)})
		}
	}
}

func (m *Many) add(phones []phone.Number) {
	for _, p := range phones {
		if slices.ContainsFunc(m.Contacts, p.Equal) {
			m.Repeated++
			continue
		}
		m.Contacts = append(m.Contacts, p)
	}
}

// wholeDigits is how many digits a word has that may be a number by itself; fewer are a piece of
// the one before.
const wholeDigits = 7

// pieces parts a run of words, not all of which are good numbers, into what may be one each.
// What remains of a number stays with it, and is never dropped.
func pieces(run, region string) (all []string) {
	current := ""
	for word := range strings.FieldsSeq(run) {
		if current != "" && beginsAnother(current, word, region) {
			all = append(all, current)
			current = ""
		}
		current = strings.TrimSpace(current + " " + word)
	}
	return joinCodes(append(all, current))
}

// joinCodes puts a short word that may be the country code of what follows before that: then
// neither is read.
func joinCodes(words []string) (all []string) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		if n := countDigits(w); i+1 < len(words) && n > 0 && n <= 3 && !strings.HasPrefix(w, "+") && !strings.HasPrefix(phone.ASCII(w), "0") {
			i++
			w += " " + words[i]
		}
		all = append(all, w)
	}
	return all
}

// beginsAnother tells whether word is no more of the number that begins with current.
func beginsAnother(current, word, region string) bool {
	isNumber := func(text string) bool {
		_, wrong := phone.ReadAll(trimWord(text), region)
		return wrong == ""
	}
	begins := strings.HasPrefix(word, "+") || strings.HasPrefix(phone.ASCII(word), "0") && countDigits(word) > 1
	switch long := countDigits(word) >= wholeDigits; {
	case isNumber(current):
		return begins || long
	case isNumber(current + " " + word):
		return false
	default:
		return begins || long && countDigits(current) >= wholeDigits
	}
}

func countDigits(text string) (n int) {
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
