package phone

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// WhatsApp knows an account by the number that it was registered with, and keeps that as
// its id when the numbering plan changes. So one contact can have several numbers: today's
// of the numbering plan, which is what Number holds, and older ones. This is what public
// sources say of which countries:
//
//	Mexico          521 before ten digits, dropped from the plan in 2019; WhatsApp's ids
//	                mostly still have it (Gupshup, Zoho: "Mexico digit 1").
//	Brazil          the ninth digit was added by 2016; accounts outside the area codes 11
//	                to 28 mostly have ids without it (Gupshup, Zoho; whatsapp-web.js #596,
//	                Baileys #1997). Landlines begin with 2 to 5 and never had one (waha #1974).
//	Argentina       ids have the mobile 9 behind 54 (chatwoot's Argentine normaliser, and
//	                others that take it out to compare).
//	Benin           01 before eight digits since 30 November 2024 (telephone_number #138);
//	                whether WhatsApp has moved its accounts, no source says.
//	Ivory Coast     01, 05 or 07 before eight digits since 31 January 2021
//	                (flutter-libphonenumber #36); no source on WhatsApp's ids either.
//
// Looked at, and left alone: Gabon (2019: the library takes the old numbers for valid, and no
// report of WhatsApp's ids was found), Burkina Faso (no such change), Mexico's 044, 045 and
// 01 (prefixes for dialling: they are read, and no id has them).
var formsByCode = map[string]func(national string) (id string, ok bool){
	"52":  mexican,
	"55":  brazilian,
	"54":  argentine,
	"229": beninese,
	"225": ivorian,
}

// Forms gives the ids by which WhatsApp may know the contact, the likeliest first: one, or
// two where the numbering plan has changed. The one that n has comes first, save that no
// mobile in Argentina has an id without its 9.
func (n Number) Forms() []Number {
	digits := formsOf(n.Digits())
	if at := slices.Index(digits, n.ID()); at > 0 && !strings.HasPrefix(n.Digits(), "549") {
		digits[0], digits[at] = digits[at], digits[0]
	}
	forms := make([]Number, len(digits))
	for i, id := range digits {
		forms[i] = n.WithID(id)
	}
	return forms
}

// formsOf gives the forms of today's number, the likeliest first.
func formsOf(digits string) []string {
	code, national := splitCode(digits)
	read, known := formsByCode[code]
	if !known {
		return []string{digits}
	}
	old, ok := olderForm(code, national)
	if !ok {
		return []string{digits}
	}
	if back, ok := read(old); !ok || code+back != digits {
		return []string{digits} // no form that would be read as this number
	}
	if newestFirst(code, national) {
		return []string{digits, code + old}
	}
	return []string{code + old, digits}
}

// newestFirst tells where WhatsApp's accounts mostly have the number of today's plan.
func newestFirst(code, national string) bool {
	return code == "54" || code == "225" || code == "55" && national < "3"
}

// olderForm gives the national part that the number had before the plan was changed.
func olderForm(code, national string) (string, bool) {
	switch {
	case code == "52" && len(national) == 10:
		return "1" + national, true
	case code == "55" && len(national) == 11 && national[2] == '9':
		return national[:2] + national[3:], true
	case code == "54" && len(national) == 11 && national[0] == '9':
		return national[1:], true
	case code == "229" && len(national) == 10 && strings.HasPrefix(national, "01"):
		return national[2:], true
	case code == "225" && len(national) == 10 && national[0] == '0':
		return national[2:], true
	}
	return "", false
}

// today gives the number of today's numbering plan for one of any form, in digits with the
// country code; the same digits where there is no other.
func today(digits string) string {
	code, national := splitCode(digits)
	if read, known := formsByCode[code]; known {
		if now, ok := read(national); ok {
			return code + now
		}
	}
	return digits
}

// splitCode parts one of the country codes of formsByCode from the rest.
func splitCode(digits string) (code, national string) {
	for _, n := range []int{2, 3} {
		if len(digits) > n && formsByCode[digits[:n]] != nil {
			return digits[:n], digits[n:]
		}
	}
	return "", digits
}

// mexican reads 1 and ten digits, and what is dialled at home: 044, 045 or 01 before them.
func mexican(national string) (string, bool) {
	for _, before := range []string{"1", "044", "045", "01"} {
		if rest, ok := strings.CutPrefix(national, before); ok && len(rest) == 10 && rest[0] >= '2' {
			return rest, true
		}
	}
	return "", false
}

// brazilian puts the ninth digit into a mobile without it. Landlines begin with 2 to 5.
func brazilian(national string) (string, bool) {
	if len(national) != 10 || national[0] == '0' || national[2] < '6' {
		return "", false
	}
	return national[:2] + "9" + national[2:], true
}

// argentine puts the mobile 9 before area and number, also in place of the 15 between them.
func argentine(national string) (string, bool) {
	national = strings.TrimPrefix(national, "0")
	if len(national) == 10 && national[0] != '9' {
		return "9" + national, true
	}
	rest := strings.TrimPrefix(national, "9")
	for area := 2; area <= 4 && len(rest) == 12; area++ {
		if rest[area:area+2] != "15" {
			continue
		}
		if mobile := "9" + rest[:area] + rest[area+2:]; isValid("54" + mobile) {
			return mobile, true
		}
	}
	return "", false
}

func beninese(national string) (string, bool) {
	if len(national) != 8 {
		return "", false
	}
	return "01" + national, isValid("22901" + national)
}

// ivorian puts the operator's two digits before a mobile number, which its second digit
// tells.
func ivorian(national string) (string, bool) {
	if len(national) != 8 || national[0] != '0' && national[0] < '4' {
		return "", false
	}
	before := "01"
	switch {
	case national[1] >= '7':
		before = "07"
	case national[1] >= '4':
		before = "05"
	}
	return before + national, true
}

func isValid(digits string) bool {
	number, err := phonenumbers.Parse("+"+digits, "ZZ")
	return err == nil && phonenumbers.IsValidNumber(number)
}
