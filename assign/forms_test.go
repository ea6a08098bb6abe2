package assign_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/memory"

	"pgregory.net/rapid"
)

// oneFormInbox is an Azeer that knows a contact by one of its numbers only.
type oneFormInbox struct {
	mu     sync.Mutex
	known  string // the form
	moods  []int  // of the calls to come: 0 well, 1 busy, 2 silent and done, 3 silent and not done
	owner  string
	calls  []string
	faults []string
}

func (i *oneFormInbox) Assign(_ context.Context, contact phone.Number, to agent.Agent) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(i.calls, contact.ID())
	mood := 0
	if len(i.moods) > 0 {
		mood, i.moods = i.moods[0], i.moods[1:]
	}
	if mood == 1 {
		return &assign.Fault{Effect: assign.NotDone, Reason: assign.Busy, Status: 503}
	}
	if contact.ID() != i.known {
		return &assign.Fault{Effect: assign.Never, Reason: assign.NotFound, Status: 404}
	}
	if mood != 3 {
		i.owner = to.PlatformID.Reveal()
	}
	if mood != 0 {
		return &assign.Fault{Effect: assign.Perhaps, Reason: assign.NoReply}
	}
	return nil
}

func (i *oneFormInbox) Agents(context.Context) ([]agent.Agent, bool, error) {
	return []agent.Agent{person(omar, "Omar Hassan"), person(sara, "Sara Ali"), person(layla, "Layla Ali")}, false, nil
}

// All forms of a number are one contact, whatever the order of forms, restarts and answers: the
// last word wins, there is one history, and the form that Azeer has accepted goes first.
func TestAllFormsOfANumberAreOneContact(t *testing.T) {
	contacts := []string{"525512345678", "5531988888888", "5491123456789", "2290197123456", "2250707123456", "24166031234"}
	rapid.Check(t, func(rt *rapid.T) {
		forms := phone.New(rapid.SampledFrom(contacts).Draw(rt, "contact")).Forms()
		if len(forms) < 2 {
			rt.Fatalf("%s has one form", forms[0].ID())
		}
		inbox := &oneFormInbox{
			known: rapid.SampledFrom(forms).Draw(rt, "known").ID(),
			moods: rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12).Draw(rt, "moods"),
		}
		steps := rapid.SliceOfN(rapid.IntRange(0, 9), 3, 15).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) { inbox.live(t, forms, steps) })
		if len(inbox.faults) > 0 {
			rt.Fatalf("%v", inbox.faults)
		}
	})
}

// live plays the steps, and notes what is wrong in the end.
func (i *oneFormInbox) live(t *testing.T, forms []phone.Number, steps []int) {
	journal, ears := memory.New(), newEars()
	start := func() (service *assign.Service, end func()) {
		service = assign.NewService(i, journal, agent.NewDirectory(i, nil, agent.DirectoryConfig{}), assign.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- service.Run(ctx, ears) }()
		synctest.Wait()
		return service, func() { cancel(); <-ended }
	}
	fault := func(format string, args ...any) { i.faults = append(i.faults, fmt.Sprintf(format, args...)) }
	told := func(a assign.Assignment) assign.Outcome {
		heard := ears.heard[a.ID]
		if len(heard) == 0 {
			fault("%d was not answered", a.ID)
			return assign.Outcome{}
		}
		return heard[0].Outcome
	}
	service, end := start()
	keys := 0
	ask := func(form phone.Number, to string) assign.Assignment {
		keys++
		a, _, err := service.Accept(t.Context(), assign.Request{Key: fmt.Sprint(keys), Requester: "U1", Contact: form, Agent: agent.RefEmail(to)})
		if err != nil {
			fault("accept: %v", err)
		}
		return a
	}
	pass := func(d time.Duration) { <-time.After(d); synctest.Wait() }

	var asked []assign.Assignment
	for n, step := range steps {
		switch {
		case step < 6:
			asked = append(asked, ask(forms[step%len(forms)], []string{omar, sara, layla}[n%3]))
		case step < 8:
			pass(time.Duration(step) * time.Second)
		default:
			end()
			journal.Restart()
			service, end = start()
		}
	}
	pass(assign.GiveUpAfter + time.Minute)
	known := false
	for _, a := range asked {
		o := told(a)
		if o.Kind == assign.Assigned && o.Contact.ID() != i.known {
			fault("%d was done under %s, and Azeer knows %s", a.ID, o.Contact.ID(), i.known)
		}
		known = known || o.Kind == assign.Assigned
	}
	if n := len(asked); n > 0 {
		last := asked[n-1]
		if told(last).Kind == assign.Assigned && i.owner != last.Agent.Reveal() {
			fault("the last word was for %s, and %s has it", last.Agent.Reveal(), i.owner)
		}
		for _, form := range forms {
			list, err := journal.List(t.Context(), assign.Query{Contact: form, Limit: 100})
			if err != nil || len(list) == 0 || list[0].ID != last.ID {
				fault("the history under %s has %d, and does not begin with the last (%v)", form.ID(), len(list), err)
			}
		}
	}
	i.moods = nil
	for _, form := range forms {
		before := len(i.calls)
		a := ask(form, sara)
		pass(time.Minute)
		if n := len(i.calls) - before; told(a).Kind != assign.Assigned || known && n != 1 {
			fault("%s ended %s after %d calls; known: %v", form.ID(), told(a).Kind, n, known)
		}
		known = true
	}
	end()
}
