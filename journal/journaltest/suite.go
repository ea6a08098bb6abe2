// Package journaltest holds what every assign.Journal must keep to, as one suite of
// tests to run on each of them, and starts Postgres servers for tests.
package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// Backend is one storage, on which journals can be opened.
type Backend struct {
	// Open opens a journal, set up for an audit and for notices: it is an assign.Notices and an assign.Offers, too. Unless Shared is set, the one before it
	// has been crashed.
	Open func(t testing.TB) assign.Journal
	// Crash ends j without a goodbye, as SIGKILL does, and lets its lease run out.
	Crash func(t testing.TB, j assign.Journal)
	// Age makes all that is stored older. nil leaves out the tests that need it.
	Age func(t testing.TB, by time.Duration)
	// Shared tells that several journals may be open on it at once.
	Shared bool
}

// test is one law of the suite.
type test struct {
	name string
	run  func(t *testing.T, b Backend)
}

// Run runs the suite. open gives a new, empty storage each time.
func Run(t *testing.T, open func(t *testing.T) Backend) {
	t.Helper()
	tests := []test{
		{"what is accepted is found again", accepted},
		{"a key is accepted once", repeated},
		{"an equal request joins", joined},
		{"odd text is stored", oddText},
		{"an unequal request does not join", notJoined},
		{"a newer request supersedes", superseded},
		{"a finished assignment gets no turn", finishedTurn},
		{"the first outcome stands", firstOutcome},
		{"an outcome is stored whole", wholeOutcome},
		{"an answer deletes the reply", answered},
		{"what a crash leaves is taken once", crash},
		{"what was acknowledged outlives a crash", durable},
		{"many at once keep their order", order},
		{"one key at once is accepted once", racingKey},
		{"equal requests at once become one", racingTwins},
		{"a caller that gave up stored nothing", gaveUp},
	}
	tests = slices.Concat(tests, requestTests(), batchTests(), dutyTests(), historyTests(), auditTests(), noticeTests(), offerTests())
	backend := open(t)
	if backend.Age != nil {
		tests = append(tests, test{"after ten seconds nothing joins", agedJoin})
	}
	if backend.Shared {
		tests = slices.Concat(tests, sharedTests(), sharedDutyTests(), sharedAuditTests(), sharedNoticeTests(), sharedOfferTests())
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, open(t))
		})
	}
}

// request makes requests; those of one test differ in what it changes.
func request(change ...func(*assign.Request)) assign.Request {
	r := assign.Request{
		Key:       "13345224609.738474920.8088930838d88f008e0",
		Requester: "U1",
		Contact:   phone.New("966544444444"),
		Agent:     agent.RefEmail("omar@twerlo.com"),
		Reply:     `{"response_url":"https://hooks.slack.test/commands/1/2/3"}`,
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func key(k string) func(*assign.Request) { return func(r *assign.Request) { r.Key = k } }
func by(user string) func(*assign.Request) {
	return func(r *assign.Request) { r.Requester = user }
}
func to(to string) func(*assign.Request) {
	return func(r *assign.Request) { r.Agent = agent.RefEmail(to) }
}
func contact(n int) func(*assign.Request) {
	return func(r *assign.Request) { r.Contact = phone.New(fmt.Sprintf("96654444%04d", n)) }
}

func accept(t *testing.T, j assign.Journal, want assign.Acceptance, r assign.Request) assign.Assignment {
	t.Helper()
	a, got, err := j.Accept(t.Context(), r)
	if err != nil {
		t.Fatalf("accept %s: %v", r.Key, err)
	}
	if got != want {
		t.Fatalf("acceptance of %s = %d, want %d", r.Key, got, want)
	}
	return a
}

func turn(t *testing.T, j assign.Journal, want assign.TurnVerdict, id int64) assign.Turn {
	t.Helper()
	got, err := j.Turn(t.Context(), id, true)
	if err != nil {
		t.Fatalf("ask for turn of %d: %v", id, err)
	}
	if got.Verdict != want {
		t.Fatalf("verdict on %d = %d, want %d", id, got.Verdict, want)
	}
	return got
}

func finish(t *testing.T, j assign.Journal, id int64, kind assign.OutcomeKind) {
	t.Helper()
	if err := j.Finish(t.Context(), id, assign.Outcome{Kind: kind, At: time.Now()}); err != nil {
		t.Fatalf("finish %d: %v", id, err)
	}
}

func answer(t *testing.T, j assign.Journal, id int64) {
	t.Helper()
	if err := j.Answered(t.Context(), id); err != nil {
		t.Fatalf("note answer to %d: %v", id, err)
	}
}

// take gives the ids.
func take(t *testing.T, j assign.Journal) []int64 {
	t.Helper()
	taken, err := j.Take(t.Context())
	if err != nil {
		t.Fatalf("take: %v", err)
	}
	ids := []int64{}
	for _, a := range taken {
		ids = append(ids, a.ID)
	}
	return ids
}

func wantIDs(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("ids %v, want %v", got, want)
	}
}

func latest(t *testing.T, j assign.Journal, r assign.Request) assign.Assignment {
	t.Helper()
	a, ok, err := j.Latest(t.Context(), r.Contact)
	if err != nil || !ok {
		t.Fatalf("latest: found %t, error %v", ok, err)
	}
	return a
}

func wantRequest(t *testing.T, got, want assign.Request) {
	t.Helper()
	if got.Key != want.Key || got.Requester != want.Requester || got.Reply != want.Reply ||
		got.Contact.Digits() != want.Contact.Digits() || got.Agent.Encode() != want.Agent.Encode() {
		t.Fatalf("request %q %q %q %q %q, want %q %q %q %q %q",
			got.Key, got.Requester, got.Contact.Digits(), got.Agent.Encode(), got.Reply,
			want.Key, want.Requester, want.Contact.Digits(), want.Agent.Encode(), want.Reply)
	}
}

// wantNow allows for the time a test takes on a busy machine.
func wantNow(t *testing.T, what string, got time.Time) {
	t.Helper()
	if off := time.Since(got).Abs(); off > time.Minute {
		t.Fatalf("%s is %s from now", what, off)
	}
}

func accepted(t *testing.T, b Backend) {
	j := b.Open(t)
	if _, ok, err := j.Latest(t.Context(), request().Contact); ok || err != nil {
		t.Fatalf("latest of an empty journal: found %t, error %v", ok, err)
	}
	first := accept(t, j, assign.Accepted, request(key("1")))
	second := accept(t, j, assign.Accepted, request(key("2"), by("U2")))
	other := accept(t, j, assign.Accepted, request(key("3"), contact(1)))
	if first.ID >= second.ID || second.ID >= other.ID {
		t.Fatalf("ids %d, %d, %d do not grow", first.ID, second.ID, other.ID)
	}
	wantRequest(t, first.Request, request(key("1")))
	wantNow(t, "acceptance", first.AcceptedAt)
	found := latest(t, j, request())
	wantRequest(t, found.Request, request(key("2"), by("U2")))
	wantNow(t, "acceptance", found.AcceptedAt)
	if found.ID != second.ID || found.Finished() || found.Answered {
		t.Fatalf("latest is %+v", found)
	}
}

func repeated(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1")))
	again := accept(t, j, assign.Repeated, request(key("1")))
	wantRequest(t, again.Request, request(key("1")))
	accept(t, j, assign.Joined, request(key("2")))
	finish(t, j, first.ID, assign.Assigned)
	answer(t, j, first.ID)
	for _, k := range []string{"1", "2"} {
		a := accept(t, j, assign.Repeated, request(key(k)))
		if a.ID != first.ID || a.Outcome.Kind != assign.Assigned || !a.Answered {
			t.Fatalf("key %s gives %+v", k, a)
		}
	}
}

func joined(t *testing.T, b Backend) {
	j := b.Open(t)
	first := accept(t, j, assign.Accepted, request(key("1")))
	second := accept(t, j, assign.Joined, request(key("2"), to("Omar@Twerlo.com")))
	wantRequest(t, second.Request, request(key("1")))
	if first.ID != second.ID {
		t.Fatalf("ids %d and %d differ", first.ID, second.ID)
	}
	turn(t, j, assign.TurnGo, first.ID)
}

func notJoined(t *testing.T, b Backend) {
	j := b.Open(t)
	overtaken := accept(t, j, assign.Accepted, request(key("1")))
	accept(t, j, assign.Accepted, request(key("2"), to("sara@twerlo.com")))
	last := accept(t, j, assign.Accepted, request(key("3")))
	if overtaken.ID == last.ID {
		t.Fatal("the last word was not the last")
	}
	accept(t, j, assign.Accepted, request(key("4"), contact(2)))
	accept(t, j, assign.Accepted, request(key("5"), contact(2), by("U2")))
	done := accept(t, j, assign.Accepted, request(key("6"), contact(3)))
	finish(t, j, done.ID, assign.Failed)
	accept(t, j, assign.Accepted, request(key("7"), contact(3)))
	named := func(r *assign.Request) { r.Agent = agent.RefName("omar@twerlo.com") }
	accept(t, j, assign.Accepted, request(key("8"), contact(4)))
	accept(t, j, assign.Accepted, request(key("9"), contact(4), named))
}

func agedJoin(t *testing.T, b Backend) {
	j := b.Open(t)
	accept(t, j, assign.Accepted, request(key("1")))
	b.Age(t, assign.JoinWindow-2*time.Second)
	accept(t, j, assign.Joined, request(key("2")))
	b.Age(t, 2*time.Second)
	accept(t, j, assign.Accepted, request(key("3")))
	accept(t, j, assign.Repeated, request(key("2")))
}

func oddText(t *testing.T, b Backend) {
	j := b.Open(t)
	for i, text := range []string{
		"عمر الفاروق", "'; DROP TABLE assignments; --", "a:b", "\u2066+966\u2069", "😀 %s \\ \" \n",
	} {
		r := request(key(text), contact(i), by(text))
		r.Agent, r.Reply = agent.RefName(text), text+"\xff\x00"
		accept(t, j, assign.Accepted, r)
		wantRequest(t, latest(t, j, r).Request, r)
	}
	hostile := request(key("\x00\xff"), contact(99), by("\xc3\x28\x00"))
	hostile.Agent = agent.RefName("\x00\xed\xa0\x80")
	a := accept(t, j, assign.Accepted, hostile)
	accept(t, j, assign.Repeated, hostile)
	said := assign.Outcome{Kind: assign.Refused, Said: "\x00\xff", Agent: agent.Agent{Name: "\x00"}}
	if err := j.Finish(t.Context(), a.ID, said); err != nil {
		t.Fatal(err)
	}
	answer(t, j, a.ID)
}

func superseded(t *testing.T, b Backend) {
	j := b.Open(t)
	older := accept(t, j, assign.Accepted, request(key("1")))
	turn(t, j, assign.TurnGo, older.ID)
	turn(t, j, assign.TurnGo, older.ID)
	newer := accept(t, j, assign.Accepted, request(key("2"), by("U2"), to("sara@twerlo.com")))
	accept(t, j, assign.Accepted, request(key("3"), contact(7)))
	got := turn(t, j, assign.TurnSuperseded, older.ID)
	wantRequest(t, got.Newer.Request, newer.Request)
	if got.Newer.ID != newer.ID {
		t.Fatalf("newer is %d, want %d", got.Newer.ID, newer.ID)
	}
	turn(t, j, assign.TurnGo, newer.ID)
	finish(t, j, newer.ID, assign.Refused)
	turn(t, j, assign.TurnSuperseded, older.ID)
	o := assign.Outcome{Kind: assign.Superseded, Newer: &got.Newer, At: time.Now()}
	if err := j.Finish(t.Context(), older.ID, o); err != nil {
		t.Fatal(err)
	}
	n := accept(t, j, assign.Repeated, request(key("1"))).Outcome.Newer
	if n == nil || n.ID != newer.ID || n.Requester != "U2" || !n.Agent.Equal(newer.Agent) {
		t.Fatalf("newer in the outcome is %+v", n)
	}
	wantNow(t, "acceptance of the newer", n.AcceptedAt)
}

func finishedTurn(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, request())
	finish(t, j, a.ID, assign.Expired)
	turn(t, j, assign.TurnLost, a.ID)
	turn(t, j, assign.TurnLost, a.ID+1000)
}

func firstOutcome(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, request())
	finish(t, j, a.ID, assign.Assigned)
	finish(t, j, a.ID, assign.Failed)
	if got := latest(t, j, request()).Outcome.Kind; got != assign.Assigned {
		t.Fatalf("outcome is %s", got)
	}
}

func wholeOutcome(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, request())
	to := func(name string, inactive bool) agent.Agent {
		email := agent.NewEmail(name + "@twerlo.com")
		return agent.Agent{PlatformID: email, Email: email, Name: name, Inactive: inactive}
	}
	ended := time.Now().Add(-time.Hour)
	want := assign.Outcome{
		Kind: assign.Refused, Reason: assign.AmbiguousAgent, Agent: to("omar", false),
		Said: "لا يوجد <b>& \"", Status: 422, Attempts: 3, At: ended,
		Nearest: agent.Nearest{Agents: []agent.Agent{to("sara", true), to("omar", false)}},
	}
	if err := j.Finish(t.Context(), a.ID, want); err != nil {
		t.Fatal(err)
	}
	got := latest(t, j, request()).Outcome
	if off := got.At.Sub(ended).Abs(); off > time.Minute {
		t.Fatalf("end is off by %s", off)
	}
	same := got.Kind == want.Kind && got.Reason == want.Reason && got.Said == want.Said &&
		got.Status == want.Status && got.Attempts == want.Attempts && got.Newer == nil
	if !same || !slices.EqualFunc(got.Nearest.Agents, want.Nearest.Agents, sameAgent) || !sameAgent(got.Agent, want.Agent) {
		t.Fatalf("outcome is %+v, want %+v", got, want)
	}
}

func sameAgent(a, b agent.Agent) bool {
	return a.PlatformID.Reveal() == b.PlatformID.Reveal() && a.Email.Reveal() == b.Email.Reveal() &&
		a.Name == b.Name && a.Inactive == b.Inactive
}

func answered(t *testing.T, b Backend) {
	j := b.Open(t)
	a := accept(t, j, assign.Accepted, request())
	finish(t, j, a.ID, assign.Assigned)
	if got := latest(t, j, request()); got.Reply == "" || got.Answered {
		t.Fatalf("before the answer: %+v", got)
	}
	answer(t, j, a.ID)
	answer(t, j, a.ID)
	if got := latest(t, j, request()); got.Reply != "" || !got.Answered {
		t.Fatalf("after the answer: %+v", got)
	}
}

func crash(t *testing.T, b Backend) {
	j := b.Open(t)
	wantIDs(t, take(t, j))
	unfinished := accept(t, j, assign.Accepted, request(key("1"), contact(1)))
	settled := accept(t, j, assign.Accepted, request(key("2"), contact(2)))
	unanswered := accept(t, j, assign.Accepted, request(key("3"), contact(3)))
	running := accept(t, j, assign.Accepted, request(key("4"), contact(4)))
	finish(t, j, settled.ID, assign.Assigned)
	answer(t, j, settled.ID)
	finish(t, j, unanswered.ID, assign.Failed)
	turn(t, j, assign.TurnGo, running.ID)
	wantIDs(t, take(t, j))
	b.Crash(t, j)

	j = b.Open(t)
	own := accept(t, j, assign.Accepted, request(key("5"), contact(5)))
	taken, err := j.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{}
	for _, a := range taken {
		ids = append(ids, a.ID)
	}
	wantIDs(t, ids, unfinished.ID, unanswered.ID, running.ID)
	if taken[0].Sent || !taken[2].Sent {
		t.Fatalf("sent are %v, %v; only the one that had its turn was", taken[0].Sent, taken[2].Sent)
	}
	wantRequest(t, taken[0].Request, unfinished.Request)
	wantRequest(t, taken[1].Request, unanswered.Request)
	if taken[1].Outcome.Kind != assign.Failed {
		t.Fatalf("outcome is %q", taken[1].Outcome.Kind)
	}
	wantIDs(t, take(t, j))
	turn(t, j, assign.TurnGo, running.ID)
	turn(t, j, assign.TurnGo, own.ID)
	turn(t, j, assign.TurnLost, unanswered.ID)
	accept(t, j, assign.Repeated, request(key("1"), contact(1)))
}

func durable(t *testing.T, b Backend) {
	j := b.Open(t)
	acknowledged := burst(t, 32, 8, func(caller, i int) (assign.Assignment, assign.Acceptance, error) {
		return j.Accept(t.Context(), request(key(fmt.Sprintf("%d-%d", caller, i)), contact(100*caller+i)))
	})
	b.Crash(t, j)
	wantIDs(t, take(t, b.Open(t)), acknowledged...)
}

// burst calls from several goroutines at once, each several times in a row, and gives
// the ids in order.
func burst(t *testing.T, callers, calls int,
	call func(caller, i int) (assign.Assignment, assign.Acceptance, error),
) []int64 {
	t.Helper()
	var mu sync.Mutex
	var ids []int64
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range calls {
				a, _, err := call(c, i)
				if err != nil {
					t.Errorf("caller %d, call %d: %v", c, i, err)
					return
				}
				mu.Lock()
				ids = append(ids, a.ID)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(ids)
	return ids
}

func order(t *testing.T, b Backend) {
	j := b.Open(t)
	const callers, calls = 16, 10
	last := make([]int64, callers)
	ids := burst(t, callers, calls, func(c, i int) (assign.Assignment, assign.Acceptance, error) {
		r := request(key(fmt.Sprintf("%d-%d", c, i)), contact(c), to(fmt.Sprintf("agent%d@twerlo.com", i)))
		a, how, err := j.Accept(t.Context(), r)
		if err == nil && (a.ID <= last[c] || how != assign.Accepted) {
			err = fmt.Errorf("id %d after %d, acceptance %d", a.ID, last[c], how)
		}
		last[c] = a.ID
		return a, how, err
	})
	if n := len(slices.Compact(ids)); n != callers*calls {
		t.Fatalf("%d different ids, want %d", n, callers*calls)
	}
	for c := range callers {
		if got := latest(t, j, request(contact(c))).ID; got != last[c] {
			t.Errorf("latest of contact %d is %d, want %d", c, got, last[c])
		}
	}
}

func racingKey(t *testing.T, b Backend) {
	race(t, assign.Repeated, func(int) assign.Request { return request() }, b.Open(t))
}

func racingTwins(t *testing.T, b Backend) {
	race(t, assign.Joined, func(i int) assign.Request { return request(key(fmt.Sprint(i))) }, b.Open(t))
}

// race sends requests at once, over all journals in turn: one is accepted, the others
// are what others says, all with the same id.
func race(t *testing.T, others assign.Acceptance, r func(int) assign.Request, journals ...assign.Journal) {
	t.Helper()
	var mu sync.Mutex
	counts := map[assign.Acceptance]int{}
	ids := burst(t, 16, 1, func(c, _ int) (assign.Assignment, assign.Acceptance, error) {
		a, how, err := journals[c%len(journals)].Accept(t.Context(), r(c))
		mu.Lock()
		defer mu.Unlock()
		counts[how]++
		return a, how, err
	})
	if len(slices.Compact(ids)) != 1 || counts[assign.Accepted] != 1 || counts[others] != 15 {
		t.Fatalf("ids %v, acceptances %v", ids, counts)
	}
}

func gaveUp(t *testing.T, b Backend) {
	j := b.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 50 { // whether it gets as far as the queue is up to chance
		r := request(key(fmt.Sprint(i)), contact(i))
		_, _, err := j.Accept(ctx, r)
		_, stored, lookup := j.Latest(t.Context(), r.Contact)
		if lookup != nil {
			t.Fatal(lookup)
		}
		if stored != (err == nil) {
			t.Fatalf("stored %t, error %v", stored, err)
		}
		if err != nil && !errors.Is(err, assign.ErrNotStored) {
			t.Fatalf("error %v is not ErrNotStored", err)
		}
	}
}
