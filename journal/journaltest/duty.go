package journaltest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
)

// dutyTests are about what is asked for a group.
func dutyTests() []test {
	return []test{
		{"a choice is made once", chosenOnce},
		{"a choice outlives a crash", choiceCrash},
		{"a choice of nobody is one too", chosenNobody},
		{"whoever was given the fewest is chosen", chosenFewest},
		{"what failed was not given", failedNotGiven},
		{"an undo gives nothing", undoGivesNothing},
		{"nobody is chosen for what is finished", chosenFinished},
		{"each group takes turns of its own", groupTurns},
		{"many choices at once are spread", func(t *testing.T, b Backend) { raceChoices(t, 60, b.Open(t)) }},
	}
}

// sharedDutyTests are for storages that several journals use at once.
func sharedDutyTests() []test {
	return []test{
		{"two instances: choices are spread", func(t *testing.T, b Backend) { raceChoices(t, 1000, b.Open(t), b.Open(t)) }},
		{"two instances: nobody is chosen for what is in other hands", chosenLost},
	}
}

func person(name string) agent.Agent {
	email := agent.NewEmail(name + "@twerlo.com")
	return agent.Agent{PlatformID: email, Email: email, Name: name}
}

// free is a group whose members are all free.
func free(group string, names ...string) duty.Found {
	found := duty.Found{Group: duty.Group{ID: group, Handle: "support"}, Decision: duty.Decision{Group: "support"}}
	for _, name := range names {
		found.Free = append(found.Free, person(name))
	}
	return found
}

func choose(t *testing.T, j assign.Journal, id int64, found duty.Found) duty.Choice {
	t.Helper()
	c, err := j.Choose(t.Context(), id, found)
	if err != nil {
		t.Fatalf("choose for %d: %v", id, err)
	}
	return c
}

func wantChosen(t *testing.T, j assign.Journal, id int64, found duty.Found, want string, why duty.Why) {
	t.Helper()
	if c := choose(t, j, id, found); c.Agent.Name != want || c.Decision.Why != why {
		t.Fatalf("%d goes to %q, since %s; want %q, since %s", id, c.Agent.Name, c.Decision.Why, want, why)
	}
}

// forGroup makes request n for a group.
func forGroup(n int) assign.Request {
	return request(key(fmt.Sprint("duty", n)), contact(n), func(r *assign.Request) { r.Agent = agent.RefGroup("S1", "support") })
}

func chosenOnce(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, forGroup(1))
	found := free("S1", "omar", "sara")
	found.Decision.Passed = []duty.Passed{{Name: "layla", Absence: duty.Absence{Reason: duty.Away, Says: "off sick"}}}
	found.Decision.More = 2
	c := choose(t, j, a.ID, found)
	if c.Agent.Name != "omar" || c.Decision.Why != duty.Longest || c.Decision.Group != "support" || c.Decision.More != 2 ||
		len(c.Decision.Passed) != 1 || c.Decision.Passed[0].Name != "layla" || c.Decision.Passed[0].Says != "off sick" {
		t.Fatalf("chosen %+v", c)
	}
	wantChosen(t, j, a.ID, free("S1", "sara"), "omar", duty.Longest)
	finish(t, j, a.ID, assign.Assigned)
	got := latest(t, j, forGroup(1)).Choice
	if got == nil || got.Agent.Name != "omar" || len(got.Decision.Passed) != 1 || got.Decision.Passed[0].Reason != duty.Away {
		t.Fatalf("stored %+v", got)
	}
	if plain := accept(t, j, assign.Accepted, request(key("plain"), contact(9))); plain.Choice != nil {
		t.Fatalf("a choice where there is none: %+v", plain.Choice)
	}
}

func choiceCrash(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, forGroup(1))
	wantChosen(t, j, a.ID, free("S1", "omar", "sara"), "omar", duty.Longest)
	b.Crash(t, j)
	j = b.Open(t)
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != 1 || taken[0].Choice == nil || taken[0].Choice.Agent.Name != "omar" {
		t.Fatalf("taken %+v, error %v", taken, err)
	}
	wantChosen(t, j, a.ID, free("S1", "sara"), "omar", duty.Longest)
}

func chosenNobody(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, forGroup(1))
	wantChosen(t, j, a.ID, free("S1"), "", "")
	wantChosen(t, j, a.ID, free("S1", "omar"), "", "")
	loads, last, err := j.Loads(t.Context(), "S1", []agent.Agent{person("")})
	if err != nil || loads[0].Given != 0 || !last.IsZero() {
		t.Fatalf("loads %+v, last %s, error %v", loads, last.Reveal(), err)
	}
}

func chosenFewest(t *testing.T, b Backend) {
	j := b.Open(t)
	for i, to := range []string{"OMAR@twerlo.com", "omar@twerlo.com", "sara@twerlo.com"} { // by name
		end(t, j, accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(i))).ID, assign.Assigned, to, time.Now())
	}
	wantLoads(t, j, 2, 1, 0)
	third := accept(t, j, assign.Accepted, forGroup(3))
	wantChosen(t, j, third.ID, free("S1", "omar", "sara"), "sara", duty.Fewest)
	wantLoads(t, j, 2, 2, 0) // that is on its way
	fourth := accept(t, j, assign.Accepted, forGroup(4))
	wantChosen(t, j, fourth.ID, free("S1", "omar", "sara"), "omar", duty.Longest)
	fifth := accept(t, j, assign.Accepted, forGroup(5))
	wantChosen(t, j, fifth.ID, free("S1", "omar", "sara", "layla"), "layla", duty.Fewest)
	wantLoads(t, j, 3, 2, 1)
	old := accept(t, j, assign.Accepted, request(key("old"), contact(8)))
	end(t, j, old.ID, assign.Assigned, "layla@twerlo.com", time.Now().Add(-duty.Window-time.Minute))
	wantLoads(t, j, 3, 2, 1)
}

func wantLoads(t *testing.T, j assign.Journal, want ...int) {
	t.Helper()
	loads, _, err := j.Loads(t.Context(), "S1", free("S1", "omar", "sara", "layla").Free)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range loads {
		if l.Given != want[i] || (l.Last == 0) != (want[i] == 0) {
			t.Fatalf("%s was given %d, the last by %d; want %d", l.Agent.Name, l.Given, l.Last, want[i])
		}
	}
}

func failedNotGiven(t *testing.T, b Backend) {
	j := b.Open(t)
	for i, kind := range []assign.OutcomeKind{assign.Failed, assign.Superseded, assign.Refused} {
		a := accept(t, j, assign.Accepted, forGroup(i))
		choose(t, j, a.ID, free("S1", "omar"))
		wantLoads(t, j, 1, 0, 0)
		end(t, j, a.ID, kind, "omar@twerlo.com", time.Now())
		wantLoads(t, j, 0, 0, 0)
	}
}

func undoGivesNothing(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, request(func(r *assign.Request) { r.Undoes = 7 }))
	end(t, j, a.ID, assign.Assigned, "omar@twerlo.com", time.Now())
	wantLoads(t, j, 0, 0, 0)
}

func chosenFinished(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, forGroup(1))
	finish(t, j, a.ID, assign.Failed)
	for _, id := range []int64{a.ID, a.ID + 1000} {
		if _, err := j.Choose(t.Context(), id, free("S1", "omar")); !errors.Is(err, assign.ErrLost) {
			t.Fatalf("choose for %d: %v", id, err)
		}
	}
	wantLoads(t, j, 0, 0, 0)
}

func groupTurns(t *testing.T, b Backend) {
	j := b.Open(t)
	next := func(n int, found duty.Found, want string, why duty.Why) {
		t.Helper()
		a := accept(t, j, assign.Accepted, forGroup(n))
		wantChosen(t, j, a.ID, found, want, why)
		end(t, j, a.ID, assign.Failed, want+"@twerlo.com", time.Now()) // so nobody is given any
	}
	next(1, free("S1", "omar", "sara"), "omar", duty.Longest)
	next(2, free("S2", "omar", "sara"), "omar", duty.Longest)
	next(3, free("S1", "omar", "sara"), "sara", duty.Longest)
	next(4, free("S1", "omar", "sara"), "omar", duty.Longest)
	next(5, free("S1", "omar"), "omar", duty.Alone)
	if _, last, err := j.Loads(t.Context(), "S2", nil); err != nil || last.Reveal() != "omar@twerlo.com" {
		t.Fatalf("the last of S2 is %s, error %v", last.Reveal(), err)
	}
}

// raceChoices chooses for many at once, and then each is given what it was chosen for. Nobody
// may get two more than another.
func raceChoices(t *testing.T, total int, journals ...assign.Journal) {
	t.Helper()
	const callers = 4
	var mu sync.Mutex
	got := make(map[string]int)
	var wg sync.WaitGroup
	each := total / len(journals) / callers
	for n, j := range journals {
		for c := range callers {
			wg.Go(func() {
				for i := range each {
					a, _, err := j.Accept(t.Context(), forGroup(1000*n+250*c+i))
					if err != nil {
						t.Error(err)
						return
					}
					choice, err := j.Choose(t.Context(), a.ID, free("S1", "omar", "sara", "layla"))
					if err == nil {
						err = j.Finish(t.Context(), a.ID, assign.Outcome{Kind: assign.Assigned, Agent: choice.Agent, At: time.Now()})
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					got[choice.Agent.Name]++
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	counts := []int{got["omar"], got["sara"], got["layla"]}
	if sum := counts[0] + counts[1] + counts[2]; sum != each*callers*len(journals) || slices.Max(counts)-slices.Min(counts) > 1 {
		t.Fatalf("given %v of %d", counts, each*callers*len(journals))
	}
}

func chosenLost(t *testing.T, b Backend) {
	j, other := b.Open(t), b.Open(t)
	a := accept(t, j, assign.Accepted, forGroup(1))
	if _, err := other.Choose(t.Context(), a.ID, free("S1", "omar")); !errors.Is(err, assign.ErrLost) {
		t.Fatalf("choose for what is in other hands: %v", err)
	}
	wantChosen(t, j, a.ID, free("S1", "omar"), "omar", duty.Alone)
}
