package phone

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestInternationalIsHowPeopleReadIt(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"966544444444": "+966 54 444 4444", "12015550123": "+1 201-555-0123", "": "", "999": "+999",
	} {
		if got := New(digits).International(); got != want {
			t.Errorf("International of %q is %q, want %q", digits, got, want)
		}
	}
}

func TestKnownRegion(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"SA", "AE", "EG", "KW", "US", "GB", "DE", "IN"} {
		if !KnownRegion(region) {
			t.Errorf("%s is not known", region)
		}
	}
	for _, region := range []string{"", "XX", "sa", "001", "ZZ"} {
		if KnownRegion(region) {
			t.Errorf("%q is known", region)
		}
	}
}

// How a number is written does not depend on what it was read from.
// Not parallel: it empties what others remember.
func TestNumbersArePrintedTheSameHoweverTyped(t *testing.T) {
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.MOBILE, phonenumbers.FIXED_LINE} {
			example := phonenumbers.GetExampleNumberForType(region, kind)
			if example == nil {
				continue
			}
			for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.NATIONAL, phonenumbers.E164} {
				text := phonenumbers.Format(example, format)
				printedNumbers.Purge()
				read, problem := ReadAll(text, region)
				if problem != "" || len(read) != 1 {
					continue
				}
				number, region := read[0].International(), read[0].Region()
				printedNumbers.Purge()
				if fresh := New(read[0].Digits()); fresh.International() != number || fresh.Region() != region {
					t.Errorf("%q is printed as %s of %s when read, and as %s of %s later", text, number, region, fresh.International(), fresh.Region())
				}
			}
		}
	}
}
