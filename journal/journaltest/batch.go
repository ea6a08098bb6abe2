package journaltest

import (
	"fmt"
	"testing"

	"azeer-slack/assign"
)

// batchTests are about what was asked for in one go.
func batchTests() []test {
	return []test{
		{"a batch is accepted whole, in its order", batchAccepted},
		{"a batch is accepted once", batchRepeated},
		{"what is guarded in a batch is overtaken alone", batchGuarded},
		{"a newer request overtakes one of a batch", batchSuperseded},
		{"nothing joins a batch", batchNotJoined},
		{"stopping ends what of a batch was not sent", batchStopped},
		{"an answer to a batch is one to each", batchAnswered},
		{"a batch outlives a crash", batchCrash},
		{"a list shows a batch once", batchListed},
		{"a batch is due for the audit once", batchAudited},
	}
}

// batchOf makes n requests of batch 7, for contacts 1 to n.
func batchOf(n int) []assign.Request {
	all := make([]assign.Request, n)
	for i := range all {
		all[i] = request(key(fmt.Sprintf("batch#%d", i+1)), contact(i+1), func(r *assign.Request) { r.Batch = 7 })
		if i > 0 {
			all[i].Reply = ""
		}
	}
	return all
}

// acceptBatch gives the ids; 0 for what was overtaken.
func acceptBatch(t *testing.T, j assign.Journal, want assign.Acceptance, requests []assign.Request) []int64 {
	t.Helper()
	entries, err := j.AcceptBatch(t.Context(), requests)
	if err != nil {
		t.Fatalf("accept batch: %v", err)
	}
	if len(entries) != len(requests) {
		t.Fatalf("%d entries for %d requests", len(entries), len(requests))
	}
	var all []int64
	for i, e := range entries {
		if e.Acceptance != want {
			t.Fatalf("acceptance of %s = %d, want %d", requests[i].Key, e.Acceptance, want)
		}
		all = append(all, e.ID)
	}
	return all
}

func members(t *testing.T, j assign.Journal, batch int64) []assign.Assignment {
	t.Helper()
	found, err := j.Members(t.Context(), batch)
	if err != nil {
		t.Fatalf("members: %v", err)
	}
	return found
}

func batchAccepted(t *testing.T, b Backend) {
	j := b.Open(t)
	accept(t, j, assign.Accepted, request(key("1")))
	all := acceptBatch(t, j, assign.Accepted, batchOf(500))
	found := members(t, j, 7)
	wantIDs(t, ids(found), all...)
	for i, a := range found {
		if a.Batch != 7 || a.Contact.Digits() != batchOf(i + 1)[i].Contact.Digits() || a.Reply != "" {
			t.Fatalf("member %d: batch %d, contact %s, reply %q", i, a.Batch, a.Contact.Digits(), a.Reply)
		}
	}
	wantIDs(t, ids(members(t, j, 8)))
	wantIDs(t, ids(members(t, j, 0)))
}

func batchRepeated(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(3))
	wantIDs(t, acceptBatch(t, j, assign.Repeated, batchOf(3)), all...)
	wantIDs(t, ids(members(t, j, 7)), all...)
}

func batchGuarded(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1"), contact(1)))
	second := accept(t, j, assign.Accepted, request(key("2"), contact(2)))
	newer := accept(t, j, assign.Accepted, request(key("3"), contact(1), by("U2")))
	requests := batchOf(2)
	requests[0].Guard, requests[1].Guard = first.ID, second.ID
	entries, err := j.AcceptBatch(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	if e := entries[0]; e.Acceptance != assign.Overtaken || e.ID != newer.ID || e.Reply != "" {
		t.Fatalf("acceptance %d by %d, reply %q, want overtaken by %d", e.Acceptance, e.ID, e.Reply, newer.ID)
	}
	if e := entries[1]; e.Acceptance != assign.Accepted {
		t.Fatalf("acceptance %d, want accepted", e.Acceptance)
	}
	wantIDs(t, ids(members(t, j, 7)), entries[1].ID)
}

func batchSuperseded(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(3))
	newer := accept(t, j, assign.Accepted, request(key("1"), contact(2), by("U2")))
	turn(t, j, assign.TurnGo, all[0])
	if got := turn(t, j, assign.TurnSuperseded, all[1]); got.Newer.ID != newer.ID {
		t.Fatalf("superseded by %d, want %d", got.Newer.ID, newer.ID)
	}
	turn(t, j, assign.TurnGo, all[2])
}

func batchNotJoined(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(2))
	single := accept(t, j, assign.Accepted, request(key("1"), contact(1)))
	if single.ID == all[0] {
		t.Fatal("a request alone joined one of a batch")
	}
	again := batchOf(1)
	again[0].Key, again[0].Batch = "other", 8
	acceptBatch(t, j, assign.Accepted, again)
}

func batchStopped(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(4))
	turn(t, j, assign.TurnGo, all[0]) // sent
	turn(t, j, assign.TurnGo, all[1])
	finish(t, j, all[1], assign.Assigned)
	for _, want := range []int{2, 0} {
		if got, err := j.StopBatch(t.Context(), 7); err != nil || got != want {
			t.Fatalf("stopped %d, error %v, want %d", got, err, want)
		}
	}
	turn(t, j, assign.TurnLost, all[2])
	finish(t, j, all[3], assign.Assigned) // too late: the first outcome stands
	found := members(t, j, 7)
	if found[0].Finished() || found[1].Outcome.Kind != assign.Assigned {
		t.Fatalf("outcomes %q and %q: what was sent was stopped", found[0].Outcome.Kind, found[1].Outcome.Kind)
	}
	for _, a := range found[2:] {
		if a.Outcome.Kind != assign.Failed || a.Outcome.Reason != assign.Stopped {
			t.Fatalf("outcome %q, reason %q, want stopped", a.Outcome.Kind, a.Outcome.Reason)
		}
	}
}

func batchAnswered(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(3))
	for _, id := range all {
		finish(t, j, id, assign.Assigned)
	}
	for range 2 {
		if err := j.AnsweredBatch(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range members(t, j, 7) {
		if !a.Answered {
			t.Fatalf("member %d is not answered", a.ID)
		}
	}
	b.Crash(t, j)
	wantIDs(t, take(t, b.Open(t)))
}

func batchCrash(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(3))
	finish(t, j, all[0], assign.Assigned)
	b.Crash(t, j)
	next := b.Open(t)
	taken, err := next.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantIDs(t, ids(taken), all...)
	for i, a := range taken {
		if a.Batch != 7 || a.Finished() != (i == 0) || (a.Reply != "") != (i == 0) {
			t.Fatalf("member %d: batch %d, finished %t, reply %q", i, a.Batch, a.Finished(), a.Reply)
		}
	}
}

func batchListed(t *testing.T, b Backend) {
	j := b.Open(t)
	before := accept(t, j, assign.Accepted, request(key("1")))
	all := acceptBatch(t, j, assign.Accepted, batchOf(3))
	after := accept(t, j, assign.Accepted, request(key("2"), contact(9)))
	list := func(q assign.Query, want ...int64) {
		t.Helper()
		found, err := j.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		wantIDs(t, ids(found), want...)
	}
	list(assign.Query{Requester: "U1", Batches: true}, after.ID, all[0], before.ID)
	list(assign.Query{Requester: "U1", Batches: true, Below: all[2]}, all[0], before.ID)
	list(assign.Query{Requester: "U1"}, after.ID, all[2], all[1], all[0], before.ID)
	finish(t, j, all[0], assign.Assigned)
	finish(t, j, all[1], assign.Failed)
	finish(t, j, all[2], assign.Failed)
	list(assign.Query{Requester: "U1", Batches: true, Problems: true}, all[1])
}

func batchAudited(t *testing.T, b Backend) {
	j := b.Open(t)
	all := acceptBatch(t, j, assign.Accepted, batchOf(3))
	finish(t, j, all[2], assign.Assigned)
	wantDue(t, j)
	finish(t, j, all[0], assign.Assigned)
	if _, err := j.StopBatch(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	wantDue(t, j, all[0])
	audit(t, j, all[0])
	wantDue(t, j)
}
