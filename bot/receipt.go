package bot

import (
	"context"
	"strconv"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// receipts serve what new owners, and who gave them something, say with the buttons of a notice. Who
// was told may say so, whether or not they may assign.
type receipts struct {
	*responder
	notices     *notify.Notifier
	service     Service
	access      *access.Policy
	opener      *opener
	submissions *submissions
}

// isReceipt tells the buttons of a notice that are for who was told.
func isReceipt(action string) bool {
	switch action {
	case render.ActionHave, render.ActionNotMe, render.ActionRemind, render.ActionNext, render.ActionInbox:
		return true
	}
	return false
}

// onClick serves these buttons. What is said is in the journal before the click is acknowledged.
func (r *receipts) onClick(ctx context.Context, c *inbound.Call, chosen payload.Action) {
	id := render.NoticeID(chosen.Value)
	if id == 0 { // a link, or a button of another time
		c.Acknowledge(ctx, nil)
		return
	}
	reading, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	v := r.rendererOf(ctx, c)
	now, found, err := r.notices.Standing(reading, id)
	switch {
	case err != nil:
		r.log.Error().Err(err).Msg("notice not read")
		r.tell(ctx, c, v.Notice("tap_unsaved", nil))
	case !found || c.Sender().ID != speaker(chosen.ActionID, now):
		r.tell(ctx, c, v.Notice("tap_gone", nil))
	case chosen.ActionID == render.ActionRemind:
		r.onRemind(reading, ctx, v, c, now)
	case chosen.ActionID == render.ActionNext:
		r.onNext(reading, ctx, v, c, now)
	case !notify.IsOpen(now):
		r.tell(ctx, c, v.TapLate(now))
	case chosen.ActionID == render.ActionNotMe:
		c.Acknowledge(ctx, nil)
		may := !r.access.CheckPerson(ctx, c.Sender()).IsDenied()
		_ = r.opener.openView(ctx, c, v.NotMeForm(now, may, !r.opener.agents.State().Loaded)) // it is logged, and the button is still there
	default:
		r.note(reading, ctx, v, c, now, assign.NoticeReceived)
	}
}

// speaker is for whom a button of a notice is: whoever was told, or whoever gave it to them.
func speaker(action string, now render.Notice) string {
	if action == render.ActionRemind || action == render.ActionNext {
		return now.Given.First().Requester
	}
	return now.Owner
}

// note notes what somebody said with a button; where it comes to nothing, they are told.
func (r *receipts) note(noting, ctx context.Context, v render.Renderer, c *inbound.Call, now render.Notice, state assign.NoticeState) bool {
	kept, err := r.notices.Note(noting, now, state)
	switch {
	case err != nil:
		r.log.Error().Err(err).Msg("notice not stored")
		r.tell(ctx, c, v.Notice("tap_unsaved", nil))
		return false
	case !kept: // two clicks at once
		if now, _, err = r.notices.Standing(noting, now.ID); err != nil || !notify.IsOpen(now) {
			r.tell(ctx, c, v.TapLate(now))
			return false
		}
		return r.note(noting, ctx, v, c, now, state)
	}
	c.Acknowledge(ctx, nil)
	return true
}

// tell answers a click beside the message that was clicked.
func (r *receipts) tell(ctx context.Context, c *inbound.Call, m render.Message) {
	c.Acknowledge(ctx, nil)
	r.beside(ctx, c, m)
}

// onRemind has an owner told once more, if whoever gave it to them wants that.
func (r *receipts) onRemind(noting, ctx context.Context, v render.Renderer, c *inbound.Call, now render.Notice) {
	switch {
	case !notify.IsOpen(now):
		r.tell(ctx, c, v.TapLate(now))
	case now.State != assign.NoticeAsked: // they are being told already
		r.reply(ctx, c, v.Reminded(now))
	case r.note(noting, ctx, v, c, now, assign.NoticeReminding):
		r.reply(ctx, c, v.Reminded(now))
	}
}

// onNext asks for what an owner does not take to be given to whoever else is on duty.
func (r *receipts) onNext(asking, ctx context.Context, v render.Renderer, c *inbound.Call, now render.Notice) {
	if denied := r.access.CheckPerson(ctx, c.Sender()); denied.IsDenied() {
		r.tell(ctx, c, v.Denied(denied))
		return
	}
	if isOpen := notify.IsOpen(now) || now.State == assign.NoticeDeclined && now.To == "" && !now.IsLost(); !isOpen || now.Next.IsZero() {
		r.tell(ctx, c, v.TapLate(now))
		return
	}
	request := assign.Request{
		Key: c.RequestKey(), Requester: c.Sender().ID, Agent: now.Next, Reply: payload.Address{}.Encode(),
		Brief: now.Given.First().Brief,
	}
	if len(now.Given.Members) == 1 { // the answer takes the place of the question
		request.Reply = addressOf(c).Encode()
	}
	switch refused, err := r.give(asking, now, request); {
	case err != nil:
		r.log.Error().Err(err).Msg("request not stored")
		r.tell(ctx, c, v.NotStored(request, isPending(err)))
	case refused:
		if again, found, err := r.notices.Standing(asking, now.ID); err == nil && found {
			now = again
		}
		r.tell(ctx, c, v.TapOvertaken(now))
	default:
		c.Acknowledge(ctx, nil)
	}
}

// onNotMe serves the form in which an owner says that something is not for them. Where they name
// somebody else, that is a request like others, as long as the contact is still theirs.
func (r *receipts) onNotMe(ctx context.Context, c *inbound.Call) {
	noting, cancel := context.WithDeadline(ctx, c.Deadline)
	defer cancel()
	v := r.rendererOf(ctx, c)
	now, found, err := r.notices.Standing(noting, render.DecodeNotMe(c.View.PrivateMetadata))
	switch {
	case err != nil:
		r.log.Error().Err(err).Msg("notice not read")
		c.Acknowledge(ctx, v.Closing("tap_unsaved", nil))
		return
	case !found || now.Owner != c.Sender().ID || !notify.IsOpen(now):
		r.close(ctx, c, v.TapLate(now))
		return
	}
	to, wrong := r.somebodyElse(ctx, v, c)
	if len(wrong) > 0 {
		c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(wrong))
		return
	}
	now.Reason = line.CleanNote(c.Input(render.BlockReason))
	if !to.IsZero() {
		now.To = to.Encode()
		asked := assign.Request{
			Key: "not_me:" + strconv.FormatInt(now.ID, 10), Requester: c.Sender().ID, Agent: to,
			Reply: payload.Address{}.Encode(), Brief: assign.Brief{Note: assign.NewNote(now.Reason)},
		}
		if refused, err := r.give(noting, now, asked); refused || err != nil {
			r.refuse(noting, ctx, v, c, now.ID, err)
			return
		}
	}
	if kept, err := r.notices.Note(noting, now, assign.NoticeDeclined); err != nil || !kept {
		r.refuse(noting, ctx, v, c, now.ID, err)
		return
	}
	c.Acknowledge(ctx, nil)
}

// somebodyElse reads whom the form names; the zero Ref if nobody.
func (r *receipts) somebodyElse(ctx context.Context, v render.Renderer, c *inbound.Call) (agent.Ref, map[string]string) {
	block := agentBlock(c.Payload)
	typed := c.Input(block)
	if typed == "" {
		return agent.Ref{}, nil
	}
	if denied := r.access.CheckPerson(ctx, c.Sender()); denied.IsDenied() {
		return agent.Ref{}, map[string]string{block: v.Texts.Plain(denied.Text, texts.Data{"Admins": nil})}
	}
	to, err := r.submissions.readAgent(block, typed)
	if err != nil {
		return agent.Ref{}, map[string]string{block: v.MistakeLine(err)}
	}
	return to, nil
}

// give asks for all of a notice to be assigned to somebody else, as asked says; each contact unless it has
// been assigned since. It tells whether none of it was accepted.
func (r *receipts) give(ctx context.Context, now render.Notice, asked assign.Request) (refused bool, err error) {
	asked.Origin = payload.Origin{EntryPoint: payload.ByButton}.Encode()
	requests := make([]assign.Request, len(now.Given.Members))
	for i, a := range now.Given.Members {
		requests[i] = asked
		requests[i].Contact, requests[i].Guard = a.Contact, a.ID
	}
	if len(requests) == 1 {
		said := r.submissions.requests.acceptGuarded(ctx, requests[0], now.ID)
		return said.how == assign.Overtaken, said.err
	}
	entries, err := r.service.AcceptBatch(ctx, requests)
	for _, e := range entries {
		if e.Acceptance != assign.Overtaken {
			return false, err
		}
	}
	return true, err
}

// refuse says in the form why nothing was noted.
func (r *receipts) refuse(reading, ctx context.Context, v render.Renderer, c *inbound.Call, id int64, err error) {
	if err == nil {
		if now, _, wrong := r.notices.Standing(reading, id); wrong == nil {
			r.close(ctx, c, v.TapLate(now))
			return
		}
	}
	r.log.Error().Err(err).Msg("notice not stored")
	c.Acknowledge(ctx, slack.NewErrorsViewSubmissionResponse(map[string]string{render.BlockReason: v.Texts.Plain("tap_unsaved", nil)}))
}

// close turns a submitted form into one that only tells something.
func (r *receipts) close(ctx context.Context, c *inbound.Call, m render.Message) {
	c.Acknowledge(ctx, slack.NewUpdateViewSubmissionResponse(r.rendererOf(ctx, c).Panel("", m.Text)))
}
