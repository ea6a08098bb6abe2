package assign

import (
	"fmt"
	"io"
)

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
