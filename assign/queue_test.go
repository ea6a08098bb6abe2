package assign_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

func TestTheLastWordWins(t *testing.T) {
	t.Run("a newer one supersedes at once what waits to be tried again", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(busy(5 * time.Minute))
			old := w.ask("U1", phone1, omar)
			w.pass(time.Minute)
			newer := w.ask("U2", phone1, sara)
			synctest.Wait()
			o := w.wants(old, assign.Superseded, assign.NoReason, 1)
			if o.Newer == nil || o.Newer.ID != newer.ID || o.Newer.Requester != "U2" ||
				!o.Newer.Agent.Equal(agent.RefEmail(sara)) || !o.Newer.AcceptedAt.Equal(newer.AcceptedAt) || o.Newer.Reply != "" {
				t.Errorf("superseded by %+v", o.Newer)
			}
			w.wants(newer, assign.Assigned, assign.NoReason, 1)
			if w.inbox.owner(phone1) != sara {
				t.Errorf("owner is %q", w.inbox.owner(phone1))
			}
		})
	})
	t.Run("it waits for what is on the wire", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(8 * time.Second))
			old := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			newer := w.ask("U2", phone1, sara)
			w.pass(6 * time.Second)
			if n := len(w.inbox.made()); n != 1 {
				t.Fatalf("%d calls while the first is on the wire", n)
			}
			w.pass(2 * time.Second)
			w.wants(old, assign.Assigned, assign.NoReason, 1)
			w.wants(newer, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("what was perhaps carried out meanwhile is superseded", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(noWord(8 * time.Second))
			old := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			newer := w.ask("U2", phone1, sara)
			w.pass(8 * time.Second)
			w.wants(old, assign.Superseded, assign.NoReply, 1)
			w.wants(newer, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("also after the last of three attempts", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(noWord(0), noWord(0), noWord(8*time.Second))
			old := w.ask("U1", phone1, omar)
			w.pass(5 * time.Second)
			w.ask("U2", phone1, sara)
			w.pass(8 * time.Second)
			w.wants(old, assign.Superseded, assign.NoReply, 3)
		})
	})
	t.Run("what was refused meanwhile is refused", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			refused := refuse(assign.NotFound, 404)
			refused.after = 5 * time.Second
			w.inbox.script(refused)
			old := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			newer := w.ask("U2", phone1, sara)
			w.pass(5 * time.Second)
			w.wants(old, assign.Refused, assign.NotFound, 1)
			w.wants(newer, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("of three in a row the second is never sent", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(2 * time.Second))
			first := w.ask("U1", phone1, omar)
			synctest.Wait()
			second, third := w.ask("U1", phone1, sara), w.ask("U1", phone1, layla)
			w.pass(3 * time.Second)
			w.wants(first, assign.Assigned, assign.NoReason, 1)
			if o := w.wants(second, assign.Superseded, assign.NoReason, 0); o.Newer.ID != third.ID {
				t.Errorf("superseded by %d, want %d", o.Newer.ID, third.ID)
			}
			w.wants(third, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("it supersedes what waits for a free slot", func(t *testing.T) {
		storyWith(t, func(w *world) { w.cfg.Concurrency = 1 }, func(t *testing.T, w *world) {
			w.inbox.script(slow(9 * time.Second))
			w.ask("U1", phone2, omar)
			synctest.Wait()
			old := w.ask("U1", phone1, omar)
			synctest.Wait()
			w.ask("U2", phone1, sara)
			synctest.Wait()
			w.wants(old, assign.Superseded, assign.NoReason, 0)
		})
	})
	t.Run("one that comes late into the lane is not carried out after the newer", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			r := assign.Request{Key: "late", Requester: "U1", Contact: phone.New(phone1), Agent: agent.RefEmail(omar)}
			late, _, _ := w.journal.Journal.Accept(t.Context(), r)
			newer := w.ask("U2", phone1, sara)
			synctest.Wait()
			w.service.ReceiveLate(late)
			synctest.Wait()
			w.wants(newer, assign.Assigned, assign.NoReason, 1)
			w.wants(late, assign.Superseded, assign.NoReason, 0)
		})
	})
	t.Run("another process's newer one is noticed within seconds", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(busy(5 * time.Minute))
			old := w.ask("U1", phone1, omar)
			synctest.Wait()
			r := assign.Request{Key: "elsewhere", Requester: "U2", Contact: phone.New(phone1), Agent: agent.RefEmail(sara)}
			if _, _, err := w.journal.Journal.Accept(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			w.pass(3 * time.Second)
			w.wants(old, assign.Superseded, assign.NoReason, 1)
		})
	})
}

func TestContactsDoNotWaitForEachOther(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(slow(9 * time.Second))
		stuck := w.ask("U1", phone1, omar)
		synctest.Wait()
		free := w.ask("U1", phone2, omar)
		synctest.Wait()
		w.silent(stuck)
		w.wants(free, assign.Assigned, assign.NoReason, 1)
	})
}

func TestTheSameAgain(t *testing.T) {
	request := func(key, requester, email string) assign.Request {
		return assign.Request{Key: key, Requester: requester, Contact: phone.New(phone1), Agent: agent.RefEmail(email)}
	}
	accept := func(t *testing.T, w *world, r assign.Request) (assign.Assignment, assign.Acceptance) {
		t.Helper()
		a, acceptance, err := w.service.Accept(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return a, acceptance
	}
	t.Run("a redelivery makes one call and one answer", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			first, _ := accept(t, w, request("k", "U1", omar))
			synctest.Wait()
			again, acceptance := accept(t, w, request("k", "U1", omar))
			w.pass(time.Minute)
			w.wants(first, assign.Assigned, assign.NoReason, 1)
			if acceptance != assign.Repeated || again.ID != first.ID || len(w.inbox.made()) != 1 {
				t.Errorf("%v, assignment %d, %d calls", acceptance, again.ID, len(w.inbox.made()))
			}
		})
	})
	t.Run("a second Enter joins the first", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(5 * time.Second))
			first, _ := accept(t, w, request("k1", "U1", omar))
			w.pass(time.Second)
			second, acceptance := accept(t, w, request("k2", "U1", "OMAR@twerlo.com"))
			w.pass(time.Minute)
			w.wants(first, assign.Assigned, assign.NoReason, 1)
			if acceptance != assign.Joined || second.ID != first.ID || len(w.inbox.made()) != 1 {
				t.Errorf("%v, assignment %d, %d calls", acceptance, second.ID, len(w.inbox.made()))
			}
		})
	})
	t.Run("but not past somebody else's word", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.inbox.script(slow(5 * time.Second))
			accept(t, w, request("k1", "U1", omar))
			synctest.Wait()
			accept(t, w, request("k2", "U2", sara))
			if _, acceptance := accept(t, w, request("k3", "U1", omar)); acceptance != assign.Accepted {
				t.Errorf("acceptance %v", acceptance)
			}
			w.pass(time.Minute)
			if w.inbox.owner(phone1) != omar {
				t.Errorf("owner is %q, the last word was %q", w.inbox.owner(phone1), omar)
			}
		})
	})
}

func TestWhatTheJournalSays(t *testing.T) {
	t.Run("wait: asks again until it may go", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			asked := 0
			w.journal.turn = func(int64) (assign.Turn, error, bool) {
				asked++
				return assign.Turn{Verdict: assign.TurnWait}, nil, asked < 8
			}
			a := w.ask("U1", phone1, omar)
			w.pass(3 * time.Second)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			if asked != 8 {
				t.Errorf("asked %d times", asked)
			}
		})
	})
	t.Run("lost: drops it, silently", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.journal.turn = func(int64) (assign.Turn, error, bool) { return assign.Turn{Verdict: assign.TurnLost}, nil, true }
			a := w.ask("U1", phone1, omar)
			w.pass(11 * time.Minute)
			w.silent(a)
			if len(w.inbox.made()) != 0 || w.service.InFlight() != 0 || len(w.observed) != 0 {
				t.Errorf("%d calls, %d in flight, %d observed", len(w.inbox.made()), w.service.InFlight(), len(w.observed))
			}
		})
	})
	t.Run("lost at the end: drops it, silently, however Azeer answered", func(t *testing.T) {
		storyWith(t, func(w *world) {
			w.journal.finish = func(int64) error { return fmt.Errorf("finish: %w", assign.ErrLost) }
		}, func(t *testing.T, w *world) {
			a := w.ask("U1", phone1, omar)
			w.pass(11 * time.Minute)
			w.silent(a)
			if len(w.inbox.made()) != 1 || w.service.InFlight() != 0 || len(w.observed) != 0 || strings.Contains(w.log.String(), "will retry") {
				t.Errorf("%d calls, %d in flight, %d observed, log %s",
					len(w.inbox.made()), w.service.InFlight(), len(w.observed), w.log.String())
			}
		})
	})
	t.Run("nothing for a while: Azeer is not called until it speaks", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			down := time.Now().Add(time.Minute)
			w.journal.turn = func(int64) (assign.Turn, error, bool) { return assign.Turn{}, errDown, time.Now().Before(down) }
			a := w.ask("U1", phone1, omar)
			w.pass(2 * time.Minute)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			if at := w.inbox.made()[0].at; at.Before(down) {
				t.Errorf("called %v before its turn", down.Sub(at))
			}
		})
	})
	t.Run("nothing to the end: failed, unsent", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			w.journal.turn = func(int64) (assign.Turn, error, bool) { return assign.Turn{}, errDown, true }
			a := w.ask("U1", phone1, omar)
			w.pass(11 * time.Minute)
			w.wants(a, assign.Failed, assign.Busy, 0)
			if len(w.inbox.made()) != 0 {
				t.Errorf("Azeer was called without a turn")
			}
		})
	})
	t.Run("a panic in it counts as silence", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			asked := 0
			w.journal.turn = func(int64) (assign.Turn, error, bool) {
				if asked++; asked == 1 {
					panic("journal broke")
				}
				return assign.Turn{}, nil, false
			}
			a := w.ask("U1", phone1, omar)
			w.pass(time.Second)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
		})
	})
	t.Run("an outcome that cannot be stored is stored later, and answered only then", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			down := time.Now().Add(time.Minute)
			w.journal.finish = func(int64) error {
				if time.Now().Before(down) {
					return errDown
				}
				return nil
			}
			a := w.ask("U1", phone1, omar)
			w.pass(59 * time.Second)
			w.silent(a)
			w.pass(10 * time.Second)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			if len(w.inbox.made()) != 1 || len(w.observed) != 1 {
				t.Errorf("%d calls, %d observed", len(w.inbox.made()), len(w.observed))
			}
		})
	})
	t.Run("an answer that cannot be noted is not given twice", func(t *testing.T) {
		story(t, func(t *testing.T, w *world) {
			failures := 0
			w.journal.answered = func(int64) error {
				if failures++; failures < 9 {
					return errDown
				}
				return nil
			}
			a := w.ask("U1", phone1, omar)
			w.pass(time.Minute)
			w.wants(a, assign.Assigned, assign.NoReason, 1)
			if stored, _, _ := w.journal.Latest(t.Context(), phone.New(phone1)); !stored.Answered {
				t.Errorf("not noted after %d tries", failures)
			}
		})
	})
}

func TestOnePersonsHundredDoNotDelayAnothersOne(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.inbox.script(times(101, slow(time.Second))...)
		for i := range 100 {
			w.ask("busy", fmt.Sprint(966500000000+i), omar)
		}
		synctest.Wait()
		w.ask("other", phone1, sara)
		w.pass(2 * time.Second)
		if w.inbox.owner(phone1) != sara {
			t.Errorf("not assigned after 2 s; %d calls so far", len(w.inbox.made()))
		}
	})
}

func TestAStopGivesBackWhatIsNotBegun(t *testing.T) {
	var others []int64
	alone := func(w *world) {
		w.cfg.Concurrency = 1
		w.journal.giveBack = func(ids []int64, begun bool) []int64 {
			if begun { // what it lost meanwhile
				return nil
			}
			others = ids[1:] // the first is on the wire
			return others
		}
		w.journal.turn = func(id int64) (assign.Turn, error, bool) {
			return assign.Turn{Verdict: assign.TurnLost}, nil, slices.Contains(others, id)
		}
	}
	storyWith(t, alone, func(t *testing.T, w *world) {
		w.inbox.script(slow(time.Second))
		first := w.ask("U1", phone1, omar)
		synctest.Wait()
		behind, beside := w.ask("U2", phone1, sara), w.ask("U2", phone2, sara)
		synctest.Wait()
		start := time.Now()
		w.end()
		if took := time.Since(start); took != time.Second {
			t.Errorf("the stop took %v, want that of the call under way", took)
		}
		w.wants(first, assign.Assigned, "", 1)
		w.silent(behind)
		w.silent(beside)
		if n := len(w.inbox.made()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
}

func TestAServiceThatStandsStillIsNotHealthy(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		healthy := func(want bool) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := w.service.Health(ctx); (err == nil) != want {
				t.Errorf("health: %v", err)
			}
		}
		healthy(true)
		w.inbox.script(slow(20 * time.Second))
		w.ask("U1", phone1, omar)
		healthy(true)
		w.end()
		healthy(false)
	})
}
