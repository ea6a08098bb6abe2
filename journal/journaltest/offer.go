package journaltest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
)

// offerTests are about contacts that are offered to whoever takes them first.
func offerTests() []test {
	return []test{
		{"an offer is found again", offerFound},
		{"an offer is made once", offerOnce},
		{"an equal offer of the same person joins for a while", offerJoined},
		{"an offer is kept in place of the state that was read", offerKept},
		{"an offer is due at its time", offerDue},
		{"of many who take an offer at once one gets it", offerRaced},
		{"an offer outlives a crash", offerCrash},
	}
}

func sharedOfferTests() []test {
	return []test{
		{"two instances: one of those who take an offer gets it", offerRacedShared},
		{"two instances: of equal offers at once one is made", offerJoinedShared},
		{"two instances: each sees to its own offers, the living one to the dead one's", offerShared},
	}
}

// offerBy is one of that number, of a person of that number.
func offerBy(person, n int64) assign.Offer {
	return assign.Offer{
		ID: n, Key: fmt.Sprint("key ", n), Requester: fmt.Sprint("U", person), Contacts: []phone.Number{phone.New("966544444444"), phone.New("5215512345678")},
		Note: assign.NewNote("be quick\nهادئ"), State: assign.OfferNew, Details: `{"channel":"C1"}`,
	}
}

// offer makes one of that number, of a person of its own.
func offer(t *testing.T, j assign.Journal, n int64, due time.Time) assign.Offer {
	t.Helper()
	o := offerBy(n, n)
	o.Due = due
	wantMade(t, j, assign.Accepted, o)
	return offerOf(t, j, n)
}

func wantMade(t *testing.T, j assign.Journal, want assign.Acceptance, o assign.Offer) {
	t.Helper()
	if made, err := j.(assign.Offers).MakeOffer(t.Context(), o); err != nil || made != want {
		t.Fatalf("make offer %d: %d, want %d, error %v", o.ID, made, want, err)
	}
}

func offerOf(t *testing.T, j assign.Journal, id int64) assign.Offer {
	t.Helper()
	o, found, err := j.(assign.Offers).OfferOf(t.Context(), id)
	if err != nil || !found {
		t.Fatalf("offer %d: found %t, error %v", id, found, err)
	}
	return o
}

// keepOffer changes an offer; whether that worked must be want.
func keepOffer(t *testing.T, j assign.Journal, want bool, o assign.Offer, from assign.OfferState) {
	t.Helper()
	if kept, err := j.(assign.Offers).KeepOffer(t.Context(), o, from); err != nil || kept != want {
		t.Fatalf("keep %s in place of %s: %t, error %v", o.State, from, kept, err)
	}
}

func wantOffers(t *testing.T, j assign.Journal, want ...int64) (next time.Duration) {
	t.Helper()
	due, next, err := j.(assign.Offers).DueOffers(t.Context(), 100)
	if err != nil {
		t.Fatalf("due offers: %v", err)
	}
	var got []int64
	for _, o := range due {
		got = append(got, o.ID)
	}
	slices.Sort(got)
	wantIDs(t, got, want...)
	return next
}

func offerFound(t *testing.T, b Backend) {
	j := b.Open(t)
	if o := offer(t, j, 1, time.Time{}); o.After != 0 || !o.Due.IsZero() {
		t.Errorf("it is %+v", o)
	}
	newest := accept(t, j, assign.Accepted, request()).ID
	o := offer(t, j, 2, time.Now())
	if o.ID != 2 || o.Requester != "U2" || o.Note.Reveal() != "be quick\nهادئ" || o.State != assign.OfferNew ||
		o.Details != `{"channel":"C1"}` || o.After != newest || o.Due.IsZero() || o.At.IsZero() {
		t.Errorf("it is %+v", o)
	}
	if len(o.Contacts) != 2 || o.Contacts[0].ID() != "966544444444" || o.Contacts[1].ID() != "5215512345678" {
		t.Errorf("its contacts are %v", o.Contacts)
	}
	if _, found, err := j.(assign.Offers).OfferOf(t.Context(), 3); found || err != nil {
		t.Errorf("found one that is not there: %t, error %v", found, err)
	}
}

func offerOnce(t *testing.T, b Backend) {
	j := b.Open(t)
	o := offer(t, j, 1, time.Now())
	o.Key, o.ID = "key 1", 2
	wantMade(t, j, assign.Repeated, o)
	wantOffers(t, j, 1)
}

func offerJoined(t *testing.T, b Backend) {
	j := b.Open(t)
	wantMade(t, j, assign.Accepted, offerBy(1, 1))
	again, fewer := offerBy(1, 2), offerBy(1, 3)
	fewer.Contacts = fewer.Contacts[:1]
	wantMade(t, j, assign.Joined, again)
	wantMade(t, j, assign.Joined, again) // delivered again
	wantMade(t, j, assign.Repeated, offerBy(1, 1))
	wantMade(t, j, assign.Accepted, fewer)
	wantMade(t, j, assign.Accepted, offerBy(2, 4))
	if _, found, err := j.(assign.Offers).OfferOf(t.Context(), 2); found || err != nil {
		t.Errorf("found what has joined another: %t, error %v", found, err)
	}
	for id, state := range map[int64]assign.OfferState{1: assign.OfferFailed, 4: assign.OfferWithdrawn} {
		o := offerOf(t, j, id)
		o.State = state
		keepOffer(t, j, true, o, assign.OfferNew)
	}
	wantMade(t, j, assign.Accepted, again)
	wantMade(t, j, assign.Accepted, offerBy(2, 5))
}

func offerJoinedShared(t *testing.T, b Backend) {
	journals := []assign.Journal{b.Open(t), b.Open(t)}
	var made atomic.Int32
	var all sync.WaitGroup
	for n := range int64(20) {
		all.Go(func() {
			got, err := journals[n%2].(assign.Offers).MakeOffer(t.Context(), offerBy(1, n+1))
			if err != nil {
				t.Error(err)
			}
			if got == assign.Accepted {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d were made", made.Load())
	}
}

func offerKept(t *testing.T, b Backend) {
	j := b.Open(t)
	o := offer(t, j, 1, time.Now())
	o.State, o.Details, o.Due = assign.OfferOpen, `{"ts":"1.1"}`, time.Time{}
	keepOffer(t, j, false, o, assign.OfferOpen)
	keepOffer(t, j, true, o, assign.OfferNew)
	keepOffer(t, j, false, o, assign.OfferNew)
	wantOffers(t, j)
	if kept := offerOf(t, j, 1); kept.State != assign.OfferOpen || kept.Details != `{"ts":"1.1"}` || !kept.Due.IsZero() || kept.Note.IsZero() {
		t.Errorf("it is %+v", kept)
	}
	o.ID = 2
	keepOffer(t, j, false, o, assign.OfferOpen)
}

func offerDue(t *testing.T, b Backend) {
	j := b.Open(t)
	now := time.Now()
	for id, in := range map[int64]time.Duration{1: -time.Minute, 2: -time.Hour, 3: time.Hour, 4: 2 * time.Hour} {
		offer(t, j, id, now.Add(in))
	}
	offer(t, j, 5, time.Time{})
	if next := wantOffers(t, j, 1, 2); next < 50*time.Minute || next > 70*time.Minute {
		t.Errorf("the next in %v", next)
	}
	if due, _, err := j.(assign.Offers).DueOffers(t.Context(), 1); err != nil || len(due) != 1 || due[0].ID != 2 {
		t.Errorf("of one: %+v, error %v", due, err)
	}
	if at := offerOf(t, j, 3).Due.Sub(now); at < 50*time.Minute || at > 70*time.Minute {
		t.Errorf("due in %v", at)
	}
}

func offerRaced(t *testing.T, b Backend) {
	j := b.Open(t)
	raceForOffer(t, j, j)
}

func offerRacedShared(t *testing.T, b Backend) {
	raceForOffer(t, b.Open(t), b.Open(t))
}

// raceForOffer has fifty take an offer at once, by two journals.
func raceForOffer(t *testing.T, one, other assign.Journal) {
	t.Helper()
	o := offer(t, one, 1, time.Time{})
	o.State = assign.OfferOpen
	keepOffer(t, one, true, o, assign.OfferNew)
	var got atomic.Int32
	var all sync.WaitGroup
	for i := range 50 {
		mine := o
		mine.State, mine.Details, mine.Due = assign.OfferTaken, fmt.Sprint("by ", i), time.Now()
		j := []assign.Journal{one, other}[i%2]
		all.Go(func() {
			kept, err := j.(assign.Offers).KeepOffer(t.Context(), mine, assign.OfferOpen)
			if err != nil {
				t.Error(err)
			}
			if kept {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if got.Load() != 1 || offerOf(t, other, 1).State != assign.OfferTaken {
		t.Errorf("%d got it: %+v", got.Load(), offerOf(t, other, 1))
	}
}

func offerCrash(t *testing.T, b Backend) {
	j := b.Open(t)
	offer(t, j, 1, time.Now())
	taken := offer(t, j, 2, time.Now())
	taken.State, taken.Details = assign.OfferTaken, "by U2"
	keepOffer(t, j, true, taken, assign.OfferNew)
	b.Crash(t, j)
	j = b.Open(t)
	take(t, j)
	wantOffers(t, j, 1, 2)
	if o := offerOf(t, j, 2); o.State != assign.OfferTaken || o.Details != "by U2" {
		t.Errorf("it is %+v", o)
	}
}

func offerShared(t *testing.T, b Backend) {
	dead, one, other := b.Open(t), b.Open(t), b.Open(t)
	offer(t, dead, 1, time.Now())
	second := offer(t, one, 2, time.Now())
	wantOffers(t, dead, 1)
	wantOffers(t, one, 2)
	wantOffers(t, other)
	second.State = assign.OfferTaken // by way of another, which goes on with it
	keepOffer(t, other, true, second, assign.OfferNew)
	wantOffers(t, one)
	wantOffers(t, other, 2)
	b.Crash(t, dead)
	take(t, one)
	wantOffers(t, one, 1)
	wantOffers(t, other, 2)
}
