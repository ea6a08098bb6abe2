package killtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// figures are what came of a run.
type figures struct {
	lasted          time.Duration
	deaths          map[string]int
	commands, forms int
	accepted        int
	unseen          int // carried out, and answered, although Slack had not seen them accepted
	lost            int
	doubled         int // answers given again after a kill
	settled         []time.Duration
	longest         time.Duration // between acceptance and answer, whatever the reason
}

// balance closes the books: what must not be fails the test.
func (w *world) balance() figures {
	f := figures{deaths: map[string]int{}, commands: int(w.crowd.commands.Load()), forms: int(w.crowd.forms.Load())}
	took := w.inOrder()
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	for _, r := range w.book.requests {
		w.balanceOne(r, took[r], &f)
	}
	for _, d := range w.book.deaths {
		f.deaths[d.how]++
		if after, any := w.recovery(d); any {
			f.settled = append(f.settled, after)
		}
	}
	slices.Sort(f.settled)
	for _, who := range w.hanging() {
		w.t.Errorf("a form of %s still says that it is assigning", who)
	}
	for _, b := range w.box.Breaches() {
		w.t.Errorf("breach: %v", b)
	}
	return f
}

// balanceOne judges one request; took tells whether Azeer carried it out.
func (w *world) balanceOne(r *request, took bool, f *figures) {
	accepted := !r.acked.IsZero()
	name := fmt.Sprintf("%s for %s to %s", r.who.Handle(), r.contact, r.agent)
	if accepted {
		f.accepted++
		if len(r.answers) > 0 {
			f.longest = max(f.longest, r.answers[0].Sub(r.acked))
		}
	}
	switch {
	case len(r.answers) > 0:
	case accepted:
		f.lost++
		w.t.Errorf("lost: %s was accepted at %s and never answered", name, r.acked.Format(time.StampMilli))
	case took:
		f.lost++
		w.t.Errorf("lost: %s was carried out and never answered", name)
	}
	if took && !accepted && len(r.answers) > 0 {
		f.unseen++
	}
	if r.done && !took {
		w.t.Errorf("untrue: %s was told that it is done, and it is not", name)
	}
	// One who typed again may rightly be answered again.
	for i := r.typed; i < len(r.answers); i++ {
		f.doubled++
		if !w.killedBetween(r.answers[i-1], r.answers[i]) {
			w.t.Errorf("doubled: %s was answered at %s and again at %s, with no kill between: %q; ends: %s", name,
				r.answers[i-1].Format(time.StampMilli), r.answers[i].Format(time.StampMilli), r.texts, w.endsAround(r.answers[i-1], r.answers[i]))
		}
	}
}

// killedBetween tells whether a child was killed between two answers. What a child has posted
// may be seen when it is dead, on a busy machine even some 100 ms later: until its successor is
// connected it is taken for the dead one's. A shutdown does not count: it has time to note what
// it has posted.
func (w *world) killedBetween(first, second time.Time) bool {
	return slices.ContainsFunc(w.book.deaths, func(d *death) bool {
		return d.how != sigterm && d.at.Before(second) && (d.up.IsZero() || first.Before(d.up))
	})
}

// endsAround tells of the ends of children a while before and between two answers.
func (w *world) endsAround(first, second time.Time) string {
	const before = 3 * time.Second
	var ends []string
	for _, d := range w.book.deaths {
		if d.at.After(first.Add(-before)) && d.at.Before(second) {
			ends = append(ends, fmt.Sprintf("%s at %s, next one connected at %s", d.how, d.at.Format(time.StampMilli), d.up.Format(time.StampMilli)))
		}
	}
	return strings.Join(ends, "; ")
}

// inOrder checks the calls that took effect, contact by contact, and gives the requests
// that did.
func (w *world) inOrder() map[*request]bool {
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	took, last := map[*request]bool{}, map[string]*request{}
	for _, c := range w.box.Azeer.Calls() {
		if !c.Effect {
			continue
		}
		r := w.book.called[[2]string{c.Contact, c.Agent}]
		if r == nil {
			w.t.Errorf("nobody asked to assign %s to %s", c.Contact, c.Agent)
			continue
		}
		if before := last[r.contact]; before != nil && before.nth > r.nth {
			w.t.Errorf("out of order: %s went to %s (request %d) after request %d had taken effect",
				r.contact, r.agent, r.nth, before.nth)
		}
		took[r], last[r.contact] = true, r
	}
	for contact, r := range last {
		if owner := w.box.Azeer.Owner(contact); owner != r.agent {
			w.t.Errorf("%s belongs to %s, and the last request taken was for %s", contact, owner, r.agent)
		}
	}
	w.lastWord(last)
	return took
}

// lastWord checks that the last accepted request for each contact took effect. There are
// two excuses. Azeer may have been unwell at each of its attempts: then its requester was
// told that it is not done, or not known. And what Slack did not see accepted may have
// been accepted all the same, a moment later: then that one was the last, and what is
// asked of it is the same.
func (w *world) lastWord(took map[string]*request) {
	last := map[string]*request{}
	for _, r := range w.book.requests {
		if !r.acked.IsZero() && (last[r.contact] == nil || last[r.contact].nth < r.nth) {
			last[r.contact] = r
		}
	}
	for contact, r := range last {
		winner := took[contact]
		switch {
		case winner != nil && winner.nth >= r.nth, failed(r):
		case strings.Contains(r.told, "Replaced") && slices.ContainsFunc(w.book.requests, func(unseen *request) bool {
			return unseen.contact == contact && unseen.acked.IsZero() && (unseen == winner || failed(unseen))
		}):
		default:
			w.t.Errorf("the last request for %s, for %s, did not take effect, and its requester was told %q; all of that contact:", contact, r.agent, r.told)
			for _, other := range w.book.requests {
				if other.contact == contact {
					w.t.Errorf("  request %d for %s, typed %d times, accepted at %s, told %q, took effect last: %v", other.nth, other.agent, other.typed,
						other.acked.Format(time.StampMilli), other.told, other == winner)
				}
			}
		}
	}
}

// failed tells whether the requester was told of a failure, or of a doubt.
func failed(r *request) bool {
	return strings.Contains(r.told, "Not assigned") || strings.Contains(r.told, "Not confirmed")
}

// recovery gives the time from a restart until all were answered that had been accepted
// before the death and not answered; false if there were none.
func (w *world) recovery(d *death) (time.Duration, bool) {
	var last time.Time
	for _, r := range w.book.requests {
		if r.acked.IsZero() || r.acked.After(d.at) || len(r.answers) == 0 || r.answers[0].Before(d.at) {
			continue
		}
		if r.answers[0].After(last) {
			last = r.answers[0]
		}
	}
	return last.Sub(d.restarts), !last.IsZero()
}

// row gives the figures as a row of the table in docs/reliability.md.
func (f figures) row(name string) string {
	kills := 0
	for how, n := range f.deaths {
		if how != sigterm {
			kills += n
		}
	}
	median, worst := time.Duration(0), time.Duration(0)
	if n := len(f.settled); n > 0 {
		median, worst = f.settled[n/2], f.settled[n-1]
	}
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %.1f s | %.1f s | %.1f s |", name, f.lasted.Round(time.Second),
		kills, f.deaths[sigterm], f.commands, f.forms, f.accepted, f.lost, f.doubled, f.unseen, median.Seconds(), worst.Seconds(), f.longest.Seconds())
}

const heading = `| journal | lasted | kills | SIGTERM | commands | forms | accepted | lost | answered twice | unacknowledged and done | settled, median | settled, worst | longest wait |
|---|---|---|---|---|---|---|---|---|---|---|---|---|`

// ends tells how the children died.
func (f figures) ends() string {
	var parts []string
	for _, how := range append(slices.Clone(points), random, sigterm) {
		parts = append(parts, fmt.Sprintf("%s %d", how, f.deaths[how]))
	}
	return strings.Join(parts, ", ")
}
