// Package render makes every message and view as Block Kit, of plain data: no calls, no
// state, no clock. It does not know how a message reaches anybody.
package render

import (
	"cmp"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"
)

// Config is what all renderers need to know. Its zero value will do for tests.
type Config struct {
	// Region is the ISO 3166 region of numbers without a country code.
	Region string
	// Language is read by people whose Slack locale has no catalogue: "en" or "ar"; "" is English.
	Language string
	// Admins are the Slack ids of those to ask.
	Admins []string
	// Known gives an agent as the directory has them in memory now, by platform id. An
	// assignment keeps them as they were known then.
	Known func(id agent.Email) (agent.Agent, bool)
	// Notify: new owners are told of what they were given.
	Notify bool
	// Days is how long requests are remembered; 0 is 90.
	Days int
}

// Renderer makes all messages and views for one person, in their language. It makes no
// call: what it shows of agents comes from memory.
type Renderer struct {
	language string
	Texts    texts.Printer
	region   string
	admins   []texts.Markup
	known    func(agent.Email) (agent.Agent, bool)
	days     int
	notify   bool
	receipt  bool // wanted, unless whoever fills in a form says otherwise
}

// WantingReceipts gives a renderer of forms in which that is chosen already.
func (v Renderer) WantingReceipts(wanted bool) Renderer {
	v.receipt = wanted
	return v
}

// Language is the one that it speaks.
func (v Renderer) Language() string { return v.language }

// ExamplePhone is a number to learn from. All numbers are shown in the digits that Azeer
// shows, though any may be typed.
func (v Renderer) ExamplePhone() string { return phone.Example(v.region) }

// Renderers are the bot's, one per language.
type Renderers struct {
	ByLanguage map[string]Renderer
	Default    Renderer // for people whose language is none of these
}

// New makes a renderer for each language of the catalogue.
func New(catalogue *texts.Catalogue, cfg Config) Renderers {
	v := Renderers{ByLanguage: make(map[string]Renderer)}
	for _, language := range catalogue.Languages() {
		v.ByLanguage[language] = Renderer{
			language: language, Texts: catalogue.In(language), region: cfg.Region, admins: mentions(cfg.Admins),
			known: cfg.Known, days: cmp.Or(cfg.Days, 90), notify: cfg.Notify,
		}
	}
	v.Default = v.ByLanguage["en"]
	if known, ok := v.ByLanguage[cfg.Language]; ok {
		v.Default = known
	}
	return v
}
