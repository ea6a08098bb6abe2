package assign

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
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
	parts  []string // words of the emails
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

// named gives the active agents whom name may mean: those with just that name, else
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

// longest is how many letters of two words are compared; nobody's address is longer.
const longest = 100

// Slips gives how many letters a slip of the finger or of spelling has changed between
// two words, and whether these are few enough to take one for the other: a third of the
// longer word, but at most three. Spellings that people take for the same are 0 apart.
func Slips(typed, meant string) (int, bool) {
	n, few := distance(fold(typed), fold(meant))
	if !few {
		return max(n, 1), false
	}
	return n, true
}

// distance is the number of letters added, left out, changed, or swapped with their
// neighbour between a and b (optimal string alignment), and whether that is small
// enough for a slip: a third of the longer word, but at most three.
func distance(a, b string) (int, bool) {
	s, t := []rune(a), []rune(b)
	bound := min(3, max(len(s), len(t))/3)
	if len(s) > longest || len(t) > longest || len(s)-len(t) > bound || len(t)-len(s) > bound {
		return 0, false
	}
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		above[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := above[j-1]
			if s[i-1] != t[j-1] {
				change++
			}
			row[j] = min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(t)], above[len(t)] <= bound
}

// fold brings spellings together that people take for the same: case, accents, width,
// the forms of alef, yeh and teh marbuta, vowel signs, tatweel, Arabic and Persian
// digits, direction marks, and runs of space.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), r == '\u0640':
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(foldRune(r))
	}
	return b.String()
}

func foldRune(r rune) rune {
	switch {
	case r >= '\u0660' && r <= '\u0669': // Arabic-Indic digits
		return r - '\u0660' + '0'
	case r >= '\u06f0' && r <= '\u06f9': // Persian digits
		return r - '\u06f0' + '0'
	}
	switch r {
	case '\u0671': // alef wasla; hamza and madda are marks after decomposition
		return '\u0627'
	case '\u0649', '\u06cc': // alef maksura, Persian yeh
		return '\u064a'
	case '\u0629': // teh marbuta
		return '\u0647'
	case '\u06a9': // Persian kaf
		return '\u0643'
	}
	return unicode.ToLower(r)
}

// words splits a folded name.
func words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
