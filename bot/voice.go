package bot

import (
	"context"

	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"
)

// voice makes all messages and views for one person, in their language. It makes no
// call: what it shows of agents comes from memory.
type voice struct {
	language string
	texts    texts.Printer
	agents   Agents
	region   string
	admins   []texts.Markup
}

// examplePhone is a number to learn from, in the digits of the language: any will do.
func (v voice) examplePhone() string { return v.texts.Digits(phone.Example(v.region)) }

// voices are the bot's, one per language.
type voices struct {
	speaks map[string]voice
	usual  voice // for people whose language is none of these
}

func newVoices(catalogue *texts.Catalogue, agents Agents, cfg Config) voices {
	v := voices{speaks: make(map[string]voice)}
	for _, language := range catalogue.Languages() {
		v.speaks[language] = voice{language, catalogue.In(language), agents, cfg.Region, mentions(cfg.Door.Admins)}
	}
	v.usual = v.speaks["en"]
	if usual, ok := v.speaks[cfg.Language]; ok {
		v.usual = usual
	}
	return v
}

// speak gives the voice for a person, in the language of their Slack locale. For somebody
// who joined since the workspace was read, that may take localeLimit.
func (b *Bot) speak(ctx context.Context, user string) voice {
	if v, ok := b.voices.speaks[b.people.language(ctx, user)]; ok {
		return v
	}
	return b.voices.usual
}

// speakTo is speak for whoever made a call, which must still be acknowledged in time.
func (b *Bot) speakTo(ctx context.Context, c *call) voice {
	ctx, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	return b.speak(ctx, c.person().id)
}
