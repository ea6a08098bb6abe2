// Package texts holds every word that a person reads in Slack, one message catalogue
// per language, and fills them in safely: whatever a person typed is escaped on its
// way into a message, so that it can ping nobody and format nothing.
package texts

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/bidi"
)

//go:embed *.yaml
var files embed.FS

// Data fills the blanks of a message. Strings are escaped for Slack's mrkdwn, Typed
// nearly so; values of type Markup are not.
type Data map[string]any

// Markup is text that is already Slack's mrkdwn, such as a mention that we made.
type Markup string

// Typed is what a person typed. It is escaped like any string, except that a mention of a
// user is shown as one: the id alone would tell nobody anything, and in a private message
// or a form it notifies nobody.
type Typed string

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

// Catalogue is all messages in all languages.
type Catalogue struct{ bundle *i18n.Bundle }

// Load reads the catalogues built into the program.
func Load() (*Catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list message catalogues: %w", err)
	}
	for _, entry := range entries {
		if _, err := bundle.LoadMessageFileFS(files, entry.Name()); err != nil {
			return nil, fmt.Errorf("read message catalogue %s: %w", entry.Name(), err)
		}
	}
	return &Catalogue{bundle}, nil
}

// In gives a printer for the first of the languages that there is a catalogue for,
// English failing all. Languages are BCP 47 tags, as Slack's locales are (ar, en-US).
func (c *Catalogue) In(languages ...string) Printer {
	return Printer{i18n.NewLocalizer(c.bundle, languages...)}
}

// Printer prints messages in one language.
type Printer struct{ localizer *i18n.Localizer }

// Text prints message id as mrkdwn.
func (p Printer) Text(id string, data Data) string {
	return p.print(id, data, Escape, func(t Typed) string {
		return mention.ReplaceAllString(Escape(string(t)), "<@$1>")
	})
}

// mention is an escaped mention of a user, with or without a label.
var mention = regexp.MustCompile(`&lt;@([UW][A-Z0-9]{2,20})(?:\|[^&|]*)?&gt;`)

// Plain prints message id for a plain_text object, where Slack interprets nothing.
func (p Printer) Plain(id string, data Data) string {
	return p.print(id, data, func(s string) string { return s }, func(t Typed) string { return string(t) })
}

// Has tells whether there is a message of that id.
func (p Printer) Has(id string) bool {
	_, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: id})
	return err == nil
}

func (p Printer) print(id string, data Data, escape func(string) string, echo func(Typed) string) string {
	filled := make(map[string]any, len(data))
	for name, value := range data {
		switch v := value.(type) {
		case string:
			filled[name] = Isolate(escape(v))
		case Typed:
			filled[name] = Isolate(echo(v))
		case Markup:
			filled[name] = string(v)
		default:
			filled[name] = v
		}
	}
	text, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: filled})
	if err != nil {
		return id // a test holds every id against the catalogue
	}
	return strings.TrimSpace(text)
}

// Escape makes text harmless in mrkdwn.
// See https://docs.slack.dev/messaging/formatting-message-text#escaping.
func Escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Isolate wraps text that holds right-to-left letters in direction isolates (U+2068 …
// U+2069), so that it does not reorder the words and numbers beside it.
func Isolate(s string) string {
	if strings.ContainsRune(s, '\u2068') {
		return s // part of it is isolated already, which is enough
	}
	for _, r := range s {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL, bidi.RLE, bidi.RLO, bidi.RLI:
			return "\u2068" + s + "\u2069"
		}
	}
	return s
}
