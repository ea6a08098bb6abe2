package journaltest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
)

// historyTests are about what is remembered.
func historyTests() []test {
	return []test{
		{"a list is newest first and has a limit", listed},
		{"a list goes on where another ended", pages},
		{"a list holds what was asked for", listFilters},
		{"a list of what went wrong holds just that", wentWrong},
		{"a list has whole outcomes and no replies", listWhole},
		{"the owner before is who was assigned last", before},
		{"the owner is who was assigned last", owner},
		{"nobody owns what ended unknown", ownerUnknown},
		{"an agent has what nobody else got since", held},
		{"a batch is counted", size},
		{"assignments are counted by agent and day", tally},
		{"days are those of the time zone", tallyZones},
	}
}

func list(t *testing.T, j assign.Journal, q assign.Query) []assign.Assignment {
	t.Helper()
	found, err := j.List(t.Context(), q)
	if err != nil {
		t.Fatalf("list %+v: %v", q, err)
	}
	return found
}

func wantList(t *testing.T, j assign.Journal, q assign.Query, want ...int64) {
	t.Helper()
	if got := ids(list(t, j, q)); !slices.Equal(got, want) {
		t.Fatalf("list %+v has %v, want %v", q, got, want)
	}
}

func ids(as []assign.Assignment) []int64 {
	found := []int64{}
	for _, a := range as {
		found = append(found, a.ID)
	}
	return found
}

// end gives an assignment its outcome at that time.
func end(t *testing.T, j assign.Journal, id int64, kind assign.OutcomeKind, to string, at time.Time) {
	t.Helper()
	email := agent.NewEmail(to)
	o := assign.Outcome{Kind: kind, At: at, Agent: agent.Agent{PlatformID: email, Email: email, Name: to}}
	if err := j.Finish(t.Context(), id, o); err != nil {
		t.Fatalf("finish %d: %v", id, err)
	}
}

func listed(t *testing.T, b Backend) {
	j := b.Open(t)
	if found := list(t, j, assign.Query{}); len(found) != 0 {
		t.Fatalf("an empty journal lists %v", ids(found))
	}
	all := burst(t, 15, 7, func(c, i int) (assign.Assignment, assign.Acceptance, error) {
		return j.Accept(t.Context(), request(key(fmt.Sprintf("%d-%d", c, i)), contact(100*c+i)))
	})
	slices.Reverse(all)
	for limit, want := range map[int]int{0: 20, -1: 20, 1: 1, 3: 3, 100: 100, 5000: 100} {
		wantList(t, j, assign.Query{Limit: limit}, all[:want]...)
	}
}

func pages(t *testing.T, b Backend) {
	j := b.Open(t)
	var all, mine []int64
	for i := range 9 {
		agent := to(fmt.Sprint("agent", i))
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(1), agent))
		other := accept(t, j, assign.Accepted, request(key(fmt.Sprint("other ", i)), contact(2), by("U2"), agent))
		mine = append([]int64{a.ID}, mine...)
		all = append([]int64{other.ID, a.ID}, all...)
		if i%3 != 0 { // what is settled lies between what is not
			finish(t, j, a.ID, assign.Assigned)
			answer(t, j, a.ID)
		}
	}
	number := request(contact(1)).Contact
	for _, tt := range []struct {
		q    assign.Query
		want []int64
	}{
		{assign.Query{Limit: 4}, all},
		{assign.Query{Limit: 4, Requester: "U1"}, mine},
		{assign.Query{Limit: 2, Contact: number}, mine},
		{assign.Query{Limit: 3, Contact: number, Requester: "U1"}, mine},
	} {
		q, got := tt.q, []int64(nil)
		for {
			page := ids(list(t, j, q))
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			q.Below = got[len(got)-1]
		}
		wantIDs(t, got, tt.want...)
	}
}

func listFilters(t *testing.T, b Backend) {
	j := b.Open(t)
	one := accept(t, j, assign.Accepted, request(key("1"), contact(1))).ID
	two := accept(t, j, assign.Accepted, request(key("2"), contact(2))).ID
	three := accept(t, j, assign.Accepted, request(key("3"), contact(1), by("U2"))).ID
	four := accept(t, j, assign.Accepted, request(key("4"), contact(2), by("U2"))).ID
	finish(t, j, two, assign.Assigned)
	answer(t, j, two)
	wantList(t, j, assign.Query{}, four, three, two, one)
	wantList(t, j, assign.Query{Contact: request(contact(1)).Contact}, three, one)
	wantList(t, j, assign.Query{Contact: request(contact(1)).Contact, Limit: 1}, three)
	wantList(t, j, assign.Query{Contact: request(contact(3)).Contact})
	wantList(t, j, assign.Query{Requester: "U1"}, two, one)
	wantList(t, j, assign.Query{Requester: "U1", Below: two}, one)
	wantList(t, j, assign.Query{Requester: "u1"})
	wantList(t, j, assign.Query{Requester: "U3"})
	wantList(t, j, assign.Query{Requester: "U2", Contact: request(contact(2)).Contact}, four)
}

func wentWrong(t *testing.T, b Backend) {
	j := b.Open(t)
	var wrong, mine []int64
	for i, kind := range append([]assign.OutcomeKind{""}, assign.OutcomeKinds...) {
		who := []string{"U1", "U2"}[i%2]
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(1), by(who), to(fmt.Sprint("agent", i))))
		if kind != "" {
			finish(t, j, a.ID, kind)
		}
		if kind.IsProblem() {
			wrong = append([]int64{a.ID}, wrong...)
		}
		if kind.IsProblem() && who == "U1" {
			mine = append([]int64{a.ID}, mine...)
		}
	}
	if len(wrong) != 4 || len(mine) != 3 {
		t.Fatalf("%v went wrong, of U1 %v", wrong, mine)
	}
	wantList(t, j, assign.Query{Problems: true}, wrong...)
	wantList(t, j, assign.Query{Problems: true, Limit: 1}, wrong[0])
	wantList(t, j, assign.Query{Problems: true, Requester: "U1"}, mine...)
	wantList(t, j, assign.Query{Problems: true, Contact: request(contact(1)).Contact, Below: wrong[0]}, wrong[1:]...)
	wantList(t, j, assign.Query{Problems: true, Contact: request(contact(2)).Contact})
}

func listWhole(t *testing.T, b Backend) {
	j := b.Open(t)
	older := accept(t, j, assign.Accepted, request(key("1")))
	newer := accept(t, j, assign.Accepted, request(key("2"), by("U2"), to("sara@twerlo.com")))
	if err := j.Finish(t.Context(), older.ID, assign.Outcome{Kind: assign.Superseded, Newer: &newer}); err != nil {
		t.Fatal(err)
	}
	ended := time.Now().Add(-time.Hour)
	end(t, j, newer.ID, assign.Assigned, "sara@twerlo.com", ended)
	found := list(t, j, assign.Query{})
	want := request(key("2"), by("U2"), to("sara@twerlo.com"))
	want.Reply = ""
	wantRequest(t, found[0].Request, want)
	wantNow(t, "acceptance", found[0].AcceptedAt)
	wantNow(t, "end", found[0].Outcome.At.Add(time.Hour))
	if o := found[0].Outcome; o.Kind != assign.Assigned || o.Agent.PlatformID.Reveal() != "sara@twerlo.com" {
		t.Fatalf("outcome is %+v", o)
	}
	if n := found[1].Outcome.Newer; found[1].Reply != "" || n == nil || n.ID != newer.ID || n.Requester != "U2" {
		t.Fatalf("the superseded one is %+v", found[1])
	}
}

func wantBefore(t *testing.T, j assign.Journal, id, want int64) {
	t.Helper()
	a, found, err := j.Before(t.Context(), id)
	if err != nil || found != (want != 0) || a.ID != want || a.Reply != "" {
		t.Fatalf("before %d: %d, reply %q, found %t, error %v, want %d", id, a.ID, a.Reply, found, err, want)
	}
}

func wantOwner(t *testing.T, j assign.Journal, want int64) {
	t.Helper()
	a, found, err := j.Owner(t.Context(), request().Contact)
	if err != nil || found != (want != 0) || a.ID != want || a.Reply != "" {
		t.Fatalf("owner by %d, reply %q, found %t, error %v, want %d", a.ID, a.Reply, found, err, want)
	}
}

// ended accepts for the contact of all requests, from somebody new each time, and
// finishes.
func ended(t *testing.T, j assign.Journal, n int, kind assign.OutcomeKind) int64 {
	t.Helper()
	a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(n)), by(fmt.Sprint("U", n))))
	if kind != "" {
		end(t, j, a.ID, kind, fmt.Sprintf("agent%d@twerlo.com", n), time.Now())
	}
	return a.ID
}

func before(t *testing.T, b Backend) {
	j := b.Open(t)
	refused := ended(t, j, 1, assign.Refused)
	omar := ended(t, j, 2, assign.Assigned)
	end(t, j, accept(t, j, assign.Accepted, request(key("other"), contact(1))).ID, assign.Assigned, "x", time.Now())
	failed := ended(t, j, 3, assign.Failed)
	sara := ended(t, j, 4, assign.Assigned)
	running := ended(t, j, 5, "")
	last := ended(t, j, 6, assign.Assigned)
	for id, want := range map[int64]int64{
		refused: 0, omar: 0, failed: omar, sara: omar, running: sara, last: sara, last + 1000: 0, 0: 0,
	} {
		wantBefore(t, j, id, want)
	}
	if a, _, _ := j.Before(t.Context(), sara); a.Outcome.Agent.PlatformID.Reveal() != "agent2@twerlo.com" {
		t.Fatalf("the owner before was %+v", a.Outcome.Agent)
	}
}

func owner(t *testing.T, b Backend) {
	j := b.Open(t)
	wantOwner(t, j, 0)
	ended(t, j, 1, assign.Refused)
	wantOwner(t, j, 0)
	omar := ended(t, j, 2, assign.Assigned)
	end(t, j, accept(t, j, assign.Accepted, request(key("other"), contact(1))).ID, assign.Assigned, "x", time.Now())
	wantOwner(t, j, omar)
	for i, kind := range []assign.OutcomeKind{assign.Refused, assign.Failed, assign.Superseded, ""} {
		ended(t, j, 3+i, kind)
		wantOwner(t, j, omar)
	}
	sara := ended(t, j, 9, assign.Assigned)
	answer(t, j, sara)
	wantOwner(t, j, sara)
}

func ownerUnknown(t *testing.T, b Backend) {
	j := b.Open(t)
	omar := ended(t, j, 1, assign.Assigned)
	unknown := ended(t, j, 2, assign.Unknown)
	failed := ended(t, j, 3, assign.Failed)
	wantOwner(t, j, 0)
	wantBefore(t, j, unknown, omar)
	wantBefore(t, j, failed, 0)
	sara := ended(t, j, 4, assign.Assigned)
	wantOwner(t, j, sara)
	wantBefore(t, j, sara, 0)
	ended(t, j, 5, assign.Expired)
	wantOwner(t, j, 0)
	sara = ended(t, j, 6, assign.Assigned)
	wantOwner(t, j, sara)
	overtaken := accept(t, j, assign.Accepted, request(key("7"), by("U7")))
	if err := j.Finish(t.Context(), overtaken.ID, assign.Outcome{Kind: assign.Superseded, Reason: assign.NoReply}); err != nil {
		t.Fatal(err)
	}
	wantOwner(t, j, 0)
}

// counted describes a tally.
func counted(t *testing.T, j assign.Journal, since time.Time) []string {
	t.Helper()
	counts, err := j.Tally(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, c := range counts {
		found = append(found, fmt.Sprintf("%s %s %s %d",
			c.Day.Format("2006-01-02 15:04 -0700"), c.Agent.PlatformID.Reveal(), c.Agent.Name, c.Assigned))
	}
	return found
}

func wantCounts(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("counted %q, want %q", got, want)
	}
}

func tally(t *testing.T, b Backend) {
	j := b.Open(t)
	year, month, day := time.Now().UTC().AddDate(0, 0, -5).Date()
	noon := time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
	wantCounts(t, counted(t, j, noon))
	for i, e := range []struct {
		kind  assign.OutcomeKind
		agent string
		after time.Duration
	}{
		{assign.Assigned, "sara@twerlo.com", time.Hour},
		{assign.Assigned, "omar@twerlo.com", -time.Hour},
		{assign.Assigned, "omar@twerlo.com", 24 * time.Hour},
		{assign.Assigned, "omar@twerlo.com", 2 * time.Hour},
		{assign.Refused, "omar@twerlo.com", 2 * time.Hour},
		{assign.Unknown, "omar@twerlo.com", 2 * time.Hour},
		{assign.Assigned, "Omar@twerlo.com", 3 * time.Hour},
		{assign.Assigned, "layla@twerlo.com", 3 * time.Hour},
	} {
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(i)))
		end(t, j, a.ID, e.kind, e.agent, noon.Add(e.after))
	}
	accept(t, j, assign.Accepted, request(key("unfinished"), contact(50)))
	undo := request(key("undo"), contact(3))
	undo.Undoes = 4
	end(t, j, accept(t, j, assign.Accepted, undo).ID, assign.Assigned, "sara@twerlo.com", noon.Add(3*time.Hour))
	today, tomorrow := noon.Format(time.DateOnly), noon.AddDate(0, 0, 1).Format(time.DateOnly)
	wantCounts(t, counted(t, j, noon),
		today+" 12:00 +0000 layla@twerlo.com layla@twerlo.com 1",
		today+" 12:00 +0000 Omar@twerlo.com Omar@twerlo.com 2",
		today+" 12:00 +0000 sara@twerlo.com sara@twerlo.com 1",
		tomorrow+" 12:00 +0000 omar@twerlo.com omar@twerlo.com 1")
	wantCounts(t, counted(t, j, noon.Add(25*time.Hour)))
}

func tallyZones(t *testing.T, b Backend) {
	j := b.Open(t)
	year, month, day := time.Now().UTC().AddDate(0, 0, -5).Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	for i, after := range []time.Duration{-4, 4, 14, 20} {
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(i)), contact(i)))
		end(t, j, a.ID, assign.Assigned, "omar", midnight.Add(after*time.Hour))
	}
	dayBefore, dayAfter := midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1)
	for offset, want := range map[time.Duration][3]int{ // the day before, the day, the day after
		0:                            {1, 3, 0},
		5*time.Hour + 45*time.Minute: {0, 3, 1},
		-5 * time.Hour:               {2, 2, 0},
		14 * time.Hour:               {0, 2, 2},
	} {
		zone := time.FixedZone("", int(offset.Seconds()))
		var lines []string
		for i, day := range []time.Time{dayBefore, midnight, dayAfter} {
			if want[i] > 0 {
				noon := time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone)
				lines = append(lines, noon.Format("2006-01-02 15:04 -0700")+fmt.Sprintf(" omar omar %d", want[i]))
			}
		}
		wantCounts(t, counted(t, j, midnight.AddDate(0, 0, -2).In(zone)), lines...)
	}
}

// wantHeld checks which assignments made an agent the owner of what they have now, and what is the
// newest of each.
func wantHeld(t *testing.T, j assign.Journal, q assign.Holding, want ...[2]int64) {
	t.Helper()
	held, err := j.Held(t.Context(), q)
	got := [][2]int64{}
	for _, h := range held {
		got = append(got, [2]int64{h.ID, h.Newest})
		if h.Reply != "" {
			t.Fatalf("%d comes with the reply %q", h.ID, h.Reply)
		}
	}
	if err != nil || !slices.Equal(got, append([][2]int64{}, want...)) {
		t.Fatalf("held are %v, error %v, want %v", got, err, want)
	}
}

func heldBy(ids ...string) (q assign.Holding) {
	for _, id := range ids {
		q.Agents = append(q.Agents, agent.NewEmail(id))
	}
	return q
}

// held has assignments 1 to 12 for as many contacts and agents in turn.
func held(t *testing.T, b Backend) {
	j, now := b.Open(t), time.Now()
	agents := []string{"omar_h@twerlo.com", "omarxh@twerlo.com", "OMAR_H@twerlo.com", "éva%@twerlo.com"}
	var ids []int64
	given := func(n int, kind assign.OutcomeKind, to string, at time.Time) int64 {
		a := accept(t, j, assign.Accepted, request(key(fmt.Sprint(len(ids))), contact(n), by(fmt.Sprint("U", len(ids)))))
		if kind != "" {
			end(t, j, a.ID, kind, to, at)
			answer(t, j, a.ID)
		}
		ids = append(ids, a.ID)
		return a.ID
	}
	for n := range 12 {
		given(n, assign.Assigned, agents[n%len(agents)], now.Add(time.Duration(n-12)*time.Minute))
	}
	omar := heldBy("Omar_h@twerlo.com")
	same := func(n int) [2]int64 { return [2]int64{ids[n], ids[n]} }
	wantHeld(t, j, omar, same(0), same(2), same(4), same(6), same(8), same(10))
	wantHeld(t, j, heldBy("ÉVA%@twerlo.com"), same(3), same(7), same(11))
	wantHeld(t, j, heldBy("omarxh@twerlo.com", "éva%@twerlo.com"), same(1), same(3), same(5), same(7), same(9), same(11))
	wantHeld(t, j, heldBy())
	wantHeld(t, j, heldBy("x"))
	since := omar
	since.Since = now.Add(-5*time.Minute - 30*time.Second)
	wantHeld(t, j, since, same(8), same(10))
	part := omar
	part.First, part.Last, part.Limit = ids[1], ids[9], 2
	wantHeld(t, j, part, same(2), same(4))
	refused := given(0, assign.Refused, "sara", now)
	failed := given(0, assign.Failed, "sara", now)
	superseded := given(2, assign.Superseded, "sara", now)
	given(4, assign.Unknown, "sara", now)
	given(6, "", "", now)
	sara := given(8, assign.Assigned, "sara", now)
	back := given(10, assign.Assigned, "omar_h@twerlo.com", now)
	wantHeld(t, j, omar, [2]int64{ids[0], failed}, [2]int64{ids[2], superseded}, [2]int64{back, back})
	wantHeld(t, j, heldBy("sara"), [2]int64{sara, sara})
	if refused >= failed {
		t.Fatal("ids do not grow")
	}
}

func size(t *testing.T, b Backend) {
	j := b.Open(t)
	acceptBatch(t, j, assign.Accepted, batchOf(5))
	accept(t, j, assign.Accepted, request(key("alone")))
	for batch, want := range map[int64]int{7: 5, 8: 0, 0: 0} {
		if n, err := j.Size(t.Context(), batch); err != nil || n != want {
			t.Fatalf("batch %d has %d, %v, want %d", batch, n, err, want)
		}
	}
}
