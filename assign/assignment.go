package assign

import (
	"fmt"
	"io"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
)

// Request is what somebody asks for.
type Request struct {
	// Key identifies the request across redeliveries (Slack's trigger_id).
	Key string
	// Requester is the chat's id of the person who asks.
	Requester string
	Contact   phone.Number
	Agent     agent.Ref
	// Reply says where the answer goes. It is opaque here: the Answerer wrote it and
	// reads it. It may hold secrets, so it is deleted once the answer is out.
	Reply string
	// Origin says where and how it was asked, for the history. It is opaque here, and
	// kept as long as the assignment: no secrets in it.
	Origin string
	// Guard, unless 0, is the ID of the contact's newest assignment as far as the
	// requester knows. Only if it still is that, the request is accepted; see Overtaken.
	// It is not stored.
	Guard int64
	// Undoes is the ID of the assignment that this one takes back; 0: of none.
	Undoes int64
	// Batch names the batch that this request is part of; 0: it stands alone.
	Batch int64
	Brief Brief
}

// NeverHolds is a Guard with which nothing is accepted: the journal tells whether it knows
// the request's Key, and what is the newest of its contact.
const NeverHolds = -1

// Assignment is one accepted request, and what became of it.
type Assignment struct {
	// ID grows with acceptance: of two assignments the later accepted has the larger.
	ID int64
	Request
	// Choice is whom the contact goes to, or that it goes to nobody, where Agent is a group and
	// that has been decided; else nil.
	Choice *duty.Choice
	// AcceptedAt is in this machine's time, whoever stored it.
	AcceptedAt time.Time
	// Outcome is the zero value while the assignment is unfinished.
	Outcome Outcome
	// Answered tells that the requester has been told.
	Answered bool
	// Sent tells, of an unfinished assignment that Take gives, that Azeer may have been called
	// for it. It is true also where nobody knows.
	Sent bool
}

// AgentAgain is whom to ask for where the assignment is repeated. Who may have got a contact of
// a group already is meant again: then doing it twice does no harm.
func (a Assignment) AgentAgain() agent.Ref {
	if a.Outcome.IsUncertain() && a.Choice != nil && !a.Choice.Agent.PlatformID.IsZero() {
		return agent.RefEmail(a.Choice.Agent.PlatformID.Reveal())
	}
	return a.Agent
}

// Finished tells whether the assignment has an outcome.
func (a Assignment) Finished() bool { return a.Outcome.Kind != "" }

// OutcomeKind is how an assignment ended. The empty kind means it has not.
type OutcomeKind string

const (
	// Assigned: Azeer confirmed it.
	Assigned OutcomeKind = "assigned"
	// Refused: not done, and trying again as it is would not help.
	Refused OutcomeKind = "refused"
	// Failed: not done; all tries are used up.
	Failed OutcomeKind = "failed"
	// Unknown: sent, no word came back, and trying again did not settle it.
	Unknown OutcomeKind = "unknown"
	// Superseded: a newer request for the contact was accepted first.
	Superseded OutcomeKind = "superseded"
	// Expired: found after a restart, too old to carry out, and perhaps sent before.
	Expired OutcomeKind = "expired"
)

// OutcomeKinds are all kinds, but for the empty one.
var OutcomeKinds = []OutcomeKind{Assigned, Refused, Failed, Unknown, Superseded, Expired}

// IsProblem tells the kinds after which a person may want to try again: not done, or
// not known.
func (k OutcomeKind) IsProblem() bool {
	return k == Refused || k == Failed || k == Unknown || k == Expired
}

// IsUncertain tells whether nobody knows if the contact was assigned.
func (o Outcome) IsUncertain() bool {
	return o.Kind == Unknown || o.Kind == Expired || o.Kind == Superseded && o.Reason == NoReply
}

// Outcome is how an assignment ended, and why.
type Outcome struct {
	Kind   OutcomeKind
	Reason Reason
	// Agent is who was meant, once resolved; the zero Agent before that.
	Agent agent.Agent
	// Said is Azeer's own explanation, as plain text; may be empty. It may contain
	// personal data: for the requester's eyes, never for logs.
	Said string
	// Status is the last HTTP-like status that Azeer gave; 0 for none.
	Status int
	// Nearest are the agents whom the requester may have meant.
	Nearest agent.Nearest
	// Newer is the assignment that took over, where Kind is Superseded. Only its ID,
	// Requester, Agent and AcceptedAt are filled in.
	Newer *Assignment
	// Contact is the contact in the form under which Azeer knew it, where Kind is Assigned:
	// see phone.Number.ID.
	Contact phone.Number
	// Attempts counts the calls made to Azeer.
	Attempts int
	// At is when it ended, in this machine's time.
	At time.Time
}

// Reason says why an assignment was not carried out.
type Reason string

const (
	NoReason Reason = ""

	// About the agent: found out before anything is sent.
	NoSuchAgent    = Reason(agent.NoSuchAgent)
	AmbiguousAgent = Reason(agent.Ambiguous)
	InactiveAgent  = Reason(agent.Inactive)
	NoEmail        = Reason(agent.NoEmail)
	NamesUnknown   = Reason(agent.NamesUnknown)
	PartOfName     = Reason(agent.PartOfName)
	NotAnAgent     = Reason(agent.NotAnAgent)
	PeopleAway     = Reason(agent.PeopleAway)

	// About a group: the Choice tells who was passed over.
	NobodyOnDuty  Reason = "nobody_on_duty" // none of its members is free
	EmptyGroup    Reason = "empty_group"
	DisabledGroup Reason = "disabled_group"
	NoSuchGroup   Reason = "no_such_group"

	// What Azeer said.
	NotFound    Reason = "not_found"    // 400, 404, 422: contact or agent unknown, or bad phone
	Conflict    Reason = "conflict"     // 409
	PlanLimit   Reason = "plan_limit"   // 402
	KeyRefused  Reason = "key_refused"  // 401, 403: the operator's problem
	Declined    Reason = "declined"     // 2xx with success:false, or another refusal
	Busy        Reason = "busy"         // 429 or 503 to the end
	ServerError Reason = "server_error" // 500, 502, 504 to the end
	WebPage     Reason = "web_page"     // a web page in place of an answer
	Garbled     Reason = "garbled"      // an answer that cannot be understood
	Unreachable Reason = "unreachable"  // no connection could be made
	TooLate     Reason = "too_late"     // found after a restart, too old to carry out, and never sent
	NoReply     Reason = "no_word"      // sent, and nothing came back

	// Stopped: the requester stopped the batch before it was sent.
	Stopped Reason = "stopped"
)

// Reasons are all reasons, but for the empty one.
var Reasons = []Reason{
	NoSuchAgent, AmbiguousAgent, InactiveAgent, NoEmail, NamesUnknown, PartOfName, NotAnAgent, PeopleAway,
	NobodyOnDuty, EmptyGroup, DisabledGroup, NoSuchGroup,
	NotFound, Conflict, PlanLimit, KeyRefused, Declined, Busy, ServerError, WebPage, Garbled, Unreachable, TooLate, NoReply, Stopped,
}

// IsAboutDuty tells the reasons for which nobody of a group got a contact.
func (r Reason) IsAboutDuty() bool {
	switch r {
	case NobodyOnDuty, EmptyGroup, DisabledGroup, NoSuchGroup:
		return true
	}
	return false
}

// Acceptance tells what accepting a request meant.
type Acceptance int

const (
	// Accepted: stored as a new assignment.
	Accepted Acceptance = iota
	// Repeated: a request with this Key is already stored; nothing new was.
	Repeated
	// Joined: the same requester asked the same less than JoinWindow ago and it is
	// unfinished. The new Key is remembered; one call and one answer will do for both.
	Joined
	// Overtaken: the request's Guard is not the newest assignment of its contact any
	// more; nothing was stored. What is returned is the newest, or an Assignment with
	// ID 0 where the journal has deleted Guard and knows of nothing newer.
	Overtaken
)

// JoinWindow is how long an unfinished request takes in an equal one of the same person.
const JoinWindow = 10 * time.Second

// Brief is what goes with a request for its new owner.
type Brief struct {
	// Note is what the requester writes to the new owner.
	Note Note
	// Receipt tells that the requester wants to hear when the new owner has taken note.
	Receipt bool
}

// Note is what a person wrote for another. It masks itself like Phone; Reveal is the only way
// to read it. The zero Note is none.
type Note struct{ reveal func() string }

// NewNote takes a note as it was written.
func NewNote(text string) Note {
	if text == "" {
		return Note{}
	}
	return Note{func() string { return text }}
}

// Reveal gives the note in clear.
func (n Note) Reveal() string {
	if n.reveal == nil {
		return ""
	}
	return n.reveal()
}

// IsZero tells whether there is no note.
func (n Note) IsZero() bool { return n.Reveal() == "" }

// Equal compares notes letter by letter.
func (n Note) Equal(o Note) bool { return n.Reveal() == o.Reveal() }

// String tells only whether there is anything.
func (n Note) String() string {
	if n.IsZero() {
		return "(none)"
	}
	return "(note)"
}

// MarshalText masks, so that no encoder leaks the note.
func (n Note) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// Format masks under every verb of fmt.
func (n Note) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, n.String()) }
