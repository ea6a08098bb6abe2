package phone

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// ReadAll reads text that looks like one or several numbers, and gives the problem if it is
// none. Blanks, dashes, dots, slashes and brackets part it into pieces, and it stands for
// the one way of joining neighbours in which every number is valid.
//
// A piece of up to four digits may number a line or a row instead. It is left out where
// nothing else can be meant: where no number can be made with it, where a sign such as 2.
// or (2) marks it, and where it has one or two digits before a trunk zero. In doubt the
// problem is one of those that IsQuestion tells, with all numbers that may be meant.
func ReadAll(text, region string) ([]Number, Problem) {
	text = tidy(ASCII(text))
	if IsDateSpan(text) {
		return nil, Invalid
	}
	pieces, problem := piecesOf(text)
	j := newJoiner(pieces, region)
	if found := j.all(); problem == "" && len(found) > 0 {
		return j.choose(found)
	}
	if number, spoiled := readSpoiled(text, region); spoiled != "" {
		return number, spoiled
	}
	if problem != "" {
		return nil, problem
	}
	if len(pieces) <= mostUnlisted {
		all := newJoiner(pieces, region)
		all.unlisted = true
		if found := all.all(); len(found) > 0 {
			numbers, question := all.choose(found)
			return numbers, cmp.Or(question, Unlisted)
		}
	}
	return nil, j.problem()
}

// mostUnlisted is in how many pieces a number is written that is not listed.
const mostUnlisted = 8

// IsQuestion tells the problems beside which numbers stand that may be meant.
func (p Problem) IsQuestion() bool { return p == Ambiguous || p == Likely || p == Unlisted }

// Longest is the most digits that one number takes to write: 00, E.164's fifteen,
// and a trunk zero.
const Longest = 2 + 15 + 1

// piece is a run of digits as ASCII, with the plus before it.
type piece struct {
	digits string
	// before and behind are what parts it from its neighbours.
	before, behind string
}

// mostAside is how many digits may number a line or a row.
const mostAside = 4

// mayStandAside tells whether the piece at i may number a line, or count something, where
// what follows is read as rest. A trunk zero begins a number, save before another or where
// numbers are printed without.
func (j *joiner) mayStandAside(i int, rest way) bool {
	p := j.pieces[i]
	switch {
	case len(p.digits) > mostAside, p.digits[0] == '+', j.isSpelledOut():
		return false
	case len(rest.aside) > 0 && rest.aside[0] == i+1: // two in a row number nothing
		return false
	case !j.hasTrunkZero(i), i+1 == len(j.pieces), len(p.digits) <= 2, j.hasTrunkZero(i + 1):
		return true
	}
	return !strings.HasPrefix(strings.TrimLeft(rest.numbers[0].national(), "("), "0")
}

// hasTrunkZero tells whether the piece at i begins as numbers do at home.
func (j *joiner) hasTrunkZero(i int) bool {
	digits := j.pieces[i].digits
	return phonenumbers.GetNddPrefixForRegion(j.region, true) == "0" && len(digits) > 1 && digits[0] == '0' && digits[1] != '0'
}

// isMarked tells a piece that a sign marks as the number of a line: 2. 2) (2) 2:
func (p piece) isMarked() bool {
	if len(p.digits) > 2 || !strings.HasSuffix(p.behind, " ") {
		return false
	}
	isArea := p.digits[0] == '0' && p.behind[0] == ')'
	return strings.ContainsRune(".):", rune(p.behind[0])) && !isArea
}

// way is one way of reading pieces: which numbers they are, and which pieces stand aside.
type way struct {
	numbers []Number
	// starts and ends are where the pieces of each number are.
	starts, ends []int
	aside        []int
}

func (w way) key() string {
	var digits []string
	for _, n := range w.numbers {
		digits = append(digits, n.Digits())
	}
	return strings.Join(digits, " ")
}

// joiner finds the ways of joining pieces.
type joiner struct {
	pieces   []piece
	region   string
	unlisted bool    // numbers count that are not listed
	ways     [][]way // of the pieces from each one on; nil where not found out yet
}

func newJoiner(pieces []piece, region string) *joiner {
	return &joiner{pieces: pieces, region: region, ways: make([][]way, len(pieces)+1)}
}

// mostWays is how many ways are kept of the pieces from one on: more than one is a question
// anyway.
const mostWays = 6

// all gives the ways in which at least one number is made.
func (j *joiner) all() []way {
	j.ways[len(j.pieces)] = []way{{}}
	for i := len(j.pieces) - 1; i >= 0; i-- {
		j.ways[i] = j.from(i)
	}
	return slices.DeleteFunc(j.ways[0], func(w way) bool { return len(w.numbers) == 0 })
}

// from gives the ways of the pieces from i on: those in which a number begins there, and
// then those in which that piece stands aside.
func (j *joiner) from(i int) (found []way) {
	number := ""
	for end := i + 1; end <= len(j.pieces) && (end == i+1 || j.pieces[end-1].digits[0] != '+'); end++ {
		number += j.pieces[end-1].digits
		if len(strings.TrimPrefix(number, "+")) > Longest {
			break
		}
		if len(j.ways[end]) == 0 || len(number) < shortest-2 {
			continue
		}
		phone, problem := Read(number, j.region)
		if problem != "" && !(j.unlisted && problem == Unlisted) {
			continue
		}
		for _, rest := range j.ways[end] {
			found = append(found, way{
				numbers: append([]Number{phone}, rest.numbers...),
				starts:  append([]int{i}, rest.starts...), ends: append([]int{end}, rest.ends...), aside: rest.aside,
			})
		}
	}
	for _, rest := range j.ways[i+1] {
		if j.mayStandAside(i, rest) {
			rest.aside = append([]int{i}, rest.aside...)
			found = append(found, rest)
		}
	}
	slices.SortStableFunc(found, func(a, b way) int { return len(a.aside) - len(b.aside) })
	return found[:min(mostWays, len(found))]
}

// isSpelledOut tells digits that are written one by one.
func (j *joiner) isSpelledOut() bool {
	single := 0
	for _, p := range j.pieces {
		if len(p.digits) == 1 {
			single++
		}
	}
	return single > 4
}

// choose settles for the numbers of one of the ways, or asks.
func (j *joiner) choose(found []way) ([]Number, Problem) {
	found = withoutOlderParts(distinctWays(found)) // those with the least aside first
	if len(found) > 1 {
		found = j.withoutRowNumbers(found)
	}
	if len(found) > 1 && len(found[0].aside) == 0 && len(found[1].aside) > 0 && j.isPrinted(found[0]) &&
		!slices.ContainsFunc(found[1:], j.isPrinted) {
		found = found[:1] // with nothing aside it stands as it is printed
	}
	if len(found) > 1 {
		var all []Number
		for _, w := range found {
			all = append(all, w.numbers...)
		}
		return all, Ambiguous
	}
	w := found[0]
	if n := len(w.aside); n > 0 && w.aside[n-1] > w.starts[0] && len(w.numbers) == 1 {
		return w.numbers, Likely // digits behind a number may be its own
	}
	return w.numbers, ""
}

// withoutOlderParts leaves out, where all pieces are of numbers, the ways in which some stand
// aside because a part of a number is one in its older form, which is listed no more:
// +225 07 12 34 56 78.
func withoutOlderParts(found []way) []way {
	if len(found[0].aside) > 0 {
		return found
	}
	isOlder := func(n Number) bool { return n.ID() != n.Digits() && !isValid(n.ID()) }
	return slices.DeleteFunc(found, func(w way) bool { return len(w.aside) > 0 && slices.ContainsFunc(w.numbers, isOlder) })
}

// distinctWays leaves out ways that give the same numbers as one before.
func distinctWays(found []way) []way {
	seen := make(map[string]bool)
	return slices.DeleteFunc(slices.Clone(found), func(w way) bool {
		known := seen[w.key()]
		seen[w.key()] = true
		return known
	})
}

// withoutRowNumbers keeps, where a piece surely numbers a line, the ways in which it stands
// aside, if there are such and no other reads as numbers are printed.
func (j *joiner) withoutRowNumbers(found []way) []way {
	for i := range len(j.pieces) - 1 {
		isAside := func(w way) bool { return slices.Contains(w.aside, i) }
		isPrinted := func(w way) bool { return !isAside(w) && j.isPrinted(w) }
		if j.isRowNumber(i) && slices.ContainsFunc(found, isAside) && !slices.ContainsFunc(found, isPrinted) {
			found = slices.DeleteFunc(slices.Clone(found), func(w way) bool { return !isAside(w) })
		}
	}
	return found
}

// isRowNumber tells whether a piece surely numbers a line: a sign marks it, or it is short and
// before a trunk zero.
func (j *joiner) isRowNumber(i int) bool {
	p := j.pieces[i]
	return p.isMarked() || len(p.digits) <= 2 && p.digits != "0" && j.hasTrunkZero(i+1)
}

// isPrinted tells whether each number of a way stands in the groups in which it is printed.
func (j *joiner) isPrinted(w way) bool {
	for i, n := range w.numbers {
		if groups := j.groups(w.starts[i], w.ends[i]); len(groups) > 1 && !n.isPrintedIn(groups) {
			return false
		}
	}
	return true
}

// groups gives how many digits the pieces have.
func (j *joiner) groups(from, to int) (groups []int) {
	for _, p := range j.pieces[from:to] {
		groups = append(groups, len(strings.TrimPrefix(p.digits, "+")))
	}
	return groups
}

// isPrintedIn tells whether a number is printed in groups of so many digits, at home or
// abroad.
func (p Number) isPrintedIn(groups []int) bool {
	for _, text := range []string{p.International(), p.national()} {
		printed := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if slices.EqualFunc(groups, printed, func(n int, group string) bool { return n == len(group) }) {
			return true
		}
	}
	return false
}

// problem says what is wrong with the first run of pieces that is no number. A plus begins
// a run.
func (j *joiner) problem() Problem {
	for start := 0; start < len(j.pieces); {
		end, number := start+1, j.pieces[start].digits
		for ; end < len(j.pieces) && j.pieces[end].digits[0] != '+'; end++ {
			number += j.pieces[end].digits
		}
		run := newJoiner(j.pieces[start:end], j.region)
		if len(run.all()) == 0 {
			if _, problem := Read(number, j.region); problem != "" && problem != Unlisted {
				return problem
			}
			return Invalid
		}
		start = end
	}
	return Invalid
}

// ExtensionWords are what people write between a number and its extension, as an
// expression that does not tell small letters from capitals.
const ExtensionWords = `ext(?:n|ension)?|x|int|ramal|anexo|доб|تحويلة|داخلي`

// extension finds what people write behind a number to reach a desk. A comma is the pause
// before it is dialled.
var extension = regexp.MustCompile(`(?i)\d[\s.,;(\[]*(?:` + ExtensionWords + `|#)[\s.:=]*\d+\W*$|\d(?:\W?\d){6},+\d{1,5}$`)

// piecesOf gives the runs of digits in text.
func piecesOf(text string) ([]piece, Problem) {
	letters := strings.IndexFunc(text, unicode.IsLetter) >= 0
	if (letters || strings.ContainsAny(text, "#,")) && extension.MatchString(text) {
		return nil, Extension
	}
	if letters {
		return nil, Letters
	}
	var pieces []piece
	plus, inside, between := false, false, ""
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			if !inside {
				if n := len(pieces); n > 0 {
					pieces[n-1].behind = between
				}
				pieces = append(pieces, piece{before: between})
			}
			last := &pieces[len(pieces)-1]
			if plus {
				last.digits = "+"
			}
			last.digits += string(r)
			plus, inside, between = false, true, ""
			continue
		case r == '+' && plus:
			return nil, StrayPlus
		case r == '+':
			plus = true
		case !strings.ContainsRune(` ./\()[]{}_~·•:'`, r) && !IsDash(r):
			return nil, Characters
		}
		inside = false
		between += string(r)
	}
	if n := len(pieces); n > 0 {
		pieces[n-1].behind = between
	}
	return settlePlus(text, pieces, plus)
}

// settlePlus refuses a plus stuck behind digits, save a single one at the very end: in
// right-to-left text the plus that was typed first often ends up there.
func settlePlus(text string, pieces []piece, last bool) ([]piece, Problem) {
	switch {
	case len(pieces) == 0:
		return nil, TooShort
	case last && strings.Count(text, "+") == 1 && pieces[0].digits[0] != '0':
		pieces[0].digits = "+" + pieces[0].digits
		return pieces, ""
	case last || stuckPlus.MatchString(text):
		return nil, StrayPlus
	}
	return pieces, ""
}

var stuckPlus = regexp.MustCompile(`\d\+`)
