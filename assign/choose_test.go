package assign_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
)

// rota is a chat with the group S1, @support.
type rota struct {
	mu    sync.Mutex
	group duty.Group
	err   error
}

func (r *rota) Group(_ context.Context, id string) (duty.Group, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err != nil:
		return duty.Group{}, r.err
	case id != "S1":
		return duty.Group{}, duty.ErrNoGroup
	}
	return r.group, nil
}

func (r *rota) GroupCalled(_ context.Context, handle string) (string, error) {
	if handle == "support" {
		return "S1", nil
	}
	return "", nil
}

func (r *rota) becomes(change func(*rota)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

func onDuty(email, name string) duty.Member {
	return duty.Member{Name: name, Email: agent.NewEmail(email)}
}

func absent(email, name string) duty.Member {
	m := onDuty(email, name)
	m.Absence = duty.Absence{Reason: duty.Away, Says: "On holiday"}
	return m
}

// dutyStory is a story with a group of three.
func dutyStory(t *testing.T, f func(t *testing.T, w *world, r *rota)) {
	t.Helper()
	r := &rota{group: duty.Group{ID: "S1", Handle: "support", Members: []duty.Member{
		onDuty(omar, "Omar"), onDuty(sara, "Sara"), onDuty(layla, "Layla"),
	}}}
	storyWith(t, func(w *world) { w.duty = r }, func(t *testing.T, w *world) { f(t, w, r) })
}

var support = agent.RefGroup("S1", "support")

func TestAGroupGetsItsContactsInTurn(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, _ *rota) {
		got := make(map[string]int)
		before := ""
		for i := range 30 {
			a := w.askFor("U1", phone.New("966544444"+string(rune('0'+i/10))+string(rune('0'+i%10))+"0").Digits(), support)
			w.pass(time.Second)
			to := w.wants(a, assign.Assigned, assign.NoReason, 1).Agent.Name
			if to == before {
				t.Fatalf("%s got two in a row", to)
			}
			got[to]++
			before = to
		}
		if got["Omar Hassan"] != 10 || got["Sara Ali"] != 10 || got["Layla Ali"] != 10 {
			t.Errorf("given %v", got)
		}
	})
}

func TestABatchForAGroupIsSpread(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, _ *rota) {
		var requests []assign.Request
		for i := range 31 {
			contact := phone.New("966544444" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "0")
			requests = append(requests, assign.Request{Key: "batch", Requester: "U1", Contact: contact, Agent: support})
		}
		if _, err := w.service.AcceptBatch(t.Context(), requests); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		got := make(map[string]int)
		for _, call := range w.inbox.made() {
			got[call.agent]++
		}
		if got[omar]+got[sara]+got[layla] != 31 || min(got[omar], got[sara], got[layla]) != 10 {
			t.Errorf("given %v", got)
		}
	})
}

func TestWhoIsAwayIsPassedOver(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, r *rota) {
		r.becomes(func(r *rota) {
			r.group.Members = []duty.Member{absent(omar, "Omar"), onDuty("nobody@twerlo.com", "Nora"), onDuty(sara, "Sara")}
		})
		a := w.askFor("U1", phone1, support)
		w.pass(time.Second)
		w.wants(a, assign.Assigned, assign.NoReason, 1)
		if w.inbox.owner(phone1) != sara {
			t.Errorf("owner %s", w.inbox.owner(phone1))
		}
		c := w.ears.heard[a.ID][0].Choice
		if c == nil || c.Decision.Why != duty.Alone || len(c.Decision.Passed) != 2 || c.Decision.Passed[0].Says != "On holiday" ||
			c.Decision.Passed[1].Reason != duty.NotAnAgent {
			t.Errorf("choice %+v", c)
		}
	})
}

func TestNobodyIsLeft(t *testing.T) {
	for name, tt := range map[string]struct {
		group  duty.Group
		reason assign.Reason
	}{
		"all are away": {duty.Group{ID: "S1", Handle: "support", Members: []duty.Member{absent(omar, "Omar")}}, assign.NobodyOnDuty},
		"empty":        {duty.Group{ID: "S1", Handle: "support"}, assign.EmptyGroup},
		"disabled":     {duty.Group{ID: "S1", Handle: "support", Disabled: true, Members: []duty.Member{onDuty(omar, "Omar")}}, assign.DisabledGroup},
	} {
		t.Run(name, func(t *testing.T) {
			dutyStory(t, func(t *testing.T, w *world, r *rota) {
				r.becomes(func(r *rota) { r.group = tt.group })
				a := w.askFor("U1", phone1, support)
				w.pass(time.Second)
				w.wants(a, assign.Refused, tt.reason, 0)
				if c := w.ears.heard[a.ID][0].Choice; c == nil || c.Decision.Group != "support" || len(c.Decision.Passed) != len(tt.group.Members) && !tt.group.Disabled {
					t.Errorf("choice %+v", c)
				}
			})
		})
	}
}

func TestAGroupThatThereIsNot(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, _ *rota) {
		a := w.askFor("U1", phone1, agent.RefGroup("S9", ""))
		w.pass(time.Second)
		w.wants(a, assign.Refused, assign.NoSuchGroup, 0)
	})
	story(t, func(t *testing.T, w *world) {
		a := w.askFor("U1", phone1, support)
		w.pass(time.Second)
		w.wants(a, assign.Refused, assign.NoSuchGroup, 0)
	})
}

func TestAHandleIsAGroupWhereNoAgentHasThatName(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, _ *rota) {
		a := w.askFor("U1", phone1, agent.RefName("Support"))
		b := w.askFor("U1", phone2, agent.RefName("nobody"))
		w.pass(time.Second)
		w.wants(a, assign.Assigned, assign.NoReason, 1)
		w.wants(b, assign.Refused, assign.NoSuchAgent, 0)
	})
}

// The choice stands through whatever comes between it and the outcome.
func TestARetryAndARestartKeepTheChoice(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, r *rota) {
		w.inbox.script(times(4, busy(0))...)
		a := w.askFor("U1", phone1, support)
		w.pass(100 * time.Millisecond)
		first := w.inbox.made()[0].agent
		r.becomes(func(r *rota) {
			r.group.Members = []duty.Member{absent(first, "First"), onDuty(sara, "Sara"), onDuty(layla, "Layla")}
		})
		w.pass(3 * time.Second)
		w.restart()
		w.pass(time.Minute)
		w.outcome(a)
		for _, call := range w.inbox.made() {
			if call.agent != first {
				t.Errorf("sent to %s, and before to %s", call.agent, first)
			}
		}
		if w.inbox.owner(phone1) != first {
			t.Errorf("owner %s", w.inbox.owner(phone1))
		}
	})
}

func TestWhoIsOnDutyIsAskedForAgain(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, r *rota) {
		r.becomes(func(r *rota) { r.err = errors.New("down") })
		a := w.askFor("U1", phone1, support)
		w.pass(5 * time.Second)
		w.silent(a)
		r.becomes(func(r *rota) { r.err = nil })
		w.pass(time.Minute)
		w.wants(a, assign.Assigned, assign.NoReason, 1)
	})
}

// One who could not be read is passed over where there is another, and waited for where not.
func TestWhoCannotBeReadIsWaitedForOnlyAlone(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, r *rota) {
		unread := duty.Member{Name: "Omar", Absence: duty.Absence{Reason: duty.Unread}}
		r.becomes(func(r *rota) { r.group.Members = []duty.Member{unread, onDuty(sara, "Sara")} })
		a := w.askFor("U1", phone1, support)
		w.pass(time.Second)
		w.wants(a, assign.Assigned, assign.NoReason, 1)
		r.becomes(func(r *rota) { r.group.Members = []duty.Member{unread} })
		b := w.askFor("U1", phone2, support)
		w.pass(5 * time.Second)
		w.silent(b)
		w.pass(assign.GiveUpAfter)
		w.wants(b, assign.Failed, assign.PeopleAway, 0)
	})
}

func TestWhoWouldBeNextIsToldWithoutAChoice(t *testing.T) {
	dutyStory(t, func(t *testing.T, w *world, r *rota) {
		for range 2 {
			found, loads, next, err := w.service.OnDuty(t.Context(), "S1")
			if err != nil || len(found.Free) != 3 || loads[next].Agent.PlatformID.Reveal() != layla {
				t.Fatalf("%d free, next %d, error %v", len(found.Free), next, err)
			}
		}
		a := w.askFor("U1", phone1, support)
		w.pass(time.Second)
		w.outcome(a)
		if _, loads, next, err := w.service.OnDuty(t.Context(), "S1"); err != nil || loads[next].Agent.PlatformID.Reveal() != omar {
			t.Errorf("next %d of %+v, error %v", next, loads, err)
		}
		r.becomes(func(r *rota) { r.group.Members = nil })
		if _, _, next, err := w.service.OnDuty(t.Context(), "S1"); err != nil || next != -1 {
			t.Errorf("next %d, error %v", next, err)
		}
	})
}
