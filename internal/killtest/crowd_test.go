package killtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"azeer-slack/internal/retry"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

const (
	desks     = 6 // groups of people at work at the same time
	perDesk   = 6 // people of a group; each asks once for a contact, and so do as many agents
	place     = "#general"
	retyping  = 3               // times that a command is typed which Slack shows as failed
	formWait  = 4 * time.Second // for a form to appear: longer than its trigger lives
	lookAgain = 200 * time.Millisecond
)

// crowd is the people at work. Those of a desk hand one contact to and fro, each typing
// when the one before has been told by Slack that it was taken, or was not: so the order
// of typing is the order of acceptance. Then they turn to the next contact.
type crowd struct {
	t    testing.TB
	box  *sandbox.Sandbox
	book *book
	pace time.Duration // between two requests at a desk, on average
	// blind people type whether or not the bot is connected.
	blind bool

	asked           atomic.Int64 // requests; every third goes by the form
	contacts        atomic.Int64
	commands, forms atomic.Int64
}

// Desk works until ctx ends.
func (c *crowd) desk(ctx context.Context, n int) {
	var people []*slack.Person
	for i := range perDesk {
		people = append(people, c.box.Slack.AddPerson(slack.PersonConfig{Handle: fmt.Sprintf("desk%dseat%d", n, i)}))
	}
	for ctx.Err() == nil {
		contact := fmt.Sprintf("96654444%04d", c.contacts.Add(1)%10000)
		for nth, seat := range rand.Perm(perDesk) {
			r := &request{who: people[seat], contact: contact, agent: agent(nth), nth: nth}
			c.book.add(r)
			c.ask(ctx, r)
			if !retry.Sleep(ctx, rand.N(2*c.pace)) {
				return
			}
		}
	}
}

func agent(nth int) string { return fmt.Sprintf("agent%d@twerlo.com", nth) }

// ask brings a request to Slack. Half of those that see it fail type it again, as people
// do, and the others leave it.
func (c *crowd) ask(ctx context.Context, r *request) {
	byForm := c.asked.Add(1)%3 == 0
	for range retyping {
		if !c.awaitSocket(ctx) {
			return
		}
		taken := false
		if sent := false; byForm {
			if taken, sent = c.fillIn(ctx, r); !sent {
				taken = c.typeIn(r)
			}
		} else {
			taken = c.typeIn(r)
		}
		if taken || rand.N(2) == 0 {
			return
		}
	}
}

// typeIn types the command, and tells whether Slack saw it taken.
func (c *crowd) typeIn(r *request) (taken bool) {
	c.commands.Add(1)
	c.book.typing(r)
	d := r.who.Command(place, "/assign "+local(r.contact)+" "+r.agent)
	if d.Err != nil {
		c.t.Errorf("%s cannot type: %v", r.who.Handle(), d.Err)
	}
	if d.Shown != "" || d.Reply != nil {
		return d.Reply != nil // answered in the acknowledgement: nothing was accepted by it
	}
	c.book.accepted(r, d.Acked)
	return true
}

func local(contact string) string { return "0" + strings.TrimPrefix(contact, "966") }

// assigning stands in a form whose request is not finished.
const assigning = "Assigning"

// fillIn opens the form and submits it. sent is false if it did not come to that.
func (c *crowd) fillIn(ctx context.Context, r *request) (taken, sent bool) {
	for _, f := range r.who.Forms() {
		if strings.Contains(f.Plain(), assigning) {
			return false, false // still before them, and it must change: see world.hanging
		}
		r.who.Cancel(f)
	}
	if d := r.who.Command(place, "/assign "+local(r.contact)); d.Shown != "" {
		return false, false
	}
	waiting, cancel := context.WithTimeout(ctx, formWait)
	defer cancel()
	f, err := r.who.Form(waiting)
	if err != nil {
		return false, false
	}
	values, ok := c.choose(r, f)
	if !ok {
		return false, false
	}
	c.forms.Add(1)
	c.book.typing(r)
	d := r.who.Submit(f, values)
	if d.Err != nil {
		c.t.Errorf("%s cannot submit: %v", r.who.Handle(), d.Err)
	}
	if d.Shown != "" || len(f.Errors) > 0 {
		return false, true
	}
	c.book.accepted(r, d.Acked)
	return true, true
}

// choose fills in the agent: from the menu, or by hand where the bot has no list yet.
func (c *crowd) choose(r *request, f *slack.Form) (values map[string]string, ok bool) {
	if _, menu := f.Values()["agent"]; !menu {
		return map[string]string{"agent_email": r.agent}, true
	}
	options, d := r.who.Type(f, "agent", r.agent)
	if d == nil || d.Shown != "" || len(options) != 1 {
		return nil, false
	}
	return map[string]string{"agent": options[0].Text}, true
}

// awaitSocket waits until the bot is connected, unless people are blind; false if ctx ends before.
func (c *crowd) awaitSocket(ctx context.Context) bool {
	if c.blind {
		return ctx.Err() == nil
	}
	for ctx.Err() == nil {
		changed := c.book.change()
		if c.box.Slack.Connections() > 0 {
			return true
		}
		select {
		case <-changed:
		case <-time.After(lookAgain):
		case <-ctx.Done():
		}
	}
	return false
}

// trouble makes Azeer slow or faulty, a call at a time, until ctx ends. Nothing of it is
// final: every request can be carried out in the end.
func (c *crowd) trouble(ctx context.Context) {
	for retry.Sleep(ctx, 200*time.Millisecond+rand.N(time.Second)) {
		kinds := []azeer.Misbehaviour{
			{Latency: 2300 * time.Millisecond}, {Latency: 400 * time.Millisecond}, {LostAnswer: true},
			{Reset: true}, {Status: 503}, {Status: 429, RetryAfter: "1"}, {Status: 500},
		}
		c.box.Azeer.Next(1, kinds[rand.N(len(kinds))])
	}
}
