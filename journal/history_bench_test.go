package journal

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"azeer-slack/assign"
)

// BenchmarkHistory compares what it costs to look back on journals of different sizes. All
// that there is was assigned on one day, so the tally counts every row.
func BenchmarkHistory(b *testing.B) {
	for _, size := range sizes() {
		j := mustOpen(b, "sqlite://"+filepath.Join(b.TempDir(), "x.db"), Config{})
		grow(b, j.store.(*sqlite), size)
		list := func(q func(n int) assign.Query) func(n int) error {
			return func(n int) error {
				_, err := j.List(b.Context(), q(n))
				return err
			}
		}
		for name, call := range map[string]func(n int) error{
			"contact": list(func(n int) assign.Query { return assign.Query{Contact: numbered(n * 31 % size).Contact} }),
			"mine":    list(func(n int) assign.Query { return assign.Query{Requester: fmt.Sprint("U", n%50)} }),
			"team":    list(func(int) assign.Query { return assign.Query{Limit: 100} }),
			"wrong":   list(func(int) assign.Query { return assign.Query{WentWrong: true} }),
			"owner": func(n int) error {
				_, _, err := j.Owner(b.Context(), numbered(n*31%size).Contact)
				return err
			},
			"before": func(n int) error {
				_, _, err := j.Before(b.Context(), int64(1+n*1001%size))
				return err
			},
			"tally": func(int) error {
				_, err := j.Tally(b.Context(), time.Now().AddDate(0, 0, -14))
				return err
			},
			"unaudited": func(int) error {
				_, err := j.Unaudited(b.Context(), 20)
				return err
			},
		} {
			b.Run(fmt.Sprintf("%s/rows=%d", name, size), func(b *testing.B) { spread(b, 1, call) })
		}
	}
}
