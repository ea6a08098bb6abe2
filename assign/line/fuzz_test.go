package line

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"

	"github.com/nyaruka/phonenumbers"
)

var (
	longDigits = regexp.MustCompile(`[0-9]{4}`)
	e164       = regexp.MustCompile(`^[1-9][0-9]{7,14}$`)
)

func seedLines(f *testing.F) {
	for i, phone := range phoneSpellings {
		f.Add(phone+" omar@twerlo.com", uint8(i), uint16(i))
	}
	for agent := range agentSpellings {
		f.Add("0544444444 "+agent, uint8(0), uint16(3))
	}
	for i, line := range wrongLines {
		f.Add(line.text, uint8(i), uint16(i))
	}
	f.Add("030 1234 030 5678", uint8(10), uint16(1))
	f.Add("22997123456 omar@twerlo.com", uint8(1), uint16(2))
}

// FuzzParse holds the reader to its laws, whatever is typed:
//   - a contact is E.164, valid, and made of digits that were typed, in that order, in one of its forms;
//   - what is not read is a *Mistake with an example, and its error shows no number;
//   - the reading, written out plainly, reads as itself;
//   - invisible direction marks change nothing.
func FuzzParse(f *testing.F) {
	seedLines(f)
	f.Fuzz(func(t *testing.T, text string, regionAt uint8, markAt uint16) {
		region := regions[int(regionAt)%len(regions)]
		got, err := Parse(text, region)
		for _, c := range got.Contacts {
			checkContact(t, text, c)
		}
		checkError(t, text, err)
		if err == nil && len(got.Contacts) > 1 {
			t.Errorf("%q: several contacts and no mistake", text)
		}
		if err == nil && len(got.Contacts) == 1 {
			checkAgain(t, got, region)
		}
		checkMarks(t, text, region, int(markAt))
	})
}

func checkContact(t *testing.T, text string, c phone.Number) {
	t.Helper()
	number, err := phonenumbers.Parse("+"+c.Digits(), "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(number) || !e164.MatchString(c.Digits()) {
		t.Fatalf("%q: contact %q is no valid number: %v", text, c.Digits(), err)
	}
	typed := phone.ASCII(Visible(text) + unquery(Visible(text)))
	isTyped := func(form phone.Number) bool {
		return subsequence(typed, strings.TrimPrefix(form.ID(), strconv.Itoa(int(number.GetCountryCode()))))
	}
	if !slices.ContainsFunc(c.Forms(), isTyped) {
		t.Errorf("%q: contact %q has digits that nobody typed", text, c.Digits())
	}
}

// subsequence tells whether text holds all characters of part in their order.
func subsequence(text, part string) bool {
	for _, r := range part {
		i := strings.IndexRune(text, r)
		if i < 0 {
			return false
		}
		text = text[i+utf8.RuneLen(r):]
	}
	return true
}

func checkError(t *testing.T, text string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var m *Mistake
	if !errors.As(err, &m) {
		t.Fatalf("%q: %T is no *Mistake", text, err)
	}
	if m.Example == "" || m.Part == "" {
		t.Errorf("%q: %s lacks its example or part", text, m.Kind)
	}
	masked, _, _ := strings.Cut(m.Error(), "@") // a domain may be digits, and is shown
	if longDigits.MatchString(phone.ASCII(masked)) {
		t.Errorf("%q: error %q shows a number", text, m.Error())
	}
	if typed := m.Typed.Reveal(); wrongEmail(typed) == "" && strings.Index(typed, "@") > 1 && strings.Contains(m.Error(), typed) {
		t.Errorf("%q: error %q shows an address", text, m.Error())
	}
}

// checkAgain writes a reading plainly and reads that.
func checkAgain(t *testing.T, got Reading, region string) {
	t.Helper()
	plain := got.Contacts[0].International()
	if got.Agent.Kind == agent.ByEmail {
		plain += " " + got.Agent.Reveal()
	}
	again, err := Parse(plain, region)
	if err != nil || len(again.Contacts) != 1 || !again.Contacts[0].Equal(got.Contacts[0]) {
		t.Errorf("%q in %s reads as %d contacts, %v", plain, region, len(again.Contacts), err)
	}
	if got.Agent.Kind == agent.ByEmail && !same(again.Agent, got.Agent) {
		t.Errorf("%q reads as agent %q, want %q", plain, again.Agent.Encode(), got.Agent.Encode())
	}
}

// checkMarks strews direction marks over text and reads that.
func checkMarks(t *testing.T, text, region string, at int) {
	t.Helper()
	const marks = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
	runes := []rune(text)
	at %= len(runes) + 1
	marked := "\u202b" + string(runes[:at]) + marks + string(runes[at:]) + "\u202c"
	if !utf8.ValidString(text) || utf8.RuneCountInString(marked) > MaxTyped {
		return
	}
	plain, wrong := Parse(text, region)
	got, err := Parse(marked, region)
	if !sameReading(plain, got) || kindOfError(err) != kindOfError(wrong) {
		t.Errorf("%q reads as %q %q %v, but %q as %q %q %v", text, plain.TypedContact, plain.TypedAgent, wrong,
			marked, got.TypedContact, got.TypedAgent, err)
	}
}

func sameReading(a, b Reading) bool {
	if len(a.Contacts) != len(b.Contacts) {
		return false
	}
	for i := range a.Contacts {
		if !a.Contacts[i].Equal(b.Contacts[i]) {
			return false
		}
	}
	return same(a.Agent, b.Agent) && a.TypedContact == b.TypedContact && a.TypedAgent == b.TypedAgent && a.Help == b.Help
}

func kindOfError(err error) MistakeKind {
	var m *Mistake
	if errors.As(err, &m) {
		return m.Kind
	}
	return ""
}

// FuzzFields holds ParsePhone and ParseAgent to agree with Parse: what is a good half
// there is the same half alone.
func FuzzFields(f *testing.F) {
	seedLines(f)
	f.Fuzz(func(t *testing.T, text string, regionAt uint8, _ uint16) {
		region := regions[int(regionAt)%len(regions)]
		line, wrong := Parse(text, region)
		phone, errPhone := ParsePhone(text, region)
		agent, errAgent := ParseAgent(text)
		checkError(t, text, errPhone)
		checkError(t, text, errAgent)
		if errPhone == nil && (wrong != nil || !line.Agent.IsZero() || len(line.Contacts) != 1 || !line.Contacts[0].Equal(phone)) {
			t.Errorf("%q is phone %q, but as a line %d contacts, %v", text, phone.Digits(), len(line.Contacts), wrong)
		}
		if errAgent == nil && (agent.IsZero() || wrong == nil && !line.Help && !same(line.Agent, agent)) {
			t.Errorf("%q is agent %q, but as a line %q", text, agent.Encode(), line.Agent.Encode())
		}
		if errPhone == nil && errAgent == nil {
			t.Errorf("%q is both a phone and an agent", text)
		}
	})
}
