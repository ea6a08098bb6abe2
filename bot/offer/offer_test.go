package offer

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"
	"azeer-slack/journal/memory"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

type people struct{}

func (people) Suspect(err error) error { return err }

type deliveries struct {
	n    atomic.Int32
	told func() // called when somebody can read it, before it is known to be delivered
}

func (d *deliveries) Deliver(context.Context, string, payload.Address, render.Message) error {
	d.n.Add(1)
	d.told()
	return nil
}

// forgetful is a journal that keeps nothing while it is broken.
type forgetful struct {
	*memory.Journal
	broken bool
}

func (f *forgetful) KeepOffer(ctx context.Context, o assign.Offer, from assign.OfferState) (bool, error) {
	if f.broken {
		return false, errors.New("disk full")
	}
	return f.Journal.KeepOffer(ctx, o, from)
}

// bench is a Keeper on a Slack that answers every call with answer.
type bench struct {
	*Keeper
	journal *forgetful
	said    *deliveries
	calls   atomic.Int32
	answer  atomic.Value
	edited  func() // called when a card has been changed, before Slack answers
}

var contact = phone.New("966544444444")

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{journal: &forgetful{Journal: memory.New()}, said: &deliveries{told: func() {}}, edited: func() {}}
	b.answer.Store(`{"ok":true,"channel":"C0LEADS","ts":"1.1"}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.calls.Add(1)
		if r.URL.Path == "/chat.update" {
			b.edited()
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(b.answer.Load().(string)))
	}))
	t.Cleanup(server.Close)
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	v := render.New(catalogue, render.Config{Region: "SA"}).Default
	b.Keeper = New(Config{Journal: b.journal}, Slack{
		API: slack.New("xoxb-test", slack.OptionAPIURL(server.URL+"/")), People: people{}, Sender: b.said, Default: v,
		Renderer: func(context.Context, string) render.Renderer { return v },
		Duty:     func(context.Context, time.Duration) []render.Duty { return nil },
	}, b.journal, zerolog.Nop())
	return b
}

// offered makes an offer that is shown.
func (b *bench) offered(t *testing.T) render.Offer {
	t.Helper()
	if made, err := b.Make(t.Context(), "key", "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{Channel: "C0LEADS"}); made != assign.Accepted || err != nil {
		t.Fatalf("%d, %v", made, err)
	}
	b.works(t)
	due, _, err := b.journal.DueOffers(t.Context(), 1)
	if err != nil || len(due) > 0 {
		t.Fatalf("still due: %+v, %v", due, err)
	}
	return b.only(t)
}

// only is the one offer that there is.
func (b *bench) only(t *testing.T) render.Offer {
	t.Helper()
	ids := b.journal.Offers()
	if len(ids) != 1 {
		t.Fatalf("%d offers", len(ids))
	}
	now, found, err := b.Standing(t.Context(), ids[0])
	if err != nil || !found {
		t.Fatalf("found %t, %v", found, err)
	}
	return now
}

func (b *bench) works(t *testing.T) {
	t.Helper()
	if _, err := b.queue().All(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ends ends the newest assignment of the contact.
func (b *bench) ends(t *testing.T, kind assign.OutcomeKind) {
	t.Helper()
	latest, found, err := b.journal.Latest(t.Context(), contact)
	if err != nil || !found {
		t.Fatalf("found %t, %v", found, err)
	}
	to := agent.Agent{PlatformID: agent.NewEmail("omar@twerlo.com")}
	if err := b.journal.Finish(t.Context(), latest.ID, assign.Outcome{Kind: kind, Agent: to, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) take(t *testing.T, now render.Offer, taker string, want bool) {
	t.Helper()
	if taken, err := b.Take(t.Context(), now, taker, agent.Ref{}, payload.Address{}); taken != want || err != nil {
		t.Fatalf("taken %t, %v", taken, err)
	}
}

func (b *bench) requests(t *testing.T) []assign.Assignment {
	t.Helper()
	found, err := b.journal.List(t.Context(), assign.Query{Contact: contact})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A card that Slack has taken is not posted again where the journal cannot note it yet.
func TestACardIsPostedOnce(t *testing.T) {
	b := newBench(t)
	b.journal.broken = true
	if made, err := b.Make(t.Context(), "key", "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{Channel: "C0LEADS"}); made != assign.Accepted || err != nil {
		t.Fatalf("%d, %v", made, err)
	}
	for range 2 {
		if _, err := b.queue().All(t.Context(), t.Context()); err == nil {
			t.Fatal("no error")
		}
	}
	b.journal.broken = false
	b.works(t)
	if now := b.only(t); b.calls.Load() != 1 || b.said.n.Load() != 1 || now.State != assign.OfferOpen || now.TS != "1.1" || now.Reply != nil {
		t.Errorf("%d calls, %d told; %+v", b.calls.Load(), b.said.n.Load(), now)
	}
}

// What Slack does not take now is tried again; what it never takes has failed, and the requester hears so.
func TestWhatSlackRefuses(t *testing.T) {
	b := newBench(t)
	b.answer.Store(`{"ok":false,"error":"service_unavailable"}`)
	if _, err := b.Make(t.Context(), "key", "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{Channel: "C0LEADS"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.queue().All(t.Context(), t.Context()); err == nil {
		t.Fatal("no error")
	}
	b.answer.Store(`{"ok":false,"error":"not_in_channel"}`)
	b.works(t)
	if now := b.only(t); now.State != assign.OfferFailed || b.said.n.Load() != 1 {
		t.Errorf("%d told; %+v", b.said.n.Load(), now)
	}
}

func TestWhoSeesTheCardOpenAgainCanTakeIt(t *testing.T) {
	b := newBench(t)
	b.take(t, b.offered(t), "U0SARA", true)
	b.works(t)
	b.ends(t, assign.Refused)
	b.edited = func() {
		b.edited = func() {}
		b.take(t, b.only(t), "U0OMAR", true)
	}
	b.works(t)
	if now := b.only(t); now.State != assign.OfferTaken || now.Taker != "U0OMAR" || len(b.requests(t)) != 2 {
		t.Errorf("%+v after %d requests", now, len(b.requests(t)))
	}
}

func TestWhoIsAskedCanWaitAtOnce(t *testing.T) {
	b := newBench(t)
	b.cfg.After = time.Hour
	now := b.offered(t)
	now.Due = time.Now()
	if kept, err := b.change(t.Context(), now, assign.OfferOpen, now.Due); !kept || err != nil {
		t.Fatalf("%t, %v", kept, err)
	}
	waited := make(chan bool, 1)
	b.said.told = func() {
		go func() {
			_, done, err := b.Wait(t.Context(), now)
			waited <- done && err == nil
		}()
	}
	b.works(t)
	if !<-waited {
		t.Error("not done")
	}
	if now := b.only(t); now.State != assign.OfferOpen || time.Until(now.Due) < 59*time.Minute {
		t.Errorf("%+v", now)
	}
}

// Where the process dies between the tap and the request, the request follows; however often that is
// tried, there is one.
func TestATapLeadsToOneRequest(t *testing.T) {
	b := newBench(t)
	now := b.offered(t)
	taken := now
	taken.State, taken.Taker, taken.Taken = assign.OfferTaken, "U0OMAR", 1
	if kept, err := b.change(t.Context(), taken, assign.OfferOpen, time.Now()); !kept || err != nil {
		t.Fatalf("%t, %v", kept, err)
	}
	b.take(t, now, "U0LAYLA", false)
	for range 3 {
		b.works(t)
	}
	if all := b.requests(t); len(all) != 1 || all[0].Requester != "U0OMAR" || all[0].Agent.Kind != agent.ByMe {
		t.Fatalf("%+v", all)
	}
	b.ends(t, assign.Assigned)
	b.works(t)
	if now := b.only(t); now.State != assign.OfferDone || render.OfferShows(now) != now.Shown {
		t.Errorf("%+v", now)
	}
}

// What could not be assigned is open again, and the next who takes it makes another request.
func TestWhatIsNotAssignedIsOpenAgain(t *testing.T) {
	b := newBench(t)
	b.take(t, b.offered(t), "U0OMAR", true)
	b.works(t)
	b.ends(t, assign.Refused)
	b.works(t)
	now := b.only(t)
	if now.State != assign.OfferOpen || now.Failed != "U0OMAR" || time.Until(now.Due) < 10*time.Minute {
		t.Fatalf("%+v", now)
	}
	b.take(t, now, "U0LAYLA", true)
	b.works(t)
	if all := b.requests(t); len(all) != 2 || all[0].Requester != "U0LAYLA" || all[0].Key == all[1].Key {
		t.Errorf("%+v", all)
	}
}

// Nobody is asked about what is assigned in another way.
func TestWhatIsAssignedMeanwhileIsGone(t *testing.T) {
	b := newBench(t)
	b.cfg.After = time.Nanosecond
	if _, err := b.Make(t.Context(), "key", "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{Channel: "C0LEADS"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.journal.Accept(t.Context(), assign.Request{Requester: "U0LAYLA", Contact: contact, Agent: agent.RefMe()}); err != nil {
		t.Fatal(err)
	}
	b.works(t)
	if now := b.only(t); now.State != assign.OfferGone || b.said.n.Load() != 1 {
		t.Errorf("%d told; %+v", b.said.n.Load(), now)
	}
}

// A second Enter makes no second offer, a second delivery neither; but what nobody could be shown can be offered again.
func TestTheSameIsOfferedOnce(t *testing.T) {
	b := newBench(t)
	b.offered(t)
	for key, want := range map[string]assign.Acceptance{"another": assign.Joined, "key": assign.Repeated} {
		if made, err := b.Make(t.Context(), key, "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{}); made != want || err != nil {
			t.Errorf("%s: %d, %v", key, made, err)
		}
	}
	now := b.only(t)
	now.State = assign.OfferFailed
	if kept, err := b.change(t.Context(), now, assign.OfferOpen, time.Time{}); !kept || err != nil {
		t.Fatalf("%t, %v", kept, err)
	}
	if made, err := b.Make(t.Context(), "third", "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{}); made != assign.Accepted || err != nil {
		t.Errorf("after it failed: %d, %v", made, err)
	}
}

// hanging is a journal that stores when it is told to.
type hanging struct {
	*memory.Journal
	store chan struct{}
}

func (h *hanging) MakeOffer(_ context.Context, o assign.Offer) (assign.Acceptance, error) {
	<-h.store
	return h.Journal.MakeOffer(context.Background(), o)
}

func (h *hanging) KeepOffer(_ context.Context, o assign.Offer, from assign.OfferState) (bool, error) {
	<-h.store
	return h.Journal.KeepOffer(context.Background(), o, from)
}

// What is stored when nobody waits for it any more is seen to at once all the same.
func TestWhatIsStoredTooLateIsShownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &hanging{memory.New(), make(chan struct{})}
		k := New(Config{Journal: j}, Slack{}, j, zerolog.Nop())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := k.Make(ctx, "key", "U0SARA", []phone.Number{contact}, assign.Note{}, payload.Address{})
		if !errors.Is(err, assign.ErrPending) || len(k.woken) > 0 {
			t.Fatalf("%v; woken %d times", err, len(k.woken))
		}
		close(j.store)
		synctest.Wait()
		if stored := len(j.Offers()); stored != 1 || len(k.woken) != 1 {
			t.Errorf("%d stored, woken %d times", stored, len(k.woken))
		}

		now, _, err := j.OfferOf(t.Context(), j.Offers()[0])
		if err != nil {
			t.Fatal(err)
		}
		j.store = make(chan struct{})
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := k.Withdraw(ctx, render.Offer{Offer: now}); !errors.Is(err, assign.ErrPending) {
			t.Fatal(err)
		}
		<-k.woken
		close(j.store)
		synctest.Wait()
		if now, _, err := j.OfferOf(t.Context(), now.ID); now.State != assign.OfferWithdrawn || len(k.woken) != 1 || err != nil {
			t.Errorf("%s, woken %d times, %v", now.State, len(k.woken), err)
		}
	})
}

// A second card, of before a crash, is put right by who presses its button.
func TestASecondCardIsPutRight(t *testing.T) {
	b := newBench(t)
	now := b.offered(t)
	b.Retire(t.Context(), now, "C0LEADS", "0.9") // it is open: both serve
	b.take(t, now, "U0OMAR", true)
	now = b.only(t)
	before := b.calls.Load()
	b.Retire(t.Context(), now, now.Channel, now.TS)
	b.Retire(t.Context(), now, "C0LEADS", "0.9")
	if got := b.calls.Load() - before; got != 1 {
		t.Errorf("%d calls", got)
	}
}
