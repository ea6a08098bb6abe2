package bot

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
)

// subcommands serves history, mine, undo and help, typed or chosen.
type subcommands struct {
	*responder
	history assign.History
	notices *notify.Notifier
	agents  Agents
	region  string
}

// readSubcommand recognises a line that begins with a sub-command: the word, as it was typed,
// and what follows it.
func readSubcommand(line string) (w render.Subcommand, typed, rest string, ok bool) {
	typed, rest = cutWord(line)
	for _, each := range render.Subcommands {
		for _, names := range each.Names {
			for _, name := range names {
				if typos, _ := agent.EditDistance(typed, name); typos == 0 && (rest == "" || each.More) {
					return each.Word, typed, rest, true
				}
			}
		}
	}
	return "", "", "", false
}

// mostTypos is how many letters may be wrong in a word that is offered for another.
const mostTypos = 2

// nearestSubcommand gives the sub-command that a line's first word may have been meant for, and
// how it is written in the language it was typed in.
func nearestSubcommand(line string) (w render.Subcommand, meant string, ok bool) {
	typed, rest := cutWord(line)
	least := mostTypos + 1
	for _, each := range render.Subcommands {
		for _, names := range each.Names {
			typos, few := agent.EditDistance(typed, names[0])
			if few && typos < least && (rest == "" || each.More) {
				w, meant, least = each.Word, names[0], typos
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

// read takes a line for a sub-command. An agent who bears such a name comes first: what
// cannot be told from an assignment is one.
func (s *subcommands) read(c *inbound.Call) (render.SubcommandRequest, bool) {
	w, typed, rest, ok := readSubcommand(c.Text)
	if ok && w != render.HelpCommand {
		if agent, known := s.agents.Guess(agent.RefName(typed)); known && isNameOf(agent, typed) {
			return render.SubcommandRequest{}, false
		}
	}
	return render.SubcommandRequest{Command: c.Command, Word: w, Rest: rest}, ok
}

func isNameOf(a agent.Agent, name string) bool {
	for part := range strings.FieldsSeq(a.Name) {
		if typos, _ := agent.EditDistance(part, name); typos == 0 {
			return true
		}
	}
	return false
}

// near makes a request for a sub-command of a line that names nobody, but nearly a sub-command; line is
// what should have been typed. Where not all agents are known it is nobody's slip.
func (s *subcommands) near(c *inbound.Call, r line.Reading) (e render.SubcommandRequest, line texts.Code, ok bool) {
	if r.Agent.Kind != agent.ByName || !s.unheardOf(r.Agent) {
		return render.SubcommandRequest{}, "", false
	}
	if state := s.agents.State(); len(r.Contacts) > 0 && (!state.Loaded || state.Partial) {
		return render.SubcommandRequest{}, "", false
	}
	w, meant, ok := nearestSubcommand(c.Text)
	if !ok {
		return render.SubcommandRequest{}, "", false
	}
	e = render.SubcommandRequest{Command: c.Command, Word: w, Rest: render.Clip(r.TypedContact, render.ContactMax)}
	return e, texts.Code(strings.TrimSpace(c.Command + " " + meant + " " + e.Rest)), true
}

// unheardOf tells whether no agent in memory can be meant by a name.
func (s *subcommands) unheardOf(ref agent.Ref) bool {
	_, known := s.agents.Guess(ref)
	return !known && len(s.agents.Search(ref.Reveal(), 1)) == 0
}

// onButton serves the button that offers a sub-command.
func (s *subcommands) onButton(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	var e render.SubcommandRequest
	if err := json.Unmarshal([]byte(chosen.Value), &e); err != nil {
		c.Acknowledge(ctx, nil) // a button of another time
		return
	}
	s.run(ctx, c, e)
}

// run carries out a sub-command and answers the call that asked for it. It accepts no
// request, so nothing that the person does next has to wait for it.
func (s *subcommands) run(ctx context.Context, c *inbound.Call, e render.SubcommandRequest) {
	c.Leave()
	v := s.rendererOf(ctx, c)
	if c.Kind != payload.SlashCommand {
		c.Acknowledge(ctx, nil)
	}
	switch e.Word {
	case render.HistoryCommand:
		s.onHistory(ctx, c, v, e.Command, e.Rest)
	case render.MineCommand:
		s.onMine(ctx, c, v)
	case render.UndoCommand:
		s.reply(ctx, c, v.UndoWhere(e.Command))
	default:
		s.reply(ctx, c, v.Help(e.Command))
	}
}
