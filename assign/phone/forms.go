package phone

import (
	"regexp"
	"slices"
	"strings"
)

// WhatsApp knows an account by the number that it was registered with, and keeps that as
// its id when the numbering plan changes. So one contact can have several numbers: today's
// of the numbering plan, which is what Number holds, and older ones.

// change is one way in which a numbering plan has changed: behind the country code, and an
// area that stays, some first digits became others. before, now and the rest have no
// digits in common with other ways of the same country, so that one number has one
// today's.
type change struct {
	code, area, before, now, rest string
	ids                           ids
}

// ids says which numbers WhatsApp's ids are where a plan has changed.
type ids int

const (
	mostlyOlder ids = iota // the older one is sent first, if today's was not typed
	mostlyNewer            // today's is sent first, if the older one was not typed
	newerFirst             // today's is sent first, whatever was typed
	onlyNewer              // the older one is read, and never sent
)

// changes is what public sources say.
var changes = []change{
	// Mexico dropped the 1 of mobiles in 2019. Ids of before keep it, newer ones and those
	// of landlines lack it (chatwoot #14048, Green API's FAQ "numbers of different
	// countries", Zoho "inconsistencies in Brazil and Mexico").
	{code: "52", before: "1", rest: `[2-9]\d{9}`, ids: mostlyOlder},

	// Brazil added a ninth digit by 2016, to mobiles alone: 6 to 9 follow it, as landlines
	// begin with 2 to 5 (waha #1974). Ids in the areas 11 to 28 were moved, elsewhere some
	// 90% lack it (Zoho, waha #1261, whatsapp-web.js #596).
	{code: "55", area: `[12][1-9]`, now: "9", rest: `[6-9]\d{7}`, ids: mostlyNewer},
	{code: "55", area: `[3-9][1-9]`, now: "9", rest: `[6-9]\d{7}`, ids: mostlyOlder},

	// Argentina has a 9 in mobiles when called from abroad, which people leave out. Ids have
	// it (Green API's FAQ, Whapi's help desk, chatwoot's Argentine normaliser), save those of
	// landlines. An area begins with 1 to 3.
	{code: "54", now: "9", rest: `[1-3]\d{9}`, ids: newerFirst},

	// Benin put 01 before every number on 30 November 2024 (telephone_number #138), save
	// those that begin with 8. Ids of before are kept: contact cards of bots have them.
	// Signal holds both numbers for one account.
	{code: "229", now: "01", rest: `[24-69]\d{7}`, ids: mostlyOlder},

	// Ivory Coast put the operator's two digits before every number on 31 January 2021: 01
	// for Moov, 05 for MTN, 07 for Orange (pressafrik.com). Which blocks were whose is in
	// libphonenumber's carrier data of 2020, and in cipnn. WhatsApp reaches an account of
	// before under both (waha #1894); ids in contact cards of bots are mostly the new ones.
	{code: "225", now: "01", rest: `(?:0[1-3]|[457][0-3])\d{6}`, ids: mostlyNewer},
	{code: "225", now: "05", rest: `[04-9][4-6]\d{6}`, ids: mostlyNewer},
	{code: "225", now: "07", rest: `[04-9][7-9]\d{6}`, ids: mostlyNewer},

	// Gabon put the operator's digit in place of the zero, which was dialled from abroad too,
	// on 15 November 2019 (rfi.fr), and switched the old numbers off in April 2024. The pairs
	// are of libphonenumber's migrator, which also has them without the zero. No source on
	// ids of before; those seen are new.
	{code: "241", before: "0", now: "6", rest: `[256]\d{6}`, ids: mostlyNewer},
	{code: "241", before: "0", now: "7", rest: `[47]\d{6}`, ids: mostlyNewer},
	{code: "241", now: "6", rest: `[256]\d{6}`, ids: onlyNewer},
	{code: "241", now: "7", rest: `[47]\d{6}`, ids: onlyNewer},

	// Cameroon put a 6 before mobiles on 21 November 2014 (libphonenumber #1051, #1896). Too
	// long ago for accounts of before: all ids seen have it.
	{code: "237", now: "6", rest: `[579]\d{7}`, ids: onlyNewer},

	// Vietnam shortened its mobiles of eleven digits in autumn 2018 (libphonenumber's
	// migrator; phony #417). No report of an id in the older form.
	{code: "84", before: "12", now: "7", rest: `[068]\d{7}`, ids: onlyNewer},
	{code: "84", before: "121", now: "79", rest: `\d{7}`, ids: onlyNewer},
	{code: "84", before: "122", now: "77", rest: `\d{7}`, ids: onlyNewer},
	{code: "84", before: "12", now: "8", rest: `[345]\d{7}`, ids: onlyNewer},
	{code: "84", before: "127", now: "81", rest: `\d{7}`, ids: onlyNewer},
	{code: "84", before: "129", now: "82", rest: `\d{7}`, ids: onlyNewer},
	{code: "84", before: "16", now: "3", rest: `[2-9]\d{7}`, ids: onlyNewer},
	{code: "84", before: "18", now: "5", rest: `[68]\d{7}`, ids: onlyNewer},
	{code: "84", before: "199", now: "59", rest: `\d{7}`, ids: onlyNewer},

	// Looked at, and left out: Gambia (nine digits are planned, not in use), Burkina Faso (no
	// change since 2004), Guinea and Mauritius (2013: no report of ids), the landlines of
	// Cameroon, Ivory Coast, Saudi Arabia (2013) and the Philippines (2019).
}

// plan holds the changes of one country as expressions: a number that matches one side
// becomes the other.
type plan []struct {
	older, newer *regexp.Regexp
	toOlder      string
	toNewer      string
	ids          ids
}

var plans = func() map[string]plan {
	all := make(map[string]plan)
	for _, c := range changes {
		side := func(digits string) (*regexp.Regexp, string) {
			return regexp.MustCompile("^(" + c.area + ")" + digits + "(" + c.rest + ")$"), c.code + "${1}" + digits + "${2}"
		}
		p := append(all[c.code], make(plan, 1)...)
		last := &p[len(p)-1]
		last.older, last.toOlder = side(c.before)
		last.newer, last.toNewer = side(c.now)
		last.ids = c.ids
		all[c.code] = p
	}
	return all
}()

// splitCode parts one of the country codes of plans from the rest.
func splitCode(digits string) (code, national string) {
	for _, n := range []int{2, 3} {
		if len(digits) > n && plans[digits[:n]] != nil {
			return digits[:n], digits[n:]
		}
	}
	return "", digits
}

// Forms gives the ids by which WhatsApp may know the contact, the likeliest first: one, or
// two where the numbering plan has changed. The one that n has comes first, save that no
// mobile in Argentina has an id without its 9.
func (n Number) Forms() []Number {
	digits, kept := formsOf(n.Digits())
	if at := slices.Index(digits, n.ID()); at > 0 && !kept {
		digits[0], digits[at] = digits[at], digits[0]
	}
	forms := make([]Number, len(digits))
	for i, id := range digits {
		forms[i] = n.WithID(id)
	}
	return forms
}

// formsOf gives the forms of today's number, the likeliest first, and whether they keep
// that order whatever was typed.
func formsOf(digits string) (forms []string, kept bool) {
	code, national := splitCode(digits)
	for _, c := range plans[code] {
		if c.ids == onlyNewer || !c.newer.MatchString(national) {
			continue
		}
		older := c.newer.ReplaceAllString(national, c.toOlder)
		if c.ids == mostlyOlder {
			return []string{older, digits}, false
		}
		return []string{digits, older}, c.ids == newerFirst
	}
	return []string{digits}, false
}

// today gives the number of today's numbering plan for one of any form, in digits with the
// country code; the same digits where there is no other.
func today(digits string) string {
	code, national := splitCode(digits)
	if undialled, ok := dialledAtHome[code]; ok {
		national = undialled(national)
	}
	for _, c := range plans[code] {
		if c.older.MatchString(national) {
			return c.older.ReplaceAllString(national, c.toNewer)
		}
	}
	return code + national
}

// dialledAtHome takes away what is put into numbers when they are dialled at home, and
// people write behind the country code, too. No id has it.
var dialledAtHome = map[string]func(national string) string{"52": dialledInMexico, "54": dialledInArgentina}

// dialledInMexico takes away 044, 045 and 01.
func dialledInMexico(national string) string {
	for _, before := range []string{"044", "045", "01"} {
		if rest, ok := strings.CutPrefix(national, before); ok && len(rest) == 10 && rest[0] >= '2' {
			return rest
		}
	}
	return national
}

// dialledInArgentina takes away the zero, and the 15 between area and number.
func dialledInArgentina(national string) string {
	rest := strings.TrimPrefix(national, "0")
	if len(rest) == 10 {
		return rest
	}
	rest = strings.TrimPrefix(rest, "9")
	for area := 2; area <= 4 && len(rest) == 12; area++ {
		mobile := rest[:area] + rest[area+2:]
		if rest[area:area+2] == "15" && isValid("549"+mobile) {
			return mobile
		}
	}
	return national
}
