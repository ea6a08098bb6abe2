package journal

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/store"

	"github.com/pressly/goose/v3/database"
)

// ofVersion fills the database at url with tables as they were in that version, and rows.
func ofVersion(t *testing.T, url string, version int64, rows []store.Row) {
	t.Helper()
	db, dialect := openRaw(t, url)
	folder, now, columns, values := "postgres", "clock_timestamp()", ", owner, batch", ", 'gone', 1"
	if dialect == database.DialectSQLite3 {
		folder, now, columns, values = "sqlite", fmt.Sprint(time.Now().UnixMicro()), "", ""
	}
	migrations, err := store.Migrations(dialect, db, os.DirFS(folder))
	if err == nil {
		_, err = migrations.UpTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		_, err := db.ExecContext(t.Context(), `
			INSERT INTO assignments (key, requester, contact, agent, twin, reply, kind, outcome, answered, accepted_at, finished_at`+columns+`)
			VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, `+now+`, `+now+values+`)`,
			r.Key, r.Requester, r.Contact, r.Agent, r.Reply, r.Kind, r.Outcome, r.Kind != "")
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// oldRow is a row of request n with that outcome.
func oldRow(n int, kind string) store.Row {
	r := encodeRequest(journaltest.Numbered(n)).Row(0)
	outcome := fmt.Sprintf(`{"agent":{"platform_id":"agent%d@twerlo.com","name":"\u0000"},"attempts":1}`, n)
	r.Kind, r.Outcome = kind, &outcome
	return r
}

func TestAJournalOfVersionOneIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		var rows []store.Row
		for n, kind := range []string{"", "assigned", "refused", "assigned", "superseded"} { // one of each
			r := oldRow(n, kind)
			r.Contact = journaltest.Numbered(0).Contact.Digits()
			rows = append(rows, r)
		}
		ofVersion(t, url, 1, rows)
		checkVersionOne(t, mustOpen(t, url, Config{Audit: true}))
	})
}

func checkVersionOne(t *testing.T, j *Journal) {
	t.Helper()
	listed, err := j.List(t.Context(), assign.Query{})
	if err != nil || len(listed) != 5 || listed[0].Origin != "" || listed[0].Undoes != 0 {
		t.Fatalf("listed %+v, error %v", listed, err)
	}
	wrong, err := j.List(t.Context(), assign.Query{Problems: true, Requester: "U2"})
	if err != nil || len(wrong) != 1 || wrong[0].Outcome.Kind != assign.Refused {
		t.Errorf("went wrong: %+v, error %v", wrong, err)
	}
	owner, found, err := j.Owner(t.Context(), journaltest.Numbered(0).Contact)
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
	r := journaltest.Numbered(9)
	r.Contact, r.Guard = journaltest.Numbered(0).Contact, 5
	if a := journaltest.Accept(t, j, r); a.ID != 6 {
		t.Errorf("accepted as %d", a.ID)
	}
}

// Before version 4 a contact was stored as it was typed, in whatever form of its number.
func TestOlderFormsOfANumberBecomeOneContact(t *testing.T) {
	t.Parallel()
	const typed, now, saudi = "5215512345678", "525512345678", "966544444444"
	onEach(t, func(t *testing.T, url string) {
		var rows []store.Row
		for n, r := range []struct{ contact, kind string }{{typed, "assigned"}, {now, "refused"}, {saudi, "assigned"}, {typed, ""}} {
			row := oldRow(n, r.kind)
			row.Contact = r.contact
			rows = append(rows, row)
		}
		ofVersion(t, url, 2, rows)
		j := mustOpen(t, url, Config{})
		wantContacts(t, j, assign.Query{Contact: phone.New(now)}, now+" "+typed, now+" "+now, now+" "+typed)
		wantContacts(t, j, assign.Query{}, now+" "+typed, saudi+" "+saudi, now+" "+now, now+" "+typed)
		if a, found, err := j.Latest(t.Context(), phone.New(now)); err != nil || !found || a.ID != 4 || a.Contact.ID() != typed {
			t.Errorf("latest is %d with id %s, found %t, error %v", a.ID, a.Contact.ID(), found, err)
		}
		if a, found, err := j.Owner(t.Context(), phone.New(now)); err != nil || !found || a.ID != 1 {
			t.Errorf("owner by %d, found %t, error %v", a.ID, found, err)
		}
		taken, err := j.Take(t.Context())
		if err != nil || len(taken) != 1 || taken[0].Contact.ID() != typed || !taken[0].Sent {
			t.Errorf("taken %+v, error %v", taken, err)
		}
	})
}

// wantContacts checks a list's contacts, newest first: number and id of each.
func wantContacts(t *testing.T, j *Journal, q assign.Query, want ...string) {
	t.Helper()
	listed, err := j.List(t.Context(), q)
	var got []string
	for _, a := range listed {
		got = append(got, a.Contact.Digits()+" "+a.Contact.ID())
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("listed %q, error %v, want %q", got, err, want)
	}
}
