package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/store"

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
	r := journaltest.Numbered(1)
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
		_, how, err := j.Accept(b.Context(), journaltest.Numbered(n))
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
	eachGrown(b, func(b *testing.B, g *grown) {
		offset := g.rows
		b.Run("accept", func(b *testing.B) {
			spread(b, 64, func(n int) error {
				_, _, err := g.Accept(b.Context(), journaltest.Numbered(offset+n))
				return err
			})
			offset += b.N
		})
		b.Run("latest", func(b *testing.B) {
			spread(b, 1, func(n int) error {
				_, _, err := g.Latest(b.Context(), journaltest.Numbered(n*31%g.rows).Contact)
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
				b.StopTimer()
				g.reopen(b)
				b.StartTimer()
				if taken, err := g.Take(b.Context()); err != nil || len(taken) == 0 {
					b.Fatal(len(taken), err)
				}
			}
		})
	})
}

// BenchmarkTenThousand takes up 10,000 that are unfinished, from opening the journal on, and
// looks back on a contact that was assigned 10,000 times.
func BenchmarkTenThousand(b *testing.B) {
	const rows = 10_000
	fill := func(b *testing.B, row func(n int) (o *store.Accept, kind string, answered bool)) string {
		url := "sqlite://" + filepath.Join(b.TempDir(), "x.db")
		if err := open(b, url).Close(b.Context()); err != nil { // makes the tables
			b.Fatal(err)
		}
		fillSQLite(b, url, rows, row)
		return url
	}
	b.Run("pending", func(b *testing.B) {
		url := fill(b, func(n int) (*store.Accept, string, bool) { return encodeRequest(journaltest.Numbered(n)), "", false })
		for b.Loop() {
			j := open(b, url)
			if taken, err := j.Take(b.Context()); err != nil || len(taken) != rows {
				b.Fatal(len(taken), err)
			}
			if err := j.Close(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	url := fill(b, func(n int) (*store.Accept, string, bool) {
		o := encodeRequest(journaltest.Numbered(n))
		o.Contact = journaltest.Numbered(0).Contact.Digits()
		return o, "assigned", true
	})
	j := open(b, url)
	b.Cleanup(func() { _ = j.Close(context.WithoutCancel(b.Context())) })
	b.Run("contact/history", func(b *testing.B) {
		spread(b, 1, func(int) error {
			_, err := j.List(b.Context(), assign.Query{Contact: journaltest.Numbered(0).Contact})
			return err
		})
	})
	b.Run("contact/before", func(b *testing.B) {
		spread(b, 1, func(int) error {
			_, _, err := j.Before(b.Context(), rows)
			return err
		})
	})
}

// grown is a journal with rows of 100,000 contacts, settled but for one in a thousand.
type grown struct {
	*Journal
	rows int
	url  string
}

// eachGrown runs a benchmark on SQLite and Postgres, in all sizes.
func eachGrown(b *testing.B, run func(b *testing.B, g *grown)) {
	for _, size := range sizes() {
		b.Run(fmt.Sprintf("sqlite/rows=%d", size), func(b *testing.B) {
			run(b, grow(b, "sqlite://"+filepath.Join(b.TempDir(), "x.db"), size, fillSettled))
		})
		b.Run(fmt.Sprintf("postgres/rows=%d", size), func(b *testing.B) {
			run(b, grow(b, journaltest.StartPostgres(b), size, fillPostgres))
		})
	}
}

// grow opens a journal on rows that an earlier one left behind, and takes what is pending.
func grow(b *testing.B, url string, rows int, fill func(b *testing.B, url string, rows int)) *grown {
	b.Helper()
	if err := open(b, url).Close(b.Context()); err != nil { // makes the tables
		b.Fatal(err)
	}
	fill(b, url, rows)
	g := &grown{open(b, url), rows, url}
	b.Cleanup(func() { _ = g.Close(context.WithoutCancel(b.Context())) })
	if taken, err := g.Take(b.Context()); err != nil || len(taken) == 0 {
		b.Fatal(len(taken), err)
	}
	return g
}

// reopen lets go of what is in hand, so that Take gives it anew.
func (g *grown) reopen(b *testing.B) {
	b.Helper()
	if err := g.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	g.Journal = open(b, g.url)
	if err := g.Health(b.Context()); err != nil { // whatever the first write costs
		b.Fatal(err)
	}
}

func open(b *testing.B, url string) *Journal {
	b.Helper()
	j, err := Open(b.Context(), url, Config{Timeout: 10 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	return j
}

// settled is a row to fill a journal with.
func settled(n, rows int) (o *store.Accept, kind string, answered bool) {
	o = encodeRequest(journaltest.Numbered(n - rows))
	o.Contact = journaltest.Numbered(n % 100_000).Contact.Digits()
	if n%1000 == 0 {
		return o, "", false
	}
	return o, "assigned", true
}

func fillSettled(b *testing.B, url string, rows int) {
	b.Helper()
	fillSQLite(b, url, rows, func(n int) (*store.Accept, string, bool) { return settled(n, rows) })
}

func fillSQLite(b *testing.B, url string, rows int, row func(n int) (o *store.Accept, kind string, answered bool)) {
	b.Helper()
	db, _ := openRaw(b, url)
	defer func() { _ = db.Close() }()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UnixMicro()
	for n := range rows {
		o, kind, answered := row(n)
		if _, err := tx.Exec(`INSERT INTO assignments
			(key, requester, contact, agent, twin, accepted_at, kind, outcome, finished_at, answered)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '{"attempts":1}', $9, $8)`,
			o.Key, o.Requester, o.Contact, o.Agent, o.JoinKey, now, kind, answered, now-int64(rows-n)); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

func fillPostgres(b *testing.B, url string, rows int) {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(b.Context()) }()
	n, now := -1, time.Now()
	columns := []string{"key", "requester", "contact", "agent", "twin", "accepted_at", "kind", "outcome", "finished_at",
		"answered", "owner", "batch"}
	_, err = conn.CopyFrom(b.Context(), pgx.Identifier{"assignments"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if n++; n == rows {
			return nil, nil
		}
		o, kind, answered := settled(n, rows)
		return []any{o.Key, o.Requester, o.Contact, o.Agent, o.JoinKey, now, kind, `{"attempts":1}`,
			now.Add(time.Duration(n-rows) * time.Microsecond), answered, "gone", 0}, nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(b.Context(), "VACUUM ANALYZE assignments"); err != nil { // what autovacuum does in time
		b.Fatal(err)
	}
}
