package duty_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
)

func person(name string) agent.Agent {
	email := agent.NewEmail(name + "@twerlo.com")
	return agent.Agent{PlatformID: email, Email: email, Name: name}
}

func load(name string, given int, last int64) duty.Load {
	return duty.Load{Agent: person(name), Given: given, Last: last}
}

func TestWhoIsNext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		loads []duty.Load
		last  string
		want  string
		why   duty.Why
	}{
		{"one is all there is", []duty.Load{load("omar", 9, 9)}, "omar", "omar", duty.Alone},
		{"the fewest", []duty.Load{load("omar", 3, 1), load("sara", 2, 9), load("layla", 5, 2)}, "", "sara", duty.Fewest},
		{"of those with the fewest, the longest ago", []duty.Load{load("omar", 2, 7), load("sara", 2, 3), load("layla", 5, 2)}, "", "sara", duty.Longest},
		{"who never got one waited longest", []duty.Load{load("omar", 0, 7), load("sara", 0, 0)}, "", "sara", duty.Longest},
		{"not twice in a row", []duty.Load{load("omar", 1, 7), load("sara", 4, 3)}, "OMAR", "sara", duty.Turn},
		{"nor where that is the fewest anyway", []duty.Load{load("omar", 4, 7), load("sara", 1, 3)}, "omar", "sara", duty.Fewest},
		{"newcomers do not depend on their order", []duty.Load{load("sara", 0, 0), load("omar", 0, 0)}, "", "omar", duty.Longest},
		{"who left the group is not missed", []duty.Load{load("sara", 1, 1), load("omar", 0, 0)}, "layla", "omar", duty.Fewest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			last := agent.Email{}
			if tt.last != "" {
				last = agent.NewEmail(tt.last + "@twerlo.com")
			}
			i, why := duty.Next(tt.loads, last)
			if got := tt.loads[i].Agent.Name; got != tt.want || why != tt.why {
				t.Errorf("%s, since %s; want %s, since %s", got, why, tt.want, tt.why)
			}
		})
	}
}

// Law: whoever comes and goes, nobody gets two in a row while others are free, and of those
// who are there all the time none gets more than one beyond another.
func TestTheRuleIsFair(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		dice := rand.New(rand.NewPCG(seed, 1))
		people := 2 + dice.IntN(6)
		loads := make([]duty.Load, people)
		for i := range loads {
			loads[i] = load(fmt.Sprint("agent", i), 0, 0)
		}
		last := agent.Email{}
		for id := int64(1); id <= 300; id++ {
			dice.Shuffle(len(loads), func(a, b int) { loads[a], loads[b] = loads[b], loads[a] })
			i, _ := duty.Next(loads, last)
			if loads[i].Agent.PlatformID.Equal(last) {
				t.Fatalf("seed %d: twice in a row", seed)
			}
			loads[i].Given++
			loads[i].Last, last = id, loads[i].Agent.PlatformID
			least, most := loads[0].Given, loads[0].Given
			for _, l := range loads {
				least, most = min(least, l.Given), max(most, l.Given)
			}
			if most-least > 1 {
				t.Fatalf("seed %d: between %d and %d after %d", seed, least, most, id)
			}
		}
	}
}

// roster is a chat with one group.
type roster struct {
	group duty.Group
	err   error
}

func (r roster) Group(context.Context, string) (duty.Group, error)          { return r.group, r.err }
func (r roster) GroupCalled(context.Context, string) (id string, err error) { return "", nil }

// directory knows two agents, of whom one is deactivated.
type directory struct{ err error }

func (d directory) Resolve(_ context.Context, ref agent.Ref, _ string) (agent.Agent, error) {
	switch {
	case d.err != nil:
		return agent.Agent{}, d.err
	case ref.Reveal() == "gone@twerlo.com":
		return agent.Agent{}, &agent.Unresolved{Reason: agent.Inactive}
	case ref.Reveal() == "nobody@twerlo.com":
		return agent.Agent{}, &agent.Unresolved{Reason: agent.NoSuchAgent}
	}
	return person("omar"), nil
}

func member(name string, absence duty.Absence) duty.Member {
	return duty.Member{Name: name, Email: agent.NewEmail(name + "@twerlo.com"), Absence: absence}
}

func TestWhoIsFree(t *testing.T) {
	t.Parallel()
	g := duty.Group{ID: "S1", Handle: "support", Members: []duty.Member{
		member("omar", duty.Absence{}), member("omar", duty.Absence{}), member("gone", duty.Absence{}), member("nobody", duty.Absence{}),
		member("sara", duty.Absence{Reason: duty.Away, Says: "On holiday"}), {Name: "hidden"}, member("layla", duty.Absence{Reason: duty.Unread}),
	}}
	f := &duty.Finder{Roster: roster{group: g}, Agents: directory{}}
	found, err := f.Find(t.Context(), "S1")
	if err != nil || len(found.Free) != 1 || found.Free[0].Name != "omar" || !found.Unread {
		t.Fatalf("free %v, unread %v, error %v", found.Free, found.Unread, err)
	}
	want := []duty.Reason{duty.Inactive, duty.NotAnAgent, duty.Away, duty.NotAnAgent, duty.Unread}
	for i, p := range found.Decision.Passed {
		if p.Reason != want[i] {
			t.Errorf("%s is passed over for %s, want %s", p.Name, p.Reason, want[i])
		}
	}
	if len(found.Decision.Passed) != len(want) || found.Decision.Group != "support" {
		t.Errorf("decision %+v", found.Decision)
	}
	g.Disabled = true
	f.Roster = roster{group: g}
	if found, err := f.Find(t.Context(), "S1"); err != nil || len(found.Free)+len(found.Decision.Passed) != 0 {
		t.Errorf("of a disabled group: %+v, error %v", found, err)
	}
}

func TestManyWhoArePassedOverAreCounted(t *testing.T) {
	t.Parallel()
	var g duty.Group
	for i := range duty.PassedMost + 3 {
		g.Members = append(g.Members, member(fmt.Sprint(i), duty.Absence{Reason: duty.Away}))
	}
	found, err := (&duty.Finder{Roster: roster{group: g}, Agents: directory{}}).Find(t.Context(), "S1")
	if err != nil || len(found.Decision.Passed) != duty.PassedMost || found.Decision.More != 3 {
		t.Errorf("%d passed over and %d more, error %v", len(found.Decision.Passed), found.Decision.More, err)
	}
}

func TestWhatCannotBeAskedIsAnError(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	f := &duty.Finder{Roster: roster{err: down}, Agents: directory{}}
	if _, err := f.Find(t.Context(), "S1"); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	g := duty.Group{Members: []duty.Member{member("omar", duty.Absence{})}}
	f = &duty.Finder{Roster: roster{group: g}, Agents: directory{err: &agent.Unresolved{Reason: agent.PeopleAway, Retry: true}}}
	if _, err := f.Find(t.Context(), "S1"); err == nil {
		t.Error("no error")
	}
}

func TestWhoHasItIsPassedOverWhileOthersAreFree(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		free   []agent.Agent
		holder string
		left   int
	}{
		{[]agent.Agent{person("omar"), person("sara")}, "OMAR", 1},
		{[]agent.Agent{person("omar")}, "omar", 1},
		{[]agent.Agent{person("omar"), person("sara")}, "layla", 2},
	} {
		found := duty.Found{Free: tt.free}
		found.PassHolder(agent.NewEmail(tt.holder + "@twerlo.com"))
		if passed := len(tt.free) - tt.left; len(found.Free) != tt.left || len(found.Decision.Passed) != passed {
			t.Errorf("%s: free %v, passed %v", tt.holder, found.Free, found.Decision.Passed)
		}
	}
}
