package line

import (
	"errors"
	"strings"
	"testing"
)

func TestAnOfferIsRead(t *testing.T) {
	for typed, want := range map[string]struct{ contacts, note string }{
		"0544444444":                           {"966544444444", ""},
		"+966 54 444 4444":                     {"966544444444", ""},
		"٠٥٤٤٤٤٤٤٤٤":                           {"966544444444", ""},
		"0544444444 wants a refund":            {"966544444444", "wants a refund"},
		"054 444 4444 note: be quick\nplease":  {"966544444444", "be quick\nplease"},
		"0544444444, 0555555555":               {"966544444444 966555555555", ""},
		"0544444444 and 0555555555 one family": {"966544444444 966555555555", "one family"},
		"0544444444 و0555555555 ملاحظة: عائلة": {"966544444444 966555555555", "عائلة"},
		"0544444444 0544444444":                {"966544444444", ""},
		"0544444444 calls 2 times":             {"966544444444", "calls 2 times"},
		"0544444444 &lt;!channel&gt; hurry":    {"966544444444", "<!channel> hurry"},
	} {
		o, err := ParseOffer(typed, "SA")
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		var digits []string
		for _, c := range o.Contacts {
			digits = append(digits, c.Digits())
		}
		if got := strings.Join(digits, " "); got != want.contacts || o.Note.Reveal() != want.note {
			t.Errorf("%q is %s with %q", typed, got, o.Note.Reveal())
		}
	}
}

func TestAnOfferThatIsNotUnderstood(t *testing.T) {
	for typed, want := range map[string]MistakeKind{
		"":                     ContactMissing,
		"omar@twerlo.com":      ContactNotPhone,
		"05444":                PhoneTooShort,
		"0544444444 054444444": PhoneInvalid,
		"0544444444 note: " + strings.Repeat("x", MaxNote+1): NoteTooLong,
	} {
		_, err := ParseOffer(typed, "SA")
		if m, ok := errors.AsType[*Mistake](err); !ok || m.Kind != want {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
