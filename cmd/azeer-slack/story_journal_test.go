package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"azeer-slack/journal"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"

	"github.com/rs/zerolog"
)

// journalPath is where the world's journal lies.
func (w *world) journalPath() string {
	return strings.TrimPrefix(w.settings["DATABASE_URL"], "sqlite://")
}

// rewrite changes the journal while the bot is stopped: what the statement finds must be
// one row.
func (w *world) rewrite(statement string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.journalPath())
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	changed, err := db.ExecContext(w.ctx, statement, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	if n, err := changed.RowsAffected(); n != 1 || err != nil {
		w.t.Fatalf("%d rows changed (%v)", n, err)
	}
}

// age makes the one assignment in the journal older.
func (w *world) age(by time.Duration) {
	w.t.Helper()
	w.rewrite("UPDATE assignments SET accepted_at = accepted_at - ?", by.Microseconds())
}

// awaitAssigns waits until Azeer has received n assignments.
func (w *world) awaitAssigns(n int) {
	w.t.Helper()
	if err := w.Azeer.WaitAssigns(w.ctx, n); err != nil {
		w.t.Fatalf("%v\n%s", err, w.logs.all())
	}
}

// interrupted is a world in which the manager's command for omar was begun, and then the
// bot stopped.
func interrupted(t *testing.T) (*world, someone) {
	t.Helper()
	w := begin(t)
	w.Azeer.Always(azeer.Misbehaviour{Status: 503})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	return w, manager
}

func TestUnfinishedWorkIsTakenUpAfterARestart(t *testing.T) {
	w, manager := interrupted(t)
	before := 0
	w.restart(func() {
		before = w.calls()
		w.Azeer.Behave()
	})
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
	if n := w.calls(); n != before+1 {
		t.Errorf("%d calls after the restart, want 1", n-before)
	}
	if late := w.lastCall().Sub(w.lastConnected()); late > time.Second {
		t.Errorf("taken up %v after connecting", late)
	}
}

// lastCall is when Azeer received the last call.
func (w *world) lastCall() time.Time {
	calls := w.Azeer.Calls()
	return calls[len(calls)-1].At
}

// lastConnected is when the last socket was opened.
func (w *world) lastConnected() (at time.Time) {
	for _, e := range w.Events() {
		if e.Kind == record.Connected {
			at = e.At
		}
	}
	return at
}

func TestWorkThatHangsIsParkedAndTakenUp(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Hang: true})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	stopping := time.Now()
	w.restart(func() {
		if took := time.Since(stopping); took > 10*time.Second {
			t.Errorf("stopping took %v while Azeer hung", took)
		}
	})
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestWhatIsFinishedButUnansweredIsAnsweredAfterARestart(t *testing.T) {
	w := begin(t)
	manager := w.speechless("#support")
	w.restart(func() {
		w.owner("966544444444", "omar@twerlo.com")
		w.restore()
	})
	if m := manager.reads("now belongs to", "Omar Hassan"); m.Via != slack.ViaResponseURL {
		t.Errorf("answered by %s", m.Via)
	}
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestAnAnswerThatIsAnHourLateComesByDirectMessage(t *testing.T) {
	w := begin(t)
	manager := w.speechless("#support")
	w.restart(func() {
		w.rewrite(`UPDATE assignments SET reply =
			CAST(json_set(CAST(reply AS TEXT), '$.since', ?) AS BLOB)`, time.Now().Add(-time.Hour).Format(time.RFC3339))
		w.restore()
	})
	if m := manager.reads("now belongs to", "Omar Hassan"); m.Via != slack.ViaPostMessage {
		t.Errorf("answered by %s, want a direct message", m.Via)
	}
}

// Nothing is tried for ever for the sake of somebody who has left.
func TestAnAnswerToSomebodyWhoHasLeftEnds(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*slack.Workspace){
		"deactivated": func(s *slack.Workspace) { s.DeactivatePerson("manager") },
		"removed":     func(s *slack.Workspace) { s.RemovePerson("manager") },
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			manager := w.speechless("#support")
			w.restart(func() {
				w.rewrite(`UPDATE assignments SET reply =
					CAST(json_set(CAST(reply AS TEXT), '$.since', ?) AS BLOB)`, time.Now().Add(-time.Hour).Format(time.RFC3339))
				leave(w.Slack)
				w.restore()
			})
			w.untilLogged("nobody left to answer", 1)
			w.restart(func() { w.rewrite("UPDATE assignments SET id = id WHERE answered = 1 AND reply IS NULL") })
			w.owner("966544444444", "omar@twerlo.com")
			if seen := manager.Unseen(); len(seen) > 0 {
				t.Errorf("somebody who has left sees %v", seen)
			}
		})
	}
}

// That a message is refused does not yet mean that nobody waits for it.
func TestAnAnswerThatIsRefusedIsTriedAgain(t *testing.T) {
	w := begin(t)
	for _, way := range []string{"response_url", "chat.postEphemeral", "chat.postMessage"} {
		w.Slack.FailAPI(way, -1, slack.Failure{Error: "channel_not_found"})
	}
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.untilLogged("answer not delivered", 1)
	w.restore()
	manager.reads("now belongs to", "Omar Hassan")
}

func TestAnAnswerWhoseAddressIsSpoiltComesByDirectMessage(t *testing.T) {
	w := begin(t)
	manager := w.speechless("#support")
	w.restart(func() {
		w.rewrite("UPDATE assignments SET reply = CAST('{' AS BLOB)")
		w.restore()
	})
	if m := manager.reads("now belongs to", "Omar Hassan"); m.Via != slack.ViaPostMessage {
		t.Errorf("answered by %s, want a direct message", m.Via)
	}
}

// speechless lets the manager type a command, in a place, that is carried out while
// Slack takes no message at all.
func (w *world) speechless(where string) someone {
	w.t.Helper()
	for _, way := range []string{"response_url", "chat.postEphemeral", "chat.postMessage"} {
		w.Slack.FailAPI(way, -1, slack.Failure{Status: 500})
	}
	manager := w.person("manager")
	manager.types(where, "/assign 0544444444 omar@twerlo.com")
	w.untilLogged("answer not delivered", 1)
	return manager
}

func (w *world) restore() {
	w.t.Helper()
	if err := w.Slack.Restore(); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatIsFoundTooLateIsNotCarriedOutUnasked(t *testing.T) {
	w, manager := interrupted(t)
	before := 0
	w.restart(func() {
		before = w.calls()
		w.age(11 * time.Minute)
		w.Azeer.Behave()
	})
	m := manager.reads("Not confirmed", "waited through a restart", "now: doing it twice")
	if n := w.calls(); n != before {
		t.Fatalf("%d calls for a request of 11 minutes ago", n-before)
	}
	manager.Click(m, "Assign now")
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestAClockThatWasSetBackHoldsNothingUp(t *testing.T) {
	w, manager := interrupted(t)
	w.restart(func() {
		w.age(-time.Hour)
		w.Azeer.Behave()
	})
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

// Both buttons that repeat an old request ask once more where somebody has assigned the
// contact since.
func TestAssigningLateAsksWhenSomebodyElseHasSince(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, button string
		old          func(t *testing.T) (*world, someone, slack.Message)
	}{
		{"expired", "Assign now", func(t *testing.T) (*world, someone, slack.Message) {
			w, manager := interrupted(t)
			w.restart(func() {
				w.age(11 * time.Minute)
				w.Azeer.Behave()
			})
			return w, manager, manager.reads("Not confirmed", "waited through a restart")
		}},
		{"failed", "Assign again", func(t *testing.T) (*world, someone, slack.Message) {
			w := begin(t)
			w.Azeer.Next(3, azeer.Misbehaviour{Status: 500})
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omar@twerlo.com")
			return w, manager, manager.reads("Not assigned", "500")
		}},
		{"one of the nearest names", "Omar Hassan (omar@twerlo.com)", func(t *testing.T) (*world, someone, slack.Message) {
			w := begin(t)
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omer@twerlo.com")
			return w, manager, manager.reads("no agent", "omer@twerlo.com")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, manager, m := c.old(t)
			sara := w.person("sara")
			sara.types("#general", "/assign 0544444444 me")
			sara.reads("now belongs to")
			manager.Click(m, c.button)
			ask := manager.reads("A newer request: @Sara Ali asked to assign", "Sara Ali (sara@twerlo.com)", "anyway?")
			if !strings.Contains(ask.Text, "<!date^") {
				t.Errorf("it does not say when: %s", ask.Text)
			}
			w.owner("966544444444", "sara@twerlo.com")
			sara.types("#general", "/assign 0544444444 layla@twerlo.com")
			sara.reads("now belongs to")
			manager.Click(ask, "Assign anyway")
			ask = manager.reads("A newer request: @Sara Ali asked to assign", "layla@twerlo.com", "anyway?")
			w.owner("966544444444", "layla@twerlo.com")
			manager.Click(ask, "Assign anyway")
			manager.reads("now belongs to", "Omar Hassan")
			w.owner("966544444444", "omar@twerlo.com")
		})
	}
}

// A message that stays offers its names still when one has been picked long ago.
func TestOneOfTheNearestNamesIsPickedOnce(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	onlyDMs(w)
	manager.types("#support", "/assign 0544444444 omer@twerlo.com")
	m := manager.reads("no agent", "omer@twerlo.com")
	manager.clicks(m, "Omar Hassan (omar@twerlo.com)")
	manager.reads("now belongs to", "Omar Hassan")
	w.restore()
	sara.assigned("#general", "layla@twerlo.com")
	manager.clicks(m, "Omar Hassan (omar@twerlo.com)")
	manager.reads("was already used", "Assigned to Omar Hassan")
	w.owner("966544444444", "layla@twerlo.com")
}

func TestTheFormThatSaysAssigningIsSettledAfterARestart(t *testing.T) {
	w := begin(t)
	w.Azeer.Always(azeer.Misbehaviour{Status: 503})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 ")
	f := manager.form()
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	if !strings.Contains(f.Plain(), "Assigning") {
		t.Fatalf("the form says:\n%s", f.Plain())
	}
	w.restart(w.Azeer.Behave)
	manager.reads("now belongs to", "Omar Hassan")
	settled, err := manager.FormWhere(w.ctx, func(f *slack.Form) bool { return strings.Contains(f.Plain(), "now belongs to") })
	if err != nil {
		t.Fatalf("the form stays on Assigning: %v", err)
	}
	manager.Cancel(settled)
}

// A form that Slack does not let us update at once says in the end what came of it.
func TestTheFormThatSaysAssigningIsSettledWhenSlackTakesIt(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 3 * time.Second})
	w.Slack.FailAPI("views.update", 1, slack.Failure{Status: 429, RetryAfter: 45 * time.Second})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 ")
	f := manager.form()
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	manager.reads("now belongs to", "Omar Hassan")
	settled, err := manager.FormWhere(w.ctx, func(f *slack.Form) bool { return strings.Contains(f.Plain(), "now belongs to") })
	if err != nil {
		t.Fatalf("the form stays on Assigning: %v\n%s", err, w.logs.all())
	}
	manager.Cancel(settled)
	w.untilLogged("settle form", 1)
}

// Who is overtaken by somebody whose request comes to nothing may yet have been served.
func TestOvertakenWithoutAWordFromAzeerIsNotCalledUndone(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{LostAnswer: true})
	manager, sara := w.person("manager"), w.person("sara")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	sara.types("#general", "/assign 0544444444 nobody@nowhere.example")
	sara.reads("Not assigned", "no agent")
	manager.reads("Replaced by a newer request", "asked to assign it to nobody@nowhere.example", "got no reply", "check in Azeer")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestAJournalThatWasMovedAwayStoresNothing(t *testing.T) {
	w := begin(t)
	w.isBrokenBy(w.moveJournal, "journal file is gone: put it back")
}

func TestNoOtherProgramGetsAtTheJournal(t *testing.T) {
	w := begin(t)
	db, err := sql.Open("sqlite", w.journalPath())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows int
	if err := db.QueryRowContext(w.ctx, "SELECT count(*) FROM assignments").Scan(&rows); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("another program reads it: %v", err)
	}
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to", "+966 54 444 4444")
}

// isBrokenBy tells the story of a journal that cannot be written to: by every way in the
// person reads at once that nothing was done, /readyz says why, and all is well again as
// soon as the cause is gone.
func (w *world) isBrokenBy(breaks func() (mend func()), why string) {
	w.t.Helper()
	w.expectError("request not stored")
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444")
	f := manager.form()
	manager.picks(f, "agent", "om")
	manager.types("#support", "/assign 0555555555 omer@twerlo.com")
	pick := manager.reads("Not assigned", "no agent")

	mend := breaks()
	d := manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	if m := manager.reads("Nothing was done", "could not save"); m.Via != slack.ViaAck {
		w.t.Errorf("told by %s after %v", m.Via, d.Took())
	}
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	if !strings.Contains(f.Errors["contact"], "Nothing was done") {
		w.t.Errorf("the form says %v", f.Errors)
	}
	manager.Click(pick, "Omar Hassan (omar@twerlo.com)")
	manager.reads("Nothing was done")
	if ready, reasons := w.ready(); ready || !strings.Contains(reasons, why) {
		w.t.Errorf("ready %v: %s", ready, reasons)
	}

	mend()
	manager.submits(f, nil)
	manager.reads("now belongs to", "+966 54 444 4444")
	if ready, reasons := w.ready(); !ready {
		w.t.Errorf("not ready although it works again: %s", reasons)
	}
	if n := w.calls(); n != 1 {
		w.t.Errorf("%d calls to Azeer: what was refused was carried out", n)
	}
}

// moveJournal takes the file away, and waits until that is noticed: it is not looked for at each
// command.
func (w *world) moveJournal() (back func()) {
	w.t.Helper()
	path := w.journalPath()
	if err := os.Rename(path, path+".moved"); err != nil {
		w.t.Fatal(err)
	}
	for is, _ := w.ready(); is; is, _ = w.ready() {
		if w.ctx.Err() != nil {
			w.t.Fatal("nobody notices that the journal is gone")
		}
	}
	return func() {
		if err := os.Rename(path+".moved", path); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestAnOutcomeWaitsForTheJournal(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Minute})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	w.awaitAssigns(1)
	back := w.moveJournal()
	w.Azeer.Behave()
	w.untilLogged("outcome could not be stored", 1)
	back()
	manager.reads("now belongs to", "Omar Hassan")
	if n := w.calls(); n != 1 {
		t.Errorf("%d calls to Azeer, want 1", n)
	}
}

func TestAnUnusableJournalIsAClearError(t *testing.T) {
	t.Parallel()
	file := func(name, content string) func(*testing.T) string {
		return func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return "sqlite://" + path
		}
	}
	for _, c := range []struct {
		name string
		url  func(*testing.T) string
		says []string
	}{
		{"a folder", func(t *testing.T) string { return "sqlite://" + t.TempDir() },
			[]string{"is a folder", "DATABASE_URL must name a file"}},
		{"in a folder that is not there", func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "data", "x.db") },
			[]string{"does not exist", "create it", "DATABASE_URL"}},
		{"below a file", func(t *testing.T) string { return file("notes", "")(t) + "/x.db" },
			[]string{"is not a folder", "DATABASE_URL"}},
		{"a file of something else", file("notes.txt", strings.Repeat("Dear diary. ", 100)),
			[]string{"not a SQLite database", "DATABASE_URL"}},
		{"the database of another program", anotherProgram,
			[]string{"of another program", "DATABASE_URL"}},
		{"in use by another process", inUse,
			[]string{"another azeer-slack is running with this file", "DATABASE_URL"}},
		{"looked at by another program", lookedAt,
			[]string{"another program holds the journal", "end what it does there"}},
		{"a Postgres that is not there", func(*testing.T) string { return "postgres://u:opensesame@127.0.0.1:1/x" },
			[]string{"cannot be reached", "DATABASE_URL"}},
		{"a Postgres address that makes no sense", func(*testing.T) string { return "postgres://u:opensesame@h/x?sslmode=maybe" },
			[]string{"sslmode is one of", "DATABASE_URL"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const nobody = "http://127.0.0.1:1/" // is asked meanwhile
			cfg := Config{DatabaseURL: NewSecret(c.url(t)), AzeerAPIKey: NewSecret("key"), AzeerBaseURL: nobody, SlackAPIURL: nobody}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err := serve(ctx, cfg, zerolog.Nop())
			for _, word := range c.says {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("%v, which lacks %q", err, word)
				}
			}
			if strings.Contains(fmt.Sprint(err), "opensesame") {
				t.Errorf("the password shows: %v", err)
			}
		})
	}
}

func anotherProgram(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "CREATE TABLE songs (title TEXT)")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return "sqlite://" + path
}

func lookedAt(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "x.db")
	j, err := journal.Open(t.Context(), "sqlite://"+path, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow("SELECT count(*) FROM assignments").Scan(new(int)); err != nil {
		t.Fatal(err)
	}
	return "sqlite://" + path
}

func inUse(t *testing.T) string {
	url := "sqlite://" + filepath.Join(t.TempDir(), "x.db")
	j, err := journal.Open(t.Context(), url, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return url
}
