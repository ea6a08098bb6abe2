package render

import (
	"encoding/json"
	"strconv"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/payload"
)

// ButtonRequest is an assignment that a button stands for. It travels in the button's value.
type ButtonRequest struct {
	Contact string `json:"c"`
	Agent   string `json:"a"`           // an encoded assign.AgentRef
	After   int64  `json:"n,omitempty"` // the last assignment of the contact that the clicker knows of
	// Of is the assignment that is to be repeated or undone. That works once, however
	// often the button is clicked.
	Of int64 `json:"o,omitempty"`
	buttonBrief
}

// buttonBrief is what goes with a button's request for the new owner.
type buttonBrief struct {
	Note    string `json:"t,omitempty"`
	Receipt bool   `json:"w,omitempty"`
}

func briefly(b assign.Brief) buttonBrief { return buttonBrief{b.Note.Reveal(), b.Receipt} }

// Brief is what goes with the request for the new owner.
func (b buttonBrief) Brief() assign.Brief {
	return assign.Brief{Note: assign.NewNote(b.Note), Receipt: b.Receipt}
}

// RequestOf is to do what r asks for, as long as nothing comes after assignment after.
func RequestOf(r assign.Request, after int64) ButtonRequest {
	return ButtonRequest{Contact: r.Contact.ID(), Agent: r.Agent.Encode(), After: after, buttonBrief: briefly(r.Brief)}
}

func (w ButtonRequest) Encode() string { return payload.Encode(w) }

// RequestAgain is to repeat an assignment.
func RequestAgain(a assign.Assignment) ButtonRequest {
	again := RequestOf(a.Request, a.ID)
	again.Agent, again.Of = a.AgentAgain().Encode(), a.ID
	return again
}

// DecodeButtonRequest reads the value of a button; false if it holds none, as that of a link, or of
// a button of another time.
func DecodeButtonRequest(value string) (w ButtonRequest, to agent.Ref, ok bool) {
	if err := json.Unmarshal([]byte(value), &w); err != nil || w.Contact == "" {
		return ButtonRequest{}, agent.Ref{}, false
	}
	to, err := agent.DecodeRef(w.Agent)
	return w, to, err == nil && !to.IsZero()
}

// OnceKey makes the key of a request that a button may make once.
func (w ButtonRequest) OnceKey(verb string) string { return verb + ":" + strconv.FormatInt(w.Of, 10) }

// Buttons.
const (
	ActionOpen   = "open"    // the empty form
	ActionFix    = "fix"     // the form with a draft
	actionPick   = "pick:"   // one of the nearest agents, by number
	actionNumber = "number:" // one of the numbers that may be meant
	// ActionFixNumber begins the ids of buttons that open the form with one of these.
	ActionFixNumber = "fix:"
	actionAgain     = "again"  // carry out a wish, unless somebody else has since
	ActionRetry     = "retry"  // the same, in a list
	actionAnyway    = "anyway" // carry it out all the same
	ActionUndo      = "undo"   // give a contact back, unless it has been assigned since
	ActionWord      = "word"   // a sub-command
	// ActionHistory is that of a contact, beside the message that the button belongs to.
	ActionHistory = "history"
	ActionSearch  = "search" // look up a contact on the Home tab
	ActionClose   = "close"  // take what was found away again
)
