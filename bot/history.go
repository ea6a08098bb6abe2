package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
)

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
		owner, known, err := s.history.Owner(ctx, contact)
		if !known {
			owner = assign.Assignment{}
		}
		if err != nil {
			return render.Message{}, err
		}
		said, err := s.notices.SaidOf(ctx, found)
		return v.HistoryOf(contact, owner, found, said, c.Sender().ID), err
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
