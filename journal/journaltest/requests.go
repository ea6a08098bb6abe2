package journaltest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
)

// requestTests are about requests with a Guard, and about what else a request carries.
func requestTests() []test {
	return []test{
		{"a guard holds until something newer is accepted", guarded},
		{"a guard that the journal has forgotten does not hold", guardForgotten},
		{"a guard that never holds lets nothing in", guardNever},
		{"a known key is repeated whatever its guard", guardRepeated},
		{"a guard comes before a join", guardJoined},
		{"of requests at once with one guard one is accepted", func(t *testing.T, b Backend) {
			raceGuard(t, b.Open(t))
		}},
		{"a button's key works once for ever", derivedKey},
		{"origin and what is undone are kept", originKept},
		{"the form of a contact's number that was typed is kept", contactIDKept},
		{"what goes along for the new owner is kept", briefKept},
		{"a request with another note does not join", noteNotJoined},
		{"a request for which nobody asked is kept", nobodysKept},
	}
}

func knowing(id int64) func(*assign.Request) { return func(r *assign.Request) { r.Guard = id } }

// overtaken accepts r, which must be overtaken by assignment by; 0: by none that is known.
func overtaken(t *testing.T, j assign.Journal, by int64, r assign.Request) {
	t.Helper()
	if a := accept(t, j, assign.Overtaken, r); a.ID != by || a.Reply != "" {
		t.Fatalf("overtaken by %d, reply %q, want %d and none", a.ID, a.Reply, by)
	}
}

// nobodysKept: a schedule asks, say. Whoever comes with the key of a request that joined is told which it joined.
func nobodysKept(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1"), by("")))
	accept(t, j, assign.Joined, request(key("2"), by("")))
	if again := accept(t, j, assign.Repeated, request(key("2"), by(""))); again.ID != first.ID || again.Key != "1" || again.Requester != "" {
		t.Errorf("repeated as %+v", again)
	}
	if got := latest(t, j, request()); got.ID != first.ID || got.Requester != "" {
		t.Errorf("read as %+v", got)
	}
}

func guarded(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1")))
	finish(t, j, first.ID, assign.Assigned)
	accept(t, j, assign.Accepted, request(key("other"), contact(1)))
	second := accept(t, j, assign.Accepted, request(key("2"), by("U2"), to("sara@twerlo.com"), knowing(first.ID)))
	if second.Guard != 0 {
		t.Fatalf("the guard was kept: %d", second.Guard)
	}
	for _, kind := range []assign.OutcomeKind{"", assign.Refused} { // both may yet matter to who asks
		if kind != "" {
			finish(t, j, second.ID, kind)
			answer(t, j, second.ID)
		}
		overtaken(t, j, second.ID, request(key("3"), by("U3"), knowing(first.ID)))
	}
	if got := latest(t, j, request()); got.ID != second.ID {
		t.Fatalf("latest is %d: an overtaken request was stored", got.ID)
	}
	accept(t, j, assign.Accepted, request(key("3"), by("U3"))) // so its key was not
}

func guardForgotten(t *testing.T, b Backend) {
	j := b.Open(t)
	overtaken(t, j, 0, request(key("1"), knowing(7)))
	known := accept(t, j, assign.Accepted, request(key("2")))
	overtaken(t, j, 0, request(key("3"), by("U3"), knowing(known.ID+1000)))
}

func guardNever(t *testing.T, b Backend) {
	j := b.Open(t)
	overtaken(t, j, 0, request(key("1"), knowing(assign.NeverHolds)))
	first := accept(t, j, assign.Accepted, request(key("1")))
	overtaken(t, j, first.ID, request(key("2"), knowing(assign.NeverHolds)))
	accept(t, j, assign.Repeated, request(key("1"), knowing(assign.NeverHolds)))
	accept(t, j, assign.Joined, request(key("2"))) // so it was not stored
}

func guardRepeated(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1")))
	accept(t, j, assign.Joined, request(key("2")))
	newer := accept(t, j, assign.Accepted, request(key("3"), by("U2")))
	for _, k := range []string{"1", "2"} {
		if a := accept(t, j, assign.Repeated, request(key(k), knowing(first.ID))); a.ID != first.ID {
			t.Fatalf("key %s gives %d", k, a.ID)
		}
	}
	overtaken(t, j, newer.ID, request(key(""), knowing(first.ID)))
}

func guardJoined(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1")))
	finish(t, j, first.ID, assign.Assigned)
	second := accept(t, j, assign.Accepted, request(key("2"), knowing(first.ID)))
	overtaken(t, j, second.ID, request(key("3"), knowing(first.ID)))
	accept(t, j, assign.Joined, request(key("4"), knowing(second.ID)))
}

// raceGuard sends different requests with one guard at once, over all journals in turn.
func raceGuard(t *testing.T, journals ...assign.Journal) {
	t.Helper()
	known := accept(t, journals[0], assign.Accepted, request(key("known")))
	finish(t, journals[0], known.ID, assign.Assigned)
	var mu sync.Mutex
	counts := map[assign.Acceptance]int{}
	ids := burst(t, 16, 1, func(c, _ int) (assign.Assignment, assign.Acceptance, error) {
		r := request(key(fmt.Sprint(c)), by(fmt.Sprint("U", c)), knowing(known.ID))
		a, how, err := journals[c%len(journals)].Accept(t.Context(), r)
		mu.Lock()
		defer mu.Unlock()
		counts[how]++
		return a, how, err
	})
	if len(slices.Compact(ids)) != 1 || counts[assign.Accepted] != 1 || counts[assign.Overtaken] != 15 {
		t.Fatalf("ids %v, acceptances %v", ids, counts)
	}
}

func derivedKey(t *testing.T, b Backend) {
	j := b.Open(t)
	before := accept(t, j, assign.Accepted, request(key("1")))
	finish(t, j, before.ID, assign.Assigned)
	taken := accept(t, j, assign.Accepted, request(key("2"), to("sara@twerlo.com")))
	finish(t, j, taken.ID, assign.Assigned)
	click := request(key(fmt.Sprintf("undo:%d", taken.ID)), knowing(taken.ID))
	click.Undoes = taken.ID
	undo := accept(t, j, assign.Accepted, click)
	accept(t, j, assign.Repeated, click)
	finish(t, j, undo.ID, assign.Assigned)
	answer(t, j, undo.ID)
	accept(t, j, assign.Accepted, request(key("3"), by("U3")))
	b.Crash(t, j)
	if a := accept(t, b.Open(t), assign.Repeated, click); a.ID != undo.ID || a.Undoes != taken.ID {
		t.Fatalf("the click gives %d, which undoes %d", a.ID, a.Undoes)
	}
}

func originKept(t *testing.T, b Backend) {
	j := b.Open(t)
	r := request(key("1"))
	r.Origin, r.Undoes = "command C123 \u2066عمر\u2069\xff\x00", 1<<40
	want := "command C123 \u2066عمر\u2069\uFFFD\uFFFD"
	check := func(how string, a assign.Assignment) {
		t.Helper()
		if a.Origin != want && a.Origin != r.Origin || a.Undoes != r.Undoes {
			t.Fatalf("%s: origin %q, undoes %d", how, a.Origin, a.Undoes)
		}
	}
	a := accept(t, j, assign.Accepted, r)
	check("accepted", a)
	check("repeated", accept(t, j, assign.Repeated, r))
	check("joined", accept(t, j, assign.Joined, request(key("2"))))
	check("latest", latest(t, j, r))
	b.Crash(t, j)
	j = b.Open(t)
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != 1 {
		t.Fatalf("%d taken, error %v", len(taken), err)
	}
	check("taken", taken[0])
	finish(t, j, a.ID, assign.Assigned)
	answer(t, j, a.ID)
	check("answered", latest(t, j, r))
	check("listed", list(t, j, assign.Query{})[0])
}

// contactIDKept: WhatsApp may know a contact by another number than today's, under which it
// is found.
func contactIDKept(t *testing.T, b Backend) {
	j := b.Open(t)
	r := request(key("1"), func(r *assign.Request) { r.Contact = phone.New("525512345678").WithID("5215512345678") })
	plain := request(key("2"), by("U2"), func(r *assign.Request) { r.Contact = phone.New("525512345678") })
	check := func(how string, a assign.Assignment, want assign.Request) {
		t.Helper()
		if a.Contact.Digits() != want.Contact.Digits() || a.Contact.ID() != want.Contact.ID() {
			t.Fatalf("%s: contact %s with id %s, want id %s", how, a.Contact.Digits(), a.Contact.ID(), want.Contact.ID())
		}
	}
	first := accept(t, j, assign.Accepted, r)
	check("accepted", first, r)
	check("repeated", accept(t, j, assign.Repeated, r), r)
	check("latest", latest(t, j, plain), r)
	second := accept(t, j, assign.Accepted, plain)
	check("newer", turn(t, j, assign.TurnSuperseded, first.ID).Newer, plain)
	listed := list(t, j, assign.Query{Contact: r.Contact})
	wantIDs(t, ids(listed), second.ID, first.ID)
	check("listed", listed[0], plain)
	check("listed", listed[1], r)
	b.Crash(t, j)
	taken, err := b.Open(t).Take(t.Context())
	if err != nil || len(taken) != 2 {
		t.Fatalf("%d taken, error %v", len(taken), err)
	}
	check("taken", taken[0], r)
	check("taken", taken[1], plain)
}

func brief(note string) func(*assign.Request) {
	return func(r *assign.Request) { r.Brief = assign.Brief{Note: assign.NewNote(note), Receipt: true} }
}

func briefKept(t *testing.T, b Backend) {
	j := b.Open(t)
	const note = "wants a refund\n<!channel> & \u2068هادئ\u2069"
	a := accept(t, j, assign.Accepted, request(brief(note)))
	plain := accept(t, j, assign.Accepted, request(key("2"), contact(2)))
	b.Crash(t, j)
	j = b.Open(t)
	wantIDs(t, take(t, j), a.ID, plain.ID)
	for want, found := range map[string]assign.Assignment{note: latest(t, j, request()), "": latest(t, j, request(contact(2)))} {
		if found.Brief.Note.Reveal() != want || found.Brief.Receipt != (want != "") {
			t.Errorf("of %d was kept %q, receipt %t", found.ID, found.Brief.Note.Reveal(), found.Brief.Receipt)
		}
	}
}

func noteNotJoined(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1"), brief("calm them first")))
	if a := accept(t, j, assign.Joined, request(key("2"), brief("calm them first"))); a.ID != first.ID {
		t.Errorf("joined %d, want %d", a.ID, first.ID)
	}
	accept(t, j, assign.Accepted, request(key("3"), brief("call them back")))
	accept(t, j, assign.Accepted, request(key("4")))
}
