package bot

import (
	"context"
	"encoding/json"
	"strconv"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// wish is an assignment that a button stands for. It travels in the button's value.
type wish struct {
	Contact string `json:"c"`
	Agent   string `json:"a"`           // an encoded assign.AgentRef
	After   int64  `json:"n,omitempty"` // the last assignment of the contact that the clicker knows of
	// Of is the assignment that is to be repeated or undone. That works once, however
	// often the button is clicked.
	Of int64 `json:"o,omitempty"`
}

func (w wish) encode() string { return encode(w) }

// wishFor is to repeat an assignment.
func wishFor(a assign.Assignment) wish {
	return wish{Contact: a.Contact.Digits(), Agent: a.Agent.Encode(), After: a.ID, Of: a.ID}
}

// readWish reads the value of a button; false if it holds none, as that of a link, or of
// a button of another time.
func readWish(value string) (w wish, to agent.Ref, ok bool) {
	if err := json.Unmarshal([]byte(value), &w); err != nil || w.Contact == "" {
		return wish{}, agent.Ref{}, false
	}
	to, err := agent.DecodeRef(w.Agent)
	return w, to, err == nil && !to.IsZero()
}

// once makes the key of a request that a button may make once.
func (w wish) once(verb string) string { return verb + ":" + strconv.FormatInt(w.Of, 10) }

// fulfil carries out the wish that a button stands for.
func (b *Bot) fulfil(ctx context.Context, c *call, chosen action) {
	w, agent, ok := readWish(chosen.Value)
	if !ok {
		b.acknowledge(ctx, c, nil)
		return
	}
	r := assign.Request{
		Key: c.request(), Requester: c.person().id, Contact: phone.New(w.Contact), Agent: agent,
		Reply: c.address().encode(), Origin: c.source().encode(),
	}
	accepting, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	if chosen.ActionID == actionUndo {
		r.Key, r.Guard, r.Undoes = w.once("undo"), w.Of, w.Of
		said := b.takeBack(accepting, r)
		b.acknowledge(ctx, c, nil)
		b.answerUndo(ctx, c, r, said)
		return
	}
	if w.Of != 0 {
		r.Key = w.once("again")
	}
	said := b.grant(accepting, r, w)
	b.acknowledge(ctx, c, nil)
	b.answerWish(ctx, c, r, w, said)
}

// verdict is what the service said to a request: see its Accept.
type verdict struct {
	assign.Assignment
	how assign.Acceptance
	err error
}

func (b *Bot) ask(ctx context.Context, r assign.Request) verdict {
	a, how, err := b.service.Accept(ctx, r)
	return verdict{a, how, err}
}

// grant hands a wish to the service, unless the contact has been assigned since the button
// was made.
func (b *Bot) grant(ctx context.Context, r assign.Request, w wish) verdict {
	if w.After == 0 { // nothing was known to come after
		if latest, found, err := b.service.Latest(ctx, r.Contact); found || err != nil {
			return verdict{latest, assign.Overtaken, err}
		}
	}
	r.Guard = w.After
	said := b.ask(ctx, r)
	if said.err == nil && said.how == assign.Overtaken && said.ID == 0 {
		r.Guard = 0 // the journal has deleted that for its age, and knows of nothing since
		return b.ask(ctx, r)
	}
	return said
}

// answerWish answers a click on which nothing new was accepted. Where something is under
// way, or the button may be clicked once more, the clicked message stays.
func (b *Bot) answerWish(ctx context.Context, c *call, r assign.Request, w wish, said verdict) {
	v := b.speakTo(ctx, c)
	switch {
	case said.err != nil:
		b.log.Error().Err(said.err).Msg("request not stored")
		b.beside(ctx, c, v.notStored(r))
	case said.how == assign.Overtaken:
		w.After = said.ID
		b.reply(ctx, c, v.overtaken(r, said.Assignment, w))
	case said.how == assign.Joined, said.how == assign.Repeated && w.Of != 0 && !said.Finished():
		b.beside(ctx, c, v.notice("joined", v.onItsWay(r)))
	case said.how == assign.Repeated && w.Of != 0:
		b.reply(ctx, c, v.usedAlready(said.Assignment, c.person().id))
	}
}

// beside answers a click without taking the place of the clicked message.
func (b *Bot) beside(ctx context.Context, c *call, m message) {
	to := c.address()
	to.Replace = false
	c.turn.leave()
	if err := b.post.deliver(ctx, c.person().id, to, m); err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("reply not delivered")
	}
}

// overtaken says who has assigned the contact of a request since, and offers to carry out
// the wish all the same.
func (v voice) overtaken(r assign.Request, latest assign.Assignment, w wish) message {
	return v.notice("overtaken", texts.Data{
		"Contact": v.contact(r.Contact), "Agent": v.asked(r, r.Requester),
		"By": texts.Mention(latest.Requester), "To": v.agentOf(latest, r.Requester), "When": slackTime(latest.AcceptedAt),
	}, v.button("assign_anyway", actionAnyway, w.encode(), slack.StyleDanger))
}

// usedAlready says what came of the first click on a button that works once.
func (v voice) usedAlready(a assign.Assignment, reader string) message {
	var buttons []*slack.ButtonBlockElement
	if a.Outcome.Kind.IsProblem() {
		buttons = v.outcomeButtons(a, agent.Agent{})
	}
	used := v.texts.Text("used_already", texts.Data{"Contact": v.contact(a.Contact)})
	return say(used+"\n"+v.state(a, reader)+"\n"+v.rowOf(a), buttons...)
}
