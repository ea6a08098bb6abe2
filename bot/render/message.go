package render

import (
	"cmp"
	"strconv"
	"time"
	"unicode"
	"unicode/utf16"

	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Message is what a person reads in a conversation. As the payload of an
// acknowledgement it is private to whoever typed the command.
type Message struct {
	// Text is for notifications and screen readers; it says the same as Blocks.
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks,omitempty"`
}

// Paragraph makes a message of one paragraph, with buttons below.
func Paragraph(text string, buttons ...*slack.ButtonBlockElement) Message {
	text = Clip(text, 3000)
	section := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil)
	m := Message{Text: text, Blocks: []slack.Block{section}}
	if len(buttons) > 0 {
		elements := make([]slack.BlockElement, len(buttons))
		for i, b := range buttons {
			elements[i] = b
		}
		m.Blocks = append(m.Blocks, slack.NewActionBlock("", elements...))
	}
	return m
}

// Notice says one text of the catalogue.
func (v Renderer) Notice(text string, data texts.Data, buttons ...*slack.ButtonBlockElement) Message {
	return Paragraph(v.Texts.Text(text, data), buttons...)
}

// button makes a button labelled by a text of the catalogue.
func (v Renderer) button(label, action, value string, style slack.Style) *slack.ButtonBlockElement {
	return styled(slack.NewButtonBlockElement(action, value, plainText(v.Texts.Plain(label, nil), 75)), style)
}

func styled(b *slack.ButtonBlockElement, style slack.Style) *slack.ButtonBlockElement {
	if style != slack.StyleDefault {
		b.Style = style
	}
	return b
}

func plainText(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, Clip(text, limit), false, false)
}

// Clip cuts text for showing to at most limit characters as Slack counts them, never in the
// middle of one that people see, and ends the direction isolates that would stay open.
func Clip(text string, limit int) string {
	if Length(text) <= limit {
		return text
	}
	runes := []rune(text)
	for keep := min(len(runes), limit) - 1; ; keep-- {
		for keep > 0 && joinsBefore(runes[keep]) {
			keep--
		}
		if keep < 0 {
			return ""
		}
		ends := texts.Open(runes[:keep])
		if shown := string(runes[:keep]) + "…" + string(ends); Length(shown) <= limit || keep == 0 {
			return shown
		}
	}
}

// Length counts characters as Slack's validator does, by UTF-16 units.
func Length(text string) (units int) {
	for _, r := range text {
		units += utf16.RuneLen(r)
	}
	return units
}

// joinsBefore tells what belongs to the character before it.
func joinsBefore(r rune) bool {
	return unicode.In(r, unicode.M, unicode.Variation_Selector) || r == '\u200d' || '\U0001f3fb' <= r && r <= '\U0001f3ff'
}

// NoOptions is the answer to a menu that has nothing to offer. Slack-go's type would
// leave the empty list out.
var NoOptions = map[string]any{"options": []any{}}

// section is a paragraph with a button beside it, or without one.
func section(text string, button *slack.ButtonBlockElement) *slack.SectionBlock {
	block := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, Clip(text, 3000), false, false), nil, nil)
	if button != nil {
		block.Accessory = slack.NewAccessory(button)
	}
	return block
}

// slackTime lets Slack show a moment in the reader's own time zone.
// See https://docs.slack.dev/messaging/formatting-message-text#date-formatting.
func slackTime(t time.Time) texts.Markup {
	fallback := t.UTC().Format("2006-01-02 15:04 UTC")
	return texts.Markup("<!date^" + strconv.FormatInt(t.Unix(), 10) + "^{date_short_pretty} {time}|" + fallback + ">")
}

// Denial is why somebody may not; the zero refusal lets them in.
type Denial struct {
	Text string // a message id
	Data texts.Data
}

func (r Denial) IsDenied() bool { return r.Text != "" }

func mentions(users []string) []texts.Markup { return links(users, texts.Mention) }

func channels(ids []string) []texts.Markup { return links(ids, texts.Channel) }

func links(ids []string, link func(string) texts.Markup) []texts.Markup {
	all := make([]texts.Markup, len(ids))
	for i, id := range ids {
		all[i] = link(id)
	}
	return all
}

// DenialOf says why somebody may not, whom to ask, and, if it is about where, in which
// channels they may.
func DenialOf(text string, admins, allowed []string) Denial {
	data := texts.Data{"Admins": mentions(admins)}
	if len(allowed) > 0 {
		data["Channels"] = channels(allowed)
	}
	return Denial{text, data}
}

func (m Message) Options() []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)}
}

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
