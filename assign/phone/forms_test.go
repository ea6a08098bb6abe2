package phone

import (
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// ids gives numbers as their ids, in one line.
func idsOf(numbers []Number) string {
	var all []string
	for _, n := range numbers {
		all = append(all, n.ID())
	}
	return strings.Join(all, " ")
}

func TestOlderFormsOfANumberAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ region, text, digits, forms string }{
		{"SA", "+52 1 55 1234 5678", "525512345678", "5215512345678 525512345678"},
		{"SA", "+52 55 1234 5678", "525512345678", "525512345678 5215512345678"},
		{"SA", "+52 044 55 1234 5678", "525512345678", "525512345678 5215512345678"},
		{"MX", "044 55 1234 5678", "525512345678", "525512345678 5215512345678"},
		{"MX", "045 55 1234 5678", "525512345678", "525512345678 5215512345678"},
		{"MX", "01 55 1234 5678", "525512345678", "525512345678 5215512345678"},
		{"MX", "1 55 1234 5678", "525512345678", "5215512345678 525512345678"},

		{"SA", "+55 31 8888-8888", "5531988888888", "553188888888 5531988888888"},
		{"SA", "+55 31 98888-8888", "5531988888888", "5531988888888 553188888888"},
		{"SA", "+55 11 96123-4567", "5511961234567", "5511961234567 551161234567"},
		{"SA", "+55 11 6123-4567", "5511961234567", "551161234567 5511961234567"},
		{"SA", "+55 11 2345-6789", "551123456789", "551123456789"}, // a landline
		{"BR", "(31) 8888-8888", "5531988888888", "553188888888 5531988888888"},

		{"SA", "+54 9 11 2345-6789", "5491123456789", "5491123456789 541123456789"},
		{"SA", "+54 11 2345-6789", "5491123456789", "5491123456789 541123456789"},
		{"SA", "+54 11 15 2345 6789", "5491123456789", "5491123456789 541123456789"},
		{"SA", "+54 9 11 15 2345 6789", "5491123456789", "5491123456789 541123456789"},
		{"AR", "011 15-2345-6789", "5491123456789", "5491123456789 541123456789"},
		{"AR", "0221 15-412-3456", "5492214123456", "5492214123456 542214123456"},
		{"AR", "02966 15 412345", "5492966412345", "5492966412345 542966412345"},
		{"SA", "+54 800 555 1234", "548005551234", "548005551234"}, // free of charge: no mobile

		{"SA", "+229 97 12 34 56", "2290197123456", "22997123456 2290197123456"},
		{"SA", "+229 01 97 12 34 56", "2290197123456", "2290197123456 22997123456"},
		{"BJ", "97 12 34 56", "2290197123456", "22997123456 2290197123456"},
		{"SA", "+229 81 23 45 67", "22981234567", "22981234567"}, // without 01 today, too

		{"SA", "+225 01 23 45 67", "2250101234567", "22501234567 2250101234567"},
		{"SA", "+225 43 12 34 56", "2250143123456", "22543123456 2250143123456"},
		{"SA", "+225 05 12 34 56", "2250505123456", "22505123456 2250505123456"},
		{"SA", "+225 84 12 34 56", "2250584123456", "22584123456 2250584123456"},
		{"SA", "+225 07 12 34 56", "2250707123456", "22507123456 2250707123456"},
		{"SA", "+225 69 12 34 56", "2250769123456", "22569123456 2250769123456"},
		{"SA", "+225 07 07 12 34 56", "2250707123456", "2250707123456 22507123456"},
		{"SA", "+225 07 12 34 56 78", "2250712345678", "2250712345678"}, // a block of after 2021
		{"CI", "07 12 34 56", "2250707123456", "22507123456 2250707123456"},
		{"SA", "+225 27 20 21 22 23", "2252720212223", "2252720212223"}, // a landline

		{"SA", "+241 06 03 12 34", "24166031234", "24106031234 24166031234"},
		{"SA", "+241 6 03 12 34", "24166031234", "24166031234 24106031234"},
		{"SA", "+241 66 03 12 34", "24166031234", "24166031234 24106031234"},
		{"SA", "+241 07 28 01 50", "24177280150", "24107280150 24177280150"},
		{"GA", "06 03 12 34", "24166031234", "24106031234 24166031234"},
		{"GA", "066 03 12 34", "24166031234", "24166031234 24106031234"},
		{"SA", "+241 11 44 12 34", "24111441234", "24111441234"}, // a landline

		{"SA", "+237 71 23 45 67", "237671234567", "237671234567"},
		{"SA", "+237 6 71 23 45 67", "237671234567", "237671234567"},
		{"CM", "95 12 34 56", "237695123456", "237695123456"},

		{"SA", "+84 165 123 4567", "84351234567", "84351234567"},
		{"SA", "+84 121 234 5678", "84792345678", "84792345678"},
		{"VN", "0123 456 7890", "84834567890", "84834567890"},
		{"VN", "0199 456 7890", "84594567890", "84594567890"},
	} {
		got, problem := ReadAll(c.text, c.region)
		if problem != "" || digitsOf(got) != c.digits || idsOf(got[0].Forms()) != c.forms {
			t.Errorf("%q in %s: %s %q, want %s with forms %s", c.text, c.region, digitsOf(got), problem, c.digits, c.forms)
			for _, n := range got {
				t.Logf("forms %s", idsOf(n.Forms()))
			}
		}
	}
}

// What never was anybody's number is none in an older form either.
func TestBlocksThatNeverWereAreNotRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"+225 00 12 34 56", "+225 60 12 34 56", "+225 61 12 34 56", "+225 80 12 34 56", "+225 93 12 34 56", "+225 20 21 22 23",
		"+229 12 34 56 78", "+229 31 23 45 67", "+237 41 23 45 67", "+55 20 8888 8888", "+55 31 0888 8888",
		"+84 161 123 4567", "+84 185 123 4567", "+52 1 155 123 4567",
	} {
		if got, problem := ReadAll(text, "SA"); problem == "" {
			t.Errorf("%q is read as %s", text, digitsOf(got))
		}
	}
}

// drawChange gives a number of one row of the table, before and after the change.
func drawChange(t *rapid.T) (c change, older, newer string) {
	c = rapid.SampledFrom(changes).Draw(t, "change")
	area := rapid.StringMatching(c.area).Draw(t, "area")
	rest := rapid.StringMatching(c.rest).Filter(func(rest string) bool { return isValid(c.code + area + c.now + rest) }).Draw(t, "rest")
	return c, c.code + area + c.before + rest, c.code + area + c.now + rest
}

// drawText spells an id in one of the ways in which ids come.
func drawText(t *rapid.T, id string) string {
	switch rapid.SampledFrom([]string{"+", "00", "+ in groups", "bracket", "jid", "link"}).Draw(t, "spelling") {
	case "00":
		return "00" + id
	case "+ in groups":
		text := "+" + id[:2]
		for i := 2; i < len(id); i += 3 {
			text += rapid.SampledFrom([]string{" ", "-", ".", ""}).Draw(t, "gap") + id[i:min(i+3, len(id))]
		}
		return text
	case "bracket":
		return "(+" + id[:3] + ") " + id[3:]
	case "jid":
		number, _, _ := FromID(id + rapid.SampledFrom([]string{"@s.whatsapp.net", ":7@s.whatsapp.net", "@c.us"}).Draw(t, "server"))
		return number
	case "link":
		return FromLink(rapid.SampledFrom([]string{"https://wa.me/", "wa.me/+", "https://api.whatsapp.com/send?phone="}).Draw(t, "link") + id)
	}
	return "+" + id
}

// All forms of a number are one contact, however they are written; and each form is found
// again from any other. Where no id is in the older form, an odd way of writing that may be
// asked about.
func TestAllFormsAreOneContact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, older, newer := drawChange(t)
		for _, id := range []string{older, newer} {
			if got := New(id); got.Digits() != newer || !got.Equal(New(newer)) {
				t.Fatalf("%s is the contact %s, want %s", id, got.Digits(), newer)
			}
			text := drawText(t, id)
			got, problem := ReadAll(text, rapid.SampledFrom([]string{"SA", "US", "FR"}).Draw(t, "region"))
			asked := c.ids == onlyNewer && problem.IsQuestion() && slices.ContainsFunc(got, New(newer).Equal)
			if !asked && (problem != "" || digitsOf(got) != newer) {
				t.Fatalf("%q is read as %s %q, want %s", text, digitsOf(got), problem, newer)
			}
			checkForms(t, c, New(id), id)
			if !asked && got[0].ID() != New(id).ID() {
				t.Fatalf("%q is read as the form %s, want %s", text, got[0].ID(), New(id).ID())
			}
		}
	})
}

// checkForms holds Forms to its laws, where id was typed.
func checkForms(t *rapid.T, c change, n Number, id string) {
	t.Helper()
	forms := n.Forms()
	seen := make(map[string]bool)
	for _, f := range forms {
		if !f.Equal(n) || seen[f.ID()] || today(f.ID()) != n.Digits() || idsOf(f.Forms()[:1]) != f.ID() && c.ids != newerFirst {
			t.Fatalf("%s has the forms %s", id, idsOf(forms))
		}
		seen[f.ID()] = true
	}
	first := id
	if c.ids == newerFirst || c.ids == onlyNewer {
		first = n.Digits()
	}
	if forms[0].ID() != first || !seen[n.Digits()] || seen[id] != (c.ids != onlyNewer || id == n.Digits()) {
		t.Fatalf("%s has the forms %s, want %s first", id, idsOf(forms), first)
	}
}

// Two rows of the table never claim one number, be it of before or after the change.
func TestRowsOfTheTableShareNoNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, older, newer := drawChange(t)
		_, national := splitCode(older)
		_, now := splitCode(newer)
		matching, twice := 0, 0
		for _, other := range plans[c.code] {
			if other.older.MatchString(national) {
				matching++
			}
			if other.older.MatchString(now) {
				twice++
			}
		}
		if matching != 1 || twice != 0 {
			t.Fatalf("%s is changed in %d ways, and %s in %d more", older, matching, newer, twice)
		}
	})
}

// No number that is listed is taken for an older form of another, save where the list is
// behind: Argentina's mobiles without their 9, and Gabon's numbers of before 2019.
func TestListedNumbersAreTodays(t *testing.T) {
	t.Parallel()
	for region := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			number := phonenumbers.GetExampleNumberForType(region, kind)
			if number == nil || region == "AR" && kind <= phonenumbers.FIXED_LINE_OR_MOBILE || region == "GA" {
				continue
			}
			digits := phonenumbers.Format(number, phonenumbers.E164)[1:]
			if got := New(digits); got.Digits() != digits {
				t.Errorf("%s, a number of kind %d in %s, becomes %s", digits, kind, region, got.Digits())
			}
		}
	}
}
