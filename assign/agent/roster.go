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
	exact   map[string]int // platform id as it is → index
}

// entry is an agent with its folded forms.
type entry struct {
	Agent
	name   string
	emails []string // platform id and email, without doubles
	words  []string // of the name, without titles
	first  int      // how many of the words are the first name
	joined string   // the words as one
	alike  []string // the words as they sound
	parts  []string // words of the emails
}

func newRoster(agents []Agent, partial bool, read time.Time) *roster {
	r := &roster{partial: partial, read: read, byID: make(map[string]int, len(agents)), exact: make(map[string]int, len(agents))}
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
		e.words = nameWords(e.name)
		e.first, e.joined = firstName(e.words), strings.Join(e.words, "")
		for _, w := range e.words {
			e.alike = append(e.alike, soundOf(w))
		}
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
	for i, e := range r.entries {
		if id := e.PlatformID.Reveal(); !e.Inactive {
			r.exact[id] = i
		}
	}
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
	address = strings.TrimSpace(address)
	i, ok := r.exact[address] // of two that differ in case only, each is meant by its own
	if !ok {
		i, ok = r.byID[strings.ToLower(address)]
	}
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
	soundsAlike
	within // the whole name stands in the query: Sara Ali (Support)
	noMatch
)

// search gives the active agents that match, best first, those alike by name.
func (r *roster) search(text string, limit int) []Agent {
	q := newQuery(text)
	var ranks [noMatch][]Agent
	for _, e := range r.entries {
		if e.Inactive {
			continue
		}
		if rank := e.rank(q); rank < noMatch {
			ranks[rank] = append(ranks[rank], e.Agent)
		}
	}
	found := slices.Concat(ranks[:]...)
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}

// query is what is searched for, folded and cut as names are.
type query struct {
	text   string
	words  []string
	joined string
}

func newQuery(text string) query {
	q := query{text: strings.TrimRight(fold(text), ".,;:!?،؛؟ ")}
	if handle, ok := strings.CutPrefix(q.text, "@"); ok && !strings.Contains(handle, "@") {
		q.text = strings.NewReplacer(".", " ", "_", " ", "-", " ").Replace(handle) // as Slack shows somebody it does not know
	}
	if strings.Contains(q.text, "@") {
		q.words = strings.Fields(q.text)
	} else {
		q.words = nameWords(q.text)
	}
	q.joined = strings.Join(q.words, "")
	return q
}

func (e entry) rank(q query) int {
	switch {
	case slices.Contains(e.emails, q.text):
		return exactEmail
	case strings.HasPrefix(e.name, q.text), strings.HasPrefix(e.joined, q.joined) && q.joined != "":
		return namePrefix
	}
	rank := wordPrefix
	for _, w := range q.words {
		rank = max(rank, e.rankWord(w, q.joined))
	}
	switch {
	case len(q.words) == 0:
		return noMatch
	case rank == noMatch && len(e.words) > 0 && containsAll(q.words, e.words):
		return within
	}
	return rank
}

// rankWord says how well an entry answers one word of a query.
func (e entry) rankWord(w, joined string) int {
	switch {
	case hasPrefix(e.words, w), hasPrefix(e.parts, w), hasPrefix(e.emails, w):
		return wordPrefix
	case strings.Contains(e.name, w), contains(e.emails, w), strings.Contains(e.joined, joined):
		return substring
	case len([]rune(w)) > 3 && strings.Contains(e.joined, w):
		return substring
	case len([]rune(w)) > 2 && (slices.Contains(e.alike, soundOf(w)) || strings.HasPrefix(soundOf(e.joined), soundOf(w)) && len(soundOf(w)) > 3):
		return soundsAlike
	}
	return noMatch
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

// named gives the active agents whom name means for certain: those with just that name, or
// that name before an @, else those whose first name it is, or begins with. Where the list is
// partial only the former, since others of that name may be missing from it. The beginning
// of a word is nobody's name, and neither is a father's or a family's name alone: a typo
// would give the contact away. Those whom it may mean are among.
func (r *roster) named(name string) (certain, among []Agent) { return r.bearing(name, false) }

// namedInactive tells whether name means somebody who is not active any more, and who, if it
// is only one.
func (r *roster) namedInactive(name string) (who Agent, ok bool) {
	certain, _ := r.bearing(name, true)
	if len(certain) == 1 {
		who = certain[0]
	}
	return who, len(certain) > 0
}

func (r *roster) bearing(name string, inactive bool) (certain, among []Agent) {
	asked := nameWords(fold(name))
	if len(asked) == 0 {
		return nil, nil
	}
	isPreposition := strings.TrimSpace(name) == "على" // "on", and nearly written like a name
	var whole, first []Agent
	for _, e := range r.entries {
		switch {
		case e.Inactive != inactive:
		case isPreposition:
			if slices.Contains(e.words, asked[0]) {
				among = append(among, e.Agent)
			}
		case slices.Equal(e.words, asked), !r.partial && e.isHandle(asked), e.joined == strings.Join(asked, ""):
			whole = append(whole, e.Agent)
		case !containsAll(e.words, asked):
		case len(asked) >= e.first && slices.Equal(e.words[:e.first], asked[:e.first]):
			first = append(first, e.Agent)
		default:
			among = append(among, e.Agent)
		}
	}
	switch {
	case len(whole) > 0:
		return whole, among
	case r.partial && len(first) == 1:
		return nil, append(first, among...)
	}
	return first, among
}

// isHandle tells whether words are what stands before the @ of one of the addresses.
func (e entry) isHandle(asked []string) bool {
	return slices.ContainsFunc(e.emails, func(email string) bool {
		local, _, _ := strings.Cut(email, "@")
		return slices.Equal(words(local), asked)
	})
}

func containsAll(words, asked []string) bool {
	return !slices.ContainsFunc(asked, func(w string) bool { return !slices.Contains(words, w) })
}

// nearest gives the active agents that typed may have been meant for, best first: those all
// of whose words stand in it, those a few typos away, those that a search finds, and those
// with one of its words for a first name.
func (r *roster) nearest(typed string, limit int) []Agent {
	q := newQuery(typed)
	type candidate struct {
		Agent
		typos int
	}
	var inside, byFirst []Agent
	var near []candidate
	for _, e := range r.entries {
		if e.Inactive {
			continue
		}
		if len(e.words) > 0 && containsAll(q.words, e.words) {
			inside = append(inside, e.Agent)
		}
		if len(e.words) > 0 && slices.Contains(q.words, e.words[0]) {
			byFirst = append(byFirst, e.Agent)
		}
		if typos, ok := e.typos(q.text); ok {
			near = append(near, candidate{e.Agent, typos})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.typos, b.typos) })
	found := inside
	for _, c := range near {
		found = append(found, c.Agent)
	}
	local, _, _ := strings.Cut(q.text, "@")
	found = withoutDoubles(slices.Concat(found, r.search(local, limit), byFirst))
	return found[:min(len(found), limit)]
}

func withoutDoubles(agents []Agent) []Agent {
	var once []Agent
	for _, a := range agents {
		if !slices.ContainsFunc(once, func(o Agent) bool { return o.PlatformID.Equal(a.PlatformID) }) {
			once = append(once, a)
		}
	}
	return once
}

// typos gives the smallest number of typos between what was typed and the agent's
// addresses or name, and whether it is small enough to suggest them.
func (e entry) typos(typed string) (int, bool) {
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
