//go:build slow || long

package killtest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/journal/journaltest"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// batchSize is how many contacts are given in one go.
const batchSize = 500

// awaitAll is how long a batch may take on a slow machine.
const awaitAll = 3 * time.Minute

func batchContact(n int) string { return fmt.Sprintf("96654445%04d", n) }

// until waits until ready.
func (w *world) until(ctx context.Context, what string, ready func() bool) {
	w.t.Helper()
	for !ready() {
		select {
		case <-ctx.Done():
			w.t.Fatalf("waiting for %s: %v", what, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// asked counts how often Azeer was asked for each contact to be an agent's, and how often it did so.
func (w *world) asked(to string) (times, effects map[string]int) {
	times, effects = make(map[string]int), make(map[string]int)
	for _, c := range w.box.Azeer.Calls() {
		if c.Contact == "" || c.Agent != to {
			continue
		}
		times[c.Contact]++
		if c.Effect {
			effects[c.Contact]++
		}
	}
	return times, effects
}

// owned counts the contacts of the batch that are an agent's.
func (w *world) owned(by string) (n int) {
	for i := range batchSize {
		if w.box.Azeer.Owner(batchContact(i)) == by {
			n++
		}
	}
	return n
}

// gives has somebody fill in the form for several contacts, and answer the question that follows.
func (w *world) gives(ctx context.Context, who *slack.Person, to string) {
	w.t.Helper()
	who.OpenHome()
	home, err := who.Home(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	who.Press(home, "Several contacts…")
	form, err := who.Form(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for i := range batchSize {
		lines = append(lines, "0"+strings.TrimPrefix(batchContact(i), "966"))
	}
	who.Submit(form, map[string]string{
		"several": strings.Join(lines[:260], "\n"), "several_more": strings.Join(lines[260:], "\n"), "agent": to,
	})
	if !strings.Contains(form.Plain(), fmt.Sprintf("Assign %d contacts", batchSize)) {
		w.t.Fatalf("the question says\n%s", form.Plain())
	}
	if d := who.Submit(form, nil); d.Shown != "" || d.Err != nil {
		w.t.Fatalf("the batch was not taken: %q, %v", d.Shown, d.Err)
	}
}

// sees waits for a message with that in it.
func sees(ctx context.Context, t testing.TB, who *slack.Person, what string) slack.Message {
	t.Helper()
	m, err := who.See(ctx, func(m slack.Message) bool { return strings.Contains(m.Plain(), what) })
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A batch of 500 is cut off in the middle by SIGKILL, while Azeer says 429 time and again. It goes
// on after the next start and ends right: each contact is its agent's, none was asked for again once
// that was known, and what others asked for meanwhile stands.
func TestABatchEndsRightThrough429sAndAKill(t *testing.T) {
	t.Parallel()
	p := sqlite(t, nil)
	w := open(t, &p)
	ctx, cancel := context.WithTimeout(t.Context(), awaitAll)
	defer cancel()
	busy := azeer.Misbehaviour{Status: 429, RetryAfter: "1"}
	w.box.Azeer.Always(azeer.Misbehaviour{Latency: 50 * time.Millisecond})
	w.box.Azeer.Next(6, busy)
	victim := w.start(kill{})
	w.until(ctx, "sockets", func() bool { return w.box.Slack.Connections() >= 2 })
	manager, sara := w.box.Slack.Person("manager"), w.box.Slack.Person("sara")
	omar, other := agent(0), agent(1)
	w.gives(ctx, manager, omar)
	w.until(ctx, "some to be assigned", func() bool { return w.owned(omar) > batchSize/5 })

	// Somebody else takes one that is not on its way yet.
	times, _ := w.asked(omar)
	late := batchSize - 1
	for late > 0 && times[batchContact(late)] > 0 {
		late--
	}
	sara.Command(place, "/assign "+batchContact(late)+" "+other)
	sees(ctx, t, sara, "now belongs to")

	_ = victim.cmd.Process.Kill()
	<-victim.gone
	w.forget(victim)
	done := w.owned(omar)
	if done >= batchSize-1 {
		t.Fatal("all was done before the kill")
	}
	journaltest.CheckIntegrity(t, strings.TrimPrefix(p.database, "sqlite://"))
	_, before := w.asked(omar)
	w.box.Azeer.Next(8, busy)
	w.start(kill{})
	m := sees(ctx, t, manager, fmt.Sprintf("of %d contacts assigned to", batchSize))
	for strings.Contains(m.Plain(), "so far") {
		m = sees(ctx, t, manager, fmt.Sprintf("of %d contacts assigned to", batchSize))
	}
	w.close()
	if !strings.Contains(m.Plain(), fmt.Sprintf("%d of %d", batchSize-1, batchSize)) || !strings.Contains(m.Plain(), "Replaced by a newer request: 1") {
		t.Errorf("answered %s", m.Plain())
	}
	if n := w.owned(omar); n != batchSize-1 {
		t.Errorf("%d belong to the agent", n)
	}
	if got := w.box.Azeer.Owner(batchContact(late)); got != other {
		t.Errorf("what somebody else took belongs to %q", got)
	}
	_, effects := w.asked(omar)
	again := 0
	for contact, n := range effects {
		if n > 1 {
			again++
		}
		if n > 2 || n > 1 && before[contact] == 0 {
			t.Errorf("%s was assigned %d times", contact, n)
		}
	}
	if again > 8 { // more than can be on the wire
		t.Errorf("%d were assigned again after the kill", again)
	}
	t.Logf("%d of %d were done at the kill, %d of them twice", done, batchSize, again)
}

// BenchmarkSingle measures how long somebody's single request takes, from typing to the answer,
// while nothing else is going on and while a batch of 500 of somebody else's is. Azeer takes
// 100 ms.
func BenchmarkSingle(b *testing.B) {
	for _, busy := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "beside a batch"}[busy]
		b.Run(name, func(b *testing.B) {
			p := plan{database: "sqlite://" + filepath.Join(b.TempDir(), "journal.db"), instances: 1}
			w := open(b, &p)
			ctx, cancel := context.WithTimeout(b.Context(), awaitAll)
			defer cancel()
			w.box.Azeer.Always(azeer.Misbehaviour{Latency: 100 * time.Millisecond})
			w.start(kill{})
			w.until(ctx, "sockets", func() bool { return w.box.Slack.Connections() >= 2 })
			manager, sara := w.box.Slack.Person("manager"), w.box.Slack.Person("sara")
			if busy {
				w.gives(ctx, manager, agent(0))
				w.until(ctx, "the batch to begin", func() bool { return w.owned(agent(0)) > 0 })
			}
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				started := time.Now()
				sara.Command(place, fmt.Sprintf("/assign 96654446%04d %s", n, agent(1)))
				sees(ctx, b, sara, "now belongs to")
				took = append(took, time.Since(started))
			}
			if busy && w.owned(agent(0)) == batchSize {
				b.Error("the batch had ended before the last request")
			}
			w.close()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "ms-median")
			b.ReportMetric(float64(took[len(took)*9/10].Milliseconds()), "ms-90%")
		})
	}
}
