package assign

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// tokenKind is what a token of a typed line looks like.
type tokenKind int

const (
	nameToken     tokenKind = iota // a word, perhaps of a name
	phoneToken                     // digits and what goes with them
	emailToken                     // a word with an @
	mentionToken                   // <@U…>; text is the user's id
	signToken                      // neither letters nor digits: a lone dash
	breakToken                     // a comma, an arrow, a closing bracket
	openToken                      // an opening angle bracket
	strangerToken                  // what can only be wrong; see wrong
)

// token is a piece of a typed line.
type token struct {
	kind tokenKind
	// text is what counts, typed what the person saw.
	text, typed string
	// wrong is the mistake that a strangerToken is.
	wrong MistakeKind
}

// scan parts a line into tokens. Slack's own marks (<@…>, <tel:…|…>) are found before
// entities are decoded, so that a typed "<" never makes one.
func scan(line string) []token {
	line = webLabel.ReplaceAllStringFunc(visible(line), spliceLabel)
	var tokens []token
	at := 0
	for _, mark := range slackMark.FindAllStringIndex(line, -1) {
		tokens = append(tokens, scanPlain(line[at:mark[0]])...)
		tokens = append(tokens, readMark(line[mark[0]:mark[1]]))
		at = mark[1]
	}
	return append(tokens, scanPlain(line[at:])...)
}

// visible drops what cannot be seen, makes every blank a space, and folds full-width
// forms (０, ＋, ＠) to ASCII. A zero-width space is a blank only between a number and a
// word, since elsewhere it marks where a long word may wrap.
func visible(text string) string {
	text = zeroWidthBlank.ReplaceAllString(strings.ToValidUTF8(text, "\ufffd"), "$1$3 $2$4")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case unicode.IsSpace(r), unicode.Is(unicode.Z, r), unicode.IsControl(r), r == '\u2800', r == '\u3164':
			return ' '
		case '\uff01' <= r && r <= '\uff5e':
			return r - '\uff01' + '!'
		}
		return r
	}, text))
}

var zeroWidthBlank = regexp.MustCompile(`(\p{Nd})\x{200b}+(\pL)|(\pL)\x{200b}+(\p{Nd})`)

// Slack's marks: https://docs.slack.dev/messaging/formatting-message-text
var (
	slackMark = regexp.MustCompile(`(?i)<(?:[@#!]|mailto:|tel:|https?://)[^<>]*>`)
	webLabel  = regexp.MustCompile(`(?i)<https?://[^<>|]*\|[^<>]*>`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
)

// spliceLabel puts the words of a link where the link is, if Slack made one of a word
// that looks like a host: <http://omar.me|omar.me>.
func spliceLabel(mark string) string {
	target, label, _ := strings.Cut(mark[1:len(mark)-1], "|")
	if isWebAddress(label) || whatsAppNumber(unescape(target)) != "" {
		return mark
	}
	return label
}

// readMark reads <target> or <target|label>.
func readMark(mark string) token {
	target, label, labelled := strings.Cut(mark[1:len(mark)-1], "|")
	target, label = unescape(target), unescape(label)
	scheme, rest, _ := strings.Cut(target, ":")
	shown := label
	if !labelled || strings.TrimSpace(label) == "" {
		shown = strings.TrimPrefix(target, scheme+":")
	}
	switch {
	case target[0] == '@' && userID.MatchString(target[1:]):
		return token{kind: mentionToken, text: target[1:], typed: "<" + target + ">"}
	case target[0] == '@':
		return token{kind: strangerToken, typed: mark, wrong: MentionMalformed}
	case target[0] == '#':
		return token{kind: strangerToken, typed: orElse("#"+label, mark), wrong: AgentIsChannel}
	case strings.HasPrefix(target, "!subteam"):
		return token{kind: strangerToken, typed: orElse(label, mark), wrong: AgentIsGroup}
	case target[0] == '!':
		return token{kind: strangerToken, typed: "@" + target[1:], wrong: AgentIsEveryone}
	case strings.EqualFold(scheme, "mailto"):
		return readMailLink(unquery(rest), shown)
	case strings.EqualFold(scheme, "tel"):
		return token{kind: phoneToken, text: unquery(rest), typed: unquery(shown)}
	}
	return readWebAddress(target, orElse(label, target))
}

// asSeen is a text as the person who typed it sees it.
func asSeen(text string) string {
	return unescape(slackMark.ReplaceAllStringFunc(visible(text), func(mark string) string { return readMark(mark).typed }))
}

func orElse(s, other string) string {
	if s == "" || s == "#" {
		return other
	}
	return s
}

// readMailLink refuses a link that shows one address and leads to another.
func readMailLink(address, shown string) token {
	if strings.Contains(shown, "@") && !strings.EqualFold(trimWord(unquery(shown)), trimWord(address)) {
		return token{kind: strangerToken, typed: shown, wrong: LinkDisagree}
	}
	return token{kind: emailToken, text: trimWord(address), typed: trimWord(address)}
}

// unquery drops ?subject=… and undoes %20.
func unquery(target string) string {
	target, _, _ = strings.Cut(target, "?")
	if plain, err := url.PathUnescape(target); err == nil {
		target = visible(plain)
	}
	return target
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func unescape(s string) string { return entities.Replace(s) }

// scanPlain parts text that holds no marks of Slack.
func scanPlain(text string) []token {
	var tokens []token
	var word strings.Builder
	flush := func() {
		if w := unlabel(word.String()); w != "" {
			tokens = append(tokens, readWord(w))
		}
		word.Reset()
	}
	for _, r := range unescape(text) {
		switch {
		case r == ' ':
			flush()
		case r == '<':
			flush()
			tokens = append(tokens, token{kind: openToken})
		case r == '>' || isBreak(r) && !isWebAddress(word.String()):
			flush()
			tokens = append(tokens, token{kind: breakToken})
		default:
			word.WriteRune(r)
		}
	}
	flush()
	return tokens
}

// isBreak tells the signs that stand between the halves of a line: commas, equals signs
// and arrows. The tails of -> and => are dashes and vanish.
func isBreak(r rune) bool {
	return strings.ContainsRune(",;|=،؛、。", r) || '\u2190' <= r && r <= '\u21ff' || '\u2794' <= r && r <= '\u27be'
}

// labels may stand before a half, with a colon: "phone: 0544444444".
var labels = map[string]bool{
	"tel": true, "mailto": true, "phone": true, "mobile": true, "number": true, "whatsapp": true, "contact": true,
	"customer": true, "agent": true, "email": true, "assign": true, "to": true, "name": true,
	"هاتف": true, "جوال": true, "رقم": true, "واتساب": true, "العميل": true, "الموظف": true, "إلى": true, "الى": true,
}

// unlabel drops the labels before a word.
func unlabel(word string) string {
	for {
		label, rest, found := strings.Cut(word, ":")
		label = strings.ToLower(strings.TrimLeft(label, quotes+"("))
		if !found || !labels[label] {
			return word
		}
		word = rest
		if label == "mailto" {
			word = unquery(rest)
		}
	}
}

const (
	quotes = "\"'`´‘’‚‛“”„‟«»‹›*~"
	stops  = ".:!?؟۔…"
)

// trimWord drops quotes, brackets and stops around a word. A plus or a dot in front stays:
// it means something.
func trimWord(word string) string {
	word = strings.TrimLeft(word, quotes+"([{:¿¡")
	return strings.TrimRight(word, quotes+stops+")]}")
}

// readWord tells what a word looks like.
func readWord(word string) token {
	if isWebAddress(word) {
		return readWebAddress(strings.TrimRight(word, quotes+stops+")]}"), word)
	}
	digits, letters := 0, 0
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	switch {
	case strings.Contains(word, "@") && (digits+letters == 0 || looksLikeEmail(word)):
		return token{kind: emailToken, text: trimWord(word), typed: word}
	case digits > 0 && letters == 0, digits+letters == 0 && strings.Contains(word, "+"), isSpoiledPhone(word, digits):
		return token{kind: phoneToken, text: strings.Trim(word, quotes), typed: word}
	case digits+letters == 0:
		return token{kind: signToken, typed: word}
	}
	return token{kind: nameToken, text: word, typed: word}
}

// looksLikeEmail tells omar@, @twerlo.com and omar@twerlo.com from @omar, which is how
// Slack leaves a name that it does not know.
func looksLikeEmail(word string) bool {
	word = trimWord(word)
	rest, handle := strings.CutPrefix(word, "@")
	return strings.Contains(word, "@") && (!handle || strings.ContainsAny(rest, "@."))
}

// isSpoiledPhone tells a number with letters in it from a name with digits in it.
func isSpoiledPhone(word string, digits int) bool {
	first := []rune(strings.TrimLeft(word, quotes+"+([{"))
	return digits >= 7 || digits >= 4 && len(first) > 0 && unicode.IsDigit(first[0])
}

var webAddress = regexp.MustCompile(`(?i)^[("'“«\[]*(?:https?://|www\.|wa\.me/|api\.whatsapp\.com/)`)

func isWebAddress(word string) bool { return webAddress.MatchString(word) }

// readWebAddress takes the number of a WhatsApp link and refuses any other.
func readWebAddress(target, shown string) token {
	if number := whatsAppNumber(target); number != "" {
		return token{kind: phoneToken, text: number, typed: shown}
	}
	return token{kind: strangerToken, typed: shown, wrong: StrangeLink}
}

// whatsAppNumber gives the number, with its plus, of https://wa.me/966… and
// https://api.whatsapp.com/send?phone=966…; empty for all else.
// See https://faq.whatsapp.com/5913398998672934
func whatsAppNumber(target string) string {
	if !strings.Contains(target, "://") {
		target = "https://" + target
	}
	link, err := url.Parse(target)
	if err != nil {
		return ""
	}
	number := ""
	switch strings.ToLower(link.Host) {
	case "wa.me", "www.wa.me":
		number = strings.Trim(link.Path, "/")
	case "api.whatsapp.com", "web.whatsapp.com":
		number = strings.TrimSpace(link.Query().Get("phone"))
	}
	number = asciiDigits(strings.TrimPrefix(visible(number), "+"))
	if number == "" || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return "+" + number
}

// nouns say what a number is; determiners may stand with them.
var (
	nouns = wordSet(`contact customer client number lead phone mobile
		العميل عميل العميلة عميلة الزبون زبون الرقم رقم الجوال جوال جهة الاتصال`)
	determiners = wordSet(`the this that هذا هذه`)
)

// withoutNouns drops the words right before a number that only say what it is, as in
// "the customer 0544444444". Where another word stands with them, all may be somebody's
// name, such as Sales Lead, and stay.
func withoutNouns(tokens []token) []token {
	var kept []token
	for _, t := range tokens {
		if t.kind == phoneToken {
			kept = kept[:len(kept)-nounsAtEnd(kept)]
		}
		kept = append(kept, t)
	}
	return kept
}

// nounsAtEnd counts the words at the end of tokens, if a noun is among them and no word
// that may be of a name.
func nounsAtEnd(tokens []token) int {
	n, noun := 0, false
	for ; n < len(tokens); n++ {
		t := tokens[len(tokens)-1-n]
		if t.kind != nameToken {
			break
		}
		w := strings.ToLower(trimWord(t.text))
		if !nouns[w] && !determiners[w] && !fillers[w] {
			return 0
		}
		noun = noun || nouns[w]
	}
	if !noun {
		return 0
	}
	return n
}

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
