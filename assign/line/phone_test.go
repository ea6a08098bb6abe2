package line

import (
	"errors"
	"strings"
	"testing"

	"azeer-slack/assign/phone"

	"github.com/nyaruka/phonenumbers"
)

var regions = []string{"SA", "AE", "EG", "KW", "JO", "BH", "QA", "OM", "US", "GB", "DE", "BR", "IN"}

func TestParsePhoneByRegion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ region, typed, want string }{
		{"AE", "0501234567", "971501234567"},
		{"AE", "501234567", "971501234567"},
		{"AE", "971501234567", "971501234567"},
		{"AE", "+971 (0)50 123 4567", "971501234567"},
		{"AE", "+966 54 444 4444", "966544444444"},
		{"AE", "966544444444", "966544444444"},
		{"SA", "971501234567", "971501234567"},
		{"SA", "201001234567", "201001234567"},
		{"SA", "0114567890", "966114567890"}, // a landline
		{"SA", "920012345", "966920012345"},  // a company's number
		{"EG", "01001234567", "201001234567"},
		{"EG", "+20 10 0123 4567", "201001234567"},
		{"KW", "500 12345", "96550012345"},
		{"KW", "+965 5001 2345", "96550012345"},
		{"KW", "67712345", "96567712345"}, // not the Solomon Islands' +677
		{"JO", "0790123456", "962790123456"},
		{"BH", "36001234", "97336001234"},
		{"QA", "33123456", "97433123456"},
		{"QA", "+974 (0)3312 3456", "97433123456"}, // Qatar has no trunk zero
		{"OM", "92123456", "96892123456"},
		{"US", "(201) 555-0123", "12015550123"},
		{"US", "1-201-555-0123", "12015550123"},
		{"US", "2025550123", "12025550123"}, // not Egypt's +20
		{"US", "011 966 54 444 4444", "966544444444"},
		{"US", "00966 54 444 4444", "966544444444"},
		{"GB", "07400 123456", "447400123456"},
		{"GB", "+44 (0)7400 123456", "447400123456"},
		{"DE", "01512 3456789", "4915123456789"},
		{"DE", "030 901820", "4930901820"},
		{"BR", "(11) 96123-4567", "5511961234567"},
		{"IN", "081234 56789", "918123456789"},
		{"IN", "+91 81234 56789", "918123456789"},
		{"SA", "+39 06 698 12345", "390669812345"}, // Italy keeps its zero
		{"SA", "+54 9 11 2345 6789", "5491123456789"},
	} {
		got, err := ParsePhone(c.typed, c.region)
		if err != nil || got.Digits() != c.want {
			t.Errorf("ParsePhone(%q, %s) = %q, %v; want %q", c.typed, c.region, got.Digits(), err, c.want)
		}
	}
}

func TestParsePhoneRefusesByRegion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region, typed string
		kind          MistakeKind
	}{
		{"AE", "0544", PhoneTooShort},
		{"KW", "050012345", PhoneTooLong},
		{"US", "0544444444", PhoneInvalid},
		{"US", "555-0123", PhoneTooShort},
		{"GB", "0740", PhoneTooShort},
		{"BH", "366", PhoneTooShort},
		{"AG", "464 1234", PhoneRewritten}, // its area code would be put in front
	} {
		_, err := ParsePhone(c.typed, c.region)
		expectMistake(t, c.typed+" in "+c.region, err, c.kind, PartContact, c.typed)
	}
}

func TestParsePhoneRefusesWhatMayBeOneNumberOrTwo(t *testing.T) {
	t.Parallel()
	_, err := ParsePhone("030 1234 030 5678", "DE")
	var m *Mistake
	if !errors.As(err, &m) || m.Kind != PhoneAmbiguous || len(m.Perhaps) < 2 {
		t.Fatalf("error %v, want %s with the numbers it may be", err, PhoneAmbiguous)
	}
	if !strings.HasPrefix(m.Example, "+49 ") {
		t.Errorf("the example %q is no better: it has no country code", m.Example)
	}
}

func TestExamplePhoneIsRight(t *testing.T) {
	t.Parallel()
	if got := phone.Example("SA"); got != "0544444444" {
		t.Errorf("example for SA is %q", got)
	}
	for region := range phonenumbers.GetSupportedRegions() {
		if _, err := ParsePhone(phone.Example(region), region); err != nil {
			t.Errorf("example for %s: %v", region, err)
		}
	}
}
