package assign_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/memory"

	"pgregory.net/rapid"
)

// The property: whatever people, Azeer, Slack and the machine do, every accepted
// request is answered, with what is true; the owner of a contact is that of the last
// accepted request which Azeer took; no request is carried out after a newer one was;
// one with a guard is accepted exactly while nothing newer than that is; and of one that
// could not be stored nothing is heard again.

func TestEveryAcceptedRequestIsAnsweredAndTheLastWordWins(t *testing.T) {
	anyFate := rapid.Custom(func(rt *rapid.T) fate {
		return fate{
			word:  reaction(rapid.IntRange(0, int(reactions)-1).Draw(rt, "word")),
			delay: rapid.IntRange(0, 4).Draw(rt, "delay"),
			done:  rapid.Bool().Draw(rt, "done"),
			early: rapid.Bool().Draw(rt, "early"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		// Everything is drawn before the bubble begins.
		fates := rapid.SliceOfN(anyFate, 50, 120).Draw(rt, "fates")
		steps := rapid.SliceOfN(rapid.IntRange(0, 21), 12, 40).Draw(rt, "steps")
		whos := rapid.SliceOfN(rapid.IntRange(0, 8), len(steps), len(steps)).Draw(rt, "whos")
		var faults []string
		synctest.Test(t, func(*testing.T) { faults = live(fates, steps, whos) })
		if len(faults) > 0 {
			rt.Fatalf("%v", faults)
		}
	})
}

// live plays the steps and gives what was wrong in the end.
func live(fates []fate, steps, whos []int) []string {
	w := newTruth(fates)
	p := &people{truth: w, newest: make(map[string]int64)}
	s, end := w.begin()
	for i, step := range steps {
		switch {
		case step < 10:
			if err := p.ask(s, step, whos[i]); err != nil {
				end(true)
				return []string{err.Error()}
			}
		case step < 16:
			<-time.After(time.Duration(1+whos[i]*whos[i]) * 300 * time.Millisecond)
		case step == 18:
			w.breakDown(11 * time.Minute)
		default:
			end(step != 17)
			if step == 19 { // for longer than anybody has patience
				<-time.After(assign.GiveUpAfter)
			}
			s, end = w.begin()
		}
	}
	<-time.After(30 * time.Minute)
	end(false)
	return append(w.breaches, w.verdict(p.newest)...)
}

// people are those who ask, and what they know of it.
type people struct {
	*truth
	asked  int
	newest map[string]int64 // Contact → the last accepted
}

// ask makes one request, of a kind that depends on step, and tells what is wrong with what
// became of it.
func (p *people) ask(s *assign.Service, step, who int) error {
	r := p.request(step, who)
	newest := p.newest[r.Contact.Digits()]
	a, how, err := s.Accept(context.Background(), r)
	switch {
	case errors.Is(err, assign.ErrNotStored):
		return nil
	case err != nil:
		return err
	case how == assign.Overtaken && a.ID == 0 && newest != 0 && time.Since(p.stored[newest].AcceptedAt) >= memory.Retention:
		return nil // so long ago that the journal has forgotten it
	}
	if err := guardFault(r, a, how, newest); err != nil {
		return err
	}
	if how == assign.Joined && (a.ID != newest || a.Requester != r.Requester || !a.Agent.Equal(r.Agent)) {
		return fmt.Errorf("%v joined %d, where %d was the newest", r.Agent, a.ID, newest)
	}
	if how != assign.Overtaken {
		p.accepted[a.ID] = true
		p.newest[a.Contact.Digits()] = max(p.newest[a.Contact.Digits()], a.ID)
	}
	return nil
}

func (p *people) request(step, who int) assign.Request {
	contact := fmt.Sprint(966500000000 + who%3)
	newest := p.newest[contact]
	p.asked++
	r := assign.Request{
		Key: fmt.Sprint("key ", p.asked), Requester: fmt.Sprint("U", who/3), Contact: phone.New(contact),
		Agent: agent.RefEmail(fmt.Sprintf("agent%d@twerlo.com", p.asked)),
	}
	switch {
	case step < 2 && p.asked > 1: // what came before, redelivered
		r.Key = fmt.Sprint("key ", p.asked-1)
	case step >= 7: // by a button that is up to date, or a word behind
		r.Guard = newest - int64(step%2)
	case step >= 5 && newest != 0: // what holds already, or is just being done
		r.Agent = p.stored[newest].Agent
	}
	return r
}

// guardFault tells what is wrong with what became of r, where newest was the newest
// accepted for its contact. A guard that is no assignment of the contact never holds.
func guardFault(r assign.Request, a assign.Assignment, how assign.Acceptance, newest int64) error {
	holds := r.Guard == 0 || r.Guard == newest
	switch {
	case how == assign.Repeated:
	case holds == (how == assign.Overtaken):
		return fmt.Errorf("guard %d with %d as the newest: acceptance %d", r.Guard, newest, how)
	case how == assign.Overtaken && a.ID != newest && (a.ID != 0 || r.Guard <= newest):
		return fmt.Errorf("guard %d was overtaken by %d, not by %d", r.Guard, a.ID, newest)
	}
	return nil
}

// verdict gives what is wrong when all is over and nothing is on its way any more.
func (w *truth) verdict(newest map[string]int64) []string {
	var faults []string
	for id := range w.stored {
		end := w.ends[id]
		switch {
		case !w.accepted[id]:
			faults = append(faults, fmt.Sprintf("%d was stored, but its requester was told otherwise", id))
		case !w.answered[id]:
			faults = append(faults, fmt.Sprintf("%d was never answered", id))
		case !w.noted[id]:
			faults = append(faults, fmt.Sprintf("%d was answered, but the journal does not know", id))
		case !w.isTrue(id, end):
			faults = append(faults, fmt.Sprintf("%d was told %s %s (%d calls), but met with %s",
				id, end.Kind, end.Reason, end.Attempts, w.account(id)))
		}
	}
	for contact, id := range newest {
		if w.ends[id].Kind == assign.Assigned && w.owner[contact] != id {
			faults = append(faults, fmt.Sprintf("%d was the last word, but the owner is that of %d", id, w.owner[contact]))
		}
	}
	return faults
}

// isTrue compares an outcome with what happened.
func (w *truth) isTrue(id int64, end ending) bool {
	told := w.told(id, end.by)
	last := nothing
	if len(told) > 0 {
		last = told[len(told)-1]
	}
	inDoubt := slices.Contains(told, silence) || w.doneUnheard(id, end.by)
	sentBefore := w.sender[id] != nil && w.sender[id] != end.by
	age := end.At.Sub(w.stored[id].AcceptedAt)
	if end.Attempts != len(told) {
		return false
	}
	switch end.Kind {
	case assign.Assigned:
		return last == yes
	case assign.Refused:
		return last == never && !inDoubt
	case assign.Failed:
		// That a status settles what came before it is the design's choice.
		if end.Reason == assign.TooLate {
			return !sentBefore && last == nothing && age >= assign.GiveUpAfter
		}
		return last == trouble || (last == nothing || last == away || last == tooBusy) && age > assign.GiveUpAfter-time.Minute && !inDoubt
	case assign.Unknown:
		return inDoubt || sentBefore || last == away && slices.Contains(told, trouble)
	case assign.Superseded:
		return w.isNewer(end.Newer, id) && (end.IsUncertain() && (inDoubt || sentBefore) || sentBefore || last == trouble || !inDoubt)
	case assign.Expired:
		return sentBefore && last == nothing && age >= assign.GiveUpAfter
	}
	return false
}

// told gives what a life heard from Azeer about an assignment, call by call.
func (w *truth) told(id int64, by *life) []reaction {
	var told []reaction
	for _, t := range w.tries[id] {
		if t.by == by {
			told = append(told, t.said)
		}
	}
	return told
}

// doneUnheard tells whether an earlier life had the assignment carried out and left no word
// of it: who comes after it must not call that undone.
func (w *truth) doneUnheard(id int64, by *life) bool {
	return slices.ContainsFunc(w.tries[id], func(t *try) bool {
		return t.by != by && t.effect && (t.said == silence || t.said == yes)
	})
}

func (w *truth) isNewer(newer *assign.Assignment, id int64) bool {
	return newer != nil && newer.ID > id && w.accepted[newer.ID] && w.stored[newer.ID].Contact.Digits() == w.stored[id].Contact.Digits()
}

// account is what became of the calls for an assignment, for whoever reads a failure.
func (w *truth) account(id int64) string {
	var calls []string
	for _, t := range w.tries[id] {
		call := t.said.String()
		if t.effect {
			call += ", done"
		}
		if t.by != w.ends[id].by {
			call += ", in an earlier life"
		}
		calls = append(calls, call)
	}
	return strings.Join(slices.Compact(calls), "; ")
}
