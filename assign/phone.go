package assign

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// KnownRegion tells whether region is an ISO 3166 code in capitals that has numbers.
func KnownRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }

// ExamplePhone is a mobile number of region as one may type it there; a Saudi one where
// the region has none of its own.
func ExamplePhone(region string) string {
	number := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	if region == "SA" || number == nil {
		return exampleSaudi(region)
	}
	for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.NATIONAL, phonenumbers.INTERNATIONAL} {
		example := phonenumbers.Format(number, format)
		if phones, wrong := readPhones(example, region); wrong == "" && len(phones) == 1 {
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

// readPhones reads text that looks like one or several numbers, and gives the kind of
// mistake if it is none. Blanks, dashes, dots, slashes and brackets part it into pieces,
// and it stands for the one way of joining neighbours in which every number is valid.
// Several such ways are problemAmbiguous, with all their numbers.
func readPhones(text, region string) ([]Phone, PhoneProblem) {
	pieces, kind := phonePieces(text)
	if kind != "" {
		return nil, kind
	}
	var all []Phone
	for len(pieces) > 0 {
		// A plus begins a number.
		end := 1
		for end < len(pieces) && pieces[end][0] != '+' {
			end++
		}
		ways := joinPieces(pieces[:end], region)
		switch len(ways) {
		case 0:
			_, kind := readNumber(strings.Join(pieces[:end], ""), region)
			return all, kind
		case 1:
			all = append(all, ways[0]...)
		default:
			return slices.Concat(ways...), problemAmbiguous
		}
		pieces = pieces[end:]
	}
	return all, ""
}

// PhoneProblem says why digits are no phone number. Its value is a stable key.
type PhoneProblem string

const (
	problemTooShort   PhoneProblem = "phone_too_short"
	problemTooLong    PhoneProblem = "phone_too_long"
	problemInvalid    PhoneProblem = "phone_invalid"    // as long as a number may be, but of no known range
	problemCountry    PhoneProblem = "phone_country"    // no country has that code
	problemPlus       PhoneProblem = "phone_plus"       // a plus that is not in front
	problemLetters    PhoneProblem = "phone_letters"    // letters among the digits
	problemCharacters PhoneProblem = "phone_characters" // signs that no number has
	problemExtension  PhoneProblem = "phone_extension"  // an extension behind the number
	problemAmbiguous  PhoneProblem = "phone_ambiguous"  // one number or several: both can be read
	problemRewritten  PhoneProblem = "phone_rewritten"  // valid only with digits that nobody typed
)

// longestNumber is the most digits that one number takes to write: 00, E.164's fifteen,
// and a trunk zero.
const longestNumber = 2 + 15 + 1

// joinPieces gives the ways of joining neighbouring pieces so that each result is a valid
// number; at most two, since a second one settles that it is ambiguous.
func joinPieces(pieces []string, region string) [][]Phone {
	// ways[i] are those of the pieces from i on.
	ways := make([][][]Phone, len(pieces)+1)
	ways[len(pieces)] = [][]Phone{nil}
	for i := len(pieces) - 1; i >= 0; i-- {
		number := ""
		for j := i; j < len(pieces) && len(ways[i]) < 2; j++ {
			number += pieces[j]
			if len(strings.TrimPrefix(number, "+")) > longestNumber {
				break
			}
			if len(ways[j+1]) == 0 {
				continue
			}
			phone, kind := readNumber(number, region)
			if kind != "" {
				continue
			}
			for _, rest := range ways[j+1] {
				ways[i] = append(ways[i], append([]Phone{phone}, rest...))
			}
		}
	}
	return ways[0][:min(2, len(ways[0]))]
}

// readNumber reads ASCII digits, perhaps with a plus in front.
//
// A number without + or 00 is one of region, which is what a default region is for. Only
// if region has no such number it may be an international one that lost its plus, as
// Azeer itself writes them. Where both could be, the region's wins: asking back would
// refuse many a plain local number for the sake of a distant one (Kuwaiti mobiles for
// landlines in the Solomon Islands).
func readNumber(number, region string) (Phone, PhoneProblem) {
	if rest, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + rest
	}
	phone, kind := checkNumber(number, region)
	if kind == "" || number[0] == '+' || number[0] == '0' {
		return phone, kind
	}
	if abroad, wrong := checkNumber("+"+number, region); wrong == "" {
		return abroad, ""
	}
	return Phone{}, kind
}

// checkNumber asks libphonenumber, and if that says no, asks again without the zero that
// people put behind a country code though the country has none: +974 (0)3312 3456.
func checkNumber(number, region string) (Phone, PhoneProblem) {
	parsed, err := phonenumbers.Parse(number, region)
	if err != nil {
		return Phone{}, kindOf(err)
	}
	if !phonenumbers.IsValidNumber(parsed) {
		code := "+" + strconv.Itoa(int(parsed.GetCountryCode()))
		if rest, ok := strings.CutPrefix(number, code+"0"); ok && !strings.HasPrefix(rest, "0") {
			return checkNumber(code+rest, region)
		}
		return Phone{}, kindOfInvalid(parsed)
	}
	// Some regions' rules put digits into a number. Nobody typed those.
	if !strings.HasSuffix(number, phonenumbers.GetNationalSignificantNumber(parsed)) {
		return Phone{}, problemRewritten
	}
	digits := phonenumbers.Format(parsed, phonenumbers.E164)[1:]
	switch {
	case len(digits) < 8:
		return Phone{}, problemTooShort
	case len(digits) > 15:
		return Phone{}, problemTooLong
	}
	return NewPhone(digits), ""
}

func kindOf(err error) PhoneProblem {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return problemCountry
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return problemTooLong
	}
	return problemTooShort // all that is left for a string of digits
}

func kindOfInvalid(number *phonenumbers.PhoneNumber) PhoneProblem {
	switch phonenumbers.IsPossibleNumberWithReason(number) {
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return problemTooShort
	case phonenumbers.TOO_LONG:
		return problemTooLong
	}
	return problemInvalid
}

// extension finds what people write behind a number to reach a desk.
var extension = regexp.MustCompile(`(?i)\d[\s.,;(\[]*(?:ext(?:n|ension)?|x|#|تحويلة)[\s.:=]*\d+\W*$`)

// phonePieces gives the runs of digits in text as ASCII, each with the plus before it.
func phonePieces(text string) ([]string, PhoneProblem) {
	text = asciiDigits(text)
	if extension.MatchString(text) {
		return nil, problemExtension
	}
	if strings.IndexFunc(text, unicode.IsLetter) >= 0 {
		return nil, problemLetters
	}
	var pieces []string
	plus, inside := false, false
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			if !inside {
				pieces = append(pieces, "")
			}
			if plus {
				pieces[len(pieces)-1] = "+"
			}
			pieces[len(pieces)-1] += string(r)
			plus, inside = false, true
		case r == '+' && plus:
			return nil, problemPlus
		case r == '+':
			plus = true
			inside = false
		case strings.ContainsRune(` ./\()[]{}_~·•:'`, r) || isDash(r):
			inside = false
		default:
			return nil, problemCharacters
		}
	}
	return settlePlus(text, pieces, plus)
}

// settlePlus refuses a plus stuck behind digits, save a single one at the very end: in
// right-to-left text the plus that was typed first often ends up there.
func settlePlus(text string, pieces []string, last bool) ([]string, PhoneProblem) {
	switch {
	case len(pieces) == 0:
		return nil, problemTooShort
	case last && strings.Count(text, "+") == 1 && pieces[0][0] != '0':
		pieces[0] = "+" + pieces[0]
		return pieces, ""
	case last || stuckPlus.MatchString(text):
		return nil, problemPlus
	}
	return pieces, ""
}

var stuckPlus = regexp.MustCompile(`\d\+`)
