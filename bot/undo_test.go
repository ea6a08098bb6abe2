package bot

import (
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/render"
	"azeer-slack/bot/rota"
	"azeer-slack/journal/memory"
)

// ledger is a bot over a journal in memory, in which assignments can be made and ended.
type ledger struct {
	*buttons
	answers *answers
	t       *testing.T
	*memory.Journal
}

// accepting is a service that only stores what it is asked for.
type accepting struct {
	*memory.Journal
	rota.Source
}

func newLedger(t *testing.T) ledger {
	m := memory.New()
	all, answers := handlersOn(t, loadedDesk(), accepting{m, loadedDesk()}, m)
	return ledger{all.buttons, answers, t, m}
}

// ends makes an assignment to an agent that ended so; "" leaves it open.
func (l ledger) ends(email string, kind assign.OutcomeKind) assign.Assignment {
	l.t.Helper()
	r := sampleRequest
	r.Key, r.Agent = l.t.Name()+time.Now().String(), agent.RefEmail(email)
	a, how, err := l.Accept(l.t.Context(), r)
	if err != nil || how != assign.Accepted {
		l.t.Fatal(how, err)
	}
	if kind != "" {
		a.Outcome = assign.Outcome{Kind: kind, Agent: to(email, email), At: a.AcceptedAt}
		if err := l.Finish(l.t.Context(), a.ID, a.Outcome); err != nil {
			l.t.Fatal(err)
		}
	}
	return a
}

// undoes clicks Undo below the answer to an assignment.
func (l ledger) undoes(a assign.Assignment) verdict {
	l.t.Helper()
	w := render.RequestBack(a, l.answers.before(l.t.Context(), a))
	_, back, ok := render.DecodeButtonRequest(w.Encode())
	if !ok {
		l.t.Fatalf("no Undo below %+v", a)
	}
	return l.requests.acceptGuarded(l.t.Context(), assign.Request{
		Key: w.OnceKey("undo"), Requester: a.Requester, Contact: a.Contact, Agent: back, Guard: a.ID, Undoes: a.ID,
	}, a.ID)
}

func TestAnUndoGivesTheContactBack(t *testing.T) {
	l := newLedger(t)
	l.ends("sara@twerlo.com", assign.Assigned)
	a := l.ends("omar@twerlo.com", assign.Assigned)
	said := l.undoes(a)
	if said.err != nil || said.how != assign.Accepted || said.Agent.Reveal() != "sara@twerlo.com" || said.Undoes != a.ID {
		t.Fatalf("%+v", said)
	}
	if again := l.undoes(a); again.how != assign.Repeated || again.ID != said.ID {
		t.Errorf("the second click: %+v", again)
	}
}

// What was asked since stands in the way of an undo if it changed the owner, or may have.
func TestAnUndoYieldsOnlyToWhatChangedTheOwner(t *testing.T) {
	for _, c := range []struct {
		since []assign.OutcomeKind
		want  assign.Acceptance
		at    int // which of since is named, where the undo is overtaken
	}{
		{nil, assign.Accepted, 0},
		{[]assign.OutcomeKind{assign.Refused}, assign.Accepted, 0},
		{[]assign.OutcomeKind{assign.Failed, assign.Refused}, assign.Accepted, 0},
		{[]assign.OutcomeKind{assign.Failed, assign.Expired, assign.Refused}, assign.Overtaken, 1},
		{[]assign.OutcomeKind{assign.Assigned}, assign.Overtaken, 0},
		{[]assign.OutcomeKind{assign.Assigned, assign.Refused}, assign.Overtaken, 0},
		{[]assign.OutcomeKind{assign.Unknown}, assign.Overtaken, 0},
		{[]assign.OutcomeKind{assign.Unknown, assign.Refused}, assign.Overtaken, 0},
		{[]assign.OutcomeKind{assign.Refused, ""}, assign.Overtaken, 1},
	} {
		l := newLedger(t)
		l.ends("sara@twerlo.com", assign.Assigned)
		a := l.ends("omar@twerlo.com", assign.Assigned)
		var since []assign.Assignment
		for _, kind := range c.since {
			since = append(since, l.ends("layla@twerlo.com", kind))
		}
		said := l.undoes(a)
		if said.err != nil || said.how != c.want {
			t.Errorf("after %v: %v, %v", c.since, said.how, said.err)
		}
		if c.want == assign.Overtaken && said.ID != since[c.at].ID {
			t.Errorf("after %v: names assignment %d of %d", c.since, said.ID, since[c.at].ID)
		}
	}
}

func TestNobodyIsNamedWhoDidNotLoseTheContact(t *testing.T) {
	for name, before := range map[string]func(l ledger){
		"the first":                      func(ledger) {},
		"after one that was refused":     func(l ledger) { l.ends("sara@twerlo.com", assign.Refused) },
		"after one of which is no word":  func(l ledger) { l.ends("sara@twerlo.com", assign.Assigned); l.ends("layla@twerlo.com", assign.Unknown) },
		"one that was not done, itself":  func(l ledger) { l.ends("sara@twerlo.com", assign.Assigned) },
		"one that takes back, as it was": func(l ledger) { l.ends("sara@twerlo.com", assign.Assigned) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(t)
			before(l)
			a := l.ends("omar@twerlo.com", assign.Assigned)
			switch name {
			case "one that was not done, itself":
				a.Outcome.Kind = assign.Failed
			case "one that takes back, as it was":
				a.Undoes = 1
			}
			if who := l.answers.before(t.Context(), a); !who.PlatformID.IsZero() {
				t.Errorf("taken from %s", render.AgentEmail(who))
			}
		})
	}
}
