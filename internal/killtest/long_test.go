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
	t.Run("SQLite", func(t *testing.T) { run(t, sqlite(t, forAsLong(third, 1))).show(t, "SQLite") })
	t.Run("Postgres, often killed", func(t *testing.T) {
		p := postgres(t, forAsLong(third, 1))
		p.lease = 5 * time.Second
		run(t, p).show(t, "Postgres, two instances, lease 5 s")
	})
	t.Run("Postgres as in production", func(t *testing.T) {
		run(t, postgres(t, forAsLong(third, 3))).show(t, "Postgres, two instances, lease 30 s")
	})
	t.Run("Postgres, one kill", func(t *testing.T) {
		run(t, postgres(t, these(kill{how: "sent", nth: 20}))).show(t, "Postgres, two instances, lease 30 s, one kill")
	})
}

// forAsLong gives one kill after the other, for d; see anyKill.
func forAsLong(d time.Duration, slower int) <-chan kill {
	c := make(chan kill)
	over := time.After(d)
	go func() {
		defer close(c)
		for {
			select {
			case c <- anyKill(slower):
			case <-over:
				return
			}
		}
	}()
	return c
}
