package users

import (
	"maps"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/internal/retry"
)

// wantMember asks what U1 is; UnknownMembership stands for an error.
func wantMember(t *testing.T, p *Users, want Membership) {
	t.Helper()
	got, err := p.MembershipOf(t.Context(), payload.Person{ID: "U1"})
	if got != want || (err == nil) != (want != UnknownMembership) {
		t.Errorf("U1 is %v (%v), want %v", got, err, want)
	}
}

func wantLanguage(t *testing.T, p *Users, want string) {
	t.Helper()
	if got := p.Language(t.Context(), "U1"); got != want {
		t.Errorf("U1 reads %q, want %q", got, want)
	}
}

// What is older than an hour serves once more, and is asked for meanwhile.
func TestWhatIsOldIsRefreshedBehindTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{locale: "ar"}
		p := w.knows()
		wantMember(t, p, member)
		w.becomes(func() { w.locale, w.guests, w.latency = "en-GB", true, 200*time.Millisecond })
		retry.Sleep(t.Context(), freshFor)
		wantLanguage(t, p, "ar")
		w.wantCalls(t, "users.info", 1)

		retry.Sleep(t.Context(), time.Second)
		before := time.Now()
		wantLanguage(t, p, "ar")
		wantMember(t, p, member)
		if waited := time.Since(before); waited != 0 {
			t.Errorf("waited %v", waited)
		}
		retry.Sleep(t.Context(), time.Second)
		wantLanguage(t, p, "en")
		wantMember(t, p, Guest)
		w.wantCalls(t, "users.info", 2)
	})
}

// What is older than a day is asked for first.
func TestWhatIsOutOfDateIsAskedForFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{locale: "ar"}
		p := w.knows()
		wantMember(t, p, member)
		w.becomes(func() { w.locale, w.guests, w.latency = "en-GB", true, 200*time.Millisecond })
		retry.Sleep(t.Context(), servesFor+time.Second)
		wantMember(t, p, Guest)
		wantLanguage(t, p, "en")
		w.wantCalls(t, "users.info", 2)
	})
}

// Where Slack does not say, a language of long ago serves, a membership of long ago does
// not: a guest of today may have been none yesterday.
func TestWithoutSlackOnlyTheLanguageOutlastsADay(t *testing.T) {
	for name, spoil := range map[string]func(*workspace){
		"fails": func(w *workspace) { w.ailing = true },
		"hangs": func(w *workspace) { w.latency = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &workspace{locale: "ar"}
				p := w.knows()
				wantMember(t, p, member)
				w.becomes(func() { spoil(w) })
				retry.Sleep(t.Context(), servesFor-time.Second)
				wantMember(t, p, member)
				wantLanguage(t, p, "ar")
				retry.Sleep(t.Context(), 2*time.Second)
				before := time.Now()
				wantLanguage(t, p, "ar")
				if waited := time.Since(before); waited > languageLimit {
					t.Errorf("waited %v for a language", waited)
				}
				wantMember(t, p, UnknownMembership)
				if waited := time.Since(before); waited > languageLimit+rightsLimit {
					t.Errorf("waited %v for both", waited)
				}
			})
		})
	}
}

func TestWhoWasNeverMetIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{locale: "ar", latency: 400 * time.Millisecond}
		p := w.knows()
		before := time.Now()
		wantLanguage(t, p, "")
		if waited := time.Since(before); waited != languageLimit {
			t.Errorf("waited %v", waited)
		}
		retry.Sleep(t.Context(), 200*time.Millisecond)
		wantLanguage(t, p, "ar")
		w.wantCalls(t, "users.info", 1)
	})
}

// Those met last are remembered, up to a number.
func TestWhoIsNotMetForLongIsForgotten(t *testing.T) {
	w := &workspace{locale: "ar"}
	p := w.knows()
	for n := range knownMost + 1 {
		p.Language(t.Context(), "U"+strconv.Itoa(n))
		p.Language(t.Context(), "U1")
	}
	if n := p.known.Len(); n != knownMost {
		t.Errorf("%d people are remembered", n)
	}
	w.wantCalls(t, "users.info", knownMost+1)
	p.Language(t.Context(), "U1")
	w.wantCalls(t, "users.info", knownMost+1)
	p.Language(t.Context(), "U0")
	w.wantCalls(t, "users.info", knownMost+2)
}

// How many are in the workspace costs nothing: no call more at the start, nor in the hours
// that follow, and no memory.
func TestTheStartCostsTheSameInAnyWorkspace(t *testing.T) {
	const tolerance = 64 << 10 // bytes; a member that is remembered costs some 250
	smallCalls, smallHeap := startIn(t, 20)
	largeCalls, largeHeap := startIn(t, 200_000)
	t.Logf("20 members: %v, %d bytes; 200,000 members: %v, %d bytes", smallCalls, smallHeap, largeCalls, largeHeap)
	if !maps.Equal(smallCalls, largeCalls) {
		t.Errorf("calls %v with 20 members, %v with 200,000", smallCalls, largeCalls)
	}
	if more := largeHeap - smallHeap; more > tolerance {
		t.Errorf("200,000 members take %d bytes more than 20", more)
	}
}

// startIn starts in a workspace with so many members, and stays for some hours; it gives
// the calls that were made, and the bytes that are held because of it.
func startIn(t *testing.T, members int) (calls map[string]int, held int64) {
	synctest.Test(t, func(t *testing.T) {
		w := &workspace{members: members, locale: "ar", groups: map[string][]string{"S1": {"U1"}}}
		before := heap()
		p := identified(t, w, "S1")
		retry.Sleep(t.Context(), 3*groupsEvery+time.Minute)
		held = heap() - before
		runtime.KeepAlive(p)
		w.becomes(func() { calls = maps.Clone(w.calls) })
	})
	return calls, held
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what pools held goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
