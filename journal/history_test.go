package journal

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"

	"github.com/pressly/goose/v3/database"
)

func TestNothingIsDueWithoutAnAudit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		settle(t, j, mustAccept(t, j, numbered(1)).ID)
		if due, err := j.Unaudited(t.Context(), 10); len(due) != 0 || err != nil {
			t.Fatalf("%d due, error %v", len(due), err)
		}
	})
}

func TestWhatIsDeletedIsForgottenWhole(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{Retention: time.Nanosecond, Audit: true})
		old := mustAccept(t, j, numbered(1))
		settle(t, j, old.ID)
		newest := mustAccept(t, j, numbered(2))
		if deleted, err := j.Prune(t.Context()); deleted != 1 || err != nil {
			t.Fatalf("%d deleted, error %v", deleted, err)
		}
		listed, err := j.List(t.Context(), assign.Query{})
		due, dueErr := j.Unaudited(t.Context(), 10)
		_, owned, ownerErr := j.Owner(t.Context(), old.Contact)
		counts, tallyErr := j.Tally(t.Context(), time.Now().Add(-time.Hour))
		for _, err := range []error{err, dueErr, ownerErr, tallyErr} {
			if err != nil {
				t.Error(err)
			}
		}
		if len(listed) != 1 || listed[0].ID != newest.ID || len(due) != 0 || owned || len(counts) != 0 {
			t.Errorf("%d listed, %d due, owned %t, %d counted", len(listed), len(due), owned, len(counts))
		}
		// So nobody can say what came after it: what was a guard is none any more.
		r := numbered(1)
		r.Key, r.Guard = "undo:1", old.ID
		if a, how, err := j.Accept(t.Context(), r); how != assign.Overtaken || a.ID != 0 || err != nil {
			t.Errorf("acceptance %d, assignment %d, error %v", how, a.ID, err)
		}
	})
}

func TestOneUnreadableAssignmentHidesNoOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{Audit: true})
		for n := range 3 {
			r := numbered(n)
			r.Contact = numbered(0).Contact
			settle(t, j, mustAccept(t, j, r).ID)
		}
		damage := "UPDATE assignments SET agent = 'by carrier pigeon' WHERE id = 2"
		switch s := j.store.(type) {
		case *sqlite:
			if _, err := s.write.Exec(damage); err != nil {
				t.Fatal(err)
			}
		case *postgres:
			if _, err := s.pool.Exec(t.Context(), damage); err != nil {
				t.Fatal(err)
			}
		}
		listed, err := j.List(t.Context(), assign.Query{Contact: numbered(0).Contact})
		if err != nil || len(listed) != 2 {
			t.Errorf("%d listed, error %v", len(listed), err)
		}
		due, err := j.Unaudited(t.Context(), 10)
		if err != nil || len(due) != 2 {
			t.Errorf("%d due, error %v", len(due), err)
		}
		if _, _, err := j.Before(t.Context(), 3); err == nil || !strings.Contains(err.Error(), "assignment 2") {
			t.Errorf("before: error %v", err)
		}
	})
}

// Tables of version 1, as they were released, with one assignment of each kind.
func versionOne(t *testing.T, dialect database.Dialect, db *sql.DB, values string) {
	t.Helper()
	provider, err := newProvider(dialect, db)
	if err == nil {
		_, err = provider.UpTo(t.Context(), 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	for n, kind := range []string{"", "assigned", "refused", "assigned", "superseded"} {
		w := newAccept(numbered(n))
		w.contact = numbered(0).Contact.Digits()
		outcome := fmt.Sprintf(`{"agent":{"platform_id":"agent%d@twerlo.com","name":"\u0000"},"attempts":1}`, n)
		_, err := db.ExecContext(t.Context(), values,
			w.key, w.requester, w.contact, w.agent, w.twin, w.reply, kind, outcome, kind != "")
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAJournalOfVersionOneIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, j *Journal) {
		t.Helper()
		listed, err := j.List(t.Context(), assign.Query{})
		if err != nil || len(listed) != 5 || listed[0].Origin != "" || listed[0].Undoes != 0 {
			t.Fatalf("listed %+v, error %v", listed, err)
		}
		wrong, err := j.List(t.Context(), assign.Query{Problems: true, Requester: "U2"})
		if err != nil || len(wrong) != 1 || wrong[0].Outcome.Kind != assign.Refused {
			t.Errorf("went wrong: %+v, error %v", wrong, err)
		}
		owner, found, err := j.Owner(t.Context(), numbered(0).Contact)
		if err != nil || !found || owner.ID != 4 || owner.Outcome.Agent.PlatformID.Reveal() != "agent3@twerlo.com" {
			t.Errorf("owner %+v, found %t, error %v", owner, found, err)
		}
		counts, err := j.Tally(t.Context(), time.Now().Add(-24*time.Hour))
		if err != nil || len(counts) != 2 {
			t.Errorf("counts %+v, error %v", counts, err)
		}
		taken, err := j.Take(t.Context())
		if err != nil || len(taken) != 1 || taken[0].ID != 1 {
			t.Errorf("taken %+v, error %v", taken, err)
		}
		if due, err := j.Unaudited(t.Context(), 10); err != nil || len(due) != 0 {
			t.Errorf("%d due, error %v: what ended before there was an audit is not reported", len(due), err)
		}
		r := numbered(9)
		r.Contact, r.Guard = numbered(0).Contact, 5
		if a := mustAccept(t, j, r); a.ID != 6 {
			t.Errorf("accepted as %d", a.ID)
		}
	}
	const columns = `INSERT INTO assignments (key, requester, contact, agent, twin, reply, kind, outcome, answered, `
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "azeer-slack.db")
		db, err := connect(path, 1)
		if err != nil {
			t.Fatal(err)
		}
		now := fmt.Sprint(time.Now().UnixMicro())
		versionOne(t, database.DialectSQLite3, db,
			columns+`accepted_at, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, `+now+`, `+now+`)`)
		check(t, mustOpen(t, "sqlite://"+path, Config{Audit: true}))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		url := journaltest.StartPostgres(t)
		db, err := sql.Open("pgx", url)
		if err != nil {
			t.Fatal(err)
		}
		versionOne(t, database.DialectPostgres, db,
			columns+`owner, batch, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'gone', 1, clock_timestamp())`)
		check(t, mustOpen(t, url, Config{Audit: true}))
	})
}

// No list may cost more the more there is in the journal: SQLite neither sorts nor looks
// at what it doesn't give, but for the rows of one contact or one person.
func TestListsNeedNoSort(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, "sqlite://"+filepath.Join(t.TempDir(), "x.db"), Config{}).store.(*sqlite)
	contact := numbered(1).Contact
	for _, tt := range []struct {
		query assign.Query
		want  string
	}{
		{assign.Query{}, "SCAN a"},
		{assign.Query{Below: 7}, "SEARCH a USING INTEGER PRIMARY KEY"},
		{assign.Query{Contact: contact}, "MULTI-INDEX OR"},
		{assign.Query{Requester: "U1", Below: 7}, "SEARCH a USING INDEX assignments_by_requester"},
		{assign.Query{Problems: true}, "SCAN a USING INDEX assignments_wrong"},
		{assign.Query{Problems: true, Requester: "U1"}, "SEARCH a USING INDEX assignments_wrong_by_requester"},
		{assign.Query{Problems: true, Contact: contact}, "MULTI-INDEX OR"},
	} {
		statement, args := listing(tt.query, columns(func(c string) string { return "?1 - " + c }), "?", of, s.now())
		steps := explainPlan(t, s.read, statement, args...)
		sorts := slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") })
		// A contact's few rows come from two indexes, so they are sorted.
		if way, _, _ := strings.Cut(steps[0], " ("); way != tt.want || sorts != !tt.query.Contact.IsZero() {
			t.Errorf("%+v is read by %q, want %s and no sort but of one contact's", tt.query, steps, tt.want)
		}
	}
}

func explainPlan(t *testing.T, db *sql.DB, statement string, args ...any) (steps []string) {
	t.Helper()
	rows, err := db.QueryContext(context.WithoutCancel(t.Context()), "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}
