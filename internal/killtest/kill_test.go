package killtest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"azeer-slack/journal/journaltest"
)

// folder is for what all tests share.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "killtest"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := journaltest.Main(m)
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// these gives kills one by one.
func these(kills ...kill) <-chan kill {
	c := make(chan kill, len(kills))
	for _, k := range kills {
		c <- k
	}
	close(c)
	return c
}

// sqlite is a plan for a journal in a file.
func sqlite(t *testing.T, kills <-chan kill) plan {
	return plan{
		database: "sqlite://" + filepath.Join(t.TempDir(), "journal.db"), instances: 1,
		kills: kills, pace: 150 * time.Millisecond, settled: 60 * time.Second,
	}
}

// postgres is a plan for two instances that share a journal.
func postgres(t *testing.T, kills <-chan kill) plan {
	return plan{
		database: journaltest.StartPostgres(t), instances: 2,
		kills: kills, pace: 150 * time.Millisecond, settled: 2 * time.Minute,
	}
}

func (f figures) show(t *testing.T, name string) {
	t.Helper()
	t.Logf("\n%s\n%s\nkilled at: %s", heading, f.row(name), f.ends())
}

func TestNothingIsLostByKillingAtNamedPoints(t *testing.T) {
	t.Parallel()
	var kills []kill
	for _, point := range points {
		kills = append(kills, kill{how: point, nth: 8})
	}
	f := run(t, sqlite(t, these(kills...)))
	f.show(t, "SQLite")
	if f.accepted == 0 || f.forms == 0 {
		t.Error("nothing was asked, so nothing was proved")
	}
}

func TestNothingIsLostByKillingAtRandom(t *testing.T) {
	t.Parallel()
	d := newDice(t)
	var kills []kill
	for range 6 {
		kills = append(kills, kill{how: random, after: 300*time.Millisecond + d.within(1500*time.Millisecond)})
	}
	run(t, sqlite(t, these(kills...))).show(t, "SQLite")
}

func TestNothingIsLostWhenOneOfTwoIsKilled(t *testing.T) {
	t.Parallel()
	d := newDice(t)
	p := postgres(t, these(
		kill{how: "sent", nth: 2}, kill{how: random, after: time.Second + d.within(time.Second)},
		kill{how: "answer_posted", nth: 4}, kill{how: random, after: time.Second + d.within(time.Second)}))
	p.lease = 5 * time.Second
	run(t, p).show(t, "Postgres, two instances")
}

func TestSigtermUnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDice(t)
	kills := []kill{{how: sigterm, after: d.within(200 * time.Millisecond)}} // while it starts
	for range 3 {
		kills = append(kills, kill{how: sigterm, after: 800*time.Millisecond + d.within(time.Second)})
	}
	f := run(t, sqlite(t, these(kills...)))
	f.show(t, "SQLite")
	if f.doubled > 0 {
		t.Errorf("%d answered twice", f.doubled)
	}
}
