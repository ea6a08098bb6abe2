package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/texts"
	"azeer-slack/internal/catch"

	"github.com/slack-go/slack"
)

// batches serves what is asked for several contacts in one go.
type batches struct {
	*responder
	service Service
	history assign.History
	agents  Agents
	opener  *opener
}

// onMany serves a line that names several contacts. Nothing is accepted before all of it is
// understood; what is much is asked about, and what is not sure.
func (b *batches) onMany(ctx context.Context, v render.Renderer, c *inbound.Call, m line.Many, sure bool) {
	switch {
	case len(m.Contacts) > line.MaxInLine:
		b.reply(ctx, c, v.BatchTooMany(m.Contacts, line.MaxInLine))
		return
	case m.Agent.IsZero():
		b.reply(ctx, c, v.BatchNoAgent(m.Contacts, c.Command))
		return
	case c.Late:
		b.reply(ctx, c, v.Notice("batch_late", nil))
		return
	}
	asked := assign.Request{Requester: c.Sender().ID, Agent: m.Agent, Brief: briefOf(m.Note)}
	asked.Brief.Receipt = true
	if !sure && b.isKnown(ctx, c, m) {
		c.Acknowledge(ctx, nil)
		return
	}
	if len(m.Unread) > 0 || len(m.Contacts) > render.BatchAsked || !sure {
		b.reply(ctx, c, v.BatchQuestion(m, asked, b.countOthers(ctx, c, m)))
		return
	}
	b.accept(ctx, c, c.RequestKey(), requestsFor(m.Contacts, m.Agent, asked.Brief), addressOf(c), originOf(c))
}

// isKnown tells whether what a call asks for was accepted when it came for the first time.
func (b *batches) isKnown(ctx context.Context, c *inbound.Call, m line.Many) bool {
	asking, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	_, how, err := b.service.Accept(asking, assign.Request{
		Key: c.RequestKey(), Requester: c.Sender().ID, Contact: m.Contacts[0], Agent: m.Agent, Guard: assign.NeverHolds,
	})
	return err == nil && how == assign.Repeated
}

// requestsFor is to assign all of contacts to one agent.
func requestsFor(contacts []phone.Number, to agent.Ref, brief assign.Brief) []assign.Request {
	requests := make([]assign.Request, len(contacts))
	for i, contact := range contacts {
		requests[i] = assign.Request{Contact: contact, Agent: to, Brief: brief}
	}
	return requests
}

// accept hands requests to the service as one batch, and acknowledges the call. Answered is here
// only what is not accepted.
func (b *batches) accept(ctx context.Context, c *inbound.Call, key string, requests []assign.Request, to payload.Address, from payload.Origin) {
	for i := range requests {
		r := &requests[i]
		r.Key, r.Requester, r.Reply, r.Origin = key, c.Sender().ID, to.Encode(), from.Encode()
	}
	accepting, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	entries, err := b.service.AcceptBatch(accepting, requests)
	v := b.rendererOf(ctx, c)
	switch {
	case errors.Is(err, assign.ErrSameBatch):
		b.refuse(ctx, v, c, "batch_joined")
		return
	case err != nil:
		b.log.Error().Err(err).Msg("batch not stored")
		key := "batch_not_stored"
		if isPending(err) {
			key = "stored_late"
		}
		b.refuse(ctx, v, c, key)
		return
	}
	c.Acknowledge(ctx, nil)
	accepted, left := 0, []phone.Number{}
	for i, e := range entries {
		switch e.Acceptance {
		case assign.Accepted:
			accepted++
		case assign.Overtaken:
			left = append(left, requests[i].Contact)
		}
	}
	if len(left) > 0 {
		b.beside(ctx, c, v.BatchLeft(left))
	} else if accepted == 0 && c.Kind == payload.BlockActions {
		b.beside(ctx, c, v.Notice("batch_nothing_to_do", nil))
	}
}

// refuse says that nothing was accepted: in the form, where one was submitted.
func (b *batches) refuse(ctx context.Context, v render.Renderer, c *inbound.Call, text string) {
	if c.Kind == payload.ViewSubmission {
		c.Acknowledge(ctx, v.Closing(text, nil))
		return
	}
	b.besideOrReply(ctx, c, v.Notice(text, nil))
}

// besideOrReply answers a click without taking the place of what was clicked.
func (b *batches) besideOrReply(ctx context.Context, c *inbound.Call, m render.Message) {
	if c.Kind == payload.SlashCommand {
		b.reply(ctx, c, m)
		return
	}
	c.Acknowledge(ctx, nil)
	b.beside(ctx, c, m)
}

// lookups is how many questions to the journal are asked at once.
const lookups = 8

// countOthers tells how many of the contacts belong to somebody else, as far as the journal says
// so soon enough.
func (b *batches) countOthers(ctx context.Context, c *inbound.Call, m line.Many) int {
	ctx, cancel := context.WithDeadline(ctx, c.Received.Add(readSoon))
	defer cancel()
	to, known := b.agents.Guess(m.Agent)
	if !known && m.Agent.Kind == agent.ByEmail {
		to.PlatformID = agent.NewEmail(m.Agent.Reveal())
	}
	var owned atomic.Int64
	_ = catch.Each(len(m.Contacts), lookups, func(i int) error {
		owner, known, err := b.history.Owner(ctx, m.Contacts[i])
		if err == nil && known && !owner.Outcome.Agent.PlatformID.Equal(to.PlatformID) {
			owned.Add(1)
		}
		return nil
	})
	return int(owned.Load())
}

// onClick serves the buttons of a batch.
func (b *batches) onClick(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	asked, ok := render.DecodeBatchRequest(chosen.Value)
	v := b.rendererOf(ctx, c)
	switch {
	case !ok:
		c.Acknowledge(ctx, nil) // a button of another time
	case c.Late && chosen.ActionID != render.ActionBatchShow:
		c.Acknowledge(ctx, nil)
		b.beside(ctx, c, v.Notice("late_click", nil))
	case chosen.ActionID == render.ActionBatch:
		b.onConfirm(ctx, c, asked)
	default:
		b.onBatch(ctx, v, c, chosen.ActionID, asked.Of)
	}
}

// onConfirm assigns what a question was about.
func (b *batches) onConfirm(ctx context.Context, c *inbound.Call, asked render.BatchRequest) {
	to, err := agent.DecodeRef(asked.Agent)
	contacts := render.DecodeContacts(asked.List)
	if err != nil || to.IsZero() || len(contacts) == 0 {
		c.Acknowledge(ctx, nil)
		return
	}
	b.accept(ctx, c, c.RequestKey(), requestsFor(contacts, to, asked.Brief()), addressOf(c), originOf(c))
}

// onBatch serves the buttons below what is said of a batch. Only who asked for it may do more
// than look.
func (b *batches) onBatch(ctx context.Context, v render.Renderer, c *inbound.Call, action string, id int64) {
	reading, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	members, err := b.history.Members(reading, id)
	of := assign.Batch{ID: id, Members: members}
	switch {
	case err != nil:
		b.log.Error().Err(err).Msg("batch not read")
		b.besideOrReply(ctx, c, v.Notice("history_unread", nil))
	case len(members) == 0 || action != render.ActionBatchShow && members[0].Requester != c.Sender().ID:
		b.besideOrReply(ctx, c, v.Notice("batch_not_yours", nil))
	case action == render.ActionBatchShow:
		c.Acknowledge(ctx, nil)
		c.Leave()
		_ = b.opener.openView(ctx, c, *v.BatchView(of, c.Sender().ID)) // it is logged, and the button is still there
	case action == render.ActionBatchStop:
		b.stop(reading, ctx, v, c, id)
	case action == render.ActionBatchUndo:
		b.repeat(ctx, v, c, action, id, b.undoing(reading, of))
	default:
		b.repeat(ctx, v, c, action, id, b.again(of))
	}
}

// stop ends what of a batch was not sent yet.
func (b *batches) stop(stopping, ctx context.Context, v render.Renderer, c *inbound.Call, id int64) {
	stopped, err := b.service.StopBatch(stopping, id)
	switch {
	case err != nil:
		b.log.Error().Err(err).Msg("batch not stopped")
		b.besideOrReply(ctx, c, v.Notice("batch_not_stopped", nil))
	case stopped == 0:
		b.besideOrReply(ctx, c, v.Notice("batch_ended", nil))
	default:
		b.besideOrReply(ctx, c, v.Notice("batch_stopped", texts.Data{"Count": stopped}))
	}
}

// repeat accepts what a button makes of a batch, once however often it is clicked.
func (b *batches) repeat(ctx context.Context, v render.Renderer, c *inbound.Call, action string, id int64, requests []assign.Request) {
	if len(requests) == 0 {
		b.besideOrReply(ctx, c, v.Notice("batch_nothing_to_do", nil))
		return
	}
	b.accept(ctx, c, action+":"+strconv.FormatInt(id, 10), requests, addressOf(c), originOf(c))
}

// again is to try what was not done, unless the contact has been assigned since.
func (b *batches) again(of assign.Batch) (requests []assign.Request) {
	for _, a := range render.BatchFailed(of) {
		requests = append(requests, assign.Request{Contact: a.Contact, Agent: a.AgentAgain(), Guard: a.ID, Undoes: a.Undoes, Brief: a.Brief})
	}
	return requests
}

// undoing is to give back what was done to whom it belonged before, as far as that is known, and
// unless the contact has been assigned since.
func (b *batches) undoing(ctx context.Context, of assign.Batch) (requests []assign.Request) {
	before := make([]agent.Agent, len(of.Members))
	_ = catch.Each(len(of.Members), lookups, func(i int) error {
		a := of.Members[i]
		if a.Outcome.Kind != assign.Assigned {
			return nil
		}
		if earlier, known, err := b.history.Before(ctx, a.ID); err == nil && known {
			before[i] = earlier.Outcome.Agent
		}
		return nil
	})
	for i, a := range of.Members {
		if !before[i].PlatformID.IsZero() {
			to := agent.RefEmail(before[i].PlatformID.Reveal())
			requests = append(requests, assign.Request{Contact: a.Contact, Agent: to, Guard: a.ID, Undoes: a.ID})
		}
	}
	return requests
}

// AnswerBatch tells the requester what became of a batch. See assign.Answerer.
func (n *answers) AnswerBatch(ctx context.Context, b assign.Batch) error {
	first := b.First()
	to := n.addressOfBatch(b)
	v := n.rendererFor(ctx, first.Requester)
	if err := n.post.Deliver(ctx, first.Requester, to, v.BatchOutcome(b)); err != nil {
		if errors.Is(err, reply.ErrRefused) && n.people.HasLeft(ctx, first.Requester) {
			err = fmt.Errorf("%w: %w", assign.ErrRequesterGone, err)
		}
		return fmt.Errorf("answer batch of assignment %d: %w", first.ID, err)
	}
	n.interims.Delete(first.ID)
	return nil
}

// Progress tells the requester how far a batch is: each time in the place of the last. See
// assign.Answerer.
func (n *answers) Progress(ctx context.Context, b assign.Batch) {
	first := b.First()
	to := n.addressOfBatch(b)
	byURL, err := n.post.Once(ctx, first.Requester, to, n.rendererFor(ctx, first.Requester).BatchProgress(b))
	if byURL && to.Command {
		n.interims.Store(first.ID, true)
	}
	if err != nil {
		n.log.Debug().Err(err).Int64("assignment", first.ID).Msg("progress not delivered")
	}
}

// addressOfBatch is where what is said of a batch goes.
func (n *answers) addressOfBatch(b assign.Batch) payload.Address {
	first := b.First()
	to, err := payload.DecodeAddress(first.Reply)
	if err != nil {
		n.log.Warn().Err(err).Int64("assignment", first.ID).Msg("address of an answer not readable, answering by direct message")
		to = payload.Address{}
	}
	if _, interim := n.interims.Load(first.ID); interim {
		to.Replace = true
	}
	return to
}

// batchesIn reads the batches of which a list holds the first member. What cannot be read is
// shown as the requests that it consists of.
func batchesIn(ctx context.Context, history assign.History, found []assign.Assignment) (render.Batches, error) {
	all := make(render.Batches)
	for _, a := range found {
		if _, known := all[a.Batch]; a.Batch == 0 || known {
			continue
		}
		members, err := history.Members(ctx, a.Batch)
		if err != nil {
			return nil, err
		}
		if len(members) > 0 {
			all[a.Batch] = assign.Batch{ID: a.Batch, Members: members}
		}
	}
	return all, nil
}

// openSeveral opens the form for several contacts, with those that the button holds.
func (o *opener) openSeveral(ctx context.Context, c *inbound.Call, chosen payload.Action, from payload.Address) {
	c.Acknowledge(ctx, nil)
	c.Leave()
	asked, _ := render.DecodeBatchRequest(chosen.Value) // of nothing: an empty form
	typed := render.TypedList(render.DecodeContacts(asked.List))
	form := o.rendererOf(ctx, c).FormSeveral(typed, o.start(render.Draft{}), from)
	_ = o.openView(ctx, c, form) // it is logged, and the button is still there
}

// onBatch serves a submitted form that is about several contacts; false if it is not.
func (s *submissions) onBatch(ctx context.Context, v render.Renderer, c *inbound.Call, to payload.Address) bool {
	chosen, offered := render.ChosenIn(c.Payload)
	switch {
	case c.View.CallbackID == render.SeveralCallback:
		s.onSeveral(ctx, v, c, to)
	case c.View.CallbackID == render.SeveralConfirmCallback:
		s.onSeveralConfirmed(ctx, v, c)
	case c.View.CallbackID == render.ListedCallback:
		s.onContacts(ctx, v, c, to, agentBlock(c.Payload), line.Many{Contacts: render.DecodeContacts(meta(c).List)})
	case offered && len(chosen) == 0:
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(map[string]string{render.BlockContact: v.Texts.Plain("choose_one", nil)}))
	case len(chosen) > 1:
		s.onList(ctx, v, c, to, render.BlockContact, strings.Join(chosen, "\n"))
	default:
		view := s.severalTyped(v, c, to)
		if view == nil {
			return false
		}
		c.Acknowledge(ctx, slack.NewUpdateViewSubmissionResponse(view))
	}
	return true
}

// severalTyped is the form for several contacts where a list was pasted into the field for one; nil
// where it was not.
func (s *submissions) severalTyped(v render.Renderer, c *inbound.Call, to payload.Address) *slack.ModalViewRequest {
	typed := c.Input(render.BlockContact)
	_, err := line.ParseContact(typed, s.region)
	if m, ok := errors.AsType[*line.Mistake](err); !ok || m.Kind != line.ManyContacts {
		return nil
	}
	start := render.FormContent{NoList: !s.agents.State().Loaded, Draft: render.Draft{Note: c.Input(render.BlockNote)}}
	block := agentBlock(c.Payload)
	if who, err := s.readAgent(block, c.Input(block)); err == nil {
		start.Agent, _ = s.agents.Guess(who)
		if who.Kind == agent.ByEmail {
			start.Draft.Agent = who.Reveal()
		}
	}
	to.View = ""
	form := v.FormSeveral(render.TypedList(line.ParseList(typed, s.region).Contacts), start, to)
	return &form
}

// onSeveral serves the submitted form for several contacts.
func (s *submissions) onSeveral(ctx context.Context, v render.Renderer, c *inbound.Call, to payload.Address) {
	s.onList(ctx, v, c, to, render.BlockSeveral, c.Input(render.BlockSeveral)+"\n"+c.Input(render.BlockMore))
}

// onList serves a submitted form with a list of contacts, which stands in field.
func (s *submissions) onList(ctx context.Context, v render.Renderer, c *inbound.Call, to payload.Address, field, typed string) {
	s.onContacts(ctx, v, c, to, field, line.ParseList(typed, s.region))
}

func meta(c *inbound.Call) render.FormMetadata {
	return render.DecodeFormMetadata(c.View.PrivateMetadata)
}

// onContacts serves a submitted form with several contacts; what is wrong with them stands under
// field.
func (s *submissions) onContacts(ctx context.Context, v render.Renderer, c *inbound.Call, to payload.Address, field string, m line.Many) {
	wrong := make(map[string]string)
	switch {
	case len(m.Contacts) == 0:
		wrong[field] = v.Texts.Plain("several_none", texts.Data{"Phone": v.ExamplePhone()})
	case len(m.Contacts) > assign.MaxBatch:
		wrong[field] = v.Texts.Plain("batch_too_many", texts.Data{"Count": len(m.Contacts), "Most": assign.MaxBatch})
	}
	var err error
	if m.Agent, err = s.agentIn(c.Payload); err != nil {
		wrong[agentBlock(c.Payload)] = v.MistakeLine(err)
	}
	if len(wrong) > 0 {
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(wrong))
		return
	}
	if len(m.Unread) > 0 || len(m.Contacts) > render.BatchAsked || c.Late {
		asked := assign.Request{Requester: c.Sender().ID, Agent: m.Agent, Brief: s.brief(c)}
		if view := v.SeveralConfirm(m, asked, s.batches.countOthers(ctx, c, m), to); view != nil {
			c.Acknowledge(ctx, slack.NewUpdateViewSubmissionResponse(view))
			return
		}
		c.Acknowledge(ctx, v.Closing("batch_too_many", texts.Data{"Count": len(m.Contacts), "Most": line.MaxInLine}))
		return
	}
	s.batches.acceptForm(ctx, c, requestsFor(m.Contacts, m.Agent, s.brief(c)), to)
}

// onSeveralConfirmed serves the form in which that was asked.
func (s *submissions) onSeveralConfirmed(ctx context.Context, v render.Renderer, c *inbound.Call) {
	var asked render.SeveralMetadata
	err := json.Unmarshal([]byte(c.View.PrivateMetadata), &asked)
	to, wrong := agent.DecodeRef(asked.Agent)
	contacts := render.DecodeContacts(asked.List)
	switch {
	case err != nil || wrong != nil || to.IsZero() || len(contacts) == 0:
		c.Acknowledge(ctx, v.Closing("broken", texts.Data{"Reference": c.EnvelopeID()}))
	case c.Late:
		c.Acknowledge(ctx, v.Closing("batch_late", nil))
	default:
		s.batches.acceptForm(ctx, c, requestsFor(contacts, to, asked.Brief()), asked.Address)
	}
}

// acceptForm accepts what a form asked for; the form closes, and the answer is a message.
func (b *batches) acceptForm(ctx context.Context, c *inbound.Call, requests []assign.Request, to payload.Address) {
	to.View = ""
	from := payload.Origin{EntryPoint: cmp.Or(to.EntryPoint, payload.ByForm), Channel: to.Channel}
	b.accept(ctx, c, c.RequestKey(), requests, to, from)
}
