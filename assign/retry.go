package assign

import (
	"errors"
	"math/rand/v2"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
	"azeer-slack/internal/catch"
	"azeer-slack/internal/retry"
)

// How long is kept trying, as the design says.
const (
	// giveUpAfter is how old an assignment may get: after it nothing more is sent.
	giveUpAfter = 10 * time.Minute
	// uncertainMost and uncertainFor bound the attempts that were perhaps carried out.
	uncertainMost = 3
	uncertainFor  = 60 * time.Second
	// callLimit ends a call of an Inbox that has no timeout of its own.
	callLimit = 30 * time.Second
)

var (
	inboxBackoff   = retry.Backoff{Least: 500 * time.Millisecond, Most: 30 * time.Second}
	answerBackoff  = retry.Backoff{Least: time.Second, Most: 60 * time.Second}
	journalBackoff = retry.Backoff{Least: 100 * time.Millisecond, Most: 5 * time.Second}
)

// attempts is what is known after the attempts made so far.
type attempts struct {
	deadline time.Time   // after it nothing more is sent
	agent    agent.Agent // once resolved
	found    *duty.Found // among whom to choose the agent, where a group is meant
	// ids are the forms of the contact still to be tried, the present one first.
	ids []phone.Number

	made            int
	failures        int // in a row, of any kind: they set the wait
	uncertain       uncertain
	last            *Fault // nil before the first
	journalFailures int    // of the journal
}

// uncertain are the attempts that were perhaps carried out.
type uncertain struct {
	count   int
	since   time.Time // when the first of them was made
	noReply bool      // one of them brought no status, or an earlier process has made one
}

// journalFailed counts one more time that the journal did not answer.
func (t *attempts) journalFailed() int {
	t.journalFailures++
	return t.journalFailures - 1
}

// note takes in how an attempt failed that began at start.
func (t *attempts) note(f *Fault, start time.Time) {
	t.last = f
	t.failures++
	if f.Effect == Perhaps {
		if t.uncertain.count == 0 {
			t.uncertain.since = start
		}
		t.uncertain.count++
		t.uncertain.noReply = t.uncertain.noReply || f.Status == 0
	}
}

// until gives the time after which the next attempt must not begin any more.
func (t *attempts) until() time.Time {
	if end := t.uncertain.since.Add(uncertainFor); t.last != nil && t.last.Effect == Perhaps && end.Before(t.deadline) {
		return end
	}
	return t.deadline
}

// wait gives the time until the next attempt, or false if there must be none.
func (t *attempts) wait(now time.Time) (time.Duration, bool) {
	f := t.last
	d := inboxBackoff.After(t.failures - 1)
	if f.RetryAfter > 0 {
		// A little later than asked, and not all in the same moment.
		d = max(d, f.RetryAfter+rand.N(inboxBackoff.Least))
	}
	next := now.Add(d)
	if f.Effect == Perhaps && t.uncertain.count >= uncertainMost {
		return 0, false
	}
	return d, next.Before(t.until())
}

// isUncertain tells whether something was perhaps carried out, and nothing has come since that
// settles it. That a later attempt was not carried out says nothing about one without a word:
// a "409, assigned already" may even be its echo.
func (t *attempts) isUncertain() bool {
	if t.last == nil {
		return t.uncertain.noReply
	}
	return t.uncertain.count > 0 && t.last.Status == 0 || t.uncertain.noReply && t.last.Effect != Perhaps
}

// outcome is the result when the last fault has the last word.
//
// Whose key is refused is told the operator's trouble also where there is a doubt.
func (t *attempts) outcome() Outcome {
	o := Outcome{Kind: Failed, Reason: Busy, Agent: t.agent, Attempts: t.made}
	if t.last != nil { // else it never came to an attempt
		o.Reason, o.Said, o.Status = t.last.Reason, t.last.Said, t.last.Status
	}
	switch {
	case t.isUncertain():
		o.Kind = Unknown
		if o.Reason != KeyRefused && !(t.last != nil && t.last.Effect == Perhaps && (o.Reason == Garbled || o.Reason == WebPage)) {
			o.Reason = NoReply
		}
	case t.last != nil && t.last.Effect == Never:
		o.Kind = Refused
	}
	return o
}

// asFault makes sure of the contract of Inbox: an error that says nothing about its
// effect may mean anything, and counts as perhaps carried out.
func asFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Effect: Perhaps, Reason: NoReply, Err: err}
}

// onOwnStack calls f on a goroutine of its own and waits for it. Where thousands of goroutines
// wait for their turn afterwards, none of them keeps the stack that f needed.
func onOwnStack(f func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- catch.Panics(f) }()
	return <-ended
}
