package journal

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
)

func TestNothingIsDueWithoutAnAudit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(1)).ID)
		if due, err := j.Unaudited(t.Context(), 10); len(due) != 0 || err != nil {
			t.Fatalf("%d due, error %v", len(due), err)
		}
	})
}

func TestWhatIsDeletedIsForgottenWhole(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{Retention: time.Nanosecond, Audit: true})
		old := journaltest.Accept(t, j, journaltest.Numbered(1))
		journaltest.Settle(t, j, old.ID)
		newest := journaltest.Accept(t, j, journaltest.Numbered(2))
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
		r := journaltest.Numbered(1)
		r.Key, r.Guard = "undo:1", old.ID
		if a, how, err := j.Accept(t.Context(), r); how != assign.Overtaken || a.ID != 0 || err != nil {
			t.Errorf("acceptance %d, assignment %d, error %v", how, a.ID, err)
		}
	})
}

func TestOneUnreadableAssignmentHidesNoOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		j := mustOpen(t, url, Config{Audit: true})
		for n := range 3 {
			r := journaltest.Numbered(n)
			r.Contact = journaltest.Numbered(0).Contact
			journaltest.Settle(t, j, journaltest.Accept(t, j, r).ID)
		}
		closeJournal(t, j) // nobody else gets at its file
		execute(t, url, "UPDATE assignments SET agent = 'by carrier pigeon' WHERE id = 2")
		j = mustOpen(t, url, Config{Audit: true})
		listed, err := j.List(t.Context(), assign.Query{Contact: journaltest.Numbered(0).Contact})
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
