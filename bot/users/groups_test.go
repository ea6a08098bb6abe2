package users

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/internal/retry"
)

// identified lets a Users of a workspace begin, and keep its groups from now on.
func identified(t *testing.T, w *workspace, groups ...string) *Users {
	t.Helper()
	p := w.knows(groups...)
	if err := p.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var refreshing sync.WaitGroup
	refreshing.Go(func() { p.RefreshGroups(ctx) })
	t.Cleanup(func() {
		stop()
		refreshing.Wait()
	})
	return p
}

func wantIn(t *testing.T, p *Users, id string, in, known bool) {
	t.Helper()
	if gotIn, gotKnown := p.InGroups(id); gotIn != in || gotKnown != known {
		t.Errorf("%s: in %t, known %t; want %t, %t", id, gotIn, gotKnown, in, known)
	}
}

// Who was in a group is let in for some hours after it was read last, and not for ever.
func TestAGroupThatCannotBeReadIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{groups: map[string][]string{"S1": {"U1"}, "S2": {"U2"}}}
		p := identified(t, w, "S1", "S2")
		wantIn(t, p, "U1", true, true)
		wantIn(t, p, "U3", false, true)
		w.becomes(func() { delete(w.groups, "S1") })
		retry.Sleep(t.Context(), groupsLife-time.Minute)
		wantIn(t, p, "U1", true, true)
		retry.Sleep(t.Context(), 2*time.Minute)
		wantIn(t, p, "U1", false, false)
		wantIn(t, p, "U2", true, true)
		wantIn(t, p, "U3", false, false)
		w.becomes(func() { w.groups["S1"] = []string{"U3"} })
		retry.Sleep(t.Context(), groupsAgain.Most+time.Second)
		wantIn(t, p, "U1", false, true)
		wantIn(t, p, "U3", true, true)
	})
}

// A group that could not be read at the start is read soon.
func TestAGroupIsTriedAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{groups: make(map[string][]string)}
		p := identified(t, w, "S1")
		wantIn(t, p, "U1", false, false)
		w.becomes(func() { w.groups["S1"] = []string{"U1"} })
		retry.Sleep(t.Context(), 2*groupsAgain.Least+time.Millisecond)
		wantIn(t, p, "U1", true, true)
	})
}
