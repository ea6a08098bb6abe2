// Package render makes every message and view as Block Kit, of plain data: no calls, no
// state, no clock. It does not know how a message reaches anybody.
package render

import (
	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"
)

// Renderer makes all messages and views for one person, in their language. It makes no
// call: what it shows of agents comes from memory.
type Renderer struct {
	language string
	Texts    texts.Printer
	region   string
	admins   []texts.Markup
}

// ExamplePhone is a number to learn from, in the digits of the language: any will do.
func (v Renderer) ExamplePhone() string { return v.Texts.Digits(phone.Example(v.region)) }

// Renderers are the bot's, one per language.
type Renderers struct {
	ByLanguage map[string]Renderer
	Default    Renderer // for people whose language is none of these
}

func New(catalogue *texts.Catalogue, region, usual string, admins []string) Renderers {
	v := Renderers{ByLanguage: make(map[string]Renderer)}
	for _, language := range catalogue.Languages() {
		v.ByLanguage[language] = Renderer{language, catalogue.In(language), region, mentions(admins)}
	}
	v.Default = v.ByLanguage["en"]
	if known, ok := v.ByLanguage[usual]; ok {
		v.Default = known
	}
	return v
}
