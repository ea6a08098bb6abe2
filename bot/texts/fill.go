package texts

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// Data fills the blanks of a message. Strings are escaped for Slack's mrkdwn, Typed, Quoted
// and Code nearly so; values of type Markup are not. Numbers are printed in digits; the one
// called Count chooses the plural form. Of slices, each value is printed by itself, with
// the language's comma between. All of these can be asked for with {{if}}, but a number
// is never empty: give a bool instead.
type Data map[string]any

// Markup is text that is already Slack's mrkdwn, such as a mention that we made.
type Markup string

// Typed is what a person typed. It is escaped like any string, except that a mention of a
// user or a channel is shown as one: the id alone would tell nobody anything, and in a
// private message or a form it notifies nobody.
type Typed string

// Quoted is what a person typed, shown inside the quotation marks of the language.
type Quoted string

// Code is what a person may type, shown as such: `/assign help`.
type Code string

// Person is somebody with an email, shown as "Name (email)", or by the one that is known.
type Person struct{ Name, Email string }

// Phone is a number, shown as "🇦🇪 +971 50 123 4567 (United Arab Emirates)", or without the
// flag and the country where they are empty.
type Phone struct{ Number, Flag, Country string }

// Mention addresses a Slack user by id. What cannot be an id is shown as text.
func Mention(user string) Markup { return link("<@", user) }

// Channel links to a Slack channel by id. What cannot be an id is shown as text.
func Channel(id string) Markup { return link("<#", id) }

func link(open, id string) Markup {
	if id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return Markup(Escape(id))
	}
	return Markup(open + id + ">")
}

// textKind is the kind of text object that a message is printed for.
type textKind bool

const (
	mrkdwn textKind = false
	plain  textKind = true
)

// escape makes text harmless in the kind of text object.
func (k textKind) escape(s string) string {
	if k == plain {
		return s
	}
	return Escape(s)
}

func (k textKind) typed(t Typed) string {
	if k == plain {
		return rawGroup.ReplaceAllString(string(t), "@$1")
	}
	t = Typed(rawGroup.ReplaceAllString(string(t), "@$1"))
	return channel.ReplaceAllString(mention.ReplaceAllString(Escape(string(t)), "<@$1>"), "<#$1>")
}

// mention is an escaped mention of a user, with or without a label.
var mention = regexp.MustCompile(`&lt;@([UW][A-Z0-9]{2,20})(?:\|[^&|]*)?&gt;`)

// rawGroup is a mention of a user group with its label. It is shown by that alone, since a
// mention would notify all of the group.
var rawGroup = regexp.MustCompile(`<!subteam\^S[A-Z0-9]{2,20}\|@?([^<>|]+)>`)

// channel is an escaped mention of a channel, with or without a label.
var channel = regexp.MustCompile(`&lt;#(C[A-Z0-9]{2,20})(?:\|[^&|]*)?&gt;`)

// fill turns data into what the message's template prints.
func (p Printer) fill(data Data, kind textKind) map[string]any {
	filled := make(map[string]any, len(data))
	for name, value := range data {
		switch v := value.(type) {
		case []string:
			filled[name] = list(p, kind, v)
		case []Markup:
			filled[name] = list(p, kind, v)
		case []Code:
			filled[name] = list(p, kind, v)
		case []Person:
			filled[name] = list(p, kind, v)
		case []Phone:
			filled[name] = list(p, kind, v)
		default:
			filled[name] = p.value(v, kind)
		}
	}
	return filled
}

func list[T any](p Printer, kind textKind, values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i], _ = p.value(v, kind).(string)
	}
	return strings.Join(texts, p.comma)
}

// value gives one value as the text it is shown as; what is none, such as a bool, as it is.
func (p Printer) value(value any, kind textKind) any {
	switch v := value.(type) {
	case string:
		return p.isolate(kind.escape(v))
	case Typed:
		return p.isolate(kind.typed(v))
	case Quoted:
		return p.quote(p.isolate(kind.escape(string(v))))
	case Markup:
		return p.enclose(string(v))
	case Code:
		return p.code(kind.escape(string(v)), kind)
	case Person:
		return p.person(Person{kind.escape(v.Name), kind.escape(v.Email)})
	case Phone:
		return p.phone(Phone{kind.escape(v.Number), v.Flag, kind.escape(v.Country)})
	case int:
		return p.isolate(strconv.Itoa(v))
	}
	return value
}

func (p Printer) quote(s string) string {
	if len(p.quotes) != 2 {
		return s
	}
	return string(p.quotes[0]) + s + string(p.quotes[1])
}

func (p Printer) person(who Person) string {
	if who.Name == "" || who.Email == "" || who.Name == who.Email {
		return p.isolate(cmp.Or(who.Email, who.Name))
	}
	return p.isolate(who.Name) + " (" + p.isolate(who.Email) + ")"
}

func (p Printer) phone(n Phone) string {
	number := p.isolate(strings.TrimSpace(n.Flag + " " + n.Number))
	if n.Country == "" {
		return number
	}
	return number + " (" + p.isolate(n.Country) + ")"
}

// Phone shows a number in a plain_text object that holds nothing else.
func (p Printer) Phone(n Phone) string { return p.phone(n) }

// Person shows somebody in a plain_text object that holds nothing else.
func (p Printer) Person(who Person) string { return p.person(who) }

// Line shows a piece of Code in a plain_text object that holds nothing else.
func (p Printer) Line(c Code) string { return p.isolate(inOrder(string(c))) }

func (p Printer) code(s string, kind textKind) string {
	s = inOrder(strings.ReplaceAll(s, "`", "'"))
	switch {
	case kind == plain:
		return p.isolate(s)
	case p.rtl && s != "":
		return lri + " `" + s + "` " + pdi // see closeUp
	}
	return "`" + s + "`"
}

// inOrder keeps a number behind a right-to-left word where it is typed: to its right. Digits
// would else be shown as a part of what is read from the right.
func inOrder(code string) string { return numberAfterRTL.ReplaceAllString(code, "$1"+lrm+"$2") }

var numberAfterRTL = regexp.MustCompile(`([\p{Arabic}\p{Hebrew}])( +[+0-9])`)

// Escape makes text harmless in mrkdwn.
// See https://docs.slack.dev/messaging/formatting-message-text#escaping.
func Escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
