package line

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"azeer-slack/assign/phone"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// drawNumber makes a valid mobile number of some region by changing the last digits of
// libphonenumber's example.
func drawNumber(t *rapid.T, region string) *phonenumbers.PhoneNumber {
	example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	national := example.GetNationalNumber()/10000*10000 + rapid.Uint64Range(0, 9999).Draw(t, "last digits")
	number := &phonenumbers.PhoneNumber{CountryCode: example.CountryCode, NationalNumber: &national}
	if !phonenumbers.IsValidNumber(number) {
		return example
	}
	return number
}

// drawSpelling writes a number as somebody in its region might, or anybody anywhere.
func drawSpelling(t *rapid.T, number *phonenumbers.PhoneNumber) string {
	e164 := phonenumbers.Format(number, phonenumbers.E164)
	text := rapid.SampledFrom([]string{
		phonenumbers.Format(number, phonenumbers.NATIONAL),
		phonenumbers.Format(number, phonenumbers.INTERNATIONAL),
		phonenumbers.Format(number, phonenumbers.RFC3966),
		e164,
		"00" + e164[1:],
	}).Draw(t, "form")
	gap := rapid.SampledFrom([]string{" ", "-", ".", "\u00a0", "\u2011", "\u2009", "", " - "}).Draw(t, "gap")
	text = strings.NewReplacer(" ", gap, "-", gap).Replace(text)
	zero := rapid.SampledFrom([]rune{'0', '٠', '۰', '０'}).Draw(t, "zero")
	text = strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r - '0' + zero
		}
		return r
	}, text)
	at := rapid.IntRange(0, len([]rune(text))).Draw(t, "mark at")
	mark := rapid.SampledFrom([]string{"", "\u200e", "\u202a", "\u2069", "\ufeff"}).Draw(t, "mark")
	return string([]rune(text)[:at]) + mark + string([]rune(text)[at:])
}

func TestAnySpellingOfAnyNumberReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(regions).Draw(t, "region")
		number := drawNumber(t, region)
		text := drawSpelling(t, number)
		got, err := Parse(text+" omar@twerlo.com", region)
		if err != nil || len(got.Contacts) != 1 || "+"+got.Contacts[0].Digits() != phonenumbers.Format(number, phonenumbers.E164) {
			t.Fatalf("%q in %s: %d contacts, %v", text, region, len(got.Contacts), err)
		}
	})
}

// Two numbers on a line are never read as one, or as others.
func TestAnyTwoNumbersAreTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(regions).Draw(t, "region")
		one, two := drawNumber(t, region), drawNumber(t, region)
		if one.GetNationalNumber() == two.GetNationalNumber() {
			return
		}
		between := rapid.SampledFrom([]string{" ", "  ", ", ", "، ", " / ", "\n"}).Draw(t, "between")
		text := drawSpelling(t, one) + between + drawSpelling(t, two)
		_, err := Parse(text, region)
		var m *Mistake
		if !errors.As(err, &m) || m.Kind != ManyContacts && m.Kind != PhoneAmbiguous {
			t.Fatalf("%q in %s: %v", text, region, err)
		}
		for _, number := range []*phonenumbers.PhoneNumber{one, two} {
			want := phone.New(phonenumbers.Format(number, phonenumbers.E164)[1:])
			if !slices.ContainsFunc(m.Perhaps, want.Equal) {
				t.Fatalf("%q in %s: %s is not among what it may be", text, region, want.Digits())
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"usual": "+966 54 444 4444 omar@twerlo.com",
		"worst": strings.Repeat("5 ", MaxTyped/2),
		"many":  strings.Repeat("0544444444 ", MaxTyped/11),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = Parse(text, "SA")
			}
		})
	}
}
