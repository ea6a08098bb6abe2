package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/offer"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/rota"
	"azeer-slack/bot/texts"
)

// subcommands serves history, mine, handover, offer, duty, undo and help, typed or chosen.
type subcommands struct {
	*responder
	history   assign.History
	notices   *notify.Notifier
	agents    Agents
	handovers *handovers
	offers    *offer.Handlers
	rota      *rota.Rota
	region    string
}

// readSubcommand recognises a line that begins with a sub-command: the word, as it was typed,
// and what follows it.
func readSubcommand(line string) (w render.Subcommand, typed, rest string, ok bool) {
	typed, rest = cutWord(line)
	if strings.ContainsAny(typed, "0123456789@<") { // comparing words costs more than all else of reading
		return "", "", "", false
	}
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
	if w == render.HandoverCommand && !line.IsHandover(rest, s.region) {
		return render.SubcommandRequest{}, false
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

// run carries out a sub-command and answers the call that asked for it. But for an offer, it accepts no
// request, so nothing that the person does next has to wait for it.
func (s *subcommands) run(ctx context.Context, c *inbound.Call, e render.SubcommandRequest) {
	if e.Word == render.OfferCommand { // which is stored before it is acknowledged
		s.offers.OnLine(ctx, c, e.Command, e.Rest)
		return
	}
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
	case render.HandoverCommand:
		s.look(ctx, c, v, func(ctx context.Context) (render.Message, error) {
			return s.handovers.onLine(ctx, c, v, e.Command, e.Rest)
		})
	case render.DutyCommand:
		s.look(ctx, c, v, func(ctx context.Context) (render.Message, error) { return v.DutyNow(s.rota.Now(ctx, 0)), ctx.Err() })
	case render.UndoCommand:
		s.reply(ctx, c, v.UndoWhere(e.Command))
	default:
		s.reply(ctx, c, v.Help(e.Command))
	}
}

const (
	// readSoon is how long after its arrival a question is answered in its
	// acknowledgement; readLate is how long it may take beyond that.
	readSoon = 1500 * time.Millisecond
	readLate = 10 * time.Second
	// ackMost keeps a list in bytes well below what Slack takes as an acknowledgement.
	ackMost = 16 << 10
)

// onHistory tells what became of all requests for a contact.
func (s *subcommands) onHistory(ctx context.Context, c *inbound.Call, v render.Renderer, command, typed string) {
	if strings.TrimSpace(typed) == "" {
		s.reply(ctx, c, v.HistoryWhich(command))
		return
	}
	contact, err := line.ParseContact(typed, s.region)
	var mistake *line.Mistake
	if errors.As(err, &mistake) {
		s.reply(ctx, c, v.Notice(v.MistakeText(mistake)))
		return
	}
	s.look(ctx, c, v, func(ctx context.Context) (render.Message, error) {
		found, err := s.history.List(ctx, assign.Query{Contact: contact, Limit: render.ListMost + 1})
		if err != nil || len(found) == 0 {
			return v.HistoryNone(contact), err
		}
		known := render.History{Contact: contact, Found: found}
		if known.Sizes, err = assign.BatchSizes(ctx, s.history, found); err != nil {
			return render.Message{}, err
		}
		if owner, is, err := s.history.Owner(ctx, contact); is && err == nil {
			known.Owner = owner
		} else if err != nil {
			return render.Message{}, err
		}
		known.Said, err = s.notices.SaidOf(ctx, found)
		return v.HistoryOf(known, c.Sender().ID), err
	})
}

// onMine tells somebody what became of their own requests.
func (s *subcommands) onMine(ctx context.Context, c *inbound.Call, v render.Renderer) {
	s.look(ctx, c, v, func(ctx context.Context) (render.Message, error) {
		found, err := s.history.List(ctx, assign.Query{Requester: c.Sender().ID, Batches: true, Limit: render.ListMost + 1})
		if err != nil {
			return render.Message{}, err
		}
		several, err := batchesIn(ctx, s.history, found)
		return v.Mine(found, several), err
	})
}

// look answers a call with what the journal says: in the acknowledgement if it says so
// soon enough.
func (s *subcommands) look(ctx context.Context, c *inbound.Call, v render.Renderer, read func(context.Context) (render.Message, error)) {
	c.Leave()
	soon, cancel := context.WithDeadline(ctx, c.Received.Add(readSoon))
	m, err := read(soon)
	cancel()
	if errors.Is(err, context.DeadlineExceeded) {
		c.Acknowledge(ctx, nil)
		late, cancel := context.WithTimeout(ctx, readLate)
		m, err = read(late)
		cancel()
	}
	if err != nil {
		s.log.Error().Err(err).Msg("history not read")
		m = v.Notice("history_unread", nil)
	}
	if len(payload.Encode(m)) > ackMost {
		c.Acknowledge(ctx, nil)
	}
	s.reply(ctx, c, m)
}
