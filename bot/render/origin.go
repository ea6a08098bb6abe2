package render

import (
	"strings"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"
)

// sourceTexts are the messages that tell of a source.
var sourceTexts = map[payload.EntryPoint]string{
	payload.ByCommand: "from_command", payload.ByForm: "from_form", payload.ByMessage: "from_message",
	payload.ByMention: "from_mention", payload.ByHome: "from_home", payload.ByButton: "from_button",
}

// from tells of a source, as a part of a sentence; "" of the zero source.
func (v Renderer) from(s payload.Origin) texts.Markup {
	text, known := sourceTexts[s.EntryPoint]
	if !known {
		return ""
	}
	return texts.Markup(v.Texts.Text(text, texts.Data{"Place": v.place(s.Channel)}))
}

// place tells of a conversation, as a part of a sentence. Of a private one, Slack shows
// the name only to who is in it.
func (v Renderer) place(channel string) texts.Markup {
	switch {
	case channel == "":
		return ""
	case strings.HasPrefix(channel, "D"):
		return texts.Markup(v.Texts.Text("place_direct", nil))
	}
	return texts.Markup(v.Texts.Text("place_channel", texts.Data{"Channel": texts.Channel(channel)}))
}
