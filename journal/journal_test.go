package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"

	"github.com/pressly/goose/v3/database"
)

func TestMain(m *testing.M) { os.Exit(journaltest.Main(m)) }

func mustOpen(t testing.TB, url string, cfg Config) *Journal {
	t.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second // the machine may be busy
	}
	j, err := Open(t.Context(), url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeJournal(t, j) })
	return j
}

func closeJournal(t testing.TB, j *Journal) {
	t.Helper()
	if err := j.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// onBoth runs a test on an empty journal of each kind.
func onBoth(t *testing.T, test func(t *testing.T, open func(t testing.TB, cfg Config) *Journal)) {
	onEach(t, func(t *testing.T, url string) {
		test(t, func(t testing.TB, cfg Config) *Journal { return mustOpen(t, url, cfg) })
	})
}

// onEach gives the URL of what is no journal yet.
func onEach(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite://"+filepath.Join(t.TempDir(), "azeer-slack.db"))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, journaltest.StartPostgres(t))
	})
}

// execute runs a statement on the database at url as another program would.
func execute(t testing.TB, url, statement string, args ...any) {
	t.Helper()
	db, _ := openRaw(t, url)
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// openRaw opens the database at url, which is to be closed again.
func openRaw(t testing.TB, url string) (*sql.DB, database.Dialect) {
	t.Helper()
	driver, name, dialect := "pgx", url, database.DialectPostgres
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		driver, name, dialect = "sqlite", path+"?_pragma=busy_timeout(10000)", database.DialectSQLite3
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	return db, dialect
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

func TestOldAnsweredAssignmentsAreDeleted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{Retention: time.Nanosecond})
		kept := journaltest.Accept(t, j, journaltest.Numbered(0))
		const n = 2*prunePage + 10
		var wg sync.WaitGroup
		for i := 1; i <= n; i++ {
			wg.Go(func() { journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(i)).ID) })
		}
		wg.Wait()
		last := journaltest.Accept(t, j, journaltest.Numbered(n+1))
		deleted, err := j.Prune(t.Context())
		if err != nil || deleted != n {
			t.Fatalf("%d deleted, error %v, want %d", deleted, err, n)
		}
		if again, err := j.Prune(t.Context()); again != 0 || err != nil {
			t.Fatalf("%d deleted again, error %v", again, err)
		}
		if a, ok, err := j.Latest(t.Context(), journaltest.Numbered(0).Contact); err != nil || !ok || a.ID != kept.ID {
			t.Fatalf("unfinished one: found %t, error %v", ok, err)
		}
		journaltest.Settle(t, j, last.ID)
		if _, err := j.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a := journaltest.Accept(t, j, journaltest.Numbered(n+2)); a.ID <= last.ID {
			t.Fatalf("id %d was given before", a.ID)
		}
	})
}

// Offers go with their age, whatever came of them: they hold a number and a note.
func TestOldOffersAreDeleted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		for id, retention := range map[int64]time.Duration{1: 0, 2: time.Nanosecond} {
			j := open(t, Config{Retention: retention})
			o := assign.Offer{ID: id, Key: strconv.FormatInt(id, 10), Requester: "U" + strconv.FormatInt(id, 10), State: assign.OfferOpen, Due: time.Now().Add(time.Hour)}
			if made, err := j.MakeOffer(t.Context(), o); made != assign.Accepted || err != nil {
				t.Fatalf("made %d, error %v", made, err)
			}
			if _, err := j.Prune(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, found, err := j.OfferOf(t.Context(), id); found != (retention == 0) || err != nil {
				t.Errorf("kept for %v: found %t, error %v", retention, found, err)
			}
			if err := j.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestYoungAssignmentsAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(1)).ID)
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
			onEach(t, func(t *testing.T, url string) {
				j := mustOpen(t, url, Config{})
				var wg sync.WaitGroup
				for n := range all {
					wg.Go(func() { journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(n)).ID) })
				}
				wg.Wait()
				journaltest.Accept(t, j, journaltest.Numbered(all)) // the newest stays in any case
				closeJournal(t, j)                                  // nobody else gets at its file
				date(t, url, fmt.Sprint("id > ", tt.last), -48*time.Hour)
				date(t, url, fmt.Sprint("id <= ", tt.last), tt.wrong)
				j = mustOpen(t, url, Config{Retention: 24 * time.Hour})
				if deleted, err := j.Prune(t.Context()); deleted != all-tt.last || err != nil {
					t.Fatalf("%d deleted, error %v, want %d", deleted, err, all-tt.last)
				}
			})
		})
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
		journaltest.WantNotStored(t, j, journaltest.Numbered(1), "journal is closed")
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
		a := journaltest.Accept(t, j, journaltest.Numbered(1))
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
		first, second := journaltest.Numbered(1), journaltest.Numbered(2)
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
	accepted := journaltest.Accept(t, there, journaltest.Numbered(1))
	if off := late().Sub(accepted.AcceptedAt).Abs(); off > time.Minute {
		t.Fatalf("acceptance is off by %s on the machine it came from", off)
	}
	o := assign.Outcome{Kind: assign.Assigned, At: late()}
	if err := there.Finish(t.Context(), accepted.ID, o); err != nil {
		t.Fatal(err)
	}
	a, _, err := here.Latest(t.Context(), journaltest.Numbered(1).Contact)
	if err != nil {
		t.Fatal(err)
	}
	if off := max(time.Since(a.AcceptedAt).Abs(), time.Since(a.Outcome.At).Abs()); off > time.Minute {
		t.Fatalf("times are off by %s on the other machine", off)
	}
}

// date makes what was accepted just now look as if that had been so much later.
func date(t *testing.T, url, condition string, by time.Duration) {
	t.Helper()
	later := fmt.Sprintf("accepted_at + interval '%d microseconds'", by.Microseconds())
	if strings.HasPrefix(url, "sqlite:") {
		later = fmt.Sprintf("accepted_at + %d", by.Microseconds())
	}
	execute(t, url, "UPDATE assignments SET accepted_at = "+later+" WHERE "+condition)
}
