package journaltest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"azeer-slack/assign"
)

// noticeTests are about who is told of what they were given.
func noticeTests() []test {
	return []test{
		{"who was given a contact is to be told", noticeNew},
		{"a notice is kept in place of the state that was read", noticeKept},
		{"a notice is due at its time", noticeDue},
		{"a batch is to be told of once all is finished", noticeBatch},
		{"what there is to tell outlives a crash", noticeCrash},
		{"an assignment is found by its id", foundByID},
	}
}

func sharedNoticeTests() []test {
	return []test{
		{"two instances: each tells of its own, the living one of the dead one's", noticeShared},
	}
}

func dueNotices(t *testing.T, j assign.Journal) (due []assign.Notice, next time.Duration) {
	t.Helper()
	due, next, err := j.(assign.Notices).DueNotices(t.Context(), 100)
	if err != nil {
		t.Fatalf("due notices: %v", err)
	}
	return due, next
}

func wantNotices(t *testing.T, j assign.Journal, want ...int64) {
	t.Helper()
	due, _ := dueNotices(t, j)
	var got []int64
	for _, n := range due {
		got = append(got, n.ID)
	}
	slices.Sort(got)
	wantIDs(t, got, want...)
}

// keep stores a notice; whether that worked must be want.
func keep(t *testing.T, j assign.Journal, want bool, n assign.Notice, from assign.NoticeState) {
	t.Helper()
	if kept, err := j.(assign.Notices).KeepNotice(t.Context(), n, from); err != nil || kept != want {
		t.Fatalf("keep %s in place of %s: %t, error %v", n.State, from, kept, err)
	}
}

func notice(t *testing.T, j assign.Journal, id int64) assign.Notice {
	t.Helper()
	found, err := j.(assign.Notices).NoticesOf(t.Context(), []int64{id, id + 1000})
	if err != nil || len(found) != 1 {
		t.Fatalf("notices of %d: %+v, error %v", id, found, err)
	}
	return found[0]
}

func noticeNew(t *testing.T, b Backend) {
	j := b.Open(t)
	wantNotices(t, j)
	var told int64
	for i, kind := range assign.OutcomeKinds {
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(i)))
		finish(t, j, a.ID, kind)
		if kind == assign.Assigned {
			told = a.ID
		}
	}
	wantNotices(t, j, told)
	if n := notice(t, j, told); n.State != assign.NoticeNew || n.Due.IsZero() || n.At.IsZero() || n.Details != "" {
		t.Errorf("it is %+v", n)
	}
	if _, next := dueNotices(t, j); next >= 0 {
		t.Errorf("another in %v", next)
	}
	finish(t, j, told, assign.Assigned) // which changes nothing
	keep(t, j, true, assign.Notice{ID: told, State: assign.NoticeTold}, assign.NoticeNew)
	finish(t, j, told, assign.Assigned)
	wantNotices(t, j)
}

func noticeKept(t *testing.T, b Backend) {
	j := b.Open(t)
	keep(t, j, true, assign.Notice{ID: 7, State: assign.NoticeTold, Details: `{"owner":"U1"}`}, "")
	keep(t, j, false, assign.Notice{ID: 7, State: assign.NoticeLost}, "")
	keep(t, j, false, assign.Notice{ID: 7, State: assign.NoticeLost}, assign.NoticeNew)
	keep(t, j, false, assign.Notice{ID: 8, State: assign.NoticeLost}, assign.NoticeTold)
	first := notice(t, j, 7)
	if first.State != assign.NoticeTold || first.Details != `{"owner":"U1"}` || !first.Due.IsZero() {
		t.Errorf("it is %+v", first)
	}
	keep(t, j, true, assign.Notice{ID: 7, State: assign.NoticeReceived, Details: "said \u2068نعم\u2069"}, assign.NoticeTold)
	keep(t, j, false, assign.Notice{ID: 7, State: assign.NoticeAsked}, assign.NoticeTold)
	if n := notice(t, j, 7); n.State != assign.NoticeReceived || n.Details != "said \u2068نعم\u2069" || n.At.Before(first.At.Add(-time.Second)) {
		t.Errorf("it is %+v", n)
	}
}

func noticeDue(t *testing.T, b Backend) {
	j := b.Open(t)
	now := time.Now()
	for id, in := range map[int64]time.Duration{1: -time.Minute, 2: -time.Hour, 3: time.Hour, 4: 2 * time.Hour} {
		keep(t, j, true, assign.Notice{ID: id, State: assign.NoticeTold, Due: now.Add(in)}, "")
	}
	keep(t, j, true, assign.Notice{ID: 5, State: assign.NoticeTold}, "")
	due, next := dueNotices(t, j)
	if len(due) != 2 || due[0].ID != 2 || due[1].ID != 1 {
		t.Errorf("due are %+v", due)
	}
	if next < 50*time.Minute || next > 70*time.Minute {
		t.Errorf("the next in %v", next)
	}
	if due, _, err := j.(assign.Notices).DueNotices(t.Context(), 1); err != nil || len(due) != 1 || due[0].ID != 2 {
		t.Errorf("of one: %+v, error %v", due, err)
	}
	if at := notice(t, j, 3).Due.Sub(now); at < 50*time.Minute || at > 70*time.Minute {
		t.Errorf("due in %v", at)
	}
}

func noticeBatch(t *testing.T, b Backend) {
	j := b.Open(t)
	var requests []assign.Request
	for i := range 3 {
		requests = append(requests, request(key(fmt.Sprint(i)), contact(i), func(r *assign.Request) { r.Batch = 77 }))
	}
	entries, err := j.AcceptBatch(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	finish(t, j, entries[0].ID, assign.Refused)
	finish(t, j, entries[1].ID, assign.Assigned)
	wantNotices(t, j)
	finish(t, j, entries[2].ID, assign.Assigned)
	wantNotices(t, j, entries[0].ID)
}

func noticeCrash(t *testing.T, b Backend) {
	j := b.Open(t)
	told := accept(t, j, assign.Accepted, request(key("1"), contact(1))).ID
	untold := accept(t, j, assign.Accepted, request(key("2"), contact(2))).ID
	finish(t, j, told, assign.Assigned)
	finish(t, j, untold, assign.Assigned)
	keep(t, j, true, assign.Notice{ID: told, State: assign.NoticeReceived, Details: "x"}, assign.NoticeNew)
	b.Crash(t, j)
	j = b.Open(t)
	wantIDs(t, take(t, j), told, untold)
	wantNotices(t, j, untold)
	if n := notice(t, j, told); n.State != assign.NoticeReceived || n.Details != "x" {
		t.Errorf("it is %+v", n)
	}
}

func foundByID(t *testing.T, b Backend) {
	j := b.Open(t)
	id := accept(t, j, assign.Accepted, request(brief("be quick"))).ID
	a, found, err := j.(assign.Notices).Find(t.Context(), id)
	if err != nil || !found || a.ID != id || a.Reply != "" || a.Requester != "U1" || a.Brief.Note.Reveal() != "be quick" {
		t.Errorf("found %+v, %t, error %v", a, found, err)
	}
	if _, found, err := j.(assign.Notices).Find(t.Context(), id+1); found || err != nil {
		t.Errorf("found one that is not there: %t, error %v", found, err)
	}
}

func noticeShared(t *testing.T, b Backend) {
	dead, one, other := b.Open(t), b.Open(t), b.Open(t)
	first := accept(t, dead, assign.Accepted, request(key("1"), contact(1))).ID
	second := accept(t, one, assign.Accepted, request(key("2"), contact(2))).ID
	finish(t, dead, first, assign.Assigned)
	answer(t, dead, first)
	finish(t, one, second, assign.Assigned)
	wantNotices(t, dead, first)
	wantNotices(t, one, second)
	wantNotices(t, other)
	// Whoever keeps it goes on with it.
	keep(t, other, true, assign.Notice{ID: second, State: assign.NoticeReceived, Due: time.Now()}, assign.NoticeNew)
	wantNotices(t, one)
	wantNotices(t, other, second)
	b.Crash(t, dead)
	wantIDs(t, take(t, one))
	wantNotices(t, one, first)
	wantNotices(t, other, second)
}
