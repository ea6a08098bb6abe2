package store

import (
	"errors"
	"time"

	"azeer-slack/assign"
)

// Operation is one thing to write: a pointer to one of the types below. Its results count
// only when the commit succeeded.
type Operation interface{ isOperation() }

// ErrUncertain says that a commit was sent and no word came back.
var ErrUncertain = errors.New("no word came back on whether it was stored")

type (
	// Accept stores a request, unless it is known, joins another, or its guard does not hold.
	Accept struct {
		Key, Requester string
		// Contact is the contact's number, and ContactID an id that is another.
		Contact, ContactID string
		Agent              string
		// JoinKey is equal for requests that may join one another.
		JoinKey string
		Reply   []byte
		Origin  string
		Guard   int64
		Undoes  int64
		// Batch is the batch that it is part of; 0: none.
		Batch int64
		// Note and Receipt are what goes with it for the new owner.
		Note    string
		Receipt bool

		Stored     Row
		Acceptance assign.Acceptance
		// First tells of an accepted request that its contact has no earlier one that is
		// answered; false also where nobody has looked.
		First bool
	}
	// Finish stores an outcome.
	Finish struct {
		ID      int64
		Kind    string
		Outcome string
		Newer   *int64
		Ended   time.Duration // ago
		// Unsent stores it, whoever works on the assignment, unless the inbox may have been
		// called for it.
		Unsent bool
		// GivenTo is whom it gave the contact to, in small letters; "": to nobody.
		GivenTo string

		Lost bool // to another instance
		Done bool // it is stored
	}
	// Answered notes that the requester has been told.
	Answered struct {
		ID int64

		Found bool // and finished
	}
	// Sending notes that the inbox is called for an assignment.
	Sending struct {
		ID int64

		Found bool // and unfinished
	}
	// Choose decides whom an unfinished assignment goes to, unless that is decided.
	Choose struct {
		ID    int64
		Group string
		// Agents are those to choose from, in small letters.
		Agents []string
		// Decide chooses one of them and writes that down; to is "" for nobody. It may be called
		// more than once.
		Decide func(loads []Load, last string) (to, choice string, err error)

		Choice string // what stands
		Found  bool   // and unfinished, and of this instance
	}
	// Take gives this instance what nobody works on.
	Take struct{ Taken []Row }
	// GiveBack makes unfinished assignments of this instance those of nobody, if another
	// lives: only those that have had no turn, or with Begun all.
	GiveBack struct {
		IDs   []int64
		Begun bool

		Given []int64
	}
	// KeepNotice stores a notice in place of the one in state From, or where there is none yet.
	KeepNotice struct {
		ID                   int64
		From, State, Details string
		Due                  *time.Duration // ago; nil: never

		Done bool
	}
	// Audited notes that an outcome has been reported.
	Audited struct{ ID int64 }
	// Delete deletes assignments.
	Delete struct{ IDs []int64 }
	// Claim makes the journal an installation's, if it is nobody's or its own, or with Adopt.
	Claim struct {
		Name, Proof string
		Adopt       bool
	}
	// Pulse proves that writing works, and renews the lease.
	Pulse struct{}
)

func (*Accept) isOperation()     {}
func (*Finish) isOperation()     {}
func (*Answered) isOperation()   {}
func (*Sending) isOperation()    {}
func (*Choose) isOperation()     {}
func (*Take) isOperation()       {}
func (*GiveBack) isOperation()   {}
func (*Audited) isOperation()    {}
func (*KeepNotice) isOperation() {}
func (*Delete) isOperation()     {}
func (*Claim) isOperation()      {}
func (*Pulse) isOperation()      {}

// Load is what an agent has been given.
type Load struct {
	Given int   // within duty.Window
	Last  int64 // the assignment that gave them one last; 0: none
}

// Row is what a request looks like that was stored as id a moment ago.
func (a *Accept) Row(id int64) Row {
	return Row{
		ID: id, Key: a.Key, Requester: a.Requester, Contact: a.Contact, ContactID: a.ContactID, Agent: a.Agent,
		Reply: a.Reply, Origin: a.Origin, Undoes: a.Undoes, Batch: a.Batch, Note: a.Note, Receipt: a.Receipt,
	}
}
