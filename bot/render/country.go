package render

import (
	"cmp"

	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// contact shows a number. One that is not of the region in which numbers are usually typed
// has its flag and country with it, so that a slip is seen.
func (v Renderer) contact(p phone.Number) texts.Phone {
	shown := texts.Phone{Number: p.International()}
	region := p.Region()
	if region == "" || region == v.region {
		return shown
	}
	shown.Flag, shown.Country = flagOf(region), v.country(region)
	return shown
}

func (v Renderer) contacts(phones []phone.Number) []texts.Phone {
	shown := make([]texts.Phone, len(phones))
	for i, p := range phones {
		shown[i] = v.contact(p)
	}
	return shown
}

// flagOf is the flag of an ISO 3166 region as an emoji, and a globe for what is no country.
func flagOf(region string) string {
	if len(region) != 2 {
		return "🌐"
	}
	letters := []rune(region)
	for i, r := range letters {
		if r < 'A' || r > 'Z' {
			return "🌐"
		}
		letters[i] = '🇦' + r - 'A'
	}
	return string(letters)
}

// country names an ISO 3166 region in the language; "" for what is no country.
func (v Renderer) country(region string) string {
	tag, err := language.ParseRegion(region)
	if err != nil || !tag.IsCountry() {
		return ""
	}
	return display.Regions(language.Make(v.language)).Name(tag)
}

// regionName names the region in which a number was read; one that has no name by its code.
func (v Renderer) regionName(region string) string {
	return cmp.Or(v.country(region), region)
}

// foreign points out that a number is not of the usual region; "" if it is.
func (v Renderer) foreign(p phone.Number) string {
	shown := v.contact(p)
	if shown.Flag == "" {
		return ""
	}
	return v.Texts.Text("foreign", texts.Data{"Contact": shown})
}
