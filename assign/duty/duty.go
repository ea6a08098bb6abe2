// Package duty is who of a group of people gets the next contact: the rule, and what has to be
// known for it. It must not know where groups and counts come from.
package duty

import (
	"strings"
	"time"

	"azeer-slack/assign/agent"
)

// Window is how far back the contacts count that somebody was given.
const Window = 24 * time.Hour

// Load is what an agent has been given, as far as the journal knows.
type Load struct {
	Agent agent.Agent
	// Given counts the contacts of the last Window, those on their way included.
	Given int
	// Last is the ID of the assignment that gave them one last; 0: none did.
	Last int64
}

// Why is why just this one was chosen. Its value is a stable key.
type Why string

const (
	Alone   Why = "alone"   // nobody else was free
	Fewest  Why = "fewest"  // they were given the fewest
	Longest Why = "longest" // several were given the fewest, and they waited longest
	Turn    Why = "turn"    // whoever was given the fewest had the group's last one
)

// Next chooses one of loads, of which there is at least one: whoever was given the fewest, then
// whoever got one longest ago; but while there are others, not whom the group gave its last.
func Next(loads []Load, last agent.Email) (chosen int, why Why) {
	if len(loads) == 1 {
		return 0, Alone
	}
	chosen = -1
	for i, l := range loads {
		if l.Agent.PlatformID.Equal(last) && !last.IsZero() {
			continue
		}
		if chosen < 0 || l.before(loads[chosen]) {
			chosen = i
		}
	}
	if chosen < 0 { // the same agent several times
		return 0, Alone
	}
	why = Fewest
	for i, l := range loads {
		switch {
		case i == chosen:
		case l.Given < loads[chosen].Given:
			return chosen, Turn
		case l.Given == loads[chosen].Given:
			why = Longest
		}
	}
	return chosen, why
}

// before tells whether l goes first where both may be chosen.
func (l Load) before(o Load) bool {
	switch {
	case l.Given != o.Given:
		return l.Given < o.Given
	case l.Last != o.Last:
		return l.Last < o.Last
	}
	return strings.ToLower(l.Agent.PlatformID.Reveal()) < strings.ToLower(o.Agent.PlatformID.Reveal())
}

// Decision is how a group's contact came to one of its members, or to none of them.
type Decision struct {
	// Group is the group's handle, without @.
	Group string
	// Why is why the one was chosen, and Given how many contacts they had been given before;
	// the empty Why: nobody was left.
	Why   Why
	Given int
	// Passed are those who were passed over, at most PassedMost; More is how many more were.
	Passed []Passed
	More   int
}

// PassedMost is how many of those who were passed over are named.
const PassedMost = 10

// Passed is somebody who was passed over, and why.
type Passed struct {
	Name string
	Absence
}

// Choice is whom a contact of a group goes to.
type Choice struct {
	Agent    agent.Agent
	Decision Decision
}
