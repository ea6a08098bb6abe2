package assign

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"azeer-slack/assign/agent"
)

// Count is how many assignments to an agent there were in a day.
type Count struct {
	// Agent is as the newest of the counted assignments shows it.
	Agent agent.Agent
	// Day is noon of the day, which, unlike midnight, there is in all time zones.
	Day time.Time
	// Assigned is at least 1.
	Assigned int
}

// Tally adds up what a Journal counts.
type Tally struct {
	zone   *time.Location
	counts map[tallyKey]*Count
}

type tallyKey struct {
	year  int
	month time.Month
	day   int
	agent string
}

// NewTally returns a Tally of calendar days in zone.
func NewTally(zone *time.Location) *Tally {
	return &Tally{zone: zone, counts: make(map[tallyKey]*Count)}
}

// Add counts one that agent was given at that time. It must be called for the newest
// first. Agents are the same whose PlatformIDs are Equal.
func (t *Tally) Add(agent agent.Agent, at time.Time) {
	year, month, day := at.In(t.zone).Date()
	key := tallyKey{year, month, day, strings.ToLower(agent.PlatformID.Reveal())}
	c := t.counts[key]
	if c == nil {
		c = &Count{Agent: agent, Day: time.Date(year, month, day, 12, 0, 0, 0, t.zone)}
		t.counts[key] = c
	}
	c.Assigned++
}

// Counts gives the sums, in the order of History.Tally.
func (t *Tally) Counts() []Count {
	counts := make([]Count, 0, len(t.counts))
	for _, c := range t.counts {
		counts = append(counts, *c)
	}
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(a.Day.Compare(b.Day), strings.Compare(
			strings.ToLower(a.Agent.PlatformID.Reveal()), strings.ToLower(b.Agent.PlatformID.Reveal())))
	})
	return counts
}
