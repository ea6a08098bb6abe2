package bot

import (
	"strings"

	"azeer-slack/bot/texts"
)

// manner is how somebody asked for an assignment.
type manner string

const (
	byCommand manner = "command"
	byForm    manner = "form"
	byMessage manner = "message" // the shortcut on a message
	byMention manner = "mention"
	byHome    manner = "home"
	byButton  manner = "button"
)

// source is how and where somebody asked for an assignment. As assign.Request.Origin it
// is kept for the history, so it holds no secrets.
type source struct {
	Manner  manner
	Channel string // empty where it was asked in no conversation
}

// encode writes the source in words: "command C123", "home".
func (s source) encode() string { return strings.TrimSpace(string(s.Manner) + " " + s.Channel) }

// decodeSource reads what encode wrote. What another version may have written is the zero
// source.
func decodeSource(origin string) source {
	name, channel, _ := strings.Cut(origin, " ")
	if _, known := sourceTexts[manner(name)]; !known {
		return source{}
	}
	return source{manner(name), strings.TrimSpace(channel)}
}

// source is that of what a call asks for.
func (c *call) source() source {
	s := source{Manner: byCommand, Channel: c.channel()}
	switch {
	case c.kind == event:
		s.Manner = byMention
	case c.kind == click && s.Channel == "":
		s.Manner = byHome
	case c.kind == click:
		s.Manner = byButton
	}
	return s
}

// sourceTexts are the messages that tell of a source.
var sourceTexts = map[manner]string{
	byCommand: "from_command", byForm: "from_form", byMessage: "from_message",
	byMention: "from_mention", byHome: "from_home", byButton: "from_button",
}

// from tells of a source, as a part of a sentence; "" of the zero source.
func (v voice) from(s source) texts.Markup {
	text, known := sourceTexts[s.Manner]
	if !known {
		return ""
	}
	return texts.Markup(v.texts.Text(text, texts.Data{"Place": v.place(s.Channel)}))
}

// place tells of a conversation, as a part of a sentence. Of a private one, Slack shows
// the name only to who is in it.
func (v voice) place(channel string) texts.Markup {
	switch {
	case channel == "":
		return ""
	case strings.HasPrefix(channel, "D"):
		return texts.Markup(v.texts.Text("place_direct", nil))
	}
	return texts.Markup(v.texts.Text("place_channel", texts.Data{"Channel": texts.Channel(channel)}))
}
