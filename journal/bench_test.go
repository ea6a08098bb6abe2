package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
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
	for _, size := range sizes() {
		path := filepath.Join(b.TempDir(), "x.db")
		j := mustOpen(b, "sqlite://"+path, Config{})
		grow(b, j.store.(*sqlite), size)
		offset := size
		b.Run(fmt.Sprintf("accept/rows=%d", size), func(b *testing.B) {
			spread(b, 64, func(n int) error {
				_, _, err := j.Accept(b.Context(), numbered(offset+n))
				return err
			})
			offset += b.N
		})
		b.Run(fmt.Sprintf("latest/rows=%d", size), func(b *testing.B) {
			spread(b, 1, func(n int) error {
				_, _, err := j.Latest(b.Context(), numbered(n*31%size).Contact)
				return err
			})
		})
		b.Run(fmt.Sprintf("turn/rows=%d", size), func(b *testing.B) {
			spread(b, 1, func(n int) error {
				_, err := j.Turn(b.Context(), int64(1+n*1000%size)) // of a pending one
				return err
			})
		})
		b.Run(fmt.Sprintf("take/rows=%d", size), func(b *testing.B) {
			s := j.store.(*sqlite)
			for b.Loop() {
				s.horizon, s.taken = int64(size), false
				if taken, err := j.Take(b.Context()); err != nil || len(taken) == 0 {
					b.Fatal(len(taken), err)
				}
			}
		})
	}
}

// grow fills a journal with rows of 100,000 contacts, settled but for one in a
// thousand.
func grow(b *testing.B, s *sqlite, rows int) {
	b.Helper()
	tx, err := s.write.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for n := range rows {
		w := newAccept(numbered(-rows + n))
		w.contact = numbered(n % 100_000).Contact.Digits()
		kind, answered := "assigned", 1
		if n%1000 == 0 {
			kind, answered = "", 0
		}
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
}
