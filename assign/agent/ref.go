package agent

import (
	"fmt"
	"io"
	"strings"
)

// RefKind is the way in which a requester named an agent.
type RefKind string

const (
	ByNothing RefKind = ""        // no agent was given
	ByEmail   RefKind = "email"   // an address, as typed or picked
	ByName    RefKind = "name"    // a name, to be found in the agent list
	ByMention RefKind = "mention" // a chat user's id, to be mapped by email
	ByMe      RefKind = "me"      // the requester
	ByGroup   RefKind = "group"   // whoever is on duty in a group of chat users
)

// Ref says which agent the requester meant, in the requester's words. It masks
// itself like Phone and Email, since it mostly is an email.
type Ref struct {
	Kind   RefKind
	reveal func() string
}

// RefEmail, RefName, RefMention and RefMe name an agent by what was typed.
func RefEmail(address string) Ref { return newRef(ByEmail, address) }
func RefName(name string) Ref     { return newRef(ByName, name) }
func RefMention(user string) Ref  { return newRef(ByMention, user) }
func RefMe() Ref                  { return newRef(ByMe, "") }

// RefGroup names a group of chat users by its id; handle is what people call it, without @, and
// may be empty.
func RefGroup(id, handle string) Ref { return newRef(ByGroup, id+"|"+handle) }

// Group gives the id and the handle of a group; empty for other kinds.
func (r Ref) Group() (id, handle string) {
	if r.Kind != ByGroup {
		return "", ""
	}
	id, handle, _ = strings.Cut(r.Reveal(), "|")
	return id, handle
}

func newRef(kind RefKind, text string) Ref {
	return Ref{Kind: kind, reveal: func() string { return text }}
}

// Reveal gives the address, the name, the chat user's id or what RefGroup was given in clear;
// empty for ByMe.
func (r Ref) Reveal() string {
	if r.reveal == nil {
		return ""
	}
	return r.reveal()
}

// IsZero tells whether no agent was given.
func (r Ref) IsZero() bool { return r.Kind == ByNothing }

// Equal compares kind and words, without regard to case.
func (r Ref) Equal(o Ref) bool {
	return r.Kind == o.Kind && strings.EqualFold(r.Reveal(), o.Reveal())
}

// Encode writes the reference as "kind:words", in clear, for the journal and for
// buttons. DecodeRef reads it back.
func (r Ref) Encode() string {
	if r.IsZero() {
		return ""
	}
	return string(r.Kind) + ":" + r.Reveal()
}

// DecodeRef reads what Encode wrote. An unknown kind is an error.
func DecodeRef(s string) (Ref, error) {
	if s == "" {
		return Ref{}, nil
	}
	kind, text, ok := strings.Cut(s, ":")
	if !ok {
		return Ref{}, fmt.Errorf("decode agent reference: no kind before a colon")
	}
	switch k := RefKind(kind); k {
	case ByEmail, ByName, ByMention, ByGroup:
		if text == "" {
			return Ref{}, fmt.Errorf("decode agent reference: %s without words", k)
		}
		if id, _ := newRef(k, text).Group(); k == ByGroup && id == "" {
			return Ref{}, fmt.Errorf("decode agent reference: group without an id")
		}
		return newRef(k, text), nil
	case ByMe:
		return RefMe(), nil
	}
	return Ref{}, fmt.Errorf("decode agent reference: unknown kind")
}

// String names the kind, and masks the words of an email or name.
func (r Ref) String() string {
	switch r.Kind {
	case ByEmail:
		return MaskEmail(r.Reveal())
	case ByMention:
		return "@" + r.Reveal()
	case ByGroup:
		id, _ := r.Group()
		return "@" + id
	}
	return string(r.Kind)
}

// MarshalText masks, so that no encoder leaks the words.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Format masks under every verb of fmt.
func (r Ref) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }
