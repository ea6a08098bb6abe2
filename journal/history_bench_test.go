package journal

import (
	"fmt"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/journal/journaltest"
)

// BenchmarkHistory compares what it costs to look back on journals of different sizes. All
// that there is was assigned on one day, so the tally counts every row.
func BenchmarkHistory(b *testing.B) {
	eachGrown(b, func(b *testing.B, j *grown) {
		list := func(q func(n int) assign.Query) func(n int) error {
			return func(n int) error {
				_, err := j.List(b.Context(), q(n))
				return err
			}
		}
		for name, call := range map[string]func(n int) error{
			"contact": list(func(n int) assign.Query { return assign.Query{Contact: journaltest.Numbered(n * 31 % j.rows).Contact} }),
			"mine":    list(func(n int) assign.Query { return assign.Query{Requester: fmt.Sprint("U", n%50)} }),
			"team":    list(func(int) assign.Query { return assign.Query{Limit: 100} }),
			"wrong":   list(func(int) assign.Query { return assign.Query{Problems: true} }),
			"owner": func(n int) error {
				_, _, err := j.Owner(b.Context(), journaltest.Numbered(n*31%j.rows).Contact)
				return err
			},
			"before": func(n int) error {
				_, _, err := j.Before(b.Context(), int64(1+n*1001%j.rows))
				return err
			},
			"held": func(int) error {
				_, err := j.Held(b.Context(), assign.Holding{Agents: []agent.Email{agent.NewEmail("omar@twerlo.com")}, Limit: assign.MaxBatch})
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
			b.Run(name, func(b *testing.B) { spread(b, 1, call) })
		}
	})
}
