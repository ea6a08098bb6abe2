package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/journaltest"

	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("JOURNAL_TEST_CHILD"); path != "" {
		child(path)
	}
	os.Exit(journaltest.Main(m))
}

func TestSQLite(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Backend {
		path := filepath.Join(t.TempDir(), "azeer-slack.db")
		var latest *Journal
		return journaltest.Backend{
			Open: func(t testing.TB) assign.Journal {
				latest = mustOpen(t, "sqlite://"+path, Config{Audit: true})
				return latest
			},
			// What a killed process leaves is what its files hold at that moment.
			Crash: func(t testing.TB, _ assign.Journal) {
				path = copyFiles(t, path)
			},
			Age: func(t testing.TB, by time.Duration) {
				exec := "UPDATE assignments SET accepted_at = accepted_at - ?"
				if _, err := latest.store.(*sqlite).write.Exec(exec, by.Microseconds()); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// copyFiles copies a journal in use to a new folder.
func copyFiles(t testing.TB, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestPostgres(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Backend {
		url := journaltest.StartPostgres(t)
		return journaltest.Backend{
			Shared: true,
			Open:   func(t testing.TB) assign.Journal { return mustOpen(t, url, Config{Audit: true}) },
			Crash: func(t testing.TB, j assign.Journal) {
				p := j.(*Journal).store.(*postgres)
				silence(p)
				runOut(t, url, p.id)
			},
			Age: func(t testing.TB, by time.Duration) {
				execute(t, url, "UPDATE assignments SET accepted_at = accepted_at - $1::interval", by)
			},
		}
	})
}

// silence makes an instance give no further sign of life.
func silence(p *postgres) {
	p.stop()
	p.stopped.Wait()
}

// runOut lets the lease of an instance run out.
func runOut(t testing.TB, url, instance string) {
	t.Helper()
	execute(t, url, "UPDATE instances SET lease_until = clock_timestamp() - interval '1 s' WHERE id = $1", instance)
}

func execute(t testing.TB, url, sql string, args ...any) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t testing.TB, url string, cfg Config) *Journal {
	t.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second // the machine may be busy
	}
	j, err := Open(t.Context(), url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return j
}

// onBoth runs a test on a journal of each kind.
func onBoth(t *testing.T, test func(t *testing.T, open func(t testing.TB, cfg Config) *Journal)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		url := "sqlite://" + filepath.Join(t.TempDir(), "azeer-slack.db")
		test(t, func(t testing.TB, cfg Config) *Journal { return mustOpen(t, url, cfg) })
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		url := journaltest.StartPostgres(t)
		test(t, func(t testing.TB, cfg Config) *Journal { return mustOpen(t, url, cfg) })
	})
}

func TestAJournalHasOneInstallation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(t testing.TB, cfg Config) *Journal) {
		j := open(t, Config{})
		ours, theirs := Installation{Name: "workspace T1", Proof: "1"}, Installation{Name: "workspace T2", Proof: "2"}
		knows := func(proof string, want bool) {
			t.Helper()
			if got, err := j.Knows(t.Context(), proof); err != nil || got != want {
				t.Errorf("knows %q: %v, error %v", proof, got, err)
			}
		}
		claims := func(in Installation, adopt, want bool) {
			t.Helper()
			err := j.Claim(t.Context(), in, adopt)
			if want == (err != nil) || err != nil && !errors.As(err, new(*ForeignError)) {
				t.Errorf("claim by %s: %v", in.Name, err)
			}
		}
		knows("1", false)
		knows("", false)
		claims(ours, false, true)
		knows("1", true)
		claims(theirs, false, false)
		knows("2", false)
		claims(Installation{Name: ours.Name, Proof: "1, with a new token"}, false, true)
		knows("1", false)
		claims(theirs, true, true)
		claims(ours, false, false)
	})
}

// numbered is a request that shares nothing with those of other numbers.
func numbered(n int) assign.Request {
	return assign.Request{
		Key:       fmt.Sprintf("%013d.738474920.8088930838d88f008e0", n),
		Requester: fmt.Sprintf("U%d", n%50),
		Contact:   phone.New(fmt.Sprintf("9665%08d", n*7919%100_000_000)),
		Agent:     agent.RefEmail("omar@twerlo.com"),
		Reply:     `{"response_url":"https://hooks.slack.test/commands/T1/2/secret","channel":"C1"}`,
	}
}

func mustAccept(t testing.TB, j *Journal, r assign.Request) assign.Assignment {
	t.Helper()
	a, _, err := j.Accept(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Settle finishes and answers.
func settle(t testing.TB, j *Journal, id int64) {
	t.Helper()
	if err := j.Finish(t.Context(), id, assign.Outcome{Kind: assign.Assigned}); err != nil {
		t.Fatal(err)
	}
	if err := j.Answered(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func TestOldAnsweredAssignmentsAreDeleted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{Retention: time.Nanosecond})
		kept := mustAccept(t, j, numbered(0))
		const n = 2*prunePage + 10
		var wg sync.WaitGroup
		for i := 1; i <= n; i++ {
			wg.Go(func() { settle(t, j, mustAccept(t, j, numbered(i)).ID) })
		}
		wg.Wait()
		last := mustAccept(t, j, numbered(n+1))
		deleted, err := j.Prune(t.Context())
		if err != nil || deleted != n {
			t.Fatalf("%d deleted, error %v, want %d", deleted, err, n)
		}
		if again, err := j.Prune(t.Context()); again != 0 || err != nil {
			t.Fatalf("%d deleted again, error %v", again, err)
		}
		if a, ok, err := j.Latest(t.Context(), numbered(0).Contact); err != nil || !ok || a.ID != kept.ID {
			t.Fatalf("unfinished one: found %t, error %v", ok, err)
		}
		settle(t, j, last.ID)
		if _, err := j.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a := mustAccept(t, j, numbered(n+2)); a.ID <= last.ID {
			t.Fatalf("id %d was given before", a.ID)
		}
	})
}

func TestYoungAssignmentsAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		settle(t, j, mustAccept(t, j, numbered(1)).ID)
		if deleted, err := j.Prune(t.Context()); deleted != 0 || err != nil {
			t.Fatalf("%d deleted, error %v", deleted, err)
		}
	})
}

// A clock that was wrong for a while leaves assignments with dates out of order.
func TestWrongDatesDoNotKeepTheRest(t *testing.T) {
	t.Parallel()
	const all = prunePage + 20
	for name, tt := range map[string]struct {
		last  int // of those dated wrongly, from the first on
		wrong time.Duration
	}{
		"in the future": {prunePage + 10, 20 * 365 * 24 * time.Hour},
		"young":         {10, -time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
				j := open(t, Config{Retention: 24 * time.Hour})
				var wg sync.WaitGroup
				for n := range all {
					wg.Go(func() { settle(t, j, mustAccept(t, j, numbered(n)).ID) })
				}
				wg.Wait()
				mustAccept(t, j, numbered(all)) // the newest stays in any case
				date(t, j, fmt.Sprint("id > ", tt.last), -48*time.Hour)
				date(t, j, fmt.Sprint("id <= ", tt.last), tt.wrong)
				if deleted, err := j.Prune(t.Context()); deleted != all-tt.last || err != nil {
					t.Fatalf("%d deleted, error %v, want %d", deleted, err, all-tt.last)
				}
			})
		})
	}
}

// date makes what was accepted just now look as if that had been so much later.
func date(t *testing.T, j *Journal, condition string, by time.Duration) {
	t.Helper()
	var err error
	switch s := j.store.(type) {
	case *sqlite:
		_, err = s.write.Exec("UPDATE assignments SET accepted_at = accepted_at + ? WHERE "+condition, by.Microseconds())
	case *postgres:
		_, err = s.pool.Exec(t.Context(), "UPDATE assignments SET accepted_at = accepted_at + $1::interval WHERE "+condition, by)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAClosedJournalStoresNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		if err := j.Health(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantNotStored(t, j, numbered(1), "journal is closed")
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := j.Run(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFinishWantsAKind(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		a := mustAccept(t, j, numbered(1))
		if err := j.Finish(t.Context(), a.ID, assign.Outcome{}); err == nil {
			t.Fatal("an outcome without a kind was taken")
		}
		if err := j.Answered(t.Context(), a.ID); err == nil {
			t.Fatal("an unfinished assignment was answered")
		}
	})
}

func TestEmptyKeysAreNeverRepeated(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		first, second := numbered(1), numbered(2)
		first.Key, second.Key = "", ""
		for i, r := range []assign.Request{first, second, first} {
			want := []assign.Acceptance{assign.Accepted, assign.Accepted, assign.Joined}[i]
			if a, how, err := j.Accept(t.Context(), r); err != nil || how != want || a.Key != "" {
				t.Fatalf("request %d: %+v, acceptance %d, error %v", i, a, how, err)
			}
		}
	})
}

func TestDifferentClocksDoNotMatter(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	late := func() time.Time { return time.Now().Add(36 * time.Hour) }
	here, there := mustOpen(t, url, Config{}), mustOpen(t, url, Config{Now: late})
	accepted := mustAccept(t, there, numbered(1))
	if off := late().Sub(accepted.AcceptedAt).Abs(); off > time.Minute {
		t.Fatalf("acceptance is off by %s on the machine it came from", off)
	}
	o := assign.Outcome{Kind: assign.Assigned, At: late()}
	if err := there.Finish(t.Context(), accepted.ID, o); err != nil {
		t.Fatal(err)
	}
	a, _, err := here.Latest(t.Context(), numbered(1).Contact)
	if err != nil {
		t.Fatal(err)
	}
	if off := max(time.Since(a.AcceptedAt).Abs(), time.Since(a.Outcome.At).Abs()); off > time.Minute {
		t.Fatalf("times are off by %s on the other machine", off)
	}
}
