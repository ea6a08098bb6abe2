//go:build killpoints

package main

import (
	"context"
	"fmt"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal"
)

// The points at which this build can kill itself, in the order of an assignment's way.
const (
	pointStored        = "stored"         // in the journal, not yet acknowledged
	pointAcknowledged  = "acknowledged"   // written to Slack's socket
	pointSent          = "sent"           // the request to Azeer is written, no answer read
	pointAzeerAnswered = "azeer_answered" // Azeer has answered, nothing of it is stored
	pointOutcomeStored = "outcome_stored" // in the journal, the requester is not told
	pointAnswerPosted  = "answer_posted"  // Slack has taken the answer, which is not noted
)

// doom is where the process ends: at the nth passage of a point.
type doom struct {
	point  string
	nth    int64
	passed atomic.Int64
}

// fate is read from KILL_AT, for example sent:3. Without it the process lives on.
var fate = readFate(os.Getenv("KILL_AT"))

func readFate(s string) *doom {
	if s == "" {
		return &doom{}
	}
	point, count, _ := strings.Cut(s, ":")
	nth, err := strconv.ParseInt(count, 10, 64)
	if err != nil || nth < 1 {
		panic(fmt.Sprintf("KILL_AT is %q, want a point and a count such as sent:3", s))
	}
	return &doom{point: point, nth: nth}
}

// reach kills the process as a crash would: nothing is flushed, nothing deferred runs.
func reach(point string) {
	if point != fate.point || fate.passed.Add(1) != fate.nth {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// killableConfig takes the lease of a shared journal from KILL_LEASE, so that a short
// test need not wait for half a minute.
func killableConfig(c journal.Config) journal.Config {
	if lease, err := time.ParseDuration(os.Getenv("KILL_LEASE")); err == nil {
		c.Lease = lease
	}
	return c
}

func killableJournal(j assign.Journal) assign.Journal { return doomedJournal{j} }

type doomedJournal struct{ assign.Journal }

func (j doomedJournal) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	a, how, err := j.Journal.Accept(ctx, r)
	if err == nil && how == assign.Accepted {
		reach(pointStored)
	}
	return a, how, err
}

func (j doomedJournal) AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error) {
	entries, err := j.Journal.AcceptBatch(ctx, requests)
	if err == nil {
		reach(pointStored)
	}
	return entries, err
}

func (j doomedJournal) Finish(ctx context.Context, id int64, o assign.Outcome) error {
	err := j.Journal.Finish(ctx, id, o)
	if err == nil {
		reach(pointOutcomeStored)
	}
	return err
}

func killableInbox(i assign.Inbox) assign.Inbox { return doomedInbox{i} }

type doomedInbox struct{ assign.Inbox }

func (i doomedInbox) Assign(ctx context.Context, contact phone.Number, agent agent.Agent) error {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(w httptrace.WroteRequestInfo) {
		if w.Err == nil {
			reach(pointSent)
		}
	}})
	err := i.Inbox.Assign(ctx, contact, agent)
	if err == nil {
		reach(pointAzeerAnswered)
	}
	return err
}

func killableAnswerer(a assign.Answerer) assign.Answerer { return doomedAnswerer{a} }

type doomedAnswerer struct{ assign.Answerer }

func (d doomedAnswerer) Answer(ctx context.Context, a assign.Assignment) error {
	err := d.Answerer.Answer(ctx, a)
	if err == nil {
		reach(pointAnswerPosted)
	}
	return err
}

func (d doomedAnswerer) AnswerBatch(ctx context.Context, b assign.Batch) error {
	err := d.Answerer.AnswerBatch(ctx, b)
	if err == nil {
		reach(pointAnswerPosted)
	}
	return err
}

// killableAcks counts acknowledgements of commands and forms, not of menus.
func killableAcks(told func(string, time.Duration)) func(string, time.Duration) {
	return func(kind string, took time.Duration) {
		if kind == "slash_command" || kind == "view_submission" {
			reach(pointAcknowledged)
		}
		told(kind, took)
	}
}
