package sandbox

import "encoding/json"

// Form is a modal (or Home tab) as a person has it before them: a copy, renewed
// by the calls that take it.
type Form struct {
	ViewID          string
	ExternalID      string
	CallbackID      string
	PrivateMetadata string
	Hash            string
	Title           string
	SubmitLabel     string // empty: no submit button
	CloseLabel      string
	Blocks          json.RawMessage
	Errors          map[string]string // by block id, shown under the fields
	Banner          string            // "We had some trouble connecting. Try again?"
	Closed          bool              // no longer on the screen
	Busy            bool              // submitted, and the app has not answered yet
	State           json.RawMessage   // what the fields hold, as in state.values
	Buttons         []Button

	values map[string]string
	plain  string
	person *Person
}

// Plain returns the form as a person reads it: title, texts, labels with what
// the fields hold, errors under them, buttons.
func (f *Form) Plain() string { return f.plain }

// Values returns what the fields hold by block id: typed text, the text of the
// chosen option, the id of a chosen conversation or person.
func (f *Form) Values() map[string]string {
	copied := make(map[string]string, len(f.values))
	for block, value := range f.values {
		copied[block] = value
	}
	return copied
}
