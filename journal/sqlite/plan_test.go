package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
)

// No list may cost more the more there is in the journal: SQLite neither sorts nor looks
// at what it doesn't give, but for what is in hand.
func TestListsNeedNoSort(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db")).db
	contact := journaltest.Numbered(1).Contact
	ofContact := []string{"SEARCH a USING INDEX assignments_in_hand", "SEARCH a USING INDEX assignments_settled"}
	for _, tt := range []struct {
		query assign.Query
		want  []string // how the rows are found
	}{
		{assign.Query{}, []string{"SCAN a"}},
		{assign.Query{Below: 7}, []string{"SEARCH a USING INTEGER PRIMARY KEY"}},
		{assign.Query{Contact: contact}, ofContact},
		{assign.Query{Requester: "U1", Below: 7}, []string{"SEARCH a USING INTEGER PRIMARY KEY", "SEARCH a USING INDEX assignments_by_requester"}},
		{assign.Query{Problems: true}, []string{"SCAN a USING INDEX assignments_wrong"}},
		{assign.Query{Problems: true, Requester: "U1"}, []string{"SEARCH a USING INDEX assignments_wrong_by_requester"}},
		{assign.Query{Problems: true, Contact: contact}, ofContact},
	} {
		s := db.Dialect().List(tt.query)
		steps := explainPlan(t, db.Conn(), s.SQL, append(s.Args, sql.Named("now", 0))...)
		var found []string
		for _, step := range steps {
			way, _, _ := strings.Cut(step, " (")
			if strings.HasPrefix(way, "SCAN a") || strings.HasPrefix(way, "SEARCH a") {
				found = append(found, way)
			}
		}
		sorts := slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") })
		if sorts || !slices.Equal(found, tt.want) {
			t.Errorf("%+v is read by %q, want %q and no sort", tt.query, steps, tt.want)
		}
	}
}

// Counting goes on where it stopped.
func TestATallyGoesOnInTheIndex(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db")).db
	s := db.Dialect().Assigned(time.Hour, 7, 10)
	steps := explainPlan(t, db.Conn(), s.SQL, append(s.Args, sql.Named("now", 0))...)
	const want = "SEARCH assignments USING INDEX assignments_assigned (finished_at>? AND finished_at<?)"
	if steps[0] != want || slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") }) {
		t.Errorf("it is read by %q", steps)
	}
}

// Of an agent's contacts a page of ids is looked at, and an index for what is newer.
func TestHeldContactsAreFoundByIDs(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db")).db
	for _, age := range []time.Duration{0, time.Hour} {
		s := db.Dialect().Held([]string{"omar@twerlo.com"}, age, 1, 2000)
		steps := explainPlan(t, db.Conn(), s.SQL, append(s.Args, sql.Named("now", 0))...)
		scans := slices.ContainsFunc(steps, func(step string) bool {
			return strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE")
		})
		if way, _, _ := strings.Cut(steps[0], " ("); way != "SEARCH a USING INTEGER PRIMARY KEY" || scans {
			t.Errorf("they are read by %q", steps)
		}
	}
	s := db.Dialect().Span()
	for _, step := range explainPlan(t, db.Conn(), s.SQL, sql.Named("now", 0)) {
		if strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "SCAN CONSTANT") {
			t.Errorf("the ids are read by %q", step)
		}
	}
}

func explainPlan(t *testing.T, db *sql.Conn, statement string, args ...any) (steps []string) {
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
