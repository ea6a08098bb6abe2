package line

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"azeer-slack/assign/phone"
)

func TestEveryMistakeKindIsReachable(t *testing.T) {
	t.Parallel()
	seen := map[MistakeKind]bool{
		// Shown in tests of their own.
		PhoneAmbiguous: true, PhoneRewritten: true,
		NoteTooLong: true, ContactMissing: true, ContactNotPhone: true, AgentMissing: true, AgentIsPhone: true,
	}
	for _, c := range wrongLines {
		seen[c.kind] = true
	}
	kinds := AllMistakeKinds()
	for _, kind := range kinds {
		if !seen[kind] {
			t.Errorf("no wrong line shows %s", kind)
		}
		delete(seen, kind)
	}
	for kind := range seen {
		t.Errorf("%s is not listed", kind)
	}
	slices.Sort(kinds)
	if len(slices.Compact(kinds)) != len(AllMistakeKinds()) {
		t.Error("two kinds have the same key")
	}
}

func TestMistakeGivesAnExampleThatReads(t *testing.T) {
	t.Parallel()
	for _, region := range regions {
		for text, part := range map[string]Part{"05 " + exampleAgent: PartContact, "omar@": PartAgent, "!!!": PartWhole} {
			_, err := Parse(text, region)
			var m *Mistake
			if !errors.As(err, &m) || m.Part != part || m.Region != region {
				t.Errorf("%q in %s: %v, want a mistake about the %s", text, region, err, part)
				continue
			}
			got, err := Parse(m.Example, region)
			if err != nil || (part != PartAgent) != (len(got.Contacts) == 1) || (part != PartContact) == got.Agent.IsZero() {
				t.Errorf("%q in %s: example %q: %v", text, region, m.Example, err)
			}
		}
	}
}

func TestMistakeMasksWhatWasTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"0544444444 0555555555":        "…555",
		"٠٥٤٤٤٤٤٤٤٤":                   "…444",
		"05444":                        "…",
		"omar@twerlo.com":              "o…@twerlo.com",
		"omar@twerlo.com, sara@twerlo": "o…",
		"omar@ 0544444444":             "…444",
		"عمر الحربي":                   "ع…",
		"":                             "",
	} {
		if got := NewTyped(typed).String(); got != want {
			t.Errorf("mask of %q is %q, want %q", typed, got, want)
		}
	}
	for _, c := range wrongLines {
		_, err := Parse(c.text, "SA")
		expectMasked(t, err.Error(), c.typed)
	}
	if got := newMistake(EmailNoDomain, PartAgent, "omar@", "SA").Error(); got != "read agent o…: email_no_domain" {
		t.Errorf("error reads %q", got)
	}
}

// expectMasked checks that shown holds no number, address or longer word of typed.
func expectMasked(t *testing.T, shown, typed string) {
	t.Helper()
	if len([]rune(typed)) >= 4 && strings.Contains(shown, typed) {
		t.Errorf("%q shows %q in clear", shown, typed)
	}
	if longDigits.MatchString(phone.ASCII(shown)) {
		t.Errorf("%q shows a number", shown)
	}
}
