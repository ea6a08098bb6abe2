package phone

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// KnownRegion tells whether region is an ISO 3166 code in capitals that has numbers.
func KnownRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }

// Example is a mobile number of region as one may type it there; a Saudi one where
// the region has none of its own.
func Example(region string) string {
	number := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	if region == "SA" || number == nil {
		return exampleSaudi(region)
	}
	for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.NATIONAL, phonenumbers.INTERNATIONAL} {
		example := phonenumbers.Format(number, format)
		if phones, wrong := ReadAll(example, region); wrong == "" && len(phones) == 1 {
			return example
		}
	}
	return exampleSaudi(region)
}

func exampleSaudi(region string) string {
	if region == "SA" {
		return "0544444444"
	}
	return "+966 54 444 4444"
}

// Read reads ASCII digits, perhaps with a plus in front.
//
// A number without + or 00 is one of region, which is what a default region is for. Only
// if region has no such number it may be an international one that lost its plus, as
// Azeer itself writes them. Where both could be, the region's wins: asking back would
// refuse many a plain local number for the sake of a distant one (Kuwaiti mobiles for
// landlines in the Solomon Islands).
func Read(number, region string) (Number, Problem) {
	if rest, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + rest
	}
	phone, problem := checkNumber(number, region)
	if problem == "" || number[0] == '+' || number[0] == '0' {
		return phone, problem
	}
	if abroad, wrong := checkNumber("+"+number, region); wrong == "" || wrong == Unlisted && isOf(abroad, region) {
		return abroad, wrong
	}
	return phone, problem
}

// isOf tells whether a number is of region.
func isOf(n Number, region string) bool {
	return strings.HasPrefix(n.Digits(), strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region)))
}

// checkNumber asks libphonenumber. If that says no, it asks again without the zero that
// people put behind a country code though the country has none (+974 (0)3312 3456), and for
// today's number of an older one.
func checkNumber(number, region string) (Number, Problem) {
	parsed, err := phonenumbers.Parse(number, region)
	if err != nil {
		return Number{}, problemOf(err)
	}
	code := strconv.Itoa(int(parsed.GetCountryCode()))
	national := phonenumbers.GetNationalSignificantNumber(parsed)
	if !phonenumbers.IsValidNumber(parsed) {
		if now := today(code + national); now != code+national && isValid(now) {
			return New(now).WithID(code + national), ""
		}
		if rest, ok := strings.CutPrefix(number, "+"+code+"0"); ok && !strings.HasPrefix(rest, "0") {
			return checkNumber("+"+code+rest, region)
		}
		return problemOfInvalid(parsed)
	}
	digits := phonenumbers.Format(parsed, phonenumbers.E164)[1:]
	// Some regions' rules put digits into a number. Nobody typed those; only Argentina's
	// mean the same, a 9 in front for a 15 in the middle.
	if !strings.HasSuffix(number, national) && code != "54" {
		return Number{}, Rewritten
	}
	switch {
	case len(digits) < shortest:
		return Number{}, TooShort
	case len(digits) > 15:
		return Number{}, TooLong
	}
	remember(digits, parsed)
	return New(digits), ""
}

// shortest is how many digits a number has at least, with its country code: those of Saint
// Helena and Tokelau have seven.
const shortest = 7

func problemOf(err error) Problem {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return NoCountry
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return TooLong
	}
	return TooShort // all that is left for a string of digits
}

// problemOfInvalid says what is wrong with a number that is not listed. One that has the
// shape of a mobile comes with it: it may be of a range that is newer than the list.
func problemOfInvalid(number *phonenumbers.PhoneNumber) (Number, Problem) {
	switch phonenumbers.IsPossibleNumberWithReason(number) {
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return Number{}, TooShort
	case phonenumbers.TOO_LONG:
		return Number{}, TooLong
	}
	if hasMobileShape(number) {
		return New(phonenumbers.Format(number, phonenumbers.E164)[1:]), Unlisted
	}
	return Number{}, Invalid
}

// mobileShapes remembers which first digits, in numbers of which length, mobiles of a
// country code have.
var mobileShapes sync.Map // of "966 5 9" to bool

// hasMobileShape tells whether the country has mobiles of this length that begin with the
// same digit.
func hasMobileShape(number *phonenumbers.PhoneNumber) bool {
	code, national := int(number.GetCountryCode()), phonenumbers.GetNationalSignificantNumber(number)
	if len(national) < 7 {
		return false
	}
	shape := fmt.Sprint(code, national[:1], len(national))
	if known, ok := mobileShapes.Load(shape); ok {
		return known.(bool)
	}
	found := false
	for n := 0; n < 100 && !found; n++ {
		like := fmt.Sprintf("%c%02d%s", national[0], n, national[3:])
		parsed, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", code, like), "ZZ")
		if err != nil || phonenumbers.GetNationalSignificantNumber(parsed) != like { // a zero too many
			continue
		}
		kind := phonenumbers.GetNumberType(parsed)
		found = kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
	}
	mobileShapes.Store(shape, found)
	return found
}

func isValid(digits string) bool {
	number, err := phonenumbers.Parse("+"+digits, "ZZ")
	return err == nil && phonenumbers.IsValidNumber(number)
}
