package line_test

import (
	"slices"
	"testing"

	"azeer-slack/assign/line"
	"azeer-slack/assign/prose"
)

// Every spelling that Parse knows is found in the middle of a sentence, save those that
// stand for a number only when nothing else is there.
func TestEverySpellingIsFoundInASentence(t *testing.T) {
	t.Parallel()
	alone := []string{"054\t444\n4444", "`0544444444`", "+966 054 444 4444", "०५४४४४४४४४"}
	for _, phone := range line.PhoneSpellings {
		if slices.Contains(alone, phone) {
			continue
		}
		expectFound(t, "The customer writes from "+phone+" since noon")
		expectFound(t, "العميل يراسلنا من "+phone+" منذ الظهر")
	}
}

func expectFound(t *testing.T, text string) {
	t.Helper()
	found := prose.Find(text, "SA")
	if len(found) != 1 || found[0].Phone.Digits() != "966544444444" {
		t.Errorf("%q: %d found", text, len(found))
	}
}
