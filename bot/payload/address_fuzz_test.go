package payload

import (
	"testing"
	"time"
)

// FuzzAddress: an address that can be read reads as itself when written again.
func FuzzAddress(f *testing.F) {
	f.Add(Address{Channel: "C1", URL: "https://hooks.example.com/x", Since: time.Unix(1_800_000_000, 5).UTC(), Replace: true, View: "V1"}.Encode())
	for _, seed := range []string{``, `{}`, `null`, `[]`, `{"since":"never"}`, `{"since":5}`, `{"channel":null,"url":"\u0000<>"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := DecodeAddress(s)
		if err != nil {
			return
		}
		again, err := DecodeAddress(a.Encode())
		if err != nil || !again.Since.Equal(a.Since) {
			t.Fatalf("%q: %+v, then %+v, %v", s, a, again, err)
		}
		if again.Since = a.Since; again != a {
			t.Errorf("%q reads as %+v, then as %+v", s, a, again)
		}
	})
}
