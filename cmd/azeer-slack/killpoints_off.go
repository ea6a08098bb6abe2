//go:build !killpoints

package main

import (
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/offer"
	"azeer-slack/journal"
)

// The seams of the kill test, which change nothing here. Built with the tag killpoints,
// they end the process at a named point: see killpoints_on.go and internal/killtest.

func killableConfig(c journal.Config) journal.Config         { return c }
func makeJournalKillable(j assign.Journal) assign.Journal    { return j }
func makeInboxKillable(i assign.Inbox) assign.Inbox          { return i }
func makeAnswererKillable(a assign.Answerer) assign.Answerer { return a }
func makeNoticesKillable(j notify.Journal) notify.Journal    { return j }
func makeOffersKillable(j offer.Journal) offer.Journal       { return j }

func makeAcksKillable(told func(string, time.Duration)) func(string, time.Duration) { return told }
