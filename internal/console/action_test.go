package console

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want map[string]string
	}{
		{"contact=0544444444 agent=omar", map[string]string{"contact": "0544444444", "agent": "omar"}},
		{"agent=Omar Hassan contact=+966 54 444 4444", map[string]string{"agent": "Omar Hassan", "contact": "+966 54 444 4444"}},
		{"contact= answer=#general", map[string]string{"contact": "", "answer": "#general"}},
		{"contact=a=b", map[string]string{"contact": "a=b"}},
		{"", nil},
		{"0544444444", nil},
		{"hello contact=0544444444", nil},
	} {
		got, err := readFields(c.text)
		if diff := cmp.Diff(c.want, got); diff != "" || (err == nil) != (c.want != nil) {
			t.Errorf("readFields(%q): %v\n%s", c.text, err, diff)
		}
	}
}
