package assign_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/memory"
)

func TestAnAssignmentThatAzeerTakes(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		a := w.ask("U1", phone1, "Omar@Twerlo.com")
		synctest.Wait()
		o := w.wants(a, assign.Assigned, assign.NoReason, 1)
		if o.Agent.Name != "Omar Hassan" || o.At.IsZero() {
			t.Errorf("outcome names agent %q at %v", o.Agent.Name, o.At)
		}
		if got := w.inbox.made(); len(got) != 1 || got[0].contact != phone1 || got[0].agent != omar {
			t.Errorf("Azeer was called with %+v", got)
		}
		stored, _, _ := w.journal.Latest(t.Context(), phone.New(phone1))
		if !stored.Answered || stored.Reply != "" || stored.Outcome.Kind != assign.Assigned {
			t.Errorf("journal holds %+v", stored)
		}
		if len(w.observed) != 1 || w.observed[0].ID != a.ID {
			t.Errorf("observed %+v", w.observed)
		}
		if len(w.ears.interims) != 0 {
			t.Errorf("an interim answer for what took no time")
		}
	})
}

func TestTheLogTellsTheOutcomeAndNoSecrets(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(refuse(assign.KeyRefused, 403))
		w.ask("U1", phone1, omar)
		w.ask("U1", phone2, sara)
		synctest.Wait()
		w.end()
		log := w.log.String()
		for _, secret := range []string{phone1, phone2, omar, sara, "Omar", `"no"`, "reply"} {
			if strings.Contains(log, secret) {
				t.Errorf("log shows %q:\n%s", secret, log)
			}
		}
		if n := strings.Count(log, `"message":"assignment finished"`); n != 2 {
			t.Errorf("%d outcome events, want 2:\n%s", n, log)
		}
		for _, part := range []string{`"level":"error"`, `"reason":"key_refused"`, `"contact":"…444"`, `"agent":"s…@twerlo.com"`} {
			if !strings.Contains(log, part) {
				t.Errorf("log lacks %s:\n%s", part, log)
			}
		}
	})
}

func TestWhoCannotBeFoundIsRefusedUnsent(t *testing.T) {
	for name, c := range map[string]struct {
		ref    agent.Ref
		reason assign.Reason
	}{
		"an email nobody has":       {agent.RefEmail("omer@twerlo.com"), assign.NoSuchAgent},
		"a name nobody has":         {agent.RefName("Khalid"), assign.NoSuchAgent},
		"a family name":             {agent.RefName("Ali"), assign.PartOfName},
		"a person without an email": {agent.RefMention("U9"), assign.NoEmail},
		"me, without an email":      {agent.RefMe(), assign.NoEmail},
	} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				a := w.askFor("U1", phone1, c.ref)
				synctest.Wait()
				w.wants(a, assign.Refused, c.reason, 0)
				if calls := w.inbox.made(); len(calls) != 0 {
					t.Errorf("Azeer was called: %+v", calls)
				}
			})
		})
	}
}

func TestWhileSlackCannotSayWhoThatIsItIsAskedAgain(t *testing.T) {
	asked := 0
	storyWith(t, func(w *world) {
		w.people = func(user string) (agent.Email, error) {
			if asked++; asked < 4 {
				return agent.Email{}, errDown
			}
			return agent.NewEmail(sara), nil
		}
	}, func(t *testing.T, w *world) {
		a := w.askFor("U1", phone1, agent.RefMention("U2"))
		w.pass(time.Minute)
		if o := w.wants(a, assign.Assigned, assign.NoReason, 1); o.Agent.Name != "Sara Ali" || asked != 4 {
			t.Errorf("assigned to %q after asking %d times", o.Agent.Name, asked)
		}
	})
}

func TestSlackAwayToTheEndFails(t *testing.T) {
	storyWith(t, func(w *world) {
		w.people = func(string) (agent.Email, error) { return agent.Email{}, errDown }
	}, func(t *testing.T, w *world) {
		a := w.askFor("U1", phone1, agent.RefMe())
		w.pass(11 * time.Minute)
		w.wants(a, assign.Failed, assign.PeopleAway, 0)
	})
}

func TestAcceptRefusesWhatCannotBeCarriedOut(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		for _, r := range []assign.Request{
			{Key: "a", Agent: agent.RefEmail(omar)},
			{Key: "b", Contact: phone.New(phone1)},
		} {
			if _, _, err := w.service.Accept(t.Context(), r); !errors.Is(err, assign.ErrIncomplete) || !errors.Is(err, assign.ErrNotStored) {
				t.Errorf("Accept(%+v): %v", r, err)
			}
		}
	})
}

func TestAJournalThatCannotStoreAcceptsNothing(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.journal.accept = func() error { return errDown }
		r := assign.Request{Key: "a", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)}
		if _, _, err := w.service.Accept(t.Context(), r); !errors.Is(err, assign.ErrNotStored) || !errors.Is(err, errDown) {
			t.Errorf("Accept: %v", err)
		}
		w.pass(time.Minute)
		if calls := w.inbox.made(); len(calls) != 0 {
			t.Errorf("Azeer was called: %+v", calls)
		}
	})
}

// The race detector sees to it that what comes too late is not written to where the caller reads.
func TestWhatIsStoredTooLateIsPendingAndCarriedOut(t *testing.T) {
	const takes = 2 * time.Second
	for name, c := range map[string]struct {
		limit time.Duration
		want  error
	}{
		"a moment too late": {takes - 40*time.Millisecond, nil},
		"a second too late": {takes - time.Second, assign.ErrPending},
	} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.journal.accept = func() error {
					time.Sleep(takes)
					return nil
				}
				ctx, cancel := context.WithTimeout(t.Context(), c.limit)
				defer cancel()
				r := assign.Request{Key: "a", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)}
				a, _, err := w.service.Accept(ctx, r)
				if !errors.Is(err, c.want) || (a.ID != 0) != (c.want == nil) {
					t.Errorf("Accept: %+v, %v; want %v", a, err, c.want)
				}
				w.pass(takes)
				if owner := w.inbox.owner(phone1); owner != omar || len(w.ears.heard) != 1 {
					t.Errorf("the contact belongs to %q, heard was %v", owner, w.ears.heard)
				}
			})
		})
	}
}

func TestAJournalThatBreaksAcceptsNothingAndTakesNoRoom(t *testing.T) {
	storyWith(t, func(w *world) { w.cfg.Backlog = 2 }, func(t *testing.T, w *world) {
		r := assign.Request{Key: "a", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)}
		batch := []assign.Request{r, {Contact: phone.New(phone2), Agent: agent.RefEmail(omar)}}
		w.journal.accept = func() error { panic("journal broke") }
		if _, _, err := w.service.Accept(t.Context(), r); !errors.Is(err, assign.ErrNotStored) {
			t.Errorf("Accept: %v", err)
		}
		if _, err := w.service.AcceptBatch(t.Context(), batch); !errors.Is(err, assign.ErrNotStored) || errors.Is(err, assign.ErrBacklog) {
			t.Errorf("AcceptBatch: %v", err)
		}
		w.journal.accept = nil
		if _, err := w.service.AcceptBatch(t.Context(), batch); err != nil {
			t.Errorf("AcceptBatch, of a journal that is well again: %v", err)
		}
	})
}

func TestTheBacklogHasAnEnd(t *testing.T) {
	storyWith(t, func(w *world) { w.cfg.Backlog = 2 }, func(t *testing.T, w *world) {
		w.inbox.script(slow(time.Second), slow(time.Second))
		w.ask("U1", phone1, omar)
		w.ask("U1", phone2, omar)
		r := assign.Request{Key: "one too many", Contact: phone.New("966544444446"), Agent: agent.RefEmail(omar)}
		if _, _, err := w.service.Accept(t.Context(), r); !errors.Is(err, assign.ErrBacklog) || !errors.Is(err, assign.ErrNotStored) {
			t.Errorf("Accept: %v", err)
		}
		w.pass(2 * time.Second)
		if _, _, err := w.service.Accept(t.Context(), r); err != nil {
			t.Errorf("Accept, once there is room: %v", err)
		}
	})
}

func TestWhatIsAcceptedBeforeRunIsCarriedOutByIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := &inboxStub{owners: make(map[string]string), listErr: errDown}
		s := assign.NewService(inbox, memory.New(), agent.NewDirectory(inbox, nil, agent.DirectoryConfig{}), assign.Config{})
		r := assign.Request{Key: "a", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)}
		if _, _, err := s.Accept(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, newEars()) }()
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil || inbox.owner(phone1) != omar {
			t.Errorf("Run: %v; owner %q", err, inbox.owner(phone1))
		}
	})
}

// Restart and drain.

func TestAfterARestart(t *testing.T) {
	t.Run("what is young is carried out, what is old expires", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(times(1000, unreachable())...)
			old := w.ask("U1", phone1, omar)
			w.pass(6 * time.Minute)
			young := w.ask("U1", phone2, sara)
			w.pass(time.Minute)
			w.end()
			w.inbox.replies = nil
			w.pass(3*time.Minute + time.Second)
			w.journal.Restart()
			w.run()
			w.wants(old, assign.Expired, assign.NoReason, 0)
			w.wants(young, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("what is old and was never sent is not done", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.end()
			old, _, err := w.journal.Journal.Accept(t.Context(), assign.Request{Key: "x", Requester: "U1", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)})
			if err != nil {
				t.Fatal(err)
			}
			w.pass(assign.GiveUpAfter)
			w.journal.Restart()
			w.run()
			w.wants(old, assign.Failed, assign.TooLate, 0)
		})
	})
	t.Run("what was never sent before is in no doubt", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.end()
			a, _, err := w.journal.Journal.Accept(t.Context(), assign.Request{Key: "x", Requester: "U1", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)})
			if err != nil {
				t.Fatal(err)
			}
			w.inbox.script(times(1000, unreachable())...)
			w.journal.Restart()
			w.run()
			w.pass(assign.GiveUpAfter)
			if o := w.outcome(a); o.Kind != assign.Failed || o.Reason != assign.Unreachable {
				t.Errorf("it ended %s (%s)", o.Kind, o.Reason)
			}
		})
	})
	t.Run("what is finished but unanswered is answered", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.ears.fail = func(assign.Assignment, int) error { return errDown }
			a := w.ask("U1", phone1, omar)
			w.pass(5 * time.Minute)
			w.silent(a)
			w.ears.fail = nil
			w.restart()
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			if len(w.inbox.made()) != 1 {
				t.Errorf("Azeer was called again")
			}
		})
	})
	t.Run("a newer one that is done keeps the older from being carried out", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.end()
			old, _, err := w.journal.Journal.Accept(t.Context(), assign.Request{Key: "x", Requester: "U1", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)})
			if err != nil {
				t.Fatal(err)
			}
			newer, _, _ := w.journal.Journal.Accept(t.Context(), assign.Request{Key: "y", Requester: "U2", Contact: phone.New(phone1), Agent: agent.RefEmail(sara)})
			if err := w.journal.Journal.Finish(t.Context(), newer.ID, assign.Outcome{Kind: assign.Assigned}); err != nil {
				t.Fatal(err)
			}
			w.journal.Restart()
			w.run()
			w.wants(old, assign.Superseded, assign.NoReason, 0)
			w.wants(newer, assign.Assigned, assign.NoReason, 0)
		})
	})
	t.Run("the interim answer comes 2 s after taking up", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(times(10, busy(time.Minute))...)
			a := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			w.restart()
			w.pass(1500 * time.Millisecond)
			if len(w.ears.interimsOf(a)) != 0 {
				t.Errorf("told too early: %v", w.ears.interimsOf(a))
			}
			w.pass(time.Second)
			if len(w.ears.interimsOf(a)) != 1 {
				t.Errorf("told %d times", len(w.ears.interimsOf(a)))
			}
		})
	})
	t.Run("a journal that cannot be read is read later", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.end()
			a, _, _ := w.journal.Journal.Accept(t.Context(), assign.Request{Key: "x", Requester: "U1", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)})
			failures := 0
			w.journal.take = func() error {
				if failures++; failures <= 3 {
					return errDown
				}
				return nil
			}
			w.journal.Restart()
			w.run()
			w.pass(5 * time.Second)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
		})
	})
}

func TestWhenRunEnds(t *testing.T) {
	t.Run("nothing more is accepted", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.end()
			_, _, err := w.service.Accept(t.Context(), assign.Request{Key: "a", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)})
			if !errors.Is(err, assign.ErrStopping) || !errors.Is(err, assign.ErrNotStored) {
				t.Errorf("Accept: %v", err)
			}
		})
	})
	t.Run("what is on the wire ends, is stored and answered; the rest waits", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(4 * time.Second))
			a := w.ask("U1", phone1, omar)
			synctest.Wait()
			behind := w.ask("U2", phone1, sara)
			w.inbox.script(times(9, unreachable())...)
			waiting := w.ask("U3", phone2, sara)
			w.pass(2 * time.Second)
			before := time.Now()
			w.end()
			if took := time.Since(before); took != 2*time.Second {
				t.Errorf("Run took %v to end, want the 2 s the call needed", took)
			}
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			w.silent(behind)
			w.silent(waiting)
			w.inbox.replies = nil
			w.journal.Restart()
			w.run()
			w.wants(behind, assign.Assigned, assign.NoReason, 1)
			w.wants(waiting, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("a call that hangs is cut", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(time.Hour))
			a := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			before := time.Now()
			w.end()
			if took := time.Since(before); took != 8*time.Second {
				t.Errorf("Run took %v to end, want 8 s", took)
			}
			w.silent(a)
			w.journal.Restart()
			w.run()
			w.wants(a, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("a call that does not let itself be cut is left behind", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(reply{after: 20 * time.Second, stubborn: true})
			w.ask("U1", phone1, omar)
			w.pass(time.Second)
			before := time.Now()
			w.end()
			if took := time.Since(before); took > 9*time.Second {
				t.Errorf("Run took %v to end", took)
			}
			w.pass(time.Minute)
		})
	})
	t.Run("answers that fail wait for the next start", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.ears.fail = func(assign.Assignment, int) error { return errDown }
			a := w.ask("U1", phone1, omar)
			w.pass(time.Minute)
			before := time.Now()
			w.end()
			if took := time.Since(before); took != 0 {
				t.Errorf("Run took %v to end", took)
			}
			w.ears.fail = nil
			w.journal.Restart()
			w.run()
			w.wants(a, assign.Assigned, assign.NoReason, 1)
		})
	})
}

func TestABurstOfTenThousand(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		const n = 10_000
		w.inbox.script(times(n, slow(100*time.Millisecond))...)
		for i := range n {
			w.ask(fmt.Sprint("U", i%50), fmt.Sprint(966500000000+i), omar)
		}
		w.pass(n / 8 * 100 * time.Millisecond)
		if got := len(w.inbox.made()); got != n {
			t.Errorf("%d calls, want %d", got, n)
		}
		if w.inbox.busiest != 8 {
			t.Errorf("%d calls at once, want 8", w.inbox.busiest)
		}
		w.pass(time.Second)
		if len(w.ears.heard) != n || len(w.observed) != n || w.service.InFlight() != 0 || w.service.Queues() != 0 {
			t.Errorf("heard %d, observed %d, still in flight %d, queues %d",
				len(w.ears.heard), len(w.observed), w.service.InFlight(), w.service.Queues())
		}
	})
}
