package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/internal/retry"
	"azeer-slack/journal/memory"

	"github.com/rs/zerolog"
)

// keeper is a journal that says nothing before it is told to.
type keeper struct {
	*memory.Journal
	speak chan struct{}
	err   error
	panic any
}

func (k *keeper) List(ctx context.Context, q assign.Query) ([]assign.Assignment, error) {
	select {
	case <-k.speak:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if k.err != nil {
		return nil, k.err
	}
	if k.panic != nil {
		panic(k.panic)
	}
	return k.Journal.List(ctx, q)
}

// given stores an assignment of somebody's that was done.
func given(t *testing.T, m *memory.Journal, to agent.Agent, undoes int64) assign.Assignment {
	t.Helper()
	a, _, err := m.Accept(t.Context(), assign.Request{
		Requester: somebody, Contact: sampleRequest.Contact, Agent: agent.RefEmail(to.PlatformID.Reveal()), Undoes: undoes,
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Outcome = assign.Outcome{Kind: assign.Assigned, Agent: to, At: time.Now()}
	if err := m.Finish(t.Context(), a.ID, a.Outcome); err != nil {
		t.Fatal(err)
	}
	return a
}

func menuCall(query string) *inbound.Call {
	c := &inbound.Call{Kind: payload.BlockSuggestion}
	c.User.ID, c.Value = somebody, query
	return c
}

func emails(agents []agent.Agent) (all string) {
	for _, a := range agents {
		name, _, _ := strings.Cut(a.PlatformID.Reveal(), "@")
		all += name + " "
	}
	return strings.TrimSpace(all)
}

func TestTheLastFiveAgentsComeFirst(t *testing.T) {
	m := memory.New()
	r := newRecents(m, zerolog.Nop())
	numbered := func(n int) agent.Agent { return to("Agent", "a"+strconv.Itoa(n)+"@twerlo.com") }
	for _, n := range []int{1, 2, 3, 4, 5, 6, 2} {
		given(t, m, numbered(n), 0)
	}
	given(t, m, numbered(9), 3) // given back, not chosen
	<-r.warm(t.Context(), somebody).read
	if got := emails(r.of(t.Context(), menuCall(""))); got != "a2 a6 a5 a4 a3" {
		t.Errorf("the last are %s", got)
	}
	r.finished(given(t, m, numbered(4), 0))
	r.finished(given(t, m, numbered(7), 0))
	failed := given(t, m, numbered(8), 0)
	failed.Outcome.Kind = assign.Failed
	r.finished(failed)
	if got := emails(r.of(t.Context(), menuCall(""))); got != "a7 a4 a2 a6 a5" {
		t.Errorf("then the last are %s", got)
	}
	if got := r.of(t.Context(), menuCall("om")); len(got) != 0 {
		t.Errorf("while something is typed, %s come first", emails(got))
	}
}

// A menu waits for a slow journal a moment only, and no menu for one that is broken.
func TestNoMenuWaitsForTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{Journal: memory.New(), speak: make(chan struct{})}
		given(t, k.Journal, to("Omar Hassan", "omar@twerlo.com"), 0)
		r := newRecents(k, zerolog.Nop())
		start := time.Now()
		if got := r.of(t.Context(), menuCall("")); len(got) != 0 || time.Since(start) != recentWait {
			t.Errorf("%s after %s", emails(got), time.Since(start))
		}
		// What ends while it is being read is not lost.
		r.finished(given(t, k.Journal, to("Sara Ali", "sara@twerlo.com"), 0))
		close(k.speak)
		synctest.Wait()
		if got := emails(r.of(t.Context(), menuCall(""))); got != "sara omar" {
			t.Errorf("then %s", got)
		}
		k.err = errors.New("disk on fire")
		r = newRecents(k, zerolog.Nop())
		if got := r.of(t.Context(), menuCall("")); len(got) != 0 {
			t.Errorf("%s", emails(got))
		}
		k.err = nil
		if got := emails(r.of(t.Context(), menuCall(""))); got != "sara omar" {
			t.Errorf("after a failure %s", got)
		}
	})
}

// What other instances did is known some minutes later. Until the journal has said it, the
// menu holds what was known before.
func TestTheLastAgentsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{Journal: memory.New(), speak: make(chan struct{})}
		close(k.speak)
		given(t, k.Journal, to("Omar Hassan", "omar@twerlo.com"), 0)
		r := newRecents(k, zerolog.Nop())
		<-r.warm(t.Context(), somebody).read
		given(t, k.Journal, to("Sara Ali", "sara@twerlo.com"), 0)
		wantLast := func(when, want string) {
			t.Helper()
			if got := emails(r.of(t.Context(), menuCall(""))); got != want {
				t.Errorf("%s the last are %q, want %q", when, got, want)
			}
		}
		retry.Sleep(t.Context(), recentLife-time.Second)
		wantLast("soon", "omar")
		retry.Sleep(t.Context(), time.Second)
		k.speak = make(chan struct{})
		wantLast("while the journal is silent", "omar")
		close(k.speak)
		synctest.Wait()
		wantLast("minutes later", "sara omar")
		k.err = errors.New("disk on fire")
		retry.Sleep(t.Context(), recentLife)
		for range 2 {
			wantLast("when the journal cannot be read", "sara omar")
		}
	})
}

func TestAFormDoesNotWaitForItsOwner(t *testing.T) {
	b := testHandlers(t, loadedDesk())
	m := memory.New()
	v := testRenderers(t).Default
	shown := func() string {
		form := v.Form(render.FormContent{Draft: render.Draft{Contact: "0544444444"}}, payload.Address{Channel: "C0SUPPORT"})
		b.opener.owners.name(t.Context(), v, &form, sampleRequest.Contact)
		return payload.Encode(form.Blocks)
	}
	b.opener.owners.history = m
	if strings.Contains(shown(), "Last assigned here") {
		t.Error("an owner where none is known")
	}
	given(t, m, to("Omar Hassan", "omar@twerlo.com"), 0)
	if !strings.Contains(shown(), "Last assigned here: Omar Hassan (omar@twerlo.com), ") {
		t.Errorf("the form says %s", shown())
	}
	synctest.Test(t, func(t *testing.T) {
		b.opener.owners.history = silent{m}
		start := time.Now()
		if strings.Contains(shown(), "Last assigned here") || time.Since(start) != ownerLimit {
			t.Errorf("waited %s", time.Since(start))
		}
	})
}

// silent is a journal that never says who owns a contact.
type silent struct{ *memory.Journal }

func (silent) Owner(ctx context.Context, _ phone.Number) (assign.Assignment, bool, error) {
	<-ctx.Done()
	return assign.Assignment{}, false, ctx.Err()
}

// A panic on the way to the journal is logged, and the next menu tries again.
func TestTheLastAgentsOfAJournalThatPanics(t *testing.T) {
	k := &keeper{Journal: memory.New(), speak: make(chan struct{}), panic: "journal broke"}
	close(k.speak)
	given(t, k.Journal, to("Omar Hassan", "omar@twerlo.com"), 0)
	var log strings.Builder
	r := newRecents(k, zerolog.New(&log))
	<-r.warm(t.Context(), somebody).read
	if !strings.Contains(log.String(), "panicked") || !strings.Contains(log.String(), "recent_test.go") {
		t.Errorf("logged: %s", log.String())
	}
	k.panic = nil
	<-r.warm(t.Context(), somebody).read
	if got := emails(r.of(t.Context(), menuCall(""))); got != "omar" {
		t.Errorf("then the last are %q", got)
	}
}
