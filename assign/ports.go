package assign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
)

// Inbox is Azeer, as far as assigning needs it.
type Inbox interface {
	// Assign makes agent the owner of contact. Any error is a *Fault.
	Assign(ctx context.Context, contact phone.Number, agent agent.Agent) error
	// Agents lists every agent, inactive ones too. partial means that there may be
	// more than were returned.
	Agents(ctx context.Context) (agents []agent.Agent, partial bool, err error)
}

// Effect says what a fault means for the contact.
type Effect int

const (
	// NotDone: surely not carried out; trying again may help.
	NotDone Effect = iota
	// Perhaps: perhaps carried out.
	Perhaps
	// Never: refused; trying again as it is does not help.
	Never
)

// Fault is how an Inbox says that it did not confirm an assignment.
type Fault struct {
	Effect Effect
	Reason Reason
	// Status is the HTTP status, 0 if no word came back.
	Status int
	// RetryAfter is what the inbox asked for; 0 if it asked for nothing.
	RetryAfter time.Duration
	// Said is the inbox's own explanation, plain text, perhaps with personal data.
	Said string
	// Err is the cause, fit for logs.
	Err error
}

func (f *Fault) Error() string {
	if f.Err != nil {
		return f.Err.Error()
	}
	return fmt.Sprintf("inbox: %s (status %d)", f.Reason, f.Status)
}

func (f *Fault) Unwrap() error { return f.Err }

// ErrRequesterGone says that an answer has nobody left to read it: no way took it, and
// the chat says that this user is no more.
var ErrRequesterGone = errors.New("requester is gone")

// Answerer tells requesters how their assignments go.
type Answerer interface {
	// Answer tells the requester the outcome, with retries of its own, and returns nil
	// only when it was surely delivered. After an error it is called again later, save
	// after ErrRequesterGone.
	Answer(ctx context.Context, a Assignment) error
	// Interim tells, once and at best effort, that the work is still going on. The Outcome
	// of a holds no more than the Reason why the last attempt did not settle it.
	Interim(ctx context.Context, a Assignment)
	// AnswerBatch is Answer for a batch, all of which is finished.
	AnswerBatch(ctx context.Context, b Batch) error
	// Progress tells, at best effort, how far a batch is.
	Progress(ctx context.Context, b Batch)
}

// Journal is the durable record of assignments. Several processes may share one.
// All methods are safe for concurrent use.
type Journal interface {
	// Accept stores r and returns when that is durable. It commits in the order of the
	// calls. A Key already stored gives that assignment and Repeated. Otherwise, a Guard
	// that does not hold gives the newest of the contact and Overtaken: that is decided
	// in the same transaction, so of two requests with one Guard only one is accepted.
	// Otherwise, an equal request of the same requester gives that one and Joined, while
	// it is younger than JoinWindow, unfinished, and the newest of its contact (of omar,
	// sara, omar in ten seconds the last must win). Errors wrap ErrNotStored: then
	// nothing was accepted.
	Accept(ctx context.Context, r Request) (Assignment, Acceptance, error)
	// Turn is asked before each attempt and tells whether assignment id may run now. With
	// sending, the inbox is called after a TurnGo: before the first time that is noted, so
	// that the assignment is given by Take as Sent, also if the machine goes down meanwhile.
	Turn(ctx context.Context, id int64, sending bool) (Turn, error)
	// Finish stores the outcome, durably, unless one is stored already: the first
	// outcome stands. ErrLost, and nothing stored, if another process has taken the
	// assignment over.
	Finish(ctx context.Context, id int64, o Outcome) error
	// Answered notes that the requester has been told and deletes Reply.
	Answered(ctx context.Context, id int64) error
	// Take gives this process what it should work on beyond what it accepted itself
	// since: at the first call all that is unfinished or unanswered and not in the hands
	// of a living process, later what the dead left behind. In order of ID.
	Take(ctx context.Context) ([]Assignment, error)
	// GiveBack hands unfinished assignments of this process to others that live and share
	// the journal, whose next Take gives them, and returns which; none where nobody else is
	// there. Without begun only those that have not had a TurnGo; with begun the caller
	// says that no call of theirs is under way.
	GiveBack(ctx context.Context, ids []int64, begun bool) ([]int64, error)
	// Latest gives the newest assignment of contact, or false if there is none.
	Latest(ctx context.Context, contact phone.Number) (Assignment, bool, error)

	Batches
	Choosing
	History
	Audit
}

// Choosing is how a Journal spreads what is asked for a group.
type Choosing interface {
	// Choose decides, durably and once, whom of found.Free assignment id goes to, by duty.Next;
	// to nobody if there are none. What was decided before stands. Several processes decide one
	// after the other: each knows what the others gave. ErrLost, and nothing decided, if the
	// assignment is finished or in the hands of another process.
	Choose(ctx context.Context, id int64, found duty.Found) (duty.Choice, error)
	// Loads gives what each of agents has been given: what ended Assigned and took nothing back,
	// and what is on its way by Choose. last is whom the group was given its last one to.
	Loads(ctx context.Context, group string, agents []agent.Agent) (loads []duty.Load, last agent.Email, err error)
}

// Batches is how a Journal keeps what was asked for in one go.
type Batches interface {
	// AcceptBatch stores all of requests durably, or none, in one write, each as Accept does. The
	// requests of a batch join no others.
	AcceptBatch(ctx context.Context, requests []Request) ([]Entry, error)
	// StopBatch ends those of a batch that are unfinished and for which the inbox was not called
	// yet: Failed, with the reason Stopped. It gives their number.
	StopBatch(ctx context.Context, batch int64) (stopped int, err error)
	// AnsweredBatch notes that the requester has been told of all that is finished of a batch.
	AnsweredBatch(ctx context.Context, batch int64) error
}

// Entry is what accepting one request of a batch meant; see Journal.Accept.
type Entry struct {
	Assignment
	Acceptance
}

// History is what a Journal remembers, as far as it has not been deleted for its age.
// Assignments come without their Reply.
type History interface {
	// List gives the assignments that q asks for, newest first.
	List(ctx context.Context, q Query) ([]Assignment, error)
	// Members gives the assignments of a batch, in the order of ID.
	Members(ctx context.Context, batch int64) ([]Assignment, error)
	// Before gives the assignment that made the owner whom assignment id found: of those
	// of the same contact that were accepted earlier, the newest that ended Assigned.
	// false: there is none; or one after it ended Unknown, so that nobody knows.
	Before(ctx context.Context, id int64) (Assignment, bool, error)
	// Owner gives the assignment that made the present owner of contact, as Before does:
	// it knows nothing of what is done in Azeer itself.
	Owner(ctx context.Context, contact phone.Number) (Assignment, bool, error)
	// Size is how many assignments a batch consists of.
	Size(ctx context.Context, batch int64) (int, error)
	// Held gives the contacts that an agent has now, in order of ID. Where nobody knows for
	// certain whose a contact is, or a request for it is under way, it is left out.
	Held(ctx context.Context, q Holding) ([]Held, error)
	// Tally counts what ended Assigned from since until now, per agent and calendar day
	// in the time zone of since; an assignment that was undone counts, its undo does not.
	// In order of days, then of agents.
	Tally(ctx context.Context, since time.Time) ([]Count, error)
}

// Query says which assignments a list shall hold; all conditions that are set must hold.
type Query struct {
	Contact   phone.Number
	Requester string
	// Problems leaves out all but the kinds of outcome of which Problems is true.
	Problems bool
	// Batches leaves out all of a batch but the first that would be listed.
	Batches bool
	// Below leaves out the assignments from this ID on: to go on after the last of a
	// list. 0: none.
	Below int64
	// Limit is how many there may be, at most 100; 0: 20.
	Limit int
}

// Size gives Limit as it counts.
func (q Query) Size() int {
	if q.Limit <= 0 {
		return 20
	}
	return min(q.Limit, 100)
}

// Audit is how a Journal remembers which outcomes are yet to be reported, if it was
// set up to do so when they were stored. Each is due in one process at a time.
type Audit interface {
	// Unaudited gives finished assignments whose outcome is due in this process, of a batch but
	// the first, oldest first, up to limit: what it finished itself, and what the dead left behind, from
	// the moment on at which Take has found them dead. Without their Reply.
	Unaudited(ctx context.Context, limit int) ([]Assignment, error)
	// Audited notes that the outcome of assignment id has been reported.
	Audited(ctx context.Context, id int64) error
}

// ErrNotStored says that a request was not accepted, so nothing will be done.
var ErrNotStored = errors.New("request not stored")

// ErrLost says that an assignment is in the hands of another process, which will answer.
var ErrLost = errors.New("assignment was taken over by another process")

// Turn is whether an assignment may make its next attempt.
type Turn struct {
	Verdict TurnVerdict
	// Newer is the assignment that has taken over, with TurnSuperseded.
	Newer Assignment
}

// TurnVerdict is the journal's answer to "may this one run now?".
type TurnVerdict int

const (
	// TurnGo: nothing newer for the contact, nothing older on the wire. Valid until
	// Finish or the next Turn of the same assignment.
	TurnGo TurnVerdict = iota
	// TurnWait: an older one for the contact is still on the wire elsewhere, or a newer one
	// that was accepted elsewhere may yet be taken back; ask again in a moment.
	TurnWait
	// TurnSuperseded: a newer one for the contact is in the journal.
	TurnSuperseded
	// TurnLost: another process has taken this one over, or it is finished; drop it.
	TurnLost
)
