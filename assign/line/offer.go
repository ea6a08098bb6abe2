package line

import (
	"errors"
	"slices"
	"strings"

	"azeer-slack/assign/phone"
)

// Offer is what somebody typed for contacts that anybody may take.
type Offer struct {
	// Contacts are the numbers, each once, in the order typed.
	Contacts []phone.Number
	Note     Typed
}

// numberWords is how many words a number may be typed in.
const numberWords = 8

// ParseOffer reads a number, or several, and what follows them as a note, with the word for it or
// without. Errors are *Mistake.
func ParseOffer(text, region string) (o Offer, err error) {
	text, note := CutNote(text)
	words := strings.Fields(asSeen(parted(text)))
	for len(words) > 0 {
		contact, used := firstNumber(words, region)
		if used == 0 {
			break
		}
		if words = words[used:]; !slices.ContainsFunc(o.Contacts, contact.Equal) {
			o.Contacts = append(o.Contacts, contact)
		}
	}
	switch {
	case len(o.Contacts) == 0, len(words) > 0 && countDigits(words[0]) >= wholeDigits:
		_, err := ParsePhone(strings.Join(words[:min(len(words), numberWords)], " "), region)
		return Offer{}, err
	case len(o.Contacts) > MaxInLine:
		return Offer{}, newMistake(ManyContacts, PartContact, asSeen(text), region)
	}
	note = strings.TrimSpace(CleanNote(strings.Join(words, " ")) + "\n" + note)
	if m := checkNote(note, region); m != nil {
		return Offer{}, m
	}
	o.Note = NewTyped(note)
	return o, nil
}

// firstNumber reads the number that the most of the first words make up, and tells how many these are;
// 0 if there is none.
func firstNumber(words []string, region string) (contact phone.Number, used int) {
	for n := min(len(words), numberWords); n > 0; n-- {
		typed := strings.Trim(strings.Join(words[:n], " "), separators)
		if countDigits(words[n-1]) == 0 {
			continue
		}
		p, err := ParsePhone(typed, region)
		if m, ok := errors.AsType[*Mistake](err); ok && m.Kind == PhoneUnlisted && len(m.Perhaps) == 1 {
			p, err = m.Perhaps[0], nil // whoever takes it is told what Azeer says
		}
		if err == nil {
			return p, n
		}
	}
	return phone.Number{}, 0
}

// separators may stand between numbers, and before a note.
const separators = " ,،;؛:"
