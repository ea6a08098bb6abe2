//go:build long

package killtest

import (
	"flag"
	"testing"
	"time"
)

var long = flag.Duration("long", 8*time.Minute, "how long TestLong kills")

// TestLong is the long run: a third of it on SQLite, a third on Postgres with a lease
// short enough for many kills, a third with the lease of production and kills that are
// fewer, but still come before the lease of the dead has run out. Last comes a single
// kill, for the time that it takes alone. See the package's comment.
func TestLong(t *testing.T) {
	third := *long / 3
	t.Run("SQLite", func(t *testing.T) { run(t, sqlite(t, forAsLong(t, third, 1))).show(t, "SQLite") })
	t.Run("Postgres, often killed", func(t *testing.T) {
		p := postgres(t, forAsLong(t, third, 1))
		p.lease = 5 * time.Second
		run(t, p).show(t, "Postgres, two instances, lease 5 s")
	})
	t.Run("Postgres as in production", func(t *testing.T) {
		run(t, postgres(t, forAsLong(t, third, 3))).show(t, "Postgres, two instances, lease 30 s")
	})
	t.Run("Postgres, one kill", func(t *testing.T) {
		run(t, postgres(t, these(kill{how: "sent", nth: 20}))).show(t, "Postgres, two instances, lease 30 s, one kill")
	})
}

// forAsLong gives one kill after the other, for d; see anyKill.
func forAsLong(t *testing.T, d time.Duration, slower int) <-chan kill {
	t.Helper()
	drawn := newDice(t)
	c := make(chan kill)
	over := time.After(d)
	go func() {
		defer close(c)
		for {
			select {
			case c <- drawn.anyKill(slower):
			case <-over:
				return
			}
		}
	}()
	return c
}

// anyKill draws a kill: a named point, any moment from the start of the process on, or,
// seldom, a shutdown. slower makes the moments so many times later.
func (d dice) anyKill(slower int) kill {
	unhurried := time.Duration(slower) * 4 * time.Second
	switch n := d.IntN(20); {
	case n < 10:
		return kill{how: points[d.IntN(len(points))], nth: 1 + d.IntN(12*slower)}
	case n < 12:
		return kill{how: random, after: d.within(300 * time.Millisecond)}
	case n < 18:
		return kill{how: random, after: d.within(unhurried)}
	}
	return kill{how: sigterm, after: d.within(2 * time.Second)}
}
