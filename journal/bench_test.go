package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"

	"github.com/jackc/pgx/v5"
)

// million asks for the benchmarks with a million rows, which take minutes to prepare.
var million = os.Getenv("JOURNAL_MILLION") != ""

// sizes are the journals, in rows, on which costs are compared.
func sizes() []int {
	if million {
		return []int{1_000, 100_000, 1_000_000}
	}
	return []int{1_000, 100_000}
}

// BenchmarkAccept accepts from 1, 8 and 64 callers at once, beside the floor: as many
// bytes appended to a file, and one sync for each.
func BenchmarkAccept(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("floor/callers=%d", callers), func(b *testing.B) { benchFloor(b, callers) })
		b.Run(fmt.Sprintf("sqlite/callers=%d", callers), func(b *testing.B) {
			benchAccept(b, mustOpen(b, "sqlite://"+filepath.Join(b.TempDir(), "x.db"), Config{}), callers)
		})
		b.Run(fmt.Sprintf("postgres/callers=%d", callers), func(b *testing.B) {
			benchAccept(b, mustOpen(b, journaltest.StartPostgres(b), Config{}), callers)
		})
	}
}

func benchFloor(b *testing.B, callers int) {
	file, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r := numbered(1)
	record := []byte(r.Key + r.Requester + r.Contact.Digits() + r.Agent.Encode() + r.Reply)
	var mu sync.Mutex
	spread(b, callers, func(int) error {
		mu.Lock()
		defer mu.Unlock()
		if _, err := file.Write(record); err != nil {
			return err
		}
		return file.Sync()
	})
}

func benchAccept(b *testing.B, j *Journal, callers int) {
	spread(b, callers, func(n int) error {
		_, how, err := j.Accept(b.Context(), numbered(n))
		if err == nil && how != assign.Accepted {
			err = fmt.Errorf("request %d: acceptance %d", n, how)
		}
		return err
	})
}

// spread makes b.N calls from callers at once, with different numbers.
func spread(b *testing.B, callers int, call func(n int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if n > b.N {
					return
				}
				if err := call(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

// BenchmarkGrowth compares costs on journals of different sizes: accepting from 64
// callers, the latest of a contact, a turn, and what is taken at start, where one
// assignment in a thousand is pending.
func BenchmarkGrowth(b *testing.B) {
	eachGrown(b, func(b *testing.B, g grown) {
		offset := g.rows
		b.Run("accept", func(b *testing.B) {
			spread(b, 64, func(n int) error {
				_, _, err := g.Accept(b.Context(), numbered(offset+n))
				return err
			})
			offset += b.N
		})
		b.Run("latest", func(b *testing.B) {
			spread(b, 1, func(n int) error {
				_, _, err := g.Latest(b.Context(), numbered(n*31%g.rows).Contact)
				return err
			})
		})
		b.Run("turn", func(b *testing.B) {
			spread(b, 1, func(n int) error {
				_, err := g.Turn(b.Context(), int64(1+n*1000%g.rows), true) // of a pending one
				return err
			})
		})
		b.Run("take", func(b *testing.B) {
			for b.Loop() {
				g.lose()
				if taken, err := g.Take(b.Context()); err != nil || len(taken) == 0 {
					b.Fatal(len(taken), err)
				}
			}
		})
	})
}

// grown is a journal with rows of 100,000 contacts, settled but for one in a thousand.
type grown struct {
	*Journal
	rows int
	lose func() // makes the journal forget what is in hand, so that Take gives it anew
}

// eachGrown runs a benchmark on SQLite and Postgres, in all sizes.
func eachGrown(b *testing.B, run func(b *testing.B, g grown)) {
	for _, size := range sizes() {
		for name, grow := range map[string]func(*testing.B, int) grown{"sqlite": growSQLite, "postgres": growPostgres} {
			b.Run(fmt.Sprintf("%s/rows=%d", name, size), func(b *testing.B) { run(b, grow(b, size)) })
		}
	}
}

// settled is a row to fill a journal with.
func settled(n, rows int) (w *acceptWork, kind string, answered bool) {
	w = newAccept(numbered(n - rows))
	w.contact = numbered(n % 100_000).Contact.Digits()
	if n%1000 == 0 {
		return w, "", false
	}
	return w, "assigned", true
}

func growSQLite(b *testing.B, rows int) grown {
	b.Helper()
	j := mustOpen(b, "sqlite://"+filepath.Join(b.TempDir(), "x.db"), Config{})
	s := j.store.(*sqlite)
	tx, err := s.write.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for n := range rows {
		w, kind, answered := settled(n, rows)
		if _, err := tx.Exec(`INSERT INTO assignments
			(key, requester, contact, agent, twin, accepted_at, kind, outcome, finished_at, answered)
			VALUES (?, ?, ?, ?, ?, ?, ?, '{"attempts":1}', ?, ?)`,
			w.key, w.requester, w.contact, w.agent, w.twin, s.now(), kind, s.now(), answered); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return grown{j, rows, func() { s.horizon, s.taken = int64(rows), false }}
}

func growPostgres(b *testing.B, rows int) grown {
	b.Helper()
	j := mustOpen(b, journaltest.StartPostgres(b), Config{})
	p := j.store.(*postgres)
	lose := func() { p.mine, p.unsure = make(map[int64]struct{}), true }
	n, now := -1, time.Now()
	columns := []string{"key", "requester", "contact", "agent", "twin", "accepted_at", "kind", "outcome", "finished_at",
		"answered", "owner", "batch"}
	_, err := p.pool.CopyFrom(b.Context(), pgx.Identifier{"assignments"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if n++; n == rows {
			return nil, nil
		}
		w, kind, answered := settled(n, rows)
		return []any{w.key, w.requester, w.contact, w.agent, w.twin, now, kind, `{"attempts":1}`, now, answered, p.id, 0}, nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := p.pool.Exec(b.Context(), "VACUUM ANALYZE assignments"); err != nil { // what autovacuum does in time
		b.Fatal(err)
	}
	return grown{j, rows, lose}
}
