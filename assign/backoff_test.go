package assign

import (
	"testing"

	"azeer-slack/internal/retry"
)

func TestBackoffStaysWithinItsBoundsAndGrows(t *testing.T) {
	for _, b := range []retry.Backoff{inboxBackoff, answerBackoff, journalBackoff} {
		for n := range 100 {
			for range 20 {
				if d := b.After(n); d < b.Least || d > b.Most || n > 10 && d < b.Most/2 {
					t.Fatalf("%+v: wait %d is %v", b, n, d)
				}
			}
		}
	}
}
