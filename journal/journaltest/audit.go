package journaltest

import (
	"fmt"
	"testing"

	"azeer-slack/assign"
)

// auditTests are about outcomes that are yet to be reported.
func auditTests() []test {
	return []test{
		{"every outcome is due until it is audited", audited},
		{"outcomes are due oldest first, with a limit", auditLimit},
		{"what is due outlives a crash", auditCrash},
	}
}

func sharedAuditTests() []test {
	return []test{
		{"two instances: each reports its own outcomes", auditShared},
		{"two instances: what the dead one had to report falls to one", auditTakenOver},
	}
}

func due(t *testing.T, j assign.Journal, limit int) []assign.Assignment {
	t.Helper()
	found, err := j.Unaudited(t.Context(), limit)
	if err != nil {
		t.Fatalf("unaudited: %v", err)
	}
	return found
}

func wantDue(t *testing.T, j assign.Journal, want ...int64) {
	t.Helper()
	wantIDs(t, ids(due(t, j, 100)), want...)
}

func audit(t *testing.T, j assign.Journal, id int64) {
	t.Helper()
	if err := j.Audited(t.Context(), id); err != nil {
		t.Fatalf("note audit of %d: %v", id, err)
	}
}

func audited(t *testing.T, b Backend) {
	j := b.Open(t)
	wantDue(t, j)
	var all []int64
	for i, kind := range assign.OutcomeKinds {
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(i)))
		wantDue(t, j, all...)
		finish(t, j, a.ID, kind)
		all = append(all, a.ID)
		wantDue(t, j, all...)
	}
	if a := due(t, j, 1)[0]; a.Outcome.Kind != assign.Assigned || a.Reply != "" || a.Requester != "U1" {
		t.Fatalf("due is %+v", a)
	}
	answer(t, j, all[0])
	wantDue(t, j, all...)
	audit(t, j, all[1])
	audit(t, j, all[1])
	audit(t, j, all[5]+1000)
	finish(t, j, all[1], assign.Assigned) // which is too late
	answer(t, j, all[1])
	wantDue(t, j, append(all[:1], all[2:]...)...)
}

func auditLimit(t *testing.T, b Backend) {
	j := b.Open(t)
	var all []int64
	for i := range 5 {
		all = append(all, accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(i))).ID)
	}
	for i := range all {
		finish(t, j, all[len(all)-1-i], assign.Assigned)
	}
	wantIDs(t, ids(due(t, j, 3)), all[:3]...)
	wantIDs(t, ids(due(t, j, 0)))
	wantIDs(t, ids(due(t, j, -1)))
	wantDue(t, j, all...)
}

func auditCrash(t *testing.T, b Backend) {
	j := b.Open(t)
	reported := accept(t, j, assign.Accepted, request(key("1"), contact(1))).ID
	answered := accept(t, j, assign.Accepted, request(key("2"), contact(2))).ID
	unanswered := accept(t, j, assign.Accepted, request(key("3"), contact(3))).ID
	unfinished := accept(t, j, assign.Accepted, request(key("4"), contact(4))).ID
	for _, id := range []int64{reported, answered, unanswered} {
		finish(t, j, id, assign.Assigned)
	}
	audit(t, j, reported)
	answer(t, j, answered)
	b.Crash(t, j)

	j = b.Open(t)
	wantIDs(t, take(t, j), reported, unanswered, unfinished)
	wantDue(t, j, answered, unanswered)
	finish(t, j, unfinished, assign.Expired)
	wantDue(t, j, answered, unanswered, unfinished)
	wantIDs(t, take(t, j))
}

func auditShared(t *testing.T, b Backend) {
	one, other := b.Open(t), b.Open(t)
	first := accept(t, one, assign.Accepted, request(key("1"), contact(1))).ID
	second := accept(t, other, assign.Accepted, request(key("2"), contact(2))).ID
	foreign := accept(t, one, assign.Accepted, request(key("3"), contact(3))).ID
	finish(t, one, first, assign.Assigned)
	finish(t, other, second, assign.Assigned)
	finishLost(t, other, foreign)
	finish(t, one, foreign, assign.Assigned)
	wantDue(t, one, first, foreign)
	wantDue(t, other, second)
	audit(t, one, first)
	audit(t, other, second)
	wantDue(t, one, foreign)
	wantDue(t, other)
}

func auditTakenOver(t *testing.T, b Backend) {
	dead, one, other := b.Open(t), b.Open(t), b.Open(t)
	var all []int64
	for i := range 3 {
		id := accept(t, dead, assign.Accepted, request(key(fmt.Sprint(i)), contact(i))).ID
		finish(t, dead, id, assign.Assigned)
		answer(t, dead, id)
		all = append(all, id)
	}
	own := accept(t, one, assign.Accepted, request(key("own"), contact(9))).ID
	finish(t, one, own, assign.Refused)
	audit(t, dead, all[0])
	wantDue(t, one, own)
	b.Crash(t, dead)
	wantIDs(t, take(t, one))
	wantDue(t, one, all[1], all[2], own)
	wantDue(t, other)
	audit(t, one, all[1])
	b.Crash(t, one)
	wantIDs(t, take(t, other), own)
	wantDue(t, other, all[2], own)
}
