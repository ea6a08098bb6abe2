package agent

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// roster is the agent list as read once, made ready for searching. It never changes.
type roster struct {
	entries []entry // by name
	partial bool
	read    time.Time
	byID    map[string]int // lower-case platform id or email → index
}

// entry is an agent with its folded forms.
type entry struct {
	Agent
	name   string
	emails []string // platform id and email, without doubles
	words  []string // of the name
	parts  []string // Subcommands of the emails
}

func newRoster(agents []Agent, partial bool, read time.Time) *roster {
	r := &roster{partial: partial, read: read, byID: make(map[string]int, len(agents))}
	for _, a := range agents {
		if a.PlatformID.IsZero() {
			continue // nothing could be sent to Azeer
		}
		if a.Name == "" {
			a.Name = cmp.Or(a.Email.Reveal(), a.PlatformID.Reveal())
		}
		e := entry{Agent: a, name: fold(a.Name), emails: []string{fold(a.PlatformID.Reveal())}}
		if email := fold(a.Email.Reveal()); email != "" && email != e.emails[0] {
			e.emails = append(e.emails, email)
		}
		e.words = words(e.name)
		for _, email := range e.emails {
			e.parts = append(e.parts, words(email)...)
		}
		r.entries = append(r.entries, e)
	}
	slices.SortStableFunc(r.entries, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.emails[0], b.emails[0]))
	})
	r.index()
	return r
}

// index makes agents findable by address. Platform ids go before emails, and active
// agents before inactive ones, where an address occurs twice.
func (r *roster) index() {
	for _, inactive := range []bool{false, true} {
		for _, field := range []func(Agent) Email{
			func(a Agent) Email { return a.PlatformID },
			func(a Agent) Email { return a.Email },
		} {
			for i, e := range r.entries {
				key := strings.ToLower(field(e.Agent).Reveal())
				if _, taken := r.byID[key]; !taken && key != "" && e.Inactive == inactive {
					r.byID[key] = i
				}
			}
		}
	}
}

// at finds an agent by platform id or email, in any case.
func (r *roster) at(address string) (Agent, bool) {
	i, ok := r.byID[strings.ToLower(strings.TrimSpace(address))]
	if !ok {
		return Agent{}, false
	}
	return r.entries[i].Agent, true
}

// How well an entry answers a query, best first.
const (
	exactEmail = iota
	namePrefix
	wordPrefix
	substring
	noMatch
)

// search gives the active agents that match, best first, those alike by name.
func (r *roster) search(query string, limit int) []Agent {
	q := fold(query)
	asked := strings.Fields(q)
	var ranks [noMatch][]Agent
	for _, e := range r.entries {
		if e.Inactive {
			continue
		}
		if rank := e.rank(q, asked); rank < noMatch {
			ranks[rank] = append(ranks[rank], e.Agent)
		}
	}
	found := slices.Concat(ranks[:]...)
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}

func (e entry) rank(query string, asked []string) int {
	switch {
	case slices.Contains(e.emails, query):
		return exactEmail
	case strings.HasPrefix(e.name, query):
		return namePrefix
	}
	rank := wordPrefix
	for _, w := range asked {
		switch {
		case hasPrefix(e.words, w), hasPrefix(e.parts, w), hasPrefix(e.emails, w):
		case strings.Contains(e.name, w), contains(e.emails, w):
			rank = substring
		default:
			return noMatch
		}
	}
	return rank
}

func hasPrefix(texts []string, prefix string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.HasPrefix(t, prefix) })
}

// contains looks into what stands before the @ only, unless part is clearly an address:
// the "om" of ".com" is in everybody's.
func contains(emails []string, part string) bool {
	return slices.ContainsFunc(emails, func(email string) bool {
		if !strings.ContainsAny(part, "@.") {
			email, _, _ = strings.Cut(email, "@")
		}
		return strings.Contains(email, part)
	})
}

// Name gives the active agents whom name may mean: those with just that name, else
// those whose name has all of its words; but not where the list is partial, since others of
// that name may be missing from it. The beginning of a word is nobody's name: a slip would
// give the contact away.
func (r *roster) named(name string) []Agent { return r.bearing(name, false) }

// namedInactive tells whether name means somebody who is not active any more.
func (r *roster) namedInactive(name string) bool { return len(r.bearing(name, true)) > 0 }

func (r *roster) bearing(name string, inactive bool) []Agent {
	asked := words(fold(name))
	if len(asked) == 0 {
		return nil
	}
	var whole, among []Agent
	for _, e := range r.entries {
		switch {
		case e.Inactive != inactive:
		case slices.Equal(e.words, asked):
			whole = append(whole, e.Agent)
		case !slices.ContainsFunc(asked, func(w string) bool { return !slices.Contains(e.words, w) }):
			among = append(among, e.Agent)
		}
	}
	if len(whole) > 0 || r.partial && len(among) == 1 {
		return whole
	}
	return among
}

// nearest gives the active agents that typed may have been meant for, best first: those
// a few slips of the finger away, then those that a search finds.
func (r *roster) nearest(typed string, limit int) []Agent {
	q := fold(typed)
	type candidate struct {
		Agent
		slips int
	}
	var near []candidate
	for _, e := range r.entries {
		if slips, ok := e.slips(q); ok && !e.Inactive {
			near = append(near, candidate{e.Agent, slips})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.slips, b.slips) })
	var found []Agent
	for _, c := range near {
		found = append(found, c.Agent)
	}
	local, _, _ := strings.Cut(q, "@")
	for _, a := range r.search(local, limit) {
		if !slices.ContainsFunc(found, func(f Agent) bool { return f.PlatformID.Equal(a.PlatformID) }) {
			found = append(found, a)
		}
	}
	return found[:min(len(found), limit)]
}

// slips gives the smallest number of slips between what was typed and the agent's
// addresses or name, and whether it is small enough to suggest them.
func (e entry) slips(typed string) (int, bool) {
	least, ok := distance(typed, e.name)
	closer := func(d int, within bool) {
		if within && (!ok || d < least) {
			least, ok = d, true
		}
	}
	local, domain, isEmail := strings.Cut(typed, "@")
	for _, email := range e.emails {
		theirs, host, _ := strings.Cut(email, "@")
		d, within := distance(local, theirs)
		if isEmail && host != domain {
			d++ // whatever the domain, it is one mistake
		}
		closer(d, within)
	}
	if !isEmail {
		for _, w := range e.words {
			closer(distance(typed, w))
		}
	}
	return least, ok
}
