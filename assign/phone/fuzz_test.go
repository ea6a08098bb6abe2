package phone

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var fuzzRegions = []string{"SA", "AE", "EG", "KW", "US", "GB", "DE", "BR", "MX", "AR", "CI", "GA", "CM", "VN", "IT"}

var plusAndDigits = regexp.MustCompile(`^\+[0-9]+$`)

// checkRead holds what was read to the laws of all readers: with a problem that is no
// question there is no number; what is read without a question exists; what exists is read,
// or offered, again as it is printed, in every region; and every form of it is the same
// contact.
func checkRead(t *testing.T, text string, numbers []Number, problem Problem) {
	t.Helper()
	if (len(numbers) > 0) != (problem == "" || problem.IsQuestion()) {
		t.Fatalf("%q is %d numbers and %q", text, len(numbers), problem)
	}
	for _, n := range numbers {
		exists := isValid(n.Digits())
		if problem == "" && !exists {
			t.Fatalf("%q is %s, which does not exist", text, n.Digits())
		}
		for _, form := range n.Forms() {
			if !New(form.ID()).Equal(n) {
				t.Fatalf("%q is %s, but its form %s is %s", text, n.Digits(), form.ID(), New(form.ID()).Digits())
			}
		}
		for _, region := range []string{"SA", "US"} {
			again, wrong := ReadAll(n.International(), region)
			if exists && (wrong == "" && len(again) != 1 || !slices.ContainsFunc(again, n.Equal)) {
				t.Fatalf("%q is %s, but %q in %s is %s %q", text, n.Digits(), n.International(), region, digitsOf(again), wrong)
			}
		}
	}
}

func FuzzReadAll(f *testing.F) {
	for i, text := range []string{
		"0544444444", "+966 54 444 4444", "2. 0501234567", "971 0501234567", "030 1234 030 5678", "05444O4444", "966966544444444",
		"++966544444444", "0521234567", "9.66544E+11", "0544444444 ext 5", "011 15-2345-6789", "044 55 1234 5678", "07 12 34 56",
		"+225 07 12 34 56 78", "06 03 12 34", "0165 123 4567", "05.11-09.11.26", "+290 8999", "٠٥٤٤٤٤٤٤٤٤", "5 4 4 4 4 4 4 4 4",
		"\u202a+966 54 444 4444\u202c", "0544444444#6", "+ + +", "(((", "0544444444,123", "Hi",
	} {
		f.Add(text, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, regionAt uint8) {
		numbers, problem := ReadAll(text, fuzzRegions[int(regionAt)%len(fuzzRegions)])
		checkRead(t, text, numbers, problem)
	})
}

// An id gives digits that stand in it, or a reason; and the id made of them gives them again.
func FuzzFromID(f *testing.F) {
	for _, word := range []string{
		"966544444444@s.whatsapp.net", "966544444444:12@c.us", "+966544444444_1:7@S.WHATSAPP.NET", "103899771998284@lid",
		"966544444444-1500000000@g.us", "status@broadcast", "966544444444-1500000000@c.us", "omar@twerlo.com", "@", "٩٦٦٥٤٤٤٤٤٤٤٤@c.us",
	} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		number, problem, ok := FromID(word)
		switch {
		case !ok && problem != "", problem != "" && (number != "" || problem != HiddenID && problem != GroupID):
			t.Fatalf("%q is %q %q %t", word, number, problem, ok)
		case !ok || problem != "":
			return
		}
		again, _, _ := FromID(number[1:] + ":1@s.whatsapp.net")
		if !plusAndDigits.MatchString(number) || again != number || !strings.Contains(ASCII(word), number[1:]) {
			t.Fatalf("%q is %q, and again %q", word, number, again)
		}
		numbers, wrong := ReadAll(number, "SA")
		checkRead(t, word, numbers, wrong)
	})
}

// A link gives digits with a plus, or nothing; and the plain link to them gives them again.
func FuzzFromLink(f *testing.F) {
	for _, target := range []string{
		"https://wa.me/966544444444", "wa.me/+966%2054%20444", "https://api.whatsapp.com/send?phone=%2B966544444444&text=Hi",
		"whatsapp://send?phone=0000966", "https://wa.me/send?phone=1", "https://wa.me/?text=Hi", "://", "https://[::1", "%", "wa.me/٩٦٦",
	} {
		f.Add(target)
	}
	f.Fuzz(func(t *testing.T, target string) {
		number := FromLink(target)
		if number == "" {
			return
		}
		if again := FromLink("https://wa.me/" + number); !plusAndDigits.MatchString(number) || again != number {
			t.Fatalf("%q is %q, and again %q", target, number, again)
		}
		numbers, problem := ReadAll(number, "SA")
		checkRead(t, target, numbers, problem)
	})
}

// The target of a tel: link is read as its number is, and never with an extension left out.
func FuzzFromURI(f *testing.F) {
	for _, target := range []string{
		"0544444444", "+966-54-444-4444", "0544444444;phone-context=+966", "0544444444;ext=12", "0544444444;12", "0544444444;isub=1;ext=2",
		";", "=;=", "+966544444444;phone-context=+971", "544444444;phone-context=+966;phone-context=+971",
	} {
		f.Add(target)
	}
	extension := regexp.MustCompile(`(?i);(?:ext=)?[0-9]+(?:;|$)`)
	f.Fuzz(func(t *testing.T, target string) {
		numbers, problem := ReadAll(FromURI(target), "SA")
		checkRead(t, target, numbers, problem)
		if problem == "" && extension.MatchString(target) {
			t.Fatalf("%q has an extension, and is %s", target, digitsOf(numbers))
		}
	})
}

// However a spreadsheet shows a number, it is that number, or a question, or not read.
func FuzzSpreadsheets(f *testing.F) {
	for i, digits := range []uint64{966544444444, 544444444, 12015550123, 493012345678, 2250712345678, 553188888888, 6907290} {
		f.Add(digits, uint8(i))
	}
	f.Fuzz(func(t *testing.T, digits uint64, regionAt uint8) {
		region := fuzzRegions[int(regionAt)%len(fuzzRegions)]
		plain := fmt.Sprint(digits)
		want, problem := ReadAll(plain, region)
		if problem != "" || len(want) != 1 {
			return
		}
		for _, text := range []string{plain + ".0", plain + ".00", plain + ",0", "'" + plain, "=" + plain, inThousands(plain, ","), inThousands(plain, "٬"),
			fmt.Sprintf("%.5E", float64(digits)), fmt.Sprintf("%c.%sE+%d", plain[0], plain[1:], len(plain)-1)} {
			got, wrong := ReadAll(text, region)
			checkRead(t, text, got, wrong)
			if wrong == "" && digitsOf(got) != digitsOf(want) {
				t.Fatalf("%q in %s is %s, and %s is %s", text, region, digitsOf(got), plain, digitsOf(want))
			}
		}
	})
}

func inThousands(digits, sign string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + sign + digits[at:]
	}
	return digits
}
