//go:build unix && (slow || long)

package killtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

// A process that was stopped goes on as if nothing had been, and reads what has waited for
// it. Slack has shown an error meanwhile, and the person has asked for something else.
func TestAFrozenInstanceOverrulesNothing(t *testing.T) {
	t.Parallel()
	p := postgres(t, nil)
	w := open(t, &p)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	person := w.box.Slack.AddPerson(slack.PersonConfig{Handle: "manager"})

	said := func(words ...string) slack.Message {
		t.Helper()
		m, err := person.See(ctx, func(m slack.Message) bool {
			return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(m.Plain(), word) })
		})
		if err != nil {
			t.Fatalf("no message with %q: %v", words, err)
		}
		return m
	}
	fails := func(d *slack.Delivery) {
		t.Helper()
		if d.Shown == "" || d.Err != nil {
			t.Fatalf("Slack showed %q (%v), although nobody acknowledged", d.Shown, d.Err)
		}
	}

	frozen := w.start(kill{})
	w.awaitSockets(ctx, 2)
	person.Command(place, "/assign 0544440001 agent00@twerlo.com")
	choice := said("agent00", "Agent 0")
	person.Command(place, "/assign 0544440002")
	form, err := person.Form(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if options, _ := person.Type(form, "agent", agent(0)); len(options) != 1 {
		t.Fatalf("the menu offers %v", options)
	}

	freeze(t, frozen)
	var tries sync.WaitGroup // each takes as long as Slack waits
	tries.Go(func() { fails(person.Command(place, "/assign 0544444444 "+agent(0))) })
	tries.Go(func() { fails(person.Click(choice, "Agent 0 ("+agent(0)+")")) })
	tries.Go(func() { fails(person.Submit(form, map[string]string{"agent": "Agent 0 (" + agent(0) + ")"})) })
	tries.Wait()
	w.box.Slack.Mute(w.box.Slack.Sockets()...) // Slack has given them up
	w.start(kill{})
	w.awaitSockets(ctx, 4)
	if d := person.Command(place, "/assign 0544444444 "+agent(1)); d.Shown != "" {
		t.Fatalf("Slack showed %s", d.Shown)
	}
	said("now belongs to", "Agent 1")
	before := len(w.box.Azeer.Calls())

	signal(t, frozen, syscall.SIGCONT)
	said("A newer request", "Agent 1", "anyway?")
	said("your click reached me late")
	late := said("Not assigned", "+966 54 444 0002", "reached me late")
	if owner := w.box.Azeer.Owner("966544444444"); owner != agent(1) {
		t.Errorf("the contact belongs to %s", owner)
	}
	if n := len(w.box.Azeer.Calls()); n != before {
		t.Errorf("%d calls to Azeer for what came late", n-before)
	}
	if d := person.Click(late, "Assign now"); d.Shown != "" {
		t.Fatalf("Slack showed %s", d.Shown)
	}
	said("+966 54 444 0002 now belongs to", "Agent 0")
	w.close()
}

func signal(t *testing.T, c *child, s syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// freeze returns when the whole process has stopped.
func freeze(t *testing.T, c *child) {
	t.Helper()
	signal(t, c, syscall.SIGSTOP)
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(c.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || !status.Stopped() {
			t.Fatalf("the process did not stop: %v, status %#x", err, status)
		}
		return
	}
}

func (w *world) awaitSockets(ctx context.Context, n int) {
	w.t.Helper()
	for {
		changed := w.book.change()
		if w.box.Slack.Connections() >= n {
			return
		}
		select {
		case <-changed:
		case <-time.After(lookAgain):
		case <-ctx.Done():
			w.t.Fatalf("%d sockets, want %d", w.box.Slack.Connections(), n)
		}
	}
}
