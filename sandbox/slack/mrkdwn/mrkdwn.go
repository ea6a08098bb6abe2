// Package mrkdwn is the text of Slack: what somebody types, as Slack sends it to an app,
// and what an app writes, as a person reads it. It asks for names and ids, and knows
// nothing else of the workspace.
package mrkdwn

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Directory is what turning typed text into Slack's and back needs to know of the workspace. Handles,
// also those of user groups, and channel names come without @ and #.
type Directory interface {
	GroupID(handle string) (id string, ok bool)
	GroupHandle(id string) (handle string, ok bool)
	UserID(handle string) (id string, ok bool)
	ChannelID(name string) (id string, public, ok bool)
	UserName(id string) (name string, ok bool)
	ChannelName(id string) (name string, ok bool)
}

// Escaping chooses among the forms seen for a command with should_escape. It is not settled whether
// emails and phones are wrapped in command text, so both must work; wrapped is the default.
type Escaping struct {
	Bare           bool // <@U…>, <mailto:a@b>: no label
	PlainAddresses bool // emails and phones stay as typed
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
var unescaped = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// Unescape reads the entities of text.
func Unescape(text string) string { return unescaped.Replace(text) }

// escapeEntities replaces the three characters that Slack always escapes, and writes emoji as
// their codes.
func escapeEntities(text string) string { return emojiCodes.Replace(entities.Replace(text)) }

// linkable finds, in this order of preference: URL, email, @name, #name, address without a scheme, phone.
var linkable = regexp.MustCompile(
	`(https?://[^\s<>|]+)` +
		`|([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})` +
		`|(@[\p{L}\p{M}\p{N}._-]+)` +
		`|(#[\p{L}\p{M}\p{N}_-]+)` +
		`|((?:[A-Za-z0-9-]+\.)+(?:com|net|org|ai|io|sa|ae|eg)\b(?:/[^\s<>|]*)?)` +
		`|(\+?[0-9][0-9 ().-]{5,18}[0-9])`)

// EscapeCommand rewrites the text of a command that declares should_escape: what Slack recognises
// becomes <…>, and &, < and > become entities.
//
// https://docs.slack.dev/interactivity/implementing-slash-commands#Escaping
func EscapeCommand(text string, who Directory, how Escaping) string {
	var out strings.Builder
	last := 0
	for _, m := range linkable.FindAllStringSubmatchIndex(text, -1) {
		for group := 1; group < len(m)/2; group++ {
			start, end := m[2*group], m[2*group+1]
			if start < 0 || insideWord(text, start, end) {
				continue
			}
			link, rest := wrapLink(group, text[start:end], who, how)
			if link == "" {
				continue
			}
			out.WriteString(escapeEntities(text[last:start]))
			out.WriteString(link)
			last = end - len(rest)
		}
	}
	out.WriteString(escapeEntities(text[last:]))
	return out.String()
}

// insideWord reports whether what was found is only a piece of a longer word.
func insideWord(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	wordy := func(r rune) bool {
		return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
	}
	return wordy(before) || wordy(after)
}

// wrapLink returns the escaped form of what was found and the punctuation behind it that does not belong
// to it; no form if it means nothing here. The number is that of the group in linkable.
func wrapLink(group int, found string, who Directory, how Escaping) (link, rest string) {
	body := strings.TrimRight(found, ".,;:!?)'\"-_")
	if group == 3 || group == 4 {
		if whole, _ := wrapName(found, who, how); whole != "" {
			return whole, ""
		}
	}
	rest = found[len(body):]
	switch group {
	case 1:
		return "<" + escapeEntities(body) + ">", rest
	case 2:
		return wrapAddress("mailto:"+body, body, how), rest
	case 3, 4:
		link, _ = wrapName(body, who, how)
		return link, rest
	case 5:
		return "<http://" + escapeEntities(body) + "|" + escapeEntities(body) + ">", rest
	default:
		return wrapPhone(body, how), rest
	}
}

func wrapName(found string, who Directory, how Escaping) (string, bool) {
	name := found[1:]
	if found[0] == '@' {
		id, ok := who.UserID(name)
		group, isGroup := who.GroupID(name)
		switch {
		case !ok && isGroup && how.Bare:
			return "<!subteam^" + group + ">", true
		case !ok && isGroup:
			return "<!subteam^" + group + "|@" + name + ">", true
		case !ok:
			return "", false
		case how.Bare:
			return "<@" + id + ">", true
		}
		return "<@" + id + "|" + name + ">", true
	}
	id, public, ok := who.ChannelID(name)
	switch {
	case !ok:
		return "", false
	case !public:
		return "<#" + id + "|>", true
	case how.Bare:
		return "<#" + id + ">", true
	}
	return "<#" + id + "|" + name + ">", true
}

func wrapAddress(target, label string, how Escaping) string {
	switch {
	case how.PlainAddresses:
		return ""
	case how.Bare:
		return "<" + target + ">"
	}
	return "<" + target + "|" + label + ">"
}

// wrapPhone wraps numbers of 7 to 15 digits.
func wrapPhone(typed string, how Escaping) string {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
	if n := len(strings.TrimPrefix(digits, "+")); n < 7 || n > 15 {
		return ""
	}
	return wrapAddress("tel:"+digits, typed, how)
}

// angled is one <…> of mrkdwn.
var angled = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// PlainText returns mrkdwn as a person reads it: names instead of ids, labels instead of links, no
// formatting marks, entities as the characters they stand for.
func PlainText(mrkdwn string, who Directory) string {
	var out strings.Builder
	last := 0
	for _, m := range angled.FindAllStringSubmatchIndex(mrkdwn, -1) {
		label := ""
		if m[4] >= 0 {
			label = mrkdwn[m[4]:m[5]]
		}
		out.WriteString(mrkdwn[last:m[0]])
		out.WriteString(readLink(mrkdwn[m[2]:m[3]], label, who))
		last = m[1]
	}
	out.WriteString(mrkdwn[last:])
	return emojiSigns.Replace(Unescape(dropMarks(out.String())))
}

func readLink(target, label string, who Directory) string {
	switch {
	case strings.HasPrefix(target, "@"):
		if name, ok := who.UserName(target[1:]); ok {
			return "@" + name
		}
		return "@" + cmp.Or(label, target[1:])
	case strings.HasPrefix(target, "#"):
		if name, ok := who.ChannelName(target[1:]); ok {
			return "#" + name
		}
		return "#" + cmp.Or(label, "private-channel")
	case strings.HasPrefix(target, "!"):
		command, id, _ := strings.Cut(target[1:], "^")
		if handle, ok := who.GroupHandle(id); ok && command == "subteam" {
			return "@" + handle
		}
		return cmp.Or(label, "@"+command)
	case label != "":
		return label
	}
	return strings.TrimPrefix(strings.TrimPrefix(target, "mailto:"), "tel:")
}

// dropMarks removes the marks of bold, italic, struck and code text, and keeps the same characters where
// they mark nothing.
func dropMarks(text string) string {
	var out strings.Builder
	before := ' '
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		if inner, length := marked(text, before); length > 0 {
			if r != '`' {
				inner = dropMarks(inner)
			}
			out.WriteString(inner)
			text, before = text[length:], r
			continue
		}
		out.WriteString(text[:size])
		text, before = text[size:], r
	}
	return out.String()
}

// marked reports the marked text at the beginning of text, and its length with the marks.
func marked(text string, before rune) (inner string, length int) {
	if strings.HasPrefix(text, "```") {
		if end := strings.Index(text[3:], "```"); end > 0 {
			return text[3 : 3+end], end + 6
		}
	}
	mark := text[0]
	if !strings.ContainsRune("*_~`", rune(mark)) || unicode.IsLetter(before) || unicode.IsNumber(before) {
		return "", 0
	}
	line, _, _ := strings.Cut(text[1:], "\n")
	for end := 1; end < len(line); end++ {
		after, _ := utf8.DecodeRuneInString(line[end+1:])
		if line[end] == mark && line[0] != ' ' && line[0] != mark && line[end-1] != ' ' &&
			!unicode.IsLetter(after) && !unicode.IsNumber(after) {
			return line[:end], end + 2
		}
	}
	return "", 0
}
