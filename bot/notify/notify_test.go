package notify

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

// people know that every agent's Slack id is U0OWNER.
type people struct{ asked atomic.Int32 }

func (p *people) ByEmail(context.Context, agent.Email) (string, error) {
	p.asked.Add(1)
	return "U0OWNER", nil
}

func (p *people) Suspect(err error) error { return err }

type deliveries struct{ n atomic.Int32 }

func (d *deliveries) Deliver(context.Context, string, payload.Address, render.Message) error {
	d.n.Add(1)
	return nil
}

// bench is a Notifier on a Slack that answers every call with answer.
type bench struct {
	*Notifier
	journal *memory.Journal
	people  *people
	said    *deliveries
	calls   atomic.Int32
	answer  atomic.Value
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := &bench{journal: memory.New(), people: &people{}, said: &deliveries{}}
	b.journal.Notify = true
	b.answer.Store(`{"ok":true,"channel":"D0OWNER","ts":"1.1"}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b.calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(b.answer.Load().(string)))
	}))
	t.Cleanup(server.Close)
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	v := render.New(catalogue, render.Config{Region: "SA"}).Default
	cfg.On, cfg.Journal = true, b.journal
	b.Notifier = New(cfg, Slack{
		API: slack.New("xoxb-test", slack.OptionAPIURL(server.URL+"/")), People: b.people, Sender: b.said,
		Emails:   func(a agent.Agent) []agent.Email { return []agent.Email{a.Email} },
		Renderer: func(context.Context, string) render.Renderer { return v }, Default: v,
	}, zerolog.Nop())
	return b
}

// assigned gives a contact to an agent.
func (b *bench) assigned(t *testing.T, email string) assign.Assignment {
	t.Helper()
	a, _, err := b.journal.Accept(t.Context(), assign.Request{Requester: "U0SARA", Contact: phone.New("966544444444"), Agent: agent.RefEmail(email)})
	if err != nil {
		t.Fatal(err)
	}
	to := agent.Agent{PlatformID: agent.NewEmail(email), Email: agent.NewEmail(email), Name: email}
	if err := b.journal.Finish(t.Context(), a.ID, assign.Outcome{Kind: assign.Assigned, Agent: to, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := b.journal.Answered(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	return a
}

func (b *bench) tells(t *testing.T) error {
	t.Helper()
	_, err := b.queue().All(t.Context(), t.Context())
	return err
}

func (b *bench) state(t *testing.T, id int64) assign.Notice {
	t.Helper()
	found, err := b.journal.NoticesOf(t.Context(), []int64{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, error %v", found, err)
	}
	return found[0]
}

func TestAnOwnerIsToldOnce(t *testing.T) {
	b := newBench(t, Config{ReceiptAfter: time.Hour})
	a := b.assigned(t, "omar@twerlo.com")
	for range 2 {
		if err := b.tells(t); err != nil {
			t.Fatal(err)
		}
	}
	n := b.state(t, a.ID)
	if b.calls.Load() != 1 || n.State != assign.NoticeTold || time.Until(n.Due) < 59*time.Minute {
		t.Errorf("%d calls; %+v", b.calls.Load(), n)
	}
	if d := payload.DecodeNoticeDetails(n.Details); d.Owner != "U0OWNER" || d.Channel != "D0OWNER" || d.TS != "1.1" {
		t.Errorf("%+v", d)
	}
}

// Whoever was overtaken before they were told is not told at all.
func TestWhoHasLostItAlreadyIsNotTold(t *testing.T) {
	b := newBench(t, Config{})
	old, now := b.assigned(t, "omar@twerlo.com"), b.assigned(t, "sara@twerlo.com")
	if err := b.tells(t); err != nil {
		t.Fatal(err)
	}
	if b.state(t, old.ID).State != assign.NoticeNeedless || b.state(t, now.ID).State != assign.NoticeTold || b.calls.Load() != 1 {
		t.Errorf("%+v, %+v, %d calls", b.state(t, old.ID), b.state(t, now.ID), b.calls.Load())
	}
}

// What Slack refuses for good is told to the requester; what it does not take now is tried again.
func TestWhatSlackRefuses(t *testing.T) {
	b := newBench(t, Config{})
	a := b.assigned(t, "omar@twerlo.com")
	b.answer.Store(`{"ok":false,"error":"service_unavailable"}`)
	if err := b.tells(t); err == nil || b.state(t, a.ID).State != assign.NoticeNew || b.said.n.Load() != 0 {
		t.Errorf("%v, %+v, %d told", err, b.state(t, a.ID), b.said.n.Load())
	}
	b.answer.Store(`{"ok":false,"error":"messages_tab_disabled"}`)
	if err := b.tells(t); err != nil || b.state(t, a.ID).State != assign.NoticeNeedless || b.said.n.Load() != 1 {
		t.Errorf("%v, %+v, %d told", err, b.state(t, a.ID), b.said.n.Load())
	}
}

// Of a click and a timer at once one counts.
func TestAClickBeatsTheTimer(t *testing.T) {
	b := newBench(t, Config{ReceiptAfter: time.Nanosecond})
	a := b.assigned(t, "omar@twerlo.com")
	if err := b.tell(t.Context(), b.state(t, a.ID)); err != nil {
		t.Fatal(err)
	}
	told := b.state(t, a.ID)
	now, found, err := b.Standing(t.Context(), a.ID)
	if err != nil || !found || !IsOpen(now) {
		t.Fatalf("%+v, %t, %v", now, found, err)
	}
	if kept, err := b.Note(t.Context(), now, assign.NoticeReceived); !kept || err != nil {
		t.Fatal(kept, err)
	}
	if err := b.ask(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	if n := b.state(t, a.ID); n.State != assign.NoticeReceived {
		t.Errorf("%+v", n)
	}
	if kept, err := b.Note(t.Context(), now, assign.NoticeDeclined); kept || err != nil {
		t.Error(kept, err)
	}
}

// The agents' accounts are remembered.
func TestAnAccountIsLookedUpOnce(t *testing.T) {
	b := newBench(t, Config{})
	for range 3 {
		b.assigned(t, "omar@twerlo.com")
		if err := b.tells(t); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.people.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestNothingIsToldWhereNobodyIsToBeTold(t *testing.T) {
	n := New(Config{}, Slack{}, zerolog.Nop())
	n.Run(t.Context(), t.Context())
	if _, found, err := n.Standing(t.Context(), 1); found || err != nil {
		t.Error(found, err)
	}
	if said, err := n.SaidOf(t.Context(), []assign.Assignment{{ID: 1}}); len(said) != 0 || err != nil {
		t.Error(said, err)
	}
}

func TestTheEndOfAContextIsNoFailure(t *testing.T) {
	b := newBench(t, Config{})
	b.assigned(t, "omar@twerlo.com")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.queue().All(ctx, ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// hanging is a journal that stores when it is told to.
type hanging struct {
	*memory.Journal
	store chan struct{}
}

func (h *hanging) KeepNotice(_ context.Context, n assign.Notice, from assign.NoticeState) (bool, error) {
	<-h.store
	return h.Journal.KeepNotice(context.Background(), n, from)
}

// Whoever presses a button waits for the journal no longer than their click may take; what follows comes when it is stored.
func TestWhatIsNotedTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &hanging{memory.New(), make(chan struct{})}
		n := New(Config{On: true, Journal: j}, Slack{}, zerolog.Nop())
		told := render.Notice{Notice: assign.Notice{ID: 1, State: assign.NoticeTold}}
		if kept, err := j.Journal.KeepNotice(t.Context(), told.Notice, ""); !kept || err != nil {
			t.Fatalf("%t, %v", kept, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Note(ctx, told, assign.NoticeReceived); !errors.Is(err, assign.ErrPending) || len(n.woken) > 0 {
			t.Fatalf("%v; woken %d times", err, len(n.woken))
		}
		close(j.store)
		synctest.Wait()
		if known, err := j.NoticesOf(t.Context(), []int64{1}); err != nil || known[0].State != assign.NoticeReceived || len(n.woken) != 1 {
			t.Errorf("%+v, woken %d times, %v", known, len(n.woken), err)
		}
	})
}
