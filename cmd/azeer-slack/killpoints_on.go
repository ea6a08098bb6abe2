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
	"azeer-slack/bot/notify"
	"azeer-slack/bot/offer"
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
	pointOwnerTold     = "owner_told"     // Slack has taken what the new owner is told, which is not noted
	pointNoticeKept    = "notice_kept"    // in the journal: what the new owner was told, or has said
	pointOfferStored   = "offer_stored"   // in the journal, not yet acknowledged
	pointOfferShown    = "offer_shown"    // Slack has taken the card, which is not noted
	pointOfferTaken    = "offer_taken"    // in the journal: who took it, for whom nothing is assigned yet
	pointOfferSettled  = "offer_settled"  // the card says who has it, which is not noted
)

// killPlan is where the process ends: at the nth passage of a point.
type killPlan struct {
	point  string
	nth    int64
	passed atomic.Int64
}

// planned is read from KILL_AT, for example sent:3. Without it the process lives on.
var planned = readPlan(os.Getenv("KILL_AT"))

func readPlan(s string) *killPlan {
	if s == "" {
		return &killPlan{}
	}
	point, count, _ := strings.Cut(s, ":")
	nth, err := strconv.ParseInt(count, 10, 64)
	if err != nil || nth < 1 {
		panic(fmt.Sprintf("KILL_AT is %q, want a point and a count such as sent:3", s))
	}
	return &killPlan{point: point, nth: nth}
}

// reach kills the process as a crash would: nothing is flushed, nothing deferred runs.
func reach(point string) {
	if point != planned.point || planned.passed.Add(1) != planned.nth {
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

func makeJournalKillable(j assign.Journal) assign.Journal { return killableJournal{j} }

type killableJournal struct{ assign.Journal }

func (j killableJournal) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	a, how, err := j.Journal.Accept(ctx, r)
	if err == nil && how == assign.Accepted {
		reach(pointStored)
	}
	return a, how, err
}

func (j killableJournal) AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error) {
	entries, err := j.Journal.AcceptBatch(ctx, requests)
	if err == nil {
		reach(pointStored)
	}
	return entries, err
}

func (j killableJournal) Finish(ctx context.Context, id int64, o assign.Outcome) error {
	err := j.Journal.Finish(ctx, id, o)
	if err == nil {
		reach(pointOutcomeStored)
	}
	return err
}

func makeInboxKillable(i assign.Inbox) assign.Inbox { return killableInbox{i} }

type killableInbox struct{ assign.Inbox }

func (i killableInbox) Assign(ctx context.Context, contact phone.Number, agent agent.Agent) error {
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

func makeAnswererKillable(a assign.Answerer) assign.Answerer { return killableAnswerer{a} }

type killableAnswerer struct{ assign.Answerer }

func (d killableAnswerer) Answer(ctx context.Context, a assign.Assignment) error {
	err := d.Answerer.Answer(ctx, a)
	if err == nil {
		reach(pointAnswerPosted)
	}
	return err
}

func (d killableAnswerer) AnswerBatch(ctx context.Context, b assign.Batch) error {
	err := d.Answerer.AnswerBatch(ctx, b)
	if err == nil {
		reach(pointAnswerPosted)
	}
	return err
}

func makeNoticesKillable(j notify.Journal) notify.Journal { return killableNotices{j} }

type killableNotices struct{ notify.Journal }

func (k killableNotices) KeepNotice(ctx context.Context, n assign.Notice, from assign.NoticeState) (bool, error) {
	if n.State == assign.NoticeTold {
		reach(pointOwnerTold)
	}
	kept, err := k.Journal.KeepNotice(ctx, n, from)
	if err == nil {
		reach(pointNoticeKept)
	}
	return kept, err
}

func makeOffersKillable(j offer.Journal) offer.Journal { return killableOffers{j} }

type killableOffers struct{ offer.Journal }

func (k killableOffers) MakeOffer(ctx context.Context, o assign.Offer) (assign.Acceptance, error) {
	made, err := k.Journal.MakeOffer(ctx, o)
	if err == nil {
		reach(pointOfferStored)
	}
	return made, err
}

func (k killableOffers) KeepOffer(ctx context.Context, o assign.Offer, from assign.OfferState) (bool, error) {
	switch {
	case from == assign.OfferNew:
		reach(pointOfferShown)
	case o.State == assign.OfferDone:
		reach(pointOfferSettled)
	}
	kept, err := k.Journal.KeepOffer(ctx, o, from)
	if err == nil && o.State == assign.OfferTaken && from != o.State {
		reach(pointOfferTaken)
	}
	return kept, err
}

// makeAcksKillable counts acknowledgements of commands and forms, not of menus.
func makeAcksKillable(told func(string, time.Duration)) func(string, time.Duration) {
	return func(kind string, took time.Duration) {
		if kind == "slash_command" || kind == "view_submission" {
			reach(pointAcknowledged)
		}
		told(kind, took)
	}
}
