package bot

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// formWait is how long after its arrival a submitted form waits for Azeer before it is
// acknowledged.
const formWait = 2 * time.Second

// onSubmission serves the submitted form.
func (b *Bot) onSubmission(ctx context.Context, c *call) {
	if c.View.CallbackID != render.FormCallback {
		b.acknowledge(ctx, c, nil)
		return
	}
	defer b.hints.submitted(c.View.ID)()
	to := b.formAddress(c)
	r := b.access.check(ctx, c.Sender(), to.Channel)
	v := b.rendererOf(ctx, c)
	if r.IsDenied() {
		b.acknowledge(ctx, c, v.Closing(r.Text, r.Data))
		return
	}
	request, mistakes, unlisted := b.read(v, c)
	if len(mistakes) == 0 && !unlisted.IsZero() {
		b.acknowledge(ctx, c, slack.NewUpdateViewSubmissionResponse(v.FormConfirm(c.View, unlisted)))
		return
	}
	if len(mistakes) > 0 {
		b.acknowledge(ctx, c, slack.NewErrorsViewSubmissionResponse(mistakes))
		return
	}
	if c.late {
		b.askAgain(ctx, c, request, to)
		return
	}
	request.Key, request.Requester, request.Reply = c.request(), c.Sender().ID, to.Encode()
	request.Origin = payload.Origin{EntryPoint: cmp.Or(to.EntryPoint, payload.ByForm), Channel: to.Channel}.Encode()
	waiting := b.forms.expect(request.Key)
	accepting, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	_, how, err := b.service.Accept(accepting, request)
	c.turn.leave()
	switch {
	case err != nil:
		b.forms.forget(request.Key)
		b.log.Error().Err(err).Msg("request not stored")
		b.acknowledge(ctx, c, slack.NewErrorsViewSubmissionResponse(map[string]string{render.BlockContact: v.Texts.Plain("not_stored", nil)}))
	case how != assign.Accepted:
		b.forms.forget(request.Key)
		b.acknowledge(ctx, c, v.Closing("joined", v.InProgress(request)))
	default:
		b.await(ctx, v, c, request, waiting)
	}
}

// await acknowledges an accepted form with the outcome, if that comes soon enough.
func (b *Bot) await(ctx context.Context, v render.Renderer, c *call, r assign.Request, w *waitingForm) {
	timer := time.NewTimer(time.Until(c.envelope.Received.Add(formWait)))
	defer timer.Stop()
	select {
	case a := <-w.outcome:
		w.told <- b.conclude(ctx, v, c, a)
	case <-timer.C:
		if !b.forms.forget(r.Key) { // the outcome came at this very moment
			w.told <- b.conclude(ctx, v, c, <-w.outcome)
			return
		}
		b.acknowledge(ctx, c, v.Closing("form_assigning", v.InProgress(r)))
	}
}

// conclude acknowledges a form with its outcome, and tells whether that was all the
// requester needs to be told: a refusal stands under its field, everything else is
// posted as well.
func (b *Bot) conclude(ctx context.Context, v render.Renderer, c *call, a assign.Assignment) (told bool) {
	if a.Outcome.Kind != assign.Refused {
		b.acknowledge(ctx, c, nil)
		return false
	}
	text := v.Texts.Plain(v.OutcomeText(a.Outcome), v.WithoutMentions(a, v.OutcomeData(a)))
	if names := render.NearestNames(a.Outcome.Nearest); len(names) > 0 {
		text += " " + v.Texts.Plain("did_you_mean", texts.Data{"Names": names})
	}
	return b.acknowledge(ctx, c, slack.NewErrorsViewSubmissionResponse(
		map[string]string{blockAtFault(a.Outcome.Reason, c.Payload): text}))
}

// blockAtFault is the input under which a refusal belongs.
func blockAtFault(r assign.Reason, p payload.Payload) string {
	switch r {
	case assign.NoSuchAgent, assign.AmbiguousAgent, assign.InactiveAgent, assign.NoEmail, assign.NamesUnknown, assign.PeopleAway,
		assign.PartOfName, assign.NotAnAgent:
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
func (b *Bot) read(v render.Renderer, c *call) (r assign.Request, wrong map[string]string, unlisted phone.Number) {
	wrong = make(map[string]string)
	var err error
	r.Contact, err = line.ParseContact(c.Input(render.BlockContact), b.region)
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
	if r.Agent, err = b.readAgent(block, c.Input(block)); err != nil {
		wrong[block] = v.MistakeLine(err)
	}
	return r, wrong, unlisted
}

// readAgent reads the agent that was picked in the menu, or typed. Longer values than the
// menu offers were not picked there.
func (b *Bot) readAgent(block, value string) (agent.Ref, error) {
	if block == render.BlockAgent && strings.HasPrefix(value, render.DigestPrefix) {
		for _, a := range b.agents.Search("", 0) {
			if render.DigestOf(a) == value {
				return agent.RefEmail(a.PlatformID.Reveal()), nil
			}
		}
		return agent.Ref{}, errAgentGone
	}
	if block == render.BlockAgent && value != "" && render.Length(value) <= render.OptionValue {
		return agent.DecodeRef(value)
	}
	return line.ParseAgent(value)
}

// errAgentGone says that an agent who was picked in the menu is not in the list any more.
var errAgentGone = errors.New("picked agent is not listed any more")

// formAddress is where the answer to a submitted form goes: to the conversation it was
// opened in, or that was chosen in it, else by direct message.
func (b *Bot) formAddress(c *call) payload.Address {
	to, err := payload.DecodeAddress(c.View.PrivateMetadata)
	if err != nil {
		b.log.Warn().Msg("form without its origin, answering by direct message")
	}
	to.View = c.View.ID
	if urls := c.URLs(); len(urls) > 0 {
		to.Channel, to.URL, to.Since = urls[0].ChannelID, urls[0].ResponseURL, c.envelope.Received
	}
	return to
}

// forms are the submitted forms that wait for their outcome before they are acknowledged.
type forms struct {
	mu      sync.Mutex
	waiting map[string]*waitingForm
}

type waitingForm struct {
	outcome chan assign.Assignment // what became of it
	told    chan bool              // whether the acknowledgement told the requester all
}

func newForms() *forms { return &forms{waiting: make(map[string]*waitingForm)} }

// expect registers a form by its request's key.
func (f *forms) expect(key string) *waitingForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := &waitingForm{outcome: make(chan assign.Assignment, 1), told: make(chan bool, 1)}
	f.waiting[key] = w
	return w
}

// forget ends the waiting, and tells whether it had not ended already.
func (f *forms) forget(key string) bool { return f.claim(key) != nil }

// claim takes the waiting form of that key away; nil if none waits.
func (f *forms) claim(key string) *waitingForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.waiting[key]
	delete(f.waiting, key)
	return w
}
