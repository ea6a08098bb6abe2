package phone

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

// ReadAll reads text that looks like one or several numbers, and gives the kind of
// mistake if it is none. Blanks, dashes, dots, slashes and brackets part it into pieces,
// and it stands for the one way of joining neighbours in which every number is valid.
// Several such ways are Ambiguous, with all their numbers.
func ReadAll(text, region string) ([]Number, Problem) {
	pieces, kind := phonePieces(text)
	if kind != "" {
		return nil, kind
	}
	var all []Number
	for len(pieces) > 0 {
		// A plus begins a number.
		end := 1
		for end < len(pieces) && pieces[end][0] != '+' {
			end++
		}
		ways := joinPieces(pieces[:end], region)
		switch len(ways) {
		case 0:
			_, kind := Read(strings.Join(pieces[:end], ""), region)
			return all, kind
		case 1:
			all = append(all, ways[0]...)
		default:
			return slices.Concat(ways...), Ambiguous
		}
		pieces = pieces[end:]
	}
	return all, ""
}

// Problem says why digits are no phone number. Its value is a stable key.
type Problem string

const (
	TooShort   Problem = "phone_too_short"
	TooLong    Problem = "phone_too_long"
	Invalid    Problem = "phone_invalid"    // as long as a number may be, but of no known range
	NoCountry  Problem = "phone_country"    // no country has that code
	StrayPlus  Problem = "phone_plus"       // a plus that is not in front
	Letters    Problem = "phone_letters"    // letters among the digits
	Characters Problem = "phone_characters" // signs that no number has
	Extension  Problem = "phone_extension"  // an extension behind the number
	Ambiguous  Problem = "phone_ambiguous"  // one number or several: both can be read
	Rewritten  Problem = "phone_rewritten"  // valid only with digits that nobody typed
)

// Longest is the most digits that one number takes to write: 00, E.164's fifteen,
// and a trunk zero.
const Longest = 2 + 15 + 1

// joinPieces gives the ways of joining neighbouring pieces so that each result is a valid
// number; at most two, since a second one settles that it is ambiguous.
func joinPieces(pieces []string, region string) [][]Number {
	// ways[i] are those of the pieces from i on.
	ways := make([][][]Number, len(pieces)+1)
	ways[len(pieces)] = [][]Number{nil}
	for i := len(pieces) - 1; i >= 0; i-- {
		number := ""
		for j := i; j < len(pieces) && len(ways[i]) < 2; j++ {
			number += pieces[j]
			if len(strings.TrimPrefix(number, "+")) > Longest {
				break
			}
			if len(ways[j+1]) == 0 {
				continue
			}
			phone, kind := Read(number, region)
			if kind != "" {
				continue
			}
			for _, rest := range ways[j+1] {
				ways[i] = append(ways[i], append([]Number{phone}, rest...))
			}
		}
	}
	return ways[0][:min(2, len(ways[0]))]
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
	phone, kind := checkNumber(number, region)
	if kind == "" || number[0] == '+' || number[0] == '0' {
		return phone, kind
	}
	if abroad, wrong := checkNumber("+"+number, region); wrong == "" {
		return abroad, ""
	}
	return Number{}, kind
}

// checkNumber asks libphonenumber, and if that says no, asks again without the zero that
// people put behind a country code though the country has none: +974 (0)3312 3456.
func checkNumber(number, region string) (Number, Problem) {
	parsed, err := phonenumbers.Parse(number, region)
	if err != nil {
		return Number{}, kindOf(err)
	}
	if !phonenumbers.IsValidNumber(parsed) {
		code := "+" + strconv.Itoa(int(parsed.GetCountryCode()))
		if rest, ok := strings.CutPrefix(number, code+"0"); ok && !strings.HasPrefix(rest, "0") {
			return checkNumber(code+rest, region)
		}
		return Number{}, kindOfInvalid(parsed)
	}
	// Some regions' rules put digits into a number. Nobody typed those.
	if !strings.HasSuffix(number, phonenumbers.GetNationalSignificantNumber(parsed)) {
		return Number{}, Rewritten
	}
	digits := phonenumbers.Format(parsed, phonenumbers.E164)[1:]
	switch {
	case len(digits) < 8:
		return Number{}, TooShort
	case len(digits) > 15:
		return Number{}, TooLong
	}
	return New(digits), ""
}

func kindOf(err error) Problem {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return NoCountry
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return TooLong
	}
	return TooShort // all that is left for a string of digits
}

func kindOfInvalid(number *phonenumbers.PhoneNumber) Problem {
	switch phonenumbers.IsPossibleNumberWithReason(number) {
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return TooShort
	case phonenumbers.TOO_LONG:
		return TooLong
	}
	return Invalid
}

// extension finds what people write behind a number to reach a desk.
var extension = regexp.MustCompile(`(?i)\d[\s.,;(\[]*(?:ext(?:n|ension)?|x|#|تحويلة)[\s.:=]*\d+\W*$`)

// phonePieces gives the runs of digits in text as ASCII, each with the plus before it.
func phonePieces(text string) ([]string, Problem) {
	text = ASCII(text)
	if extension.MatchString(text) {
		return nil, Extension
	}
	if strings.IndexFunc(text, unicode.IsLetter) >= 0 {
		return nil, Letters
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
			return nil, StrayPlus
		case r == '+':
			plus = true
			inside = false
		case strings.ContainsRune(` ./\()[]{}_~·•:'`, r) || IsDash(r):
			inside = false
		default:
			return nil, Characters
		}
	}
	return settlePlus(text, pieces, plus)
}

// settlePlus refuses a plus stuck behind digits, save a single one at the very end: in
// right-to-left text the plus that was typed first often ends up there.
func settlePlus(text string, pieces []string, last bool) ([]string, Problem) {
	switch {
	case len(pieces) == 0:
		return nil, TooShort
	case last && strings.Count(text, "+") == 1 && pieces[0][0] != '0':
		pieces[0] = "+" + pieces[0]
		return pieces, ""
	case last || stuckPlus.MatchString(text):
		return nil, StrayPlus
	}
	return pieces, ""
}

var stuckPlus = regexp.MustCompile(`\d\+`)
