// Package prose finds phone numbers in what people wrote to one another. It knows how such
// texts look, and nothing of who wrote them or what becomes of the numbers.
package prose

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"

	"github.com/nyaruka/phonenumbers"
)

// Found is a number that stands in a text.
type Found struct {
	Phone phone.Number
	// Typed is the piece of the text that it was read from, or, where that can be read in
	// several ways, the number itself; ParsePhone reads it as Phone.
	Typed line.Typed
}

// Find gives the phone numbers in a text that people wrote to one another: prose,
// tables, alerts, with Slack's marks or without. Each comes once, in order of appearance.
// Numbers without a country code are of region, an ISO 3166 code in capitals.
//
// Parse reads what was typed as an assignment, and refuses what it cannot read in one
// way. Here most digits are something else, so a number counts only if it can be told
// from an order number, a date, an amount or an id: by how it is written (a plus, a
// trunk zero, the grouping of its country), or else by the words around it. What is
// left out can still be typed; nothing else is lost.
//
// The time it takes grows with the length of the text and not faster. Of a text that holds
// thousands of numbers, only the first thousands are read.
func Find(text, region string) []Found {
	f := newFinder(region)
	for line := range strings.FieldsFuncSeq(text, isLineBreak) {
		f.readLine(line)
	}
	return f.found
}

// isLineBreak tells what ends a line or a cell: a number never goes on behind it.
func isLineBreak(r rune) bool { return strings.ContainsRune("\n\r\t\v\f\u0085\u2028\u2029", r) }

// finder collects the numbers of a text, line by line.
type finder struct {
	region string
	found  []Found
	known  map[string]bool // digits of those found
	// carried is what the end of the line before says about a number that begins this one.
	carried cue
	// readings counts the attempts to read digits as a number, the only costly step.
	readings int
}

func newFinder(region string) *finder {
	return &finder{region: region, known: make(map[string]bool)}
}

// prose is one line of a text.
type prose struct {
	// seen is the line as the person sees it, save that each link of Slack's and each web
	// address is one linkRune. plain is the same with digits and plus signs in ASCII.
	seen, plain []rune
	links       []line.Token // what the link runes stand for
	letters     int
	digits      int
	// Where the last number ended, and what the words before it said.
	end  int
	said cue
}

// linkRune stands for a link. Its own meaning, an object that is not there, fits.
const linkRune = '\ufffc'

// webWord is a web address inside a text, without Slack's brackets around it.
var webWord = regexp.MustCompile(`(?i)(?:[a-z][a-z0-9+.-]*://|www\.|\bwa\.me/|\b(?:api|web)\.whatsapp\.com/)[^\s<>"“”«»]*|\b\d{7,20}(?:[_.:]\d{1,3})*@(?:s\.whatsapp\.net|c\.us|g\.us|lid)\b`)

func (f *finder) readLine(typed string) {
	typed = strings.ReplaceAll(line.Visible(typed), string(linkRune), " ")
	typed = line.WebLabel.ReplaceAllStringFunc(typed, line.SpliceLabel)
	p := &prose{end: -1}
	at := 0
	for _, mark := range line.SlackMark.FindAllStringIndex(typed, -1) {
		p.addText(typed[at:mark[0]])
		link := line.ReadMark(typed[mark[0]:mark[1]])
		link.Typed = typed[mark[0]:mark[1]]
		p.addLink(link)
		at = mark[1]
	}
	p.addText(typed[at:])
	f.search(p)
}

func (p *prose) addLink(link line.Token) {
	p.seen, p.plain = append(p.seen, linkRune), append(p.plain, linkRune)
	p.links = append(p.links, link)
}

// addText adds text without marks of Slack's.
func (p *prose) addText(text string) {
	text = line.Unescape(text)
	at := 0
	for _, found := range webWord.FindAllStringIndex(text, -1) {
		p.addWords(text[at:found[0]])
		address := strings.TrimRight(text[found[0]:found[1]], line.Quotes+line.Stops+",;،؛)]}")
		p.addLink(line.ReadAddress(address))
		at = found[0] + len(address)
	}
	p.addWords(text[at:])
}

func (p *prose) addWords(text string) {
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			p.letters++
		case unicode.IsDigit(r):
			p.digits++
		}
	}
	p.seen = append(p.seen, []rune(text)...)
	p.plain = append(p.plain, []rune(phone.ASCII(text))...)
}

// search finds the numbers of one line.
func (f *finder) search(p *prose) {
	words := p.words()
	spans := f.spans(p, words)
	free := true // no digits right before that a number in several words might begin with
	for i := 0; i < len(words); {
		s := spans[i]
		whole := s.last == i || free || words[i].begins()
		if words[i].link != nil && f.takeLink(p, words, i) || !s.phone.IsZero() && whole && f.take(p, words, i, s, spans) {
			free = true
			i = max(i, s.last) + 1
			continue
		}
		i++
		free = words[i-1].broken || !p.joined(words, i)
	}
	f.carry(p)
}

// span is the words from one on that read as one number, up to and with last. The zero
// phone says that none do.
type span struct {
	last  int
	phone phone.Number
	// others are what else the words may be read as.
	others []phone.Number
}

// mostWords is how many words one number is written in, at most: +49 (0) 30 12 34 56 78.
const mostWords = 8

// spans gives the longest span from each word on.
func (f *finder) spans(p *prose, words []word) []span {
	spans := make([]span, len(words))
	for i, w := range slices.Backward(words) {
		switch aside, ok := f.besideNumber(p, words, i, spans); {
		case ok:
			spans[i] = aside
		case w.broken || w.link != nil:
		case !w.single():
			spans[i] = f.longest(p, words, i, mostWords)
		case i == 0 || !words[i-1].single() || !p.joined(words, i):
			spans[i] = f.longest(p, words, i, phone.Longest) // 0 5 4 4 4 4 4 4 4 4
		}
	}
	return spans
}

// besideNumber reads a few digits before what is a number by itself, which may be the number
// of a row or a country code: see phone.ReadAll. The zero span leaves them out.
func (f *finder) besideNumber(p *prose, words []word, first int, spans []span) (both span, ok bool) {
	next := first + 1
	if next >= len(words) || words[first].plus || words[first].broken || len(words[first].digits) > 4 ||
		!p.joined(words, next) || spans[next].phone.IsZero() || f.readings >= mostReadings {
		return span{}, false
	}
	f.readings++
	last := spans[next].last
	joined := ""
	for _, w := range words[first : last+1] {
		joined += w.digits
	}
	if number, problem := phone.Read(joined, f.region); problem == "" && number.Equal(spans[next].phone) {
		return span{}, false // the home country's code, or a trunk code
	}
	numbers, problem := phone.ReadAll(string(p.plain[words[first].from:words[last].to]), f.region)
	switch {
	case problem == phone.Ambiguous:
		return span{last: last, phone: numbers[0], others: numbers[1:]}, true
	case problem == "" && len(numbers) == 1 && numbers[0].Equal(spans[next].phone) && !words[next].plus:
		return span{}, true
	}
	return span{}, false
}

// longest reads up to most words from first on. In a row of single digits it reads all
// or none.
func (f *finder) longest(p *prose, words []word, first, most int) span {
	var best span
	number := ""
	for i := first; i < len(words) && i < first+most; i++ {
		w := words[i]
		if w.broken || i > first && (!p.joined(words, i) || w.plus || w.bracketed && i > first+1) {
			break
		}
		if number += w.digits; len(number) > phone.Longest {
			break
		}
		if len(number) < 7 || w.single() && i+1 < len(words) && words[i+1].single() && p.joined(words, i+1) {
			continue
		}
		if phone, ok := f.read(number, words[first].plus); ok {
			best = span{last: i, phone: phone}
			if i == first {
				break // whoever writes it in one word writes all of it so
			}
		}
	}
	return best
}

// mostReadings bounds the time that one text takes to some tenths of a second: somebody
// may be waiting for a form.
const mostReadings = 10_000

func (f *finder) read(digits string, plus bool) (phone.Number, bool) {
	if f.readings++; f.readings > mostReadings {
		return phone.Number{}, false
	}
	if plus {
		digits = "+" + digits
	}
	phone, wrong := phone.Read(digits, f.region)
	return phone, wrong == ""
}

// take adds the number of a span if it is one for certain enough.
func (f *finder) take(p *prose, words []word, first int, s span, spans []span) bool {
	from, to := words[first].from, words[s.last].to
	// Digits behind a number in several words may be the rest of a longer one.
	if next := s.last + 1; s.last > first && p.joined(words, next) && !words[next].broken && !words[next].plus && spans[next].phone.IsZero() {
		return false
	}
	said := f.hears(p, from)
	p.end, p.said = to, said
	if p.unitBehind(to) || p.extensionBehind(to) || !f.believes(p, words[first:s.last+1], s.phone, said) {
		return false
	}
	if len(s.others) > 0 {
		for _, number := range append([]phone.Number{s.phone}, s.others...) {
			f.add(number.International(), number)
		}
		return true
	}
	if typed := string(p.seen[from:to]); strings.Count(typed, ")") <= strings.Count(typed, "(") || p.at(from-1) != '(' {
		return f.add(typed, s.phone)
	}
	return f.add(string(p.seen[from-1:to]), s.phone)
}

// takeLink adds the number of a link to a phone or to WhatsApp. With a country code right
// before, of which Slack made no part of the link, both belong together.
func (f *finder) takeLink(p *prose, words []word, at int) bool {
	link, said := words[at].link, f.hears(p, words[at].from)
	var code *word
	if at > 0 && words[at-1].link == nil && len(words[at-1].digits) <= 4 && words[at].from-words[at-1].to <= 1 {
		code = &words[at-1]
	}
	p.end, p.said = words[at].to, said
	if said == aboutThings && !strings.HasPrefix(link.Text, "+") {
		return false
	}
	if f.readings++; f.readings > mostReadings {
		return false
	}
	if code != nil {
		typed := string(p.seen[code.from:code.to]) + " " + link.Typed
		if phone, err := line.ParsePhone(typed, f.region); err == nil || code.plus {
			return err == nil && f.add(typed, phone)
		}
	}
	phone, err := line.ParsePhone(link.Typed, f.region)
	return err == nil && f.add(link.Typed, phone)
}

// add is the only way in: what ParsePhone would not read as that very number stays out.
func (f *finder) add(typed string, phone phone.Number) bool {
	if again, err := line.ParsePhone(typed, f.region); err != nil || !again.Equal(phone) {
		return false
	}
	if !f.known[phone.Digits()] {
		f.known[phone.Digits()] = true
		f.found = append(f.found, Found{phone, line.NewTyped(typed)})
	}
	return true
}

// believes decides whether digits that read as a number are meant as one.
func (f *finder) believes(p *prose, words []word, phone phone.Number, said cue) bool {
	if words[0].plus {
		return true
	}
	sure, mobile := f.sureness(words, phone)
	digits := 0
	for _, w := range words {
		digits += len(w.digits)
	}
	alone := p.letters == 0 && len(p.links) == 0 && p.digits-digits <= 2 // save the number of a line in a list
	switch {
	case sure == unmistakable:
		return true
	case said == aboutThings:
		return false
	case sure == certain:
		return true
	case words[0].clings || words[len(words)-1].clings:
		return false
	case sure == likely:
		return mobile
	case sure == possible:
		return mobile && (said == aboutPhones || alone)
	}
	return mobile && said == aboutPhones
}

// sureness says how much the way in which digits are written makes them a phone number.
type sureness int

const (
	doubtful     sureness = iota // a number from afar without its plus
	possible                     // a number of the region without its trunk zero
	likely                       // as numbers are written there, but other things as well
	certain                      // as only phone numbers are written
	unmistakable                 // a mobile of the region with its country code
)

// near are the calling codes of the Arab countries, whose numbers people there often
// write without the plus.
var near = map[int]bool{20: true, 212: true, 213: true, 216: true, 218: true, 222: true, 249: true, 252: true,
	253: true, 269: true, 961: true, 962: true, 963: true, 964: true, 965: true, 966: true, 967: true, 968: true,
	970: true, 971: true, 973: true, 974: true}

// sureness tells besides whether mobiles have such numbers.
func (f *finder) sureness(words []word, phone phone.Number) (sure sureness, mobile bool) {
	number, err := phonenumbers.Parse("+"+phone.Digits(), "ZZ")
	if err != nil {
		return doubtful, false
	}
	kind := phonenumbers.GetNumberType(number)
	mobile = kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
	typed, groups := "", []int(nil)
	for _, w := range words {
		typed, groups = typed+w.digits, append(groups, w.groups...)
	}
	code, home := int(number.GetCountryCode()), phonenumbers.GetCountryCodeForRegion(f.region)
	full := typed == phone.Digits()
	switch {
	case code == home && mobile && strings.TrimPrefix(typed, "00") == phone.Digits():
		return unmistakable, mobile
	case typed[0] == '0':
		return certain, mobile
	case inThousands(groups):
		return doubtful, mobile
	case full && code == home, isGrouped(groups, number):
		return certain, mobile
	case full && near[code] && near[home]:
		return likely, mobile
	case code != home:
		return doubtful, mobile
	case phonenumbers.GetNddPrefixForRegion(f.region, true) == "":
		return likely, mobile
	}
	return possible, mobile
}

// inThousands tells groups as amounts have them: 544 444 444.
func inThousands(groups []int) bool {
	return len(groups) > 1 && groups[0] <= 3 && !slices.ContainsFunc(groups[1:], func(n int) bool { return n != 3 })
}

// isGrouped tells whether digits stand in the groups, three or more, in which such a
// number is printed.
func isGrouped(groups []int, number *phonenumbers.PhoneNumber) bool {
	abroad := groupsOf(phonenumbers.Format(number, phonenumbers.INTERNATIONAL))
	return len(groups) > 2 && (slices.Equal(groups, abroad) || slices.Equal(groups, abroad[1:]) ||
		slices.Equal(groups, groupsOf(phonenumbers.Format(number, phonenumbers.NATIONAL))))
}

// groupsOf gives how many digits stand without anything between.
func groupsOf(text string) []int {
	var groups []int
	for group := range strings.FieldsFuncSeq(text, func(r rune) bool { return r < '0' || r > '9' }) {
		groups = append(groups, len(group))
	}
	return groups
}
