package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
)

// notesIn gives the size of what is noted beside a journal.
func notesIn(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + ".notes")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestWhatIsNotedIsInTheTablesWithinASecond(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		j := open(t, path)
		for n := range 3 { // the clock starts again with each
			journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(n)).ID)
			time.Sleep(time.Second - time.Millisecond)
			synctest.Wait()
			if notesIn(t, path) == 0 {
				t.Error("it was not noted, or did not wait")
			}
			time.Sleep(time.Millisecond)
			synctest.Wait()
			if size := notesIn(t, path); size != 0 {
				t.Errorf("%d bytes are noted after a second", size)
			}
		}
	})
}

// So no older outcome of a contact is lost in a power cut that its newer request survives.
func TestAnAcceptanceTakesAlongWhatIsNotedOfItsContact(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	j := open(t, path)
	j.db.HoldNotes()
	journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(1)).ID)
	if notesIn(t, path) == 0 {
		t.Fatal("nothing is noted")
	}
	again := journaltest.Numbered(1)
	again.Key = "another"
	journaltest.Accept(t, j, again)
	if notesIn(t, path) != 0 {
		t.Error("it is still noted only")
	}
}

func TestNotesThatAreNotWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	j := open(t, path)
	j.db.HoldNotes()
	for n := range 3 {
		a := journaltest.Accept(t, j, journaltest.Numbered(n))
		if turn, err := j.Turn(t.Context(), a.ID, n == 0); err != nil || turn.Verdict != assign.TurnGo {
			t.Fatalf("turn is %+v, error %v", turn, err)
		}
		if n == 1 {
			journaltest.Settle(t, j, a.ID)
		}
	}
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, notes string)
		taken map[int64]bool // and whether Azeer may have been asked
	}{
		"whole": {func(*testing.T, string) {}, map[int64]bool{1: true, 3: false}},
		"gone": {func(t *testing.T, notes string) {
			if err := os.Remove(notes); err != nil {
				t.Fatal(err)
			}
		}, map[int64]bool{1: true, 2: true, 3: true}},
		"cut": {func(t *testing.T, notes string) {
			if err := os.Truncate(notes, 5); err != nil {
				t.Fatal(err)
			}
		}, map[int64]bool{1: true, 2: true, 3: true}},
	} {
		t.Run(name, func(t *testing.T) {
			copied := copyFiles(t, path)
			tt.spoil(t, copied+".notes")
			left := open(t, copied)
			taken, err := left.Take(t.Context())
			if err != nil || len(taken) != len(tt.taken) {
				t.Fatalf("taken are %+v, error %v", taken, err)
			}
			for _, a := range taken {
				if sent, due := tt.taken[a.ID]; !due || a.Sent != sent {
					t.Errorf("assignment %d is taken, sent %v", a.ID, a.Sent)
				}
			}
			if notesIn(t, copied) != 0 {
				t.Error("what was noted is not in the tables")
			}
		})
	}
}

// What was noted and cannot be put into the tables shows in what comes next.
func TestTablesThatTakeNoNotes(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "x.db"))
	one, two := journaltest.Accept(t, j, journaltest.Numbered(1)), journaltest.Accept(t, j, journaltest.Numbered(2))
	breakTables := func(broken string) {
		t.Helper()
		if _, err := j.db.Conn().ExecContext(t.Context(), "PRAGMA query_only = "+broken); err != nil {
			t.Fatal(err)
		}
	}
	assigned := assign.Outcome{Kind: assign.Assigned}
	breakTables("ON")
	if err := j.Finish(t.Context(), one.ID, assigned); err != nil {
		t.Fatal(err)
	}
	if _, err := j.List(t.Context(), assign.Query{}); err == nil {
		t.Error("a list was given that is not true")
	}
	if _, err := j.Turn(t.Context(), two.ID, true); err == nil {
		t.Error("a call may be made")
	}
	if err := j.Finish(t.Context(), two.ID, assigned); err == nil {
		t.Error("an outcome was stored")
	}
	breakTables("OFF")
	if err := j.Finish(t.Context(), two.ID, assigned); err != nil {
		t.Error(err)
	}
	found, err := j.List(t.Context(), assign.Query{})
	if err != nil || len(found) != 2 || !found[0].Finished() || !found[1].Finished() {
		t.Errorf("found are %+v, error %v", found, err)
	}
}
