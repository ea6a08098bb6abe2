package journaltest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// Work works on a journal as the program does, with stand-ins for Slack and Azeer, until ctx
// ends: it takes up what is there, and then several people hand few contacts to and fro. It notes
// what the world has seen, a line each; see Books.Note.
type Work struct {
	Journal assign.Journal
	Note    func(line string)
	// Again is asked, with the error, whether to try again what the journal did not do.
	Again func(err error) bool

	contacts [powerContacts]sync.Mutex // held by whoever calls Azeer for one
}

const (
	powerContacts = 4
	powerPeople   = 8
)

// Run returns when ctx has ended, or Again has said no.
func (w *Work) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range powerPeople {
		all.Go(func() {
			for ctx.Err() == nil && w.accept(context.WithoutCancel(ctx)) { // what has begun is ended
			}
		})
	}
	all.Wait()
}

// TakeUp carries out what was left behind, in order.
func (w *Work) TakeUp(ctx context.Context) bool {
	var taken []assign.Assignment
	ok := w.persist(func() (err error) { taken, err = w.Journal.Take(ctx); return err })
	for _, a := range taken {
		w.Note(fmt.Sprint("taken ", a.ID, " ", a.Sent || a.Finished()))
		ok = ok && (a.Finished() || w.carryOut(ctx, a)) && w.answer(ctx, a.ID)
	}
	return ok
}

func (w *Work) accept(ctx context.Context) bool {
	n := rand.IntN(powerContacts)
	a, how, err := w.Journal.Accept(ctx, assign.Request{
		Key:       fmt.Sprint(rand.Int64()),
		Requester: fmt.Sprint("U", rand.IntN(50)),
		Contact:   phone.New(fmt.Sprintf("96654444%04d", n)),
		Agent:     agent.RefEmail(fmt.Sprintf("agent%d@twerlo.com", rand.IntN(10))),
		Reply:     `{"response_url":"https://hooks.slack.test/commands/1/2/3"}`,
	})
	if err != nil {
		return w.Again(err)
	}
	if how != assign.Accepted { // one that was joined, or is repeated
		return true
	}
	w.Note(fmt.Sprint("accepted ", a.ID, " ", n))
	return w.carryOut(ctx, a) && w.answer(ctx, a.ID)
}

func (w *Work) carryOut(ctx context.Context, a assign.Assignment) bool {
	var n int
	if _, err := fmt.Sscanf(a.Contact.Digits()[8:], "%d", &n); err != nil {
		panic(err)
	}
	w.contacts[n].Lock()
	defer w.contacts[n].Unlock()
	turn := assign.Turn{Verdict: assign.TurnWait}
	for turn.Verdict == assign.TurnWait {
		if !w.persist(func() (err error) { turn, err = w.Journal.Turn(ctx, a.ID, true); return err }) {
			return false
		}
	}
	o := assign.Outcome{Kind: assign.Assigned, At: time.Now()}
	switch turn.Verdict {
	case assign.TurnSuperseded:
		o.Kind, o.Newer = assign.Superseded, &turn.Newer
	case assign.TurnGo:
		w.Note(fmt.Sprint("called ", a.ID, " ", n))
	case assign.TurnLost:
		panic(fmt.Sprintf("assignment %d is lost", a.ID))
	}
	if !w.persist(func() error { return w.Journal.Finish(ctx, a.ID, o) }) {
		return false
	}
	w.Note(fmt.Sprint("finished ", a.ID))
	return true
}

func (w *Work) answer(ctx context.Context, id int64) bool {
	if !w.persist(func() error { return w.Journal.Answered(ctx, id) }) {
		return false
	}
	w.Note(fmt.Sprint("answered ", id))
	return true
}

func (w *Work) persist(do func() error) bool {
	for {
		err := do()
		if err == nil {
			return true
		}
		if !w.Again(err) {
			return false
		}
	}
}

// Books are what the world has seen of the work on a journal, whatever becomes of its disk.
type Books struct {
	mu       sync.Mutex
	contacts map[int64]int // of what was accepted
	called   map[int64]bool
	finished map[int64]bool
	last     [powerContacts]int64 // which one Azeer was called for last

	cuts, acknowledged, outcomes, again int
}

// NewBooks gives empty books.
func NewBooks() *Books {
	return &Books{contacts: map[int64]int{}, called: map[int64]bool{}, finished: map[int64]bool{}}
}

func (b *Books) String() string {
	return fmt.Sprintf("%d cuts, %d acknowledged; %d outcomes lost, %d times Azeer was asked again",
		b.cuts, b.acknowledged, b.outcomes, b.again)
}

// Note takes a line of Work's.
func (b *Books) Note(t testing.TB, line string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var id int64
	var contact int
	var sent bool
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "accepted":
		_, _ = fmt.Sscan(rest, &id, &contact)
		b.acknowledged++
		b.contacts[id] = contact
	case "taken":
		_, _ = fmt.Sscan(rest, &id, &sent)
		if b.called[id] && !sent {
			t.Errorf("after cut %d: assignment %d may be called undone, although Azeer was asked", b.cuts, id)
		}
	case "called":
		_, _ = fmt.Sscan(rest, &id, &contact)
		if id < b.last[contact] {
			t.Errorf("after cut %d: assignment %d was carried out after %d", b.cuts, id, b.last[contact])
		}
		if b.called[id] {
			b.again++
		}
		b.called[id], b.last[contact] = true, id
	case "finished":
		_, _ = fmt.Sscan(rest, &id)
		b.finished[id] = true
	case "answered":
	default:
		t.Fatalf("no line of the books: %q", line)
	}
}

// Check compares what is in a journal after a cut with the books.
func (b *Books) Check(t testing.TB, j assign.Journal) {
	t.Helper()
	b.mu.Lock()
	acknowledged := maps.Clone(b.contacts) // more may come meanwhile
	b.mu.Unlock()
	stored := stored(t, j)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cuts++
	for id, contact := range acknowledged {
		a, there := stored[id]
		switch {
		case !there:
			t.Errorf("after cut %d: assignment %d was acknowledged and is lost", b.cuts, id)
		case a.Contact.Digits() != fmt.Sprintf("96654444%04d", contact):
			t.Errorf("after cut %d: assignment %d is of another contact", b.cuts, id)
		case b.finished[id] && !a.Finished():
			b.outcomes++
		}
	}
}

// CheckSettled is for when all has been taken up: the last word has won, and nothing is left.
func (b *Books) CheckSettled(t testing.TB, j assign.Journal) {
	t.Helper()
	newest := [powerContacts]int64{}
	for id, a := range stored(t, j) {
		if !a.Answered {
			t.Errorf("after cut %d: assignment %d is unanswered", b.cuts, id)
		}
		for n := range newest {
			if a.Contact.Digits() == fmt.Sprintf("96654444%04d", n) {
				newest[n] = max(newest[n], id)
			}
		}
	}
	if newest != b.last {
		t.Errorf("after cut %d: the last words are %v, and done are %v", b.cuts, newest, b.last)
	}
}

// stored gives all of a journal, by id.
func stored(t testing.TB, j assign.Journal) map[int64]assign.Assignment {
	t.Helper()
	found := map[int64]assign.Assignment{}
	for q := (assign.Query{Limit: 100}); ; {
		page, err := j.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return found
		}
		for _, a := range page {
			found[a.ID], q.Below = a, a.ID
		}
	}
}
