package line

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// Handover is what somebody typed to hand over what one agent has to another.
type Handover struct {
	// Pairs are the ways in which the words may name two agents, from whom and to whom: several
	// only where nothing but blanks stands between two names. None: they name no two.
	Pairs [][2]agent.Ref
	// Since leaves out what the agent got before; its zero value leaves out nothing.
	Since Clock
	// Note is what the requester writes to the new owner.
	Note Typed
}

// Clock is a time of day.
type Clock struct {
	Given        bool
	Hour, Minute int
}

// Before gives the last moment, not after now, at which clocks showed that time.
func (c Clock) Before(now time.Time) time.Time {
	year, month, day := now.Date()
	at := time.Date(year, month, day, c.Hour, c.Minute, 0, 0, now.Location())
	if at.After(now) {
		at = time.Date(year, month, day-1, c.Hour, c.Minute, 0, 0, now.Location())
	}
	return at
}

var (
	// sinceWords are a time at the end of a line: since 8:00, منذ الساعة ٨ صباحا.
	sinceWords = regexp.MustCompile(`(?i)(?:^|[\s,،])(?:since|from|after|منذ|من|بعد)\s+(?:الساعة\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|ص|م|صباحا|صباحًا|مساء|مساءً)?$`)
	todayWords = regexp.MustCompile(`(?i)(?:^|[\s,،])(?:from |since |of |من |منذ )?(?:today|اليوم)$`)
	// fromWord begins the words for an agent from whom, and toWord parts them from those for
	// whom.
	fromWord = regexp.MustCompile(`(?i)^(?:from|of|من|عن)\s+`)
	toWord   = regexp.MustCompile(`(?i)\s+(?:to|إلى|الى|لـ)\s+|\s*(?:→|->|=>|←|&gt;|>\s)\s*`)
)

// IsHandover tells whether what follows the word for it may be a handover: it names no contact.
func IsHandover(text, region string) bool {
	text, _ = CutNote(text)
	text, _ = cutSince(plainLine(text))
	return len(readLine(text, region).contacts) == 0
}

func plainLine(text string) string {
	return strings.Trim(phone.ASCII(strings.TrimSpace(Visible(text))), Stops+" ")
}

// ParseHandover reads two agents, in that order, and perhaps a time.
func ParseHandover(text string) (h Handover) {
	text, note := CutNote(text)
	h.Note = NewTyped(note)
	text, h.Since = cutSince(plainLine(text))
	text = fromWord.ReplaceAllString(text, "")
	if len(text) > MaxTyped {
		return h
	}
	switch parts := toWord.Split(maskMarks(text), -1); len(parts) {
	case 1:
		h.Pairs = pairsIn(text)
	case 2:
		from, wrong := ParseAgent(unmaskMarks(parts[0]))
		to, alsoWrong := ParseAgent(unmaskMarks(parts[1]))
		if wrong == nil && alsoWrong == nil {
			h.Pairs = [][2]agent.Ref{{from, to}}
		}
	}
	h.Pairs = slices.DeleteFunc(h.Pairs, func(p [2]agent.Ref) bool { return p[0].Kind == agent.ByGroup })
	return h
}

// maskMarks keeps the ends of Slack's marks from being taken for arrows.
func maskMarks(text string) string {
	return SlackMark.ReplaceAllStringFunc(text, func(mark string) string { return strings.ReplaceAll(mark, ">", "\x00") })
}

func unmaskMarks(text string) string { return strings.ReplaceAll(text, "\x00", ">") }

func cutSince(text string) (rest string, c Clock) {
	if at := todayWords.FindStringIndex(text); at != nil {
		return strings.TrimRight(text[:at[0]], " ,،"), Clock{Given: true}
	}
	at := sinceWords.FindStringSubmatchIndex(text)
	if at == nil {
		return text, Clock{}
	}
	part := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return text[at[2*n]:at[2*n+1]]
	}
	c = Clock{Given: true}
	c.Hour, _ = strconv.Atoi(part(1))
	c.Minute, _ = strconv.Atoi(part(2)) // 0 where there are none
	switch half := strings.ToLower(part(3)); {
	case half == "":
	case c.Hour < 1 || c.Hour > 12:
		return text, Clock{}
	case strings.HasPrefix(half, "p") || strings.HasPrefix(half, "م"):
		c.Hour = c.Hour%12 + 12
	default:
		c.Hour %= 12
	}
	if c.Hour > 23 || c.Minute > 59 {
		return text, Clock{}
	}
	return strings.TrimRight(text[:at[0]], " ,،"), c
}

// pairsIn are the ways in which a text without a word between them may name two agents.
func pairsIn(text string) (all [][2]agent.Ref) {
	l := sortHalves(text, "")
	if len(l.contacts) > 0 || slices.ContainsFunc(l.agents, func(a agentHalf) bool { return a.wrong != "" }) {
		return nil
	}
	if len(l.agents) == 2 {
		return [][2]agent.Ref{{l.agents[0].ref, l.agents[1].ref}}
	}
	words := strings.Fields(text)
	if len(l.agents) != 1 || l.agents[0].ref.Kind != agent.ByName {
		return nil
	}
	for at := 1; at < len(words); at++ {
		from, wrong := ParseAgent(strings.Join(words[:at], " "))
		to, alsoWrong := ParseAgent(strings.Join(words[at:], " "))
		if wrong == nil && alsoWrong == nil {
			all = append(all, [2]agent.Ref{from, to})
		}
	}
	return all
}
