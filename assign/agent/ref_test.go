package agent

import (
	"strings"
	"testing"
)

// FuzzDecodeRef: what is encoded decodes to itself, and what decodes was encoded so.
func FuzzDecodeRef(f *testing.F) {
	for _, seed := range []string{"", "me:", "email:omar@twerlo.com", "name:عمر: الحربي", "mention:U012ABCDEF", "group:S012ABCDEF|sales", "x", "sms:1", "email:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := DecodeRef(s)
		if err != nil {
			return
		}
		again, err := DecodeRef(ref.Encode())
		if err != nil || again.Encode() != ref.Encode() || again.Kind != ref.Kind || again.Reveal() != ref.Reveal() {
			t.Errorf("%q decodes to %q, and that to %q: %v", s, ref.Encode(), again.Encode(), err)
		}
		if ref.Kind != ByMe && ref.Encode() != s {
			t.Errorf("%q decodes to %q", s, ref.Encode())
		}
	})
}

func TestRefRoundTrip(t *testing.T) {
	t.Parallel()
	for _, ref := range []Ref{{}, RefMe(), RefEmail("omar@twerlo.com"), RefName("عمر: الحربي"), RefMention("U012ABCDEF"), RefGroup("S012ABCDEF", "sales")} {
		got, err := DecodeRef(ref.Encode())
		if err != nil || got.Encode() != ref.Encode() {
			t.Errorf("%q comes back as %q, %v", ref.Encode(), got.Encode(), err)
		}
	}
	for _, bad := range []string{"omar", "email:", "name:", "mention:", "group:", "group:|sales", "sms:1", ":"} {
		if _, err := DecodeRef(bad); err == nil {
			t.Errorf("%q decodes", bad)
		} else if strings.Contains(err.Error(), "omar") {
			t.Errorf("error shows what it read: %v", err)
		}
	}
}
