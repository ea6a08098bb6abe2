// Package texts holds every word that a person reads in Slack, one message catalogue
// per language, and fills them in safely: whatever a person typed is escaped on its
// way into a message, so that it can ping nobody and format nothing.
package texts

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed *.yaml
var files embed.FS

// Catalogue is all messages in all languages.
type Catalogue struct{ bundle *i18n.Bundle }

// Languages are those that there is a catalogue for: "ar", "en".
func (c *Catalogue) Languages() []string {
	var all []string
	for _, tag := range c.bundle.LanguageTags() {
		all = append(all, tag.String())
	}
	return all
}

// Language is the language of a Slack locale, which is a BCP 47 tag: "en" of "en-GB"; ""
// of what is none.
func Language(locale string) string {
	tag, err := language.Parse(locale)
	if err != nil {
		return ""
	}
	base, confidence := tag.Base()
	if confidence < language.High {
		return ""
	}
	return base.String()
}

// Load gives the catalogues built into the program, which it reads once.
func Load() (*Catalogue, error) { return load() }

var load = sync.OnceValues(func() (*Catalogue, error) {
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
})

// In gives a printer for the first of the languages that there is a catalogue for,
// English failing all. Languages are BCP 47 tags, as Slack's locales are (ar, en-US).
func (c *Catalogue) In(languages ...string) Printer {
	p := Printer{localizer: i18n.NewLocalizer(c.bundle, languages...)}
	quotes, tag, _ := p.localizer.LocalizeWithTag(&i18n.LocalizeConfig{MessageID: "quotes"})
	p.comma, p.quotes = p.Plain("comma", nil)+" ", []rune(quotes)
	script, _ := tag.Script()
	p.rtl = script == arabic || script == hebrew
	return p
}

var arabic, hebrew = language.MustParseScript("Arab"), language.MustParseScript("Hebr")

// Printer prints messages in one language.
type Printer struct {
	localizer *i18n.Localizer
	rtl       bool
	comma     string
	quotes    []rune // the opening and the closing mark
	note      func(id string)
}

// Watched gives a printer that also tells note the id of each message that it prints.
func (p Printer) Watched(note func(id string)) Printer {
	p.note = note
	return p
}

// Text prints message id as mrkdwn.
func (p Printer) Text(id string, data Data) string {
	return p.print(id, data, mrkdwn)
}

// Plain prints message id for a plain_text object, where Slack interprets nothing.
func (p Printer) Plain(id string, data Data) string {
	return p.print(id, data, plain)
}

// Has tells whether there is a message of that id.
func (p Printer) Has(id string) bool {
	_, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: id})
	return err == nil
}

func (p Printer) print(id string, data Data, kind textKind) string {
	if p.note != nil {
		p.note(id)
	}
	cfg := &i18n.LocalizeConfig{MessageID: id, TemplateData: p.fill(data, kind)}
	if count, ok := data["Count"].(int); ok {
		cfg.PluralCount = count
	}
	text, _ := p.localizer.Localize(cfg) // an error leaves the English text, if there is any
	if text == "" {
		return id // a test holds every id against the catalogues
	}
	return p.turn(strings.TrimSpace(text))
}
