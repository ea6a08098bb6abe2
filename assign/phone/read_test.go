package phone

import (
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// digitsOf gives numbers as their digits, in one line.
func digitsOf(numbers []Number) string {
	var all []string
	for _, n := range numbers {
		all = append(all, n.Digits())
	}
	return strings.Join(all, " ")
}

func TestRowNumbersAreNoCountryCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region, text, want string
		problem            Problem
	}{
		{"SA", "2. 0501234567", "966501234567", ""},
		{"SA", "2) 0501234567", "966501234567", ""},
		{"SA", "2- 0501234567", "966501234567", ""},
		{"SA", "(2) 0501234567", "966501234567", ""},
		{"SA", "2: 0501234567", "966501234567", ""},
		{"SA", "2 0501234567", "966501234567", ""},
		{"SA", "٢- ٠٥٠١٢٣٤٥٦٧", "966501234567", ""},
		{"SA", "20 0501234567", "966501234567", ""},
		{"SA", "33. 0544444444", "966544444444", ""},
		{"SA", "49 0544444444", "966544444444", ""},
		{"SA", "81 0544444444", "966544444444", ""},
		{"SA", "27 0501234567", "966501234567", ""},
		{"SA", "2. 050 123 4567", "966501234567", ""},
		{"SA", "1. 0501234567 2. 0551234567", "966501234567 966551234567", ""},
		{"SA", "2. +966 50 123 4567", "966501234567", ""},
		{"SA", "966 0544444444", "966544444444", ""},
		{"SA", "+966 0544444444", "966544444444", ""},
		{"SA", "2. 501234567", "966501234567", ""},
		// Both may be meant.
		{"SA", "971 0501234567", "971501234567 966501234567", Ambiguous},
		{"SA", "20 501234567", "20501234567 966501234567", Ambiguous},
		// Digits behind a number may be its own.
		{"SA", "0501234567 12", "966501234567", Likely},
		{"KW", "50012345 12", "96550012345", Likely},
		{"KW", "965 5001 2345", "96550012345", ""},
		{"BH", "974 3312 3456", "97433123456 97333123456", Ambiguous},
	} {
		got, problem := ReadAll(c.text, c.region)
		if digitsOf(got) != c.want || problem != c.problem {
			t.Errorf("%q in %s: %s %q, want %s %q", c.text, c.region, digitsOf(got), problem, c.want, c.problem)
		}
	}
}

func TestNearlyANumberIsAskedAbout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		numbers string
		problem Problem
	}{
		"0521234567":        {"966521234567", Unlisted},
		"+966 52 123 4567":  {"966521234567", Unlisted},
		"966521234567":      {"966521234567", Unlisted},
		"0579912345":        {"966579912345", Unlisted},
		"+971 51 123 4567":  {"971511234567", Unlisted},
		"0844444444":        {"", Invalid},
		"+91007000000000":   {"", Invalid}, // two zeros too many: no new range
		"966966544444444":   {"966544444444", Likely},
		"+966966544444444":  {"966544444444", Likely},
		"+966 966544444444": {"966544444444", Likely},
		"++966544444444":    {"966544444444", Likely},
		"05444O4444":        {"966544404444", Likely},
		"O544444444":        {"966544444444", Likely},
		"O5l2345678":        {"966512345678", Likely},
		"9.66544E+11":       {"", Scientific},
		"9,66544e+11":       {"", Scientific},
		"0544444444.0":      {"966544444444", ""},
		"966544444444.0":    {"966544444444", ""},
		"966544444444.00":   {"966544444444", ""},
		"ـ0544444444":       {"966544444444", ""},
		"📱 0544444444":      {"966544444444", ""},
		"0544444444☎️":      {"966544444444", ""},
		"+290 8999":         {"2908999", ""},
		"+690 7290":         {"6907290", ""},
		"0544444444 ext 5":  {"", Extension},
		"0544444444x":       {"", Letters},
	} {
		got, problem := ReadAll(text, "SA")
		if digitsOf(got) != want.numbers || problem != want.problem {
			t.Errorf("%q: %s %q, want %s %q", text, digitsOf(got), problem, want.numbers, want.problem)
		}
	}
}

// drawNational gives a valid number of a region, as it is written there.
func drawNational(t *rapid.T, region string) (*phonenumbers.PhoneNumber, string) {
	kind := rapid.SampledFrom([]phonenumbers.PhoneNumberType{phonenumbers.MOBILE, phonenumbers.FIXED_LINE}).Draw(t, "kind")
	number := phonenumbers.GetExampleNumberForType(region, kind)
	if number == nil {
		number = phonenumbers.GetExampleNumber(region)
	}
	national := number.GetNationalNumber()/10000*10000 + rapid.Uint64Range(0, 9999).Draw(t, "last digits")
	changed := &phonenumbers.PhoneNumber{CountryCode: number.CountryCode, NationalNumber: &national, ItalianLeadingZero: number.ItalianLeadingZero}
	if phonenumbers.IsValidNumberForRegion(changed, region) {
		number = changed
	}
	return number, phonenumbers.Format(number, phonenumbers.NATIONAL)
}

// Whatever stands beside a number of the region, it is that number, or a question, or not
// read: never another.
func TestDigitsBesideANumberMakeNoOther(t *testing.T) {
	t.Parallel()
	var regions []string
	for region := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, region)
	}
	slices.Sort(regions)
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(regions).Draw(t, "region")
		number, national := drawNational(t, region)
		want := New(phonenumbers.Format(number, phonenumbers.E164)[1:])
		if got, problem := ReadAll(national, region); problem != "" || len(got) != 1 || !got[0].Equal(want) {
			t.Skip("not read as it is printed")
		}
		if rapid.Bool().Draw(t, "without blanks") {
			national = strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, national)
		}
		beside := rapid.StringMatching(`[0-9]{1,4}`).Draw(t, "beside")
		sign := rapid.SampledFrom([]string{" ", "\t", ". ", ") ", "- ", "-", ": ", "/", ".", " - ", "،", "\n", "#", "  ", "_", "~"}).Draw(t, "sign")
		text := beside + sign + national
		switch rapid.IntRange(0, 2).Draw(t, "where") {
		case 1:
			text = national + sign + beside
		case 2:
			text = "(" + beside + ") " + national
		}
		text = strings.NewReplacer("\t", " ", "\n", " ").Replace(text)
		got, problem := ReadAll(text, region)
		if problem == "" && digitsOf(got) != want.Digits() {
			t.Fatalf("%q in %s is read as %s, and is %s", text, region, digitsOf(got), want.Digits())
		}
	})
}

// Every number in every region is still read in every form in which it is printed.
func TestNumbersAreReadAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	for region := range phonenumbers.GetSupportedRegions() {
		number := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		if number == nil {
			continue
		}
		want := New(phonenumbers.Format(number, phonenumbers.E164)[1:])
		text := phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
		if got, problem := ReadAll(text, region); problem != "" || digitsOf(got) != want.Digits() {
			t.Errorf("%q in %s is %s %q", text, region, digitsOf(got), problem)
		}
	}
}
