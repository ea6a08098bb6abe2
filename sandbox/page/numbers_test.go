package page

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumbersIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"0544444444 omar@twerlo.com":                {"544444444"},
		"\u2066+966 54 444-4444\u2069 and 12":       {"966544444444"},
		"٠٥٤٤٤٤٤٤٤٤ سارة":                           {"544444444"},
		"۰۵۴۴۴۴۴۴۴۴":                                {"544444444"},
		"00966544444444":                            {"966544444444"},
		`{"c":"966544444444","a":"email:x","n":17}`: {"966544444444"},
		"<tel:0544444444|0544444444>":               {"544444444", "544444444"},
		"0544444444 , 0555555555":                   {"544444444", "555555555"},
		"order 12345, 3 items":                      nil,
		"":                                          nil,
	} {
		if diff := cmp.Diff(want, numbersIn(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestSameNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"966544444444", "544444444", true},
		{"544444444", "966544444444", true},
		{"544444444", "544444445", false},
		{"966544444444", "444", false},
		{"", "", false},
	} {
		if got := sameNumber(c.a, c.b); got != c.same {
			t.Errorf("%s and %s: %t", c.a, c.b, got)
		}
	}
}

func FuzzNumbersIn(f *testing.F) {
	for _, text := range []string{"0544444444", "+966 54 444 4444", "٠٥٤٤٤٤٤٤٤٤", "\u200e00966-54\u200e 444 4444x"} {
		f.Add(text)
	}
	digits := regexp.MustCompile(`^[1-9][0-9]{6,}$`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range numbersIn(text) {
			again := numbersIn(n)
			if !digits.MatchString(n) || len(again) != 1 || again[0] != n || !sameNumber(n, "966"+n) {
				t.Errorf("%q holds %q", text, n)
			}
		}
	})
}

func TestAgentsIn(t *testing.T) {
	t.Parallel()
	emails := func(id string) string {
		return map[string]string{"": "self@twerlo.com", "U0OMAR": "Omar@twerlo.com"}[id]
	}
	for text, want := range map[string][]string{
		"0544444444 Sara@Twerlo.com":      {"sara@twerlo.com"},
		"0544444444 <@U0OMAR|omar>":       {"omar@twerlo.com"},
		"0544444444 me":                   {"self@twerlo.com"},
		"0544444444 <@U0NOBODY> somebody": nil,
		"email:omar@twerlo.com":           {"omar@twerlo.com"},
	} {
		if diff := cmp.Diff(want, agentsIn(text, emails)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
