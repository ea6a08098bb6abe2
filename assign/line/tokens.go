package line

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"azeer-slack/assign/phone"
)

// tokenKind is what a token of a typed line looks like.
type tokenKind int

const (
	nameToken     tokenKind = iota // a word, perhaps of a name
	PhoneToken                     // digits and what goes with them
	emailToken                     // a word with an @
	mentionToken                   // <@U…>; text is the user's id
	groupToken                     // <!subteam^S…|@handle>; text is id|handle
	signToken                      // neither letters nor digits: a lone dash
	breakToken                     // a comma, an arrow, a closing bracket
	openToken                      // an opening angle bracket
	strangerToken                  // what can only be wrong; see wrong
)

// Token is a piece of a typed line.
type Token struct {
	Kind tokenKind
	// Text is what counts, typed what the person saw.
	Text, Typed string
	// Wrong is the mistake that the token is.
	wrong MistakeKind
}

// scan parts a line into tokens. Slack's own marks (<@…>, <tel:…|…>) are found before
// entities are decoded, so that a typed "<" never makes one.
func scan(line string) []Token {
	line = unpaste(Visible(line))
	if strings.Contains(line, "://") {
		line = WebLabel.ReplaceAllStringFunc(line, SpliceLabel)
	}
	line = unlink(line)
	var tokens []Token
	at := 0
	for _, mark := range SlackMark.FindAllStringIndex(line, -1) {
		tokens = append(tokens, scanPlain(line[at:mark[0]])...)
		tokens = append(tokens, ReadMark(line[mark[0]:mark[1]]))
		at = mark[1]
	}
	return append(tokens, scanPlain(line[at:])...)
}

// emojiCode is an emoji as Slack writes it: :point_right:, :+1::skin-tone-3:.
var emojiCode = regexp.MustCompile(`(^|[^\pL:])((?::(?:\p{Ll}[\p{Ll}\d_+'’-]*|\+1|-1|100|1234):)+)`)

// withoutEmoji puts a blank for each emoji, be it a code or a character.
func withoutEmoji(text string) string {
	if strings.Contains(text, ":") {
		text = emojiCode.ReplaceAllString(text, "$1 ")
	}
	return strings.Map(func(r rune) rune {
		if r >= '\u2600' && unicode.In(r, unicode.So, unicode.Sk) && !isBreak(r) {
			return ' '
		}
		return r
	}, text)
}

// Visible drops what cannot be seen, makes every blank a space, and folds full-width
// forms (０, ＋, ＠) to ASCII. A zero-width space is a blank only between a number and a
// word, since elsewhere it marks where a long word may wrap.
func Visible(text string) string {
	if isPrintableASCII(text) {
		return strings.TrimSpace(text)
	}
	text = zeroWidthBlank.ReplaceAllString(strings.ToValidUTF8(text, "\ufffd"), "$1$3 $2$4")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case unicode.IsSpace(r), unicode.Is(unicode.Z, r), unicode.IsControl(r), r == '\u2800', r == '\u3164':
			return ' '
		case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			return -1
		case '\uff01' <= r && r <= '\uff5e':
			return r - '\uff01' + '!'
		}
		return r
	}, text))
}

func isPrintableASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

var zeroWidthBlank = regexp.MustCompile(`(\p{Nd})\x{200b}+(\pL)|(\pL)\x{200b}+(\p{Nd})`)

// Slack's marks: https://docs.slack.dev/messaging/formatting-message-text
var (
	SlackMark = regexp.MustCompile(`(?i)<(?:[@#!]|mailto:|tel:|https?://|whatsapp://)[^<>]*>`)
	WebLabel  = regexp.MustCompile(`(?i)<(?:https?|whatsapp)://[^<>|]*\|[^<>]*>`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]+$`)
)

// SpliceLabel puts the words of a link where the link is, if Slack made one of a word
// that looks like a host: <http://omar.me|omar.me>.
func SpliceLabel(mark string) string {
	target, label, _ := strings.Cut(mark[1:len(mark)-1], "|")
	if isWebAddress(label) || phone.FromLink(Unescape(target)) != "" {
		return mark
	}
	return label
}

// unlink undoes the links that Slack has made of a part of a word, where that changes nothing
// of what was typed: 966544444444:<mailto:12@c.us|12@c.us>, <tel:0544444444|0544444444>@lid.
func unlink(line string) string {
	var plain strings.Builder
	at := 0
	for _, mark := range partLink.FindAllStringSubmatchIndex(line, -1) {
		target, label := line[mark[2]:mark[3]], ""
		if mark[4] >= 0 {
			label = line[mark[4]:mark[5]]
		}
		before, _ := utf8.DecodeLastRuneInString(line[:mark[0]])
		behind, _ := utf8.DecodeRuneInString(line[mark[1]:])
		if label = orElse(label, target); target != label && onlyDigits(target) != onlyDigits(label) || !goesOn(before) && !goesOn(behind) {
			continue
		}
		plain.WriteString(line[at:mark[0]] + label)
		at = mark[1]
	}
	return plain.String() + line[at:]
}

var partLink = regexp.MustCompile(`(?i)<(?:mailto|tel):([^<>|]*)(?:\|([^<>]*))?>`)

// goesOn tells whether what stands beside a link may be the rest of its word.
func goesOn(r rune) bool {
	return r != utf8.RuneError && (strings.ContainsRune("@:;=", r) || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// ReadMark reads <target> or <target|label>.
func ReadMark(mark string) Token {
	target, label, labelled := strings.Cut(mark[1:len(mark)-1], "|")
	target, label = Unescape(target), Unescape(label)
	scheme, rest, _ := strings.Cut(target, ":")
	shown := label
	if !labelled || strings.TrimSpace(label) == "" {
		shown = strings.TrimPrefix(target, scheme+":")
	}
	switch {
	case target[0] == '@' && userID.MatchString(target[1:]):
		return Token{Kind: mentionToken, Text: target[1:], Typed: "<" + target + ">"}
	case target[0] == '@':
		return Token{Kind: strangerToken, Typed: mark, wrong: MentionMalformed}
	case target[0] == '#':
		return Token{Kind: strangerToken, Typed: orElse("#"+label, mark), wrong: AgentIsChannel}
	case strings.HasPrefix(target, "!subteam^") && groupID.MatchString(target[len("!subteam^"):]):
		return Token{Kind: groupToken, Text: target[len("!subteam^"):] + "|" + strings.TrimPrefix(strings.TrimSpace(label), "@"), Typed: mark}
	case strings.HasPrefix(target, "!subteam"):
		return Token{Kind: strangerToken, Typed: orElse(label, mark), wrong: MentionMalformed}
	case target[0] == '!':
		return Token{Kind: strangerToken, Typed: "@" + target[1:], wrong: AgentIsEveryone}
	case strings.EqualFold(scheme, "mailto"):
		return readMailLink(unquery(rest), shown)
	case strings.EqualFold(scheme, "tel"):
		return readTelLink(unquery(rest), unquery(shown))
	}
	return readWebAddress(target, orElse(label, target))
}

// asSeen is a text as the person who typed it sees it.
func asSeen(text string) string {
	return Unescape(SlackMark.ReplaceAllStringFunc(Visible(text), func(mark string) string { return ReadMark(mark).Typed }))
}

func orElse(s, other string) string {
	if s == "" || s == "#" {
		return other
	}
	return s
}

// readTelLink takes what was typed where Slack has made a link of it: its target runs the
// digits of "2. 0501234567" together.
func readTelLink(target, shown string) Token {
	if onlyDigits(target) == onlyDigits(shown) {
		target = shown
	}
	return Token{Kind: PhoneToken, Text: phone.FromURI(target), Typed: shown}
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, phone.ASCII(text))
}

// readMailLink refuses a link that shows one address and leads to another.
func readMailLink(address, shown string) Token {
	if strings.Contains(shown, "@") && !strings.EqualFold(trimWord(unquery(shown)), trimWord(address)) {
		return Token{Kind: strangerToken, Typed: shown, wrong: LinkDisagree}
	}
	if id, problem, ok := phone.FromID(trimWord(address)); ok {
		return Token{Kind: PhoneToken, Text: id, Typed: trimWord(address), wrong: MistakeKind(problem)}
	}
	return Token{Kind: emailToken, Text: trimWord(address), Typed: trimWord(address)}
}

// unquery drops ?subject=… and undoes %20.
func unquery(target string) string {
	target, _, _ = strings.Cut(target, "?")
	if plain, err := url.PathUnescape(target); err == nil {
		target = Visible(plain)
	}
	return target
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func Unescape(s string) string { return entities.Replace(s) }

// scanPlain parts text that holds no marks of Slack.
func scanPlain(text string) []Token {
	var tokens []Token
	var word strings.Builder
	flush := func() {
		if w := unlabel(word.String()); w != "" {
			tokens = append(tokens, readWord(w))
		}
		word.Reset()
	}
	text = withoutEmoji(Unescape(text))
	for i, r := range text {
		switch {
		case r == ' ':
			flush()
		case r == ',' && isInNumber(word.String(), text[i+1:]):
			word.WriteRune(r)
		case r == '<':
			flush()
			tokens = append(tokens, Token{Kind: openToken})
		case r == ';' && endsQuotedNumber(word.String()):
			word.WriteRune(r)
		case r == '>' || isBreak(r) && !isWebAddress(word.String()) && !(isTelURI(word.String()) && strings.ContainsRune(";=", r)):
			flush()
			tokens = append(tokens, Token{Kind: breakToken})
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

// isInNumber tells a comma that goes on with the number before it, with an extension, decimal
// places or thousands, from one that parts two numbers.
func isInNumber(word, rest string) bool {
	word = phone.ASCII(unlabel(word))
	n := len(nextDigits.FindString(phone.ASCII(rest)))
	return n > 0 && n <= 5 && len(onlyDigits(word)) >= 7 && startsNumber(word) && !moreDigits.MatchString(phone.ASCII(rest)) ||
		n == 3 && groupsOfThree.MatchString(word)
}

var (
	nextDigits    = regexp.MustCompile(`^[0-9]*`)
	moreDigits    = regexp.MustCompile(`^[0-9]+ *(?:[-./_(]| [0-9+])`)
	groupsOfThree = regexp.MustCompile(`^[0-9]{1,3}(?:,[0-9]{3})*$`)
)

// endsQuotedNumber tells digits with a stray quote behind them: what follows is stuck to them.
func endsQuotedNumber(word string) bool {
	digits := strings.TrimRight(word, `'"`)
	return len(digits) < len(word) && startsNumber(word)
}

// isTelURI tells what RFC 3966's parameters may follow: tel:0544444444;phone-context=+966.
func isTelURI(word string) bool {
	return len(word) > len("tel:") && strings.EqualFold(word[:len("tel:")], "tel:")
}

// unlabel drops the labels that are written together with a word: Mob:0544…, جوال/0544….
func unlabel(word string) string {
	for {
		at := strings.IndexAny(word, ":/.")
		if at < 0 {
			return word
		}
		label, sign, rest := bare(word[:at]), word[at], word[at+1:]
		if !isLabel(word[:at+1]) && !nouns[label] && !towards[label] && !verbs[label] || strings.HasPrefix(rest, "//") || sign != ':' && !startsNumber(rest) {
			return word
		}
		word = rest
		switch label {
		case "mailto":
			word = unquery(rest)
		case "tel":
			word = phone.FromURI(rest)
		}
	}
}

// startsNumber tells whether a number may begin here.
func startsNumber(text string) bool {
	text = strings.TrimLeft(text, "+(:/.")
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsDigit(r)
}

const (
	Quotes = "\"'`´‘’‚‛“”„‟«»‹›*~"
	Stops  = ".:!?؟۔…"
)

// trimWord drops quotes, brackets and stops around a word. A plus or a dot in front stays:
// it means something.
func trimWord(word string) string {
	word = strings.TrimLeft(word, Quotes+"([{:¿¡")
	return strings.TrimRight(word, Quotes+Stops+")]}")
}

// readWord tells what a word looks like.
func readWord(word string) Token {
	if isWebAddress(word) {
		return readWebAddress(strings.TrimRight(word, Quotes+Stops+")]}"), word)
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
	if id, problem, ok := phone.FromID(trimWord(word)); ok {
		return Token{Kind: PhoneToken, Text: id, Typed: word, wrong: MistakeKind(problem)}
	}
	switch {
	case strings.Contains(word, "@") && (digits+letters == 0 || looksLikeEmail(word)):
		return Token{Kind: emailToken, Text: trimWord(word), Typed: word}
	case digits > 0 && letters == 0, digits+letters == 0 && strings.Contains(word, "+"), isSpoiledPhone(word, digits):
		return Token{Kind: PhoneToken, Text: strings.Trim(word, Quotes), Typed: word}
	case digits+letters == 0:
		return Token{Kind: signToken, Typed: word}
	}
	return Token{Kind: nameToken, Text: word, Typed: word}
}

// looksLikeEmail tells omar@, @twerlo.com and omar@twerlo.com from @omar, which is how
// Slack leaves a name that it does not know.
func looksLikeEmail(word string) bool {
	word = trimWord(word)
	rest, handle := strings.CutPrefix(word, "@")
	return strings.Contains(word, "@") && (!handle || strings.Contains(rest, "@") || strings.Contains(rest, ".") && !isHandle(rest))
}

// isHandle tells omar.hassan, which is somebody's name in a chat, from the domain of half an
// address, which ends in one that there is.
func isHandle(rest string) bool {
	rest = bare(rest)
	return !domains[rest[strings.LastIndexByte(rest, '.')+1:]]
}

// isSpoiledPhone tells a number with letters in it from a name with digits in it.
func isSpoiledPhone(word string, digits int) bool {
	first := []rune(strings.TrimLeft(word, Quotes+"+([{"))
	return digits >= 7 || digits >= 4 && len(first) > 0 && unicode.IsDigit(first[0])
}

var webAddress = regexp.MustCompile(`(?i)^[("'“«\[]*(?:https?://|whatsapp://|www\.|wa\.me/|(?:api|web)\.whatsapp\.com/)`)

func isWebAddress(word string) bool { return webAddress.MatchString(word) }

// ReadAddress reads a web address, or an id of WhatsApp's.
func ReadAddress(address string) Token {
	if id, problem, ok := phone.FromID(address); ok {
		if problem != "" {
			return Token{Kind: strangerToken, Typed: address, wrong: MistakeKind(problem)}
		}
		return Token{Kind: PhoneToken, Text: id, Typed: address}
	}
	return readWebAddress(address, address)
}

// readWebAddress takes the number of a WhatsApp link and refuses any other.
func readWebAddress(target, shown string) Token {
	if number := phone.FromLink(target); number != "" {
		return Token{Kind: PhoneToken, Text: number, Typed: shown}
	}
	return Token{Kind: strangerToken, Typed: shown, wrong: StrangeLink}
}

// withoutNouns drops the words right before a number that only say what it is, as in
// "the customer 0544444444". Where another word stands with them, all may be somebody's
// name, such as Sales Lead, and stay.
func withoutNouns(tokens []Token) []Token {
	var kept []Token
	for _, t := range tokens {
		if t.Kind == PhoneToken {
			kept = kept[:len(kept)-nounsAtEnd(kept)]
		}
		kept = append(kept, t)
	}
	return kept
}

// nounsAtEnd counts the words at the end of tokens, if a noun is among them and no word
// that may be of a name.
func nounsAtEnd(tokens []Token) int {
	n, noun := 0, false
	for ; n < len(tokens); n++ {
		t := tokens[len(tokens)-1-n]
		if t.Kind != nameToken {
			break
		}
		w := bare(t.Text)
		if !nouns[w] && !determiners[w] && !towards[w] {
			return 0
		}
		noun = noun || nouns[w]
	}
	if !noun {
		return 0
	}
	return n
}
