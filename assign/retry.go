package assign

import (
	"errors"
	"math/rand/v2"
	"time"
)

// How long is kept trying, as the design says.
const (
	// patience is how old an assignment may get: after it nothing more is sent.
	patience = 10 * time.Minute
	// doubtTries and doubtTime bound the attempts that were perhaps carried out.
	doubtTries = 3
	doubtTime  = 60 * time.Second
	// callLimit ends a call of an Inbox that has no timeout of its own.
	callLimit = 30 * time.Second
)

var (
	inboxBackoff   = backoff{least: 500 * time.Millisecond, most: 30 * time.Second}
	answerBackoff  = backoff{least: time.Second, most: 60 * time.Second}
	journalBackoff = backoff{least: 100 * time.Millisecond, most: 5 * time.Second}
)

// trials is what is known after the attempts made so far.
type trials struct {
	deadline time.Time // after it nothing more is sent
	agent    Agent     // once resolved

	attempts int
	failures int       // in a row, of any kind: they set the wait
	doubts   int       // attempts that were perhaps carried out
	wordless bool      // one of them brought no status, or an earlier process may have made one
	doubtful time.Time // when the first of those was made
	last     *Fault    // nil before the first
	silences int       // of the journal
}

// silent counts one more time that the journal did not answer.
func (t *trials) silent() int {
	t.silences++
	return t.silences - 1
}

// note takes in how an attempt failed that began at start.
func (t *trials) note(f *Fault, start time.Time) {
	t.last = f
	t.failures++
	if f.Effect == Perhaps {
		if t.doubts == 0 {
			t.doubtful = start
		}
		t.doubts++
		t.wordless = t.wordless || f.Status == 0
	}
}

// until gives the time after which the next attempt must not begin any more.
func (t *trials) until() time.Time {
	if end := t.doubtful.Add(doubtTime); t.last != nil && t.last.Effect == Perhaps && end.Before(t.deadline) {
		return end
	}
	return t.deadline
}

// wait gives the time until the next attempt, or false if there must be none.
func (t *trials) wait(now time.Time) (time.Duration, bool) {
	f := t.last
	d := inboxBackoff.after(t.failures - 1)
	if f.RetryAfter > 0 {
		// A little later than asked, and not all in the same moment.
		d = max(d, f.RetryAfter+rand.N(inboxBackoff.least))
	}
	next := now.Add(d)
	if f.Effect == Perhaps && t.doubts >= doubtTries {
		return 0, false
	}
	return d, next.Before(t.until())
}

// inDoubt tells whether something was perhaps carried out, and nothing has come since that
// settles it. That a later attempt was not carried out says nothing about one without a word:
// a "409, assigned already" may even be its echo.
func (t *trials) inDoubt() bool {
	if t.last == nil {
		return t.wordless
	}
	return t.doubts > 0 && t.last.Status == 0 || t.wordless && t.last.Effect != Perhaps
}

// outcome is the result when the last fault has the last word.
//
// Whose key is refused is told the operator's trouble also where there is a doubt.
func (t *trials) outcome() Outcome {
	o := Outcome{Kind: Failed, Reason: Busy, Agent: t.agent, Attempts: t.attempts}
	if t.last != nil { // else it never came to an attempt
		o.Reason, o.Said, o.Status = t.last.Reason, t.last.Said, t.last.Status
	}
	switch {
	case t.inDoubt():
		o.Kind = Unknown
		if o.Reason != KeyRefused {
			o.Reason = NoWord
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
	return &Fault{Effect: Perhaps, Reason: NoWord, Err: err}
}

// aside calls f on a goroutine of its own and waits for it. Where thousands of goroutines
// wait for their turn afterwards, none of them keeps the stack that f needed.
func aside(f func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- safely(f) }()
	return <-ended
}
