package prose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
)

// word is digits without blanks between, perhaps with dashes, dots or brackets, or a link
// that may hold a number.
type word struct {
	from, to int // in the line; from counts the plus, not a bracket
	digits   string
	groups   []int // how many digits stand without anything between
	plus     bool
	link     *line.Token
	// bracketed: in brackets of its own, like an area code.
	bracketed bool
	// broken: a piece of something that is no phone number; it ends one, too.
	broken bool
	// clings: a comma with digits, or a letter, is stuck to it. Only digits that are
	// written as nothing but a phone number count then.
	clings bool
}

// single tells a word of one digit: some write their number so.
func (w word) single() bool { return len(w.digits) == 1 && !w.plus && !w.broken }

// begins tells whether a number begins here, whatever digits stand before.
func (w word) begins() bool { return w.plus || strings.HasPrefix(w.digits, "0") }

// words parts a line into all that has digits.
func (p *prose) words() []word {
	var words []word
	links := 0
	for i := 0; i < len(p.plain); {
		switch r := p.plain[i]; {
		case r == linkRune:
			w := word{from: i, to: i + 1, broken: true}
			if link := &p.links[links]; link.Kind == line.PhoneToken {
				w.link, w.broken = link, false
			}
			words = append(words, w)
			links++
			i++
		case p.isDigit(i), r == '+':
			end := p.chunkEnd(i)
			words = append(words, p.chunk(i, end)...)
			i = max(end, i+1)
		default:
			i++
		}
	}
	p.breakSpaced(words)
	return words
}

// at gives a rune of the line, and a blank beyond its ends.
func (p *prose) at(i int) rune {
	if i < 0 || i >= len(p.plain) {
		return ' '
	}
	return p.plain[i]
}

func (p *prose) isDigit(i int) bool { return '0' <= p.at(i) && p.at(i) <= '9' }

// isTight tells the signs that may stand between the digits of a word.
func isTight(r rune) bool {
	return r == '+' || phone.IsDash(r) || strings.ContainsRune("./()[]_·•", r)
}

// mostTight is how many of those signs may stand next to one another.
const mostTight = 3

// chunkEnd gives the end of the digits, and the signs between them, that begin at i.
func (p *prose) chunkEnd(i int) int {
	end := i
	for ; i < len(p.plain) && i-end <= mostTight; i++ {
		switch {
		case p.isDigit(i):
			end = i + 1
		case p.at(i) == '+' && p.isDigit(i-1) && !p.isDigit(i+1):
			return i + 1 // right-to-left text puts it at the end
		case !isTight(p.at(i)):
			return end
		}
	}
	return end
}

// chunk makes words of p.plain[from:to]: one, save where slashes part it, or where
// numbers in full stand on both sides of another sign.
func (p *prose) chunk(from, to int) []word {
	if from == to {
		p.pullPlus(from)
		return nil
	}
	broken := []word{{from: from, to: to, broken: true}}
	if isOtherThing(string(p.plain[from:to])) || p.isGlued(from, to) {
		return broken
	}
	var words []word
	for _, g := range p.groups(from, to) {
		gap, size := "", g[1]-g[0]
		if n := len(words); n > 0 {
			gap = string(p.plain[words[n-1].to:g[0]])
			last := words[n-1].groups[len(words[n-1].groups)-1]
			if strings.Contains(gap, "+") && !strings.Contains(gap, "/") {
				return broken
			}
			if !strings.Contains(gap, "/") && (last < 8 || size < 8) && !p.isListNumber(words, g[0]) {
				words[n-1].extend(string(p.plain[g[0]:g[1]]), g[1])
				continue
			}
		}
		w := word{from: g[0]}
		if w.plus = p.at(g[0]-1) == '+'; w.plus {
			w.from--
		}
		w.extend(string(p.plain[g[0]:g[1]]), g[1])
		words = append(words, w)
	}
	return p.finish(words, to)
}

// extend adds a group of digits that ends at to. Far too many are kept no count of.
func (w *word) extend(digits string, to int) {
	w.broken = w.broken || len(w.digits)+len(digits) > phone.Longest
	if !w.broken {
		w.digits += digits
	}
	w.groups, w.to = append(w.groups, len(digits)), to
}

// finish settles what depends on the signs around the words of a chunk that ends at to.
func (p *prose) finish(words []word, to int) []word {
	last := &words[len(words)-1]
	if to > last.to { // a plus
		last.broken = last.broken || last.begins() || len(words) > 1
		last.plus, last.to = true, to
	}
	for i := range words {
		w := &words[i]
		w.broken = w.broken || w.plus && p.at(w.from-1) == '+'
		w.bracketed = p.at(w.from-1) == '(' && p.at(w.to) == ')'
		w.clings = p.clings(w.from-1, -1) || p.clings(w.to, 1)
	}
	return words
}

// groups gives where the runs of digits in p.plain[from:to] are.
func (p *prose) groups(from, to int) [][2]int {
	var groups [][2]int
	for i := from; i < to; i++ {
		switch {
		case p.isDigit(i) && p.isDigit(i-1) && i > from:
			groups[len(groups)-1][1] = i + 1
		case p.isDigit(i):
			groups = append(groups, [2]int{i, i + 1})
		}
	}
	return groups
}

// isListNumber tells whether all before the digits at next numbers a line of a list:
// 1-0544444444. No phone number begins so.
func (p *prose) isListNumber(words []word, next int) bool {
	w := words[0]
	return len(words) == 1 && len(w.groups) == 1 && len(w.digits) <= 2 && !w.begins() && p.at(next) == '0' &&
		(p.at(w.to) == ')' || phone.IsDash(p.at(w.to))) && w.from <= mostTight && strings.TrimSpace(string(p.plain[:w.from])) == ""
}

// pullPlus moves a plus next to its number: + 966 54 444 4444.
func (p *prose) pullPlus(at int) {
	if p.at(at) == '+' && p.at(at-1) != '+' && p.at(at+1) == ' ' && p.isDigit(at+2) {
		p.plain[at], p.plain[at+1] = p.plain[at+1], p.plain[at]
		p.seen[at], p.seen[at+1] = p.seen[at+1], p.seen[at]
	}
}

// between is what may stand between two words of one number.
var between = regexp.MustCompile(`^(?:[)\]]? {0,2}[(\[]?| ?[\p{Pd}\x{2212}] ?|/)$`)

// joined tells whether words[i] may go on with the number of the word before.
func (p *prose) joined(words []word, i int) bool {
	if i < 1 || i >= len(words) || words[i-1].link != nil || words[i].link != nil {
		return false
	}
	from, to := words[i-1].to, words[i].from
	return from < to && to-from <= 4 && between.MatchString(string(p.plain[from:to]))
}

// breakSpaced marks what is a date, an account or a card, written with blanks.
func (p *prose) breakSpaced(words []word) {
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			words[i].broken = true
		}
	}
	for i := range words {
		fours := i
		for fours < len(words) && fours < i+8 && slices.Equal(words[fours].groups, []int{4}) && (fours == i || p.joined(words, fours)) {
			fours++
		}
		isAccount := i > 0 && words[i-1].broken && p.joined(words, i) && unicode.Is(unicode.Latin, p.at(words[i-1].from-1))
		switch {
		case fours-i >= 4, fours-i >= 2 && isAccount:
			mark(i, min(fours+1, len(words)))
		case i+2 < len(words) && p.joined(words, i+1) && p.joined(words, i+2) && len(words[i+2].groups) == 1 &&
			isDate(words[i].digits, words[i+1].digits, words[i+2].digits):
			mark(i, i+3)
		}
	}
}

// Things that are written with digits and are no phone numbers.
var (
	dateLike    = regexp.MustCompile(`^(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})$`)
	otherThings = []*regexp.Regexp{
		regexp.MustCompile(`^(?:0|[1-9]\d*)\.\d+$`),        // a decimal
		regexp.MustCompile(`^[1-9]\d{0,2}(?:\.\d{3})+$`),   // an amount
		regexp.MustCompile(`^\d{1,3}(?:\.\d{1,3}){3,}$`),   // a machine's address, a version
		regexp.MustCompile(`^\d{4}(?:-\d{4}){3}$`),         // a card
		regexp.MustCompile(`^(?:19|20)\d\d[01]\d[0-3]\d$`), // a day
		// A moment. Earlier years look like Egyptian numbers.
		regexp.MustCompile(`^20(?:1[6-9]|[2-9]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$`),
	}
)

// isOtherThing tells digits without blanks that are no phone number by their shape alone.
func isOtherThing(text string) bool {
	if phone.IsDateSpan(text) {
		return true
	}
	for _, shape := range otherThings {
		if shape.MatchString(text) {
			return true
		}
	}
	found := dateLike.FindStringSubmatch(text)
	return found != nil && isDate(found[1], found[2], found[3])
}

// isDate takes years of either calendar, with four digits at either end or two at the last.
func isDate(a, b, c string) bool {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	year := func(s string) bool {
		n := number(s)
		return len(s) == 4 && (1300 <= n && n <= 1500 || 1900 <= n && n <= 2100)
	}
	upTo := func(s string, most int) bool { n := number(s); return 0 < len(s) && len(s) <= 2 && 1 <= n && n <= most }
	return year(a) && upTo(b, 12) && upTo(c, 31) ||
		(year(c) || len(c) == 2) && (upTo(a, 31) && upTo(b, 12) || upTo(a, 12) && upTo(b, 31))
}

// isGlued tells whether digits are a piece of something longer: a file's name, an id, an
// address, a time.
func (p *prose) isGlued(from, to int) bool {
	if p.isGluedBehind(to) {
		return true
	}
	left := from - 1
	for left >= 0 && from-left <= mostTight && (phone.IsDash(p.at(left)) || strings.ContainsRune(`_./\`, p.at(left))) {
		left--
	}
	switch r := p.at(left); {
	case isIDLetter(r) && left < from-1:
		return !p.isLabel(left) // tel.0544444444
	case isIDLetter(r):
		return true
	case left == from-1:
		return r == '@' || strings.ContainsRune(`:٫٬\^%`, r) && p.isDigit(left-1)
	}
	return false
}

func (p *prose) isGluedBehind(to int) bool {
	switch r := p.at(to); {
	case isIDLetter(r), r == '@', r == '\\':
		return true
	case strings.ContainsRune("٫٬:#*^", r):
		return p.isDigit(to + 1)
	case r == '.':
		return isIDLetter(p.at(to+1)) && unicode.IsLower(p.at(to+1)) // a file or a host
	case r == '_':
		return isIDLetter(p.at(to + 1))
	}
	return false
}

// isIDLetter tells letters of the scripts in which ids and file names are written.
func isIDLetter(r rune) bool {
	return unicode.Is(unicode.Latin, r) || unicode.Is(unicode.Greek, r) || unicode.Is(unicode.Cyrillic, r)
}

// clings tells whether a letter, or a comma between digits, is stuck to digits at i;
// beyond is the direction away from them.
func (p *prose) clings(i, beyond int) bool {
	r := p.at(i)
	return unicode.IsLetter(r) || (r == ',' || r == '،') && p.isDigit(i+beyond)
}
