// Package line reads what somebody typed as an assignment: numbers and an agent, or a
// [Mistake] that says what is wrong. It reads in one way or not at all, from the text alone:
// it does not know which agents or contacts exist.
package line

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// MaxTyped is how many characters may be typed at once.
const MaxTyped = 500

// Reading is what a line says. Halves that are not there are empty.
type Reading struct {
	// Contacts are the numbers, each once, in the order typed.
	Contacts []phone.Number
	Agent    agent.Ref
	// TypedContact and TypedAgent are the halves as the person saw them, in clear, also
	// where they could not be understood: for filling in the form. Never for logs.
	TypedContact, TypedAgent string
	// Note is what the line says to the agent.
	Note Typed
	// Help tells that the line asks how to use this.
	Help bool
}

// Format leaves out what was typed, under every verb of fmt.
func (r Reading) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{contacts: %v, agent: %v, help: %t}", r.Contacts, r.Agent, r.Help)
}

// MarshalJSON leaves out what was typed.
func (r Reading) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(r)) }

// Parse reads a line: contacts and an agent, in any order, either of which may be
// missing. Numbers without a country code are of region, an ISO 3166 code in capitals.
//
// Nothing is guessed, cut off or passed over in silence: what cannot be read in exactly
// one way is a *Mistake, the only type of error there is. The Reading beside it holds
// whatever could be made out.
func Parse(text, region string) (Reading, error) {
	text, note := CutNote(text)
	r, err := parse(text, region)
	r.Note = NewTyped(note)
	if m := checkNote(note, region); m != nil {
		return r, m
	}
	return r, err
}

// parse is Parse for a line without a note.
func parse(text, region string) (Reading, error) {
	if utf8.RuneCountInString(text) > MaxTyped {
		// Its beginning, where mostly the number is, is not to be typed again.
		return Reading{TypedContact: asSeen(string([]rune(text)[:MaxTyped]))}, newMistake(TooLong, PartWhole, text, region)
	}
	if asksForHelp[strings.ToLower(Visible(text))] {
		return Reading{Help: true}, nil
	}
	l := readLine(withoutOrder(text), region)
	m := l.mistake()
	if m != nil && m.Kind == ManyAgents && len(l.contacts) == 0 {
		// Without a number the words are no assignment, and the first thing to say is that.
		m = newMistake(ContactMissing, PartContact, asSeen(text), region)
	}
	if m != nil {
		return l.reading(), m
	}
	return l.reading(), nil
}

// withoutOrder drops the words of an order from the beginning of a line: "give", "حوّل".
func withoutOrder(text string) string {
	if IsOrder(text) {
		return Trim(text)
	}
	return text
}

var asksForHelp = map[string]bool{
	"help": true, "--help": true, "-h": true, "?": true, "؟": true, "مساعدة": true, "المساعدة": true,
}

// ParsePhone reads a text that shall be one number and nothing else. Errors are *Mistake.
func ParsePhone(text, region string) (phone.Number, error) {
	l := readLine(text, region)
	m := l.mistake()
	switch {
	case l.typed == "":
		m = newMistake(ContactMissing, PartContact, "", region)
	case utf8.RuneCountInString(text) > MaxTyped:
		m = newMistake(TooLong, PartContact, text, region)
	case m == nil && len(l.agents) > 0, m != nil && m.Part == PartAgent:
		m = newMistake(ContactNotPhone, PartContact, asSeen(text), region)
	}
	if m != nil {
		return phone.Number{}, m.about(PartContact)
	}
	return l.contacts[0].phones[0], nil
}

// ParseContact reads a text of which only the number counts, as in a field for one: words
// beside it are passed over ("Khalid 0544444444", "0544444444 (WhatsApp)"), but no address,
// mention or second number. Errors are *Mistake.
func ParseContact(text, region string) (phone.Number, error) {
	l := readLine(text, region)
	named := func(a agentHalf) bool { return a.wrong != "" || a.ref.Kind != agent.ByName && a.ref.Kind != agent.ByMe }
	if len(l.contacts) != 1 || l.mistake() != nil && l.contacts[0].wrong == "" || slices.ContainsFunc(l.agents, named) {
		return ParsePhone(text, region)
	}
	l.agents = nil
	if m := l.mistake(); m != nil {
		return phone.Number{}, m.about(PartContact)
	}
	return l.contacts[0].phones[0], nil
}

// Named gives of a text only the numbers, addresses and mentions that stand in it, as they
// were typed.
func Named(text string) string {
	var named []string
	for _, t := range figuresInNames(withoutNouns(scan(text))) {
		if t.Kind == emailToken || t.Kind == mentionToken || t.Kind == groupToken || t.Kind == PhoneToken && !isFigure(t.Text) {
			named = append(named, t.Typed)
		}
	}
	return strings.Join(named, " ")
}

// ParseAgent reads a text that shall be one agent and nothing else. Errors are *Mistake.
func ParseAgent(text string) (agent.Ref, error) {
	l := readLine(text, "")
	m := l.mistake()
	switch {
	case l.typed == "":
		m = newMistake(AgentMissing, PartAgent, "", "")
	case utf8.RuneCountInString(text) > MaxTyped:
		m = newMistake(TooLong, PartAgent, text, "")
	case len(l.contacts) > 0:
		m = newMistake(AgentIsPhone, PartAgent, asSeen(text), "")
	}
	if m != nil {
		return agent.Ref{}, m.about(PartAgent)
	}
	return l.agents[0].ref, nil
}

// about gives m as one about part, which is all that was to be read.
func (m *Mistake) about(part Part) *Mistake {
	about := newMistake(m.Kind, part, m.Typed.Reveal(), m.Region)
	about.Perhaps = m.Perhaps
	return about
}

// halves is a typed line, sorted into halves.
type halves struct {
	typed, region string
	contacts      []contactHalf
	agents        []agentHalf
}

// contactHalf is text that looks like numbers, and the numbers that it is.
type contactHalf struct {
	typed  string
	phones []phone.Number
	wrong  MistakeKind
}

// agentHalf is text that looks like an agent, and the agent that it is.
type agentHalf struct {
	typed string
	ref   agent.Ref
	wrong MistakeKind
	// end is the index of the token behind it.
	end int
}

func readLine(text, region string) *halves {
	// Beyond MaxTyped nothing is read; the callers say so.
	if utf8.RuneCountInString(text) > MaxTyped {
		return &halves{typed: text, region: region}
	}
	return sortHalves(text, region)
}

// sortHalves is readLine for a text of any length.
func sortHalves(text, region string) *halves {
	l := &halves{typed: Visible(text), region: region}
	tokens := figuresInNames(withoutNouns(scan(text)))
	for i := 0; i < len(tokens); {
		end := i + 1
		switch t := tokens[i]; t.Kind {
		case PhoneToken:
			end = phonesEnd(tokens, i)
			l.contacts = append(l.contacts, readContact(tokens[i:end], region))
		case nameToken, emailToken:
			for end < len(tokens) && (tokens[end].Kind == nameToken || tokens[end].Kind == emailToken) {
				end++
			}
			l.addWords(tokens, i, end)
		case mentionToken:
			l.agents = append(l.agents, agentHalf{typed: t.Typed, ref: agent.RefMention(t.Text), end: end})
		case groupToken:
			id, handle, _ := strings.Cut(t.Text, "|")
			l.agents = append(l.agents, agentHalf{typed: t.Typed, ref: agent.RefGroup(id, handle), end: end})
		case strangerToken:
			l.agents = append(l.agents, agentHalf{typed: t.Typed, wrong: t.wrong, end: end})
		}
		i = end
	}
	l.partRunTogether()
	return l
}

// figuresInNames makes short figures behind a word a part of the name that it may be: Agent 1,
// موظف 3. A figure beside another number is a piece of that, or numbers its line.
func figuresInNames(tokens []Token) []Token {
	isPhone := func(i int) bool { return i >= 0 && i < len(tokens) && tokens[i].Kind == PhoneToken }
	for i, t := range tokens {
		if isPhone(i) && i > 0 && tokens[i-1].Kind == nameToken && !isPhone(i+1) && isFigure(t.Text) && !extensionWord.MatchString(tokens[i-1].Text) {
			tokens[i].Kind = nameToken
		}
	}
	return tokens
}

// isFigure tells at most three digits and nothing else.
func isFigure(text string) bool {
	digits := phone.ASCII(text)
	return digits != "" && len(digits) <= 3 && strings.Trim(digits, "0123456789") == ""
}

// extensionWord is what stands between a number and its extension, perhaps with that.
var extensionWord = regexp.MustCompile(`(?i)^\(?(?:` + phone.ExtensionWords + `)[.:]*(\p{Nd}*)\)?$`)

// phonesEnd gives the end of the run of tokens from i on that may be numbers: pieces of
// them, lone dashes between, and extensions behind.
func phonesEnd(tokens []Token, i int) int {
	end := i + 1
	for next := end; next < len(tokens); next++ {
		t := tokens[next]
		found := extensionWord.FindStringSubmatch(t.Text)
		switch {
		case t.Kind == PhoneToken, found != nil && found[1] != "":
			end = next + 1
		case t.Kind != signToken && found == nil:
			return end
		}
	}
	return end
}

func readContact(tokens []Token, region string) contactHalf {
	half := contactHalf{typed: typedWords(tokens)}
	var text strings.Builder
	for _, t := range tokens {
		if half.wrong = t.wrong; half.wrong == "" && linkDisagrees(t, region) {
			half.wrong = LinkDisagree
		}
		if half.wrong != "" {
			return half
		}
		text.WriteString(t.Text + " ")
	}
	phones, problem := phone.ReadAll(trimWord(strings.TrimSpace(text.String())), region)
	half.phones, half.wrong = phones, MistakeKind(problem)
	return half
}

// linkDisagrees tells whether t is a link that shows one number and leads to another.
func linkDisagrees(t Token, region string) bool {
	if t.Text == t.Typed || !strings.ContainsFunc(t.Typed, unicode.IsDigit) || strings.ContainsFunc(t.Typed, unicode.IsLetter) {
		return false
	}
	shown, wrongShown := phone.ReadAll(trimWord(t.Typed), region)
	leads, wrongLeads := phone.ReadAll(trimWord(t.Text), region)
	return wrongShown != wrongLeads || !slices.EqualFunc(shown, leads, phone.Number.Equal)
}

func typedWords(tokens []Token) string {
	var words []string
	for _, t := range tokens {
		words = append(words, t.Typed)
	}
	return strings.Join(words, " ")
}

// addWords reads the words tokens[from:to] as agents: addresses, and names of one or more
// words. A name right before an address in brackets only labels it: Omar <omar@twerlo.com>.
func (l *halves) addWords(tokens []Token, from, to int) {
	if isSpacedEmail(tokens[from:to]) {
		l.agents = append(l.agents, agentHalf{typed: typedWords(tokens[from:to]), wrong: EmailSpaces})
		return
	}
	for i := from; i < to; {
		end := i + 1
		var half agentHalf
		if t := tokens[i]; t.Kind == emailToken {
			half = agentHalf{typed: t.Text, ref: agent.RefEmail(t.Text), wrong: wrongEmail(t.Text)}
			l.dropLabel(tokens, i)
		} else {
			for end < to && tokens[end].Kind == nameToken {
				end++
			}
			half = readName(tokens[i:end])
		}
		half.end = end
		if half.typed != "" {
			l.agents = append(l.agents, half)
		}
		i = end
	}
}

// isSpacedEmail tells words that would be an address if they stood together, and of
// which none is.
func isSpacedEmail(words []Token) bool {
	together, broken := "", false
	for _, w := range words {
		together += w.Text
		if w.Kind == emailToken {
			if wrongEmail(w.Text) == "" {
				return false
			}
			broken = true
		}
	}
	return broken && len(words) > 1 && wrongEmail(trimWord(together)) == ""
}

// dropLabel forgets the name right before the address at i, if that is in brackets.
func (l *halves) dropLabel(tokens []Token, i int) {
	before := i
	switch {
	case strings.HasPrefix(tokens[i].Typed, "("), strings.HasPrefix(tokens[i].Typed, "["):
	case i > 0 && tokens[i-1].Kind == openToken:
		before--
	default:
		return
	}
	if n := len(l.agents); n > 0 && l.agents[n-1].end == before && l.agents[n-1].ref.Kind == agent.ByName {
		l.agents = l.agents[:n-1]
	}
}

// partRunTogether finds a number and an agent with no space between, but at most one sign.
// 0544444444omar@… and 0544444444/omar@… would otherwise pass for addresses.
func (l *halves) partRunTogether() {
	for i, c := range l.contacts {
		if c.wrong == PhoneLetters && l.beginsOrEndsWithNumber(c.typed, "") {
			l.contacts[i].wrong = RunTogether
		}
	}
	for i, a := range l.agents {
		joins := ""
		if a.wrong == "" {
			joins = inAddresses
		}
		if a.ref.Kind == agent.ByEmail && len(l.contacts) == 0 && l.beginsOrEndsWithNumber(a.typed, joins) {
			l.agents[i].wrong = RunTogether
		}
	}
}

// inAddresses are the signs that people do have in their addresses, between a number and
// a name.
const inAddresses = "._-+"

var numberAtEdge = regexp.MustCompile(`^(\+?[0-9]{8,})([^\pL\pN@]?)\pL{2}|\pL{2}([^\pL\pN@]??)(\+?[0-9]{8,})$`)

// beginsOrEndsWithNumber tells whether word is a number and something else, parted by no
// sign or by one that is not among joins.
func (l *halves) beginsOrEndsWithNumber(word, joins string) bool {
	for _, found := range numberAtEdge.FindAllStringSubmatch(phone.ASCII(word), -1) {
		number, sign := found[1]+found[4], found[2]+found[3]
		if _, wrong := phone.Read(number, l.region); wrong == "" && (sign == "" || !strings.Contains(joins, sign)) {
			return true
		}
	}
	return false
}

// reading gives what could be made out, however much that is.
func (l *halves) reading() Reading {
	var r Reading
	var typed []string
	for _, c := range l.contacts {
		typed = append(typed, c.typed)
		if c.wrong == "" {
			r.Contacts = append(r.Contacts, c.phones...)
		}
	}
	r.Contacts = distinct(r.Contacts)
	r.TypedContact = strings.Join(typed, ", ")
	refs, typed := l.refs()
	if len(refs) == 1 && len(typed) == 1 {
		r.Agent = refs[0]
	}
	r.TypedAgent = strings.Join(typed, ", ")
	return r
}

func distinct(phones []phone.Number) []phone.Number {
	var once []phone.Number
	for _, p := range phones {
		if !slices.ContainsFunc(once, p.Equal) {
			once = append(once, p)
		}
	}
	return once
}

// refs gives the agents, each once, and how they were typed, with those that are wrong.
func (l *halves) refs() (refs []agent.Ref, typed []string) {
	for _, a := range l.agents {
		if a.wrong == "" && slices.ContainsFunc(refs, a.ref.Equal) {
			continue
		}
		typed = append(typed, a.typed)
		if a.wrong == "" {
			refs = append(refs, a.ref)
		}
	}
	return refs, typed
}

// mistake gives the first thing that is wrong, the contact's before the agent's; nil if
// nothing is.
func (l *halves) mistake() *Mistake {
	for _, c := range l.contacts {
		if c.wrong != "" {
			m := newMistake(c.wrong, partOf(c.wrong, PartContact), c.typed, l.region)
			if m.IsQuestion() {
				m.Perhaps = distinct(c.phones)
			}
			return m
		}
	}
	r := l.reading()
	if len(r.Contacts) > 1 {
		m := newMistake(ManyContacts, PartContact, r.TypedContact, l.region)
		m.Perhaps = r.Contacts
		return m
	}
	refs, _ := l.refs()
	for _, a := range l.agents {
		if a.wrong != "" {
			return newMistake(a.wrong, partOf(a.wrong, PartAgent), a.typed, l.region)
		}
	}
	switch {
	case len(refs) > 1:
		return newMistake(ManyAgents, PartAgent, r.TypedAgent, l.region)
	case len(l.contacts)+len(l.agents) == 0 && l.typed != "":
		return newMistake(NothingRead, PartWhole, asSeen(l.typed), l.region)
	}
	return nil
}

// partOf gives the part that a mistake found in the given one is about.
func partOf(kind MistakeKind, part Part) Part {
	if kind == RunTogether || kind == StrangeLink {
		return PartWhole
	}
	return part
}
