package bot

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// word is a sub-command: what may be typed in place of a contact and an agent.
type word string

const (
	wordHistory word = "history" // of a contact, whose number follows
	wordMine    word = "mine"    // the requester's own assignments
	wordHelp    word = "help"
)

// words are all sub-commands and what they are called, by language. The first name is the
// one that people are shown.
var words = []struct {
	word  word
	names map[string][]string
	// more tells that something follows. Where nothing may, a line that goes on is an
	// assignment, and the word somebody's name.
	more bool
}{
	{wordHistory, map[string][]string{"en": {"history"}, "ar": {"سجل", "السجل"}}, true},
	{wordMine, map[string][]string{"en": {"mine"}, "ar": {"طلباتي"}}, false},
	{wordHelp, map[string][]string{"en": {"help"}, "ar": {"مساعدة", "المساعدة"}}, false},
}

// named gives the name of the word in a language, the English one failing it.
func (w word) named(language string) string {
	for _, each := range words {
		if names := each.names[language]; each.word == w && len(names) > 0 {
			return names[0]
		}
	}
	return string(w)
}

// readWord recognises a line that begins with a sub-command: the word, as it was typed,
// and what follows it.
func readWord(line string) (w word, typed, rest string, ok bool) {
	typed, rest = cutWord(line)
	for _, each := range words {
		for _, names := range each.names {
			for _, name := range names {
				if slips, _ := agent.Slips(typed, name); slips == 0 && (rest == "" || each.more) {
					return each.word, typed, rest, true
				}
			}
		}
	}
	return "", "", "", false
}

// mostSlips is how many letters may be wrong in a word that is offered for another.
const mostSlips = 2

// nearWord gives the sub-command that a line's first word may have been meant for, and
// how it is written in the language it was typed in.
func nearWord(line string) (w word, meant string, ok bool) {
	typed, rest := cutWord(line)
	least := mostSlips + 1
	for _, each := range words {
		for _, names := range each.names {
			slips, few := agent.Slips(typed, names[0])
			if few && slips < least && (rest == "" || each.more) {
				w, meant, least = each.word, names[0], slips
			}
		}
	}
	return w, meant, w != ""
}

// cutWord parts the first word of a line from the rest, without what cannot be seen.
func cutWord(line string) (first, rest string) {
	line = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, line))
	end := strings.IndexFunc(line, unicode.IsSpace)
	if end < 0 {
		end = len(line)
	}
	return strings.TrimRight(line[:end], ":,.،"), strings.TrimSpace(line[end:])
}

// errand is a sub-command to carry out. In the value of a button it stands for the line
// that should have been typed.
type errand struct {
	// Command is the slash command itself, as this workspace calls it.
	Command string `json:"s"`
	Word    word   `json:"w"`
	Rest    string `json:"r,omitempty"`
}

// errand reads a line as a sub-command. An agent who bears such a name comes first: what
// cannot be told from an assignment is one.
func (b *Bot) errand(c *call) (errand, bool) {
	w, typed, rest, ok := readWord(c.Text)
	if ok && w != wordHelp {
		if agent, known := b.agents.Guess(agent.RefName(typed)); known && bears(agent, typed) {
			return errand{}, false
		}
	}
	return errand{Command: c.Command, Word: w, Rest: rest}, ok
}

func bears(a agent.Agent, name string) bool {
	for part := range strings.FieldsSeq(a.Name) {
		if slips, _ := agent.Slips(part, name); slips == 0 {
			return true
		}
	}
	return false
}

// slip makes an errand of a line that names nobody, but nearly a sub-command; line is
// what should have been typed. Where not all agents are known it is nobody's slip.
func (b *Bot) slip(c *call, r line.Reading) (e errand, line texts.Code, ok bool) {
	if r.Agent.Kind != agent.ByName || !b.unheardOf(r.Agent) {
		return errand{}, "", false
	}
	if state := b.agents.State(); len(r.Contacts) > 0 && (!state.Loaded || state.Partial) {
		return errand{}, "", false
	}
	w, meant, ok := nearWord(c.Text)
	if !ok {
		return errand{}, "", false
	}
	e = errand{Command: c.Command, Word: w, Rest: clip(r.TypedContact, contactMax)}
	return e, texts.Code(strings.TrimSpace(c.Command + " " + meant + " " + e.Rest)), true
}

// unheardOf tells whether no agent in memory can be meant by a name.
func (b *Bot) unheardOf(ref agent.Ref) bool {
	_, known := b.agents.Guess(ref)
	return !known && len(b.agents.Search(ref.Reveal(), 1)) == 0
}

// perhapsMeant offers the sub-command that may have been meant.
func (v voice) perhapsMeant(typed string, e errand, line texts.Code) message {
	button := slack.NewButtonBlockElement(actionWord, encode(e), plainText(v.texts.Line(line), 75))
	return v.notice("no_such_word", texts.Data{"Typed": texts.Typed(typed), "Line": line},
		styled(button, slack.StylePrimary), v.button("open_form", actionOpen, draft{}.encode(), slack.StyleDefault))
}

// onErrand serves the button that offers a sub-command.
func (b *Bot) onErrand(ctx context.Context, c *call, chosen action) {
	var e errand
	if err := json.Unmarshal([]byte(chosen.Value), &e); err != nil {
		b.acknowledge(ctx, c, nil) // a button of another time
		return
	}
	b.run(ctx, c, e)
}

// run carries out a sub-command and answers the call that asked for it. It accepts no
// request, so nothing that the person does next has to wait for it.
func (b *Bot) run(ctx context.Context, c *call, e errand) {
	c.turn.leave()
	v := b.speakTo(ctx, c)
	if c.kind != command {
		b.acknowledge(ctx, c, nil)
	}
	switch e.Word {
	case wordHistory:
		b.onHistory(ctx, c, v, e.Rest)
	case wordMine:
		b.onMine(ctx, c, v)
	default:
		b.reply(ctx, c, v.help(e.Command))
	}
}
