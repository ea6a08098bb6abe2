package main

import (
	"errors"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal"
)

// foreign makes the journal another installation's, which has left a request behind.
func (w *world) foreign() {
	w.t.Helper()
	j, err := journal.Open(w.ctx, w.settings["DATABASE_URL"], journal.Config{})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := j.Claim(w.ctx, journal.Installation{Name: "workspace T0OTHER01, bot U0OTHER01, Azeer at api.azeer.example"}, false); err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := j.Accept(w.ctx, assign.Request{Key: "1.2.3", Requester: w.person("manager").ID(), Contact: phone.New("966544444444"),
		Agent: agent.RefEmail("omar@twerlo.com")}); err != nil {
		w.t.Fatal(err)
	}
	if err := j.Close(w.ctx); err != nil {
		w.t.Fatal(err)
	}
}

func TestAnotherInstallationsJournalIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.foreign()
	w.start()
	err := <-w.done
	w.ended = true
	if !errors.As(err, new(*journal.ForeignError)) {
		t.Fatalf("it ended with %v", err)
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d calls to Azeer for another installation", n)
	}
}

func TestAJournalIsAdopted(t *testing.T) {
	t.Parallel()
	w := prepare(t)
	w.foreign()
	w.adopt = true
	w.run()
	w.person("manager").reads("now belongs to", "Omar Hassan")
	if err := w.halt(); err != nil {
		t.Fatal(err)
	}
	w.adopt = false
	w.run()
}

// What was left behind need not wait for Slack, if this is who ran last.
func TestARestartWithoutSlackFinishesWhatWasLeft(t *testing.T) {
	w, manager := interrupted(t)
	if err := w.halt(); err != nil {
		t.Fatal(err)
	}
	before := w.calls()
	w.Azeer.Behave()
	if err := w.Slack.Away(); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.awaitAssigns(before + 1)
	if err := w.Slack.Restore(); err != nil {
		t.Fatal(err)
	}
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}
