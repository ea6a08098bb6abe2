package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/offer"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// submissions serves the submitted form.
type submissions struct {
	requests  *requests
	access    *access.Policy
	agents    Agents
	typing    *typing
	waiting   *waitingForms
	batches   *batches
	handovers *handovers
	receipts  *receipts
	offers    *offer.Handlers
	region    string
}

// formWait is how long after its arrival a submitted form waits for Azeer before it is
// acknowledged.
const formWait = 2 * time.Second

// formCallbacks are those of the forms that can be submitted.
var formCallbacks = []string{
	render.FormCallback, render.SeveralCallback, render.SeveralConfirmCallback, render.ListedCallback, render.HandoverCallback, render.HandoverConfirmCallback,
}

// onSubmission serves the submitted form.
func (s *submissions) onSubmission(ctx context.Context, c *inbound.Call) {
	switch c.View.CallbackID {
	case render.NotMeCallback:
		s.receipts.onNotMe(ctx, c)
		return
	case render.OfferCallback:
		s.offers.OnConfirmed(ctx, c)
		return
	}
	if !slices.Contains(formCallbacks, c.View.CallbackID) {
		c.Acknowledge(ctx, nil)
		return
	}
	defer s.typing.live.submitted(c.View.ID)()
	to := s.formAddress(c)
	r := s.access.Check(ctx, c.Sender(), to.Channel)
	v := s.requests.rendererOf(ctx, c)
	if r.IsDenied() {
		c.Acknowledge(ctx, v.Closing(r.Text, r.Data))
		return
	}
	if s.handovers.onSubmission(ctx, v, c, s, to) || s.onBatch(ctx, v, c, to) {
		return
	}
	request, mistakes, unlisted := s.read(v, c)
	if len(mistakes) == 0 && !unlisted.IsZero() {
		c.Acknowledge(ctx, slack.NewUpdateViewSubmissionResponse(v.FormConfirm(c.View, unlisted)))
		return
	}
	if len(mistakes) > 0 {
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(mistakes))
		return
	}
	if c.Late {
		s.requests.askAgain(ctx, c, request, to)
		return
	}
	request.Key, request.Requester, request.Reply = c.RequestKey(), c.Sender().ID, to.Encode()
	request.Origin = payload.Origin{EntryPoint: cmp.Or(to.EntryPoint, payload.ByForm), Channel: to.Channel}.Encode()
	waiting := s.waiting.expect(request.Key)
	accepting, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	_, how, err := s.requests.service.Accept(accepting, request)
	c.Leave()
	switch {
	case err != nil:
		s.waiting.forget(request.Key)
		s.requests.log.Error().Err(err).Msg("request not stored")
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(map[string]string{render.BlockContact: v.Texts.Plain("not_stored", nil)}))
	case how != assign.Accepted:
		s.waiting.forget(request.Key)
		c.Acknowledge(ctx, v.Closing("joined", v.InProgress(request)))
	default:
		s.await(ctx, v, c, request, waiting)
	}
}

// await acknowledges an accepted form with the outcome, if that comes soon enough.
func (s *submissions) await(ctx context.Context, v render.Renderer, c *inbound.Call, r assign.Request, w *waitingForm) {
	timer := time.NewTimer(time.Until(c.Received.Add(formWait)))
	defer timer.Stop()
	select {
	case a := <-w.outcome:
		w.told <- s.conclude(ctx, v, c, a)
	case <-timer.C:
		if !s.waiting.forget(r.Key) { // the outcome came at this very moment
			w.told <- s.conclude(ctx, v, c, <-w.outcome)
			return
		}
		c.Acknowledge(ctx, v.Closing("form_assigning", v.InProgress(r)))
	}
}

// conclude acknowledges a form with its outcome, and tells whether that was all the
// requester needs to be told: a refusal stands under its field, everything else is
// posted as well.
func (s *submissions) conclude(ctx context.Context, v render.Renderer, c *inbound.Call, a assign.Assignment) (told bool) {
	if a.Outcome.Kind != assign.Refused || isMine(c.Payload) { // a form without a field for the agent
		c.Acknowledge(ctx, nil)
		return false
	}
	text := v.Texts.Plain(v.OutcomeText(a.Outcome), v.WithoutMentions(a, v.OutcomeData(a)))
	if names := v.NearestNames(a.Outcome.Nearest.Agents); len(names) > 0 {
		text += " " + v.Texts.Plain("did_you_mean", texts.Data{"Names": names})
	}
	return c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(
		map[string]string{blockAtFault(a.Outcome.Reason, c.Payload): text}))
}

// blockAtFault is the input under which a refusal belongs.
func blockAtFault(r assign.Reason, p payload.Payload) string {
	switch r {
	case assign.NoSuchAgent, assign.AmbiguousAgent, assign.InactiveAgent, assign.NoEmail, assign.NamesUnknown, assign.PeopleAway,
		assign.PartOfName, assign.NotAnAgent:
		return agentBlock(p)
	}
	if r.IsAboutDuty() {
		return agentBlock(p)
	}
	return render.BlockContact
}

// agentBlock is the input for the agent that the submitted form had.
func agentBlock(p payload.Payload) string {
	if _, ok := p.View.State.Values[render.BlockEmail]; ok {
		return render.BlockEmail
	}
	return render.BlockAgent
}

// read makes a request of a submitted form, or says what is wrong under which input.
// unlisted is the number where that is to be confirmed first.
func (s *submissions) read(v render.Renderer, c *inbound.Call) (r assign.Request, wrong map[string]string, unlisted phone.Number) {
	wrong = make(map[string]string)
	var err error
	r.Contact, err = line.ParseContact(contactIn(c.Payload), s.region)
	if m, ok := errors.AsType[*line.Mistake](err); ok && m.Kind == line.PhoneUnlisted && len(m.Perhaps) == 1 {
		r.Contact, err = m.Perhaps[0], nil
		if !c.IsTicked(render.BlockConfirm, r.Contact.Digits()) {
			unlisted = r.Contact
		}
	}
	if err != nil {
		wrong[render.BlockContact] = v.MistakeLine(err)
	}
	block := agentBlock(c.Payload)
	if r.Agent, err = s.agentIn(c.Payload); err != nil {
		wrong[block] = v.MistakeLine(err)
	}
	r.Brief = s.brief(c)
	return r, wrong, unlisted
}

// contactsTyped reads the contacts that stand in a form which is not submitted yet: one, or several.
func (s *submissions) contactsTyped(c *inbound.Call) ([]phone.Number, error) {
	typed, several := contactIn(c.Payload), c.View.CallbackID == render.SeveralCallback
	chosen, offered := render.ChosenIn(c.Payload)
	switch list := meta(c).List; {
	case list != "":
		return render.DecodeContacts(list), nil
	case several:
		typed = c.Input(render.BlockSeveral) + "\n" + c.Input(render.BlockMore)
	case offered:
		typed, several = strings.Join(chosen, "\n"), true
	}
	if !several {
		contact, err := line.ParseContact(typed, s.region)
		m, _ := errors.AsType[*line.Mistake](err)
		switch {
		case err == nil:
			return []phone.Number{contact}, nil
		case m != nil && m.Kind == line.PhoneUnlisted && len(m.Perhaps) == 1: // a question follows
			return m.Perhaps, nil
		case m == nil || m.Kind != line.ManyContacts:
			return nil, err
		}
	}
	m := line.ParseList(typed, s.region)
	for _, unread := range m.Unread {
		if _, err := line.ParsePhone(unread.Typed.Reveal(), s.region); err != nil {
			return nil, err
		}
	}
	return m.Contacts, nil
}

// contactIn is the number in a submitted form, typed or ticked.
func contactIn(p payload.Payload) string {
	if chosen, _ := render.ChosenIn(p); len(chosen) == 1 {
		return chosen[0]
	}
	return p.Input(render.BlockContact)
}

// isMine tells that the contacts of a form are for whoever submits it.
func isMine(p payload.Payload) bool {
	return render.DecodeFormMetadata(p.View.PrivateMetadata).Mine
}

// agentIn reads for whom the contacts of a submitted form are.
func (s *submissions) agentIn(p payload.Payload) (agent.Ref, error) {
	if isMine(p) {
		return agent.RefMe(), nil
	}
	block := agentBlock(p)
	return s.readAgent(block, p.Input(block))
}

// brief is what a submitted form says to the new owner.
func (s *submissions) brief(c *inbound.Call) assign.Brief {
	return assign.Brief{
		Note:    assign.NewNote(line.CleanNote(c.Input(render.BlockNote))),
		Receipt: c.IsTicked(render.BlockReceipt, render.ReceiptWanted),
	}
}

// readAgent reads the agent that was picked in the menu, or typed. Longer values than the
// menu offers were not picked there.
func (s *submissions) readAgent(block, value string) (agent.Ref, error) {
	isMenu := block == render.BlockAgent || block == render.BlockFrom
	if isMenu && strings.HasPrefix(value, render.DigestPrefix) {
		for _, a := range s.agents.Search("", 0) {
			if render.DigestOf(a) == value {
				return agent.RefEmail(a.PlatformID.Reveal()), nil
			}
		}
		return agent.Ref{}, errAgentGone
	}
	if isMenu && value != "" && render.Length(value) <= render.OptionValue {
		return agent.DecodeRef(value)
	}
	return line.ParseAgent(value)
}

// errAgentGone says that an agent who was picked in the menu is not in the list any more.
var errAgentGone = errors.New("picked agent is not listed any more")

// formAddress is where the answer to a submitted form goes: to the conversation it was
// opened in, or that was chosen in it, else by direct message.
func (s *submissions) formAddress(c *inbound.Call) payload.Address {
	to, err := payload.DecodeAddress(c.View.PrivateMetadata)
	if err != nil {
		s.requests.log.Warn().Msg("form without its origin, answering by direct message")
	}
	to.View = c.View.ID
	if urls := c.URLs(); len(urls) > 0 {
		to.Channel, to.URL, to.Since = urls[0].ChannelID, urls[0].ResponseURL, c.Received
	}
	return to
}

// waitingForms are the submitted forms that wait for their outcome before they are acknowledged.
type waitingForms struct {
	mu      sync.Mutex
	waiting map[string]*waitingForm
}

type waitingForm struct {
	outcome chan assign.Assignment // what became of it
	told    chan bool              // whether the acknowledgement told the requester all
}

func newWaitingForms() *waitingForms { return &waitingForms{waiting: make(map[string]*waitingForm)} }

// expect registers a form by its request's key.
func (f *waitingForms) expect(key string) *waitingForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := &waitingForm{outcome: make(chan assign.Assignment, 1), told: make(chan bool, 1)}
	f.waiting[key] = w
	return w
}

// forget ends the waiting, and tells whether it had not ended already.
func (f *waitingForms) forget(key string) bool { return f.claim(key) != nil }

// claim takes the waiting form of that key away; nil if none waits.
func (f *waitingForms) claim(key string) *waitingForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.waiting[key]
	delete(f.waiting, key)
	return w
}
